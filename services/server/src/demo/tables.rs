//! What auditors want as tables (CSV, RFC 4180): the ranking with what settled it, who was recused, and the ledger.

use std::collections::HashMap;

use kit::time::Timestamp;
use toadlane_proto::awards::v1 as awards;

use super::PlayError;
use super::cast::Cast;
use super::grants;
use super::panel::{Assessed, number_of};
use super::play::Round;

/// The bids in the order of their ranking.
pub fn ranking(round: &Round, assessed: &Assessed) -> Result<String, PlayError> {
    let titles = ["rank", "total", "grade", "tied", "settled_by", "bid", "council", "title", "reviews"];
    let rows = assessed.ranking.bids.iter().map(|ranked| {
        let played = round.bids.iter().find(|played| played.bid.id == ranked.bid_id);
        let (council, title) = played.map(|played| (played.council.clone(), played.title.clone())).unwrap_or_default();
        let total = ranked.total.as_ref().map(|total| total.shown.clone()).unwrap_or_default();
        let settled = ranked.settled_by().as_str_name().trim_start_matches("SETTLED_BY_").to_lowercase();
        let (rank, number, n_reviews) =
            (ranked.rank.to_string(), ranked.number.to_string(), ranked.n_reviews.to_string());
        let tied = ranked.tied.to_string();
        vec![rank, total, ranked.grade.clone(), tied, settled, number, council, title, n_reviews]
    });
    table(&titles, rows)
}

/// Interests, derived and declared, and what came of them.
pub fn recusals(round: &Round, cast: &Cast, assessed: &Assessed) -> Result<String, PlayError> {
    let titles = ["bid", "member", "kind", "state", "reason"];
    let mut rows: Vec<_> = assessed
        .interests
        .iter()
        .map(|interest| {
            let member = cast.members.iter().find(|member| member.person_id == interest.person_id);
            let member = member.map(|member| member.council_name.clone()).unwrap_or_default();
            let kind = interest.kind().as_str_name().trim_start_matches("KIND_").to_lowercase();
            let state = interest.state().as_str_name().trim_start_matches("STATE_").to_lowercase();
            (number_of(&round.bids, &interest.bid_id), member, kind, state, interest.reason.clone())
        })
        .collect();
    rows.sort();
    table(
        &titles,
        rows.into_iter().map(|(bid, member, kind, state, reason)| vec![bid.to_string(), member, kind, state, reason]),
    )
}

/// The pot's postings, oldest first.
pub async fn ledger(round: &Round) -> Result<String, PlayError> {
    let list = awards::ListLedgerEntriesRequest {
        round_id: round.round.id.clone(),
        instrument: "policy_prototype".to_string(),
        page_size: 500,
        page_token: String::new(),
    };
    let entries = round.network.manager.payments().list_ledger_entries(list).await?.into_inner().entries;
    let awards = grants::awards(round).await?;
    let references: HashMap<_, _> = awards.into_iter().map(|award| (award.id, award.reference)).collect();
    let titles = ["sequence", "at", "kind", "debit", "credit", "amount", "currency", "award"];
    let rows = entries.iter().map(|entry| {
        let at = entry.at.and_then(|at| Timestamp::try_from(at).ok()).map(|at| at.to_string()).unwrap_or_default();
        let kind = entry.kind().as_str_name().trim_start_matches("KIND_").to_lowercase();
        let account = |account: awards::ledger_entry::Account| {
            account.as_str_name().trim_start_matches("ACCOUNT_").to_lowercase()
        };
        let (debit, credit) = (account(entry.debit()), account(entry.credit()));
        let amount = entry.amount.clone().unwrap_or_default();
        let sum = format!("{}.{:02}", amount.minor_units / 100, amount.minor_units % 100);
        let award = references.get(&entry.award_id).cloned().unwrap_or_default();
        vec![entry.sequence.to_string(), at, kind, debit, credit, sum, amount.currency, award]
    });
    table(&titles, rows)
}

fn table(titles: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<String, PlayError> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(titles)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|cause| std::io::Error::other(cause.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
