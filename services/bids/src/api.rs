//! The tonic trait. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod requests;
mod streams;

use kit::cx::{Answer, Cx, Reasoned, Target};
use kit::db::{Gathered, Replay};
use kit::ids::{BidId, OrgId, RoundId};
use kit::shapes::{listed, one, page, reasoned, step};
use kit::time::Date;
use kit::tokens::Seal;
use kit::watch::Streamed;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::bids_service_server::BidsService;
use tonic::{Request, Response, Streaming};

use crate::Bids;
use crate::app::{self, Seen, reading};
use crate::bid::Bid;
use crate::call::Call;
use crate::convert;
use crate::eligibility::Standings;
use crate::error::Error;
use crate::intake::Intake;
use crate::policy::{self, Action};
use crate::store;

#[tonic::async_trait]
impl BidsService for Bids {
    async fn create_bid(&self, request: Request<pb::CreateBidRequest>) -> Answer<pb::Bid> {
        self.db.take_with(request, requests::create_bid, |_, cmd| self.call(cmd.round), app::create_bid).await
    }

    async fn get_bid(&self, request: Request<pb::GetBidRequest>) -> Answer<pb::Bid> {
        self.db.show(request, one, reading::bid, pb::Bid::from).await
    }

    async fn list_bids(&self, request: Request<pb::ListBidsRequest>) -> Answer<pb::ListBidsResponse> {
        self.db.show(request, requests::list_bids, reading::bids, pb::ListBidsResponse::from).await
    }

    async fn update_bid(&self, request: Request<pb::UpdateBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::update_bid, app::update_bid).await
    }

    /// Written out: the register is asked whether who signed off is a certifier still.
    async fn check_bid(&self, request: Request<pb::CheckBidRequest>) -> Answer<pb::CheckBidResponse> {
        let (cx, id) = Cx::parse(request, one)?;
        let words = self.seen(cx.clone(), Action::Edit, id).await?.words();
        let word_ended = self.peers.has_ended(&words).await?;
        let checked = self.db.read(move |conn| reading::check(conn, &cx, id, word_ended)).await?;
        Ok(Response::new(checked.into()))
    }

    async fn list_revisions(&self, request: Request<pb::ListRevisionsRequest>) -> Answer<pb::ListRevisionsResponse> {
        self.db.show(request, listed, reading::revisions, page).await
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

    async fn confirm_participation(&self, request: Request<pb::ConfirmParticipationRequest>) -> Answer<pb::Bid> {
        let gather = |cx, cmd| self.certifier_of_part(cx, cmd);
        self.db.take_with(request, requests::confirm_participation, gather, app::confirm_participation).await
    }

    async fn decline_participation(&self, request: Request<pb::DeclineParticipationRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::decline_participation, app::decline_participation).await
    }

    async fn leave_bid(&self, request: Request<pb::LeaveBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::leave_bid, app::leave_bid).await
    }

    async fn declare_conflicts(&self, request: Request<pb::DeclareConflictsRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::declare_conflicts, app::declare_conflicts).await
    }

    async fn upload_attachment(&self, request: Request<Streaming<pb::UploadAttachmentRequest>>) -> Answer<pb::Bid> {
        streams::upload(self, request).await
    }

    type DownloadAttachmentStream = Streamed<pb::DownloadAttachmentResponse>;

    async fn download_attachment(
        &self,
        request: Request<pb::DownloadAttachmentRequest>,
    ) -> Answer<Self::DownloadAttachmentStream> {
        streams::download(self, request).await
    }

    async fn remove_attachment(&self, request: Request<pb::RemoveAttachmentRequest>) -> Answer<pb::Bid> {
        self.db.take(request, requests::remove_attachment, app::remove_attachment).await
    }

    async fn sign_off_bid(&self, request: Request<pb::SignOffBidRequest>) -> Answer<pb::Bid> {
        let gather = |cx, cmd| self.certifier_of(cx, cmd);
        self.db.take_with(request, requests::sign_off_bid, gather, app::sign_off_bid).await
    }

    /// Written out: as the busiest write it reads its facts together with the replay.
    async fn submit_bid(&self, request: Request<pb::SubmitBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse(request, requests::submit_bid)?;
        let (before, id) = (cx.clone(), cmd.target.id);
        let seen = match self.db.replay_or(&cx, move |conn| app::look(conn, &before, id)).await? {
            Replay::Answered(bid) => return Ok(Response::new(bid)),
            Replay::New(seen) => Seen { word_ended: self.peers.has_ended(&seen.bid.words()).await?, ..seen },
        };
        let (seal, round) = (self.seal(), seen.bid.round);
        let bid =
            self.db.write_keyed(&cx.clone(), round, move |tx| app::submit_bid(tx, &cx, &seal, &seen, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn get_receipt(&self, request: Request<pb::GetReceiptRequest>) -> Answer<pb::Receipt> {
        self.db.show(request, one, reading::receipt, convert::receipt).await
    }

    async fn reopen_bid(&self, request: Request<pb::ReopenBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, reasoned, app::reopen_bid).await
    }

    async fn withdraw_bid(&self, request: Request<pb::WithdrawBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, reasoned, app::withdraw_bid).await
    }

    async fn list_bid_history(
        &self,
        request: Request<pb::ListBidHistoryRequest>,
    ) -> Answer<pb::ListBidHistoryResponse> {
        self.db.show(request, listed, reading::history, page).await
    }

    async fn admit_late_bid(&self, request: Request<pb::AdmitLateBidRequest>) -> Answer<pb::Bid> {
        let gather = |cx, cmd| self.round_of_late(cx, cmd);
        self.db.take_keyed_with(request, reasoned, gather, app::admit_late_bid).await
    }

    async fn reject_late_bid(&self, request: Request<pb::RejectLateBidRequest>) -> Answer<pb::Bid> {
        self.db.take(request, reasoned, app::reject_late_bid).await
    }

    async fn screen_bid(&self, request: Request<pb::ScreenBidRequest>) -> Answer<pb::Bid> {
        self.db.take_with(request, step, |cx, cmd| self.standings(cx, cmd), app::screen_bid).await
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
        self.db.show(request, listed, reading::clarifications, page).await
    }

    /// Written out: who may not ask is told so before the round is looked for, and `rounds` may have to say that there
    /// is one.
    async fn list_duplicates(&self, request: Request<pb::ListDuplicatesRequest>) -> Answer<pb::ListDuplicatesResponse> {
        let (cx, list) = Cx::parse(request, listed)?;
        policy::check_at_large(&cx.caller, Action::ListDuplicates, "round").map_err(Error::from)?;
        if self.intake(list.filter).await?.closed_at.is_none() {
            return Err(Error::NotYetClosed.into());
        }
        let found = self.db.read(move |conn| reading::duplicates(conn, &list)).await?;
        Ok(Response::new(page(found)))
    }

    /// Written out: `rounds` is asked about a round that we hold nothing of yet.
    async fn get_intake(&self, request: Request<pb::GetIntakeRequest>) -> Answer<pb::Intake> {
        let (cx, round) = Cx::parse(request, one)?;
        let intake = self.intake(round).await?;
        Ok(Response::new(reading::counted(&cx, intake).into()))
    }

    type WatchBidsStream = Streamed<pb::WatchBidsResponse>;

    async fn watch_bids(&self, request: Request<pb::WatchBidsRequest>) -> Answer<Self::WatchBidsStream> {
        streams::watch(self, request).await
    }
}

/// Facts that writes need.
impl Bids {
    /// The bid, if the caller may do this with it.
    async fn seen(&self, cx: Cx, action: Action, id: BidId) -> Result<Bid, Error> {
        self.db.read(move |conn| reading::seen(conn, &cx, action, id)).await
    }

    /// The intake of a round: our own row, or what `rounds` says where we have none yet.
    async fn intake(&self, round: RoundId) -> Result<Intake, Error> {
        match self.db.read(move |conn| store::intake(conn, round)).await? {
            Some(intake) => Ok(intake),
            None => Ok(Intake { call: self.peers.call(round).await?, closed_at: None, last_number: 0 }),
        }
    }

    async fn call(&self, round: RoundId) -> Result<Call, Error> {
        Ok(self.intake(round).await?.call)
    }

    /// The applicant, if the register holds the one who signs off as a certifier of it.
    async fn certifier_of(&self, cx: Cx, cmd: app::SignOffBid) -> Result<Option<OrgId>, Error> {
        let bid = self.seen(cx, Action::SignOff, cmd.target.id).await?;
        self.peers.register.certifier_of(cmd.certifier, bid.applicant).await
    }

    /// The organisation that confirms, if the register holds the one whose word is given as a certifier of it.
    async fn certifier_of_part(&self, cx: Cx, cmd: app::ConfirmParticipation) -> Result<Option<OrgId>, Error> {
        let (of, word) = (cmd.of, cmd.word);
        let organisation = of.organisation;
        self.db.read(move |conn| app::seen_part(conn, &cx, Action::Join, &of)).await?;
        match word {
            Some(word) => self.peers.register.certifier_of(word.certifier, organisation).await,
            None => Ok(None),
        }
    }

    async fn round_of_late(&self, cx: Cx, cmd: Reasoned<BidId>) -> Result<Gathered<Seal>, Error> {
        let round = self.seen(cx, Action::DecideLate, cmd.target.id).await?.round;
        Ok(Gathered { key: Some(round.to_string()), facts: self.seal() })
    }

    /// The close on which a bid's screening rests, and what the register says of that day.
    async fn standings(&self, cx: Cx, cmd: Target<BidId>) -> Result<Standings, Error> {
        let bid = self.seen(cx, Action::Screen, cmd.id).await?;
        let call = self.call(bid.round).await?;
        // The last instant that is still within the window.
        let day = call.closes_at.plus_micros(-1);
        let date = Date::at(day, &call.zone);
        let applicant = self.peers.standing(bid.applicant, date).await?;
        let lead = self.peers.standing(bid.lead(), date).await?;
        let payee = self.peers.standing(bid.payee(), date).await?;
        Ok(Standings { day, applicant, lead, payee })
    }
}
