//! Facts from other services: reports, rounds with their principles, councils, awards.

pub mod convert;

use std::time::Duration;

use kit::ids::{OrgId, RoundId};
use kit::neighbour::{PAGE_SIZE, answered, held, pages, with_timeout};
use kit::time::Timestamp;
use kit::transport::Transport;
use toadlane_proto::awards::v1::awards_service_client::AwardsServiceClient;
use toadlane_proto::awards::v1::{Award, ListAwardsRequest, list_awards_request};
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::{GetOrganisationRequest, Organisation};
use toadlane_proto::reporting::v1::reports_service_client::ReportsServiceClient;
use toadlane_proto::reporting::v1::{Addendum, GetReportRequest};
use toadlane_proto::rounds::v1::frameworks_service_client::FrameworksServiceClient;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use toadlane_proto::rounds::v1::{GetFrameworkRequest, GetRoundRequest, ListFrameworksRequest, Round};

use crate::case_study::Principles;
use crate::corpus::document::{Document, Origin};
use crate::error::Error;

const KEEP_PRINCIPLES: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Peers {
    reports: ReportsServiceClient<Transport>,
    rounds: RoundsServiceClient<Transport>,
    frameworks: FrameworksServiceClient<Transport>,
    organisations: OrganisationsServiceClient<Transport>,
    awards: AwardsServiceClient<Transport>,
    principles: moka::future::Cache<(), Principles>,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport, awards: Transport, reporting: Transport) -> Peers {
        Peers {
            reports: ReportsServiceClient::new(reporting).max_decoding_message_size(16 << 20),
            rounds: RoundsServiceClient::new(rounds.clone()),
            frameworks: FrameworksServiceClient::new(rounds),
            organisations: OrganisationsServiceClient::new(registry),
            awards: AwardsServiceClient::new(awards).max_decoding_message_size(64 << 20),
            principles: moka::future::Cache::builder().max_capacity(1).time_to_live(KEEP_PRINCIPLES).build(),
        }
    }

    /// A report as a document, and each addendum that its council released; none unless it is accepted and released.
    pub async fn documents(&self, report: &str, now: Timestamp) -> Result<Vec<Document>, Error> {
        let request = with_timeout(GetReportRequest { report_id: report.to_string() });
        let Some(report) = answered(self.reports.clone().get_report(request).await)? else { return Ok(Vec::new()) };
        if !convert::is_released(&report) {
            return Ok(Vec::new());
        }
        let (organisation, round) = convert::source(&report)?;
        let origin = self.origin(organisation, Some(round)).await?;
        let mut documents = vec![convert::report(report.clone(), origin, now)?];
        let is_released = |one: &&Addendum| one.release.as_ref().is_some_and(|release| release.to_learning);
        for addendum in report.addenda.iter().filter(is_released) {
            let origin = self.origin(convert::author(&report, addendum)?, Some(round)).await?;
            documents.push(convert::addendum(&report, addendum.clone(), origin, now)?);
        }
        Ok(documents)
    }

    pub async fn round(&self, id: RoundId) -> Result<Round, Error> {
        let request = with_timeout(GetRoundRequest { round_id: id.to_string() });
        held(self.rounds.clone().get_round(request).await, "round")
    }

    pub async fn organisation(&self, id: OrgId) -> Result<Organisation, Error> {
        let request = with_timeout(GetOrganisationRequest { organisation_id: id.to_string() });
        held(self.organisations.clone().get_organisation(request).await, "organisation")
    }

    /// Where a report or a case study comes from. The theme is empty for one of no round.
    pub async fn origin(&self, organisation: OrgId, round: Option<RoundId>) -> Result<Origin, Error> {
        let council = convert::council(&self.organisation(organisation).await?);
        let theme = match round {
            Some(round) => convert::theme(&self.round(round).await?),
            None => String::new(),
        };
        Ok(Origin { organisation, round, council, theme })
    }

    /// Every award of a round, by the number of its bid.
    pub async fn awards(&self, round: RoundId) -> Result<Vec<Award>, Error> {
        pages(|page_token| async {
            let request = with_timeout(ListAwardsRequest {
                round_id: round.to_string(),
                order: list_awards_request::Order::Number.into(),
                page_size: PAGE_SIZE,
                page_token,
                ..Default::default()
            });
            let page = held(self.awards.clone().list_awards(request).await, "round");
            page.map(|page| (page.awards, page.next_page_token))
        })
        .await
    }

    /// The principles of all frameworks, newest versions first, as they are worded.
    pub async fn principles(&self) -> Result<Principles, Error> {
        if let Some(known) = self.principles.get(&()).await {
            return Ok(known);
        }
        let frameworks = pages(|page_token| async {
            let request =
                with_timeout(ListFrameworksRequest { page_size: PAGE_SIZE, page_token, ..Default::default() });
            let page = held::<_, Error>(self.frameworks.clone().list_frameworks(request).await, "framework");
            page.map(|page| (page.frameworks, page.next_page_token))
        });
        let mut known = Vec::new();
        for framework in frameworks.await? {
            let request = with_timeout(GetFrameworkRequest { framework_id: framework.id });
            if let Some(framework) = answered(self.frameworks.clone().get_framework(request).await)? {
                known.extend(convert::principles(framework));
            }
        }
        let principles = Principles(known);
        self.principles.insert((), principles.clone()).await;
        Ok(principles)
    }
}
