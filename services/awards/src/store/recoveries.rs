//! Recoveries.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{AwardId, RecoveryId};
use kit::refusal::Refusal;
use kit::stored::{self, found, parsed};
use kit::time::Timestamp;

use super::lists::{MoneyFilter, Visible, of_awards};
use crate::error::Error;
use crate::recovery::Recovery;
use crate::schema::{award, recovery};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = recovery)]
struct Row {
    id: RecoveryId,
    award_id: AwardId,
    version: i64,
    amount_minor: i64,
    returned_minor: i64,
    written_off_minor: i64,
    currency: String,
    state: String,
    reason: String,
    opened_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Recovery> for Row {
    fn from(recovery: &Recovery) -> Row {
        Row {
            id: recovery.id,
            award_id: recovery.award,
            version: recovery.version,
            amount_minor: recovery.amount.minor_units,
            returned_minor: recovery.returned.minor_units,
            written_off_minor: recovery.written_off.minor_units,
            currency: recovery.amount.currency.as_str().to_string(),
            state: recovery.state.name().to_string(),
            reason: recovery.reason.clone(),
            opened_at: recovery.opened_at,
            updated_at: recovery.updated_at,
        }
    }
}

impl TryFrom<Row> for Recovery {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Recovery, DbError> {
        let sum = |minor_units| stored::money(minor_units, &row.currency);
        Ok(Recovery {
            id: row.id,
            award: row.award_id,
            version: row.version,
            amount: sum(row.amount_minor)?,
            returned: sum(row.returned_minor)?,
            written_off: sum(row.written_off_minor)?,
            state: parsed(&row.state)?,
            reason: row.reason,
            opened_at: row.opened_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn insert_recovery(conn: &mut Conn, recovery: &Recovery) -> Result<(), DbError> {
    diesel::insert_into(recovery::table).values(Row::from(recovery)).execute(conn)?;
    Ok(())
}

/// The recovery as it now is.
pub fn recovery(conn: &mut Conn, id: RecoveryId) -> Result<Recovery, Error> {
    let row = recovery::table.find(id).select(Row::as_select()).first(conn);
    Ok(Recovery::try_from(found::<_, Error>(row, "recovery")?)?)
}

/// All recoveries of an award, oldest first.
pub fn recoveries_of(conn: &mut Conn, award: AwardId) -> Result<Vec<Recovery>, DbError> {
    let rows: Vec<Row> = recovery::table
        .filter(recovery::award_id.eq(award))
        .order(recovery::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Recovery::try_from).collect()
}

/// Replaces the version it was made from.
pub fn update_recovery(conn: &mut Conn, old: &Recovery, new: &Recovery) -> Result<(), Error> {
    let of_old_version = recovery::table.find(new.id).filter(recovery::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(recovery(conn, new.id)?).into());
    }
    Ok(())
}

/// One page, oldest first.
pub fn page_of_recoveries(
    conn: &mut Conn,
    filter: &MoneyFilter,
    visible: &Visible,
    after: Option<RecoveryId>,
    limit: i64,
) -> Result<Vec<Recovery>, DbError> {
    let mut query = of_awards!(recovery, filter, visible);
    if let Some(after) = after {
        query = query.filter(recovery::id.gt(after));
    }
    let rows: Vec<Row> = query.order(recovery::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Recovery::try_from).collect()
}
