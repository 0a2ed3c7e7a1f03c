//! The network as the demo sets it up, the way its administrators would: through the public API, signed in as people.
//! Councils and their codes are real; people and their addresses are made up.

use toadlane_client::{Client, ClientKey, Credentials};
use toadlane_proto::registry::v1 as pb;

use crate::deployment::Deployment;
use crate::error::Error;
use crate::record::{Council, Record};
use crate::requests::request_id;

/// The name that `toadlane admin first` is to give the network.
pub const NETWORK: &str = "Co-operative Councils' Innovation Network";

/// The address of the administrator whom `toadlane admin first` is to enter.
pub const ADMINISTRATOR: &str = "administrator@network.example";

/// The address of the second administrator, who confirms what the first one gives.
const SECOND_ADMINISTRATOR: &str = "second.administrator@network.example";

/// What councils' certifiers sign as.
pub const CERTIFIER_ROLE: &str = "Chief finance officer (made up)";

/// What a council's own system may do: all that there is.
const SCOPES: [&str; 8] = [
    "bids.read",
    "bids.write",
    "bids.certify",
    "awards.read",
    "awards.certify",
    "reports.read",
    "reports.write",
    "reports.certify",
];

/// A council's own system, and the certifier whose word it carries.
pub struct CouncilSystem {
    pub council: Council,
    pub organisation_id: String,
    pub certifier_id: String,
    pub client_id: String,
    pub key: ClientKey,
    pub client: Client,
}

/// The network, ready for a round.
pub struct Network {
    pub administrator: Client,
    /// No duty for the network holds on one administrator's word.
    pub second: Client,
    /// The same administrator's token, for the clocks.
    pub token: String,
    pub manager: Client,
    pub network_id: String,
    pub boards: Vec<String>,
    pub systems: Vec<CouncilSystem>,
}

impl Network {
    pub fn system_of(&self, organisation_id: &str) -> Result<&CouncilSystem, Error> {
        let found = self.systems.iter().find(|system| system.organisation_id == organisation_id);
        found.ok_or_else(|| Error::NoOrganisation(organisation_id.to_string()))
    }

    /// Charges a person with a duty for the network: one administrator gives it, the other confirms.
    pub async fn charge(&self, person: pb::Person, role: pb::Role) -> Result<pb::Person, Error> {
        charge(&self.administrator, &self.second, person, role, &self.network_id).await
    }
}

/// Sets the network up: councils with their memberships, people, two boards, and the systems of eight councils.
pub async fn set_up(deployment: &Deployment, record: &Record) -> Result<Network, Error> {
    let token = deployment.token(ADMINISTRATOR).await?;
    let administrator = deployment.client(Credentials::Token(token.clone()))?;
    let network_id = organisation(&administrator, NETWORK).await?;
    // The only one there is gives the second one's duty alone; from then on it takes both.
    let name = "Second administrator (made up)";
    let second = person(&administrator, &network_id, name, SECOND_ADMINISTRATOR).await?;
    grant(&administrator, second, pb::Role::NetworkAdministrator, &network_id).await?;
    let second = deployment.sign_in(SECOND_ADMINISTRATOR).await?;
    let manager_email = "round.manager@network.example";
    let manager = person(&administrator, &network_id, "Round manager (made up)", manager_email).await?;
    charge(&administrator, &second, manager, pb::Role::RoundManager, &network_id).await?;

    let mut systems = Vec::with_capacity(record.organisations.len());
    for council in &record.organisations {
        let (organisation_id, class) = match &council.register_code {
            Some(code) => (organisation(&administrator, code).await?, pb::MembershipClass::Full),
            None => (enter_town_council(&administrator, council).await?, pb::MembershipClass::Associate),
        };
        let membership = pb::AddMembershipRequest {
            request_id: request_id(),
            organisation_id: organisation_id.clone(),
            membership_class: class.into(),
            from_date: "2018-04-01".to_string(),
            ..Default::default()
        };
        administrator.organisations().add_membership(membership).await?;
        systems.push(council_system(deployment, &administrator, council, organisation_id).await?);
    }
    let boards = boards(&administrator, &systems).await?;
    let manager = deployment.sign_in(manager_email).await?;
    Ok(Network { administrator, second, token, manager, network_id, boards, systems })
}

/// The one organisation that a search finds by its exact name or register code.
pub async fn organisation(client: &Client, search: &str) -> Result<String, Error> {
    let asked = pb::ListOrganisationsRequest { search: search.to_string(), page_size: 50, ..Default::default() };
    let found = client.organisations().list_organisations(asked).await?.into_inner().organisations;
    let exact = found.into_iter().find(|organisation| {
        let details = organisation.details.as_ref();
        details.is_some_and(|details| details.code == search || details.name == search)
    });
    exact.map(|organisation| organisation.id).ok_or_else(|| Error::NoOrganisation(search.to_string()))
}

/// No register lists town councils.
async fn enter_town_council(client: &Client, council: &Council) -> Result<String, Error> {
    let details = pb::OrganisationDetails {
        kind: pb::organisation::Kind::LocalCouncil.into(),
        name: council.official_name.clone(),
        region: council.region.clone(),
        ..Default::default()
    };
    enter_organisation(client, details).await
}

/// Enters a legal body of England.
pub async fn enter_organisation(client: &Client, details: pb::OrganisationDetails) -> Result<String, Error> {
    let details = pb::OrganisationDetails { nation: pb::Nation::England.into(), legal_body: true, ..details };
    let (request_id, details) = (request_id(), Some(details));
    let asked = pb::CreateOrganisationRequest { request_id, details, validate_only: false };
    Ok(client.organisations().create_organisation(asked).await?.into_inner().id)
}

pub async fn person(client: &Client, organisation_id: &str, name: &str, email: &str) -> Result<pb::Person, Error> {
    let asked = pb::CreatePersonRequest {
        request_id: request_id(),
        organisation_id: organisation_id.to_string(),
        name: name.to_string(),
        email: email.to_string(),
        validate_only: false,
    };
    Ok(client.people().create_person(asked).await?.into_inner())
}

pub async fn grant(
    client: &Client,
    person: pb::Person,
    role: pb::Role,
    organisation_id: &str,
) -> Result<pb::Person, Error> {
    let asked = pb::GrantRoleRequest {
        request_id: request_id(),
        person_id: person.id,
        etag: person.etag,
        role: role.into(),
        organisation_id: organisation_id.to_string(),
        ..Default::default()
    };
    Ok(client.people().grant_role(asked).await?.into_inner())
}

/// One administrator gives a duty, and the other confirms it.
async fn charge(
    one: &Client,
    other: &Client,
    person: pb::Person,
    role: pb::Role,
    network_id: &str,
) -> Result<pb::Person, Error> {
    let given = grant(one, person, role, network_id).await?;
    let waits = given.grants.iter().find(|grant| grant.state() == pb::role_grant::State::Pending);
    let Some(grant_id) = waits.map(|grant| grant.id.clone()) else { return Ok(given) };
    let confirm = pb::ConfirmGrantRequest {
        request_id: request_id(),
        person_id: given.id,
        etag: given.etag,
        grant_id,
        ..Default::default()
    };
    Ok(other.people().confirm_grant(confirm).await?.into_inner())
}

/// A council's administrator and certifier; the administrator then registers the council's system with its public key.
async fn council_system(
    deployment: &Deployment,
    administrator: &Client,
    council: &Council,
    organisation_id: String,
) -> Result<CouncilSystem, Error> {
    let name = &council.name_as_published;
    let email = |role: &str| format!("{role}@{}.example", council.id);
    let admin_name = format!("Administrator of {name} (made up)");
    let admin = person(administrator, &organisation_id, &admin_name, &email("admin")).await?;
    grant(administrator, admin, pb::Role::CouncilAdministrator, &organisation_id).await?;
    let certifier = format!("Certifier of {name} (made up)");
    let certifier = person(administrator, &organisation_id, &certifier, &email("certifier")).await?;
    let certifier_id = grant(administrator, certifier, pb::Role::Certifier, &organisation_id).await?.id;

    let council_administrator = deployment.sign_in(&email("admin")).await?;
    let key = ClientKey::generate()?;
    let asked = pb::CreateClientRequest {
        request_id: request_id(),
        organisation_id: organisation_id.clone(),
        name: format!("Case management of {name}"),
        kind: pb::client::Kind::PublicKey.into(),
        scopes: SCOPES.map(str::to_string).to_vec(),
        key: Some(pb::NewClientKey { public_key: key.public_pem(), ..Default::default() }),
        validate_only: false,
    };
    let created = council_administrator.clients().create_client(asked).await?.into_inner();
    let client_id = created.client.unwrap_or_default().id;
    let client = deployment.client(Credentials::Key { client_id: client_id.clone(), key: key.clone() })?;
    Ok(CouncilSystem { council: council.clone(), organisation_id, certifier_id, client_id, key, client })
}

/// The two boards that met jointly. Their seats are made up: members came from councils that also bid.
async fn boards(administrator: &Client, systems: &[CouncilSystem]) -> Result<Vec<String>, Error> {
    let mut boards = Vec::new();
    for (name, short_name, seats) in [
        ("Executive Oversight Committee", "EOC", &systems[..5.min(systems.len())]),
        ("Values & Principles Board", "V&P", &systems[3.min(systems.len())..]),
    ] {
        let board = create_board(administrator, name, short_name).await?;
        for system in seats {
            let asked = pb::AddSeatRequest {
                request_id: request_id(),
                board_id: board.clone(),
                organisation_id: system.organisation_id.clone(),
                person_id: system.certifier_id.clone(),
                voting: true,
                from_date: "2018-10-01".to_string(),
                until_date: "2020-09-30".to_string(),
                validate_only: false,
            };
            administrator.boards().add_seat(asked).await?;
        }
        boards.push(board);
    }
    Ok(boards)
}

/// A board for whose quorum three suffice.
pub async fn create_board(administrator: &Client, name: &str, short_name: &str) -> Result<String, Error> {
    let asked = pb::CreateBoardRequest {
        request_id: request_id(),
        name: name.to_string(),
        short_name: short_name.to_string(),
        quorum: 3,
        ..Default::default()
    };
    Ok(administrator.boards().create_board(asked).await?.into_inner().id)
}
