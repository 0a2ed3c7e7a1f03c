//! InsightsService.

mod requests;

use kit::cx::Answer;
use kit::shapes::{counted, one, reasoned, step};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::insights_service_server::InsightsService;
use tonic::Request;

use super::{app, reading};
use crate::Learning;

#[tonic::async_trait]
impl InsightsService for Learning {
    async fn capture_insight(&self, request: Request<pb::CaptureInsightRequest>) -> Answer<pb::Insight> {
        self.db.take(request, requests::capture_insight, app::capture_insight).await
    }

    async fn get_insight(&self, request: Request<pb::GetInsightRequest>) -> Answer<pb::Insight> {
        self.db.show(request, one, reading::insight, pb::Insight::from).await
    }

    async fn list_insights(&self, request: Request<pb::ListInsightsRequest>) -> Answer<pb::ListInsightsResponse> {
        self.db.show(request, requests::list_insights, reading::insights, counted).await
    }

    async fn update_insight(&self, request: Request<pb::UpdateInsightRequest>) -> Answer<pb::Insight> {
        self.db.take(request, requests::update_insight, app::update_insight).await
    }

    async fn check_insight(&self, request: Request<pb::CheckInsightRequest>) -> Answer<pb::Insight> {
        self.db.take(request, step, app::check_insight).await
    }

    async fn answer_insight(&self, request: Request<pb::AnswerInsightRequest>) -> Answer<pb::Insight> {
        self.db.take(request, requests::answer_insight, app::answer_insight).await
    }

    async fn approve_insight(&self, request: Request<pb::ApproveInsightRequest>) -> Answer<pb::Insight> {
        self.db.take(request, requests::approve_insight, app::approve_insight).await
    }

    async fn drop_insight(&self, request: Request<pb::DropInsightRequest>) -> Answer<pb::Insight> {
        self.db.take(request, reasoned, app::drop_insight).await
    }
}
