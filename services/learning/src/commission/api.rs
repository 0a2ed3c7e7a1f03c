//! CommissionsService.

mod requests;

use kit::cx::Answer;
use kit::shapes::{listed_or_all, one, page};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::commissions_service_server::CommissionsService;
use tonic::Request;

use super::{app, reading};
use crate::Learning;

#[tonic::async_trait]
impl CommissionsService for Learning {
    async fn create_commission(&self, request: Request<pb::CreateCommissionRequest>) -> Answer<pb::Commission> {
        self.db.take(request, requests::create_commission, app::create_commission).await
    }

    async fn get_commission(&self, request: Request<pb::GetCommissionRequest>) -> Answer<pb::Commission> {
        self.db.show(request, one, reading::commission, pb::Commission::from).await
    }

    async fn list_commissions(
        &self,
        request: Request<pb::ListCommissionsRequest>,
    ) -> Answer<pb::ListCommissionsResponse> {
        self.db.show(request, listed_or_all, reading::commissions, page).await
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
