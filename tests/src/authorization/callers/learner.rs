//! Who learns from the reports.

use std::time::Duration;

use demo::deployment::Deployment;
use kit::caller::Role;
use toadlane_proto::registry::v1 as pb;
use tokio::time::sleep;

use super::{Asking, Caller, CallerKind, Callers, Org, Proof, role_of};

/// What somebody is to the commission and the publication that a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Learner {
    Consultant,
    /// At home in the council.
    AtHome,
    /// Certifies for the council.
    Certifying,
    /// Wrote it as a consultant of the commission, and is an editor since.
    Author,
    /// Named by the commission, and no longer charged with it.
    Relieved,
    /// Of a commission over another round, which runs.
    Elsewhere,
    /// Of one that has ended.
    Idle,
    /// Reads under embargo.
    Reader,
}

impl Learner {
    pub const ALL: [Learner; 8] = [
        Learner::Consultant,
        Learner::AtHome,
        Learner::Certifying,
        Learner::Author,
        Learner::Relieved,
        Learner::Elsewhere,
        Learner::Idle,
        Learner::Reader,
    ];

    /// Those who work under the commission.
    pub const AT_WORK: [Learner; 4] = [Learner::Consultant, Learner::AtHome, Learner::Certifying, Learner::Author];

    /// Those whom it names.
    pub const NAMED: [Learner; 5] =
        [Learner::Consultant, Learner::AtHome, Learner::Certifying, Learner::Author, Learner::Relieved];

    /// The row that stands for them, where it is theirs alone.
    pub(super) fn of_row(row: &str) -> Option<Learner> {
        match row {
            "consultant of the commission" => Some(Learner::Consultant),
            "consultant of the commission, staff of the council" => Some(Learner::AtHome),
            "consultant of the commission, certifier of the council" => Some(Learner::Certifying),
            "editor who wrote it" => Some(Learner::Author),
            "its consultant, without the duty" => Some(Learner::Relieved),
            "consultant of another commission" => Some(Learner::Elsewhere),
            "person of the embargo group" => Some(Learner::Reader),
            _ => None,
        }
    }

    pub fn home(self) -> Org {
        if self == Learner::AtHome { Org::Applicant } else { Org::Network }
    }

    /// What they are charged with, and for whom.
    pub fn roles(self) -> Vec<(Role, Org)> {
        match self {
            Learner::Consultant | Learner::AtHome | Learner::Author | Learner::Elsewhere | Learner::Idle => {
                vec![(Role::Consultant, Org::Network)]
            }
            Learner::Certifying => vec![(Role::Consultant, Org::Network), (Role::Certifier, Org::Applicant)],
            Learner::Relieved | Learner::Reader => vec![(Role::Reviewer, Org::Network)],
        }
    }
}

impl Callers {
    /// The author consults no longer, and edits. Everything is written by then.
    pub async fn author_becomes_editor(&mut self, asking: &Asking, deployment: &Deployment) {
        let person_id = self.learner(Learner::Author).subject.clone();
        let request = pb::GetPersonRequest { person_id: person_id.clone() };
        let person: pb::Person = asking.made(&self.administrator, "GetPerson", &request).await;
        let grant_id = person.grants[0].id.clone();
        let request = pb::RevokeRoleRequest { person_id: person_id.clone(), grant_id, ..Default::default() };
        let _: pb::Person = asking.made(&self.administrator, "RevokeRole", &request).await;
        let (role, organisation_id) = (role_of(Role::Editor).into(), self.org(Org::Network));
        let request =
            pb::GrantRoleRequest { person_id: person_id.clone(), role, organisation_id, ..Default::default() };
        let given: pb::Person = asking.made(&self.administrator, "GrantRole", &request).await;
        let waits = given.grants.iter().find(|grant| grant.role == role && grant.ends_at.is_none());
        let grant_id = waits.expect("it was given").id.clone();
        let request = pb::ConfirmGrantRequest { person_id: person_id.clone(), grant_id, ..Default::default() };
        let second = self.holder_of(Role::NetworkAdministrator, Org::Network);
        let _: pb::Person = asking.made(second, "ConfirmGrant", &request).await;
        // Whoever signs in within the second of the revocation is signed out by it.
        sleep(Duration::from_secs(1)).await;
        let proof = Proof::Token(deployment.token(&person.email).await.unwrap());
        self.others.insert(CallerKind::Learner(Learner::Author), Caller { subject: person_id, proof });
    }
}
