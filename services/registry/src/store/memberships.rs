//! Memberships, with their suspensions.

use diesel::prelude::*;
use kit::call::MembershipClass;
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::ids::{MembershipId, OrgId};
use kit::refusal::Refusal;
use kit::stored::parsed;
use kit::time::{Date, Timestamp};

use super::{Key, grouped};
use crate::dates::Term;
use crate::error::Error;
use crate::membership::{Membership, Suspension};
use crate::schema::{membership, suspension};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = membership, treat_none_as_null = true)]
struct Row {
    id: MembershipId,
    version: i64,
    organisation_id: OrgId,
    class: String,
    from_date: Date,
    until_date: Option<Date>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Membership> for Row {
    fn from(membership: &Membership) -> Row {
        Row {
            id: membership.id,
            version: membership.version,
            organisation_id: membership.organisation,
            class: <&str>::from(membership.class).to_string(),
            from_date: membership.term.from,
            until_date: membership.term.until,
            created_at: membership.created_at,
            updated_at: membership.updated_at,
        }
    }
}

pub fn get(conn: &mut Conn, id: MembershipId) -> Result<Membership, Error> {
    let row: Option<Row> = membership::table.find(id).select(Row::as_select()).first(conn).optional()?;
    let found = complete(conn, row.into_iter().collect())?.pop();
    Ok(found.ok_or(Refusal::NotFound { what: "membership" })?)
}

/// All memberships of one organisation, oldest first.
pub fn of_organisation(conn: &mut Conn, organisation: OrgId) -> Result<Vec<Membership>, DbError> {
    let query = membership::table.filter(membership::organisation_id.eq(organisation));
    let rows = query.order(membership::from_date.asc()).select(Row::as_select()).load(conn)?;
    complete(conn, rows)
}

pub fn insert(conn: &mut Conn, membership: &Membership) -> Result<(), Error> {
    diesel::insert_into(membership::table).values(Row::from(membership)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces the version it was made from, suspensions included.
pub fn update(conn: &mut Conn, old: &Membership, new: &Membership) -> Result<(), Error> {
    let of_old_version = membership::table.find(new.id).filter(membership::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    if old.suspensions != new.suspensions {
        diesel::delete(suspension::table.filter(suspension::membership_id.eq(new.id))).execute(conn)?;
        for (place, Suspension { term, reason }) in (0_i32..).zip(&new.suspensions) {
            let row = (
                suspension::membership_id.eq(new.id),
                suspension::place.eq(place),
                suspension::from_date.eq(term.from),
                suspension::until_date.eq(term.until),
                suspension::reason.eq(reason),
            );
            diesel::insert_into(suspension::table).values(row).execute(conn)?;
        }
    }
    Ok(())
}

/// Which memberships.
#[derive(Clone, Debug)]
pub struct Filter {
    pub organisation: Option<OrgId>,
    pub class: Option<MembershipClass>,
    pub as_of: Option<Date>,
}

fn filtered(filter: &Filter) -> membership::BoxedQuery<'static, Backend> {
    let mut query = membership::table.into_boxed();
    if let Some(organisation) = filter.organisation {
        query = query.filter(membership::organisation_id.eq(organisation));
    }
    if let Some(class) = filter.class {
        query = query.filter(membership::class.eq(<&str>::from(class)));
    }
    if let Some(day) = filter.as_of {
        query = query.filter(membership::from_date.le(day));
        query = query.filter(membership::until_date.is_null().or(membership::until_date.assume_not_null().gt(day)));
    }
    query
}

/// One page, by first day.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    after: Option<Key<MembershipId>>,
    limit: i64,
) -> Result<Vec<Membership>, DbError> {
    let mut query = filtered(filter);
    if let Some((day, id)) = after {
        let same_day = membership::from_date.eq(day.clone()).and(membership::id.gt(id));
        query = query.filter(membership::from_date.gt(day).or(same_day));
    }
    let query = query.order((membership::from_date.asc(), membership::id.asc())).limit(limit);
    let rows = query.select(Row::as_select()).load(conn)?;
    complete(conn, rows)
}

/// How many match on all pages.
pub fn n_memberships(conn: &mut Conn, filter: &Filter) -> Result<i64, DbError> {
    Ok(filtered(filter).count().get_result(conn)?)
}

/// Adds to rows what another table keeps of them.
fn complete(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Membership>, DbError> {
    let ids: Vec<MembershipId> = rows.iter().map(|row| row.id).collect();
    let found: Vec<(MembershipId, Date, Option<Date>, String)> = suspension::table
        .filter(suspension::membership_id.eq_any(ids))
        .order((suspension::membership_id.asc(), suspension::place.asc()))
        .select((suspension::membership_id, suspension::from_date, suspension::until_date, suspension::reason))
        .load(conn)?;
    let suspension =
        |(membership, from, until, reason)| (membership, Suspension { term: Term { from, until }, reason });
    let mut suspensions = grouped(found.into_iter().map(suspension));
    let mut memberships = Vec::with_capacity(rows.len());
    for row in rows {
        memberships.push(Membership {
            id: row.id,
            organisation: row.organisation_id,
            version: row.version,
            class: parsed(&row.class)?,
            term: Term { from: row.from_date, until: row.until_date },
            suspensions: suspensions.remove(&row.id).unwrap_or_default(),
            created_at: row.created_at,
            updated_at: row.updated_at,
        });
    }
    Ok(memberships)
}
