//! Everybody who can call: people for every duty, systems for every scope, the roles of the platform and nobody, each
//! by the name that stands in the golden matrices. All but the roles sign in as anyone does.

mod learner;
mod panel;
mod registered;

use std::borrow::Cow;
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use demo::deployment::Deployment;
use demo::network::ADMINISTRATOR;
use kit::caller::{Area, Role, Scope};
use kit::time::Timestamp;
use kit::tokens::{self, KeySet, SigningKey};
use kit::transport::AUDIENCE;
use toadlane_proto::registry::v1 as pb;

use super::asking::Asking;
use super::golden::{ANOTHER_ROLE_THAN, Golden};
pub use learner::Learner;
pub use panel::Place;
pub use registered::{Registered, Waits};

/// A caller with a token, or nobody.
#[derive(Clone, Debug)]
pub struct Caller {
    /// `per_..`, `cli_..` or `role:..`, as tokens say.
    pub subject: String,
    pub proof: Proof,
}

/// How a caller shows who they are.
#[derive(Clone, Debug)]
pub enum Proof {
    Nothing,
    Token(String),
    /// Signs a token for each call, as roles do: theirs live for minutes only.
    Key(Arc<SigningKey>),
}

impl Caller {
    pub fn nobody() -> Caller {
        Caller { subject: String::new(), proof: Proof::Nothing }
    }

    pub fn is_nobody(&self) -> bool {
        matches!(self.proof, Proof::Nothing)
    }

    pub fn token(&self) -> Option<Cow<'_, str>> {
        match &self.proof {
            Proof::Nothing => None,
            Proof::Token(token) => Some(token.into()),
            Proof::Key(key) => Some(tokens::mint_role(key, AUDIENCE, Timestamp::of_this_machine().seconds()).into()),
        }
    }
}

/// What an organisation is to the bids, people and clients that a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Org {
    Applicant,
    /// The applicant followed it: bids and awards that were its own are the applicant's now.
    Former,
    Editor,
    Reader,
    Another,
    Network,
}

/// Which caller a row of a matrix names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum CallerKind {
    Holder(Role, Org),
    System(Scope, Org),
    /// Whom the case is about, or somebody without any duty where it is about nobody.
    ThePerson,
    TheClient,
    /// Charged with this by the network, with a seat on a board that grades nothing.
    Seated(Role),
    /// Charged with this by the network, and at home in an organisation, where they may have a role too.
    Staff(Role, Org, Option<Role>),
    /// At home in an organisation, without any duty.
    AtHome(Org),
    /// On the panel of every assessment, with this duty.
    Member(Option<Role>, Place),
    Area,
    ThePlatforms(Area),
    Learner(Learner),
    Nobody,
}

pub struct Callers {
    pub administrator: Caller,
    pub nobody: Caller,
    pub roles: Vec<Caller>,
    /// People and systems that have rows of their own.
    others: HashMap<CallerKind, Caller>,
    orgs: HashMap<Org, String>,
    /// People and clients that cases are about, by their identity.
    subjects: HashMap<String, Caller>,
    pub person: Named,
    /// One who holds roles that can be revoked.
    pub holder: Named,
    pub grants: Vec<pb::RoleGrant>,
    /// A client with a secret, and how it signs in.
    pub client: Caller,
    pub client_login: pb::ExchangeTokenRequest,
    /// A client with a key.
    pub key_client: pb::Client,
    /// Whom else the register's cases are about.
    pub registered: Registered,
    /// Who grades the granted round, chair first.
    pub graders: Vec<Grader>,
    /// The board on which everybody of the matrix sits beside the graders.
    pub large_board: pb::Board,
    /// Finance officers whom no row means: one checks the accounts of payees, the other instructs payments.
    pub checker: Caller,
    pub payer: Caller,
    /// Addresses that sign-in codes go to.
    pub addresses: Vec<String>,
}

/// A member of a board.
#[derive(Clone, Debug)]
pub struct Grader {
    pub caller: Caller,
}

/// A person by what others know them by.
#[derive(Clone)]
pub struct Named {
    pub id: String,
    pub name: String,
    pub email: String,
}

fn kind_of(row: &str) -> CallerKind {
    match row {
        "the person" | "no duty" => return CallerKind::ThePerson,
        "the client" => return CallerKind::TheClient,
        "a role" | "another role" | "a role of the platform" | "another role of the platform" => {
            return CallerKind::Area;
        }
        "not signed in" | "nobody signed in" => return CallerKind::Nobody,
        "a system" | "a council's system" => return CallerKind::System(Scope::BidsRead, Org::Applicant),
        "a system of another" => return CallerKind::System(Scope::BidsRead, Org::Another),
        _ => {}
    }
    if let Some(learner) = Learner::of_row(row) {
        return CallerKind::Learner(learner);
    }
    if row.starts_with(ANOTHER_ROLE_THAN) {
        return CallerKind::Area;
    }
    if let Some(role) = row.strip_prefix("the platform's ") {
        return CallerKind::ThePlatforms(role.parse().expect("a role"));
    }
    if let Some(role) = row.strip_suffix(" of the network, with a seat") {
        return CallerKind::Seated(role.parse().expect("a duty"));
    }
    if let Some(staff) = staff(row) {
        return staff;
    }
    if let Some(member) = panel::kind_of(row) {
        return member;
    }
    let (what, org) = match row.split_once(" of ") {
        None => (row, Org::Applicant),
        Some((what, "the applicant" | "the bidder" | "the council")) => (what, Org::Applicant),
        Some((what, "the council before it")) => (what, Org::Former),
        Some((what, "a partner who edits")) => (what, Org::Editor),
        Some((what, "a partner who reads")) => (what, Org::Reader),
        Some((what, "another" | "another council")) => (what, Org::Another),
        Some((what, "the network")) => (what, Org::Network),
        Some((_, org)) => panic!("`{row}`: {org} is unknown here"),
    };
    match what.strip_prefix("system with ") {
        Some(scope) => CallerKind::System(scope.parse().expect("a scope"), org),
        None => CallerKind::Holder(what.parse().expect("a duty"), org),
    }
}

/// How the matrices name those who have a duty for the network and belong to an organisation of the case.
fn staff(row: &str) -> Option<CallerKind> {
    let at_home = [", staff of ", ", at home with "].iter().find_map(|words| row.split_once(words));
    let with_a_role = row.split_once(" of the network and council_administrator of ");
    let role = with_a_role.map(|_| Role::CouncilAdministrator);
    let (duty, org) = at_home.or(with_a_role)?;
    let org = match org {
        "the applicant" | "the bidder" | "the council" => Org::Applicant,
        "the council before it" => Org::Former,
        "a partner who reads" => Org::Reader,
        "a partner who edits" => Org::Editor,
        org => panic!("`{row}`: {org} is unknown here"),
    };
    let duty = duty.trim_end_matches(" of the network");
    Some(CallerKind::Staff(duty.parse().expect("a duty"), org, role))
}

/// The same for a row that is about two organisations: the one that leads, and the one that is paid.
fn kinds_of(row: &str) -> Vec<CallerKind> {
    match row.strip_suffix(" of one that leads or is paid") {
        Some(what) => {
            ["a partner who reads", "a partner who edits"].map(|org| kind_of(&format!("{what} of {org}"))).into()
        }
        None => vec![kind_of(row)],
    }
}

impl Callers {
    /// Those who stand for a row in a case about this.
    pub fn for_row(&self, row: &str, about: &str) -> Vec<&Caller> {
        let subject = |kind: &str, otherwise: &str| {
            let id = if about.starts_with(kind) { about } else { otherwise };
            vec![&self.subjects[id]]
        };
        let standing = |kind: CallerKind| match kind {
            CallerKind::ThePerson => subject("per_", &self.person.id),
            CallerKind::TheClient => subject("cli_", &self.client.subject),
            CallerKind::Area => {
                let named: Vec<_> = row.strip_prefix(ANOTHER_ROLE_THAN).unwrap_or_default().split(", ").collect();
                let is_named = |caller: &&Caller| named.iter().any(|role| caller.subject == format!("role:{role}"));
                self.roles.iter().filter(|caller| !is_named(caller)).collect()
            }
            CallerKind::ThePlatforms(role) => {
                self.roles.iter().filter(|caller| caller.subject == format!("role:{role}")).collect()
            }
            // Whose commission runs may write codebooks, whatever it is about.
            CallerKind::Learner(Learner::Elsewhere) if about.is_empty() || about.starts_with("cbk_") => {
                vec![self.learner(Learner::Idle)]
            }
            CallerKind::Learner(Learner::Elsewhere) => {
                [Learner::Elsewhere, Learner::Idle].map(|one| self.learner(one)).into()
            }
            CallerKind::Nobody => vec![&self.nobody],
            other => vec![&self.others[&other]],
        };
        kinds_of(row).into_iter().flat_map(standing).collect()
    }

    pub fn holder_of(&self, role: Role, org: Org) -> &Caller {
        &self.others[&CallerKind::Holder(role, org)]
    }

    pub fn learner(&self, learner: Learner) -> &Caller {
        &self.others[&CallerKind::Learner(learner)]
    }

    /// The organisation of those who have a duty for the network and belong to another, by who they are.
    pub fn staff(&self) -> HashMap<String, String> {
        let staff = self.others.iter().filter_map(|(kind, caller)| match kind {
            CallerKind::Staff(_, org, _) => Some((caller.subject.clone(), self.org(*org))),
            _ => None,
        });
        staff.collect()
    }

    pub fn org(&self, org: Org) -> String {
        self.orgs[&org].clone()
    }

    pub fn org_of(&self, id: &str) -> Org {
        let found = self.orgs.iter().find(|(_, known)| *known == id);
        *found.unwrap_or_else(|| panic!("{id} is nobody here")).0
    }

    /// Enters them all and signs them in.
    pub async fn assemble(asking: &Asking, deployment: &Deployment, keys: &Path, golden: &Golden) -> Callers {
        let signing = |role: Area| SigningKey::read(role.name(), &keys.join(format!("{role}.key"))).unwrap();
        let roles = Area::ALL
            .map(|role| Caller { subject: format!("role:{role}"), proof: Proof::Key(Arc::new(signing(role))) });
        let proof = Proof::Token(deployment.token(ADMINISTRATOR).await.unwrap());
        let administrator = Caller { proof, ..Caller::nobody() };
        let me: pb::WhoAmIResponse = asking.made(&administrator, "WhoAmI", &pb::WhoAmIRequest {}).await;
        let administrator = Caller { subject: me.subject, ..administrator };
        let mut entering = Entering {
            asking,
            deployment,
            large_board: board(asking, &administrator, "Large").await,
            idle_board: board(asking, &administrator, "Idle").await,
            administrator,
            second: Caller::nobody(),
            orgs: HashMap::from([(Org::Network, me.organisation_id)]),
            others: HashMap::new(),
            addresses: Vec::new(),
        };
        entering.organisations().await;
        let second = entering.person(Org::Network, "second administrator").await;
        entering.grant(&second, Role::NetworkAdministrator, Org::Network).await;
        entering.second = entering.signed_in(&second).await;
        entering.people_and_systems(golden).await;
        entering.finish(roles.to_vec()).await
    }
}

/// The callers while they are entered.
struct Entering<'a> {
    asking: &'a Asking,
    deployment: &'a Deployment,
    administrator: Caller,
    second: Caller,
    orgs: HashMap<Org, String>,
    others: HashMap<CallerKind, Caller>,
    addresses: Vec<String>,
    large_board: pb::Board,
    idle_board: pb::Board,
}

impl Entering<'_> {
    async fn organisations(&mut self) {
        for org in [Org::Applicant, Org::Former, Org::Editor, Org::Reader, Org::Another] {
            let id = self.organisation(&format!("{org:?} Town Council")).await;
            self.orgs.insert(org, id);
        }
    }

    async fn organisation(&self, name: &str) -> String {
        let details = pb::OrganisationDetails {
            kind: pb::organisation::Kind::LocalCouncil.into(),
            name: name.to_string(),
            legal_body: true,
            ..Default::default()
        };
        let request = pb::CreateOrganisationRequest { details: Some(details), ..Default::default() };
        let entered: pb::Organisation = self.asking.made(&self.administrator, "CreateOrganisation", &request).await;
        entered.id
    }

    /// First the people: a council's administrator is one of them, and enters its systems.
    async fn people_and_systems(&mut self, golden: &Golden) {
        let rows = golden.sections().flat_map(|section| golden.rows(section).flat_map(|(row, _)| kinds_of(row)));
        let rows: Vec<CallerKind> = rows.collect();
        for &row in &rows {
            let caller = match row {
                _ if self.others.contains_key(&row) => continue,
                CallerKind::Holder(role, org) => {
                    let person = self.person(Org::Network, &format!("{} {org:?}", role.name())).await;
                    self.grant(&person, role, org).await;
                    self.signed_in(&person).await
                }
                CallerKind::Seated(role) => {
                    let person = self.person(Org::Network, &format!("{} with a seat", role.name())).await;
                    self.grant(&person, role, Org::Network).await;
                    self.seat(&self.idle_board, Org::Network, &person).await;
                    self.signed_in(&person).await
                }
                CallerKind::Staff(duty, org, role) => {
                    let person = self.person(org, &format!("{} at home in {org:?} {role:?}", duty.name())).await;
                    self.grant(&person, duty, Org::Network).await;
                    if let Some(role) = role {
                        self.grant(&person, role, org).await;
                    }
                    self.signed_in(&person).await
                }
                CallerKind::AtHome(org) => {
                    let person = self.person(org, &format!("at home in {org:?}")).await;
                    self.signed_in(&person).await
                }
                CallerKind::Member(role, place) => self.member(role, place).await,
                _ => continue,
            };
            self.others.insert(row, caller);
        }
        for learner in Learner::ALL {
            let person = self.person(learner.home(), &format!("{learner:?}")).await;
            for (role, org) in learner.roles() {
                self.grant(&person, role, org).await;
            }
            let caller = self.signed_in(&person).await;
            self.others.insert(CallerKind::Learner(learner), caller);
        }
        for &row in &rows {
            if let CallerKind::System(scope, org) = row
                && !self.others.contains_key(&row)
            {
                let (system, _) = self.system(&[scope.name()], org).await;
                self.others.insert(row, system);
            }
        }
    }

    async fn person(&mut self, org: Org, name: &str) -> Named {
        let email = format!("person{}@verdicts.example", self.addresses.len());
        self.addresses.push(email.clone());
        let request = pb::CreatePersonRequest {
            organisation_id: self.orgs[&org].clone(),
            name: name.to_string(),
            email: email.clone(),
            ..Default::default()
        };
        let person: pb::Person = self.asking.made(&self.administrator, "CreatePerson", &request).await;
        Named { id: person.id, name: person.name, email }
    }

    /// Gives a role, which may wait for somebody else.
    async fn give(&self, person: &Named, role: Role, organisation_id: String) -> pb::Person {
        let (person_id, role) = (person.id.clone(), role_of(role).into());
        let request = pb::GrantRoleRequest { person_id, role, organisation_id, ..Default::default() };
        self.asking.made(&self.administrator, "GrantRole", &request).await
    }

    async fn grant(&self, person: &Named, role: Role, org: Org) -> pb::Person {
        let given = self.give(person, role, self.orgs[&org].clone()).await;
        let waits = given.grants.iter().find(|grant| grant.state() == pb::role_grant::State::Pending);
        let Some(grant) = waits else { return given };
        // A duty for the network takes two of its administrators, one for a council that council's own.
        let own = self.others.get(&CallerKind::Holder(Role::CouncilAdministrator, org));
        let is_councils = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator].contains(&role);
        let second = own.filter(|_| is_councils).unwrap_or(&self.second);
        let request = pb::ConfirmGrantRequest { person_id: given.id, grant_id: grant.id.clone(), ..Default::default() };
        self.asking.made(second, "ConfirmGrant", &request).await
    }

    async fn seat(&self, board: &pb::Board, org: Org, person: &Named) {
        seat(self.asking, &self.administrator, board, self.orgs[&org].clone(), &person.id).await;
    }

    async fn signed_in(&self, person: &Named) -> Caller {
        let proof = Proof::Token(self.deployment.token(&person.email).await.unwrap());
        Caller { subject: person.id.clone(), proof }
    }

    /// A system of an organisation, entered by that organisation's own administrator, signed in with its secret.
    async fn system(&self, scopes: &[&str], org: Org) -> (Caller, pb::ExchangeTokenRequest) {
        let request = pb::CreateClientRequest {
            organisation_id: self.orgs[&org].clone(),
            name: format!("{scopes:?} {org:?}"),
            kind: pb::client::Kind::Secret.into(),
            scopes: scopes.iter().map(ToString::to_string).collect(),
            ..Default::default()
        };
        let own = &self.others[&CallerKind::Holder(Role::CouncilAdministrator, org)];
        let created: pb::CreateClientResponse = self.asking.made(own, "CreateClient", &request).await;
        let client_id = created.client.expect("the client is answered").id;
        let request = pb::ExchangeTokenRequest {
            grant_type: "client_credentials".to_string(),
            client_id: client_id.clone(),
            client_secret: created.secret,
            ..Default::default()
        };
        (self.exchanged(client_id, &request).await, request)
    }

    async fn exchanged(&self, client_id: String, request: &pb::ExchangeTokenRequest) -> Caller {
        let token: pb::AccessToken = self.asking.made(&Caller::nobody(), "ExchangeToken", request).await;
        Caller { subject: client_id, proof: Proof::Token(token.access_token) }
    }

    /// A system with a key pair, signed in with an assertion (RFC 7523).
    async fn system_with_key(&self) -> (pb::Client, Caller) {
        let key = SigningKey::generate("case management").unwrap();
        let request = pb::CreateClientRequest {
            organisation_id: self.orgs[&Org::Applicant].clone(),
            name: "with a key".to_string(),
            kind: pb::client::Kind::PublicKey.into(),
            key: Some(pb::NewClientKey { public_key: jwk(&key), ..Default::default() }),
            ..Default::default()
        };
        let own = &self.others[&CallerKind::Holder(Role::CouncilAdministrator, Org::Applicant)];
        let created: pb::CreateClientResponse = self.asking.made(own, "CreateClient", &request).await;
        let client = created.client.expect("the client is answered");
        let now = Timestamp::of_this_machine().seconds();
        let claims = serde_json::json!({
            "iss": client.id, "sub": client.id, "aud": self.deployment.places.registry.address,
            "jti": "once", "iat": now, "exp": now + 60,
        });
        let request = pb::ExchangeTokenRequest {
            grant_type: "client_credentials".to_string(),
            client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer".to_string(),
            client_assertion: tokens::sign_statement(&key, "JWT", &claims).unwrap(),
            ..Default::default()
        };
        let caller = self.exchanged(client.id.clone(), &request).await;
        (client, caller)
    }

    /// Those whom cases are about.
    async fn finish(mut self, roles: Vec<Caller>) -> Callers {
        let person = self.person(Org::Applicant, "Somebody Without Duty").await;
        let holder = self.person(Org::Applicant, "Somebody With Roles").await;
        let (client, client_login) = self.system(&[], Org::Applicant).await;
        let (key_client, with_key) = self.system_with_key().await;
        self.grant(&holder, Role::Certifier, Org::Applicant).await;
        self.grant(&holder, Role::Certifier, Org::Reader).await;
        let grants = self.grant(&holder, Role::Reviewer, Org::Applicant).await.grants;
        let (registered, mut about) = self.registered().await;
        about.extend([self.signed_in(&person).await, self.signed_in(&holder).await, client.clone(), with_key]);
        let mut graders = Vec::new();
        for name in ["A Chair", "A Grader", "Another Grader"] {
            let grader = self.person(Org::Network, name).await;
            if graders.is_empty() {
                self.grant(&grader, Role::PanelChair, Org::Network).await;
            }
            graders.push(Grader { caller: self.signed_in(&grader).await });
        }
        let mut finance = Vec::new();
        for name in ["A Checker", "A Payer"] {
            let officer = self.person(Org::Network, name).await;
            self.grant(&officer, Role::FinanceOfficer, Org::Network).await;
            finance.push(self.signed_in(&officer).await);
        }
        let [checker, payer] = finance.try_into().expect("there are two");
        let subjects = about.into_iter().map(|caller| (caller.subject.clone(), caller)).collect();
        // A substitute holds a seat; on that panel they are not.
        self.seat(&self.idle_board, Org::Another, &person).await;
        let Entering { administrator, orgs, others, addresses, large_board, .. } = self;
        Callers {
            administrator,
            nobody: Caller::nobody(),
            roles,
            others,
            orgs,
            subjects,
            person,
            holder,
            grants,
            client,
            client_login,
            key_client,
            registered,
            graders,
            large_board,
            checker,
            payer,
            addresses,
        }
    }
}

pub async fn board(asking: &Asking, administrator: &Caller, short_name: &str) -> pb::Board {
    let request = pb::CreateBoardRequest {
        name: format!("The board {short_name}"),
        short_name: short_name.to_string(),
        quorum: 2,
        ..Default::default()
    };
    asking.made(administrator, "CreateBoard", &request).await
}

/// Gives a person an organisation's seat on a board.
pub async fn seat(
    asking: &Asking,
    administrator: &Caller,
    board: &pb::Board,
    organisation_id: String,
    person_id: &str,
) {
    let request = pb::AddSeatRequest {
        board_id: board.id.clone(),
        organisation_id,
        person_id: person_id.to_string(),
        voting: true,
        from_date: "2018-10-01".to_string(),
        ..Default::default()
    };
    let _: pb::Seat = asking.made(administrator, "AddSeat", &request).await;
}

/// The public half as a JWK.
pub fn jwk(key: &SigningKey) -> String {
    let set: serde_json::Value = serde_json::from_str(&key_set(key)).unwrap();
    set["keys"][0].to_string()
}

/// The public half as a JWK Set.
pub fn key_set(key: &SigningKey) -> String {
    let mut set = KeySet::default();
    set.add(key.public()).unwrap();
    set.to_json()
}

fn role_of(role: Role) -> pb::Role {
    match role {
        Role::ApplicantOfficer => pb::Role::ApplicantOfficer,
        Role::Certifier => pb::Role::Certifier,
        Role::CouncilAdministrator => pb::Role::CouncilAdministrator,
        Role::NetworkAdministrator => pb::Role::NetworkAdministrator,
        Role::RoundManager => pb::Role::RoundManager,
        Role::Reviewer => pb::Role::Reviewer,
        Role::PanelChair => pb::Role::PanelChair,
        Role::Clerk => pb::Role::Clerk,
        Role::FinanceOfficer => pb::Role::FinanceOfficer,
        Role::Consultant => pb::Role::LearningConsultant,
        Role::Editor => pb::Role::Editor,
        Role::Auditor => pb::Role::Auditor,
        Role::DataProtectionOfficer => pb::Role::DataProtectionOfficer,
    }
}
