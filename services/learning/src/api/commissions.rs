//! Commissions.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::{id, id_or_none};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::commissions_service_server::CommissionsService;
use tonic::{Request, Response};

use crate::commission::CommissionNow;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{Learning, app, convert, store};

#[tonic::async_trait]
impl CommissionsService for Learning {
    async fn create_commission(&self, request: Request<pb::CreateCommissionRequest>) -> Answer<pb::Commission> {
        let (cx, cmd) = Cx::parse::<app::CreateCommission>(request)?;
        if let Some(commission) = self.db.replay(&cx).await? {
            return Ok(Response::new(commission));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::create_commission(tx, &of, &cmd)).await?))
    }

    async fn get_commission(&self, request: Request<pb::GetCommissionRequest>) -> Answer<pb::Commission> {
        let cx = Cx::of(&request)?;
        let commission = id("commission_id", &request.get_ref().commission_id)?;
        let (caller, as_of) = (cx.caller.clone(), cx.now);
        let found = self.db.read(move |tx| {
            let commission = store::commission(tx, commission)?;
            policy::check(&caller, Action::SeeCommission, &app::commission_facts(&commission))?;
            Ok::<_, Error>(commission)
        });
        Ok(Response::new(convert::commission(CommissionNow { commission: found.await?, as_of })))
    }

    async fn list_commissions(
        &self,
        request: Request<pb::ListCommissionsRequest>,
    ) -> Answer<pb::ListCommissionsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListCommissionsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let round = id_or_none("round_id", &asked.round_id)?;
        let of = policy::consultant(&cx.caller).filter(|_| !policy::sees_commissions(&cx.caller));
        if of.is_none() && !policy::sees_commissions(&cx.caller) {
            return Ok(Response::new(pb::ListCommissionsResponse::default()));
        }
        let (below, limit) = (page.after.clone(), page.limit());
        let rows = self.db.read(move |tx| store::commissions(tx, of, round, below.clone(), limit)).await?;
        let found = page.found(rows, |commission| commission.id.to_string());
        let shown = |commission| convert::commission(CommissionNow { commission, as_of: cx.now });
        Ok(Response::new(pb::ListCommissionsResponse {
            commissions: found.rows.into_iter().map(shown).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn declare_consultant_interests(
        &self,
        request: Request<pb::DeclareConsultantInterestsRequest>,
    ) -> Answer<pb::Commission> {
        let (cx, cmd) = Cx::parse::<app::DeclareInterests>(request)?;
        if let Some(commission) = self.db.replay(&cx).await? {
            return Ok(Response::new(commission));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::declare_interests(tx, &of, &cmd)).await?))
    }

    async fn end_commission(&self, request: Request<pb::EndCommissionRequest>) -> Answer<pb::Commission> {
        let (cx, cmd) = Cx::parse::<app::EndCommission>(request)?;
        if let Some(commission) = self.db.replay(&cx).await? {
            return Ok(Response::new(commission));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::end_commission(tx, &of, &cmd)).await?))
    }
}
