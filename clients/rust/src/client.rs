//! One value that gives out the generated clients, signed in.

use toadlane_proto::awards::v1::awards_service_client::AwardsServiceClient;
use toadlane_proto::awards::v1::payments_service_client::PaymentsServiceClient;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::grading::v1::assessments_service_client::AssessmentsServiceClient;
use toadlane_proto::grading::v1::decisions_service_client::DecisionsServiceClient;
use toadlane_proto::grading::v1::reviews_service_client::ReviewsServiceClient;
use toadlane_proto::learning::v1::case_studies_service_client::CaseStudiesServiceClient;
use toadlane_proto::learning::v1::commissions_service_client::CommissionsServiceClient;
use toadlane_proto::learning::v1::corpus_service_client::CorpusServiceClient;
use toadlane_proto::learning::v1::insights_service_client::InsightsServiceClient;
use toadlane_proto::learning::v1::open_data_service_client::OpenDataServiceClient;
use toadlane_proto::learning::v1::publications_service_client::PublicationsServiceClient;
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::clients_service_client::ClientsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::people_service_client::PeopleServiceClient;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use toadlane_proto::reporting::v1::reports_service_client::ReportsServiceClient;
use toadlane_proto::rounds::v1::frameworks_service_client::FrameworksServiceClient;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use toadlane_proto::types::v1::clock_service_client::ClockServiceClient;

use crate::place::{ConnectError, Place, Places};
use crate::session::{Credentials, Session};
use crate::signed::{Signed, Signer};
use crate::unsigned::Unsigned;

/// A caller of the platform. Cheap to clone; clones share connections and token.
#[derive(Clone)]
pub struct Client {
    registry: Signed,
    rounds: Signed,
    bids: Signed,
    grading: Signed,
    awards: Signed,
    reporting: Signed,
    learning: Signed,
}

impl Client {
    /// A client that connects and signs in with its first call. Call it inside a tokio runtime.
    ///
    /// # Errors
    /// When an address, a certificate authority or a given token cannot be used.
    pub fn connect(places: impl Into<Places>, credentials: Credentials) -> Result<Client, ConnectError> {
        let places = places.into();
        let registry = places.registry.channel()?;
        // Signing in has a limit of its own, within which a call that needs it is tried again.
        let unsigned = Unsigned::new(registry.clone());
        let signer = match credentials {
            Credentials::Anonymous => Signer::Nobody,
            Credentials::Token(token) => Signer::given(&token)?,
            Credentials::Key { client_id, key } => Signer::client(Session::by_key(unsigned, client_id, key)),
            Credentials::Secret { client_id, secret } => {
                Signer::client(Session::by_secret(unsigned, client_id, secret))
            }
        };
        let signed = |place: &Place| Ok(Signed::new(place.channel()?, signer.clone(), place.patience.clone()));
        Ok(Client {
            registry: Signed::new(registry, signer.clone(), places.registry.patience.clone()),
            rounds: signed(&places.rounds)?,
            bids: signed(&places.bids)?,
            grading: signed(&places.grading)?,
            awards: signed(&places.awards)?,
            reporting: signed(&places.reporting)?,
            learning: signed(&places.learning)?,
        })
    }

    /// Bids: drafts, sign-off, submission, receipts, eligibility, clarifications.
    pub fn bids(&self) -> BidsServiceClient<Signed> {
        BidsServiceClient::new(self.bids.clone())
    }

    /// Assessments: panels, interests, the pinned bids.
    pub fn assessments(&self) -> AssessmentsServiceClient<Signed> {
        AssessmentsServiceClient::new(self.grading.clone())
    }

    /// Meetings, recommendations, determinations, outcomes and letters.
    pub fn decisions(&self) -> DecisionsServiceClient<Signed> {
        DecisionsServiceClient::new(self.grading.clone())
    }

    /// Reviews, moderation and ranking.
    pub fn reviews(&self) -> ReviewsServiceClient<Signed> {
        ReviewsServiceClient::new(self.grading.clone())
    }

    /// Awards: offers, agreements, variations and extensions.
    pub fn awards(&self) -> AwardsServiceClient<Signed> {
        AwardsServiceClient::new(self.awards.clone())
    }

    /// Payments, recoveries, payee checks, and the ledger of the pots.
    pub fn payments(&self) -> PaymentsServiceClient<Signed> {
        PaymentsServiceClient::new(self.awards.clone())
    }

    /// Reports of councils on their awards.
    pub fn reports(&self) -> ReportsServiceClient<Signed> {
        ReportsServiceClient::new(self.reporting.clone())
    }

    /// Case studies.
    pub fn case_studies(&self) -> CaseStudiesServiceClient<Signed> {
        CaseStudiesServiceClient::new(self.learning.clone())
    }

    /// Commissions of consultants.
    pub fn commissions(&self) -> CommissionsServiceClient<Signed> {
        CommissionsServiceClient::new(self.learning.clone())
    }

    /// The corpus: documents, search, codebooks and passages.
    pub fn corpus(&self) -> CorpusServiceClient<Signed> {
        CorpusServiceClient::new(self.learning.clone())
    }

    /// Insights and what councils say of them.
    pub fn insights(&self) -> InsightsServiceClient<Signed> {
        InsightsServiceClient::new(self.learning.clone())
    }

    /// Open data of a round.
    pub fn open_data(&self) -> OpenDataServiceClient<Signed> {
        OpenDataServiceClient::new(self.learning.clone())
    }

    /// Publications, their editions and citations.
    pub fn publications(&self) -> PublicationsServiceClient<Signed> {
        PublicationsServiceClient::new(self.learning.clone())
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
