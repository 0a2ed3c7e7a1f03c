//! The tonic trait. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod requests;
mod streams;

use kit::cx::{Answer, Cx};
use kit::db::{Gathered, Replay};
use kit::ids::{BidId, OrgId, RoundId};
use kit::time::Date;
use kit::watch::Streamed;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::bids_service_server::BidsService;
use tonic::{Request, Response, Streaming};

use crate::Bids;
use crate::app::{self, reading};
use crate::call::Call;
use crate::convert::{self, pages};
use crate::eligibility::Standings;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::receipt::Seal;

#[tonic::async_trait]
impl BidsService for Bids {
    async fn create_bid(&self, request: Request<pb::CreateBidRequest>) -> Answer<pb::Bid> {
        self.db.take_with(request, requests::create_bid, |_, cmd| self.call(cmd.round), app::create_bid).await
    }

    async fn get_bid(&self, request: Request<pb::GetBidRequest>) -> Answer<pb::Bid> {
        self.db.show(request, |wire, reader| reader.id("bid_id", &wire.bid_id), reading::bid, convert::bid).await
    }

    async fn list_bids(&self, request: Request<pb::ListBidsRequest>) -> Answer<pb::ListBidsResponse> {
        self.db.show(request, requests::list_bids, reading::bids, pages::bids).await
    }

    async fn update_bid(&self, request: Request<pb::UpdateBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::update_bid, app::update_bid).await
    }

    async fn check_bid(&self, request: Request<pb::CheckBidRequest>) -> Answer<pb::CheckBidResponse> {
        self.db.show(request, |wire, reader| reader.id("bid_id", &wire.bid_id), reading::check, convert::checked).await
    }

    async fn list_revisions(&self, request: Request<pb::ListRevisionsRequest>) -> Answer<pb::ListRevisionsResponse> {
        self.db.show(request, requests::list_revisions, reading::revisions, pages::revisions).await
    }

    async fn compare_revisions(
        &self,
        request: Request<pb::CompareRevisionsRequest>,
    ) -> Answer<pb::CompareRevisionsResponse> {
        self.db.show(request, requests::compare_revisions, reading::changes, convert::changes).await
    }

    async fn restore_revision(&self, request: Request<pb::RestoreRevisionRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::restore_revision, app::restore_revision).await
    }

    async fn set_participants(&self, request: Request<pb::SetParticipantsRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::set_participants, app::set_participants).await
    }

    async fn upload_attachment(&self, request: Request<Streaming<pb::UploadAttachmentRequest>>) -> Answer<pb::Bid> {
        streams::upload(self, request).await
    }

    type DownloadAttachmentStream = Streamed<pb::DownloadAttachmentResponse>;

    async fn download_attachment(
        &self,
        request: Request<pb::DownloadAttachmentRequest>,
    ) -> Answer<Self::DownloadAttachmentStream> {
        let (cx, (bid, file)) = Cx::parse(request, requests::download_attachment)?;
        let file = self.db.read(move |conn| reading::attachment(conn, &cx, bid, file)).await?;
        Ok(Response::new(streams::download(&self.files, file).await?))
    }

    async fn remove_attachment(&self, request: Request<pb::RemoveAttachmentRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::remove_attachment, app::remove_attachment).await
    }

    async fn sign_off_bid(&self, request: Request<pb::SignOffBidRequest>) -> Answer<pb::Bid> {
        self.db
            .take_with(request, requests::sign_off_bid, |cx, cmd| self.certifier_of(cx, cmd), app::sign_off_bid)
            .await
    }

    /// Written out: as the busiest write it reads its facts together with the replay.
    async fn submit_bid(&self, request: Request<pb::SubmitBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse(request, requests::submit_bid)?;
        let (of, id) = (cx.clone(), cmd.target.id);
        let seen = match self.db.replay_or(&cx, move |conn| app::look(conn, &of, id)).await? {
            Replay::Answered(bid) => return Ok(Response::new(bid)),
            Replay::New(seen) => seen,
        };
        let (of, seal, round) = (cx.clone(), self.seal(), seen.bid.round);
        let bid = self.db.write_keyed(&cx, round, move |tx| app::submit_bid(tx, &of, &seal, &seen, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn get_receipt(&self, request: Request<pb::GetReceiptRequest>) -> Answer<pb::Receipt> {
        self.db
            .show(request, |wire, reader| reader.id("bid_id", &wire.bid_id), reading::receipt, convert::receipt)
            .await
    }

    async fn reopen_bid(&self, request: Request<pb::ReopenBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::reopen_bid, app::reopen_bid).await
    }

    async fn withdraw_bid(&self, request: Request<pb::WithdrawBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::withdraw_bid, app::withdraw_bid).await
    }

    async fn list_bid_history(
        &self,
        request: Request<pb::ListBidHistoryRequest>,
    ) -> Answer<pb::ListBidHistoryResponse> {
        self.db.show(request, requests::list_bid_history, reading::history, pages::history).await
    }

    async fn admit_late_bid(&self, request: Request<pb::AdmitLateBidRequest>) -> Answer<pb::Bid> {
        let gather = |cx, cmd: app::DecideLate| self.round_of_late(cx, cmd.target.id);
        self.db.take_keyed_with(request, requests::admit_late_bid, gather, app::admit_late_bid).await
    }

    async fn reject_late_bid(&self, request: Request<pb::RejectLateBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::reject_late_bid, app::reject_late_bid).await
    }

    async fn screen_bid(&self, request: Request<pb::ScreenBidRequest>) -> Answer<pb::Bid> {
        self.db.take_with(request, requests::screen_bid, |cx, cmd| self.standings(cx, cmd), app::screen_bid).await
    }

    async fn decide_eligibility(&self, request: Request<pb::DecideEligibilityRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::decide_eligibility, app::decide_eligibility).await
    }

    async fn ask_clarification(&self, request: Request<pb::AskClarificationRequest>) -> Answer<pb::Clarification> {
        self.db.take(request, requests::ask_clarification, app::ask_clarification).await
    }

    async fn answer_clarification(
        &self,
        request: Request<pb::AnswerClarificationRequest>,
    ) -> Answer<pb::Clarification> {
        self.db.take(request, requests::answer_clarification, app::answer_clarification).await
    }

    async fn list_clarifications(
        &self,
        request: Request<pb::ListClarificationsRequest>,
    ) -> Answer<pb::ListClarificationsResponse> {
        self.db.show(request, requests::list_clarifications, reading::clarifications, pages::clarifications).await
    }

    async fn list_duplicates(&self, request: Request<pb::ListDuplicatesRequest>) -> Answer<pb::ListDuplicatesResponse> {
        let (cx, asked) = Cx::parse(request, requests::list_duplicates)?;
        policy::check_at_large(&cx.caller, Action::ListDuplicates, "round")?;
        self.intake(asked.filter).await?;
        let found = self.db.read(move |conn| reading::duplicates(conn, &asked)).await?;
        Ok(Response::new(pages::duplicates(found)))
    }

    async fn get_intake(&self, request: Request<pb::GetIntakeRequest>) -> Answer<pb::Intake> {
        let (cx, round) = Cx::parse(request, |wire, reader| reader.id("round_id", &wire.round_id))?;
        let intake = self.intake(round).await?;
        Ok(Response::new(convert::intake(intake, cx.now)))
    }

    type WatchBidsStream = Streamed<pb::WatchBidsResponse>;

    async fn watch_bids(&self, request: Request<pb::WatchBidsRequest>) -> Answer<Self::WatchBidsStream> {
        streams::watch(self, request).await
    }
}

/// Facts that writes need.
impl Bids {
    async fn call(&self, round: RoundId) -> Result<Call, Error> {
        Ok(self.intake(round).await?.call)
    }

    async fn certifier_of(&self, cx: Cx, cmd: app::SignOffBid) -> Result<Option<OrgId>, Error> {
        let bid = self.seen(&cx, Action::SignOff, cmd.target.id).await?;
        self.peers.certifier_of(cmd.certifier, bid.applicant).await
    }

    async fn round_of_late(&self, cx: Cx, id: BidId) -> Result<Gathered<Seal>, Error> {
        let round = self.seen(&cx, Action::DecideLate, id).await?.round;
        Ok(Gathered { key: Some(round.to_string()), facts: self.seal() })
    }

    /// The close on which a bid's screening rests, and what the register says of that day.
    async fn standings(&self, cx: Cx, cmd: app::ScreenBid) -> Result<Standings, Error> {
        let bid = self.seen(&cx, Action::Screen, cmd.target.id).await?;
        let call = self.call(bid.round).await?;
        // The last instant that is still within the window.
        let day = call.closes_at.plus_micros(-1);
        let date = Date::at(day, &call.zone);
        let lead = self.peers.standing(bid.lead(), date).await?;
        let payee = self.peers.standing(bid.payee(), date).await?;
        Ok(Standings { day, lead, payee })
    }
}
