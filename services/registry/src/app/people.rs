//! People: created, updated and ended; roles granted and revoked.

use kit::caller::Grant;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{GrantId, OrgId, PersonId};
use kit::time::{Date, Timestamp};

use super::{reading, record, seats};
use crate::board::NamedSeat;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::person::{Person, RoleGrant, fold_email, keep_an_administrator};
use crate::policy::{self, Action, organisation_facts, person_facts};
use crate::store::{boards, organisations, people as store, revocations, sign_ins};

#[derive(Clone, Debug)]
pub struct CreatePerson {
    pub id: PersonId,
    pub organisation: OrgId,
    pub name: String,
    pub email: String,
}

pub fn create_person(tx: &mut Tx, cx: &Cx, cmd: &CreatePerson) -> Result<Person, Error> {
    policy::check(&cx.caller, Action::ManagePerson, &organisation_facts(cmd.organisation), "organisation")?;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let person = Person::create(cmd.id, organisation, &cmd.name, &cmd.email, cx.now);
    store::insert(tx, &person)?;
    record(tx, cx, person, Happened::PersonEntered, events::person)
}

#[derive(Clone, Debug)]
pub struct UpdatePerson {
    pub target: Target<PersonId>,
    pub name: String,
    pub email: String,
    /// None means that the person stays where they are.
    pub organisation: Option<OrgId>,
}

pub fn update_person(tx: &mut Tx, cx: &Cx, cmd: &UpdatePerson) -> Result<Person, Error> {
    let person = load_for(tx, cx, Action::ManagePerson, &cmd.target)?;
    let mut updated = person.update(&cmd.name, &cmd.email, cx.now)?;
    if let Some(organisation) = cmd.organisation.filter(|organisation| *organisation != person.organisation) {
        // Both administrators would have to agree; the network's speaks for them.
        policy::check(&cx.caller, Action::ChangeRegister, &organisation_facts(organisation), "organisation")?;
        updated = updated.of(organisations::get(tx, organisation)?.id);
    }
    // Nobody goes on signing in or working under the old address.
    if fold_email(&person.email) != fold_email(&updated.email) {
        revocations::insert(tx, &person.id.to_string())?;
        sign_ins::forget_of(tx, person.id)?;
    }
    save(tx, cx, &person, updated, Happened::PersonRenamed)
}

#[derive(Clone, Debug)]
pub struct GrantRole {
    pub target: Target<PersonId>,
    pub id: GrantId,
    pub grant: Grant,
    /// None means now.
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
}

pub fn grant_role(tx: &mut Tx, cx: &Cx, cmd: &GrantRole) -> Result<Person, Error> {
    let Grant { role, organisation } = cmd.grant;
    let person = load_for(tx, cx, Action::Grant { role, organisation }, &cmd.target)?;
    organisations::get(tx, organisation)?;
    let starts_at = cmd.starts_at.unwrap_or(cx.now);
    let held = RoleGrant { id: cmd.id, grant: cmd.grant, starts_at, ends_at: cmd.ends_at };
    let granted = person.grant(held, cx.now)?;
    save(tx, cx, &person, granted, Happened::RoleGranted)
}

#[derive(Clone, Debug)]
pub struct RevokeRole {
    pub target: Target<PersonId>,
    pub grant: GrantId,
}

pub fn revoke_role(tx: &mut Tx, cx: &Cx, cmd: &RevokeRole) -> Result<Person, Error> {
    let person = load_for(tx, cx, Action::SeePerson, &cmd.target)?;
    let Grant { role, organisation } = person.find_grant(cmd.grant)?.grant;
    policy::check(&cx.caller, Action::Grant { role, organisation }, &person_facts(&person), "person")?;
    let revoked = person.revoke(cmd.grant, cx.now)?;
    keep_an_administrator(&person, &revoked, store::n_other_administrators(tx, person.id, cx.now)?, cx.now)?;
    revocations::insert(tx, &person.id.to_string())?;
    save(tx, cx, &person, revoked, Happened::RoleRevoked)
}

pub fn end_person(tx: &mut Tx, cx: &Cx, cmd: &Target<PersonId>) -> Result<Person, Error> {
    let person = load_for(tx, cx, Action::ManagePerson, cmd)?;
    let ended = person.end(cx.now)?;
    keep_an_administrator(&person, &ended, store::n_other_administrators(tx, person.id, cx.now)?, cx.now)?;
    revocations::insert(tx, &person.id.to_string())?;
    for seat in boards::seats_of(tx, person.id, None)? {
        if let Some(vacated) = seat.vacate(Date::today(cx.now), cx.now) {
            let vacated = NamedSeat { seat: vacated, person_name: person.name.clone() };
            seats::save(tx, cx, &seat, vacated, Happened::SeatEnded)?;
        }
    }
    save(tx, cx, &person, ended, Happened::PersonEnded)
}

/// The person as they are, if the caller may take this step and read the present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<PersonId>) -> Result<Person, Error> {
    let person = reading::seen_person(tx, cx, action, target.id)?;
    // A refusal bears the newer version: no more of it than the caller may read.
    reading::shown(cx, person.clone()).expect_version(target.version)?;
    Ok(person)
}

/// Saves the new version of a person with its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Person, new: Person, happened: Happened) -> Result<Person, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, new, happened, events::person)
}
