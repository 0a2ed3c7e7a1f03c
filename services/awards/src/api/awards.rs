//! AwardsService: awards, their agreements, variations and extensions.

use kit::cx::Answer;
use kit::shapes::{listed, one, page, reasoned, step};
use kit::watch::Streamed;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::awards::v1::awards_service_server::AwardsService;
use tonic::Request;

use super::{requests, streams};
use crate::Awards;
use crate::app::{self, reading};

#[tonic::async_trait]
impl AwardsService for Awards {
    async fn prepare_awards(&self, request: Request<pb::PrepareAwardsRequest>) -> Answer<pb::PrepareAwardsResponse> {
        let gather = |cx, cmd| self.decisions(cx, cmd);
        self.db.take_keyed_with(request, requests::prepare_awards, gather, app::prepare_awards).await
    }

    async fn get_award(&self, request: Request<pb::GetAwardRequest>) -> Answer<pb::Award> {
        self.db.show(request, one, reading::award, pb::Award::from).await
    }

    async fn list_awards(&self, request: Request<pb::ListAwardsRequest>) -> Answer<pb::ListAwardsResponse> {
        self.db.show(request, requests::list_awards, reading::awards, pb::ListAwardsResponse::from).await
    }

    async fn list_agreements(&self, request: Request<pb::ListAgreementsRequest>) -> Answer<pb::ListAgreementsResponse> {
        self.db.show(request, listed, reading::agreements, page).await
    }

    async fn offer_award(&self, request: Request<pb::OfferAwardRequest>) -> Answer<pb::Award> {
        let gather = |cx, cmd| self.decided(cx, cmd);
        self.db.take_keyed_with(request, step, gather, app::offer_award).await
    }

    async fn accept_award(&self, request: Request<pb::AcceptAwardRequest>) -> Answer<pb::Award> {
        let gather = |cx, cmd| self.certifier_of(cx, cmd);
        self.db.take_keyed_with(request, requests::accept_award, gather, app::accept_award).await
    }

    async fn refuse_award(&self, request: Request<pb::RefuseAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::refuse_award).await
    }

    async fn withdraw_award(&self, request: Request<pb::WithdrawAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::withdraw_award).await
    }

    async fn call_reserve(&self, request: Request<pb::CallReserveRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::call_reserve).await
    }

    async fn confirm_condition(&self, request: Request<pb::ConfirmConditionRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, requests::confirm_condition, |cmd| cmd.target.id, app::confirm_condition).await
    }

    async fn name_award(&self, request: Request<pb::NameAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, requests::name_award, |cmd| cmd.target.id, app::name_award).await
    }

    async fn suspend_award(&self, request: Request<pb::SuspendAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::suspend_award).await
    }

    async fn resume_award(&self, request: Request<pb::ResumeAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::resume_award).await
    }

    async fn terminate_award(&self, request: Request<pb::TerminateAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, requests::terminate_award, |cmd| cmd.target.id, app::terminate_award).await
    }

    async fn complete_award(&self, request: Request<pb::CompleteAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::complete_award).await
    }

    async fn close_award(&self, request: Request<pb::CloseAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, step, |cmd| cmd.id, app::close_award).await
    }

    async fn reopen_award(&self, request: Request<pb::ReopenAwardRequest>) -> Answer<pb::Award> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::reopen_award).await
    }

    async fn request_variation(&self, request: Request<pb::RequestVariationRequest>) -> Answer<pb::Variation> {
        let gather = |cx, cmd| self.asked_to_request(cx, cmd);
        self.db.take_keyed_with(request, requests::request_variation, gather, app::request_variation).await
    }

    async fn decide_variation(&self, request: Request<pb::DecideVariationRequest>) -> Answer<pb::Variation> {
        let gather = |cx, cmd| self.asked_to_decide(cx, cmd);
        self.db.take_keyed_with(request, requests::decide_variation, gather, app::decide_variation).await
    }

    async fn accept_variation(&self, request: Request<pb::AcceptVariationRequest>) -> Answer<pb::Variation> {
        let gather = |cx, cmd| self.asked_to_accept(cx, cmd);
        self.db.take_keyed_with(request, requests::accept_variation, gather, app::accept_variation).await
    }

    async fn decline_variation(&self, request: Request<pb::DeclineVariationRequest>) -> Answer<pb::Variation> {
        self.take_to_pot(request, reasoned, |cmd| cmd.target.id, app::decline_variation).await
    }

    async fn list_variations(&self, request: Request<pb::ListVariationsRequest>) -> Answer<pb::ListVariationsResponse> {
        self.db.show(request, listed, reading::variations, page).await
    }

    async fn extend_awards(&self, request: Request<pb::ExtendAwardsRequest>) -> Answer<pb::Extension> {
        self.db.take_keyed(request, requests::extend_awards, |cmd| cmd.round.to_string(), app::extend_awards).await
    }

    async fn get_extension(&self, request: Request<pb::GetExtensionRequest>) -> Answer<pb::Extension> {
        self.db.show(request, one, reading::extension, pb::Extension::from).await
    }

    async fn list_extensions(&self, request: Request<pb::ListExtensionsRequest>) -> Answer<pb::ListExtensionsResponse> {
        self.db.show(request, listed, reading::extensions, page).await
    }

    async fn list_award_history(
        &self,
        request: Request<pb::ListAwardHistoryRequest>,
    ) -> Answer<pb::ListAwardHistoryResponse> {
        self.db.show(request, listed, reading::history, page).await
    }

    type WatchAwardsStream = Streamed<pb::WatchAwardsResponse>;

    async fn watch_awards(&self, request: Request<pb::WatchAwardsRequest>) -> Answer<Self::WatchAwardsStream> {
        streams::watch(self, request).await
    }
}
