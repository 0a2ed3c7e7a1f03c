//! Facts from other services, each asked before a transaction begins. What the registry said about a certifier is kept
//! for a while and used while it is unreachable.

use kit::ids::{OrgId, PersonId, RoundId};
use kit::neighbour::{answered, pages, patient};
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
use crate::error::Error;
use crate::prepare::Outcome;
use crate::round::{Decided, Round};
use crate::{app, convert};

const OUTCOMES_PER_PAGE: i32 = 500;

#[derive(Clone)]
pub struct Peers {
    rounds: RoundsServiceClient<Transport>,
    register: Register,
    assessments: AssessmentsServiceClient<Transport>,
    decisions: DecisionsServiceClient<Transport>,
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
        let request = patient(ListAssessmentsRequest { round_id: round.to_string(), ..Default::default() });
        let answer = self.assessments.clone().list_assessments(request).await;
        let found = answered(answer)?.ok_or(Error::NotFound { what: "assessment" })?.assessments;
        Ok(found.first().map_or(Decided::NotYet, convert::decided))
    }

    /// The bids of a round that are funded or held in reserve, in submission order. None before the decision.
    pub async fn outcomes(&self, round: RoundId) -> Result<Option<Vec<Outcome>>, Error> {
        if self.decided(round).await? == Decided::NotYet {
            return Ok(None);
        }
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
        Ok(Some(outcomes))
    }

    /// What the register says of the organisations that a change of an award names.
    pub async fn register(&self, award: &Award, change: &Change) -> Result<app::Register, Error> {
        let mut register = app::Register::default();
        if change.successor.is_some() {
            let standing = self.standing(award.applicant).await?;
            register.abolished = convert::abolished(award.applicant, &standing);
            register.successors = convert::successors(&standing);
        }
        if let Some(payee) = change.payee {
            register.legal_payee = convert::legal_payee(payee, &self.standing(payee).await?);
        }
        Ok(register)
    }

    async fn standing(&self, organisation: OrgId) -> Result<Standing, Error> {
        let standing = self.register.standing_now(organisation).await?;
        standing.ok_or(Error::NotFound { what: "organisation" })
    }

    /// The organisation, if the registry holds this person as a certifier of it.
    pub async fn certifier_of(&self, person: PersonId, organisation: OrgId) -> Result<Option<OrgId>, Error> {
        let is_certifier = self.register.is_certifier(person, organisation).await?;
        Ok(is_certifier.ok_or(Error::NotFound { what: "organisation" })?.then_some(organisation))
    }
}
