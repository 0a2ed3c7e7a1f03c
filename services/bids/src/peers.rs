//! Facts from other services. The registry's answers are kept for a while and used while it is unreachable.

use std::time::Duration;

use kit::ids::{OrgId, PersonId, RoundId};
use kit::neighbour::{held, with_timeout};
use kit::refusal::Refusal;
use kit::register::Register;
use kit::time::Date;
use kit::transport::Transport;
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;

use crate::call::Call;
use crate::convert;
use crate::eligibility::Standing;
use crate::error::Error;

/// How long a hand-in waits for the register, since it is late by the instant that comes after.
const PATIENCE: Duration = Duration::from_secs(1);

#[derive(Clone)]
pub struct Peers {
    pub register: Register,
    rounds: RoundsServiceClient<Transport>,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport) -> Peers {
        Peers { register: Register::new(registry), rounds: RoundsServiceClient::new(rounds) }
    }

    /// A scheduled round as it now is.
    pub async fn call(&self, round: RoundId) -> Result<Call, Error> {
        let request = with_timeout(GetRoundRequest { round_id: round.to_string() });
        let round = held::<_, Error>(self.rounds.clone().get_round(request).await, "round")?;
        Ok(convert::call(round)?.ok_or(Refusal::NotFound { what: "round" })?)
    }

    /// Whether the register no longer holds one of these as a certifier of their organisation, as far as can be known
    /// now. While it is away or slow, their word stands as it was given: no closing minute waits for it.
    pub async fn has_ended(&self, words: &[(PersonId, OrgId)]) -> Result<bool, Error> {
        let ask = async {
            for &(certifier, organisation) in words {
                if self.register.certifier_of::<Error>(certifier, organisation).await? != Some(organisation) {
                    return Ok(true);
                }
            }
            Ok(false)
        };
        match tokio::time::timeout(PATIENCE, ask).await {
            Err(_) | Ok(Err(Error::Neighbour(_))) => Ok(false),
            Ok(answer) => answer,
        }
    }

    /// What the register says of an organisation on a day.
    pub async fn standing(&self, organisation: OrgId, day: Date) -> Result<Standing, Error> {
        let standing = self.register.standing(organisation, day).await?;
        Ok(standing.ok_or(Refusal::NotFound { what: "organisation" })?.into())
    }
}
