//! Addresses: asked for, told to the old one, and confirmed from the new one. All times are real time but those that
//! are kept of the person.

use kit::caller::{Actor, Role};
use kit::cx::Cx;
use kit::db::{Conn, DbError, Tx};
use kit::ids::{PersonId, SignInId};
use kit::outbox;
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::{Change, keep_by, reading};
use crate::email_change::EmailChange;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::person::{Person, fold_email};
use crate::policy;
use crate::store::{email_changes, people, revocations, sessions, sign_ins};

/// An address as it was entered, and how it would be confirmed.
#[derive(Clone, Debug)]
pub struct NewEmail {
    pub address: String,
    pub id: SignInId,
    /// Digest of the code.
    pub code: String,
    pub real_now: Timestamp,
}

/// Has a person's new address wait until it is confirmed.
pub fn ask(tx: &mut Tx, cx: &Cx, person: &Person, new: &NewEmail) -> Result<(), DbError> {
    let NewEmail { address, id, code, real_now } = new.clone();
    let by_network = cx.caller.has(Role::NetworkAdministrator);
    let change =
        EmailChange { id, person: person.id, email: address, code, n_tries: 0, started_at: real_now, by_network };
    email_changes::put(tx, &change)
}

/// Refuses an address that somebody has whom the caller knows of: all of them the network's administrators, and their
/// colleagues a council's. An address that somebody elsewhere has waits as any other would (F-C10).
pub fn expect_none_at_hand(tx: &mut Tx, cx: &Cx, person: &Person, address: &str) -> Result<(), Error> {
    let is_taken = match cx.caller.has(Role::NetworkAdministrator) {
        true => people::of_email(tx, address)?.is_some_and(|other| other.id != person.id),
        false => {
            let has_it = |(id, email): (PersonId, String)| id != person.id && fold_email(&email) == fold_email(address);
            people::emails_of(tx, person.organisation)?.into_iter().any(has_it)
        }
    };
    if is_taken { Err(Error::email_taken()) } else { Ok(()) }
}

/// Whom to write to about an address that waits.
pub struct Letters {
    /// Where the code goes.
    pub to_new: String,
    /// Where the notice goes; none where no other address is in force.
    pub to_old: Option<String>,
}

/// What is to be written about this change; none when it was not kept, as by a dry run and a repeated request.
pub fn letters(conn: &mut Conn, id: SignInId) -> Result<Option<Letters>, Error> {
    let Some(change) = email_changes::find(conn, id)? else { return Ok(None) };
    let email = people::get(conn, change.person)?.email;
    let to_old = Some(email.address).filter(|_| email.in_force);
    Ok(Some(Letters { to_new: change.email, to_old }))
}

#[derive(Clone, Debug)]
pub struct ConfirmEmail {
    pub id: SignInId,
    pub code: String,
    pub real_now: Timestamp,
}

/// Whether the code is right, as far as can be seen before it is tried.
pub fn is_right_confirmation(conn: &mut Conn, cmd: &ConfirmEmail) -> Result<bool, Error> {
    let change = email_changes::find(conn, cmd.id)?;
    Ok(change.is_some_and(|change| change.takes(&cmd.code, cmd.real_now)))
}

/// Keeps that a wrong code was given.
pub fn miss_confirmation(tx: &mut Tx, cmd: &ConfirmEmail) -> Result<(), Error> {
    if let Some(change) = email_changes::find(tx, cmd.id)? {
        email_changes::put(tx, &change.missed())?;
    }
    Ok(())
}

pub fn confirm_email(tx: &mut Tx, cx: &Cx, cmd: &ConfirmEmail) -> Result<Person, Error> {
    let change = email_changes::find(tx, cmd.id)?.filter(|change| change.takes(&cmd.code, cmd.real_now));
    let change = change.ok_or(Error::WrongConfirmation)?;
    let person = people::get(tx, change.person)?;
    let facts = reading::facts_of(tx, cx.now, &person)?;
    if !change.by_network && facts.have_duty_elsewhere() {
        return Err(Refusal::NotAllowed { who_may: policy::NETWORK }.into());
    }
    let confirmed = person.confirm_email(&change.email, cx.now)?;
    people::update(tx, &person, &confirmed)?;
    // Nobody goes on signing in or working under the old address.
    end_sign_ins(tx, person.id)?;
    let by = Actor { subject: person.id.to_string(), organisation: None };
    let change = Change { from: "waits".to_string(), ..Change::to(Some(person.organisation), "in force") };
    keep_by(tx, cx, &person.id.to_string(), by, Happened::EmailConfirmed, change)?;
    outbox::put(tx, cx, cx.now, events::person(Happened::EmailConfirmed, &confirmed))?;
    Ok(confirmed)
}

/// Ends the tokens and sessions of a person, the sign-ins that have begun, and the wait of another address.
pub fn end_sign_ins(tx: &mut Tx, person: PersonId) -> Result<(), DbError> {
    revocations::insert(tx, &person.to_string())?;
    email_changes::remove(tx, person)?;
    sign_ins::forget_of(tx, person)?;
    sessions::end(tx, person, None)?;
    Ok(())
}
