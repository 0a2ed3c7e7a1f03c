//! What auditors want as tables (CSV, RFC 4180): the ranking with what settled it, who was recused, and the ledger.

use std::collections::HashMap;

use kit::time::Timestamp;
use toadlane_proto::awards::v1 as pb;

use crate::assessment::Assessed;
use crate::awards;
use crate::error::Error;
use crate::people::People;
use crate::round::Round;

/// The bids in the order of their ranking.
pub fn ranking(round: &Round, assessed: &Assessed) -> Result<String, Error> {
    let titles = ["rank", "total", "grade", "tied", "settled_by", "bid", "council", "title", "reviews"];
    let rows = assessed.ranking.bids.iter().map(|ranked| {
        let submitted = round.bid(&ranked.bid_id);
        let (council, title) = submitted.map(|bid| (bid.council.clone(), bid.title.clone())).unwrap_or_default();
        let total = ranked.total.as_ref().map(|total| total.shown.clone()).unwrap_or_default();
        let settled = word(ranked.settled_by().as_str_name(), "SETTLED_BY_");
        let (rank, tied, number) = (ranked.rank.to_string(), ranked.tied.to_string(), ranked.number.to_string());
        vec![rank, total, ranked.grade.clone(), tied, settled, number, council, title, ranked.n_reviews.to_string()]
    });
    table(&titles, rows)
}

/// Interests, derived and declared, and what came of them.
pub fn recusals(round: &Round, people: &People, assessed: &Assessed) -> Result<String, Error> {
    let rows = assessed.interests.iter().map(|interest| {
        let member = people.members.iter().find(|member| member.person_id == interest.person_id);
        let member = member.map(|member| member.council_name.clone()).unwrap_or_default();
        let kind = word(interest.kind().as_str_name(), "KIND_");
        let state = word(interest.state().as_str_name(), "STATE_");
        (round.number_of(&interest.bid_id), member, kind, state, interest.reason.clone())
    });
    let mut rows: Vec<_> = rows.collect();
    rows.sort();
    let rows = rows.into_iter();
    let rows = rows.map(|(bid, member, kind, state, reason)| vec![bid.to_string(), member, kind, state, reason]);
    table(&["bid", "member", "kind", "state", "reason"], rows)
}

/// The pot's postings, oldest first.
pub async fn ledger(round: &Round) -> Result<String, Error> {
    let list = pb::ListLedgerEntriesRequest {
        round_id: round.round.id.clone(),
        instrument: "policy_prototype".to_string(),
        page_size: 500,
        page_token: String::new(),
    };
    let entries = round.network.manager.payments().list_ledger_entries(list).await?.into_inner().entries;
    let awards = awards::awards(round).await?;
    let references: HashMap<_, _> = awards.into_iter().map(|award| (award.id, award.reference)).collect();
    let titles = ["sequence", "at", "kind", "debit", "credit", "amount", "currency", "award"];
    let rows = entries.iter().map(|entry| {
        let at = entry.at.and_then(|at| Timestamp::try_from(at).ok()).map(|at| at.to_string()).unwrap_or_default();
        let kind = word(entry.kind().as_str_name(), "KIND_");
        let [debit, credit] = [entry.debit(), entry.credit()].map(|account| word(account.as_str_name(), "ACCOUNT_"));
        let amount = entry.amount.clone().unwrap_or_default();
        let sum = format!("{}.{:02}", amount.minor_units / 100, amount.minor_units % 100);
        let award = references.get(&entry.award_id).cloned().unwrap_or_default();
        vec![entry.sequence.to_string(), at, kind, debit, credit, sum, amount.currency, award]
    });
    table(&titles, rows)
}

/// A name of the contract in small letters, without what all of its kind begin with.
fn word(name: &str, prefix: &str) -> String {
    name.trim_start_matches(prefix).to_lowercase()
}

fn table(titles: &[&str], rows: impl Iterator<Item = Vec<String>>) -> Result<String, Error> {
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    writer.write_record(titles)?;
    for row in rows {
        writer.write_record(row)?;
    }
    let bytes = writer.into_inner().map_err(|cause| std::io::Error::other(cause.to_string()))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
