//! Recoveries.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{AwardId, RecoveryId};
use kit::stored::{self, named, parsed};
use kit::time::Timestamp;

use super::lists::seen_by;
use super::payments::MoneyFilter;
use crate::error::{Error, Newer};
use crate::recovery::{Recovery, State};
use crate::schema::{award, recovery};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recovery)]
struct Row {
    id: String,
    award_id: String,
    version: i64,
    amount_minor: i64,
    returned_minor: i64,
    written_off_minor: i64,
    currency: String,
    state: String,
    reason: String,
    opened_at: i64,
    updated_at: i64,
}

impl From<&Recovery> for Row {
    fn from(recovery: &Recovery) -> Row {
        Row {
            id: recovery.id.to_string(),
            award_id: recovery.award.to_string(),
            version: recovery.version,
            amount_minor: recovery.amount.minor_units,
            returned_minor: recovery.returned.minor_units,
            written_off_minor: recovery.written_off.minor_units,
            currency: recovery.amount.currency.as_str().to_string(),
            state: recovery.state.name().to_string(),
            reason: recovery.reason.clone(),
            opened_at: recovery.opened_at.micros(),
            updated_at: recovery.updated_at.micros(),
        }
    }
}

impl TryFrom<Row> for Recovery {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Recovery, DbError> {
        let sum = |minor_units| stored::money(minor_units, &row.currency);
        Ok(Recovery {
            id: parsed(&row.id)?,
            award: parsed(&row.award_id)?,
            version: row.version,
            amount: sum(row.amount_minor)?,
            returned: sum(row.returned_minor)?,
            written_off: sum(row.written_off_minor)?,
            state: named(&State::ALL, State::name, &row.state)?,
            reason: row.reason,
            opened_at: Timestamp::from_micros(row.opened_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

pub fn insert_recovery(tx: &mut Tx, recovery: &Recovery) -> Result<(), DbError> {
    diesel::insert_into(recovery::table).values(Row::from(recovery)).execute(tx)?;
    Ok(())
}

/// The recovery as it now is.
pub fn recovery(tx: &mut Tx, id: RecoveryId) -> Result<Recovery, Error> {
    let row = recovery::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    let row: Row = row.ok_or(Error::NotFound { what: "recovery" })?;
    Ok(Recovery::try_from(row)?)
}

/// All recoveries of an award, oldest first.
pub fn recoveries_of(tx: &mut Tx, award: AwardId) -> Result<Vec<Recovery>, DbError> {
    let rows: Vec<Row> = recovery::table
        .filter(recovery::award_id.eq(award.to_string()))
        .order(recovery::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Recovery::try_from).collect()
}

/// Writes the new version over the one it was made from.
pub fn update_recovery(tx: &mut Tx, old: &Recovery, new: &Recovery) -> Result<(), Error> {
    let of_old_version =
        recovery::table.filter(recovery::id.eq(new.id.to_string())).filter(recovery::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Recovery(recovery(tx, new.id)?)));
    }
    Ok(())
}

/// One page, oldest first.
pub fn page_of_recoveries(
    tx: &mut Tx,
    filter: &MoneyFilter,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Recovery>, DbError> {
    let mut query = recovery::table.inner_join(award::table).into_boxed::<Backend>();
    if let Some(own) = filter.visible.own_ids() {
        query = query.filter(seen_by!(own));
    }
    if let Some(award) = filter.award {
        query = query.filter(recovery::award_id.eq(award.to_string()));
    }
    if let Some(round) = filter.round {
        query = query.filter(award::round_id.eq(round.to_string()));
    }
    if !filter.states.is_empty() {
        query = query.filter(recovery::state.eq_any(filter.states.clone()));
    }
    if let Some(after) = after {
        query = query.filter(recovery::id.gt(after));
    }
    let rows: Vec<Row> = query.order(recovery::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Recovery::try_from).collect()
}
