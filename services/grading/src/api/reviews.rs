//! ReviewsService.

use kit::cx::{Answer, Cx};
use kit::wire::id;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::reviews_service_server::ReviewsService;
use tonic::{Request, Response};

use crate::convert::{self, AcceptReview, CancelReview, DeclineReview, ReturnReview};
use crate::error::Error;
use crate::policy::Action;
use crate::{Grading, app, store};

#[tonic::async_trait]
impl ReviewsService for Grading {
    async fn assign_reviews(&self, request: Request<pb::AssignReviewsRequest>) -> Answer<pb::AssignReviewsResponse> {
        let (cx, cmd) = Cx::parse::<app::AssignReviews>(request)?;
        if let Some(assigned) = self.replay(&cx).await? {
            return Ok(Response::new(assigned));
        }
        let (of, key) = (cx.clone(), cmd.assessment);
        let assigned = self.db.write_keyed(&cx, key, move |tx| app::assign_reviews(tx, &of, &cmd)).await?;
        Ok(Response::new(assigned))
    }

    async fn get_review(&self, request: Request<pb::GetReviewRequest>) -> Answer<pb::Review> {
        let cx = Cx::of(&request)?;
        let (asked, caller) = (id("review_id", &request.get_ref().review_id)?, cx.caller.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let review = store::review(tx, asked)?;
                let sight = store::sight(tx, &caller, review.assessment)?;
                sight.may_review(Action::SeeReview, &review)?;
                Ok(sight.shows(review))
            })
            .await;
        Ok(Response::new(convert::review(found?)))
    }

    async fn list_reviews(&self, request: Request<pb::ListReviewsRequest>) -> Answer<pb::ListReviewsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_reviews(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let sight = self.sight(&cx, asked.filter.assessment).await?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let shown: Result<Vec<_>, Error> = self
            .db
            .read(move |tx| {
                let after = page.after.as_deref().unwrap_or("");
                let reviews = store::page_of_reviews(tx, &filter, &sight, after, page.limit())?;
                Ok(reviews.into_iter().map(|review| sight.shows(review)).collect())
            })
            .await;
        let found = asked.page.found(shown?, |review| review.id.to_string());
        Ok(Response::new(pb::ListReviewsResponse {
            reviews: found.rows.into_iter().map(convert::review).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn accept_review(&self, request: Request<pb::AcceptReviewRequest>) -> Answer<pb::Review> {
        let (cx, AcceptReview(cmd)) = Cx::parse::<AcceptReview>(request)?;
        if let Some(review) = self.replay(&cx).await? {
            return Ok(Response::new(review));
        }
        let of = cx.clone();
        let review = self.db.write(&cx, move |tx| app::step_review(tx, &of, &cmd)).await?;
        Ok(Response::new(review))
    }

    async fn decline_review(&self, request: Request<pb::DeclineReviewRequest>) -> Answer<pb::Review> {
        let (cx, DeclineReview(cmd)) = Cx::parse::<DeclineReview>(request)?;
        if let Some(review) = self.replay(&cx).await? {
            return Ok(Response::new(review));
        }
        let of = cx.clone();
        let review = self.db.write(&cx, move |tx| app::step_review(tx, &of, &cmd)).await?;
        Ok(Response::new(review))
    }

    async fn save_review(&self, request: Request<pb::SaveReviewRequest>) -> Answer<pb::Review> {
        let (cx, cmd) = Cx::parse::<app::SaveReview>(request)?;
        if let Some(review) = self.replay(&cx).await? {
            return Ok(Response::new(review));
        }
        let of = cx.clone();
        let review = self.db.write(&cx, move |tx| app::save_review(tx, &of, &cmd)).await?;
        Ok(Response::new(review))
    }

    async fn submit_review(&self, request: Request<pb::SubmitReviewRequest>) -> Answer<pb::Review> {
        let (cx, cmd) = Cx::parse::<app::SubmitReview>(request)?;
        if let Some(review) = self.replay(&cx).await? {
            return Ok(Response::new(review));
        }
        let of = cx.clone();
        let review = self.db.write(&cx, move |tx| app::submit_review(tx, &of, &cmd)).await?;
        Ok(Response::new(review))
    }

    async fn return_review(&self, request: Request<pb::ReturnReviewRequest>) -> Answer<pb::Review> {
        let (cx, ReturnReview(cmd)) = Cx::parse::<ReturnReview>(request)?;
        if let Some(review) = self.replay(&cx).await? {
            return Ok(Response::new(review));
        }
        let of = cx.clone();
        let review = self.db.write(&cx, move |tx| app::step_review(tx, &of, &cmd)).await?;
        Ok(Response::new(review))
    }

    async fn cancel_review(&self, request: Request<pb::CancelReviewRequest>) -> Answer<pb::Review> {
        let (cx, CancelReview(cmd)) = Cx::parse::<CancelReview>(request)?;
        if let Some(review) = self.replay(&cx).await? {
            return Ok(Response::new(review));
        }
        let of = cx.clone();
        let review = self.db.write(&cx, move |tx| app::step_review(tx, &of, &cmd)).await?;
        Ok(Response::new(review))
    }

    async fn moderate_bid(&self, request: Request<pb::ModerateBidRequest>) -> Answer<pb::Moderation> {
        let (cx, cmd) = Cx::parse::<app::ModerateBid>(request)?;
        if let Some(moderation) = self.replay(&cx).await? {
            return Ok(Response::new(moderation));
        }
        let (of, key) = (cx.clone(), cmd.on.assessment);
        let moderation = self.db.write_keyed(&cx, key, move |tx| app::moderate_bid(tx, &of, &cmd)).await?;
        Ok(Response::new(moderation))
    }

    async fn get_moderation(&self, request: Request<pb::GetModerationRequest>) -> Answer<pb::Moderation> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let (of, bid) = (id("assessment_id", &asked.assessment_id)?, id("bid_id", &asked.bid_id)?);
        let sight = self.sight_of(&cx, Action::SeeResults, app::OnBid { assessment: of, bid }).await?;
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                store::bid(tx, sight.assessment.id, bid)?;
                sight.assessment.expect_results("get_moderation")?;
                Ok(store::moderation(tx, sight.assessment.id, bid)?)
            })
            .await;
        Ok(Response::new(convert::moderation(found?)))
    }

    async fn get_ranking(&self, request: Request<pb::GetRankingRequest>) -> Answer<pb::Ranking> {
        let cx = Cx::of(&request)?;
        let sight = self.sight(&cx, id("assessment_id", &request.get_ref().assessment_id)?).await?;
        sight.may(Action::SeeResults)?;
        sight.assessment.expect_results("get_ranking")?;
        let assessment = sight.assessment.id;
        let ranking = self.db.read(move |tx| app::rank(tx, &sight.assessment, &sight.hidden)).await?;
        Ok(Response::new(convert::ranking(app::RankingNow { assessment, ranking, as_of: cx.now })))
    }

    async fn cast_tie(&self, request: Request<pb::CastTieRequest>) -> Answer<pb::Ranking> {
        let (cx, cmd) = Cx::parse::<app::CastTie>(request)?;
        if let Some(ranking) = self.replay(&cx).await? {
            return Ok(Response::new(ranking));
        }
        let (of, key) = (cx.clone(), cmd.assessment);
        let ranking = self.db.write_keyed(&cx, key, move |tx| app::cast_tie(tx, &of, &cmd)).await?;
        Ok(Response::new(ranking))
    }
}
