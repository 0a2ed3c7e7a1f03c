//! Prepared rounds, their pots and the postings.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Conn, DbError, is_unique_violation};
use kit::ids::{AwardId, OrgId, RoundId};
use kit::stored::{self, found, from_json, json, parsed};
use kit::time::{Date, Timestamp};

use crate::error::Error;
use crate::ledger::{Entry, Posting, Pot};
use crate::prepare::Prepared;
use crate::schema::{ledger_entry, pot, round};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pot, primary_key(round_id, instrument))]
struct PotRow {
    round_id: RoundId,
    instrument: String,
    currency: String,
    total: i64,
    available: i64,
    committed: i64,
    paid: i64,
    written_off: i64,
    n_entries: i64,
    over_commitment_reason: String,
}

impl From<&Pot> for PotRow {
    fn from(pot: &Pot) -> PotRow {
        PotRow {
            round_id: pot.round,
            instrument: pot.instrument.clone(),
            currency: pot.currency.as_str().to_string(),
            total: pot.total,
            available: pot.available,
            committed: pot.committed,
            paid: pot.paid,
            written_off: pot.written_off,
            n_entries: pot.n_entries,
            over_commitment_reason: pot.over_commitment_reason.clone(),
        }
    }
}

impl TryFrom<PotRow> for Pot {
    type Error = DbError;

    fn try_from(row: PotRow) -> Result<Pot, DbError> {
        Ok(Pot {
            round: row.round_id,
            instrument: row.instrument,
            currency: parsed(&row.currency)?,
            total: row.total,
            available: row.available,
            committed: row.committed,
            paid: row.paid,
            written_off: row.written_off,
            n_entries: row.n_entries,
            over_commitment_reason: row.over_commitment_reason,
        })
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = ledger_entry)]
struct EntryRow {
    sequence: i64,
    happened_at: Timestamp,
    kind: String,
    amount_minor: i64,
    currency: String,
    award_id: Option<AwardId>,
    subject: Option<String>,
    actor: Option<String>,
    actor_organisation: Option<OrgId>,
    booked_on: Option<Date>,
}

impl TryFrom<EntryRow> for Entry {
    type Error = DbError;

    fn try_from(row: EntryRow) -> Result<Entry, DbError> {
        let organisation = row.actor_organisation;
        Ok(Entry {
            sequence: row.sequence,
            at: row.happened_at,
            kind: parsed(&row.kind)?,
            amount: stored::money(row.amount_minor, &row.currency)?,
            award: row.award_id,
            subject: row.subject,
            by: row.actor.map(|subject| Actor { subject, organisation }),
            booked_on: row.booked_on.unwrap_or(Date::today(row.happened_at)),
        })
    }
}

/// Keeps what is known of a round whose awards are prepared now. Its identity is all there is to tell of one that was
/// prepared before, so it is not looked for beforehand.
pub fn insert_round(conn: &mut Conn, prepared: &Prepared, now: Timestamp) -> Result<(), Error> {
    let id = prepared.round.id;
    let row = (round::round_id.eq(id), round::body.eq(json(prepared)), round::prepared_at.eq(now));
    match diesel::insert_into(round::table).values(row).execute(conn) {
        Ok(_) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(Error::PreparedAlready { existing: id.to_string() }),
        Err(error) => Err(error.into()),
    }
}

/// A round whose awards are prepared.
pub fn round(conn: &mut Conn, id: RoundId) -> Result<Prepared, Error> {
    let body = round::table.find(id).select(round::body).first::<String>(conn);
    Ok(from_json(&found::<_, Error>(body, "prepared round")?)?)
}

pub fn insert_pot(conn: &mut Conn, pot: &Pot) -> Result<(), DbError> {
    diesel::insert_into(pot::table).values(PotRow::from(pot)).execute(conn)?;
    Ok(())
}

/// A pot as it stands.
pub fn pot(conn: &mut Conn, round: RoundId, instrument: &str) -> Result<Pot, Error> {
    let row = pot::table.find((round, instrument)).select(PotRow::as_select()).first(conn);
    Ok(Pot::try_from(found::<_, Error>(row, "pot")?)?)
}

/// Writes a posting and the balances after it. Of two writers that read the same balances the second fails.
pub fn post(conn: &mut Conn, old: &Pot, posting: Posting, at: Timestamp) -> Result<Pot, Error> {
    let new = old.post(posting.kind, posting.amount)?;
    let of_old = pot::table.find((old.round, &old.instrument)).filter(pot::n_entries.eq(old.n_entries));
    let n_changed = diesel::update(of_old).set(PotRow::from(&new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Error::Db(DbError::Meanwhile));
    }
    let row = (
        ledger_entry::round_id.eq(new.round),
        ledger_entry::instrument.eq(&new.instrument),
        ledger_entry::sequence.eq(new.n_entries),
        ledger_entry::happened_at.eq(at),
        ledger_entry::kind.eq(posting.kind.name()),
        ledger_entry::amount_minor.eq(posting.amount.minor_units),
        ledger_entry::currency.eq(posting.amount.currency.as_str()),
        ledger_entry::award_id.eq(posting.award),
        ledger_entry::subject.eq(posting.subject),
        ledger_entry::actor.eq(posting.by.subject),
        ledger_entry::actor_organisation.eq(posting.by.organisation),
        ledger_entry::booked_on.eq(posting.booked_on),
    );
    diesel::insert_into(ledger_entry::table).values(row).execute(conn)?;
    Ok(new)
}

/// Postings of a pot, oldest first, from above a sequence on.
pub fn entries(
    conn: &mut Conn,
    round: RoundId,
    instrument: &str,
    above: i64,
    limit: i64,
) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<EntryRow> = ledger_entry::table
        .filter(ledger_entry::round_id.eq(round))
        .filter(ledger_entry::instrument.eq(instrument))
        .filter(ledger_entry::sequence.gt(above))
        .order(ledger_entry::sequence.asc())
        .limit(limit)
        .select(EntryRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Entry::try_from).collect()
}
