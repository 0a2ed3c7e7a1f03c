//! People and a client whom the register's cases are about, by what they are to the applicant.

use kit::caller::Role;
use toadlane_proto::registry::v1 as pb;

use super::{Caller, Entering, Named, Org};

pub struct Registered {
    /// At home in the applicant, with nothing else.
    pub plain: Named,
    /// At home there, and a reviewer for the network.
    pub busy: Named,
    /// At home there, and a network administrator.
    pub peer: Named,
    /// At home elsewhere, and a certifier of the applicant.
    pub guest: Named,
    pub guest_grant: pb::RoleGrant,
    /// At home elsewhere, and an officer of the applicant.
    pub guest_officer: Named,
    pub waiting: Waiting,
    /// Entered by the network, and not taken over.
    pub entered_client: pb::Client,
    /// Somebody whom no row means, and whose address moves with every call.
    pub moving: Named,
}

/// Roles that wait to be confirmed.
pub struct Waiting {
    /// Certifier of the applicant, for somebody at home there and for somebody who is not.
    pub own: Waits,
    pub of_guest: Waits,
    /// Certifier of a council where nobody can confirm it, for somebody at home in the applicant.
    pub of_nobody: Waits,
    /// Reviewer, for somebody at home in the applicant.
    pub reviewer: Waits,
}

pub struct Waits {
    pub person_id: String,
    pub grant_id: String,
}

impl Entering<'_> {
    /// Enters them, and signs in those who can be a row of a case about themselves.
    pub(super) async fn registered(&mut self) -> (Registered, Vec<Caller>) {
        let mut callers = Vec::new();
        let plain = self.person(Org::Applicant, "Somebody With Nothing Else").await;
        let busy = self.person(Org::Applicant, "Somebody Who Reviews").await;
        let peer = self.person(Org::Applicant, "Somebody Who Administers").await;
        let guest = self.person(Org::Editor, "Somebody From Elsewhere").await;
        let guest_officer = self.person(Org::Editor, "An Officer From Elsewhere").await;
        self.grant(&busy, Role::Reviewer, Org::Network).await;
        self.grant(&peer, Role::NetworkAdministrator, Org::Network).await;
        let guest_grant = self.grant(&guest, Role::Certifier, Org::Applicant).await.grants.remove(0);
        self.grant(&guest_officer, Role::ApplicantOfficer, Org::Applicant).await;
        for person in [&plain, &busy, &peer, &guest, &guest_officer] {
            callers.push(self.signed_in(person).await);
        }
        let (applicant, forsaken) = (self.orgs[&Org::Applicant].clone(), self.forsaken().await);
        let mut wait = async |home, role, organisation_id: &str| {
            let (waits, caller) = self.waiting(home, role, organisation_id).await;
            callers.push(caller);
            waits
        };
        let waiting = Waiting {
            own: wait(Org::Applicant, Role::Certifier, &applicant).await,
            of_guest: wait(Org::Editor, Role::Certifier, &applicant).await,
            of_nobody: wait(Org::Applicant, Role::Certifier, &forsaken).await,
            reviewer: wait(Org::Applicant, Role::Reviewer, &applicant).await,
        };
        let entered_client = self.entered_client().await;
        let moving = self.person(Org::Network, "Somebody Who Moves").await;
        let registered =
            Registered { plain, busy, peer, guest, guest_grant, guest_officer, waiting, entered_client, moving };
        (registered, callers)
    }

    /// Somebody with a role that waits.
    async fn waiting(&mut self, home: Org, role: Role, organisation_id: &str) -> (Waits, Caller) {
        let person = self.person(home, &format!("{} of {home:?} who waits", role.name())).await;
        let given = self.give(&person, role, organisation_id.to_string()).await;
        let grant = &given.grants[0];
        assert_eq!(grant.state(), pb::role_grant::State::Pending, "{grant:?}");
        (Waits { person_id: person.id.clone(), grant_id: grant.id.clone() }, self.signed_in(&person).await)
    }

    /// A council whose only administrator signed in once, and is none any more.
    async fn forsaken(&mut self) -> String {
        let organisation_id = self.organisation("Forsaken Town Council").await;
        let person = self.person(Org::Network, "Somebody Who Left").await;
        let given = self.give(&person, Role::CouncilAdministrator, organisation_id.clone()).await;
        self.signed_in(&person).await;
        let (person_id, grant_id) = (given.id, given.grants[0].id.clone());
        let request = pb::RevokeRoleRequest { person_id, grant_id, ..Default::default() };
        let _: pb::Person = self.asking.made(&self.administrator, "RevokeRole", &request).await;
        organisation_id
    }

    async fn entered_client(&self) -> pb::Client {
        let request = pb::CreateClientRequest {
            organisation_id: self.orgs[&Org::Applicant].clone(),
            name: "entered by the network".to_string(),
            kind: pb::client::Kind::Secret.into(),
            ..Default::default()
        };
        let created: pb::CreateClientResponse = self.asking.made(&self.administrator, "CreateClient", &request).await;
        let client = created.client.expect("the client is answered");
        assert_eq!(client.state(), pb::client::State::Pending, "{client:?}");
        client
    }
}
