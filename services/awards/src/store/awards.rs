//! The award's own row, with its present agreement and the one first offered.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{AwardId, BidId, OrgId, RoundId, VariationId};
use kit::refusal::Refusal;
use kit::stored::{self, from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::agreement::{Agreement, Terms};
use crate::award::Award;
use crate::error::Error;
use crate::ledger::Pot;
use crate::schema::{agreement, award};
use crate::state::{Acceptance, Agreed, Before, Offer, State};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = award, treat_none_as_null = true)]
struct Row {
    id: AwardId,
    reference: String,
    round_id: RoundId,
    bid_id: BidId,
    number: i64,
    bid: String,
    public_title: String,
    applicant_id: OrgId,
    novated_from_id: Option<OrgId>,
    lead_id: OrgId,
    payee_id: OrgId,
    instrument: String,
    requested_minor: i64,
    currency: String,
    version: i64,
    state: String,
    reserve_place: Option<i32>,
    offer_expires_at: Option<Timestamp>,
    acceptance: Option<String>,
    agreement_version: i32,
    amount_minor: i64,
    conditions_met: String,
    paid_minor: i64,
    returned_minor: i64,
    written_off_minor: i64,
    reason: String,
    final_report_accepted_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Award> for Row {
    fn from(award: &Award) -> Row {
        let terms = &award.agreement.terms;
        Row {
            id: award.id,
            reference: award.reference.clone(),
            round_id: award.round,
            bid_id: award.bid_id,
            number: award.bid.number,
            bid: json(&award.bid),
            public_title: award.public_title.clone(),
            applicant_id: award.applicant,
            novated_from_id: award.novated_from,
            lead_id: award.lead,
            payee_id: terms.payee,
            instrument: award.instrument.clone(),
            requested_minor: award.requested.minor_units,
            currency: award.requested.currency.as_str().to_string(),
            version: award.version,
            state: award.state.name().to_string(),
            reserve_place: Some(award.state.reserve_place()).filter(|place| *place > 0),
            offer_expires_at: award.state.offer().map(|offer| offer.expires_at),
            acceptance: award.state.acceptance().map(json),
            agreement_version: terms.version,
            amount_minor: terms.amount.minor_units,
            conditions_met: json(&award.met),
            paid_minor: award.paid.minor_units,
            returned_minor: award.returned.minor_units,
            written_off_minor: award.written_off.minor_units,
            reason: award.reason.clone(),
            final_report_accepted_at: award.final_report_accepted_at,
            created_at: award.created_at,
            updated_at: award.updated_at,
        }
    }
}

fn award_of(row: Row, original: Agreement, present: Agreement) -> Result<Award, DbError> {
    let sum = |minor_units| stored::money(minor_units, &row.currency);
    let met: Vec<_> = from_json(&row.conditions_met)?;
    if met.len() != present.terms.conditions.len() {
        return Err(inconsistent(format!("award {}: its conditions are not those of its agreement", row.id)));
    }
    Ok(Award {
        id: row.id,
        round: row.round_id,
        bid_id: row.bid_id,
        bid: from_json(&row.bid)?,
        applicant: row.applicant_id,
        novated_from: row.novated_from_id,
        lead: row.lead_id,
        requested: sum(row.requested_minor)?,
        state: state_of(&row)?,
        agreement: present,
        original,
        met,
        paid: sum(row.paid_minor)?,
        returned: sum(row.returned_minor)?,
        written_off: sum(row.written_off_minor)?,
        reference: row.reference,
        public_title: row.public_title,
        instrument: row.instrument,
        version: row.version,
        reason: row.reason,
        final_report_accepted_at: row.final_report_accepted_at,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn state_of(row: &Row) -> Result<State, DbError> {
    let offer = row.offer_expires_at.map(|expires_at| Offer { expires_at });
    let acceptance: Option<Acceptance> = row.acceptance.as_deref().map(from_json).transpose()?;
    let agreed = offer.zip(acceptance).map(|(offer, acceptance)| Agreed { offer, acceptance });
    match (row.state.as_str(), row.reserve_place, offer, agreed) {
        ("prepared", None, None, None) => Ok(State::Prepared),
        ("reserved", Some(place), None, None) => Ok(State::Reserved { place }),
        ("offered", None, Some(offer), None) => Ok(State::Offered(offer)),
        ("refused", None, Some(offer), None) => Ok(State::Refused(offer)),
        ("lapsed", None, Some(offer), None) => Ok(State::Lapsed(offer)),
        ("accepted", None, _, Some(agreed)) => Ok(State::Accepted(agreed)),
        ("active", None, _, Some(agreed)) => Ok(State::Active(agreed)),
        ("suspended", None, _, Some(agreed)) => Ok(State::Suspended(agreed)),
        ("completed", None, _, Some(agreed)) => Ok(State::Completed(agreed)),
        ("closed", None, _, Some(agreed)) => Ok(State::Closed(agreed)),
        ("terminated", None, _, Some(agreed)) => Ok(State::Terminated(agreed)),
        ("withdrawn", None, _, Some(agreed)) => Ok(State::Withdrawn(Before::Agreed(agreed))),
        ("withdrawn", None, Some(offer), None) => Ok(State::Withdrawn(Before::Offered(offer))),
        ("withdrawn", None, None, None) => Ok(State::Withdrawn(Before::Unoffered)),
        (state, ..) => Err(inconsistent(format!("award {}: {state} does not fit its offer", row.id))),
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = agreement)]
struct AgreementRow {
    award_id: AwardId,
    version: i32,
    canonical_json: String,
    sha256: String,
    variation_id: Option<VariationId>,
    written_at: Timestamp,
    acceptance: Option<String>,
}

impl TryFrom<AgreementRow> for Agreement {
    type Error = DbError;

    fn try_from(row: AgreementRow) -> Result<Agreement, DbError> {
        let terms: Terms = from_json(&row.canonical_json)?;
        Ok(Agreement {
            terms,
            canonical_json: row.canonical_json,
            digest: row.sha256,
            variation: row.variation_id,
            written_at: row.written_at,
        })
    }
}

/// The award as it now is.
pub fn get(conn: &mut Conn, id: AwardId) -> Result<Award, Error> {
    get_all(conn, &[id])?.pop().ok_or(Refusal::NotFound { what: "award" }.into())
}

/// These awards in their order.
pub fn get_all(conn: &mut Conn, ids: &[AwardId]) -> Result<Vec<Award>, DbError> {
    let rows: Vec<Row> = award::table.filter(award::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    let versions: Vec<AgreementRow> = agreement::table
        .inner_join(award::table)
        .filter(award::id.eq_any(ids))
        .filter(agreement::version.eq(1).or(agreement::version.eq(award::agreement_version)))
        .select(AgreementRow::as_select())
        .load(conn)?;
    let mut of_award: HashMap<(AwardId, i32), Agreement> = HashMap::with_capacity(versions.len());
    for row in versions {
        of_award.insert((row.award_id, row.version), Agreement::try_from(row)?);
    }
    let mut found = HashMap::with_capacity(rows.len());
    for row in rows {
        let of_version = |version| {
            let found = of_award.get(&(row.id, version)).cloned();
            found.ok_or_else(|| inconsistent(format!("award {}: no version {version}", row.id)))
        };
        let (original, present) = (of_version(1)?, of_version(row.agreement_version)?);
        found.insert(row.id, award_of(row, original, present)?);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub fn insert(conn: &mut Conn, award: &Award) -> Result<(), DbError> {
    diesel::insert_into(award::table).values(Row::from(award)).execute(conn)?;
    insert_agreement(conn, award)
}

/// Replaces the version it was made from. A new version of the agreement is added to the earlier ones.
pub fn update(conn: &mut Conn, old: &Award, new: &Award) -> Result<(), Error> {
    let of_old_version = award::table.find(new.id).filter(award::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    if old.agreement != new.agreement {
        insert_agreement(conn, new)?;
    }
    if old.state.acceptance() != new.state.acceptance() {
        insert_acceptance(conn, new)?;
    }
    Ok(())
}

/// Adds the certifier's word to the version that it is for.
fn insert_acceptance(conn: &mut Conn, award: &Award) -> Result<(), DbError> {
    let Some(acceptance) = award.state.acceptance() else { return Ok(()) };
    let accepted = agreement::table.find((award.id, acceptance.version)).filter(agreement::acceptance.is_null());
    diesel::update(accepted).set(agreement::acceptance.eq(json(acceptance))).execute(conn)?;
    Ok(())
}

fn insert_agreement(conn: &mut Conn, award: &Award) -> Result<(), DbError> {
    let version = &award.agreement;
    let row = AgreementRow {
        award_id: award.id,
        version: version.terms.version,
        canonical_json: version.canonical_json.clone(),
        sha256: version.digest.clone(),
        variation_id: version.variation,
        written_at: version.written_at,
        acceptance: None,
    };
    diesel::insert_into(agreement::table).values(row).execute(conn)?;
    Ok(())
}

/// Versions of an agreement, each with the certifier's word for it, oldest first, from above a number on.
pub fn agreements(
    conn: &mut Conn,
    award: AwardId,
    above: i32,
    limit: i64,
) -> Result<Vec<(Agreement, Option<Acceptance>)>, DbError> {
    let rows: Vec<AgreementRow> = agreement::table
        .filter(agreement::award_id.eq(award))
        .filter(agreement::version.gt(above))
        .order(agreement::version.asc())
        .limit(limit)
        .select(AgreementRow::as_select())
        .load(conn)?;
    let with_word = |row: AgreementRow| {
        let acceptance = row.acceptance.as_deref().map(from_json).transpose()?;
        Ok::<_, DbError>((Agreement::try_from(row)?, acceptance))
    };
    rows.into_iter().map(with_word).collect()
}

/// The award that comes first on the reserve list of a pot.
pub fn first_reserve(conn: &mut Conn, other: &Award) -> Result<Option<Award>, DbError> {
    let first: Option<AwardId> = award::table
        .filter(award::round_id.eq(other.round))
        .filter(award::instrument.eq(&other.instrument))
        .filter(award::state.eq("reserved"))
        .order(award::reserve_place.asc())
        .select(award::id)
        .first(conn)
        .optional()?;
    match first {
        None => Ok(None),
        Some(id) => Ok(get_all(conn, &[id])?.pop()),
    }
}

/// The live awards of a round (rule 23), by the number of their bid.
pub fn live_in_round(conn: &mut Conn, round: RoundId) -> Result<Vec<Award>, DbError> {
    // `State::is_live` in SQL.
    let ids: Vec<AwardId> = award::table
        .filter(award::round_id.eq(round))
        .filter(award::state.eq_any(["offered", "accepted", "active", "suspended"]))
        .order(award::number.asc())
        .select(award::id)
        .load(conn)?;
    get_all(conn, &ids)
}

/// Awards whose offer has expired, each with the key of its pot.
pub fn expired_offers(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<(AwardId, String)>, DbError> {
    let rows: Vec<(AwardId, RoundId, String)> = award::table
        .filter(award::state.eq("offered"))
        .filter(award::offer_expires_at.le(now))
        .order(award::offer_expires_at.asc())
        .limit(limit)
        .select((award::id, award::round_id, award::instrument))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, round, instrument)| (id, Pot::key(round, &instrument))).collect())
}
