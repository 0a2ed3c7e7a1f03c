//! Commissions.

use kit::caller::Subject;
use kit::cx::Cx;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::commissions_service_server::CommissionsService;
use tonic::{Request, Response};

use super::{Answer, id, id_or_none, page, write};
use crate::commission::CommissionNow;
use crate::policy::{self, Action};
use crate::{Learning, app, convert, store};

#[tonic::async_trait]
impl CommissionsService for Learning {
    async fn create_commission(&self, request: Request<pb::CreateCommissionRequest>) -> Answer<pb::Commission> {
        write!(self, request: app::Create, |tx, cx, cmd| app::create(tx, cx, cmd))
    }

    async fn get_commission(&self, request: Request<pb::GetCommissionRequest>) -> Answer<pb::Commission> {
        let cx = Cx::of(&request)?;
        let commission = id("commission_id", &request.get_ref().commission_id)?;
        let (caller, as_of) = (cx.caller.clone(), cx.now);
        let found = self.read(move |tx| {
            let commission = store::commission(tx, commission)?;
            policy::check(&caller, Action::SeeCommission, &app::commission_facts(&commission))?;
            Ok(commission)
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
        let page = page::<String>(&cx, asked.page_size, &asked.page_token, &bound)?;
        let round = id_or_none("round_id", &asked.round_id)?;
        let of = match cx.caller.subject {
            _ if policy::sees_commissions(&cx.caller) => None,
            Subject::Person(person) if cx.caller.has(kit::caller::Duty::Consultant) => Some(person),
            Subject::Person(_) | Subject::Client(_) | Subject::Role(_) | Subject::Anonymous => {
                return Ok(Response::new(pb::ListCommissionsResponse::default()));
            }
        };
        let (below, limit) = (page.after.clone(), page.limit());
        let rows = self.read(move |tx| Ok(store::commissions(tx, of, round, below.clone(), limit)?)).await?;
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
        write!(self, request: app::Declare, |tx, cx, cmd| app::declare(tx, cx, cmd))
    }

    async fn end_commission(&self, request: Request<pb::EndCommissionRequest>) -> Answer<pb::Commission> {
        write!(self, request: app::End, |tx, cx, cmd| app::end(tx, cx, cmd))
    }
}
