//! OpenDataService.

mod requests;

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use kit::cx::{Answer, Cx};
use kit::ids::RoundId;
use kit::refusal::Refusal;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::open_data_service_server::OpenDataService;
use tonic::{Request, Response};

use super::{Award, Round, checks, convert, json, package, table};
use crate::Learning;
use crate::error::Error;
use crate::policy::{self, Action};

#[tonic::async_trait]
impl OpenDataService for Learning {
    /// By hand: all that it answers is asked of neighbours, and the store holds nothing of it.
    async fn get_open_data(&self, request: Request<pb::GetOpenDataRequest>) -> Answer<pb::OpenData> {
        let (cx, (id, format)) = Cx::parse(request, requests::get_open_data)?;
        let (round, awards) = self.announced(&cx, id).await?;
        let package = package(&self.publisher, &round, &awards);
        if package.grants.is_empty() {
            return Err(Error::NoAwards.into());
        }
        let text = match format {
            pb::open_data::Format::Format360givingCsv => table::csv(&package)?,
            pb::open_data::Format::Format360givingJson | pb::open_data::Format::Unspecified => json(&package),
        };
        let findings = checks::findings(&package, &awards, cx.now);
        Ok(Response::new(convert::open_data(format, text, findings, cx.now)))
    }
}

impl Learning {
    /// A round and its awards, from the announcement on (rule 20). Before, they exist for those who run it alone.
    async fn announced(&self, cx: &Cx, id: RoundId) -> Result<(Round, Vec<Award>), Error> {
        if !policy::is_signed_in(&cx.caller) {
            return Err(Refusal::NotFound { what: "open data" }.into());
        }
        let round = self.peers.round(id).await?;
        let announced_at = convert::announced_at(&round)?;
        if announced_at.is_none_or(|at| cx.now < at) {
            policy::check_at_large(&cx.caller, Action::SeeAwardsEarly, "open data")?;
        }
        let (mut payees, mut awards) = (BTreeMap::new(), Vec::new());
        for award in self.peers.awards(id).await?.into_iter().filter(convert::is_published) {
            let payee = convert::payee_of(&award)?;
            if let Entry::Vacant(unknown) = payees.entry(payee) {
                unknown.insert(self.peers.organisation(payee).await?);
            }
            awards.push(convert::award(award, &payees[&payee])?);
        }
        Ok((convert::open_round(round, announced_at.unwrap_or(cx.now))?, awards))
    }
}
