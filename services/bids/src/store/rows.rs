//! The bid's own row, with its newest revision and its participants.

use diesel::prelude::*;
use kit::db::{DbError, Tx, is_unique_violation};
use kit::ids::{BidId, RoundId};
use kit::money::{Currency, Money};
use kit::time::Timestamp;

use super::records::paper_of;
use super::{inconsistent, parsed};
use crate::bid::{Before, Bid, Held, Participant, Receipt, SignOff, State};
use crate::error::Error;
use crate::schema::{bid, participant, revision};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = bid, treat_none_as_null = true)]
struct BidRow {
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
    revision: i32,
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

#[derive(serde::Serialize, serde::Deserialize)]
struct SignOffJson {
    certifier: String,
    role: String,
    revision: i32,
    digest: String,
    at: i64,
    recorded_by: String,
}

/// The bid as it now is.
pub fn get(tx: &mut Tx, id: BidId) -> Result<Bid, Error> {
    let found: Option<(BidRow, String)> = bid::table
        .inner_join(revision::table)
        .filter(revision::number.eq(bid::revision))
        .filter(bid::id.eq(id.to_string()))
        .select((BidRow::as_select(), revision::canonical_json))
        .first(tx)
        .optional()?;
    let Some((row, json)) = found else {
        return Err(Error::NotFound { what: "bid" });
    };
    let participants: Vec<(String, bool)> = participant::table
        .filter(participant::bid_id.eq(id.to_string()))
        .order(participant::organisation_id.asc())
        .select((participant::organisation_id, participant::may_edit))
        .load(tx)?;
    Ok(bid_of(row, &json, participants)?)
}

/// The bid that a client of the council's gave this reference to in a round.
pub fn of_reference(
    tx: &mut Tx,
    client: &str,
    round: RoundId,
    reference: &str,
) -> Result<Option<String>, DbError> {
    Ok(bid::table
        .filter(bid::client.eq(client))
        .filter(bid::round_id.eq(round.to_string()))
        .filter(bid::client_reference.eq(reference))
        .select(bid::id)
        .first(tx)
        .optional()?)
}

/// A new bid. `client` is whose reference it bears.
pub fn insert(tx: &mut Tx, bid: &Bid, client: &str) -> Result<(), Error> {
    let row = row_of(bid, client);
    match diesel::insert_into(bid::table).values(row).execute(tx) {
        Ok(_) => Ok(()),
        // Looked for before; a twin in another process can still have come first.
        Err(error) if is_unique_violation(&error) => Err(Error::ReferenceTaken {
            existing: "look for it by client_reference".to_string(),
        }),
        Err(error) => Err(error.into()),
    }
}

/// Writes the new version over the one it was made from, participants included.
pub fn update(tx: &mut Tx, old: &Bid, new: &Bid) -> Result<(), Error> {
    let client: String = bid::table
        .find(new.id.to_string())
        .select(bid::client)
        .first(tx)?;
    let of_old_version = bid::table
        .filter(bid::id.eq(new.id.to_string()))
        .filter(bid::version.eq(old.version));
    let n_changed = diesel::update(of_old_version)
        .set(row_of(new, &client))
        .execute(tx)?;
    if n_changed == 0 {
        return Err(Error::Stale {
            newer: Box::new(get(tx, new.id)?),
        });
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

fn row_of(bid: &Bid, client: &str) -> BidRow {
    let content = &bid.paper.content;
    let requested = content.requested.unwrap_or(Money {
        minor_units: 0,
        currency: Currency::GBP,
    });
    let (receipt, held) = (bid.state.receipt(), bid.state.held());
    let sign_off = bid.sign_off.as_ref().map(|sign_off| SignOffJson {
        certifier: sign_off.certifier.to_string(),
        role: sign_off.role.clone(),
        revision: sign_off.revision,
        digest: sign_off.digest.clone(),
        at: sign_off.at.micros(),
        recorded_by: sign_off.recorded_by.clone(),
    });
    BidRow {
        id: bid.id.to_string(),
        round_id: bid.round.to_string(),
        applicant_id: bid.applicant.to_string(),
        client: client.to_string(),
        client_reference: bid.client_reference.clone(),
        version: bid.version,
        state: bid.state.name().to_string(),
        number: receipt.map(|receipt| receipt.number),
        received_at: receipt
            .map(|receipt| receipt.at)
            .or(held.map(|held| held.at))
            .map(Timestamp::micros),
        received_revision: receipt
            .map(|receipt| receipt.revision)
            .or(held.map(|held| held.revision)),
        revision: bid.revision,
        lead_id: bid.lead().to_string(),
        instrument: content.instrument.clone(),
        requested_minor: requested.minor_units,
        currency: requested.currency.as_str().to_string(),
        sign_off: sign_off
            .map(|sign_off| serde_json::to_string(&sign_off).expect("texts and numbers become JSON")),
        findings: serde_json::to_string(&bid.findings).expect("texts and flags become JSON"),
        reason: bid.reason.clone(),
        created_at: bid.created_at.micros(),
        updated_at: bid.updated_at.micros(),
    }
}

fn bid_of(row: BidRow, json: &str, participants: Vec<(String, bool)>) -> Result<Bid, DbError> {
    let state = state_of(&row)?;
    let sign_off = match &row.sign_off {
        None => None,
        Some(text) => {
            let read: SignOffJson = serde_json::from_str(text).map_err(inconsistent)?;
            Some(SignOff {
                certifier: parsed(&read.certifier)?,
                role: read.role,
                revision: read.revision,
                digest: read.digest,
                at: Timestamp::from_micros(read.at),
                recorded_by: read.recorded_by,
            })
        }
    };
    let mut of_participants = Vec::with_capacity(participants.len());
    for (organisation, may_edit) in participants {
        of_participants.push(Participant {
            organisation: parsed(&organisation)?,
            may_edit,
        });
    }
    Ok(Bid {
        id: parsed(&row.id)?,
        round: parsed(&row.round_id)?,
        applicant: parsed(&row.applicant_id)?,
        client_reference: row.client_reference,
        version: row.version,
        state,
        revision: row.revision,
        paper: paper_of(json)?,
        digest: crate::content::digest(json),
        participants: of_participants,
        sign_off,
        findings: serde_json::from_str(&row.findings).map_err(inconsistent)?,
        reason: row.reason,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

fn state_of(row: &BidRow) -> Result<State, DbError> {
    let received = row
        .received_at
        .map(Timestamp::from_micros)
        .zip(row.received_revision);
    let receipt = row
        .number
        .zip(received)
        .map(|(number, (at, revision))| Receipt { number, at, revision });
    let held = match row.number {
        None => received.map(|(at, revision)| Held { at, revision }),
        Some(_) => None,
    };
    match (row.state.as_str(), receipt, held) {
        ("draft", kept, None) => Ok(State::Draft { kept }),
        ("not_submitted", kept, None) => Ok(State::NotSubmitted { kept }),
        ("submitted", Some(receipt), None) => Ok(State::Submitted(receipt)),
        ("eligible", Some(receipt), None) => Ok(State::Eligible(receipt)),
        ("ineligible", Some(receipt), None) => Ok(State::Ineligible(receipt)),
        ("held_late", None, Some(held)) => Ok(State::HeldLate(held)),
        ("rejected_late", None, Some(held)) => Ok(State::RejectedLate(held)),
        ("withdrawn", Some(receipt), None) => Ok(State::Withdrawn(Before::Received(receipt))),
        ("withdrawn", None, Some(held)) => Ok(State::Withdrawn(Before::Late(held))),
        ("withdrawn", None, None) => Ok(State::Withdrawn(Before::Unreceived)),
        (state, _, _) => Err(inconsistent(format!(
            "bid {}: {state} does not fit its receipt",
            row.id
        ))),
    }
}
