//! Facts from other services. The registry's answers are kept for a while and used while it is unreachable.

use kit::ids::{OrgId, PersonId, RoundId};
use kit::neighbour::{answered, patient};
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
    rounds: RoundsServiceClient<Transport>,
    register: Register,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport) -> Peers {
        Peers { rounds: RoundsServiceClient::new(rounds), register: Register::new(registry) }
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
}
