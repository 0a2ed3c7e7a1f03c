//! Addresses that wait to be confirmed, one for each person.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{OrgId, PersonId, SignInId};
use kit::time::Timestamp;

use crate::email_change::EmailChange;
use crate::schema::{email_change, person};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = email_change)]
struct Row {
    person_id: PersonId,
    id: SignInId,
    email: String,
    code: String,
    n_tries: i32,
    started_at: Timestamp,
    by_network: bool,
}

impl From<&EmailChange> for Row {
    fn from(change: &EmailChange) -> Row {
        let EmailChange { id, person, email, code, n_tries, started_at, by_network } = change.clone();
        Row { person_id: person, id, email, code, n_tries, started_at, by_network }
    }
}

impl From<Row> for EmailChange {
    fn from(row: Row) -> EmailChange {
        let Row { person_id, id, email, code, n_tries, started_at, by_network } = row;
        EmailChange { id, person: person_id, email, code, n_tries, started_at, by_network }
    }
}

/// In the place of the one before.
pub fn put(conn: &mut Conn, change: &EmailChange) -> Result<(), DbError> {
    remove(conn, change.person)?;
    diesel::insert_into(email_change::table).values(Row::from(change)).execute(conn)?;
    Ok(())
}

pub fn find(conn: &mut Conn, id: SignInId) -> Result<Option<EmailChange>, DbError> {
    let row: Option<Row> =
        email_change::table.filter(email_change::id.eq(id)).select(Row::as_select()).first(conn).optional()?;
    Ok(row.map(EmailChange::from))
}

/// Which address waits for each of these people.
pub fn waiting(conn: &mut Conn, people: &[PersonId]) -> Result<Vec<(PersonId, String)>, DbError> {
    let of_them = email_change::table.filter(email_change::person_id.eq_any(people));
    Ok(of_them.select((email_change::person_id, email_change::email)).load(conn)?)
}

/// Which addresses wait for the people of an organisation who can sign in.
pub fn of_organisation(conn: &mut Conn, organisation: OrgId) -> Result<Vec<(PersonId, String)>, DbError> {
    Ok(email_change::table
        .inner_join(person::table)
        .filter(person::organisation_id.eq(organisation))
        .filter(person::ended_at.is_null())
        .select((email_change::person_id, email_change::email))
        .load(conn)?)
}

pub fn remove(conn: &mut Conn, person: PersonId) -> Result<(), DbError> {
    diesel::delete(email_change::table.find(person)).execute(conn)?;
    Ok(())
}
