//! The whole policy as a table that a non-programmer can read: a change of policy shows there as a diff.

use kit::caller::{Area, Caller, Role, Scope, Subject};
use kit::ids::{ClientId, OrgId, PersonId};
use testing::callers::{Who, person, system};

use super::*;

struct Scene {
    own: OrgId,
    other: OrgId,
    person: PersonId,
    client: ClientId,
}

impl Scene {
    /// Everybody who can call, under their names in the golden file.
    fn callers(&self) -> Vec<(String, Caller)> {
        let mut all: Vec<(String, Caller)> = Vec::new();
        for role in Role::ALL {
            all.push((role.name().to_string(), person(role, self.own)));
            if [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator].contains(&role) {
                all.push((format!("{} of another", role.name()), person(role, self.other)));
            }
        }
        let themself = Who::nobody(self.person).caller();
        let itself = Caller { subject: Subject::Client(self.client), ..system(self.own, Scope::BidsRead) };
        all.push(("the person".to_string(), themself));
        all.push(("the client".to_string(), itself));
        all.push(("a system".to_string(), system(self.own, Scope::BidsRead)));
        all.push(("a system of another".to_string(), system(self.other, Scope::BidsRead)));
        all.push(("a role".to_string(), Caller::area(Area::Bids)));
        all.push(("not signed in".to_string(), Caller::anonymous()));
        all
    }

    /// The person whom an action is about, with duties of their own.
    fn themself(&self) -> [(&'static str, Caller); 4] {
        let nobody = || Who::nobody(self.person);
        let (own, network) = (Role::CouncilAdministrator, Role::NetworkAdministrator);
        [
            ("without a duty", nobody().caller()),
            ("certifier of the organisation", nobody().and(Role::Certifier, self.own).caller()),
            ("administrator of the organisation", nobody().and(own, self.own).caller()),
            ("network administrator", nobody().and(network, self.other).caller()),
        ]
    }

    /// Every action with what it is about.
    fn actions(&self) -> Vec<(&'static str, Action, Facts)> {
        let none = Facts::default();
        let organisation = organisation_facts(self.own);
        let subject = Some(Subject::Person(self.person));
        let person = Facts { subject, ..organisation.clone() };
        let duty = |role| Grant { role, organisation: OrgId::new() };
        let elsewhere = Facts { duties: vec![duty(Role::Reviewer)], ..person.clone() };
        let seated = Facts { sits: true, ..person.clone() };
        let peer = Facts { duties: vec![duty(Role::NetworkAdministrator)], ..person.clone() };
        let certifier = Grant { role: Role::Certifier, organisation: self.own };
        let guest = Facts { organisation: Some(OrgId::new()), duties: vec![certifier], ..person.clone() };
        let client = Facts { subject: Some(Subject::Client(self.client)), ..organisation.clone() };
        let grant = |role, organisation| Action::GrantRole { role, organisation };
        let withdraw = |role, organisation| Action::RevokeRole { role, organisation };
        let confirm = |role, by_council| Action::ConfirmGrant { role, organisation: self.own, by_council };
        vec![
            ("read organisations, memberships, boards and seats", Action::ReadRegister, none.clone()),
            ("change organisations, memberships, boards and seats", Action::ChangeRegister, none.clone()),
            ("read the history of organisations, memberships, boards and seats", Action::ReadHistory, none.clone()),
            ("ask whether a person is a certifier of the organisation", Action::AskCertifier, organisation.clone()),
            ("enter a person of the organisation", Action::EnterPerson, organisation.clone()),
            ("see a person of the organisation", Action::SeePerson, person.clone()),
            ("see one of another organisation with a role for it", Action::SeePerson, guest.clone()),
            ("see their e-mail address", Action::SeeEmail, person.clone()),
            ("see that of one with a role for it", Action::SeeEmail, guest.clone()),
            ("rename them", Action::RenamePerson, person.clone()),
            ("rename one with a duty elsewhere", Action::RenamePerson, elsewhere.clone()),
            ("change their address", Action::ChangeEmail, person.clone()),
            ("change that of one with a duty elsewhere", Action::ChangeEmail, elsewhere.clone()),
            ("change that of one with a seat on a board", Action::ChangeEmail, seated.clone()),
            ("change that of a network administrator", Action::ChangeEmail, peer.clone()),
            ("change that of one with a role for it", Action::ChangeEmail, guest.clone()),
            ("end them", Action::EndPerson, person.clone()),
            ("end one with a duty elsewhere", Action::EndPerson, elsewhere.clone()),
            ("end one with a seat on a board", Action::EndPerson, seated),
            ("end a network administrator", Action::EndPerson, peer.clone()),
            ("grant them certifier of their organisation", grant(Role::Certifier, self.own), person.clone()),
            ("grant one with a duty elsewhere certifier of it", grant(Role::Certifier, self.own), elsewhere.clone()),
            ("grant one of another organisation certifier of it", grant(Role::Certifier, self.own), guest.clone()),
            ("grant them certifier of another organisation", grant(Role::Certifier, self.other), person.clone()),
            ("grant them reviewer", grant(Role::Reviewer, self.own), person.clone()),
            ("confirm certifier of their organisation", confirm(Role::Certifier, true), person.clone()),
            ("confirm it for one of another organisation", confirm(Role::Certifier, true), guest.clone()),
            ("confirm it where nobody else there can", confirm(Role::Certifier, false), person.clone()),
            ("confirm reviewer", confirm(Role::Reviewer, false), elsewhere.clone()),
            ("take certifier of their organisation away", withdraw(Role::Certifier, self.own), person.clone()),
            ("take it from one of another organisation", withdraw(Role::Certifier, self.own), guest),
            ("take certifier of another organisation away", withdraw(Role::Certifier, self.other), person.clone()),
            ("take reviewer away", withdraw(Role::Reviewer, self.own), elsewhere.clone()),
            ("end their tokens", Action::RevokeSubject, person.clone()),
            ("end those of one with a duty elsewhere", Action::RevokeSubject, elsewhere),
            ("read the history of a person", Action::ReadHistory, person),
            ("create a client of the organisation", Action::CreateClient, organisation.clone()),
            ("create one with bids.read", Action::CreateWith(Scope::BidsRead), organisation.clone()),
            ("create one with bids.write", Action::CreateWith(Scope::BidsWrite), organisation.clone()),
            ("create one with bids.certify", Action::CreateWith(Scope::BidsCertify), organisation),
            ("see a client of the organisation", Action::SeeClient, client.clone()),
            ("take over one that the network entered", Action::ActivateClient, client.clone()),
            ("set its scopes", Action::SetScopes, client.clone()),
            ("give it bids.read", Action::GiveScope(Scope::BidsRead), client.clone()),
            ("give it bids.write", Action::GiveScope(Scope::BidsWrite), client.clone()),
            ("give it bids.certify", Action::GiveScope(Scope::BidsCertify), client.clone()),
            ("change its keys and secrets", Action::ManageCredentials, client.clone()),
            ("revoke it", Action::RevokeClient, client.clone()),
            ("end its tokens", Action::RevokeSubject, client.clone()),
            ("read the history of a client", Action::ReadHistory, client),
            ("list revocations and publish keys", Action::ServePlatform, none),
        ]
    }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let scene = Scene { own: OrgId::new(), other: OrgId::new(), person: PersonId::new(), client: ClientId::new() };
    let mut matrix =
        "Who may do what in the registry: yes; `no` is told why and who may; `hidden` is told that there is no \
         such thing; `apart` must\nbe done by others. Duties are held for the organisation unless it says \
         `of another`.\n"
            .to_string();
    testing::golden::covers(ActionName::VARIANTS, scene.actions().into_iter().map(|(_, action, _)| action.into()));
    for (name, action, facts) in scene.actions() {
        matrix += &format!("\n{name}\n");
        for (caller_name, caller) in scene.callers() {
            matrix += &format!("  {caller_name:<34} {}\n", decide(&caller, action, &facts).word());
        }
    }
    crate::tests::expect_golden("policy.txt", &matrix);
}

/// F-A1, F-E3: the same where somebody does it to themselves.
#[test]
fn what_people_may_do_to_themselves_is_as_the_golden_matrix_says() {
    let scene = Scene { own: OrgId::new(), other: OrgId::new(), person: PersonId::new(), client: ClientId::new() };
    let mut matrix = "Who may do what to themselves; the words are those of policy.txt.\n".to_string();
    for (name, action, facts) in scene.actions() {
        if facts.subject == Some(Subject::Person(scene.person)) {
            matrix += &format!("\n{name}\n");
            for (caller_name, caller) in scene.themself() {
                matrix += &format!("  {caller_name:<34} {}\n", decide(&caller, action, &facts).word());
            }
        }
    }
    crate::tests::expect_golden("themself.txt", &matrix);
}

#[test]
fn a_council_administrator_hands_out_nothing_to_another_councils_person() {
    let (own, other) = (OrgId::new(), OrgId::new());
    let administrator = person(Role::CouncilAdministrator, own);
    let of_other = Facts { subject: Some(Subject::Person(PersonId::new())), ..organisation_facts(other) };
    let action = Action::GrantRole { role: Role::Certifier, organisation: own };
    assert_eq!(decide(&administrator, action, &of_other), Verdict::Hide);
}

/// F-A1: any role but the three of their council is a duty elsewhere, and so is one of the three for another council.
#[test]
fn a_council_administrator_signs_in_as_nobody_with_a_duty_elsewhere() {
    let own = OrgId::new();
    let administrator = person(Role::CouncilAdministrator, own);
    let at_home = Facts { subject: Some(Subject::Person(PersonId::new())), ..organisation_facts(own) };
    for role in Role::ALL {
        for (organisation, is_councils) in [(own, COUNCIL_ROLES.contains(&role)), (OrgId::new(), false)] {
            let facts = Facts { duties: vec![Grant { role, organisation }], ..at_home.clone() };
            for action in [Action::ChangeEmail, Action::EndPerson, Action::RevokeSubject] {
                let may = decide(&administrator, action, &facts) == Verdict::Allow;
                assert_eq!(may, is_councils, "{action:?} {}", role.name());
            }
            assert_eq!(decide(&administrator, Action::RenamePerson, &facts), Verdict::Allow);
        }
    }
}

/// F-A12: one person does not make themselves anything, and does not confirm what they gave.
#[test]
fn who_gives_a_role_does_not_confirm_it() {
    let (network, council) = (OrgId::new(), OrgId::new());
    let granter = Who::person(Role::NetworkAdministrator, network);
    let facts = Facts {
        subject: Some(Subject::Person(PersonId::new())),
        granted_by: Some(granter.id()),
        ..organisation_facts(council)
    };
    let confirm = Action::ConfirmGrant { role: Role::Reviewer, organisation: network, by_council: false };
    assert_eq!(decide(&granter.caller(), confirm, &facts), Verdict::Apart { whose: OWN_REQUEST });
    assert_eq!(decide(&person(Role::NetworkAdministrator, network), confirm, &facts), Verdict::Allow);
    let themself = Facts { subject: Some(Subject::Person(granter.id())), ..organisation_facts(network) };
    for (role, organisation) in [(Role::RoundManager, network), (Role::CouncilAdministrator, council)] {
        let action = Action::GrantRole { role, organisation };
        assert_eq!(decide(&granter.caller(), action, &themself), Verdict::Apart { whose: OWN_REQUEST });
    }
}
