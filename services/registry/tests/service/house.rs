//! A registry to call: seeded, with a held clock, a first administrator and a folder for its mail.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use kit::caller::{Caller, Duty, Grant, Scope, Subject};
use kit::db::{Db, Storage};
use kit::guard::{Door, Revocations, guarded};
use kit::ids::{ClientId, OrgId, PersonId};
use kit::rules::RulesLayer;
use kit::time::{Timestamp, at};
use kit::tokens::{self, AccessClaims, Expect, KeySet, SigningKey, TokenCache};
use kit::transport::{AUDIENCE, Transport, signed};
use prost::Message;
use registry::mail::Mail;
use registry::{Registry, Settings};
use toadlane_proto::registry::v1 as pb;
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::clients_service_client::ClientsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::people_service_client::PeopleServiceClient;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use tonic::body::Body;
use tonic::codegen::http::{HeaderValue, Request};
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};

pub const NOW: &str = "2020-01-06T09:00:00Z";
pub const ISSUER: &str = "https://grants.example.org";

pub struct House {
    pub registry: Registry,
    pub db: Db,
    pub revocations: Revocations,
    pub mail: PathBuf,
    pub network: OrgId,
    /// The first administrator.
    pub admin: PersonId,
    keys: Keys,
    inner: Transport,
}

struct Keys {
    registry: Arc<SigningKey>,
    bids: Arc<SigningKey>,
}

impl Drop for House {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.mail);
    }
}

/// All services of the registry, called by one caller.
pub struct As {
    pub organisations: OrganisationsServiceClient<Transport>,
    pub people: PeopleServiceClient<Transport>,
    pub boards: BoardsServiceClient<Transport>,
    pub clients: ClientsServiceClient<Transport>,
    pub sign_in: SignInServiceClient<Transport>,
}

impl House {
    pub async fn open(storage: Storage) -> House {
        let db = registry::open(&storage, Some(at(NOW))).unwrap();
        let keys = Keys {
            registry: Arc::new(SigningKey::generate("registry").unwrap()),
            bids: Arc::new(SigningKey::generate("bids").unwrap()),
        };
        static N_HOUSES: AtomicUsize = AtomicUsize::new(0);
        let n = N_HOUSES.fetch_add(1, Ordering::SeqCst);
        let mail = std::env::temp_dir().join(format!("toadlane_mail_{}_{n}", std::process::id()));
        let settings = Settings {
            issuer: ISSUER.to_string(),
            key: keys.registry.clone(),
            mail: Mail::to_folder(&mail, "Toad Lane <noreply@example.org>").unwrap(),
        };
        let registry = Registry::new(db.clone(), settings);
        registry.prepare(&[keys.bids.public()]).await.unwrap();
        let first = registry::admin_first(&db, "The network", "Ada Admin", "ada@example.org").await.unwrap();

        let mut set = KeySet::default();
        set.add(keys.registry.public()).unwrap();
        set.add(keys.bids.public()).unwrap();
        let expect = Expect { issuer: ISSUER.to_string(), audience: AUDIENCE.to_string() };
        let revocations = Revocations::default();
        let door = Door {
            keys: set,
            tokens: TokenCache::new(expect, AUDIENCE),
            revocations: revocations.clone(),
            public: registry::PUBLIC_RPCS.map(str::to_string).to_vec(),
            rules: RulesLayer::new(toadlane_proto::pool(), &[], 16 * 1024 * 1024).unwrap(),
        };
        let inner = guarded(registry.routes(), Arc::new(door), db.clock().clone());
        let (network, admin) = (first.organisation, first.id);
        House { registry, db, revocations, mail, network, admin, keys, inner }
    }

    /// The first administrator, signed in.
    pub fn as_admin(&self) -> As {
        let grant = Grant { duty: Duty::NetworkAdministrator, organisation: self.network };
        self.call(&Caller { subject: Subject::Person(self.admin), grants: vec![grant], ..Caller::anonymous() })
    }

    /// Somebody who is not in the registry, with a token that says what they are.
    pub fn as_somebody(&self, duty: Duty, organisation: OrgId) -> As {
        self.call(&somebody(duty, organisation))
    }

    pub fn call(&self, caller: &Caller) -> As {
        self.with_token(&self.token(caller))
    }

    pub fn as_nobody(&self) -> As {
        over(self.inner.clone())
    }

    /// Another role of the platform.
    pub fn as_bids(&self) -> As {
        over(signed(self.inner.clone(), self.keys.bids.clone()))
    }

    pub fn with_token(&self, token: &str) -> As {
        let bearer = HeaderValue::from_str(&format!("Bearer {token}")).unwrap();
        let inner = self.inner.clone();
        over(BoxCloneSyncService::new(service_fn(move |mut request: Request<Body>| {
            request.headers_mut().insert("authorization", bearer.clone());
            inner.clone().oneshot(request)
        })))
    }

    pub fn token(&self, caller: &Caller) -> String {
        let now = Timestamp::of_this_machine().seconds();
        let scopes: Vec<&str> = caller.scopes.iter().map(|scope| scope.name()).collect();
        let claims = AccessClaims {
            iss: ISSUER.to_string(),
            aud: AUDIENCE.to_string(),
            sub: caller.subject.to_string(),
            jti: uuid().to_string(),
            iat: now,
            nbf: now,
            exp: now + 600,
            org: caller.organisation.map(|id| id.to_string()),
            roles: caller.grants.iter().map(Grant::to_string).collect(),
            scope: scopes.join(" "),
            client_id: None,
            sits: caller.sits,
        };
        tokens::mint(&self.keys.registry, &claims)
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
            request_id: uuid(),
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
        let request = pb::GrantRoleRequest {
            request_id: uuid(),
            person_id: person.id,
            etag: person.etag,
            role: role.into(),
            organisation_id: organisation.to_string(),
            starts_at: None,
            ends_at: None,
            validate_only: false,
        };
        self.as_admin().people.grant_role(request).await.unwrap().into_inner()
    }

    /// Every code that was mailed, in any order.
    pub fn mailed_codes(&self) -> Vec<String> {
        let mut codes = Vec::new();
        for entry in std::fs::read_dir(&self.mail).unwrap() {
            let text = std::fs::read_to_string(entry.unwrap().path()).unwrap();
            let said = text.split("sign-in code for Toad Lane is ").nth(1).unwrap();
            codes.push(said[..9].to_string());
        }
        codes
    }

    /// The mail goes behind the answer; this waits until there are so many.
    pub async fn wait_for_mail(&self, n_mails: usize) -> Vec<String> {
        for _ in 0..500 {
            let n_written = std::fs::read_dir(&self.mail).unwrap().count();
            if n_written >= n_mails {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        self.mailed_codes()
    }
}

fn over(transport: Transport) -> As {
    As {
        organisations: OrganisationsServiceClient::new(transport.clone()),
        people: PeopleServiceClient::new(transport.clone()),
        boards: BoardsServiceClient::new(transport.clone()),
        clients: ClientsServiceClient::new(transport.clone()),
        sign_in: SignInServiceClient::new(transport),
    }
}

pub fn somebody(duty: Duty, organisation: OrgId) -> Caller {
    Caller {
        subject: Subject::Person(PersonId::new()),
        grants: vec![Grant { duty, organisation }],
        ..Caller::anonymous()
    }
}

pub fn a_system(organisation: OrgId) -> Caller {
    Caller {
        subject: Subject::Client(ClientId::new()),
        organisation: Some(organisation),
        scopes: vec![Scope::BidsRead, Scope::BidsWrite],
        ..Caller::anonymous()
    }
}

/// A new request identity.
pub fn uuid() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Code and reason of a refusal, as clients branch on them.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    let reason = status.get_details_error_info().map(|info| info.reason).unwrap_or_default();
    (status.code(), reason)
}

/// The newer version that comes with a stale etag.
pub fn newer<M: Message + Default>(status: &Status) -> M {
    let details = tonic_types::Status::decode(status.details()).unwrap();
    let newer = details.details.iter().find(|any| any.type_url.contains("toadlane.registry")).unwrap();
    M::decode(newer.value.as_slice()).unwrap()
}

/// Paths of the fields that are refused, with the rule each breaks.
pub fn bad_fields<T: std::fmt::Debug>(answer: Result<T, Status>) -> Vec<String> {
    let status = answer.unwrap_err();
    let violations = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    violations.iter().map(|one| format!("{} {}", one.field, one.reason)).collect()
}
