//! The way in: one value that hands out the generated clients, signed in.

use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::clients_service_client::ClientsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::people_service_client::PeopleServiceClient;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use toadlane_proto::rounds::v1::frameworks_service_client::FrameworksServiceClient;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use toadlane_proto::types::v1::clock_service_client::ClockServiceClient;

use crate::place::{ConnectError, Places};
use crate::session::{Credentials, Session};
use crate::signed::{Signed, Signer};

/// A caller of the platform. Cheap to clone; clones share connections and token.
#[derive(Clone)]
pub struct Client {
    registry: Signed,
    rounds: Signed,
    bids: Signed,
}

impl Client {
    /// A client that connects and signs in with its first call. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When an address, a certificate authority or a given token cannot be used.
    pub fn connect(places: impl Into<Places>, credentials: Credentials) -> Result<Client, ConnectError> {
        let places = places.into();
        let registry = places.registry.channel()?;
        let unsigned = Signed::new(registry.clone(), Signer::Nobody);
        let signer = match credentials {
            Credentials::Anonymous => Signer::Nobody,
            Credentials::Token(token) => Signer::given(&token)?,
            Credentials::Key { client_id, key } => Signer::client(Session::by_key(unsigned, client_id, key)),
            Credentials::Secret { client_id, secret } => {
                Signer::client(Session::by_secret(unsigned, client_id, secret))
            }
        };
        Ok(Client {
            registry: Signed::new(registry, signer.clone()),
            rounds: Signed::new(places.rounds.channel()?, signer.clone()),
            bids: Signed::new(places.bids.channel()?, signer),
        })
    }

    /// Bids: drafts, sign-off, submission, receipts, eligibility, clarifications.
    pub fn bids(&self) -> BidsServiceClient<Signed> {
        BidsServiceClient::new(self.bids.clone())
    }

    /// Rounds and their rules.
    pub fn rounds(&self) -> RoundsServiceClient<Signed> {
        RoundsServiceClient::new(self.rounds.clone())
    }

    /// Frameworks of principles and pledges.
    pub fn frameworks(&self) -> FrameworksServiceClient<Signed> {
        FrameworksServiceClient::new(self.rounds.clone())
    }

    /// Organisations and their memberships.
    pub fn organisations(&self) -> OrganisationsServiceClient<Signed> {
        OrganisationsServiceClient::new(self.registry.clone())
    }

    /// People and their roles.
    pub fn people(&self) -> PeopleServiceClient<Signed> {
        PeopleServiceClient::new(self.registry.clone())
    }

    /// Boards and their seats.
    pub fn boards(&self) -> BoardsServiceClient<Signed> {
        BoardsServiceClient::new(self.registry.clone())
    }

    /// Clients of councils: their keys, secrets and scopes.
    pub fn clients(&self) -> ClientsServiceClient<Signed> {
        ClientsServiceClient::new(self.registry.clone())
    }

    /// Sign-in of people, and the platform's keys. A client's own sign-in needs no call: it happens by itself.
    pub fn sign_in(&self) -> SignInServiceClient<Signed> {
        SignInServiceClient::new(self.registry.clone())
    }

    /// The clock of the process at the registry's address.
    pub fn clock(&self) -> ClockServiceClient<Signed> {
        ClockServiceClient::new(self.registry.clone())
    }
}
