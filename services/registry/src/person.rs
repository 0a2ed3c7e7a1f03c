//! People and the roles that they hold. Signing in is in `sign_in.rs`.

use kit::caller::{Duty, Grant};
use kit::ids::{GrantId, OrgId, PersonId};
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
    pub email: String,
    /// Held now, earlier and later, by when they begin.
    pub grants: Vec<RoleGrant>,
    pub state: State,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
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
}

impl RoleGrant {
    pub fn holds_at(&self, at: Timestamp) -> bool {
        self.starts_at <= at && self.ends_at.is_none_or(|ends_at| at < ends_at)
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

    fn is_over_at(&self, at: Timestamp) -> bool {
        self.ends_at.is_some_and(|ends_at| ends_at <= at.max(self.starts_at))
    }
}

impl Person {
    /// As those see them who may not read the address.
    pub fn without_email(self) -> Person {
        Person { email: String::new(), ..self }
    }

    /// # Errors
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(self.clone())) }
    }

    pub fn enter(id: PersonId, organisation: OrgId, name: &str, email: &str, now: Timestamp) -> Person {
        Person {
            id,
            organisation,
            version: 1,
            name: name.to_string(),
            email: email.to_string(),
            grants: Vec::new(),
            state: State::Active,
            created_at: now,
            updated_at: now,
        }
    }

    /// Replaces name and address.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] once the person is ended.
    pub fn rename(&self, name: &str, email: &str, now: Timestamp) -> Result<Person, Error> {
        self.expect_active("update")?;
        Ok(Person { name: name.to_string(), email: email.to_string(), ..self.changed(now) })
    }

    /// Hands the person to another organisation's administrator, as part of a change. Roles stay as they are.
    pub fn of(self, organisation: OrgId) -> Person {
        Person { organisation, ..self }
    }

    /// Gives a role.
    ///
    /// # Errors
    /// [`Error::Invalid`] for one that begins in the past, [`Error::EndBeforeStart`] for one that ends before it
    /// begins, [`Error::Overlap`] when the same role is held for the same organisation in that time,
    /// [`Error::IllegalStep`] once the person is ended.
    pub fn grant(&self, new: RoleGrant, now: Timestamp) -> Result<Person, Error> {
        self.expect_active("grant_role")?;
        if new.starts_at < now {
            let says = "a role begins now or later; leave this out to begin now";
            return Err(Error::bad_field("starts_at", "not_past", says));
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
    /// [`Error::NotFound`] for a grant that is not this person's.
    pub fn find_grant(&self, id: GrantId) -> Result<RoleGrant, Error> {
        self.grants.iter().copied().find(|grant| grant.id == id).ok_or(Error::NotFound { what: "role grant" })
    }

    /// Ends a role now; one that has not begun never does.
    ///
    /// # Errors
    /// [`Error::NotFound`] for a grant that is not this person's, [`Error::EndedAlready`] for one that is over.
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
    /// [`Error::IllegalStep`] when the person was ended before.
    pub fn end(&self, now: Timestamp) -> Result<Person, Error> {
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

    /// When the first of the roles held now ends.
    pub fn first_end_after(&self, at: Timestamp) -> Option<Timestamp> {
        self.grants.iter().filter(|held| held.holds_at(at)).filter_map(|held| held.ends_at).min()
    }

    pub fn is_certifier_of(&self, organisation: OrgId, at: Timestamp) -> bool {
        self.held_at(at).contains(&Grant { duty: Duty::Certifier, organisation })
    }

    pub fn is_administrator(&self, at: Timestamp) -> bool {
        self.held_at(at).iter().any(|held| held.duty == Duty::NetworkAdministrator)
    }

    fn expect_active(&self, step: &'static str) -> Result<(), Error> {
        match self.state {
            State::Active => Ok(()),
            State::Ended { .. } => Err(Error::IllegalStep { what: "person", from: "ended", step }),
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
mod tests {
    use kit::time::at;

    use super::*;

    const NOW: &str = "2020-01-06T09:00:00Z";

    fn a_person() -> Person {
        Person::enter(PersonId::new(), OrgId::new(), "Bethan Rees", "Bethan.Rees@example.gov.uk", at(NOW))
    }

    fn a_grant(duty: Duty, organisation: OrgId, starts_at: &str, ends_at: &str) -> RoleGrant {
        RoleGrant {
            id: GrantId::new(),
            grant: Grant { duty, organisation },
            starts_at: at(starts_at),
            ends_at: (!ends_at.is_empty()).then(|| at(ends_at)),
        }
    }

    #[test]
    fn one_person_holds_several_roles_for_several_organisations() {
        let person = a_person();
        let other = OrgId::new();
        let person = person.grant(a_grant(Duty::Certifier, person.organisation, NOW, ""), at(NOW)).unwrap();
        let person = person.grant(a_grant(Duty::ApplicantOfficer, person.organisation, NOW, ""), at(NOW)).unwrap();
        let person = person.grant(a_grant(Duty::Reviewer, other, NOW, ""), at(NOW)).unwrap();
        assert_eq!(person.held_at(at(NOW)).len(), 3);
        assert!(person.is_certifier_of(person.organisation, at(NOW)));
        assert!(!person.is_certifier_of(other, at(NOW)));
    }

    #[test]
    fn a_role_holds_from_its_start_until_its_end() {
        let person = a_person();
        let year = a_grant(Duty::Certifier, person.organisation, "2020-04-01T00:00:00Z", "2021-04-01T00:00:00Z");
        let person = person.grant(year, at(NOW)).unwrap();
        let certifies = |text| person.is_certifier_of(person.organisation, at(text));
        assert!(!certifies("2020-03-31T23:59:59.999999Z"));
        assert!(certifies("2020-04-01T00:00:00Z"));
        assert!(!certifies("2021-04-01T00:00:00Z"));
        assert_eq!(person.first_end_after(at("2020-05-01T00:00:00Z")), Some(at("2021-04-01T00:00:00Z")));
        assert_eq!(person.first_end_after(at(NOW)), None, "it has not begun");
    }

    #[test]
    fn a_role_is_not_granted_for_the_past_or_twice() {
        let person = a_person();
        let grant = |person: &Person, starts_at, ends_at| {
            person.grant(a_grant(Duty::Certifier, person.organisation, starts_at, ends_at), at(NOW))
        };
        assert!(matches!(grant(&person, "2020-01-06T08:59:59Z", ""), Err(Error::Invalid(_))));
        assert!(matches!(grant(&person, NOW, NOW), Err(Error::EndBeforeStart { .. })));
        let person = grant(&person, NOW, "2020-06-01T00:00:00Z").unwrap();
        assert!(matches!(grant(&person, "2020-05-31T23:59:59Z", ""), Err(Error::Overlap { .. })));
        assert!(grant(&person, "2020-06-01T00:00:00Z", "").is_ok());
    }

    #[test]
    fn a_revoked_role_ends_at_that_instant_and_can_be_granted_again() {
        let person = a_person();
        let certifier = a_grant(Duty::Certifier, person.organisation, NOW, "");
        let person = person.grant(certifier, at(NOW)).unwrap();
        let later = at("2020-02-01T09:00:00Z");
        let revoked = person.revoke(certifier.id, later).unwrap();
        assert!(revoked.is_certifier_of(revoked.organisation, at("2020-02-01T08:59:59Z")));
        assert!(!revoked.is_certifier_of(revoked.organisation, later));
        assert!(matches!(revoked.revoke(certifier.id, later), Err(Error::EndedAlready { .. })));
        assert!(matches!(revoked.revoke(GrantId::new(), later), Err(Error::NotFound { .. })));
        let again = RoleGrant { id: GrantId::new(), starts_at: later, ..certifier };
        assert!(revoked.grant(again, later).is_ok());
    }

    #[test]
    fn a_role_revoked_before_it_begins_never_does() {
        let person = a_person();
        let later = a_grant(Duty::Certifier, person.organisation, "2020-04-01T00:00:00Z", "");
        let person = person.grant(later, at(NOW)).unwrap().revoke(later.id, at(NOW)).unwrap();
        assert!(!person.is_certifier_of(person.organisation, at("2020-04-01T00:00:00Z")));
        assert!(matches!(person.revoke(later.id, at(NOW)), Err(Error::EndedAlready { .. })));
        assert!(person.grant(RoleGrant { id: GrantId::new(), ..later }, at(NOW)).is_ok());
    }

    #[test]
    fn an_ended_person_holds_nothing_and_changes_no_more() {
        let person = a_person();
        let grant = a_grant(Duty::Certifier, person.organisation, NOW, "");
        let ended = person.grant(grant, at(NOW)).unwrap().end(at("2020-02-01T09:00:00Z")).unwrap();
        assert_eq!(ended.held_at(at("2020-01-20T00:00:00Z")), [], "not even as at a time before");
        assert_eq!(ended.grants[0].ends_at, Some(at("2020-02-01T09:00:00Z")));
        let now = at("2020-03-01T09:00:00Z");
        assert!(matches!(ended.end(now), Err(Error::IllegalStep { .. })));
        assert!(matches!(ended.rename("", "", now), Err(Error::IllegalStep { .. })));
        assert!(matches!(ended.grant(grant, now), Err(Error::IllegalStep { .. })));
    }

    #[test]
    fn the_last_network_administrator_stays() {
        let person = a_person();
        let grant = a_grant(Duty::NetworkAdministrator, person.organisation, NOW, "");
        let person = person.grant(grant, at(NOW)).unwrap();
        let ended = person.end(at(NOW)).unwrap();
        assert!(matches!(keep_an_administrator(&person, &ended, 0, at(NOW)), Err(Error::LastAdministrator)));
        assert!(keep_an_administrator(&person, &ended, 1, at(NOW)).is_ok());
        let renamed = person.rename("B. Rees", &person.email, at(NOW)).unwrap();
        assert!(keep_an_administrator(&person, &renamed, 0, at(NOW)).is_ok());
    }
}
