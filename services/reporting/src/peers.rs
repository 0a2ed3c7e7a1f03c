//! Facts from other services. The registry's answers are kept for a while and used while it is unreachable.

use std::time::Duration;

use kit::ids::{BidId, OrgId, RoundId};
use kit::neighbour::{held, with_timeout};
use kit::register::Register;
use kit::transport::Transport;
use kit::working_days::Calendar;
use toadlane_proto::bids::v1::GetBidRequest;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::registry::v1::GetOrganisationRequest;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::rounds::v1::frameworks_service_client::FrameworksServiceClient;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use toadlane_proto::rounds::v1::{GetFrameworkRequest, GetRoundRequest};

use crate::convert;
use crate::error::Error;
use crate::prefill::{BidWords, Framework};

/// How long a calendar is held.
const KEEP: Duration = Duration::from_secs(600);

#[derive(Clone)]
pub struct Peers {
    pub register: Register,
    organisations: OrganisationsServiceClient<Transport>,
    rounds: RoundsServiceClient<Transport>,
    frameworks: FrameworksServiceClient<Transport>,
    bids: BidsServiceClient<Transport>,
    calendars: moka::future::Cache<OrgId, Calendar>,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport, bids: Transport) -> Peers {
        Peers {
            register: Register::new(registry.clone()),
            organisations: OrganisationsServiceClient::new(registry),
            frameworks: FrameworksServiceClient::new(rounds.clone()),
            rounds: RoundsServiceClient::new(rounds),
            bids: BidsServiceClient::new(bids),
            calendars: moka::future::Cache::builder().max_capacity(10_000).time_to_live(KEEP).build(),
        }
    }

    /// Whose working days an organisation keeps. It stays in its nation, so a kept answer is not asked for again.
    pub async fn calendar(&self, organisation: OrgId) -> Result<Calendar, Error> {
        if let Some(calendar) = self.calendars.get(&organisation).await {
            return Ok(calendar);
        }
        let request = with_timeout(GetOrganisationRequest { organisation_id: organisation.to_string() });
        let answer = self.organisations.clone().get_organisation(request).await;
        let wire = held::<_, Error>(answer, "organisation")?;
        let calendar = convert::calendar(&wire);
        self.calendars.insert(organisation, calendar).await;
        Ok(calendar)
    }

    /// What a bid said that its reports begin with.
    pub async fn bid_words(&self, bid: BidId, round: RoundId) -> Result<BidWords, Error> {
        let request = with_timeout(GetBidRequest { bid_id: bid.to_string() });
        let wire = held::<_, Error>(self.bids.clone().get_bid(request).await, "bid")?;
        let framework = self.framework(round).await?;
        Ok(convert::bid_words(wire, framework))
    }

    /// The framework whose principles the bids of a round name.
    async fn framework(&self, round: RoundId) -> Result<Framework, Error> {
        let request = with_timeout(GetRoundRequest { round_id: round.to_string() });
        let wire = held::<_, Error>(self.rounds.clone().get_round(request).await, "round")?;
        let rules = wire.rules.unwrap_or_default();
        if rules.framework_id.is_empty() {
            return Ok(Framework::default());
        }
        let request = with_timeout(GetFrameworkRequest { framework_id: rules.framework_id });
        let wire = held::<_, Error>(self.frameworks.clone().get_framework(request).await, "framework")?;
        Ok(convert::framework(rules.framework_version, wire))
    }
}
