//! Prepared rounds, their pots and the postings.

use diesel::prelude::*;
use kit::db::{DbError, Tx, is_unique_violation};
use kit::ids::RoundId;
use kit::stored::{self, from_json, json, named, parsed, parsed_option};
use kit::time::Timestamp;

use crate::error::Error;
use crate::ledger::{Entry, Kind, Posting, Pot};
use crate::round::Prepared;
use crate::schema::{ledger_entry, pot, round};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = pot, primary_key(round_id, instrument))]
struct PotRow {
    round_id: String,
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
            round_id: pot.round.to_string(),
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
            round: parsed(&row.round_id)?,
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

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = ledger_entry)]
struct EntryRow {
    round_id: String,
    instrument: String,
    sequence: i64,
    happened_at: i64,
    kind: String,
    amount_minor: i64,
    currency: String,
    award_id: Option<String>,
    subject: Option<String>,
}

impl TryFrom<EntryRow> for Entry {
    type Error = DbError;

    fn try_from(row: EntryRow) -> Result<Entry, DbError> {
        Ok(Entry {
            sequence: row.sequence,
            at: Timestamp::from_micros(row.happened_at),
            kind: named(&Kind::ALL, Kind::name, &row.kind)?,
            amount: stored::money(row.amount_minor, &row.currency)?,
            award: parsed_option(row.award_id.as_deref())?,
            subject: row.subject,
        })
    }
}

/// Keeps what is known of a round whose awards are prepared now. Its identity is all there is to tell of one that was
/// prepared before, so it is not looked for beforehand.
pub fn insert_round(tx: &mut Tx, prepared: &Prepared, now: Timestamp) -> Result<(), Error> {
    let id = prepared.round.id.to_string();
    let row = (round::round_id.eq(&id), round::body.eq(json(prepared)), round::prepared_at.eq(now.micros()));
    match diesel::insert_into(round::table).values(row).execute(tx) {
        Ok(_) => Ok(()),
        Err(error) if is_unique_violation(&error) => Err(Error::PreparedAlready { existing: id }),
        Err(error) => Err(error.into()),
    }
}

/// A round whose awards are prepared.
pub fn round(tx: &mut Tx, id: RoundId) -> Result<Prepared, Error> {
    let body: Option<String> = round::table.find(id.to_string()).select(round::body).first(tx).optional()?;
    let body = body.ok_or(Error::NotFound { what: "prepared round" })?;
    Ok(from_json(&body)?)
}

pub fn insert_pot(tx: &mut Tx, pot: &Pot) -> Result<(), DbError> {
    diesel::insert_into(pot::table).values(PotRow::from(pot)).execute(tx)?;
    Ok(())
}

/// A pot as it stands.
pub fn pot(tx: &mut Tx, round: RoundId, instrument: &str) -> Result<Pot, Error> {
    let row: Option<PotRow> =
        pot::table.find((round.to_string(), instrument)).select(PotRow::as_select()).first(tx).optional()?;
    let row = row.ok_or(Error::NotFound { what: "pot" })?;
    Ok(Pot::try_from(row)?)
}

/// Writes a posting and the balances after it. Of two writers that read the same balances the second fails.
pub fn post(tx: &mut Tx, old: &Pot, posting: Posting, at: Timestamp) -> Result<Pot, Error> {
    let new = old.post(posting.kind, posting.amount)?;
    let of_old = pot::table.find((old.round.to_string(), &old.instrument)).filter(pot::n_entries.eq(old.n_entries));
    let n_changed = diesel::update(of_old).set(PotRow::from(&new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::Db(DbError::Meanwhile));
    }
    let row = EntryRow {
        round_id: new.round.to_string(),
        instrument: new.instrument.clone(),
        sequence: new.n_entries,
        happened_at: at.micros(),
        kind: posting.kind.name().to_string(),
        amount_minor: posting.amount.minor_units,
        currency: posting.amount.currency.as_str().to_string(),
        award_id: posting.award.map(|id| id.to_string()),
        subject: posting.subject,
    };
    diesel::insert_into(ledger_entry::table).values(row).execute(tx)?;
    Ok(new)
}

/// Postings of a pot, oldest first, from above a sequence on.
pub fn entries(tx: &mut Tx, round: RoundId, instrument: &str, above: i64, limit: i64) -> Result<Vec<Entry>, DbError> {
    let rows: Vec<EntryRow> = ledger_entry::table
        .filter(ledger_entry::round_id.eq(round.to_string()))
        .filter(ledger_entry::instrument.eq(instrument))
        .filter(ledger_entry::sequence.gt(above))
        .order(ledger_entry::sequence.asc())
        .limit(limit)
        .select(EntryRow::as_select())
        .load(tx)?;
    rows.into_iter().map(Entry::try_from).collect()
}
