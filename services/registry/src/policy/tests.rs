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

    /// Every action with what it is about.
    fn actions(&self) -> Vec<(&'static str, Action, Facts)> {
        let none = Facts::default();
        let organisation = Facts { organisation: Some(self.own), subject: None };
        let person = Facts { subject: Some(Subject::Person(self.person)), ..organisation };
        let client = Facts { subject: Some(Subject::Client(self.client)), ..organisation };
        let grant = |role, organisation| Action::Grant { role, organisation };
        vec![
            ("read organisations, memberships, boards and seats", Action::ReadRegister, none),
            ("change organisations, memberships, boards and seats", Action::ChangeRegister, none),
            ("ask whether a person is a certifier of the organisation", Action::AskCertifier, organisation),
            ("enter a person of the organisation", Action::ManagePerson, organisation),
            ("see a person of the organisation", Action::SeePerson, person),
            ("see their e-mail address", Action::SeeEmail, person),
            ("rename or end them", Action::ManagePerson, person),
            ("grant them certifier of their organisation", grant(Role::Certifier, self.own), person),
            ("grant them certifier of another organisation", grant(Role::Certifier, self.other), person),
            ("grant them reviewer", grant(Role::Reviewer, self.own), person),
            ("end their tokens", Action::RevokeSubject, person),
            ("create a client of the organisation", Action::CreateClient, organisation),
            ("create one with bids.read", Action::GiveScope(Scope::BidsRead), organisation),
            ("create one with bids.write", Action::GiveScope(Scope::BidsWrite), organisation),
            ("create one with bids.certify", Action::GiveScope(Scope::BidsCertify), organisation),
            ("see a client of the organisation", Action::SeeClient, client),
            ("set its scopes", Action::SetScopes, client),
            ("give it bids.read", Action::GiveScope(Scope::BidsRead), client),
            ("give it bids.write", Action::GiveScope(Scope::BidsWrite), client),
            ("give it bids.certify", Action::GiveScope(Scope::BidsCertify), client),
            ("change its keys and secrets", Action::ManageCredentials, client),
            ("revoke it", Action::RevokeClient, client),
            ("end its tokens", Action::RevokeSubject, client),
            ("list revocations and publish keys", Action::ServePlatform, none),
        ]
    }
}

#[test]
fn the_policy_is_as_the_golden_matrix_says() {
    let scene = Scene { own: OrgId::new(), other: OrgId::new(), person: PersonId::new(), client: ClientId::new() };
    let mut matrix =
        "Who may do what in the registry: yes; `no` is told why and who may; `hidden` is told that there is no \
                      such thing.\nDuties are held for the organisation unless it says `of another`.\n"
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

#[test]
fn a_council_administrator_hands_out_nothing_to_another_councils_person() {
    let (own, other) = (OrgId::new(), OrgId::new());
    let administrator = person(Role::CouncilAdministrator, own);
    let of_other = Facts { organisation: Some(other), subject: Some(Subject::Person(PersonId::new())) };
    let action = Action::Grant { role: Role::Certifier, organisation: own };
    assert_eq!(decide(&administrator, action, &of_other), Verdict::Hide);
}
