//! People, with their roles.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::caller::{Grant, Role, Subject};
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::ids::{GrantId, OrgId, PersonId};
use kit::refusal::Refusal;
use kit::stored::parsed;
use kit::time::Timestamp;

use super::{Key, Visible, grouped};
use crate::error::Error;
use crate::organisation::fold;
use crate::person::{Person, RoleGrant, State, fold_email};
use crate::schema::{person, role_grant};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = person, treat_none_as_null = true)]
struct Row {
    id: PersonId,
    version: i64,
    organisation_id: OrgId,
    name: String,
    sort_name: String,
    email: String,
    email_folded: String,
    ended_at: Option<Timestamp>,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Person> for Row {
    fn from(person: &Person) -> Row {
        Row {
            id: person.id,
            version: person.version,
            organisation_id: person.organisation,
            name: person.name.clone(),
            sort_name: fold(&person.name),
            email: person.email.clone(),
            email_folded: fold_email(&person.email),
            ended_at: match person.state {
                State::Active => None,
                State::Ended { at } => Some(at),
            },
            created_at: person.created_at,
            updated_at: person.updated_at,
        }
    }
}

pub fn get(conn: &mut Conn, id: PersonId) -> Result<Person, Error> {
    Ok(find(conn, id)?.ok_or(Refusal::NotFound { what: "person" })?)
}

pub fn find(conn: &mut Conn, id: PersonId) -> Result<Option<Person>, DbError> {
    let row: Option<Row> = person::table.find(id).select(Row::as_select()).first(conn).optional()?;
    Ok(complete(conn, row.into_iter().collect())?.pop())
}

/// The person who signs in with an address.
pub fn of_email(conn: &mut Conn, email: &str) -> Result<Option<Person>, DbError> {
    let row: Option<Row> = person::table
        .filter(person::email_folded.eq(fold_email(email)))
        .filter(person::ended_at.is_null())
        .select(Row::as_select())
        .first(conn)
        .optional()?;
    Ok(complete(conn, row.into_iter().collect())?.pop())
}

/// How many people beside one are network administrators without an end.
pub fn n_other_administrators(conn: &mut Conn, beside: PersonId, now: Timestamp) -> Result<i64, DbError> {
    let holds = role_grant::table
        .filter(role_grant::person_id.eq(person::id))
        .filter(role_grant::duty.eq(Role::NetworkAdministrator.name()))
        .filter(role_grant::starts_at.le(now))
        .filter(role_grant::ends_at.is_null());
    Ok(person::table
        .filter(person::id.ne(beside))
        .filter(person::ended_at.is_null())
        .filter(exists(holds))
        .count()
        .get_result(conn)?)
}

/// A new person, who has no role yet.
pub fn insert(conn: &mut Conn, person: &Person) -> Result<(), Error> {
    expect_free_email(conn, person)?;
    diesel::insert_into(person::table).values(Row::from(person)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces the version it was made from, roles included.
pub fn update(conn: &mut Conn, old: &Person, new: &Person) -> Result<(), Error> {
    if fold_email(&old.email) != fold_email(&new.email) {
        expect_free_email(conn, new)?;
    }
    let of_old_version = person::table.find(new.id).filter(person::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn).map_err(taken_meanwhile)?;
    if n_changed == 0 {
        // The person may belong to another council by now, and then the caller reads the address no longer.
        return Err(Refusal::stale(get(conn, new.id)?.without_email()).into());
    }
    for held in &new.grants {
        match old.grants.iter().find(|before| before.id == held.id) {
            Some(before) if before == held => {}
            Some(_) => {
                let until = role_grant::ends_at.eq(held.ends_at);
                diesel::update(role_grant::table.find(held.id)).set(until).execute(conn)?;
            }
            None => {
                let row = (
                    role_grant::id.eq(held.id),
                    role_grant::person_id.eq(new.id),
                    role_grant::duty.eq(held.grant.role.name()),
                    role_grant::organisation_id.eq(held.grant.organisation),
                    role_grant::starts_at.eq(held.starts_at),
                    role_grant::ends_at.eq(held.ends_at),
                );
                diesel::insert_into(role_grant::table).values(row).execute(conn)?;
            }
        }
    }
    Ok(())
}

fn expect_free_email(conn: &mut Conn, person: &Person) -> Result<(), Error> {
    match of_email(conn, &person.email)? {
        // Whose it is stays unsaid: it may be somebody the caller may not know of.
        Some(other) if other.id != person.id => Err(Error::AlreadyExists {
            what: "person",
            field: "email",
            existing: "ask a network administrator".to_string(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Which people are asked for.
#[derive(Clone, Debug)]
pub struct Filter {
    pub organisation: Option<OrgId>,
    /// Only those who hold it.
    pub role: Option<Role>,
    pub search: String,
    pub ended_too: bool,
}

/// One page, by folded name; `now` is when a role is held.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    now: Timestamp,
    after: Option<Key<PersonId>>,
    limit: i64,
) -> Result<Vec<Person>, DbError> {
    let mut query = person::table.into_boxed::<Backend>();
    if let Visible::Own { organisations, caller } = visible {
        let of_its_own = person::organisation_id.eq_any(organisations);
        query = match caller {
            Subject::Person(id) => query.filter(of_its_own.or(person::id.eq(id))),
            Subject::Client(_) | Subject::Area(_) | Subject::Anonymous => query.filter(of_its_own),
        };
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(person::organisation_id.eq(organisation));
    }
    if let Some(role) = filter.role {
        let lasts = role_grant::ends_at.assume_not_null().gt(now);
        let holds = role_grant::table
            .filter(role_grant::person_id.eq(person::id))
            .filter(role_grant::duty.eq(role.name()))
            .filter(role_grant::starts_at.le(now))
            .filter(role_grant::ends_at.is_null().or(lasts));
        query = query.filter(exists(holds));
    }
    for word in fold(&filter.search).split(' ').filter(|word| !word.is_empty()) {
        query = query.filter(person::sort_name.like(format!("%{word}%")));
    }
    if !filter.ended_too {
        query = query.filter(person::ended_at.is_null());
    }
    if let Some((name, id)) = after {
        query = query.filter(person::sort_name.gt(name.clone()).or(person::sort_name.eq(name).and(person::id.gt(id))));
    }
    let query = query.order((person::sort_name.asc(), person::id.asc())).limit(limit);
    let rows = query.select(Row::as_select()).load(conn)?;
    complete(conn, rows)
}

/// Adds to rows what another table keeps of them.
fn complete(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Person>, DbError> {
    let ids: Vec<PersonId> = rows.iter().map(|row| row.id).collect();
    let found: Vec<(PersonId, GrantId, String, OrgId, Timestamp, Option<Timestamp>)> = role_grant::table
        .filter(role_grant::person_id.eq_any(ids))
        .order((role_grant::starts_at.asc(), role_grant::id.asc()))
        .select((
            role_grant::person_id,
            role_grant::id,
            role_grant::duty,
            role_grant::organisation_id,
            role_grant::starts_at,
            role_grant::ends_at,
        ))
        .load(conn)?;
    let mut held = Vec::with_capacity(found.len());
    for (person, id, role, organisation, starts_at, ends_at) in found {
        let grant = Grant { role: parsed(&role)?, organisation };
        held.push((person, RoleGrant { id, grant, starts_at, ends_at }));
    }
    let mut grants = grouped(held);
    let complete = |row: Row| Person {
        id: row.id,
        organisation: row.organisation_id,
        version: row.version,
        name: row.name,
        email: row.email,
        grants: grants.remove(&row.id).unwrap_or_default(),
        state: row.ended_at.map_or(State::Active, |at| State::Ended { at }),
        created_at: row.created_at,
        updated_at: row.updated_at,
    };
    Ok(rows.into_iter().map(complete).collect())
}
