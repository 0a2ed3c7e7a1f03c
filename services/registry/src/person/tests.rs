use kit::time::at;

use super::*;

const NOW: &str = "2020-01-06T09:00:00Z";

fn a_person() -> Person {
    Person::create(PersonId::new(), OrgId::new(), "Bethan Rees", "Bethan.Rees@example.gov.uk", at(NOW))
}

fn a_grant(role: Role, organisation: OrgId, starts_at: &str, ends_at: &str) -> RoleGrant {
    RoleGrant {
        id: GrantId::new(),
        grant: Grant { role, organisation },
        starts_at: at(starts_at),
        ends_at: (!ends_at.is_empty()).then(|| at(ends_at)),
        granted_by: None,
        state: GrantState::Active { confirmed_by: None },
    }
}

#[test]
fn one_person_holds_several_roles_for_several_organisations() {
    let person = a_person();
    let other = OrgId::new();
    let person = person.grant(a_grant(Role::Certifier, person.organisation, NOW, ""), at(NOW)).unwrap();
    let person = person.grant(a_grant(Role::ApplicantOfficer, person.organisation, NOW, ""), at(NOW)).unwrap();
    let person = person.grant(a_grant(Role::Reviewer, other, NOW, ""), at(NOW)).unwrap();
    assert_eq!(person.held_at(at(NOW)).len(), 3);
    assert!(person.is_certifier_of(person.organisation, at(NOW)));
    assert!(!person.is_certifier_of(other, at(NOW)));
}

#[test]
fn a_role_holds_from_its_start_until_its_end() {
    let person = a_person();
    let year = a_grant(Role::Certifier, person.organisation, "2020-04-01T00:00:00Z", "2021-04-01T00:00:00Z");
    let person = person.grant(year, at(NOW)).unwrap();
    let certifies = |text| person.is_certifier_of(person.organisation, at(text));
    assert!(!certifies("2020-03-31T23:59:59.999999Z"));
    assert!(certifies("2020-04-01T00:00:00Z"));
    assert!(!certifies("2021-04-01T00:00:00Z"));
    assert_eq!(person.first_change_after(at("2020-05-01T00:00:00Z")), Some(at("2021-04-01T00:00:00Z")));
    assert_eq!(person.first_change_after(at(NOW)), Some(at("2020-04-01T00:00:00Z")), "a token ends when it begins");
}

#[test]
fn a_role_is_not_granted_for_the_past_or_twice() {
    let person = a_person();
    let grant = |person: &Person, starts_at, ends_at| {
        person.grant(a_grant(Role::Certifier, person.organisation, starts_at, ends_at), at(NOW))
    };
    assert!(matches!(grant(&person, "2020-01-06T08:59:59Z", ""), Err(Error::Refused(Refusal::Invalid(_)))));
    assert!(matches!(grant(&person, NOW, NOW), Err(Error::EndBeforeStart { .. })));
    let person = grant(&person, NOW, "2020-06-01T00:00:00Z").unwrap();
    assert!(matches!(grant(&person, "2020-05-31T23:59:59Z", ""), Err(Error::Overlap { .. })));
    assert!(grant(&person, "2020-06-01T00:00:00Z", "").is_ok());
}

#[test]
fn a_revoked_role_ends_at_that_instant_and_can_be_granted_again() {
    let person = a_person();
    let certifier = a_grant(Role::Certifier, person.organisation, NOW, "");
    let person = person.grant(certifier, at(NOW)).unwrap();
    let later = at("2020-02-01T09:00:00Z");
    let revoked = person.revoke(certifier.id, later).unwrap();
    assert!(revoked.is_certifier_of(revoked.organisation, at("2020-02-01T08:59:59Z")));
    assert!(!revoked.is_certifier_of(revoked.organisation, later));
    assert!(matches!(revoked.revoke(certifier.id, later), Err(Error::EndedAlready { .. })));
    assert!(matches!(revoked.revoke(GrantId::new(), later), Err(Error::Refused(Refusal::NotFound { .. }))));
    let again = RoleGrant { id: GrantId::new(), starts_at: later, ..certifier };
    assert!(revoked.grant(again, later).is_ok());
}

#[test]
fn a_role_revoked_before_it_begins_never_does() {
    let person = a_person();
    let later = a_grant(Role::Certifier, person.organisation, "2020-04-01T00:00:00Z", "");
    let person = person.grant(later, at(NOW)).unwrap().revoke(later.id, at(NOW)).unwrap();
    assert!(!person.is_certifier_of(person.organisation, at("2020-04-01T00:00:00Z")));
    assert!(matches!(person.revoke(later.id, at(NOW)), Err(Error::EndedAlready { .. })));
    assert!(person.grant(RoleGrant { id: GrantId::new(), ..later }, at(NOW)).is_ok());
}

/// F-A12: what one person gave is nobody's until another confirms it.
#[test]
fn a_role_that_waits_is_not_held() {
    let person = a_person();
    let waiting = RoleGrant {
        state: GrantState::Pending,
        ..a_grant(Role::NetworkAdministrator, person.organisation, NOW, "2020-06-01T00:00:00Z")
    };
    let person = person.grant(waiting, at(NOW)).unwrap();
    assert_eq!((person.held_at(at(NOW)), person.is_administrator(at(NOW))), (Vec::new(), false));
    assert_eq!(person.duties_from(at(NOW)), [waiting.grant], "but it is counted as a duty");
    let later = at("2020-02-01T09:00:00Z");
    let by = Some(PersonId::new());
    let confirmed = person.confirm(waiting.id, by, later).unwrap();
    assert!(confirmed.is_administrator(later) && !confirmed.is_administrator(at(NOW)));
    assert_eq!(confirmed.grants[0].state, GrantState::Active { confirmed_by: by });
    assert!(matches!(confirmed.confirm(waiting.id, by, later), Err(Error::Refused(Refusal::IllegalStep { .. }))));
    let withdrawn = person.revoke(waiting.id, later).unwrap();
    assert!(matches!(withdrawn.confirm(waiting.id, by, later), Err(Error::EndedAlready { .. })));
    let too_late = person.confirm(waiting.id, by, at("2020-06-01T00:00:00Z"));
    assert!(matches!(too_late, Err(Error::EndedAlready { .. })));
}

#[test]
fn another_address_waits_and_the_same_one_does_not() {
    let person = a_person();
    let written_otherwise = person.update("B", "BETHAN.rees@example.gov.uk", at(NOW)).unwrap();
    assert_eq!(written_otherwise.email.address, "BETHAN.rees@example.gov.uk");
    assert_eq!(written_otherwise.email.pending, "");
    let waiting = person.update("B", "b@example.gov.uk", at(NOW)).unwrap();
    assert_eq!((&waiting.email.address, waiting.email.pending.as_str()), (&person.email.address, "b@example.gov.uk"));
    let confirmed = waiting.confirm_email("b@example.gov.uk", at(NOW)).unwrap();
    assert_eq!((confirmed.email.address.as_str(), confirmed.email.pending.as_str()), ("b@example.gov.uk", ""));
}

#[test]
fn an_ended_person_holds_nothing_and_changes_no_more() {
    let person = a_person();
    let grant = a_grant(Role::Certifier, person.organisation, NOW, "");
    let ended = person.grant(grant, at(NOW)).unwrap().end(at("2020-02-01T09:00:00Z")).unwrap();
    assert_eq!(ended.held_at(at("2020-01-20T00:00:00Z")), [], "not even as at a time before");
    assert_eq!(ended.grants[0].ends_at, Some(at("2020-02-01T09:00:00Z")));
    let now = at("2020-03-01T09:00:00Z");
    assert!(matches!(ended.end(now), Err(Refusal::IllegalStep { .. })));
    assert!(matches!(ended.update("", "", now), Err(Refusal::IllegalStep { .. })));
    assert!(matches!(ended.grant(grant, now), Err(Error::Refused(Refusal::IllegalStep { .. }))));
}

#[test]
fn the_last_network_administrator_stays() {
    let person = a_person();
    let grant = a_grant(Role::NetworkAdministrator, person.organisation, NOW, "");
    let person = person.grant(grant, at(NOW)).unwrap();
    let ended = person.end(at(NOW)).unwrap();
    assert!(matches!(keep_an_administrator(&person, &ended, 0, at(NOW)), Err(Error::LastAdministrator)));
    assert!(keep_an_administrator(&person, &ended, 1, at(NOW)).is_ok());
    let renamed = person.update("B. Rees", &person.email.address, at(NOW)).unwrap();
    assert!(keep_an_administrator(&person, &renamed, 0, at(NOW)).is_ok());
}
