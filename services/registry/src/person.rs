//! People and the roles that they hold. Signing in is in `sign_in.rs`, and whose a person is in `policy.rs`.

use kit::caller::{Grant, Role};
use kit::ids::{GrantId, OrgId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// Somebody who signs in, or sits on a board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub id: PersonId,
    /// Organisation whose administrator manages this person.
    pub organisation: OrgId,
    /// Counts every change; the etag.
    pub version: i64,
    pub name: String,
    pub email: Email,
    /// Held now, earlier and later, by when they begin.
    pub grants: Vec<RoleGrant>,
    pub state: State,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The addresses of a person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Email {
    /// As it was entered; empty for whoever may not see it.
    pub address: String,
    /// Whether the person signs in with it. A first address that somebody else signs in with waits to be confirmed.
    pub in_force: bool,
    /// Entered to take its place, and not confirmed; empty where none waits.
    pub pending: String,
}

/// Whether a person can sign in and hold roles.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(VariantArray))]
pub enum State {
    Active,
    /// Signs in no more. The record stays, since decisions name it.
    Ended {
        at: Timestamp,
    },
}

/// One role that a person holds for one organisation for a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RoleGrant {
    pub id: GrantId,
    pub grant: Grant,
    /// Included.
    pub starts_at: Timestamp,
    /// Not included; none while it has no end.
    pub ends_at: Option<Timestamp>,
    /// None for one that no person gave.
    pub granted_by: Option<PersonId>,
    pub state: GrantState,
}

/// Whether a role is in force.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(GrantStateName), derive(VariantArray))]
pub enum GrantState {
    /// Given by one person, and not held until another confirms it.
    Pending,
    /// For its time. None confirmed it where nobody had to.
    Active { confirmed_by: Option<PersonId> },
}

impl RoleGrant {
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.is_active() && self.starts_at <= at && self.ends_at.is_none_or(|ends_at| at < ends_at)
    }

    pub fn is_active(&self) -> bool {
        match self.state {
            GrantState::Pending => false,
            GrantState::Active { .. } => true,
        }
    }

    fn overlaps(&self, other: &RoleGrant) -> bool {
        let ends_after = |grant: &RoleGrant, at: Timestamp| grant.ends_at.is_none_or(|ends_at| at < ends_at);
        // A grant that was revoked before it began holds at no instant.
        let empty = |grant: &RoleGrant| grant.ends_at == Some(grant.starts_at);
        ends_after(self, other.starts_at) && ends_after(other, self.starts_at) && !empty(self) && !empty(other)
    }

    fn cut_at(self, at: Timestamp) -> RoleGrant {
        RoleGrant { ends_at: Some(at.max(self.starts_at)), ..self }
    }

    pub fn is_over_at(&self, at: Timestamp) -> bool {
        self.ends_at.is_some_and(|ends_at| ends_at <= at.max(self.starts_at))
    }
}

impl Person {
    /// As those see them who may not read the address.
    pub fn without_email(self) -> Person {
        let email = Email { address: String::new(), in_force: true, pending: String::new() };
        Person { email, ..self }
    }

    /// As those see them who may not know that a first address is somebody else's.
    pub fn with_email_in_force(self) -> Person {
        let email = Email { in_force: true, ..self.email };
        Person { email, ..self }
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// A person who signs in with this address.
    pub fn create(id: PersonId, organisation: OrgId, name: &str, email: &str, now: Timestamp) -> Person {
        Person {
            id,
            organisation,
            version: 1,
            name: name.to_string(),
            email: Email { address: email.to_string(), in_force: true, pending: String::new() },
            grants: Vec::new(),
            state: State::Active,
            created_at: now,
            updated_at: now,
        }
    }

    /// Replaces name and address. Another address than the present one waits; one that is written otherwise does not.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] once the person is ended.
    pub fn update(&self, name: &str, email: &str, now: Timestamp) -> Result<Person, Refusal> {
        self.expect_active("update")?;
        let mut updated = Person { name: name.to_string(), ..self.changed(now) };
        match self.signs_in_with(email) {
            true => updated.email.address = email.to_string(),
            false => updated.email.pending = email.to_string(),
        }
        Ok(updated)
    }

    /// Hands the person to another organisation's administrator, as part of a change. Roles stay as they are.
    pub fn of(self, organisation: OrgId) -> Person {
        Person { organisation, ..self }
    }

    /// Whether sign-in takes this for the address that the person entered.
    pub fn signs_in_with(&self, email: &str) -> bool {
        fold_email(&self.email.address) == fold_email(email)
    }

    /// Puts an address in force that was confirmed.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] once the person is ended.
    pub fn confirm_email(&self, email: &str, now: Timestamp) -> Result<Person, Refusal> {
        self.expect_active("confirm_email")?;
        let email = Email { address: email.to_string(), in_force: true, pending: String::new() };
        Ok(Person { email, ..self.changed(now) })
    }

    /// Gives a role.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for one that begins in the past, [`Error::EndBeforeStart`] for one that ends before it
    /// begins, [`Error::Overlap`] when the same role is held for the same organisation in that time,
    /// [`Refusal::IllegalStep`] once the person is ended.
    pub fn grant(&self, new: RoleGrant, now: Timestamp) -> Result<Person, Error> {
        self.expect_active("grant_role")?;
        if new.starts_at < now {
            let says = "a role begins now or later; leave this out to begin now";
            return Err(Refusal::bad_field("starts_at", "not_past", says).into());
        }
        if new.ends_at.is_some_and(|ends_at| ends_at <= new.starts_at) {
            return Err(Error::EndBeforeStart { field: "ends_at", start: new.starts_at.to_string() });
        }
        if let Some(held) = self.grants.iter().find(|held| held.grant == new.grant && held.overlaps(&new)) {
            return Err(Error::Overlap { what: "role", existing: held.id.to_string() });
        }
        let mut person = self.changed(now);
        person.grants.push(new);
        person.grants.sort_by_key(|grant| (grant.starts_at, grant.id));
        Ok(person)
    }

    /// The role that a grant is for.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a grant that is not this person's.
    pub fn find_grant(&self, id: GrantId) -> Result<RoleGrant, Refusal> {
        self.grants.iter().copied().find(|grant| grant.id == id).ok_or(Refusal::NotFound { what: "role grant" })
    }

    /// Puts a role in force that waits. It begins now if its time has come.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a grant that is not this person's, [`Refusal::IllegalStep`] for one that does not wait
    /// and once the person is ended, [`Error::EndedAlready`] for one that was taken back or whose time is over.
    pub fn confirm(&self, id: GrantId, by: Option<PersonId>, now: Timestamp) -> Result<Person, Error> {
        self.expect_active("confirm_grant")?;
        let held = self.find_grant(id)?;
        match held.state {
            GrantState::Pending => {}
            GrantState::Active { .. } => {
                return Err(Refusal::IllegalStep { what: "role", from: "active", step: "confirm_grant" }.into());
            }
        }
        if let Some(ends_at) = held.ends_at.filter(|_| held.is_over_at(now)) {
            return Err(Error::EndedAlready { on: ends_at.to_string() });
        }
        let mut person = self.changed(now);
        for grant in person.grants.iter_mut().filter(|grant| grant.id == id) {
            grant.state = GrantState::Active { confirmed_by: by };
            grant.starts_at = grant.starts_at.max(now);
        }
        person.grants.sort_by_key(|grant| (grant.starts_at, grant.id));
        Ok(person)
    }

    /// Ends a role now; one that has not begun never does.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a grant that is not this person's, [`Error::EndedAlready`] for one that is over.
    pub fn revoke(&self, id: GrantId, now: Timestamp) -> Result<Person, Error> {
        let held = self.find_grant(id)?;
        if let Some(ends_at) = held.ends_at.filter(|_| held.is_over_at(now)) {
            return Err(Error::EndedAlready { on: ends_at.to_string() });
        }
        let mut person = self.changed(now);
        for grant in person.grants.iter_mut().filter(|grant| grant.id == id) {
            *grant = grant.cut_at(now);
        }
        Ok(person)
    }

    /// Ends the person and every role.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] when the person was ended before.
    pub fn end(&self, now: Timestamp) -> Result<Person, Refusal> {
        self.expect_active("end")?;
        let mut person = self.changed(now);
        person.state = State::Ended { at: now };
        for grant in &mut person.grants {
            if !grant.is_over_at(now) {
                *grant = grant.cut_at(now);
            }
        }
        Ok(person)
    }

    /// What the person may do for whom at an instant.
    pub fn held_at(&self, at: Timestamp) -> Vec<Grant> {
        match self.state {
            State::Ended { .. } => Vec::new(),
            State::Active => self.grants.iter().filter(|held| held.holds_at(at)).map(|held| held.grant).collect(),
        }
    }

    /// When the first of the roles held now ends, or the next one begins.
    pub fn first_change_after(&self, at: Timestamp) -> Option<Timestamp> {
        let active = self.grants.iter().filter(|held| held.is_active() && !held.is_over_at(at));
        active.filter_map(|held| if held.starts_at > at { Some(held.starts_at) } else { held.ends_at }).min()
    }

    /// Every role that the person has now or is to have, also what waits to be confirmed.
    pub fn duties_from(&self, at: Timestamp) -> Vec<Grant> {
        match self.state {
            State::Ended { .. } => Vec::new(),
            State::Active => self.grants.iter().filter(|held| !held.is_over_at(at)).map(|held| held.grant).collect(),
        }
    }

    /// Whether an organisation is the person's: their home, or one for which they hold a role.
    pub fn is_of(&self, organisation: OrgId, at: Timestamp) -> bool {
        self.organisation == organisation || self.held_at(at).iter().any(|held| held.organisation == organisation)
    }

    pub fn is_certifier_of(&self, organisation: OrgId, at: Timestamp) -> bool {
        self.held_at(at).contains(&Grant { role: Role::Certifier, organisation })
    }

    pub fn is_administrator(&self, at: Timestamp) -> bool {
        self.held_at(at).iter().any(|held| held.role == Role::NetworkAdministrator)
    }

    fn expect_active(&self, step: &'static str) -> Result<(), Refusal> {
        match self.state {
            State::Active => Ok(()),
            State::Ended { .. } => Err(Refusal::IllegalStep { what: "person", from: "ended", step }),
        }
    }

    fn changed(&self, now: Timestamp) -> Person {
        Person { version: self.version + 1, updated_at: now, ..self.clone() }
    }
}

/// A network without an administrator could never get one again.
///
/// `others` counts the people beside this one who are network administrators without an end.
///
/// # Errors
/// [`Error::LastAdministrator`] when the change takes the last one away.
pub fn keep_an_administrator(before: &Person, after: &Person, others: i64, now: Timestamp) -> Result<(), Error> {
    if before.is_administrator(now) && !after.is_administrator(now) && others == 0 {
        return Err(Error::LastAdministrator);
    }
    Ok(())
}

/// An address as sign-in compares it: case does not matter.
pub fn fold_email(email: &str) -> String {
    email.trim().to_lowercase()
}

#[cfg(test)]
mod tests;
