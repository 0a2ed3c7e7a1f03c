//! Commissions, with the people and rounds that they are found by.

use diesel::dsl::{auto_type, exists};
use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{CommissionId, OrgId, PersonId, RoundId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, json};
use kit::time::Timestamp;

use super::Commission;
use crate::error::Error;
use crate::schema::{commission, commission_consultant, commission_round};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = commission)]
struct Row {
    id: CommissionId,
    version: i64,
    title: String,
    organisation_id: OrgId,
    consultants: String,
    rounds: String,
    from_at: Timestamp,
    until_at: Timestamp,
    declarations: String,
    reason: String,
    created_at: Timestamp,
}

impl From<&Commission> for Row {
    fn from(commission: &Commission) -> Row {
        Row {
            id: commission.id,
            version: commission.version,
            title: commission.title.clone(),
            organisation_id: commission.organisation,
            consultants: json(&commission.consultants),
            rounds: json(&commission.rounds),
            from_at: commission.from,
            until_at: commission.until,
            declarations: json(&commission.declarations),
            reason: commission.reason.clone(),
            created_at: commission.created_at,
        }
    }
}

impl TryFrom<Row> for Commission {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Commission, DbError> {
        Ok(Commission {
            id: row.id,
            version: row.version,
            title: row.title,
            organisation: row.organisation_id,
            consultants: from_json(&row.consultants)?,
            rounds: from_json(&row.rounds)?,
            from: row.from_at,
            until: row.until_at,
            declarations: from_json(&row.declarations)?,
            reason: row.reason,
            created_at: row.created_at,
        })
    }
}

pub fn get(conn: &mut Conn, id: CommissionId) -> Result<Commission, Error> {
    let row = found::<_, Error>(commission::table.find(id).select(Row::as_select()).first(conn), "commission")?;
    Ok(Commission::try_from(row)?)
}

pub fn insert(conn: &mut Conn, new: &Commission) -> Result<(), DbError> {
    diesel::insert_into(commission::table).values(Row::from(new)).execute(conn)?;
    for person in &new.consultants {
        diesel::insert_into(commission_consultant::table)
            .values((commission_consultant::commission_id.eq(new.id), commission_consultant::person_id.eq(person)))
            .execute(conn)?;
    }
    for round in &new.rounds {
        diesel::insert_into(commission_round::table)
            .values((commission_round::commission_id.eq(new.id), commission_round::round_id.eq(round)))
            .execute(conn)?;
    }
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Commission, new: &Commission) -> Result<(), Error> {
    let of_old_version = commission::table.find(new.id).filter(commission::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

/// Whether it names this consultant.
#[auto_type]
fn names(person: PersonId) -> _ {
    exists(
        commission_consultant::table
            .filter(commission_consultant::commission_id.eq(commission::id))
            .filter(commission_consultant::person_id.eq(person)),
    )
}

/// Whether it opens this round.
#[auto_type]
fn opens(round: RoundId) -> _ {
    exists(
        commission_round::table
            .filter(commission_round::commission_id.eq(commission::id))
            .filter(commission_round::round_id.eq(round)),
    )
}

/// Whether it runs at this instant.
#[auto_type]
fn runs(now: Timestamp) -> _ {
    commission::from_at.le(now).and(commission::until_at.gt(now))
}

/// Newest first; those of one consultant, or all.
pub fn page(
    conn: &mut Conn,
    consultant: Option<PersonId>,
    round: Option<RoundId>,
    below: Option<CommissionId>,
    limit: i64,
) -> Result<Vec<Commission>, DbError> {
    let mut query = commission::table.into_boxed::<Backend>();
    if let Some(person) = consultant {
        query = query.filter(names(person));
    }
    if let Some(round) = round {
        query = query.filter(opens(round));
    }
    if let Some(below) = below {
        query = query.filter(commission::id.lt(below));
    }
    let rows: Vec<Row> = query.order(commission::id.desc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Commission::try_from).collect()
}

/// Those that run at an instant and name this consultant.
pub fn running_for(conn: &mut Conn, person: PersonId, now: Timestamp) -> Result<Vec<Commission>, DbError> {
    let rows: Vec<Row> = commission::table
        .filter(runs(now))
        .filter(names(person))
        .order(commission::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Commission::try_from).collect()
}

/// Those that run at an instant and open a round; without one, all that run.
pub fn running_over(conn: &mut Conn, round: Option<RoundId>, now: Timestamp) -> Result<Vec<Commission>, DbError> {
    let mut query = commission::table.filter(runs(now)).into_boxed::<Backend>();
    if let Some(round) = round {
        query = query.filter(opens(round));
    }
    let rows: Vec<Row> = query.order(commission::id.asc()).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Commission::try_from).collect()
}
