//! CommissionsService.

mod requests;

use kit::cx::Answer;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::commissions_service_server::CommissionsService;
use tonic::Request;

use super::{app, convert, reading};
use crate::Learning;

#[tonic::async_trait]
impl CommissionsService for Learning {
    async fn create_commission(&self, request: Request<pb::CreateCommissionRequest>) -> Answer<pb::Commission> {
        self.db.take(request, requests::create_commission, app::create_commission).await
    }

    async fn get_commission(&self, request: Request<pb::GetCommissionRequest>) -> Answer<pb::Commission> {
        self.db.show(request, requests::get_commission, reading::commission, Into::into).await
    }

    async fn list_commissions(
        &self,
        request: Request<pb::ListCommissionsRequest>,
    ) -> Answer<pb::ListCommissionsResponse> {
        self.db.show(request, requests::list_commissions, reading::commissions, convert::commissions).await
    }

    async fn declare_consultant_interests(
        &self,
        request: Request<pb::DeclareConsultantInterestsRequest>,
    ) -> Answer<pb::Commission> {
        self.db.take(request, requests::declare_consultant_interests, app::declare_consultant_interests).await
    }

    async fn end_commission(&self, request: Request<pb::EndCommissionRequest>) -> Answer<pb::Commission> {
        self.db.take(request, requests::end_commission, app::end_commission).await
    }
}
