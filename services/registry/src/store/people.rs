//! People, with their roles.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::caller::{Grant, Role, Subject};
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::fold::fold;
use kit::ids::{GrantId, OrgId, PersonId};
use kit::refusal::Refusal;
use kit::stored::parsed;
use kit::time::Timestamp;

use super::{Key, Visible, email_changes, grouped};
use crate::error::Error;
use crate::person::{Email, GrantState, Person, RoleGrant, State, fold_email};
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
            email: person.email.address.clone(),
            // What sign-in compares. An address that is not in force is nobody's way in; an identity is no address.
            email_folded: match person.email.in_force {
                true => fold_email(&person.email.address),
                false => person.id.to_string(),
            },
            ended_at: match person.state {
                State::Active => None,
                State::Ended { at } => Some(at),
            },
            created_at: person.created_at,
            updated_at: person.updated_at,
        }
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = role_grant)]
struct GrantRow {
    id: GrantId,
    person_id: PersonId,
    duty: String,
    organisation_id: OrgId,
    starts_at: Timestamp,
    ends_at: Option<Timestamp>,
    granted_by: Option<PersonId>,
    pending: bool,
    confirmed_by: Option<PersonId>,
}

impl TryFrom<GrantRow> for RoleGrant {
    type Error = DbError;

    fn try_from(row: GrantRow) -> Result<RoleGrant, DbError> {
        let GrantRow { id, duty, organisation_id, starts_at, ends_at, granted_by, pending, confirmed_by, .. } = row;
        let grant = Grant { role: parsed(&duty)?, organisation: organisation_id };
        let state = if pending { GrantState::Pending } else { GrantState::Active { confirmed_by } };
        Ok(RoleGrant { id, grant, starts_at, ends_at, granted_by, state })
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

/// The addresses of the people of an organisation who can sign in, those too that wait to be confirmed.
pub fn emails_of(conn: &mut Conn, organisation: OrgId) -> Result<Vec<(PersonId, String)>, DbError> {
    let of_it = person::table.filter(person::organisation_id.eq(organisation)).filter(person::ended_at.is_null());
    let mut emails: Vec<(PersonId, String)> = of_it.select((person::id, person::email)).load(conn)?;
    emails.extend(email_changes::of_organisation(conn, organisation)?);
    Ok(emails)
}

/// Notes that a person has signed in.
pub fn note_sign_in(conn: &mut Conn, id: PersonId, real_now: Timestamp) -> Result<(), DbError> {
    let first = person::table.find(id).filter(person::signed_in_at.is_null());
    diesel::update(first).set(person::signed_in_at.eq(real_now)).execute(conn)?;
    Ok(())
}

/// Whether a council has, or had, an administrator who has signed in: it answers for its own people since.
pub fn has_begun(conn: &mut Conn, council: OrgId) -> Result<bool, DbError> {
    let administered = role_grant::table
        .filter(role_grant::person_id.eq(person::id))
        .filter(role_grant::duty.eq(Role::CouncilAdministrator.name()))
        .filter(role_grant::organisation_id.eq(council))
        .filter(role_grant::pending.eq(false));
    let who = person::table.filter(person::signed_in_at.is_not_null()).filter(exists(administered));
    Ok(diesel::select(exists(who)).get_result(conn)?)
}

/// Whether somebody beside these holds a role, for this organisation where one is given.
pub fn holds_beside(
    conn: &mut Conn,
    role: Role,
    organisation: Option<OrgId>,
    beside: &[PersonId],
    now: Timestamp,
) -> Result<bool, DbError> {
    let lasts = role_grant::ends_at.assume_not_null().gt(now);
    let mut holds = role_grant::table
        .inner_join(person::table)
        .filter(role_grant::duty.eq(role.name()))
        .filter(role_grant::pending.eq(false))
        .filter(role_grant::starts_at.le(now))
        .filter(role_grant::ends_at.is_null().or(lasts))
        .filter(person::ended_at.is_null())
        .filter(person::id.ne_all(beside))
        .into_boxed::<Backend>();
    if let Some(organisation) = organisation {
        holds = holds.filter(role_grant::organisation_id.eq(organisation));
    }
    let n_holders: i64 = holds.count().get_result(conn)?;
    Ok(n_holders > 0)
}

/// How many people beside one are network administrators without an end.
pub fn n_other_administrators(conn: &mut Conn, beside: PersonId, now: Timestamp) -> Result<i64, DbError> {
    let holds = role_grant::table
        .filter(role_grant::person_id.eq(person::id))
        .filter(role_grant::duty.eq(Role::NetworkAdministrator.name()))
        .filter(role_grant::pending.eq(false))
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
    if person.email.in_force {
        expect_free_email(conn, person)?;
    }
    diesel::insert_into(person::table).values(Row::from(person)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

/// Replaces the version it was made from, roles included.
pub fn update(conn: &mut Conn, old: &Person, new: &Person) -> Result<(), Error> {
    if new.email.in_force && !(old.email.in_force && old.signs_in_with(&new.email.address)) {
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
                let (pending, confirmed_by) = columns(held.state);
                let change = (
                    role_grant::starts_at.eq(held.starts_at),
                    role_grant::ends_at.eq(held.ends_at),
                    role_grant::pending.eq(pending),
                    role_grant::confirmed_by.eq(confirmed_by),
                );
                diesel::update(role_grant::table.find(held.id)).set(change).execute(conn)?;
            }
            None => {
                let (pending, confirmed_by) = columns(held.state);
                let row = (
                    role_grant::id.eq(held.id),
                    role_grant::person_id.eq(new.id),
                    role_grant::duty.eq(held.grant.role.name()),
                    role_grant::organisation_id.eq(held.grant.organisation),
                    role_grant::starts_at.eq(held.starts_at),
                    role_grant::ends_at.eq(held.ends_at),
                    role_grant::granted_by.eq(held.granted_by),
                    role_grant::pending.eq(pending),
                    role_grant::confirmed_by.eq(confirmed_by),
                );
                diesel::insert_into(role_grant::table).values(row).execute(conn)?;
            }
        }
    }
    Ok(())
}

fn columns(state: GrantState) -> (bool, Option<PersonId>) {
    match state {
        GrantState::Pending => (true, None),
        GrantState::Active { confirmed_by } => (false, confirmed_by),
    }
}

/// # Errors
/// [`Error::AlreadyExists`] when somebody else signs in with the address of a person.
fn expect_free_email(conn: &mut Conn, person: &Person) -> Result<(), Error> {
    match of_email(conn, &person.email.address)? {
        Some(other) if other.id != person.id => Err(Error::email_taken()),
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
    if let Visible::Own { organisations, with_role_for, caller } = visible {
        let lasts = role_grant::ends_at.assume_not_null().gt(now);
        let begins = role_grant::ends_at.assume_not_null().gt(role_grant::starts_at);
        let has_role_for = role_grant::table
            .filter(role_grant::person_id.eq(person::id))
            .filter(role_grant::organisation_id.eq_any(with_role_for))
            .filter(role_grant::ends_at.is_null().or(lasts.and(begins)));
        let of_its_own = person::organisation_id.eq_any(organisations).or(exists(has_role_for));
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
            .filter(role_grant::pending.eq(false))
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
    let found: Vec<GrantRow> = role_grant::table
        .filter(role_grant::person_id.eq_any(&ids))
        .order((role_grant::starts_at.asc(), role_grant::id.asc()))
        .select(GrantRow::as_select())
        .load(conn)?;
    let mut held = Vec::with_capacity(found.len());
    for row in found {
        held.push((row.person_id, RoleGrant::try_from(row)?));
    }
    let mut grants = grouped(held);
    let mut waiting = grouped(email_changes::waiting(conn, &ids)?);
    let complete = |row: Row| {
        let in_force = row.email_folded != row.id.to_string();
        let mut pending = waiting.remove(&row.id).unwrap_or_default().pop().unwrap_or_default();
        // A first address waits by itself.
        if fold_email(&pending) == fold_email(&row.email) {
            pending.clear();
        }
        Person {
            id: row.id,
            organisation: row.organisation_id,
            version: row.version,
            name: row.name,
            email: Email { address: row.email, in_force, pending },
            grants: grants.remove(&row.id).unwrap_or_default(),
            state: row.ended_at.map_or(State::Active, |at| State::Ended { at }),
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    };
    Ok(rows.into_iter().map(complete).collect())
}
