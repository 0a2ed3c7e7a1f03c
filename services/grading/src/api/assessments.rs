//! AssessmentsService: an assessment from its opening to its close, with its panel, bids and interests.

use kit::cx::{Answer, Cx};
use kit::ids::AssessmentId;
use kit::time::Date;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::assessments_service_server::AssessmentsService;
use tonic::Request;

use super::requests::assessments as requests;
use crate::app::{self, Opening, SubstituteFacts, reading};
use crate::convert::pages;
use crate::error::Error;
use crate::panel::derive::Register;
use crate::policy::{self, Action};
use crate::release::record::Seal;
use crate::{Grading, convert};

#[tonic::async_trait]
impl AssessmentsService for Grading {
    async fn open_assessment(&self, request: Request<pb::OpenAssessmentRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd| self.opening(cx, cmd);
        self.take_keyed_with(request, requests::open_assessment, |cmd| cmd.round, gather, app::open_assessment).await
    }

    async fn get_assessment(&self, request: Request<pb::GetAssessmentRequest>) -> Answer<pb::Assessment> {
        self.db.show(request, requests::get_assessment, reading::assessment, pb::Assessment::from).await
    }

    async fn list_assessments(
        &self,
        request: Request<pb::ListAssessmentsRequest>,
    ) -> Answer<pb::ListAssessmentsResponse> {
        self.db.show(request, requests::list_assessments, reading::assessments, pages::assessments).await
    }

    async fn list_panel_members(
        &self,
        request: Request<pb::ListPanelMembersRequest>,
    ) -> Answer<pb::ListPanelMembersResponse> {
        self.db.show(request, requests::list_panel_members, reading::members, pages::members).await
    }

    async fn add_substitute(&self, request: Request<pb::AddSubstituteRequest>) -> Answer<pb::PanelMember> {
        let gather = |cx, cmd| self.substitute(cx, cmd);
        self.take_keyed_with(request, requests::add_substitute, |cmd| cmd.assessment, gather, app::add_substitute).await
    }

    async fn list_assessed_bids(
        &self,
        request: Request<pb::ListAssessedBidsRequest>,
    ) -> Answer<pb::ListAssessedBidsResponse> {
        self.db.show(request, requests::list_assessed_bids, reading::bids, pages::bids).await
    }

    async fn get_assessed_bid(&self, request: Request<pb::GetAssessedBidRequest>) -> Answer<pb::AssessedBid> {
        self.db.show(request, requests::get_assessed_bid, reading::bid, convert::with_text).await
    }

    async fn declare_interests(&self, request: Request<pb::DeclareInterestsRequest>) -> Answer<pb::PanelMember> {
        self.take_keyed(request, requests::declare_interests, |cmd| cmd.assessment, app::declare_interests).await
    }

    async fn record_interest(&self, request: Request<pb::RecordInterestRequest>) -> Answer<pb::Interest> {
        self.take_keyed(request, requests::record_interest, |cmd| cmd.assessment, app::record_interest).await
    }

    async fn decide_interest(&self, request: Request<pb::DecideInterestRequest>) -> Answer<pb::Interest> {
        self.take(request, requests::decide_interest, app::decide_interest).await
    }

    async fn derive_interests(&self, request: Request<pb::DeriveInterestsRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd: app::DeriveInterests| self.register(cx, Action::DeriveInterests, cmd.assessment);
        self.take_keyed_with(request, requests::derive_interests, |cmd| cmd.assessment, gather, app::derive_interests)
            .await
    }

    async fn list_interests(&self, request: Request<pb::ListInterestsRequest>) -> Answer<pb::ListInterestsResponse> {
        self.db.show(request, requests::list_interests, reading::interests, pages::interests).await
    }

    async fn start_moderation(&self, request: Request<pb::StartModerationRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd: app::StartModeration| self.register(cx, Action::Advance, cmd.target.id);
        self.take_keyed_with(request, requests::start_moderation, |cmd| cmd.target.id, gather, app::start_moderation)
            .await
    }

    async fn start_determination(&self, request: Request<pb::StartDeterminationRequest>) -> Answer<pb::Assessment> {
        let (parse, write) = (requests::start_determination, app::start_determination);
        let gather = |cx, cmd: app::StartDetermination| self.register(cx, Action::Advance, cmd.target.id);
        self.take_keyed_with(request, parse, |cmd| cmd.target.id, gather, write).await
    }

    async fn return_to_moderation(&self, request: Request<pb::ReturnToModerationRequest>) -> Answer<pb::Assessment> {
        let (parse, write) = (requests::return_to_moderation, app::return_to_moderation);
        let gather = |cx, cmd: app::ReturnToModeration| self.register(cx, Action::Advance, cmd.target.id);
        self.take_keyed_with(request, parse, |cmd| cmd.target.id, gather, write).await
    }

    async fn close_assessment(&self, request: Request<pb::CloseAssessmentRequest>) -> Answer<pb::Assessment> {
        let gather = |cx, cmd| self.register_and_seal(cx, cmd);
        self.take_keyed_with(request, requests::close_assessment, |cmd| cmd.target.id, gather, app::close_assessment)
            .await
    }

    async fn cancel_assessment(&self, request: Request<pb::CancelAssessmentRequest>) -> Answer<pb::Assessment> {
        self.take_keyed(request, requests::cancel_assessment, |cmd| cmd.target.id, app::cancel_assessment).await
    }
}

/// What writes rest on. A caller who may not take the step is told so before a neighbour is asked.
impl Grading {
    async fn opening(&self, cx: Cx, cmd: app::OpenAssessment) -> Result<Opening, Error> {
        policy::check_at_large(&cx.caller, Action::Open, "round")?;
        self.peers.opening(cmd.round, Date::today(cx.now)).await
    }

    async fn substitute(&self, cx: Cx, cmd: app::AddSubstitute) -> Result<SubstituteFacts, Error> {
        let (assessment, today) = (cmd.assessment, Date::today(cx.now));
        self.db.read(move |conn| reading::enter(conn, &cx, Action::AddSubstitute, assessment)).await?;
        self.peers.substitute(cmd.person, cmd.organisation, today).await
    }

    /// What the register says today of the panel, for somebody who may go on with the assessment.
    async fn register(&self, cx: Cx, action: Action, id: AssessmentId) -> Result<Register, Error> {
        let today = Date::today(cx.now);
        let members = self.db.read(move |conn| reading::panel_for(conn, &cx, action, id)).await?;
        self.peers.register(&members, today).await
    }

    async fn register_and_seal(&self, cx: Cx, cmd: app::CloseAssessment) -> Result<(Register, Seal), Error> {
        Ok((self.register(cx, Action::Close, cmd.target.id).await?, self.seal()))
    }
}
