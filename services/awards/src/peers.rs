//! Facts from other services, each asked before a transaction begins. What the registry said about a certifier is kept
//! for a while and used while it is unreachable.

use kit::ids::{OrgId, RoundId};
use kit::neighbour::{PAGE_SIZE, held, pages, with_timeout};
use kit::refusal::Refusal;
use kit::register::Register;
use kit::transport::Transport;
use toadlane_proto::grading::v1::assessments_service_client::AssessmentsServiceClient;
use toadlane_proto::grading::v1::decisions_service_client::DecisionsServiceClient;
use toadlane_proto::grading::v1::{ListAssessmentsRequest, ListOutcomesRequest};
use toadlane_proto::registry::v1::Standing;
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;

use crate::agreement::Change;
use crate::award::Award;
use crate::convert;
use crate::error::Error;
use crate::prepare::Outcome;
use crate::round::{Decided, Round};
use crate::variation::Standings;

#[derive(Clone)]
pub struct Peers {
    pub register: Register,
    rounds: RoundsServiceClient<Transport>,
    assessments: AssessmentsServiceClient<Transport>,
    decisions: DecisionsServiceClient<Transport>,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport, grading: Transport) -> Peers {
        Peers {
            register: Register::new(registry),
            rounds: RoundsServiceClient::new(rounds),
            assessments: AssessmentsServiceClient::new(grading.clone()),
            decisions: DecisionsServiceClient::new(grading),
        }
    }

    /// A round as it now is.
    pub async fn round(&self, round: RoundId) -> Result<Round, Error> {
        let request = with_timeout(GetRoundRequest { round_id: round.to_string() });
        let wire = held::<_, Error>(self.rounds.clone().get_round(request).await, "round")?;
        Ok(convert::round(wire)?)
    }

    /// How far the decisions of a round are.
    pub async fn decided(&self, round: RoundId) -> Result<Decided, Error> {
        let request = with_timeout(ListAssessmentsRequest { round_id: round.to_string(), ..Default::default() });
        let found = held::<_, Error>(self.assessments.clone().list_assessments(request).await, "assessment")?;
        Ok(found.assessments.first().map_or(Decided::NotYet, convert::decided))
    }

    /// The bids of a round that are funded or held in reserve, in submission order. None before the decision.
    pub async fn outcomes(&self, round: RoundId) -> Result<Option<Vec<Outcome>>, Error> {
        if self.decided(round).await? == Decided::NotYet {
            return Ok(None);
        }
        let found = pages(|page_token| async {
            let request = ListOutcomesRequest { round_id: round.to_string(), page_size: PAGE_SIZE, page_token };
            let answer = self.decisions.clone().list_outcomes(with_timeout(request)).await;
            let page = held::<_, Error>(answer, "round")?;
            Ok::<_, Error>((page.outcomes, page.next_page_token))
        });
        let mut outcomes = Vec::new();
        for wire in found.await? {
            outcomes.extend(convert::outcome(wire)?);
        }
        Ok(Some(outcomes))
    }

    /// What the register says of the organisations that a change of an award names.
    pub async fn standings(&self, award: &Award, change: &Change) -> Result<Standings, Error> {
        let mut standings = Standings::default();
        if change.successor.is_some() {
            let standing = self.standing(award.applicant).await?;
            standings.abolished = convert::abolished(award.applicant, &standing);
            standings.successors = convert::successors(&standing);
        }
        if let Some(payee) = change.payee {
            standings.legal_payee = convert::legal_payee(payee, &self.standing(payee).await?);
        }
        Ok(standings)
    }

    async fn standing(&self, organisation: OrgId) -> Result<Standing, Error> {
        let standing = self.register.standing_now(organisation).await?;
        Ok(standing.ok_or(Refusal::NotFound { what: "organisation" })?)
    }
}
