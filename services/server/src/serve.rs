//! A running process: the roles that it hosts, wired, listening, and stopped in order.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use kit::bus::Bus;
use kit::caller::Area;
use kit::clock::Clock;
use kit::edge::edge;
use kit::guard::{Door, Limits, Public, Revocations, guarded_http};
use kit::listener::{Caps, Listen, Listener};
use kit::rules::RulesLayer;
use kit::tokens::{Expect, TokenCache};
use kit::transport::{AUDIENCE, Transport};
use toadlane_proto::types::v1::clock_service_server::ClockServiceServer;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::task::{JoinHandle, JoinSet};
use tokio_util::sync::{CancellationToken, DropGuard};
use tonic::service::Routes;
use tonic_health::pb::health_server::{Health, HealthServer};

use crate::clock::Clocks;
use crate::error::StartError;
use crate::home::Home;
use crate::net::Net;
use crate::revoked::Follower;
use crate::roles::Roles;
use crate::settings::{Serve, WrongSetting};

/// Requests held in memory at once, in bytes; 64 KiB each at most, 1 MiB for those that carry a bid,
/// a report, a round or lists of a whole panel.
const IN_FLIGHT: usize = 64 * 1024 * 1024;
const LARGE: [&str; 18] = [
    "/toadlane.bids.v1.BidsService/CreateBid",
    "/toadlane.bids.v1.BidsService/UpdateBid",
    "/toadlane.rounds.v1.RoundsService/CreateRound",
    "/toadlane.rounds.v1.RoundsService/UpdateRound",
    "/toadlane.rounds.v1.FrameworksService/CreateFramework",
    "/toadlane.rounds.v1.FrameworksService/AddFrameworkVersion",
    "/toadlane.rounds.v1.FrameworksService/UpdateFrameworkVersion",
    "/toadlane.grading.v1.AssessmentsService/DeclareInterests",
    "/toadlane.grading.v1.ReviewsService/AssignReviews",
    "/toadlane.grading.v1.ReviewsService/SaveReview",
    "/toadlane.grading.v1.ReviewsService/ModerateBid",
    "/toadlane.grading.v1.DecisionsService/RecordMeeting",
    "/toadlane.grading.v1.DecisionsService/UpdateMeeting",
    "/toadlane.reporting.v1.ReportsService/UpdateReport",
    "/toadlane.learning.v1.CorpusService/SearchCorpus",
    "/toadlane.learning.v1.CaseStudiesService/CreateCaseStudy",
    "/toadlane.learning.v1.CaseStudiesService/UpdateCaseStudy",
    "/toadlane.learning.v1.PublicationsService/SetItems",
];

/// The server's own RPCs for callers who have not signed in.
const PUBLIC: [(&str, Public); 4] = [
    ("/toadlane.types.v1.ClockService/GetClock", Public::Counted),
    ("/grpc.health.v1.Health/Check", Public::Always),
    ("/grpc.health.v1.Health/Watch", Public::Always),
    ("/grpc.reflection.v1.ServerReflection/ServerReflectionInfo", Public::Counted),
];
/// What the registry only shows to them; with all else that it lets them do they sign in.
const SHOWN: [&str; 3] = [
    "/toadlane.registry.v1.SignInService/GetKeySet",
    "/.well-known/oauth-authorization-server",
    "/.well-known/jwks.json",
];

/// A process that serves until it is stopped.
pub struct Running {
    pub address: SocketAddr,
    pub issuer: String,
    pub clock: Clock,
    stop: DropGuard,
    serving: JoinHandle<()>,
    background: JoinSet<()>,
}

impl Running {
    /// Finishes what runs, then stops.
    pub async fn stop(mut self) {
        self.stop.disarm().cancel();
        if self.serving.await.is_err() {
            tracing::error!("the listener ended by a panic");
        }
        while self.background.join_next().await.is_some() {}
    }
}

/// Starts the roles of the settings. Nothing listens until everything else is in order.
pub async fn start(settings: &Serve) -> Result<Running, StartError> {
    settings.check()?;
    let home = Home::open(&settings.store, &settings.roles)?;
    let authority = settings.authority()?;
    let listener =
        Listener::bind(Listen { address: settings.listen, tls: settings.tls(), caps: Caps::default() }).await?;
    let address = listener.address();
    let issuer = issuer(settings, address);
    let bus = match &settings.nats {
        Some(url) => Bus::nats(url).await?,
        None => Bus::local(),
    };
    let revocations = Revocations::default();
    let door = Arc::new(Door {
        keys: home.key_set.clone(),
        tokens: TokenCache::new(Expect { issuer: issuer.clone(), audience: AUDIENCE.to_string() }, AUDIENCE),
        revocations: revocations.clone(),
        public: counted(),
        limits: Limits::new(settings.limits.per_minute()),
        rules: RulesLayer::new(toadlane_proto::pool(), &LARGE, IN_FLIGHT)?,
    });
    let stop = CancellationToken::new();
    // What was started ends also when something after it does not start.
    let guard = stop.clone().drop_guard();
    let mut roles = Roles {
        settings,
        home: &home,
        issuer: issuer.clone(),
        storage: settings.store.storage(),
        bus,
        stop: stop.clone(),
        net: Net::new(door.clone(), settings.peers(), authority),
        clocks: Clocks { dbs: Vec::new(), ticks: Vec::new() },
        http: axum::Router::new(),
        running: Vec::new(),
        relays: Vec::new(),
    };
    roles.place().await?;
    let Roles { mut net, clocks, http, running, relays, .. } = roles;

    if let Some(seed) = settings.seed_ids {
        if clocks.dbs.iter().any(|db| !db.clock().is_held()) {
            return Err(WrongSetting::SeedOnRealClock.into());
        }
        kit::ids::seed(seed);
    }
    let mut background = JoinSet::new();
    // Relays not before every consumer of this process listens: an event that waited since the last stop would pass it
    // by.
    for goes_on in running.into_iter().chain(relays) {
        background.spawn(goes_on);
    }
    let (reporter, health) = tonic_health::server::health_reporter();
    let watcher = settings.roles.iter().find_map(|&role| home.key(role));
    if let Some(key) = watcher {
        let mut follower = Follower::new(net.to(Area::Registry, &key)?, revocations, reporter);
        // Before anybody can call: with the registry in this process nobody is refused for want of a reading.
        follower.ask().await;
        background.spawn(follower.run(stop.clone()));
    }
    let clock = clocks.dbs.first().map_or_else(Clock::real, |db| db.clock().clone());
    net.serve("toadlane.types.v1", Routes::new(ClockServiceServer::new(clocks)), &clock);
    let router = common(net, health, &clock).into_router().merge(guarded_http(http, door));
    let router = edge(router, rpcs());
    let serving = tokio::spawn(serve(listener, router, stop, settings.drain(), home));
    Ok(Running { address, issuer, clock, stop: guard, serving, background })
}

/// Serves until told to stop. The data folder stays locked until the last request has ended.
async fn serve(listener: Listener, router: axum::Router, stop: CancellationToken, drain: Duration, home: Home) {
    listener.serve(router, stop.cancelled_owned(), drain).await;
    drop(home);
}

/// Health and reflection, for whoever operates or explores the platform.
fn common(mut net: Net, health: HealthServer<impl Health>, clock: &Clock) -> Net {
    let reflection = tonic_reflection::server::Builder::configure()
        .register_encoded_file_descriptor_set(toadlane_proto::DESCRIPTORS)
        .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
        // The details of a refusal: with these a tool shows reason and violations in words.
        .register_encoded_file_descriptor_set(tonic_types::pb::FILE_DESCRIPTOR_SET)
        .build_v1()
        .expect("the build wrote a valid descriptor set");
    let names = ["grpc.health.v1.Health", "grpc.reflection.v1.ServerReflection"].map(str::to_string);
    let _: Transport = net.serve_named(&names, Routes::new(health).add_service(reflection), clock);
    net
}

/// RPCs for callers who have not signed in. Everything else needs a token.
pub fn public() -> Vec<String> {
    PUBLIC.iter().map(|(path, _)| path).chain(&registry::PUBLIC_RPCS).map(ToString::to_string).collect()
}

/// How these callers' use of them, and of forms, is counted.
fn counted() -> HashMap<String, Public> {
    let sign_ins = registry::PUBLIC_RPCS.iter().map(|path| (*path, Public::SigningIn));
    let shown = SHOWN.iter().map(|path| (*path, Public::Counted));
    // In this order: what is only shown stands among the registry's, too.
    PUBLIC.into_iter().chain(sign_ins).chain(shown).map(|(path, public)| (path.to_string(), public)).collect()
}

/// The paths of all RPCs, those of health and reflection too.
fn rpcs() -> Vec<String> {
    let own = PUBLIC.iter().map(|(path, _)| (*path).to_string());
    let mut paths: Vec<String> = own.filter(|path| path.starts_with("/grpc.")).collect();
    for service in toadlane_proto::pool().services() {
        for method in service.methods() {
            paths.push(format!("/{}/{}", service.full_name(), method.name()));
        }
    }
    paths
}

/// Tokens name the registry's address as their issuer.
fn issuer(settings: &Serve, address: SocketAddr) -> String {
    let scheme = if settings.tls_certificate.is_some() { "https" } else { "http" };
    match (&settings.issuer, settings.peers().get(&Area::Registry)) {
        (Some(issuer), _) => issuer.clone(),
        (None, Some(registry)) => registry.clone(),
        (None, None) => format!("{scheme}://{address}"),
    }
}

/// SIGTERM and Ctrl-C, taken from the moment this is made: make it before the process says that it serves, or
/// whoever reads that and stops it at once kills it.
pub struct StopSignals {
    terminate: Signal,
    interrupt: Signal,
}

impl StopSignals {
    pub fn take() -> Result<StopSignals, String> {
        let taken = |kind| signal(kind).map_err(|cause| cause.to_string());
        Ok(StopSignals { terminate: taken(SignalKind::terminate())?, interrupt: taken(SignalKind::interrupt())? })
    }

    /// Waits for one of them.
    pub async fn told(mut self) {
        tokio::select! {
            _ = self.terminate.recv() => (),
            _ = self.interrupt.recv() => (),
        }
    }
}

#[cfg(test)]
mod tests;
