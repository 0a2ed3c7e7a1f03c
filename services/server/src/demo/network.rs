//! The network as the demo sets it up, the way its administrators would: through the public API, signed in as people.
//! Councils and their codes are real; people and their addresses are made up.

use std::path::{Path, PathBuf};
use std::time::Duration;

use kit::time::Timestamp;
use toadlane_client::{Client, ClientKey, Code, Credentials, Place, Places};
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::types::v1::SetClockRequest;

use super::record::{Council, Record};
use super::{PlayError, request_id};

/// Where a server is, as the demo and the tests reach it.
#[derive(Clone)]
pub struct Stage {
    pub places: Places,
    /// The addresses of all processes: each keeps a clock.
    pub clocks: Vec<Place>,
    /// Folder to which the registry writes its mail.
    pub mail: PathBuf,
}

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
    /// The same administrator's token, for the clocks.
    pub token: String,
    pub manager: Client,
    pub network_id: String,
    pub boards: Vec<String>,
    pub systems: Vec<CouncilSystem>,
}

impl Network {
    pub fn system_of(&self, organisation_id: &str) -> Result<&CouncilSystem, PlayError> {
        let found = self.systems.iter().find(|system| system.organisation_id == organisation_id);
        found.ok_or_else(|| PlayError::NoOrganisation(organisation_id.to_string()))
    }
}

/// How often a sign-in is begun, at most: the platform sends no more codes to one address in a quarter of an hour.
const MOST_STARTS: usize = 5;

/// The address of the administrator whom `toadlane admin first` entered.
pub const ADMINISTRATOR: &str = "administrator@network.example";

impl Stage {
    /// Signs a person in with the one-time code from their mail: their access token. Nothing that gives a token out is
    /// answered twice, so a sign-in whose code never came, or whose answer was lost, is begun anew.
    pub async fn token(&self, email: &str) -> Result<String, PlayError> {
        for _ in 1..MOST_STARTS {
            match self.token_at_once(email).await {
                Err(PlayError::NoMail(_)) => {}
                Err(PlayError::Refused(status)) if status.code() == Code::Unauthenticated => {}
                settled => return settled,
            }
        }
        self.token_at_once(email).await
    }

    async fn token_at_once(&self, email: &str) -> Result<String, PlayError> {
        while let Some((path, _)) = find_mail(&self.mail, email)? {
            std::fs::remove_file(path)?;
        }
        let anonymous = Client::connect(self.places.clone(), Credentials::Anonymous)?;
        let asked = pb::StartSignInRequest { email: email.to_string() };
        let started = anonymous.sign_in().start_sign_in(asked).await?.into_inner();
        let code = self.code_for(email).await?;
        let finish = pb::FinishSignInRequest { sign_in_id: started.sign_in_id, code };
        Ok(anonymous.sign_in().finish_sign_in(finish).await?.into_inner().access_token)
    }

    /// A client for a person, signed in with the one-time code from their mail.
    pub async fn sign_in(&self, email: &str) -> Result<Client, PlayError> {
        Ok(Client::connect(self.places.clone(), Credentials::Token(self.token(email).await?))?)
    }

    /// Moves the clocks of all processes, as a network administrator may. Each settles what is due before it answers.
    pub async fn move_clocks(&self, token: &str, to: Timestamp) -> Result<(), PlayError> {
        for place in &self.clocks {
            let client = Client::connect(place.clone(), Credentials::Token(token.to_string()))?;
            let asked = SetClockRequest { now: Some(to.into()), request_id: request_id() };
            client.clock().set_clock(asked).await?;
        }
        Ok(())
    }

    /// Waits for the mail, reads the code and throws the mail away.
    async fn code_for(&self, email: &str) -> Result<String, PlayError> {
        for _ in 0..100 {
            if let Some((path, code)) = find_mail(&self.mail, email)? {
                std::fs::remove_file(path)?;
                return Ok(code);
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        Err(PlayError::NoMail(email.to_string()))
    }
}

fn find_mail(folder: &Path, email: &str) -> std::io::Result<Option<(PathBuf, String)>> {
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            // Somebody else's, who signs in at the same time and has read it.
            Err(cause) if cause.kind() == std::io::ErrorKind::NotFound => continue,
            Err(cause) => return Err(cause),
        };
        let to = text.lines().any(|line| line.starts_with("To: ") && line.contains(email));
        let subject = text.lines().find_map(|line| line.strip_prefix("Subject: "));
        if let Some(code) = subject.filter(|_| to).and_then(|subject| subject.split_whitespace().next()) {
            return Ok(Some((path, code.to_string())));
        }
    }
    Ok(None)
}

/// Sets the network up: councils with their memberships, people, two boards, and the systems of eight councils.
pub async fn set_up(stage: &Stage, record: &Record) -> Result<Network, PlayError> {
    let token = stage.token(ADMINISTRATOR).await?;
    let administrator = Client::connect(stage.places.clone(), Credentials::Token(token.clone()))?;
    let network_id = organisation(&administrator, "Co-operative Councils' Innovation Network").await?;
    let manager_email = "round.manager@network.example";
    let manager = person(&administrator, &network_id, "Round manager (made up)", manager_email).await?;
    grant(&administrator, manager, pb::Role::RoundManager, &network_id).await?;

    let mut systems = Vec::with_capacity(record.organisations.len());
    let mut members = Vec::new();
    for council in &record.organisations {
        let organisation_id = match &council.register_code {
            Some(code) => organisation(&administrator, code).await?,
            None => enter_town_council(&administrator, council).await?,
        };
        let class = match council.register_code {
            Some(_) => pb::MembershipClass::Full,
            None => pb::MembershipClass::Associate,
        };
        let membership = pb::AddMembershipRequest {
            request_id: request_id(),
            organisation_id: organisation_id.clone(),
            membership_class: class.into(),
            from_date: "2018-04-01".to_string(),
            ..Default::default()
        };
        administrator.organisations().add_membership(membership).await?;
        let (certifier_id, system) = council_people(stage, &administrator, council, &organisation_id).await?;
        members.push((organisation_id.clone(), certifier_id.clone()));
        systems.push(CouncilSystem {
            council: council.clone(),
            organisation_id,
            certifier_id,
            client_id: system.0,
            key: system.1,
            client: system.2,
        });
    }
    let boards = boards(&administrator, &members).await?;
    let manager = stage.sign_in(manager_email).await?;
    Ok(Network { administrator, token, manager, network_id, boards, systems })
}

/// The one organisation that a search finds by its exact name or register code.
pub(crate) async fn organisation(client: &Client, search: &str) -> Result<String, PlayError> {
    let asked = pb::ListOrganisationsRequest { search: search.to_string(), page_size: 50, ..Default::default() };
    let found = client.organisations().list_organisations(asked).await?.into_inner().organisations;
    let exact = found.into_iter().find(|organisation| {
        let details = organisation.details.as_ref();
        details.is_some_and(|details| details.code == search || details.name == search)
    });
    exact.map(|organisation| organisation.id).ok_or_else(|| PlayError::NoOrganisation(search.to_string()))
}

/// No register lists town councils.
async fn enter_town_council(client: &Client, council: &Council) -> Result<String, PlayError> {
    let details = pb::OrganisationDetails {
        kind: pb::organisation::Kind::LocalCouncil.into(),
        name: council.official_name.clone(),
        nation: pb::Nation::England.into(),
        region: council.region.clone(),
        legal_body: true,
        ..Default::default()
    };
    let asked =
        pb::CreateOrganisationRequest { request_id: request_id(), details: Some(details), validate_only: false };
    Ok(client.organisations().create_organisation(asked).await?.into_inner().id)
}

pub(crate) async fn person(
    client: &Client,
    organisation_id: &str,
    name: &str,
    email: &str,
) -> Result<pb::Person, PlayError> {
    let asked = pb::CreatePersonRequest {
        request_id: request_id(),
        organisation_id: organisation_id.to_string(),
        name: name.to_string(),
        email: email.to_string(),
        validate_only: false,
    };
    Ok(client.people().create_person(asked).await?.into_inner())
}

pub(crate) async fn grant(
    client: &Client,
    person: pb::Person,
    role: pb::Role,
    organisation_id: &str,
) -> Result<pb::Person, PlayError> {
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

/// A council's administrator and certifier; the administrator then registers the council's system with its public key.
async fn council_people(
    stage: &Stage,
    administrator: &Client,
    council: &Council,
    organisation_id: &str,
) -> Result<(String, (String, ClientKey, Client)), PlayError> {
    let name = &council.name_as_published;
    let email = |role: &str| format!("{role}@{}.example", council.id);
    let admin =
        person(administrator, organisation_id, &format!("Administrator of {name} (made up)"), &email("admin")).await?;
    grant(administrator, admin, pb::Role::CouncilAdministrator, organisation_id).await?;
    let certifier = format!("Certifier of {name} (made up)");
    let certifier = person(administrator, organisation_id, &certifier, &email("certifier")).await?;
    let certifier = grant(administrator, certifier, pb::Role::Certifier, organisation_id).await?;

    let council_administrator = stage.sign_in(&email("admin")).await?;
    let key = ClientKey::generate()?;
    let asked = pb::CreateClientRequest {
        request_id: request_id(),
        organisation_id: organisation_id.to_string(),
        name: format!("Case management of {name}"),
        kind: pb::client::Kind::PublicKey.into(),
        scopes: kit::caller::Scope::ALL.map(|scope| scope.name().to_string()).to_vec(),
        key: Some(pb::NewClientKey { public_key: key.public_pem(), ..Default::default() }),
        validate_only: false,
    };
    let created = council_administrator.clients().create_client(asked).await?.into_inner();
    let client_id = created.client.unwrap_or_default().id;
    let credentials = Credentials::Key { client_id: client_id.clone(), key: key.clone() };
    let client = Client::connect(stage.places.clone(), credentials)?;
    Ok((certifier.id, (client_id, key, client)))
}

/// The two boards that met jointly. Their seats are made up: members came from councils that also bid.
async fn boards(administrator: &Client, members: &[(String, String)]) -> Result<Vec<String>, PlayError> {
    let mut boards = Vec::new();
    for (name, short_name, seats) in [
        ("Executive Oversight Committee", "EOC", &members[..5.min(members.len())]),
        ("Values & Principles Board", "V&P", &members[3.min(members.len())..]),
    ] {
        let asked = pb::CreateBoardRequest {
            request_id: request_id(),
            name: name.to_string(),
            short_name: short_name.to_string(),
            quorum: 3,
            ..Default::default()
        };
        let board = administrator.boards().create_board(asked).await?.into_inner();
        for (organisation_id, person_id) in seats {
            let asked = pb::AddSeatRequest {
                request_id: request_id(),
                board_id: board.id.clone(),
                organisation_id: organisation_id.clone(),
                person_id: person_id.clone(),
                voting: true,
                from_date: "2018-10-01".to_string(),
                until_date: "2020-09-30".to_string(),
                validate_only: false,
            };
            administrator.boards().add_seat(asked).await?;
        }
        boards.push(board.id);
    }
    Ok(boards)
}
