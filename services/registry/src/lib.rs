//! `registry` knows who is who: organisations and their membership of the network, people and their roles, boards and
//! their seats, councils' own systems, and the keys that the platform signs with. It turns one-time codes, assertions
//! and secrets into access tokens, and keeps the sessions of people and the history of all that it holds.
//!
//! Two clocks run here. What the network agrees on (roles, terms, memberships) follows the server's clock, which a demo
//! holds in 2020; tokens, codes, keys and secrets live in real time (`real_now`), or nobody could sign in there.
//!
//! What a role may do elsewhere is in each service's `policy.rs`; recusals are in `grading`.

pub mod app;
pub mod board;
pub mod client;
pub mod dates;
pub mod email_change;
pub mod error;
pub mod mail;
pub mod membership;
pub mod organisation;
pub mod person;
pub mod policy;
pub mod proof;
pub mod seed;
pub mod session;
pub mod sign_in;
pub mod store;

mod api;
mod convert;
mod events;
mod schema;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::caller::Area;
use kit::cx::Cx;
use kit::db::{Db, OpenError, Storage, Tx};
use kit::ids::{GrantId, OrgId, PersonId};
use kit::time::Timestamp;
use kit::tokens::{KeySet, PublicKey, SigningKey};
use toadlane_proto::registry::v1::boards_service_server::BoardsServiceServer;
use toadlane_proto::registry::v1::clients_service_server::ClientsServiceServer;
use toadlane_proto::registry::v1::organisations_service_server::OrganisationsServiceServer;
use toadlane_proto::registry::v1::people_service_server::PeopleServiceServer;
use toadlane_proto::registry::v1::sign_in_service_server::SignInServiceServer;
use tonic::service::Routes;

use error::Error;
use mail::Mail;
use person::Person;

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");

/// RPCs that somebody who has not signed in may call.
pub const PUBLIC_RPCS: [&str; 6] = [
    "/toadlane.registry.v1.SignInService/StartSignIn",
    "/toadlane.registry.v1.SignInService/FinishSignIn",
    "/toadlane.registry.v1.SignInService/RenewSession",
    "/toadlane.registry.v1.SignInService/ConfirmEmail",
    "/toadlane.registry.v1.SignInService/ExchangeToken",
    "/toadlane.registry.v1.SignInService/GetKeySet",
];

/// Opens the store of `registry`. [`Registry::prepare`] then fills a new one.
pub fn open(storage: &Storage, held_clock: Option<Timestamp>) -> Result<Db, OpenError> {
    Db::open(storage, Area::Registry.name(), MIGRATIONS, held_clock)
}

/// What the service needs to start.
#[derive(Debug)]
pub struct Settings {
    /// The `iss` of every access token, and the address that assertions are meant for, such as
    /// `https://grants.example.org`.
    pub issuer: String,
    /// Signs access tokens.
    pub key: Arc<SigningKey>,
    pub mail: Mail,
}

/// The service, as its RPCs and its forms see it.
#[derive(Clone)]
pub struct Registry {
    db: Db,
    settings: Arc<Settings>,
}

impl Registry {
    pub fn new(db: Db, settings: Settings) -> Registry {
        Registry { db, settings: Arc::new(settings) }
    }

    /// Makes the store ready: councils into a new one, and the keys that the areas of this installation sign or signed
    /// with. A key that replaces another one of its area retires it.
    ///
    /// # Errors
    /// When two keys of one area are in use, or our own was retired.
    pub async fn prepare(&self, keys: &[PublicKey]) -> Result<(), Error> {
        let own = self.settings.key.kid().to_string();
        let mut set = KeySet::default();
        for key in [self.settings.key.public()].iter().chain(keys) {
            set.add(key.clone())?;
        }
        let (now, real_now) = (self.db.clock().now(), Timestamp::of_this_machine());
        // Two processes may start together: one seeds, the other then finds nothing to do.
        let key = Some("prepare".to_string());
        let write = move |tx: &mut Tx| {
            let n_councils = seed::seed(tx, now)?;
            app::take_keys(tx, &set, &own, real_now)?;
            Ok::<usize, Error>(n_councils)
        };
        let n_councils = self.db.work(key, write).await?;
        if n_councils > 0 {
            tracing::info!(councils = n_councils, "{n_councils} councils entered into a new registry");
        }
        Ok(())
    }

    pub fn routes(&self) -> Routes {
        Routes::new(OrganisationsServiceServer::new(self.clone()))
            .add_service(PeopleServiceServer::new(self.clone()))
            .add_service(BoardsServiceServer::new(self.clone()))
            .add_service(ClientsServiceServer::new(self.clone()))
            .add_service(SignInServiceServer::new(self.clone()))
    }

    /// The forms for OAuth libraries: `/oauth/token` and those under `/.well-known/`.
    pub fn http_routes(&self) -> axum::Router {
        api::oauth::routes(self.clone())
    }
}

/// Enters the first network administrator, and the network itself if no organisation is one yet.
///
/// # Errors
/// [`Error::AdministratorExists`] unless there is none, [`Error::AlreadyExists`] when somebody signs in with the
/// address.
pub async fn admin_first(db: &Db, network_name: &str, name: &str, email: &str) -> Result<Person, Error> {
    let cx = Cx::of_area(Area::Registry, db.clock().now());
    let first = app::FirstAdministrator {
        person: PersonId::new(),
        grant: GrantId::new(),
        network: OrgId::new(),
        network_name: network_name.to_string(),
        name: name.to_string(),
        email: email.to_string(),
    };
    db.work(Some("admin-first".to_string()), move |tx| app::admin_first(tx, &cx, &first)).await
}

/// Lets a network administrator in again when nobody can sign in: `who` is a person's identity or the address that they
/// sign in with, `email` the one that they sign in with from now on. They become network administrator if they are not
/// one, and their tokens and sessions end.
///
/// # Errors
/// [`kit::refusal::Refusal::NotFound`] when there is no such person or no network yet,
/// [`kit::refusal::Refusal::IllegalStep`] for a person who was ended, [`Error::AlreadyExists`] when somebody else signs
/// in with the address.
pub async fn admin_recover(db: &Db, who: &str, email: &str) -> Result<Person, Error> {
    let cx = Cx::of_area(Area::Registry, db.clock().now());
    let recovery = app::Recovery { who: who.to_string(), email: email.to_string(), grant: GrantId::new() };
    db.work(Some("admin-recover".to_string()), move |tx| app::admin_recover(tx, &cx, &recovery)).await
}
