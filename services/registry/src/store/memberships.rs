//! Memberships, with their suspensions.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx, taken_meanwhile};
use kit::ids::{MembershipId, OrgId};
use kit::stored::{named, parsed};
use kit::time::{Date, Timestamp};

use super::{After, term_of};
use crate::error::{Error, Newer};
use crate::membership::{Class, Membership, Suspension};
use crate::schema::{membership, suspension};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = membership, treat_none_as_null = true)]
struct MembershipRow {
    id: String,
    version: i64,
    organisation_id: String,
    class: String,
    from_date: String,
    until_date: Option<String>,
    created_at: i64,
    updated_at: i64,
}

impl From<&Membership> for MembershipRow {
    fn from(membership: &Membership) -> MembershipRow {
        MembershipRow {
            id: membership.id.to_string(),
            version: membership.version,
            organisation_id: membership.organisation.to_string(),
            class: membership.class.name().to_string(),
            from_date: membership.term.from.to_string(),
            until_date: membership.term.until.map(|day| day.to_string()),
            created_at: membership.created_at.micros(),
            updated_at: membership.updated_at.micros(),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = suspension)]
struct SuspensionRow {
    membership_id: String,
    place: i32,
    from_date: String,
    until_date: Option<String>,
    reason: String,
}

pub fn get(tx: &mut Tx, id: MembershipId) -> Result<Membership, Error> {
    let row: Option<MembershipRow> =
        membership::table.find(id.to_string()).select(MembershipRow::as_select()).first(tx).optional()?;
    let found = complete(tx, row.into_iter().collect())?.pop();
    found.ok_or(Error::NotFound { what: "membership" })
}

/// All memberships of one organisation, oldest first.
pub fn of_organisation(tx: &mut Tx, organisation: OrgId) -> Result<Vec<Membership>, DbError> {
    let rows: Vec<MembershipRow> = membership::table
        .filter(membership::organisation_id.eq(organisation.to_string()))
        .order(membership::from_date.asc())
        .select(MembershipRow::as_select())
        .load(tx)?;
    complete(tx, rows)
}

pub fn insert(tx: &mut Tx, membership: &Membership) -> Result<(), Error> {
    let row = MembershipRow::from(membership);
    diesel::insert_into(membership::table).values(row).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

/// Writes the new version over the one it was made from, suspensions included.
pub fn update(tx: &mut Tx, old: &Membership, new: &Membership) -> Result<(), Error> {
    let id = new.id.to_string();
    let of_old_version = membership::table.filter(membership::id.eq(&id)).filter(membership::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(MembershipRow::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Membership(get(tx, new.id)?)));
    }
    if old.suspensions != new.suspensions {
        diesel::delete(suspension::table.filter(suspension::membership_id.eq(&id))).execute(tx)?;
        for (place, one) in (0..).zip(&new.suspensions) {
            let row = SuspensionRow {
                membership_id: id.clone(),
                place,
                from_date: one.term.from.to_string(),
                until_date: one.term.until.map(|day| day.to_string()),
                reason: one.reason.clone(),
            };
            diesel::insert_into(suspension::table).values(row).execute(tx)?;
        }
    }
    Ok(())
}

/// Which memberships.
#[derive(Clone, Debug)]
pub struct Filter {
    pub organisation: Option<OrgId>,
    pub class: Option<Class>,
    pub as_of: Option<Date>,
}

fn filtered(filter: &Filter) -> membership::BoxedQuery<'static, Backend> {
    let mut query = membership::table.into_boxed();
    if let Some(organisation) = filter.organisation {
        query = query.filter(membership::organisation_id.eq(organisation.to_string()));
    }
    if let Some(class) = filter.class {
        query = query.filter(membership::class.eq(class.name()));
    }
    if let Some(day) = filter.as_of {
        let day = day.to_string();
        let lasts = membership::until_date.assume_not_null().gt(day.clone());
        query = query.filter(membership::from_date.le(day));
        query = query.filter(membership::until_date.is_null().or(lasts));
    }
    query
}

/// One page, by first day.
pub fn page(tx: &mut Tx, filter: &Filter, after: After, limit: i64) -> Result<Vec<Membership>, DbError> {
    let mut query = filtered(filter);
    if let Some((day, id)) = after {
        let same_day = membership::from_date.eq(day.clone()).and(membership::id.gt(id));
        query = query.filter(membership::from_date.gt(day).or(same_day));
    }
    let rows: Vec<MembershipRow> = query
        .order((membership::from_date.asc(), membership::id.asc()))
        .limit(limit)
        .select(MembershipRow::as_select())
        .load(tx)?;
    complete(tx, rows)
}

/// How many match on all pages.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, DbError> {
    Ok(filtered(filter).count().get_result(tx)?)
}

fn complete(tx: &mut Tx, rows: Vec<MembershipRow>) -> Result<Vec<Membership>, DbError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let suspensions: Vec<SuspensionRow> = suspension::table
        .filter(suspension::membership_id.eq_any(ids))
        .order((suspension::membership_id.asc(), suspension::place.asc()))
        .select(SuspensionRow::as_select())
        .load(tx)?;
    let mut memberships = Vec::with_capacity(rows.len());
    for row in rows {
        let mut of_row = Vec::new();
        for one in suspensions.iter().filter(|one| one.membership_id == row.id) {
            let term = term_of(&one.from_date, one.until_date.as_deref())?;
            of_row.push(Suspension { term, reason: one.reason.clone() });
        }
        memberships.push(Membership {
            id: parsed(&row.id)?,
            organisation: parsed(&row.organisation_id)?,
            version: row.version,
            class: named(&Class::ALL, Class::name, &row.class)?,
            term: term_of(&row.from_date, row.until_date.as_deref())?,
            suspensions: of_row,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        });
    }
    Ok(memberships)
}
