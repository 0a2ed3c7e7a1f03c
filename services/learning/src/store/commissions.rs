//! Commissions, with the persons and rounds by which they are looked for.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{CommissionId, PersonId, RoundId};
use kit::stored::{from_json, json, parsed};
use kit::time::Timestamp;

use crate::commission::Commission;
use crate::error::{Error, Newer};
use crate::schema::{commission, commission_consultant, commission_round};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = commission)]
struct Row {
    id: String,
    version: i64,
    title: String,
    organisation_id: String,
    consultants: String,
    rounds: String,
    from_at: i64,
    until_at: i64,
    declarations: String,
    reason: String,
    created_at: i64,
}

impl From<&Commission> for Row {
    fn from(commission: &Commission) -> Row {
        Row {
            id: commission.id.to_string(),
            version: commission.version,
            title: commission.title.clone(),
            organisation_id: commission.organisation.to_string(),
            consultants: json(&commission.consultants),
            rounds: json(&commission.rounds),
            from_at: commission.from.micros(),
            until_at: commission.until.micros(),
            declarations: json(&commission.declarations),
            reason: commission.reason.clone(),
            created_at: commission.created_at.micros(),
        }
    }
}

impl TryFrom<Row> for Commission {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Commission, DbError> {
        Ok(Commission {
            id: parsed(&row.id)?,
            version: row.version,
            title: row.title,
            organisation: parsed(&row.organisation_id)?,
            consultants: from_json(&row.consultants)?,
            rounds: from_json(&row.rounds)?,
            from: Timestamp::from_micros(row.from_at),
            until: Timestamp::from_micros(row.until_at),
            declarations: from_json(&row.declarations)?,
            reason: row.reason,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

pub fn commission(tx: &mut Tx, id: CommissionId) -> Result<Commission, Error> {
    let row = commission::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(Commission::try_from(row.ok_or(Error::NotFound { what: "commission" })?)?)
}

pub fn insert_commission(tx: &mut Tx, new: &Commission) -> Result<(), DbError> {
    diesel::insert_into(commission::table).values(Row::from(new)).execute(tx)?;
    for person in &new.consultants {
        diesel::insert_into(commission_consultant::table)
            .values((
                commission_consultant::commission_id.eq(new.id.to_string()),
                commission_consultant::person_id.eq(person.to_string()),
            ))
            .execute(tx)?;
    }
    for round in &new.rounds {
        diesel::insert_into(commission_round::table)
            .values((
                commission_round::commission_id.eq(new.id.to_string()),
                commission_round::round_id.eq(round.to_string()),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_commission(tx: &mut Tx, old: &Commission, new: &Commission) -> Result<(), Error> {
    let of_old_version =
        commission::table.filter(commission::id.eq(new.id.to_string())).filter(commission::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Commission(commission(tx, new.id)?)));
    }
    Ok(())
}

/// Newest first; those of one consultant, or all.
pub fn page_of_commissions(
    tx: &mut Tx,
    of: Option<PersonId>,
    round: Option<RoundId>,
    below: Option<String>,
    limit: i64,
) -> Result<Vec<Commission>, DbError> {
    let mut query = commission::table.into_boxed::<Backend>();
    if let Some(person) = of {
        query = query.filter(exists(
            commission_consultant::table
                .filter(commission_consultant::commission_id.eq(commission::id))
                .filter(commission_consultant::person_id.eq(person.to_string())),
        ));
    }
    if let Some(round) = round {
        query = query.filter(exists(
            commission_round::table
                .filter(commission_round::commission_id.eq(commission::id))
                .filter(commission_round::round_id.eq(round.to_string())),
        ));
    }
    if let Some(below) = below {
        query = query.filter(commission::id.lt(below));
    }
    let rows: Vec<Row> = query.order(commission::id.desc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Commission::try_from).collect()
}

/// Those that run at an instant and name this consultant.
pub fn running_for(tx: &mut Tx, person: PersonId, now: Timestamp) -> Result<Vec<Commission>, DbError> {
    let rows: Vec<Row> = commission::table
        .filter(commission::from_at.le(now.micros()))
        .filter(commission::until_at.gt(now.micros()))
        .filter(exists(
            commission_consultant::table
                .filter(commission_consultant::commission_id.eq(commission::id))
                .filter(commission_consultant::person_id.eq(person.to_string())),
        ))
        .order(commission::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Commission::try_from).collect()
}

/// Those that run at an instant and open a round; without one, all that run.
pub fn running_over(tx: &mut Tx, round: Option<RoundId>, now: Timestamp) -> Result<Vec<Commission>, DbError> {
    let mut query = commission::table
        .filter(commission::from_at.le(now.micros()))
        .filter(commission::until_at.gt(now.micros()))
        .into_boxed::<Backend>();
    if let Some(round) = round {
        query = query.filter(exists(
            commission_round::table
                .filter(commission_round::commission_id.eq(commission::id))
                .filter(commission_round::round_id.eq(round.to_string())),
        ));
    }
    let rows: Vec<Row> = query.order(commission::id.asc()).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Commission::try_from).collect()
}
