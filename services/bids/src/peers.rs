//! Facts asked of other services. What the register said is kept for a while and serves when it cannot be reached.

use std::time::Duration;

use kit::ids::{OrgId, PersonId, RoundId};
use kit::neighbour::{Unanswered, answered, patient};
use kit::time::Date;
use kit::transport::Transport;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::{GetStandingRequest, Standing as WireStanding};
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;

use crate::call::Call;
use crate::convert;
use crate::eligibility::Standing;
use crate::error::Error;

const KEEP_STANDINGS: Duration = Duration::from_secs(600);

type Question = (OrgId, String, Option<PersonId>);

#[derive(Clone)]
pub struct Peers {
    rounds: RoundsServiceClient<Transport>,
    organisations: OrganisationsServiceClient<Transport>,
    standings: moka::future::Cache<Question, WireStanding>,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport) -> Peers {
        Peers {
            rounds: RoundsServiceClient::new(rounds),
            organisations: OrganisationsServiceClient::new(registry),
            standings: moka::future::Cache::builder().max_capacity(10_000).time_to_live(KEEP_STANDINGS).build(),
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
        let wire = self.ask((organisation, day.to_string(), None)).await?;
        Ok(convert::standing(wire))
    }

    /// The organisation, if the registry holds this person as a certifier of it.
    pub async fn certifier_of(&self, person: PersonId, organisation: OrgId) -> Result<Option<OrgId>, Error> {
        let wire = self.ask((organisation, String::new(), Some(person))).await?;
        Ok(wire.person_is_certifier.then_some(organisation))
    }

    async fn ask(&self, question: Question) -> Result<WireStanding, Error> {
        let (organisation, as_of, person) = question.clone();
        let request = patient(GetStandingRequest {
            organisation_id: organisation.to_string(),
            as_of,
            person_id: person.map(|id| id.to_string()).unwrap_or_default(),
        });
        match answered(self.organisations.clone().get_standing(request).await) {
            Ok(answer) => {
                let standing = answer.ok_or(Error::NotFound { what: "organisation" })?;
                self.standings.insert(question, standing.clone()).await;
                Ok(standing)
            }
            Err(away @ Unanswered::OutOfReach(_)) => Ok(self.standings.get(&question).await.ok_or(away)?),
            Err(other) => Err(other.into()),
        }
    }
}
