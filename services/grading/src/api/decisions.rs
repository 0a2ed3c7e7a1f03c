//! DecisionsService: meetings, what they recommend and determine, and what becomes of it.

use kit::cx::{Answer, Cx};
use kit::time::Date;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::decisions_service_server::DecisionsService;
use tonic::Request;

use super::requests::decisions as requests;
use crate::app::{self, OtherBoardFacts, reading};
use crate::convert::pages;
use crate::deciding::decision::Basis;
use crate::error::Error;
use crate::policy::Action;
use crate::{Grading, convert};

#[tonic::async_trait]
impl DecisionsService for Grading {
    async fn record_meeting(&self, request: Request<pb::RecordMeetingRequest>) -> Answer<pb::Meeting> {
        self.take_keyed(request, requests::record_meeting, |cmd| cmd.assessment, app::record_meeting).await
    }

    async fn update_meeting(&self, request: Request<pb::UpdateMeetingRequest>) -> Answer<pb::Meeting> {
        self.take(request, requests::update_meeting, app::update_meeting).await
    }

    async fn list_meetings(&self, request: Request<pb::ListMeetingsRequest>) -> Answer<pb::ListMeetingsResponse> {
        self.db.show(request, requests::list_meetings, reading::meetings, pages::meetings).await
    }

    async fn list_quorums(&self, request: Request<pb::ListQuorumsRequest>) -> Answer<pb::ListQuorumsResponse> {
        self.db.show(request, requests::list_quorums, reading::quorums, pages::quorums).await
    }

    async fn record_recommendation(
        &self,
        request: Request<pb::RecordRecommendationRequest>,
    ) -> Answer<pb::Recommendation> {
        let (parse, write) = (requests::record_recommendation, app::record_recommendation);
        self.take_keyed(request, parse, |cmd| cmd.on.assessment, write).await
    }

    async fn list_recommendations(
        &self,
        request: Request<pb::ListRecommendationsRequest>,
    ) -> Answer<pb::ListRecommendationsResponse> {
        self.db.show(request, requests::list_recommendations, reading::recommendations, pages::recommendations).await
    }

    async fn refer_back(&self, request: Request<pb::ReferBackRequest>) -> Answer<pb::Recommendation> {
        self.take_keyed(request, requests::refer_back, |cmd| cmd.on.assessment, app::refer_back).await
    }

    async fn determine_bid(&self, request: Request<pb::DetermineBidRequest>) -> Answer<pb::Determination> {
        let gather = |cx, cmd| self.other_board(cx, cmd);
        self.take_keyed_with(request, requests::determine_bid, |cmd| cmd.on.assessment, gather, app::determine_bid)
            .await
    }

    async fn list_determinations(
        &self,
        request: Request<pb::ListDeterminationsRequest>,
    ) -> Answer<pb::ListDeterminationsResponse> {
        self.db.show(request, requests::list_determinations, reading::determinations, pages::determinations).await
    }

    async fn list_outcomes(&self, request: Request<pb::ListOutcomesRequest>) -> Answer<pb::ListOutcomesResponse> {
        self.db.show(request, requests::list_outcomes, reading::outcomes, pages::outcomes).await
    }

    async fn get_letter(&self, request: Request<pb::GetLetterRequest>) -> Answer<pb::Letter> {
        self.db.show(request, requests::get_letter, reading::letter, convert::letter).await
    }

    async fn get_decision_record(&self, request: Request<pb::GetDecisionRecordRequest>) -> Answer<pb::DecisionRecord> {
        self.db.show(request, requests::get_decision_record, reading::record, convert::record).await
    }
}

/// What a determination rests on.
impl Grading {
    /// The other board that decided, where one did.
    async fn other_board(&self, cx: Cx, cmd: app::DetermineBid) -> Result<Option<OtherBoardFacts>, Error> {
        let (on, today) = (cmd.on, Date::today(cx.now));
        self.db.read(move |conn| reading::enter_bid(conn, &cx, Action::Decide, on)).await?;
        match cmd.basis {
            Basis::Meeting(_) | Basis::Written { .. } => Ok(None),
            Basis::OtherBoard { board, .. } => {
                self.peers.other_board(board, cmd.decided_on.unwrap_or(today)).await.map(Some)
            }
        }
    }
}
