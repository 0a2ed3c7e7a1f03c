//! ReviewsService: reviews, what the panel settles about a bid, and the ranking.

use kit::cx::Answer;
use kit::shapes::{one, page, reasoned, step};
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::reviews_service_server::ReviewsService;
use tonic::Request;

use super::requests::reviews as requests;
use crate::Grading;
use crate::app::{self, reading};

#[tonic::async_trait]
impl ReviewsService for Grading {
    async fn assign_reviews(&self, request: Request<pb::AssignReviewsRequest>) -> Answer<pb::AssignReviewsResponse> {
        let (parse, write) = (requests::assign_reviews, app::assign_reviews);
        self.db.take_keyed(request, parse, |cmd| cmd.assessment.to_string(), write).await
    }

    async fn get_review(&self, request: Request<pb::GetReviewRequest>) -> Answer<pb::Review> {
        self.db.show(request, one, reading::review, pb::Review::from).await
    }

    async fn list_reviews(&self, request: Request<pb::ListReviewsRequest>) -> Answer<pb::ListReviewsResponse> {
        self.db.show(request, requests::list_reviews, reading::reviews, page).await
    }

    async fn accept_review(&self, request: Request<pb::AcceptReviewRequest>) -> Answer<pb::Review> {
        self.db.take(request, step, app::accept_review).await
    }

    async fn decline_review(&self, request: Request<pb::DeclineReviewRequest>) -> Answer<pb::Review> {
        self.db.take(request, reasoned, app::decline_review).await
    }

    async fn save_review(&self, request: Request<pb::SaveReviewRequest>) -> Answer<pb::Review> {
        self.db.take(request, requests::save_review, app::save_review).await
    }

    async fn submit_review(&self, request: Request<pb::SubmitReviewRequest>) -> Answer<pb::Review> {
        self.db.take(request, step, app::submit_review).await
    }

    async fn return_review(&self, request: Request<pb::ReturnReviewRequest>) -> Answer<pb::Review> {
        self.db.take(request, reasoned, app::return_review).await
    }

    async fn cancel_review(&self, request: Request<pb::CancelReviewRequest>) -> Answer<pb::Review> {
        self.db.take(request, reasoned, app::cancel_review).await
    }

    async fn moderate_bid(&self, request: Request<pb::ModerateBidRequest>) -> Answer<pb::Moderation> {
        let (parse, write) = (requests::moderate_bid, app::moderate_bid);
        self.db.take_keyed(request, parse, |cmd| cmd.on.assessment.to_string(), write).await
    }

    async fn get_moderation(&self, request: Request<pb::GetModerationRequest>) -> Answer<pb::Moderation> {
        self.db.show(request, requests::get_moderation, reading::moderation, pb::Moderation::from).await
    }

    async fn get_ranking(&self, request: Request<pb::GetRankingRequest>) -> Answer<pb::Ranking> {
        self.db.show(request, one, reading::ranking, pb::Ranking::from).await
    }

    async fn cast_tie(&self, request: Request<pb::CastTieRequest>) -> Answer<pb::Ranking> {
        self.db.take_keyed(request, requests::cast_tie, |cmd| cmd.assessment.to_string(), app::cast_tie).await
    }
}
