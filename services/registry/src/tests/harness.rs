//! A service in one process: seeded, with a held clock, a first administrator and a folder for its mail.

use std::path::PathBuf;

use kit::caller::{Area, Role, Scope};
use kit::db::{Db, Storage};
use kit::ids::{OrgId, PersonId};
use kit::time::at;
use kit::transport::Transport;
pub use testing::answers::{new_id, newer, refusal, violations};
pub use testing::callers::{Gate, ISSUER, Who};
use testing::stores::each_storage;
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::clients_service_client::ClientsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::people_service_client::PeopleServiceClient;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use tonic::{Code, Status};

use super::people::grant;
use super::sign_in::{finish, start};
use crate::mail::Mail;
use crate::{Registry, Settings};

pub const NOW: &str = "2020-01-06T09:00:00Z";

/// The generated clients with somebody's token, or without one.
pub struct Clients {
    pub organisations: OrganisationsServiceClient<Transport>,
    pub people: PeopleServiceClient<Transport>,
    pub boards: BoardsServiceClient<Transport>,
    pub clients: ClientsServiceClient<Transport>,
    pub sign_in: SignInServiceClient<Transport>,
}

impl Clients {
    fn over(transport: Transport) -> Clients {
        Clients {
            organisations: OrganisationsServiceClient::new(transport.clone()),
            people: PeopleServiceClient::new(transport.clone()),
            boards: BoardsServiceClient::new(transport.clone()),
            clients: ClientsServiceClient::new(transport.clone()),
            sign_in: SignInServiceClient::new(transport),
        }
    }
}

pub struct Harness {
    pub storage: Storage,
    pub db: Db,
    pub registry: Registry,
    pub mail: PathBuf,
    pub network: OrgId,
    /// The first administrator.
    pub admin: PersonId,
    pub gate: Gate,
    transport: Transport,
}

impl Drop for Harness {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.mail);
    }
}

/// Runs a test on each engine, with a held clock.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_storage(async |storage| test(Harness::open(&storage).await).await).await;
}

impl Harness {
    pub async fn open(storage: &Storage) -> Harness {
        let db = crate::open(storage, Some(at(NOW))).unwrap();
        let gate = Gate::new(&[]).open_to(&crate::PUBLIC_RPCS);
        let mail = std::env::temp_dir().join(format!("toadlane_mail_{}", uuid::Uuid::now_v7().simple()));
        let settings = Settings {
            issuer: ISSUER.to_string(),
            key: gate.key(Area::Registry),
            mail: Mail::to_folder(&mail, "Toad Lane <noreply@example.org>").unwrap(),
        };
        let registry = Registry::new(db.clone(), settings);
        registry.prepare(&[gate.key(Area::Bids).public()]).await.unwrap();
        let first = crate::admin_first(&db, "The network", "Ada Admin", "ada@example.org").await.unwrap();
        let transport = gate.guard(registry.routes(), db.clock());
        let storage = storage.clone();
        Harness { storage, db, registry, mail, network: first.organisation, admin: first.id, gate, transport }
    }

    /// The generated clients with somebody's token.
    pub fn as_who(&self, who: &Who) -> Clients {
        Clients::over(self.gate.way_of(who, &self.transport))
    }

    /// The first administrator, signed in.
    pub fn as_admin(&self) -> Clients {
        self.as_who(&Who::nobody(self.admin).and(Role::NetworkAdministrator, self.network))
    }

    /// The administrator of a council.
    pub fn as_administrator_of(&self, council: OrgId) -> Clients {
        self.as_who(&Who::person(Role::CouncilAdministrator, council))
    }

    /// Another area of the platform.
    pub fn as_area(&self, area: Area) -> Clients {
        self.as_who(&Who::area(area))
    }

    /// Somebody who has not signed in.
    pub fn as_nobody(&self) -> Clients {
        Clients::over(self.transport.clone())
    }

    pub fn with_token(&self, token: &str) -> Clients {
        Clients::over(self.gate.way_with(token, &self.transport))
    }

    /// A council of the register, by its code.
    pub async fn council(&self, code: &str) -> OrgId {
        let request = pb::ListOrganisationsRequest { search: code.to_string(), ..Default::default() };
        let found = self.as_admin().organisations.list_organisations(request).await.unwrap().into_inner();
        let of_code = |one: &&pb::Organisation| one.details.as_ref().is_some_and(|details| details.code == code);
        found.organisations.iter().find(of_code).unwrap().id.parse().unwrap()
    }

    /// A person of an organisation, entered by the first administrator.
    pub async fn a_person(&self, organisation: OrgId, name: &str, email: &str) -> pb::Person {
        let request = pb::CreatePersonRequest {
            request_id: new_id(),
            organisation_id: organisation.to_string(),
            name: name.to_string(),
            email: email.to_string(),
            validate_only: false,
        };
        self.as_admin().people.create_person(request).await.unwrap().into_inner()
    }

    /// The same with a role for that organisation.
    pub async fn an_official(&self, role: pb::Role, organisation: OrgId, email: &str) -> pb::Person {
        let person = self.a_person(organisation, "Bethan Rees", email).await;
        self.as_admin().people.grant_role(grant(&person, role, organisation)).await.unwrap().into_inner()
    }

    /// All revocations that there are, on one page.
    pub async fn list_revocations(&self) -> pb::ListRevocationsResponse {
        let request = pb::ListRevocationsRequest { after_position: 0, page_size: 0 };
        self.as_area(Area::Bids).sign_in.list_revocations(request).await.unwrap().into_inner()
    }

    pub async fn key_set(&self) -> pb::KeySet {
        self.as_nobody().sign_in.get_key_set(pb::GetKeySetRequest {}).await.unwrap().into_inner()
    }

    /// Every mail that was sent, in any order.
    pub fn mails(&self) -> Vec<String> {
        let folder = std::fs::read_dir(&self.mail).unwrap();
        folder.map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect()
    }

    /// Every sign-in code that was mailed, in any order.
    pub fn mailed_codes(&self) -> Vec<String> {
        let said = |mail: &String| Some(mail.split("sign-in code for Toad Lane is ").nth(1)?[..9].to_string());
        self.mails().iter().filter_map(said).collect()
    }

    /// The mail goes behind the answer; this waits until so many codes are there.
    pub async fn wait_for_mail(&self, n_mails: usize) -> Vec<String> {
        for _ in 0..500 {
            if self.mailed_codes().len() >= n_mails {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        self.mailed_codes()
    }

    /// The mail about a new address that goes to an address.
    pub async fn mail_to(&self, address: &str) -> String {
        self.mail_that(address, |mail| !mail.contains("sign-in code for Toad Lane is ")).await
    }

    /// The mail that goes to an address and of which this is so.
    pub async fn mail_that(&self, address: &str, is_so: impl Fn(&str) -> bool) -> String {
        let is_it = |mail: &String| {
            let to = mail.lines().any(|line| line.starts_with("To: ") && line.contains(address));
            to && is_so(mail)
        };
        for _ in 0..500 {
            if let Some(mail) = self.mails().into_iter().find(is_it) {
                return mail;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        panic!("no mail came for {address}");
    }

    /// Signs somebody in with the code from their mail.
    pub async fn sign_in(&self, email: &str) -> pb::AccessToken {
        let (mut nobody, seen) = (self.as_nobody(), self.mailed_codes());
        let started = start(&mut nobody, email).await;
        let codes = self.wait_for_mail(seen.len() + 1).await;
        let code = codes.iter().find(|code| !seen.contains(code)).unwrap();
        finish(&mut nobody, &started, code).await.unwrap()
    }

    /// Somebody's own clients, signed in with the code from their mail.
    pub async fn signed_in(&self, email: &str) -> Clients {
        self.with_token(&self.sign_in(email).await.access_token)
    }

    /// What was done to something, oldest first.
    pub async fn history(&self, subject_id: &str) -> Vec<pb::HistoryEntry> {
        let request = pb::ListHistoryRequest { subject_id: subject_id.to_string(), ..Default::default() };
        self.as_admin().people.list_history(request).await.unwrap().into_inner().entries
    }

    /// The present version of a person.
    pub async fn person(&self, id: &str) -> pb::Person {
        let request = pb::GetPersonRequest { person_id: id.to_string() };
        self.as_admin().people.get_person(request).await.unwrap().into_inner()
    }
}

/// Confirms an address with what its mail says.
pub fn confirmation(mail: &str) -> pb::ConfirmEmailRequest {
    let after = |word: &str| mail.split(word).nth(1).unwrap().split_whitespace().next().unwrap().to_string();
    pb::ConfirmEmailRequest { request_id: new_id(), confirmation_id: after("\nfor "), code: after("\ncode ") }
}

/// What an answer lets its caller know.
pub fn told(refused: &Status) -> (Code, String, Vec<u8>) {
    (refused.code(), refused.message().to_string(), refused.details().to_vec())
}

/// A council's system that may read and write bids.
pub fn a_system(organisation: OrgId) -> Who {
    Who::system(organisation, &[Scope::BidsRead, Scope::BidsWrite])
}
