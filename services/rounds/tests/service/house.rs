//! One service behind its guard on a store of its own, with a held clock, a canned registry, and callers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use diesel::prelude::*;
use kit::caller::{Duty, Grant};
use kit::db::{Db, DbError, Storage};
use kit::each_db::each_storage;
use kit::guard::{Door, Revocations, guarded};
use kit::ids::{BoardId, OrgId, PersonId};
use kit::outbox::outbox;
use kit::rules::RulesLayer;
use kit::stop::StopCaller;
use kit::time::{Timestamp, at};
use kit::tokens::{AccessClaims, Expect, KeySet, SigningKey, TokenCache, mint};
use kit::transport::{AUDIENCE, Transport};
use prost::Message;
use rounds::Rounds;
use toadlane_proto::registry::v1::{Board, GetBoardRequest, GetOrganisationRequest, Organisation};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::frameworks_service_client::FrameworksServiceClient;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use toadlane_proto::types::v1::Event;
use tonic::body::Body;
use tonic::server::Grpc;
use tonic::{Code, Response, Status};
use tonic_prost::ProstCodec;
use tonic_types::{FieldViolation, StatusExt};
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};

use crate::samples;

const ISSUER: &str = "https://toadlane.test";
/// When every story begins.
pub const BEGIN: &str = "2019-10-01T10:00:00Z";

/// The service of one story, and what its registry holds.
pub struct House {
    pub rounds: Rounds,
    pub db: Db,
    pub network: OrgId,
    pub boards: [BoardId; 2],
    registry_is_up: Arc<AtomicBool>,
    _stop: StopCaller,
    key: SigningKey,
    door: Arc<Door>,
}

/// Tells a story on SQLite and on PostgreSQL.
pub async fn each_db(story: impl AsyncFn(&House)) {
    let story = &story;
    each_storage(|storage| async move { story(&House::open(&storage)).await }).await;
}

impl House {
    fn open(storage: &Storage) -> House {
        let key = SigningKey::generate("registry").unwrap();
        let mut keys = KeySet::default();
        keys.add(key.public()).unwrap();
        let expect = Expect { issuer: ISSUER.to_string(), audience: AUDIENCE.to_string() };
        let door = Arc::new(Door {
            keys,
            tokens: TokenCache::new(expect, AUDIENCE),
            revocations: Revocations::default(),
            public: Vec::new(),
            rules: RulesLayer::new(toadlane_proto::pool(), &[], 64 << 20).unwrap(),
        });
        let (network, boards) = (OrgId::new(), [BoardId::new(), BoardId::new()]);
        let registry_is_up = Arc::new(AtomicBool::new(true));
        let registry = canned_registry(network, boards, registry_is_up.clone());
        let db = rounds::open(storage, Some(at(BEGIN))).unwrap();
        let (stop_caller, stop) = kit::stop::channel();
        let rounds = Rounds::new(db.clone(), registry, stop);
        House { rounds, db, network, boards, registry_is_up, _stop: stop_caller, key, door }
    }

    /// A caller with these duties for the network.
    pub fn caller(&self, duties: &[Duty]) -> Caller {
        let grants = duties.iter().map(|duty| Grant { duty: *duty, organisation: self.network });
        let person = PersonId::new();
        let now = Timestamp::of_this_machine().seconds();
        let claims = AccessClaims {
            iss: ISSUER.to_string(),
            aud: AUDIENCE.to_string(),
            sub: person.to_string(),
            jti: samples::request_id(),
            iat: now,
            nbf: now,
            exp: now + 600,
            org: None,
            roles: grants.map(|grant| grant.to_string()).collect(),
            scope: String::new(),
            client_id: None,
            sits: false,
        };
        let guarded = guarded(self.rounds.routes(), self.door.clone(), self.db.clock().clone());
        let transport = with_token(guarded, &mint(&self.key, &claims));
        Caller {
            person,
            rounds: RoundsServiceClient::new(transport.clone()),
            frameworks: FrameworksServiceClient::new(transport),
        }
    }

    pub fn manager(&self) -> Caller {
        self.caller(&[Duty::RoundManager])
    }

    pub fn officer(&self) -> Caller {
        self.caller(&[Duty::ApplicantOfficer])
    }

    /// Moves the clock and lets all that is due by then happen.
    pub async fn at(&self, instant: &str) {
        assert!(self.db.move_clock(at(instant)).await.unwrap());
        self.rounds.tick().await.unwrap();
    }

    pub fn registry_is_down(&self) {
        self.registry_is_up.store(false, Ordering::SeqCst);
    }

    /// What was published of rounds, in order.
    pub async fn events(&self) -> Vec<Event> {
        let bodies: Result<Vec<Vec<u8>>, DbError> =
            self.db.read(|tx| Ok(outbox::table.order(outbox::version.asc()).select(outbox::body).load(tx)?)).await;
        bodies.unwrap().iter().map(|body| Event::decode(body.as_slice()).unwrap()).collect()
    }

    /// The names of what was published, in order.
    pub async fn published(&self) -> Vec<String> {
        self.events().await.into_iter().map(|event| event.r#type.replace("toadlane.rounds.v1.", "")).collect()
    }

    /// A framework with three principles, as an editor writes it.
    pub async fn framework(&self) -> pb::Framework {
        let request = samples::create_framework(self.network);
        self.caller(&[Duty::Editor]).frameworks.create_framework(request).await.unwrap().into_inner()
    }

    /// A complete draft of the 2020 round.
    pub async fn draft(&self, manager: &mut Caller) -> pb::Round {
        let framework = self.framework().await;
        let request = samples::create_round(&framework, self.boards);
        manager.rounds.create_round(request).await.unwrap().into_inner()
    }

    /// The 2020 round, scheduled.
    pub async fn scheduled(&self, manager: &mut Caller) -> pb::Round {
        let draft = self.draft(manager).await;
        manager.rounds.schedule_round(samples::schedule(&draft)).await.unwrap().into_inner()
    }
}

/// Somebody signed in.
pub struct Caller {
    pub person: PersonId,
    pub rounds: RoundsServiceClient<Transport>,
    pub frameworks: FrameworksServiceClient<Transport>,
}

impl Caller {
    pub async fn round(&mut self, id: &str) -> Result<pb::Round, Status> {
        let request = pb::GetRoundRequest { round_id: id.to_string() };
        Ok(self.rounds.get_round(request).await?.into_inner())
    }

    pub async fn history(&mut self, id: &str) -> Vec<pb::HistoryEntry> {
        let request = pb::ListRoundHistoryRequest { round_id: id.to_string(), ..Default::default() };
        self.rounds.list_round_history(request).await.unwrap().into_inner().entries
    }
}

fn with_token(transport: Transport, token: &str) -> Transport {
    let bearer: http::HeaderValue = format!("Bearer {token}").parse().unwrap();
    BoxCloneSyncService::new(service_fn(move |mut request: http::Request<Body>| {
        request.headers_mut().insert(http::header::AUTHORIZATION, bearer.clone());
        transport.clone().oneshot(request)
    }))
}

/// A registry that holds one organisation and two boards.
fn canned_registry(network: OrgId, boards: [BoardId; 2], is_up: Arc<AtomicBool>) -> Transport {
    let held = boards.map(|board| board.to_string());
    let network = network.to_string();
    BoxCloneSyncService::new(service_fn(move |request: http::Request<Body>| {
        let (held, network, is_up) = (held.clone(), network.clone(), is_up.load(Ordering::SeqCst));
        async move {
            if !is_up {
                return Err(Status::unavailable("the registry is down"));
            }
            let board = |asked: tonic::Request<GetBoardRequest>| {
                let id = asked.into_inner().board_id;
                let answer = Board { id: id.clone(), ..Default::default() };
                std::future::ready(if held.contains(&id) { Ok(Response::new(answer)) } else { Err(absent()) })
            };
            let organisation = |asked: tonic::Request<GetOrganisationRequest>| {
                let id = asked.into_inner().organisation_id;
                let answer = Organisation { id: id.clone(), ..Default::default() };
                std::future::ready(if network == id { Ok(Response::new(answer)) } else { Err(absent()) })
            };
            Ok(match request.uri().path() {
                "/toadlane.registry.v1.BoardsService/GetBoard" => {
                    Grpc::new(ProstCodec::default()).unary(service_fn(board), request).await
                }
                "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                    Grpc::new(ProstCodec::default()).unary(service_fn(organisation), request).await
                }
                other => panic!("nobody taught the canned registry {other}"),
            })
        }
    }))
}

fn absent() -> Status {
    Status::not_found("no such thing")
}

/// The code of a refusal, and its reason.
pub fn refusal<T: std::fmt::Debug>(answer: Result<T, Status>) -> (Code, String) {
    let status = answer.unwrap_err();
    let reason = status.get_details_error_info().map(|info| info.reason);
    (status.code(), reason.unwrap_or_default())
}

/// Every violation of a refusal, as `field rule`.
pub fn violations(status: &Status) -> Vec<String> {
    let found = status.get_details_bad_request().map(|bad| bad.field_violations).unwrap_or_default();
    let short = |violation: FieldViolation| format!("{} {}", violation.field, violation.reason);
    found.into_iter().map(short).collect()
}
