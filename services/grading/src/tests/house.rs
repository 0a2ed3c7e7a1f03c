//! A service in one process, with everything around it that a test needs.

use std::future::Future;
use std::sync::Arc;

use http::{HeaderValue, Request, header};
use kit::caller::{Duty, Grant, Scope};
use kit::db::{Db, Storage};
use kit::each_db::each_storage;
use kit::guard::{Door, Revocations, guarded};
use kit::ids::{ClientId, OrgId, PersonId};
use kit::rules::RulesLayer;
use kit::stop::{self, StopCaller};
use kit::time::{Timestamp, at};
use kit::tokens::{AccessClaims, Expect, KeySet, SigningKey, TokenCache, mint, mint_role};
use kit::transport::{AUDIENCE, Transport};
use prost::Message;
use toadlane_proto::grading::v1::assessments_service_client::AssessmentsServiceClient;
use toadlane_proto::grading::v1::decisions_service_client::DecisionsServiceClient;
use toadlane_proto::grading::v1::reviews_service_client::ReviewsServiceClient;
use toadlane_proto::types::v1 as types;
use tonic::Status;
use tonic::body::Body;
use tonic_types::StatusExt;
use tower::{ServiceExt, service_fn};

use super::peers::Peers;
use crate::Grading;

const ISSUER: &str = "https://toadlane.test";
pub const OPENED: &str = "2020-01-20T10:00:00Z";
pub const REVIEWS_DUE: &str = "2020-01-27T12:00:00Z";
pub const MEETING: &str = "2020-01-28T14:00:00Z";
pub const ANNOUNCES: &str = "2020-02-04T12:00:00Z";

/// Somebody with a token.
#[derive(Clone)]
pub struct Who {
    pub subject: String,
    organisation: Option<OrgId>,
    grants: Vec<Grant>,
    scopes: Vec<Scope>,
    /// The platform's own role of awards.
    is_awards: bool,
}

impl Who {
    pub fn person(duty: Duty, organisation: OrgId) -> Who {
        Who::nobody(PersonId::new()).with(duty, organisation)
    }

    /// A person without any duty.
    pub fn nobody(person: PersonId) -> Who {
        let (grants, scopes) = (Vec::new(), Vec::new());
        Who { subject: person.to_string(), organisation: None, grants, scopes, is_awards: false }
    }

    pub fn with(mut self, duty: Duty, organisation: OrgId) -> Who {
        self.grants.push(Grant { duty, organisation });
        self
    }

    pub fn system(organisation: OrgId, scope: Scope) -> Who {
        let subject = ClientId::new().to_string();
        Who { subject, organisation: Some(organisation), grants: Vec::new(), scopes: vec![scope], is_awards: false }
    }

    pub fn awards() -> Who {
        Who { is_awards: true, ..Who::nobody(PersonId::new()) }
    }

    pub fn id(&self) -> PersonId {
        self.subject.parse().unwrap()
    }
}

/// The three generated clients with somebody's token.
pub struct Clients {
    pub assessments: AssessmentsServiceClient<Transport>,
    pub reviews: ReviewsServiceClient<Transport>,
    pub decisions: DecisionsServiceClient<Transport>,
}

pub struct House {
    pub db: Db,
    pub grading: Grading,
    pub peers: Arc<Peers>,
    pub keys: KeySet,
    transport: Transport,
    registry_key: SigningKey,
    awards_key: SigningKey,
    stop: StopCaller,
}

impl Drop for House {
    fn drop(&mut self) {
        self.stop.call();
    }
}

/// Runs a test in a house on each engine; its clock is held, on the day on which the assessment is opened.
pub async fn each_house<F, R>(test: F)
where
    F: Fn(House) -> R,
    R: Future<Output = ()>,
{
    each_storage(|storage| test(House::open(&storage, Arc::new(Peers::default())))).await;
}

impl House {
    pub fn open(storage: &Storage, peers: Arc<Peers>) -> House {
        let db = crate::open(storage, Some(at(OPENED))).unwrap();
        let key = |role: &str| SigningKey::generate(role).unwrap();
        let (registry_key, awards_key, own) = (key("registry"), key("awards"), key("grading"));
        let mut keys = KeySet::default();
        for key in [&registry_key, &awards_key, &own] {
            keys.add(key.public()).unwrap();
        }
        let expect = Expect { issuer: ISSUER.to_string(), audience: AUDIENCE.to_string() };
        let door = Arc::new(Door {
            keys: keys.clone(),
            tokens: TokenCache::new(expect, AUDIENCE),
            revocations: Revocations::default(),
            public: Vec::new(),
            rules: RulesLayer::new(toadlane_proto::pool(), &[], 64 << 20).unwrap(),
        });
        let (stop, stopped) = stop::channel();
        let transport = || peers.transport();
        let grading = Grading::new(db.clone(), Arc::new(own), transport(), transport(), transport(), stopped);
        let transport = guarded(grading.routes(), door, db.clock().clone());
        House { db, grading, peers, keys, transport, registry_key, awards_key, stop }
    }

    /// The generated clients with somebody's token.
    pub fn as_who(&self, who: &Who) -> Clients {
        let transport = self.transport_of(who);
        Clients {
            assessments: AssessmentsServiceClient::new(transport.clone()),
            reviews: ReviewsServiceClient::new(transport.clone()),
            decisions: DecisionsServiceClient::new(transport),
        }
    }

    fn transport_of(&self, who: &Who) -> Transport {
        let bearer = HeaderValue::from_str(&format!("Bearer {}", self.token(who))).unwrap();
        let transport = self.transport.clone();
        Transport::new(service_fn(move |mut request: Request<Body>| {
            request.headers_mut().insert(header::AUTHORIZATION, bearer.clone());
            transport.clone().oneshot(request)
        }))
    }

    fn token(&self, who: &Who) -> String {
        let now = Timestamp::of_this_machine().seconds();
        if who.is_awards {
            return mint_role(&self.awards_key, AUDIENCE, now);
        }
        let scope: Vec<&str> = who.scopes.iter().map(|scope| scope.name()).collect();
        let claims = AccessClaims {
            iss: ISSUER.to_string(),
            aud: AUDIENCE.to_string(),
            sub: who.subject.clone(),
            jti: new_id(),
            iat: now,
            nbf: now,
            exp: now + 600,
            org: who.organisation.map(|id| id.to_string()),
            roles: who.grants.iter().map(Grant::to_string).collect(),
            scope: scope.join(" "),
            client_id: who.organisation.map(|_| who.subject.clone()),
        };
        mint(&self.registry_key, &claims)
    }

    /// Moves the clock, and lets what is due happen.
    pub async fn at(&self, instant: &str) {
        self.clock(instant).await;
        self.grading.tick().await.unwrap();
    }

    /// Moves the clock while the ticker has yet to notice.
    pub async fn clock(&self, instant: &str) {
        assert!(self.db.move_clock(at(instant)).await.unwrap());
    }
}

pub fn new_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

pub fn pounds(amount: i64) -> Option<types::Money> {
    Some(types::Money { minor_units: amount * 100, currency: "GBP".to_string() })
}

pub fn wire(instant: &str) -> Option<prost_types::Timestamp> {
    Some(at(instant).into())
}

/// The reason that stands in a refusal.
pub fn reason(status: &Status) -> String {
    status.get_error_details().error_info().map(|info| info.reason.clone()).unwrap_or_default()
}

/// The fields that a refusal names, in order.
pub fn fields(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
    violations.into_iter().map(|violation| violation.field).collect()
}

/// What a refusal says of each field that it names.
pub fn says(status: &Status) -> Vec<String> {
    let details = status.get_error_details();
    let violations = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
    violations.into_iter().map(|violation| violation.description).collect()
}

/// The newer version that comes with a stale etag.
pub fn newer<T: Message + Default>(status: &Status, name: &str) -> T {
    let details = tonic_types::pb::Status::decode(status.details()).unwrap().details;
    let any = details.iter().find(|any| any.type_url.ends_with(name)).unwrap();
    T::decode(any.value.as_slice()).unwrap()
}
