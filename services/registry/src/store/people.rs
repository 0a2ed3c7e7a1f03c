//! People, with their roles.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::caller::{Duty, Grant, Subject};
use kit::db::{Backend, DbError, Tx, taken_meanwhile};
use kit::ids::{OrgId, PersonId};
use kit::stored::parsed;
use kit::time::Timestamp;

use super::After;
use crate::error::{Error, Newer};
use crate::organisation::fold;
use crate::person::{Person, RoleGrant, State, fold_email};
use crate::policy::Visible;
use crate::schema::{person, role_grant};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = person, treat_none_as_null = true)]
struct PersonRow {
    id: String,
    version: i64,
    organisation_id: String,
    name: String,
    sort_name: String,
    email: String,
    email_folded: String,
    ended_at: Option<i64>,
    created_at: i64,
    updated_at: i64,
}

impl From<&Person> for PersonRow {
    fn from(person: &Person) -> PersonRow {
        PersonRow {
            id: person.id.to_string(),
            version: person.version,
            organisation_id: person.organisation.to_string(),
            name: person.name.clone(),
            sort_name: fold(&person.name),
            email: person.email.clone(),
            email_folded: fold_email(&person.email),
            ended_at: match person.state {
                State::Active => None,
                State::Ended { at } => Some(at.micros()),
            },
            created_at: person.created_at.micros(),
            updated_at: person.updated_at.micros(),
        }
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = role_grant)]
struct GrantRow {
    id: String,
    person_id: String,
    duty: String,
    organisation_id: String,
    starts_at: i64,
    ends_at: Option<i64>,
}

impl TryFrom<&GrantRow> for RoleGrant {
    type Error = DbError;

    fn try_from(row: &GrantRow) -> Result<RoleGrant, DbError> {
        Ok(RoleGrant {
            id: parsed(&row.id)?,
            grant: Grant { duty: parsed(&row.duty)?, organisation: parsed(&row.organisation_id)? },
            starts_at: Timestamp::from_micros(row.starts_at),
            ends_at: row.ends_at.map(Timestamp::from_micros),
        })
    }
}

pub fn get(tx: &mut Tx, id: PersonId) -> Result<Person, Error> {
    find(tx, id)?.ok_or(Error::NotFound { what: "person" })
}

pub fn find(tx: &mut Tx, id: PersonId) -> Result<Option<Person>, DbError> {
    let row: Option<PersonRow> =
        person::table.find(id.to_string()).select(PersonRow::as_select()).first(tx).optional()?;
    Ok(complete(tx, row.into_iter().collect())?.pop())
}

/// The person who signs in with an address.
pub fn of_email(tx: &mut Tx, email: &str) -> Result<Option<Person>, DbError> {
    let row: Option<PersonRow> = person::table
        .filter(person::email_folded.eq(fold_email(email)))
        .filter(person::ended_at.is_null())
        .select(PersonRow::as_select())
        .first(tx)
        .optional()?;
    Ok(complete(tx, row.into_iter().collect())?.pop())
}

/// How many people beside one are network administrators without an end.
pub fn n_other_administrators(tx: &mut Tx, beside: PersonId, now: Timestamp) -> Result<i64, DbError> {
    let holds = role_grant::table
        .filter(role_grant::person_id.eq(person::id))
        .filter(role_grant::duty.eq(Duty::NetworkAdministrator.name()))
        .filter(role_grant::starts_at.le(now.micros()))
        .filter(role_grant::ends_at.is_null());
    Ok(person::table
        .filter(person::id.ne(beside.to_string()))
        .filter(person::ended_at.is_null())
        .filter(exists(holds))
        .count()
        .get_result(tx)?)
}

/// A new person, who has no role yet.
pub fn insert(tx: &mut Tx, person: &Person) -> Result<(), Error> {
    expect_free_email(tx, person)?;
    diesel::insert_into(person::table).values(PersonRow::from(person)).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

/// Writes the new version over the one it was made from, roles included.
pub fn update(tx: &mut Tx, old: &Person, new: &Person) -> Result<(), Error> {
    if fold_email(&old.email) != fold_email(&new.email) {
        expect_free_email(tx, new)?;
    }
    let of_old_version =
        person::table.filter(person::id.eq(new.id.to_string())).filter(person::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(PersonRow::from(new)).execute(tx).map_err(taken_meanwhile)?;
    if n_changed == 0 {
        // The person may belong to another council by now, and then the caller reads the address no longer.
        return Err(Error::stale(Newer::Person(get(tx, new.id)?.without_email())));
    }
    for held in &new.grants {
        match old.grants.iter().find(|before| before.id == held.id) {
            Some(before) if before == held => {}
            Some(_) => {
                diesel::update(role_grant::table.find(held.id.to_string()))
                    .set(role_grant::ends_at.eq(held.ends_at.map(Timestamp::micros)))
                    .execute(tx)?;
            }
            None => {
                let row = GrantRow {
                    id: held.id.to_string(),
                    person_id: new.id.to_string(),
                    duty: held.grant.duty.name().to_string(),
                    organisation_id: held.grant.organisation.to_string(),
                    starts_at: held.starts_at.micros(),
                    ends_at: held.ends_at.map(Timestamp::micros),
                };
                diesel::insert_into(role_grant::table).values(row).execute(tx)?;
            }
        }
    }
    Ok(())
}

fn expect_free_email(tx: &mut Tx, person: &Person) -> Result<(), Error> {
    match of_email(tx, &person.email)? {
        // Whose it is stays unsaid: it may be somebody the caller may not know of.
        Some(other) if other.id != person.id => Err(Error::AlreadyExists {
            what: "person",
            field: "email",
            existing: "ask a network administrator".to_string(),
        }),
        Some(_) | None => Ok(()),
    }
}

/// Which people: what was asked for, within what the caller may see.
#[derive(Clone, Debug)]
pub struct Filter {
    pub organisation: Option<OrgId>,
    /// Only those who hold it at this instant.
    pub duty: Option<(Duty, Timestamp)>,
    pub search: String,
    pub ended_too: bool,
    pub visible: Visible,
}

type Condition = Box<dyn BoxableExpression<person::table, Backend, SqlType = Bool>>;

fn seen(visible: &Visible) -> Option<Condition> {
    match visible {
        Visible::All => None,
        Visible::Of { organisations, caller } => {
            let organisations: Vec<String> = organisations.iter().map(OrgId::to_string).collect();
            let of_its_own = person::organisation_id.eq_any(organisations);
            Some(match caller {
                Subject::Person(id) => Box::new(of_its_own.or(person::id.eq(id.to_string()))),
                Subject::Client(_) | Subject::Role(_) | Subject::Anonymous => Box::new(of_its_own),
            })
        }
    }
}

/// One page, by folded name.
pub fn page(tx: &mut Tx, filter: &Filter, after: After, limit: i64) -> Result<Vec<Person>, DbError> {
    let mut query = person::table.into_boxed();
    if let Some(seen) = seen(&filter.visible) {
        query = query.filter(seen);
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(person::organisation_id.eq(organisation.to_string()));
    }
    if let Some((duty, at)) = filter.duty {
        let lasts = role_grant::ends_at.assume_not_null().gt(at.micros());
        let holds = role_grant::table
            .filter(role_grant::person_id.eq(person::id))
            .filter(role_grant::duty.eq(duty.name()))
            .filter(role_grant::starts_at.le(at.micros()))
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
        let same_name = person::sort_name.eq(name.clone()).and(person::id.gt(id));
        query = query.filter(person::sort_name.gt(name).or(same_name));
    }
    let rows: Vec<PersonRow> = query
        .order((person::sort_name.asc(), person::id.asc()))
        .limit(limit)
        .select(PersonRow::as_select())
        .load(tx)?;
    complete(tx, rows)
}

fn complete(tx: &mut Tx, rows: Vec<PersonRow>) -> Result<Vec<Person>, DbError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let grants: Vec<GrantRow> = role_grant::table
        .filter(role_grant::person_id.eq_any(ids))
        .order((role_grant::starts_at.asc(), role_grant::id.asc()))
        .select(GrantRow::as_select())
        .load(tx)?;
    let mut people = Vec::with_capacity(rows.len());
    for row in rows {
        let of_row = grants.iter().filter(|grant| grant.person_id == row.id);
        let grants = of_row.map(RoleGrant::try_from).collect::<Result<_, _>>()?;
        people.push(Person {
            id: parsed(&row.id)?,
            organisation: parsed(&row.organisation_id)?,
            version: row.version,
            name: row.name,
            email: row.email,
            grants,
            state: row.ended_at.map_or(State::Active, |at| State::Ended { at: Timestamp::from_micros(at) }),
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        });
    }
    Ok(people)
}
