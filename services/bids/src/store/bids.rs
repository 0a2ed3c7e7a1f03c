//! The bid's own row, with its newest revision and its participants.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{DbError, Prepared, Tx, taken_meanwhile};
use kit::digest::digest;
use kit::ids::{BidId, RoundId};
use kit::money::Money;
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use super::records::paper_of;
use crate::bid::{Bid, Participant};
use crate::error::{Error, Newer};
use crate::schema::{bid, intake, participant, revision};
use crate::state::{Before, Held, Receipt, State};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bid, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: String,
    round_id: String,
    applicant_id: String,
    client: String,
    client_reference: Option<String>,
    version: i64,
    state: String,
    number: Option<i64>,
    received_at: Option<i64>,
    received_revision: Option<i32>,
    held_at: Option<i64>,
    held_queue: Option<i64>,
    held_revision: Option<i32>,
    revision: i32,
    /// Who leads in effect: the applicant, where the content names nobody.
    lead_id: String,
    instrument: String,
    requested_minor: i64,
    currency: String,
    sign_off: Option<String>,
    findings: String,
    reason: String,
    created_at: i64,
    updated_at: i64,
}

impl From<&Bid> for Row {
    fn from(bid: &Bid) -> Row {
        let content = &bid.paper.content;
        let requested = content.requested.unwrap_or(Money::pence(0));
        let (receipt, held) = (bid.state.receipt(), bid.state.held());
        Row {
            id: bid.id.to_string(),
            round_id: bid.round.to_string(),
            applicant_id: bid.applicant.to_string(),
            client: bid.client.clone(),
            client_reference: bid.client_reference.clone(),
            version: bid.version,
            state: bid.state.name().to_string(),
            number: receipt.map(|receipt| receipt.number),
            received_at: receipt.map(|receipt| receipt.at.micros()),
            received_revision: receipt.map(|receipt| receipt.revision),
            held_at: held.map(|held| held.at.micros()),
            held_queue: held.map(|held| held.queue),
            held_revision: held.map(|held| held.revision),
            revision: bid.revision,
            lead_id: bid.lead().to_string(),
            instrument: content.instrument.clone(),
            requested_minor: requested.minor_units,
            currency: requested.currency.as_str().to_string(),
            sign_off: bid.sign_off.as_ref().map(json),
            findings: json(&bid.findings),
            reason: bid.reason.clone(),
            created_at: bid.created_at.micros(),
            updated_at: bid.updated_at.micros(),
        }
    }
}

fn bid_of(row: Row, json: &str, participants: Vec<Participant>) -> Result<Bid, DbError> {
    let state = state_of(&row)?;
    let sign_off = row.sign_off.as_deref().map(from_json).transpose()?;
    Ok(Bid {
        id: parsed(&row.id)?,
        round: parsed(&row.round_id)?,
        applicant: parsed(&row.applicant_id)?,
        client: row.client,
        client_reference: row.client_reference,
        version: row.version,
        state,
        revision: row.revision,
        paper: paper_of(json)?,
        digest: digest(json),
        participants,
        sign_off,
        findings: from_json(&row.findings)?,
        reason: row.reason,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

fn state_of(row: &Row) -> Result<State, DbError> {
    let kept = match (row.number, row.received_at, row.received_revision) {
        (Some(number), Some(at), Some(revision)) => Some(Receipt { number, at: Timestamp::from_micros(at), revision }),
        (_, _, _) => None,
    };
    let held = match (row.held_at, row.held_queue, row.held_revision) {
        (Some(at), Some(queue), Some(revision)) => Some(Held { at: Timestamp::from_micros(at), queue, revision, kept }),
        (_, _, _) => None,
    };
    match (row.state.as_str(), kept, held) {
        ("draft", kept, None) => Ok(State::Draft { kept }),
        ("not_submitted", kept, None) => Ok(State::NotSubmitted { kept }),
        ("submitted", Some(receipt), None) => Ok(State::Submitted(receipt)),
        ("eligible", Some(receipt), None) => Ok(State::Eligible(receipt)),
        ("ineligible", Some(receipt), None) => Ok(State::Ineligible(receipt)),
        ("held_late", _, Some(held)) => Ok(State::HeldLate(held)),
        ("rejected_late", _, Some(held)) => Ok(State::RejectedLate(held)),
        ("withdrawn", _, Some(held)) => Ok(State::Withdrawn(Before::Late(held))),
        ("withdrawn", Some(receipt), None) => Ok(State::Withdrawn(Before::Received(receipt))),
        ("withdrawn", None, None) => Ok(State::Withdrawn(Before::Unreceived)),
        (state, _, _) => Err(inconsistent(format!("bid {}: {state} does not fit its receipt", row.id))),
    }
}

/// The bid as it now is.
pub fn get(tx: &mut Tx, id: BidId) -> Result<Bid, Error> {
    let id = id.to_string();
    // Asked for by the one id: with a list of one, PostgreSQL makes a new plan each time.
    let found: Option<(Row, String)> = bid::table
        .inner_join(revision::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::id.eq(&id))
        .select((Row::as_select(), revision::canonical_json))
        .get_result(tx)
        .optional()?;
    let (row, json) = found.ok_or(Error::NotFound { what: "bid" })?;
    let participants: Vec<(String, bool)> = participant::table
        .filter(participant::bid_id.eq(&id))
        .order(participant::organisation_id.asc())
        .select((participant::organisation_id, participant::may_edit))
        .load(tx)?;
    let participants = participants.iter().map(|(organisation, may_edit)| participant_of(organisation, *may_edit));
    Ok(bid_of(row, &json, participants.collect::<Result<_, _>>()?)?)
}

fn participant_of(organisation: &str, may_edit: bool) -> Result<Participant, DbError> {
    Ok(Participant { organisation: parsed(organisation)?, may_edit })
}

/// These bids in their order, each with the close of its round as it stands.
pub fn get_all(tx: &mut Tx, ids: &[String]) -> Result<Vec<(Bid, Timestamp)>, DbError> {
    let rows: Vec<(Row, String, i64)> = bid::table
        .inner_join(revision::table)
        .inner_join(intake::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::id.eq_any(ids))
        .select((Row::as_select(), revision::canonical_json, intake::closes_at))
        .load(tx)?;
    let participants: Vec<(String, String, bool)> = participant::table
        .filter(participant::bid_id.eq_any(ids))
        .order(participant::organisation_id.asc())
        .select((participant::bid_id, participant::organisation_id, participant::may_edit))
        .load(tx)?;
    let mut of_bid: HashMap<String, Vec<Participant>> = HashMap::new();
    for (id, organisation, may_edit) in participants {
        of_bid.entry(id).or_default().push(participant_of(&organisation, may_edit)?);
    }
    let mut found = HashMap::with_capacity(rows.len());
    for (row, json, closes_at) in rows {
        let id = row.id.clone();
        let bid = bid_of(row, &json, of_bid.remove(&id).unwrap_or_default())?;
        found.insert(id, (bid, Timestamp::from_micros(closes_at)));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The bid that a client of the council's gave this reference to in a round.
pub fn of_reference(tx: &mut Tx, client: &str, round: RoundId, reference: &str) -> Result<Option<String>, DbError> {
    Ok(bid::table
        .filter(bid::client.eq(client))
        .filter(bid::round_id.eq(round.to_string()))
        .filter(bid::client_reference.eq(reference))
        .select(bid::id)
        .first(tx)
        .optional()?)
}

pub fn insert(tx: &mut Tx, bid: &Bid) -> Result<(), Error> {
    diesel::insert_into(bid::table).values(Row::from(bid)).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

/// Writes the new version over the one it was made from, participants included.
pub fn update(tx: &mut Tx, old: &Bid, new: &Bid) -> Result<(), Error> {
    let of_old_version = bid::table.filter(bid::id.eq(new.id.to_string())).filter(bid::version.eq(old.version));
    let changing = diesel::update(of_old_version).set(Row::from(new)).returning(bid::version);
    let changed: Option<i64> = Prepared(changing).get_result(tx).optional()?;
    if changed.is_none() {
        return Err(Error::stale(Newer::Bid(get(tx, new.id)?)));
    }
    if old.participants != new.participants {
        diesel::delete(participant::table.filter(participant::bid_id.eq(new.id.to_string()))).execute(tx)?;
        for one in &new.participants {
            diesel::insert_into(participant::table)
                .values((
                    participant::bid_id.eq(new.id.to_string()),
                    participant::organisation_id.eq(one.organisation.to_string()),
                    participant::may_edit.eq(one.may_edit),
                ))
                .execute(tx)?;
        }
    }
    Ok(())
}
