//! OpenDataService.

use std::collections::BTreeMap;

use kit::caller::Subject;
use kit::cx::{Answer, Cx};
use kit::ids::RoundId;
use kit::wire::{self, id};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::open_data_service_server::OpenDataService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::open_data::{self, checks, table};
use crate::policy::{self, Action};
use crate::{Learning, convert};

#[tonic::async_trait]
impl OpenDataService for Learning {
    async fn get_open_data(&self, request: Request<pb::GetOpenDataRequest>) -> Answer<pb::OpenData> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let (round, awards) = self.announced(&cx, id("round_id", &asked.round_id)?).await?;
        let package = open_data::package(&self.publisher, &round, &awards);
        if package.grants.is_empty() {
            return Err(Error::NoAwards.into());
        }
        let text = match asked.format() {
            pb::open_data::Format::Format360givingCsv => table::csv(&package)?,
            pb::open_data::Format::Format360givingJson | pb::open_data::Format::Unspecified => {
                open_data::json(&package)
            }
        };
        let findings = checks::findings(&package, &awards, cx.now);
        Ok(Response::new(convert::open_data(asked.format(), text, findings, cx.now)))
    }
}

impl Learning {
    /// A round and its awards, from the announcement on (rule 20). Before, they exist for those who run it alone.
    async fn announced(&self, cx: &Cx, id: RoundId) -> Result<(open_data::Round, Vec<open_data::Award>), Error> {
        if !matches!(cx.caller.subject, Subject::Person(_) | Subject::Client(_)) {
            return Err(Error::NotFound { what: "open data" });
        }
        let round = self.peers.round(id).await?;
        let announced_at = convert::announced_at(&round);
        if announced_at.is_none_or(|at| cx.now < at) {
            policy::check_at_large(&cx.caller, Action::SeeAwardsEarly)?;
        }
        let wires = self.peers.awards(id).await?;
        let mut payees = BTreeMap::new();
        let mut awards = Vec::new();
        for wire in wires.into_iter().filter(convert::is_published) {
            let payee = convert::payee_of(&wire);
            if !payees.contains_key(&payee) {
                let organisation = self.peers.organisation(wire::id("payee", &payee)?).await?;
                payees.insert(payee.clone(), organisation);
            }
            awards.push(convert::award(wire, &payees[&payee])?);
        }
        Ok((convert::open_round(round, announced_at.unwrap_or(cx.now))?, awards))
    }
}
