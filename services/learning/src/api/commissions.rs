//! CommissionsService.

use kit::cx::{Answer, Cx};
use kit::wire::id;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::commissions_service_server::CommissionsService;
use tonic::{Request, Response};

use crate::commission::CommissionNow;
use crate::error::Error;
use crate::{Learning, app, convert};

#[tonic::async_trait]
impl CommissionsService for Learning {
    async fn create_commission(&self, request: Request<pb::CreateCommissionRequest>) -> Answer<pb::Commission> {
        let (cx, cmd) = Cx::parse::<app::CreateCommission>(request)?;
        if let Some(commission) = self.db.replay(&cx).await? {
            return Ok(Response::new(commission));
        }
        let of = cx.clone();
        let commission = self.db.write(&cx, move |tx| app::create_commission(tx, &of, &cmd)).await?;
        Ok(Response::new(commission))
    }

    async fn get_commission(&self, request: Request<pb::GetCommissionRequest>) -> Answer<pb::Commission> {
        let cx = Cx::of(&request)?;
        let (id, as_of) = (id("commission_id", &request.get_ref().commission_id)?, cx.now);
        let commission = self.db.read(move |tx| app::seen_commission(tx, &cx, id)).await?;
        Ok(Response::new(CommissionNow { commission, as_of }.into()))
    }

    async fn list_commissions(
        &self,
        request: Request<pb::ListCommissionsRequest>,
    ) -> Answer<pb::ListCommissionsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_commissions(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (of, round, page) = (cx.clone(), asked.filter, asked.page.clone());
        let rows = self.db.read(move |tx| app::seen_commissions(tx, &of, round, page.after.clone(), page.limit()));
        let found = asked.page.found(rows.await?, |commission| commission.id.to_string());
        let shown = |commission| CommissionNow { commission, as_of: cx.now }.into();
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
        let commission = self.db.write(&cx, move |tx| app::declare_interests(tx, &of, &cmd)).await?;
        Ok(Response::new(commission))
    }

    async fn end_commission(&self, request: Request<pb::EndCommissionRequest>) -> Answer<pb::Commission> {
        let (cx, cmd) = Cx::parse::<app::EndCommission>(request)?;
        if let Some(commission) = self.db.replay(&cx).await? {
            return Ok(Response::new(commission));
        }
        let of = cx.clone();
        let commission = self.db.write(&cx, move |tx| app::end_commission(tx, &of, &cmd)).await?;
        Ok(Response::new(commission))
    }
}
