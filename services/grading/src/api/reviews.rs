//! ReviewsService: reviews, what the panel settles about a bid, and the ranking.

use kit::cx::Answer;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::reviews_service_server::ReviewsService;
use tonic::Request;

use super::requests::reviews as requests;
use crate::Grading;
use crate::app::{self, reading};
use crate::convert::pages;

#[tonic::async_trait]
impl ReviewsService for Grading {
    async fn assign_reviews(&self, request: Request<pb::AssignReviewsRequest>) -> Answer<pb::AssignReviewsResponse> {
        self.take_keyed(request, requests::assign_reviews, |cmd| cmd.assessment, app::assign_reviews).await
    }

    async fn get_review(&self, request: Request<pb::GetReviewRequest>) -> Answer<pb::Review> {
        self.db.show(request, requests::get_review, reading::review, pb::Review::from).await
    }

    async fn list_reviews(&self, request: Request<pb::ListReviewsRequest>) -> Answer<pb::ListReviewsResponse> {
        self.db.show(request, requests::list_reviews, reading::reviews, pages::reviews).await
    }

    async fn accept_review(&self, request: Request<pb::AcceptReviewRequest>) -> Answer<pb::Review> {
        self.take(request, requests::accept_review, app::step_review).await
    }

    async fn decline_review(&self, request: Request<pb::DeclineReviewRequest>) -> Answer<pb::Review> {
        self.take(request, requests::decline_review, app::step_review).await
    }

    async fn save_review(&self, request: Request<pb::SaveReviewRequest>) -> Answer<pb::Review> {
        self.take(request, requests::save_review, app::save_review).await
    }

    async fn submit_review(&self, request: Request<pb::SubmitReviewRequest>) -> Answer<pb::Review> {
        self.take(request, requests::submit_review, app::submit_review).await
    }

    async fn return_review(&self, request: Request<pb::ReturnReviewRequest>) -> Answer<pb::Review> {
        self.take(request, requests::return_review, app::step_review).await
    }

    async fn cancel_review(&self, request: Request<pb::CancelReviewRequest>) -> Answer<pb::Review> {
        self.take(request, requests::cancel_review, app::step_review).await
    }

    async fn moderate_bid(&self, request: Request<pb::ModerateBidRequest>) -> Answer<pb::Moderation> {
        self.take_keyed(request, requests::moderate_bid, |cmd| cmd.on.assessment, app::moderate_bid).await
    }

    async fn get_moderation(&self, request: Request<pb::GetModerationRequest>) -> Answer<pb::Moderation> {
        self.db.show(request, requests::get_moderation, reading::moderation, pb::Moderation::from).await
    }

    async fn get_ranking(&self, request: Request<pb::GetRankingRequest>) -> Answer<pb::Ranking> {
        self.db.show(request, requests::get_ranking, reading::ranking, pb::Ranking::from).await
    }

    async fn cast_tie(&self, request: Request<pb::CastTieRequest>) -> Answer<pb::Ranking> {
        self.take_keyed(request, requests::cast_tie, |cmd| cmd.assessment, app::cast_tie).await
    }
}
