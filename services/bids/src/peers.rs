//! Facts from other services. The registry's answers are kept for a while and used while it is unreachable.

use kit::ids::{OrgId, RoundId};
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

    /// What the register says of an organisation on a day.
    pub async fn standing(&self, organisation: OrgId, day: Date) -> Result<Standing, Error> {
        let standing = self.register.standing(organisation, day).await?;
        Ok(standing.ok_or(Refusal::NotFound { what: "organisation" })?.into())
    }
}
