//! AssessmentsService: an assessment from its opening to its close, with its panel, bids and interests.

use kit::cx::{Answer, Cx, Reasoned, Target};
use kit::db::Gathered;
use kit::ids::AssessmentId;
use kit::shapes::{listed, listed_or_all, one, page, reasoned, step};
use kit::time::Date;
use kit::tokens::Seal;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::assessments_service_server::AssessmentsService;
use tonic::Request;

use super::requests::assessments as requests;
use crate::app::{self, Concerned, OnBid, Opening, SubstituteFacts, reading};
use crate::error::Error;
use crate::panel::derive::Register;
use crate::policy::{self, Action};
use crate::{Grading, convert};

#[tonic::async_trait]
impl AssessmentsService for Grading {
    async fn open_assessment(&self, request: Request<pb::OpenAssessmentRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd| self.opening(cx, cmd);
        self.db.take_keyed_with(request, requests::open_assessment, gather, app::open_assessment).await
    }

    async fn get_assessment(&self, request: Request<pb::GetAssessmentRequest>) -> Answer<pb::Assessment> {
        self.db.show(request, one, reading::assessment, pb::Assessment::from).await
    }

    async fn list_assessments(
        &self,
        request: Request<pb::ListAssessmentsRequest>,
    ) -> Answer<pb::ListAssessmentsResponse> {
        self.db.show(request, listed_or_all, reading::assessments, page).await
    }

    async fn list_panel_members(
        &self,
        request: Request<pb::ListPanelMembersRequest>,
    ) -> Answer<pb::ListPanelMembersResponse> {
        self.db.show(request, listed, reading::members, page).await
    }

    async fn add_substitute(&self, request: Request<pb::AddSubstituteRequest>) -> Answer<pb::PanelMember> {
        let gather = |cx, cmd| self.substitute(cx, cmd);
        self.db.take_keyed_with(request, requests::add_substitute, gather, app::add_substitute).await
    }

    async fn list_assessed_bids(
        &self,
        request: Request<pb::ListAssessedBidsRequest>,
    ) -> Answer<pb::ListAssessedBidsResponse> {
        self.db.show(request, listed, reading::bids, convert::page_of_bids).await
    }

    async fn get_assessed_bid(&self, request: Request<pb::GetAssessedBidRequest>) -> Answer<pb::AssessedBid> {
        self.db.show(request, requests::get_assessed_bid, reading::bid, pb::AssessedBid::from).await
    }

    async fn declare_interests(&self, request: Request<pb::DeclareInterestsRequest>) -> Answer<pb::PanelMember> {
        let (parse, write) = (requests::declare_interests, app::declare_interests);
        self.db.take_keyed(request, parse, |cmd| cmd.assessment.to_string(), write).await
    }

    async fn record_interest(&self, request: Request<pb::RecordInterestRequest>) -> Answer<pb::Interest> {
        let gather = |cx, cmd| self.concerned(cx, cmd);
        self.db.take_keyed_with(request, requests::record_interest, gather, app::record_interest).await
    }

    async fn answer_interest(&self, request: Request<pb::AnswerInterestRequest>) -> Answer<pb::Interest> {
        self.db.take(request, requests::answer_interest, app::answer_interest).await
    }

    async fn decide_interest(&self, request: Request<pb::DecideInterestRequest>) -> Answer<pb::Interest> {
        self.db.take(request, requests::decide_interest, app::decide_interest).await
    }

    async fn derive_interests(&self, request: Request<pb::DeriveInterestsRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, id| self.register(cx, Action::DeriveInterests, id);
        self.db.take_keyed_with(request, one, gather, app::derive_interests).await
    }

    async fn list_interests(&self, request: Request<pb::ListInterestsRequest>) -> Answer<pb::ListInterestsResponse> {
        self.db.show(request, requests::list_interests, reading::interests, page).await
    }

    async fn list_near_misses(
        &self,
        request: Request<pb::ListNearMissesRequest>,
    ) -> Answer<pb::ListNearMissesResponse> {
        self.db.show(request, listed, reading::near_misses, page).await
    }

    async fn dismiss_near_miss(&self, request: Request<pb::DismissNearMissRequest>) -> Answer<pb::NearMiss> {
        self.db.take(request, reasoned, app::dismiss_near_miss).await
    }

    async fn start_moderation(&self, request: Request<pb::StartModerationRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd: Target<_>| self.register(cx, Action::Advance, cmd.id);
        self.db.take_keyed_with(request, step, gather, app::start_moderation).await
    }

    async fn start_determination(&self, request: Request<pb::StartDeterminationRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd: Target<_>| self.register(cx, Action::Advance, cmd.id);
        self.db.take_keyed_with(request, step, gather, app::start_determination).await
    }

    async fn return_to_moderation(&self, request: Request<pb::ReturnToModerationRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd: Reasoned<_>| self.register(cx, Action::Advance, cmd.target.id);
        self.db.take_keyed_with(request, reasoned, gather, app::return_to_moderation).await
    }

    async fn close_assessment(&self, request: Request<pb::CloseAssessmentRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd| self.register_and_seal(cx, cmd);
        self.db.take_keyed_with(request, requests::close_assessment, gather, app::close_assessment).await
    }

    async fn cancel_assessment(&self, request: Request<pb::CancelAssessmentRequest>) -> Answer<pb::Assessment> {
        self.db.take_keyed(request, reasoned, |cmd| cmd.target.id.to_string(), app::cancel_assessment).await
    }
}

/// Facts that writes need. A caller who may not take the step is told so before a neighbour is asked.
impl Grading {
    async fn opening(&self, cx: Cx, cmd: app::OpenAssessment) -> Result<Gathered<Opening>, Error> {
        policy::check_at_large(&cx.caller, Action::Open, "round")?;
        let facts = self.peers.opening(cmd.round, Date::today(cx.now)).await?;
        Ok(Gathered { key: Some(cmd.round.to_string()), facts })
    }

    async fn substitute(&self, cx: Cx, cmd: app::AddSubstitute) -> Result<Gathered<SubstituteFacts>, Error> {
        let (assessment, today) = (cmd.assessment, Date::today(cx.now));
        self.db.read(move |conn| reading::enter(conn, &cx, Action::AddSubstitute, assessment)).await?;
        let facts = self.peers.substitute(cmd.person, cmd.organisation, today).await?;
        Ok(Gathered { key: Some(assessment.to_string()), facts })
    }

    async fn concerned(&self, cx: Cx, cmd: app::RecordInterest) -> Result<Gathered<Concerned>, Error> {
        let (assessment, on) = (cmd.assessment, OnBid { assessment: cmd.assessment, bid: cmd.interest.bid });
        self.db.read(move |conn| reading::enter_bid(conn, &cx, Action::RecordInterest, on)).await?;
        Ok(Gathered { key: Some(assessment.to_string()), facts: self.peers.concerned(cmd.person).await? })
    }

    /// What the register says today of the panel, for somebody who may go on with the assessment.
    async fn register(&self, cx: Cx, action: Action, id: AssessmentId) -> Result<Gathered<Register>, Error> {
        let today = Date::today(cx.now);
        let members = self.db.read(move |conn| reading::panel_for(conn, &cx, action, id)).await?;
        Ok(Gathered { key: Some(id.to_string()), facts: self.peers.register(&members, today).await? })
    }

    async fn register_and_seal(&self, cx: Cx, cmd: app::CloseAssessment) -> Result<Gathered<(Register, Seal)>, Error> {
        let Gathered { key, facts } = self.register(cx, Action::Close, cmd.target.id).await?;
        Ok(Gathered { key, facts: (facts, Seal::now(&self.key)) })
    }
}
