//! Facts asked of other services, each before a transaction begins. What the register said of a certifier is kept for a
//! while and serves when it cannot be reached.

use kit::ids::{OrgId, PersonId, RoundId};
use kit::neighbour::{answered, pages, patient};
use kit::register::Register;
use kit::transport::Transport;
use toadlane_proto::grading::v1::assessments_service_client::AssessmentsServiceClient;
use toadlane_proto::grading::v1::decisions_service_client::DecisionsServiceClient;
use toadlane_proto::grading::v1::{ListAssessmentsRequest, ListOutcomesRequest, assessment};
use toadlane_proto::registry::v1::Standing;
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;

use crate::convert;
use crate::error::Error;
use crate::round::{Outcome, Round};

const OUTCOMES_PER_PAGE: i32 = 500;

#[derive(Clone)]
pub struct Peers {
    rounds: RoundsServiceClient<Transport>,
    register: Register,
    assessments: AssessmentsServiceClient<Transport>,
    decisions: DecisionsServiceClient<Transport>,
}

/// How far the decisions of a round are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decided {
    NotYet,
    /// Confidential still (rule 20).
    InSecret,
    /// Bidders know, whether or not the public does.
    BiddersInformed,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport, grading: Transport) -> Peers {
        Peers {
            rounds: RoundsServiceClient::new(rounds),
            register: Register::new(registry),
            assessments: AssessmentsServiceClient::new(grading.clone()),
            decisions: DecisionsServiceClient::new(grading),
        }
    }

    /// A round as it now is.
    pub async fn round(&self, round: RoundId) -> Result<Round, Error> {
        let request = patient(GetRoundRequest { round_id: round.to_string() });
        let wire = answered(self.rounds.clone().get_round(request).await)?.ok_or(Error::NotFound { what: "round" })?;
        Ok(convert::round(wire)?)
    }

    /// How far the decisions of a round are.
    pub async fn decided(&self, round: RoundId) -> Result<Decided, Error> {
        use assessment::State;
        let request = patient(ListAssessmentsRequest { round_id: round.to_string(), ..Default::default() });
        let answer = self.assessments.clone().list_assessments(request).await;
        let found = answered(answer)?.ok_or(Error::NotFound { what: "assessment" })?.assessments;
        Ok(match found.first().map(|assessment| assessment.state()) {
            None | Some(State::Unspecified | State::Reviewing | State::Moderation) => Decided::NotYet,
            Some(State::Determination | State::Cancelled) => Decided::NotYet,
            Some(State::Decided) => Decided::InSecret,
            Some(State::BiddersInformed | State::Announced) => Decided::BiddersInformed,
        })
    }

    /// The bids of a round that are funded or held in reserve, in submission order.
    pub async fn outcomes(&self, round: RoundId) -> Result<Vec<Outcome>, Error> {
        let found = pages(|page_token| async {
            let asked = ListOutcomesRequest { round_id: round.to_string(), page_size: OUTCOMES_PER_PAGE, page_token };
            let answer = self.decisions.clone().list_outcomes(patient(asked)).await;
            let page = answered(answer)?.ok_or(Error::NotFound { what: "round" })?;
            Ok::<_, Error>((page.outcomes, page.next_page_token))
        });
        let mut outcomes = Vec::new();
        for wire in found.await? {
            outcomes.extend(convert::outcome(wire)?);
        }
        Ok(outcomes)
    }

    /// What the register says of an organisation today.
    pub async fn standing(&self, organisation: OrgId) -> Result<Standing, Error> {
        let standing = self.register.standing_now(organisation).await?;
        standing.ok_or(Error::NotFound { what: "organisation" })
    }

    /// The organisation, if the registry holds this person as a certifier of it.
    pub async fn certifier_of(&self, person: PersonId, organisation: OrgId) -> Result<Option<OrgId>, Error> {
        let is_certifier = self.register.is_certifier(person, organisation).await?;
        Ok(is_certifier.ok_or(Error::NotFound { what: "organisation" })?.then_some(organisation))
    }
}
