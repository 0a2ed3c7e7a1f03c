//! People: created, updated and ended; roles granted, confirmed and revoked. Addresses are confirmed in `emails.rs`.

use kit::caller::{Grant, Role};
use kit::cx::{Cx, Target};
use kit::db::{DbError, Tx};
use kit::ids::{GrantId, OrgId, PersonId};
use kit::time::{Date, Timestamp};

use super::emails::{self, NewEmail};
use super::{Change, keep, reading, record, seats};
use crate::board::NamedSeat;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::person::{GrantState, Person, RoleGrant, keep_an_administrator};
use crate::policy::{self, Action, COUNCIL_ROLES, Facts, organisation_facts};
use crate::store::{boards, organisations, people as store, revocations};

#[derive(Clone, Debug)]
pub struct CreatePerson {
    pub id: PersonId,
    pub organisation: OrgId,
    pub name: String,
    pub email: NewEmail,
}

pub fn create_person(tx: &mut Tx, cx: &Cx, cmd: &CreatePerson) -> Result<Person, Error> {
    policy::check(&cx.caller, Action::EnterPerson, &organisation_facts(cmd.organisation), "organisation")?;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let mut person = Person::create(cmd.id, organisation, &cmd.name, &cmd.email.address, cx.now);
    emails::expect_none_at_hand(tx, cx, &person, &cmd.email.address)?;
    // Its owner hears of it, and nobody else does (F-C10).
    person.email.in_force = store::of_email(tx, &cmd.email.address)?.is_none();
    store::insert(tx, &person)?;
    if !person.email.in_force {
        emails::ask(tx, cx, &person, &cmd.email)?;
    }
    let change = Change::to(Some(organisation), organisation);
    let person = record(tx, cx, person, Happened::PersonEntered, events::person, change)?;
    Ok(reading::shown(cx, person))
}

#[derive(Clone, Debug)]
pub struct UpdatePerson {
    pub target: Target<PersonId>,
    pub name: String,
    pub email: NewEmail,
    /// None means that the person stays where they are.
    pub organisation: Option<OrgId>,
    pub reason: String,
}

/// Who may is asked for each thing that really changes.
pub fn update_person(tx: &mut Tx, cx: &Cx, cmd: &UpdatePerson) -> Result<Person, Error> {
    let person = reading::seen_person(tx, cx, Action::SeePerson, cmd.target.id)?;
    let facts = reading::facts_of(tx, cx.now, &person)?;
    let moved = cmd.organisation.filter(|organisation| *organisation != person.organisation);
    let is_other_address = !person.signs_in_with(&cmd.email.address);
    let is_renamed = cmd.name != person.name || (moved.is_none() && !is_other_address);
    if is_renamed {
        policy::check(&cx.caller, Action::RenamePerson, &facts, "person")?;
    }
    if is_other_address {
        policy::check(&cx.caller, Action::ChangeEmail, &facts, "person")?;
    }
    if moved.is_some() {
        // Both administrators would have to agree; the network's speaks for them.
        policy::check_at_large(&cx.caller, Action::ChangeRegister, "organisation")?;
    }
    expect_version(cx, &person, &cmd.target)?;
    let mut updated = person.update(&cmd.name, &cmd.email.address, cx.now)?;
    let because = Change { of: Some(person.organisation), reason: cmd.reason.clone(), ..Change::default() };
    let mut done = Vec::new();
    if is_renamed {
        done.push((Happened::PersonRenamed, because.clone()));
    }
    if let Some(organisation) = moved {
        updated = updated.of(organisations::get(tx, organisation)?.id);
        // What was theirs opens nothing from now on, and what is theirs hides at once (I-1.4).
        revocations::insert(tx, &person.id.to_string())?;
        let (from, to) = (person.organisation.to_string(), organisation.to_string());
        done.push((Happened::PersonMoved, Change { from, to, ..because.clone() }));
    }
    if is_other_address {
        emails::expect_none_at_hand(tx, cx, &person, &cmd.email.address)?;
        emails::ask(tx, cx, &person, &cmd.email)?;
        done.push((Happened::EmailAsked, Change { to: "waits".to_string(), ..because.clone() }));
    }
    // A line for each; the event tells of the last, with the person as they now are.
    let (happened, last) = done.pop().unwrap_or((Happened::PersonRenamed, because));
    for (happened, change) in done {
        keep(tx, cx, &person.id.to_string(), happened, change)?;
    }
    save(tx, cx, &person, updated, happened, last)
}

#[derive(Clone, Debug)]
pub struct GrantRole {
    pub target: Target<PersonId>,
    pub id: GrantId,
    pub grant: Grant,
    /// None means now.
    pub starts_at: Option<Timestamp>,
    pub ends_at: Option<Timestamp>,
    pub reason: String,
}

pub fn grant_role(tx: &mut Tx, cx: &Cx, cmd: &GrantRole) -> Result<Person, Error> {
    let Grant { role, organisation } = cmd.grant;
    let person = load_for(tx, cx, Action::GrantRole { role, organisation }, &cmd.target)?;
    organisations::get(tx, organisation)?;
    let starts_at = cmd.starts_at.unwrap_or(cx.now);
    let state = match waits(tx, cx, &person, cmd.grant)? {
        true => GrantState::Pending,
        false => GrantState::Active { confirmed_by: None },
    };
    let granted_by = cx.caller.person();
    let held = RoleGrant { id: cmd.id, grant: cmd.grant, starts_at, ends_at: cmd.ends_at, granted_by, state };
    let granted = person.grant(held, cx.now)?;
    if held.is_active() {
        end_tokens_of_new_tie(tx, cx, &person, organisation)?;
    }
    let change = Change { reason: cmd.reason.clone(), ..Change::to(Some(organisation), in_words(&held)) };
    save(tx, cx, &person, granted, Happened::RoleGranted, change)
}

/// Whether a role waits until somebody else confirms it. A network begins with one administrator, who has nobody to
/// ask; and a council with those whom the network enters for it, until an administrator of its own has signed in.
fn waits(tx: &mut Tx, cx: &Cx, person: &Person, grant: Grant) -> Result<bool, DbError> {
    let Grant { role, organisation } = grant;
    let granter: Vec<PersonId> = cx.caller.person().into_iter().collect();
    if !COUNCIL_ROLES.contains(&role) {
        return store::holds_beside(tx, Role::NetworkAdministrator, None, &granter, cx.now);
    }
    let is_councils_own = policy::administers(&cx.caller, organisation) && person.organisation == organisation;
    if is_councils_own || !store::has_begun(tx, organisation)? {
        return Ok(false);
    }
    Ok(council_confirms(tx, cx.now, organisation, granter.first().copied(), person.id)?
        || store::holds_beside(tx, Role::NetworkAdministrator, None, &granter, cx.now)?)
}

/// Whether a council has an administrator beside the one who gives a role and the one who gets it.
fn council_confirms(
    tx: &mut Tx,
    now: Timestamp,
    council: OrgId,
    granter: Option<PersonId>,
    person: PersonId,
) -> Result<bool, DbError> {
    let beside: Vec<PersonId> = granter.into_iter().chain([person]).collect();
    store::holds_beside(tx, Role::CouncilAdministrator, Some(council), &beside, now)
}

#[derive(Clone, Debug)]
pub struct ConfirmGrant {
    pub target: Target<PersonId>,
    pub grant: GrantId,
    pub reason: String,
}

pub fn confirm_grant(tx: &mut Tx, cx: &Cx, cmd: &ConfirmGrant) -> Result<Person, Error> {
    let (person, held) = load_grant(tx, cx, &cmd.target, cmd.grant)?;
    let Grant { role, organisation } = held.grant;
    let by_council =
        COUNCIL_ROLES.contains(&role) && council_confirms(tx, cx.now, organisation, held.granted_by, person.id)?;
    let facts = Facts { granted_by: held.granted_by, ..reading::facts_of(tx, cx.now, &person)? };
    policy::check(&cx.caller, Action::ConfirmGrant { role, organisation, by_council }, &facts, "person")?;
    expect_version(cx, &person, &cmd.target)?;
    let confirmed = person.confirm(cmd.grant, cx.caller.person(), cx.now)?;
    end_tokens_of_new_tie(tx, cx, &person, organisation)?;
    let to = in_words(&confirmed.find_grant(cmd.grant)?);
    let change = Change { from: in_words(&held), reason: cmd.reason.clone(), ..Change::to(Some(organisation), to) };
    save(tx, cx, &person, confirmed, Happened::GrantConfirmed, change)
}

#[derive(Clone, Debug)]
pub struct RevokeRole {
    pub target: Target<PersonId>,
    pub grant: GrantId,
    pub reason: String,
}

pub fn revoke_role(tx: &mut Tx, cx: &Cx, cmd: &RevokeRole) -> Result<Person, Error> {
    let (person, held) = load_grant(tx, cx, &cmd.target, cmd.grant)?;
    let Grant { role, organisation } = held.grant;
    let facts = reading::facts_of(tx, cx.now, &person)?;
    policy::check(&cx.caller, Action::RevokeRole { role, organisation }, &facts, "person")?;
    expect_version(cx, &person, &cmd.target)?;
    let revoked = person.revoke(cmd.grant, cx.now)?;
    keep_an_administrator(&person, &revoked, store::n_other_administrators(tx, person.id, cx.now)?, cx.now)?;
    revocations::insert(tx, &person.id.to_string())?;
    let to = in_words(&revoked.find_grant(cmd.grant)?);
    let change = Change { from: in_words(&held), reason: cmd.reason.clone(), ..Change::to(Some(organisation), to) };
    save(tx, cx, &person, revoked, Happened::RoleRevoked, change)
}

#[derive(Clone, Debug)]
pub struct EndPerson {
    pub target: Target<PersonId>,
    pub reason: String,
}

pub fn end_person(tx: &mut Tx, cx: &Cx, cmd: &EndPerson) -> Result<Person, Error> {
    let person = load_for(tx, cx, Action::EndPerson, &cmd.target)?;
    let ended = person.end(cx.now)?;
    keep_an_administrator(&person, &ended, store::n_other_administrators(tx, person.id, cx.now)?, cx.now)?;
    emails::end_sign_ins(tx, person.id)?;
    for seat in boards::seats_of(tx, person.id, None)? {
        if let Some(vacated) = seat.vacate(Date::today(cx.now), cx.now) {
            let vacated = NamedSeat { seat: vacated, person_name: person.name.clone() };
            seats::save(tx, cx, &seat, vacated, Happened::SeatEnded)?;
        }
    }
    let from = "active".to_string();
    let change = Change { from, reason: cmd.reason.clone(), ..Change::to(Some(person.organisation), "ended") };
    save(tx, cx, &person, ended, Happened::PersonEnded, change)
}

/// The person as they are, if the caller may take this step and read the present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<PersonId>) -> Result<Person, Error> {
    let person = reading::seen_person(tx, cx, action, target.id)?;
    expect_version(cx, &person, target)?;
    Ok(person)
}

/// A person whom the caller may see, and one of their roles, before anything is asked of it.
fn load_grant(tx: &mut Tx, cx: &Cx, target: &Target<PersonId>, id: GrantId) -> Result<(Person, RoleGrant), Error> {
    let person = reading::seen_person(tx, cx, Action::SeePerson, target.id)?;
    let held = person.find_grant(id)?;
    Ok((person, held))
}

/// A refusal bears the newer version: no more of it than the caller may read.
fn expect_version(cx: &Cx, person: &Person, target: &Target<PersonId>) -> Result<(), Error> {
    Ok(reading::shown(cx, person.clone()).expect_version(target.version)?)
}

/// A token names the organisations that are its holder's, and what concerns them is hidden by it: one that does not
/// know of a new one has ended (I-1.4).
fn end_tokens_of_new_tie(tx: &mut Tx, cx: &Cx, person: &Person, organisation: OrgId) -> Result<(), DbError> {
    if !person.is_of(organisation, cx.now) {
        revocations::insert(tx, &person.id.to_string())?;
    }
    Ok(())
}

/// A role as history keeps it.
fn in_words(held: &RoleGrant) -> String {
    let state: &str = held.state.into();
    let until = held.ends_at.map(|ends_at| format!(" until {ends_at}")).unwrap_or_default();
    format!("{} {} {state} from {}{until}", held.id, held.grant, held.starts_at)
}

/// Saves the new version of a person with its event, and shows it as the caller may see it.
fn save(tx: &mut Tx, cx: &Cx, old: &Person, new: Person, happened: Happened, change: Change) -> Result<Person, Error> {
    store::update(tx, old, &new)?;
    let saved = record(tx, cx, new, happened, events::person, change)?;
    Ok(reading::shown(cx, saved))
}
