//! Facts asked of other services. What the register said is kept for a while and serves when it cannot be reached.

use kit::ids::{OrgId, PersonId, RoundId};
use kit::neighbour::{answered, pages, patient};
use kit::register::Register;
use kit::time::Date;
use kit::transport::Transport;
use toadlane_proto::awards::v1::awards_service_client::AwardsServiceClient;
use toadlane_proto::awards::v1::{ListAwardsRequest, award};
use toadlane_proto::reporting::v1::ListReportsRequest;
use toadlane_proto::reporting::v1::reports_service_client::ReportsServiceClient;
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;

use crate::call::Call;
use crate::convert;
use crate::eligibility::Standing;
use crate::error::Error;

/// A funded project that is not closed (rule 3).
const LIVE: [award::State; 5] = [
    award::State::Offered,
    award::State::Accepted,
    award::State::Active,
    award::State::Suspended,
    award::State::Completed,
];

/// The ways to those whom bids asks.
pub struct Neighbours {
    pub registry: Transport,
    pub rounds: Transport,
    pub awards: Transport,
    pub reporting: Transport,
}

#[derive(Clone)]
pub struct Peers {
    rounds: RoundsServiceClient<Transport>,
    awards: AwardsServiceClient<Transport>,
    reports: ReportsServiceClient<Transport>,
    register: Register,
}

impl Peers {
    pub fn new(ways: Neighbours) -> Peers {
        Peers {
            rounds: RoundsServiceClient::new(ways.rounds),
            awards: AwardsServiceClient::new(ways.awards),
            reports: ReportsServiceClient::new(ways.reporting),
            register: Register::new(ways.registry),
        }
    }

    /// A scheduled round as it now is.
    pub async fn call(&self, round: RoundId) -> Result<Call, Error> {
        let request = patient(GetRoundRequest { round_id: round.to_string() });
        let wire = answered(self.rounds.clone().get_round(request).await)?.ok_or(Error::NotFound { what: "round" })?;
        let call = convert::call(wire)?;
        call.ok_or(Error::NotFound { what: "round" })
    }

    /// What the register says of an organisation on a day.
    pub async fn standing(&self, organisation: OrgId, day: Date) -> Result<Standing, Error> {
        let wire = self.register.standing(organisation, day).await?;
        Ok(convert::standing(wire.ok_or(Error::NotFound { what: "organisation" })?))
    }

    /// The organisation, if the registry holds this person as a certifier of it.
    pub async fn certifier_of(&self, person: PersonId, organisation: OrgId) -> Result<Option<OrgId>, Error> {
        let is_certifier = self.register.is_certifier(person, organisation).await?;
        Ok(is_certifier.ok_or(Error::NotFound { what: "organisation" })?.then_some(organisation))
    }

    /// How many reports an organisation owes that are overdue.
    pub async fn n_overdue(&self, organisation: OrgId) -> Result<i64, Error> {
        let organisation_id = organisation.to_string();
        let asked = ListReportsRequest { organisation_id, overdue: true, page_size: 1, ..Default::default() };
        let found = answered(self.reports.clone().list_reports(patient(asked)).await)?;
        Ok(found.ok_or(Error::NotFound { what: "organisation" })?.total_overdue)
    }

    /// How many funded projects an organisation leads that are not closed, of whatever round.
    pub async fn n_live(&self, organisation: OrgId) -> Result<i64, Error> {
        let organisation_id = organisation.to_string();
        let asked = ListAwardsRequest {
            organisation_id: organisation_id.clone(),
            states: LIVE.map(i32::from).to_vec(),
            page_size: 500,
            ..Default::default()
        };
        let awards = pages(|page_token| async {
            let request = patient(ListAwardsRequest { page_token, ..asked.clone() });
            let page = answered(self.awards.clone().list_awards(request).await)?;
            let page = page.ok_or(Error::NotFound { what: "organisation" })?;
            Ok::<_, Error>((page.awards, page.next_page_token))
        });
        Ok(awards.await?.iter().filter(|award| award.lead_organisation_id == organisation_id).map(|_| 1).sum())
    }
}
