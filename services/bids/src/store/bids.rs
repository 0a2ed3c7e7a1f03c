//! The bid's own row, with its newest revision and its participants.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Conn, DbError, Prepared, taken_meanwhile};
use kit::digest::digest;
use kit::ids::{BidId, OrgId, RoundId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::stored::{self, from_json, inconsistent, json};
use kit::time::Timestamp;

use super::participations::{participations, participations_of, put_participations};
use super::records::paper_of;
use crate::bid::Bid;
use crate::content::Participant;
use crate::error::Error;
use crate::participation::Participation;
use crate::schema::{bid, intake, participant, revision};
use crate::state::{Before, Held, Receipt, State};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bid, treat_none_as_null = true, treat_none_as_default_value = false)]
struct Row {
    id: BidId,
    round_id: RoundId,
    applicant_id: OrgId,
    client: String,
    client_reference: Option<String>,
    version: i64,
    state: String,
    number: Option<i64>,
    received_at: Option<Timestamp>,
    received_revision: Option<i32>,
    held_at: Option<Timestamp>,
    held_queue: Option<i64>,
    held_revision: Option<i32>,
    revision: i32,
    /// Who leads in effect: the applicant, where the content names nobody.
    lead_id: OrgId,
    instrument: String,
    requested_minor: i64,
    currency: String,
    sign_off: Option<String>,
    findings: String,
    reason: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    /// Empty where none was ever declared.
    declared_conflicts: String,
}

impl From<&Bid> for Row {
    fn from(bid: &Bid) -> Row {
        let content = &bid.paper.content;
        let requested = content.requested.unwrap_or(Money::pence(0));
        let (receipt, held) = (bid.state.receipt(), bid.state.held());
        Row {
            id: bid.id,
            round_id: bid.round,
            applicant_id: bid.applicant,
            client: bid.client.clone(),
            client_reference: bid.client_reference.clone(),
            version: bid.version,
            state: bid.state.name().to_string(),
            number: receipt.map(|receipt| receipt.number),
            received_at: receipt.map(|receipt| receipt.at),
            received_revision: receipt.map(|receipt| receipt.revision),
            held_at: held.map(|held| held.at),
            held_queue: held.map(|held| held.queue),
            held_revision: held.map(|held| held.revision),
            revision: bid.revision,
            lead_id: bid.lead(),
            instrument: content.instrument.clone(),
            requested_minor: requested.minor_units,
            currency: requested.currency.as_str().to_string(),
            sign_off: bid.sign_off.as_ref().map(json),
            findings: json(&bid.findings),
            reason: bid.reason.clone(),
            created_at: bid.created_at,
            updated_at: bid.updated_at,
            declared_conflicts: match bid.declared_conflicts.is_empty() {
                true => String::new(),
                false => json(&bid.declared_conflicts),
            },
        }
    }
}

/// `beside` are the participants as they stand beside a paper that has none in it.
fn bid_of(row: Row, json: &str, beside: Vec<Participant>, participations: Vec<Participation>) -> Result<Bid, DbError> {
    let state = state_of(&row)?;
    let sign_off = row.sign_off.as_deref().map(from_json).transpose()?;
    let paper = paper_of(json)?;
    let declared_conflicts = match row.declared_conflicts.as_str() {
        "" => Vec::new(),
        declared => from_json(declared)?,
    };
    Ok(Bid {
        id: row.id,
        round: row.round_id,
        applicant: row.applicant_id,
        client: row.client,
        client_reference: row.client_reference,
        version: row.version,
        state,
        revision: row.revision,
        digest: digest(json),
        participants: paper.participants.clone().unwrap_or(beside),
        paper,
        participations,
        declared_conflicts,
        sign_off,
        findings: from_json(&row.findings)?,
        reason: row.reason,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = participant)]
struct ParticipantRow {
    bid_id: BidId,
    organisation_id: OrgId,
    may_edit: bool,
}

impl From<ParticipantRow> for Participant {
    fn from(row: ParticipantRow) -> Participant {
        Participant { organisation: row.organisation_id, may_edit: row.may_edit }
    }
}

fn state_of(row: &Row) -> Result<State, DbError> {
    let kept = match (row.number, row.received_at, row.received_revision) {
        (Some(number), Some(at), Some(revision)) => Some(Receipt { number, at, revision }),
        (_, _, _) => None,
    };
    let held = match (row.held_at, row.held_queue, row.held_revision) {
        (Some(at), Some(queue), Some(revision)) => Some(Held { at, queue, revision, kept }),
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
pub fn get(conn: &mut Conn, id: BidId) -> Result<Bid, Error> {
    // Asked for by the one id: with a list of one, PostgreSQL makes a new plan each time.
    let found = bid::table
        .inner_join(revision::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::id.eq(id))
        .select((Row::as_select(), revision::canonical_json))
        .get_result(conn);
    let (row, json): (Row, String) = stored::found::<_, Error>(found, "bid")?;
    let participants = participant::table
        .filter(participant::bid_id.eq(id))
        .order(participant::organisation_id.asc())
        .select(ParticipantRow::as_select())
        .load(conn)?;
    let participants = participants.into_iter().map(Participant::from).collect();
    Ok(bid_of(row, &json, participants, participations_of(conn, id)?)?)
}

/// These bids in their order, each with the close of its round as it stands.
pub fn get_all(conn: &mut Conn, ids: &[BidId]) -> Result<Vec<(Bid, Timestamp)>, DbError> {
    let rows: Vec<(Row, String, Timestamp)> = bid::table
        .inner_join(revision::table)
        .inner_join(intake::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::id.eq_any(ids))
        .select((Row::as_select(), revision::canonical_json, intake::closes_at))
        .load(conn)?;
    let participants: Vec<ParticipantRow> = participant::table
        .filter(participant::bid_id.eq_any(ids))
        .order(participant::organisation_id.asc())
        .select(ParticipantRow::as_select())
        .load(conn)?;
    let mut of_bid: HashMap<BidId, Vec<Participant>> = HashMap::new();
    for row in participants {
        of_bid.entry(row.bid_id).or_default().push(row.into());
    }
    let mut asked = participations(conn, ids)?;
    let mut found = HashMap::with_capacity(rows.len());
    for (row, json, closes_at) in rows {
        let id = row.id;
        let (participants, asked) = (of_bid.remove(&id).unwrap_or_default(), asked.remove(&id).unwrap_or_default());
        found.insert(id, (bid_of(row, &json, participants, asked)?, closes_at));
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// The bid that a client of the council's gave this reference to in a round.
pub fn of_reference(conn: &mut Conn, client: &str, round: RoundId, reference: &str) -> Result<Option<BidId>, DbError> {
    Ok(bid::table
        .filter(bid::client.eq(client))
        .filter(bid::round_id.eq(round))
        .filter(bid::client_reference.eq(reference))
        .select(bid::id)
        .first(conn)
        .optional()?)
}

pub fn insert(conn: &mut Conn, bid: &Bid) -> Result<(), Error> {
    diesel::insert_into(bid::table).values(Row::from(bid)).execute(conn).map_err(taken_meanwhile)?;
    if !bid.participations.is_empty() {
        put_participations(conn, bid.id, &bid.participations)?;
    }
    Ok(())
}

/// Replaces the version it was made from, participants included.
pub fn update(conn: &mut Conn, old: &Bid, new: &Bid) -> Result<(), Error> {
    let of_old_version = bid::table.find(new.id).filter(bid::version.eq(old.version));
    let changing = diesel::update(of_old_version).set(Row::from(new)).returning(bid::version);
    let changed: Option<i64> = Prepared(changing).get_result(conn).optional()?;
    if changed.is_none() {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    if old.participants != new.participants {
        diesel::delete(participant::table.filter(participant::bid_id.eq(new.id))).execute(conn)?;
        for &Participant { organisation, may_edit } in &new.participants {
            let row = ParticipantRow { bid_id: new.id, organisation_id: organisation, may_edit };
            diesel::insert_into(participant::table).values(row).execute(conn)?;
        }
    }
    if old.participations != new.participations {
        put_participations(conn, new.id, &new.participations)?;
    }
    Ok(())
}
