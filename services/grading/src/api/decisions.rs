//! DecisionsService: meetings, what they recommend and determine, and what becomes of it.

use kit::cx::{Answer, Cx};
use kit::db::Gathered;
use kit::shapes::{listed, one, page};
use kit::time::Date;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::decisions_service_server::DecisionsService;
use tonic::Request;

use super::requests::decisions as requests;
use crate::app::{self, OtherBoardFacts, ReferralFacts, reading};
use crate::deciding::decision::Basis;
use crate::error::Error;
use crate::policy::Action;
use crate::{Grading, convert};

#[tonic::async_trait]
impl DecisionsService for Grading {
    async fn record_meeting(&self, request: Request<pb::RecordMeetingRequest>) -> Answer<pb::Meeting> {
        let (parse, write) = (requests::record_meeting, app::record_meeting);
        self.db.take_keyed(request, parse, |cmd| cmd.assessment.to_string(), write).await
    }

    async fn update_meeting(&self, request: Request<pb::UpdateMeetingRequest>) -> Answer<pb::Meeting> {
        self.db.take(request, requests::update_meeting, app::update_meeting).await
    }

    async fn list_meetings(&self, request: Request<pb::ListMeetingsRequest>) -> Answer<pb::ListMeetingsResponse> {
        self.db.show(request, listed, reading::meetings, page).await
    }

    async fn list_quorums(&self, request: Request<pb::ListQuorumsRequest>) -> Answer<pb::ListQuorumsResponse> {
        self.db.show(request, listed, reading::quorums, page).await
    }

    async fn record_recommendation(
        &self,
        request: Request<pb::RecordRecommendationRequest>,
    ) -> Answer<pb::Recommendation> {
        let (parse, write) = (requests::record_recommendation, app::record_recommendation);
        self.db.take_keyed(request, parse, |cmd| cmd.on.assessment.to_string(), write).await
    }

    async fn list_recommendations(
        &self,
        request: Request<pb::ListRecommendationsRequest>,
    ) -> Answer<pb::ListRecommendationsResponse> {
        self.db.show(request, listed, reading::recommendations, page).await
    }

    async fn refer_back(&self, request: Request<pb::ReferBackRequest>) -> Answer<pb::Recommendation> {
        self.db.take_keyed(request, requests::refer_back, |cmd| cmd.on.assessment.to_string(), app::refer_back).await
    }

    async fn refer_bid(&self, request: Request<pb::ReferBidRequest>) -> Answer<pb::ReferBidResponse> {
        let gather = |cx, cmd| self.referral(cx, cmd);
        self.db.take_keyed_with(request, requests::refer_bid, gather, app::refer_bid).await
    }

    async fn determine_bid(&self, request: Request<pb::DetermineBidRequest>) -> Answer<pb::Determination> {
        let gather = |cx, cmd| self.other_board(cx, cmd);
        self.db.take_keyed_with(request, requests::determine_bid, gather, app::determine_bid).await
    }

    async fn list_determinations(
        &self,
        request: Request<pb::ListDeterminationsRequest>,
    ) -> Answer<pb::ListDeterminationsResponse> {
        self.db.show(request, listed, reading::determinations, page).await
    }

    async fn list_outcomes(&self, request: Request<pb::ListOutcomesRequest>) -> Answer<pb::ListOutcomesResponse> {
        self.db.show(request, listed, reading::outcomes, convert::page_of_outcomes).await
    }

    async fn get_letter(&self, request: Request<pb::GetLetterRequest>) -> Answer<pb::Letter> {
        self.db.show(request, one, reading::letter, pb::Letter::from).await
    }

    async fn get_decision_record(&self, request: Request<pb::GetDecisionRecordRequest>) -> Answer<pb::DecisionRecord> {
        self.db.show(request, one, reading::record, pb::DecisionRecord::from).await
    }
}

/// Facts that writes need.
impl Grading {
    /// The other board that decided, where one did.
    async fn other_board(&self, cx: Cx, cmd: app::DetermineBid) -> Result<Gathered<Option<OtherBoardFacts>>, Error> {
        let on = cmd.on;
        self.db.read(move |conn| reading::enter_bid(conn, &cx, Action::Decide, on)).await?;
        let facts = match cmd.basis {
            Basis::Meeting(_) | Basis::Written { .. } => None,
            Basis::OtherBoard { board, .. } => Some(self.peers.other_board(board).await?),
        };
        Ok(Gathered { key: Some(on.assessment.to_string()), facts })
    }

    async fn referral(&self, cx: Cx, cmd: app::ReferBid) -> Result<Gathered<ReferralFacts>, Error> {
        let (on, today) = (cmd.on, Date::today(cx.now));
        self.db.read(move |conn| reading::enter_bid(conn, &cx, Action::Decide, on)).await?;
        let facts = self.peers.referral(cmd.board, today).await?;
        Ok(Gathered { key: Some(on.assessment.to_string()), facts })
    }
}
