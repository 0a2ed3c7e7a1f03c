//! The tonic trait: each RPC parses, replays, gathers, writes and answers. No rule lives here.

use kit::cx::{Answer, Cx};
use kit::db::Replay;
use kit::ids::RoundId;
use kit::paging::Page;
use kit::time::Date;
use kit::watch::Streamed;
use kit::wire::id;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::bids_service_server::BidsService;
use tonic::{Request, Response, Streaming};

use crate::bid::{Bid, BidNow};
use crate::convert::{self, AdmitLate, RejectLate};
use crate::eligibility::Standings;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{Bids, app, content, store, streams};

#[tonic::async_trait]
impl BidsService for Bids {
    async fn create_bid(&self, request: Request<pb::CreateBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Create>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let call = self.call(cmd.round).await?;
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::create(tx, &of, &call, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn get_bid(&self, request: Request<pb::GetBidRequest>) -> Answer<pb::Bid> {
        let cx = Cx::of(&request)?;
        let bid = self.seen(&cx, Action::See, id("bid_id", &request.get_ref().bid_id)?).await?;
        let now = self.now(&cx, bid).await?;
        Ok(Response::new(now.into()))
    }

    async fn list_bids(&self, request: Request<pb::ListBidsRequest>) -> Answer<pb::ListBidsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_bids(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let bids = store::page(tx, &filter, page.after.clone(), page.limit())?;
                Ok((bids, store::totals(tx, &filter)?))
            })
            .await;
        let (bids, totals) = found?;
        let number = |bid: &Bid| bid.state.receipt().map_or(0, |receipt| receipt.number);
        let found = asked.page.found(bids, |(bid, _)| (number(bid), bid.id.to_string()));
        let bids = found
            .rows
            .into_iter()
            .map(|(bid, closes_at)| convert::without_answers(convert::bid(BidNow { bid, closes_at, as_of: cx.now })));
        Ok(Response::new(pb::ListBidsResponse {
            bids: bids.collect(),
            next_page_token: found.next_page_token,
            total_size: totals.n_bids,
            total_requested: Some(convert::total_requested(totals.requested_minor)),
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_bid(&self, request: Request<pb::UpdateBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Update>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::update(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn check_bid(&self, request: Request<pb::CheckBidRequest>) -> Answer<pb::CheckBidResponse> {
        let cx = Cx::of(&request)?;
        let bid = self.seen(&cx, Action::Edit, id("bid_id", &request.get_ref().bid_id)?).await?;
        let intake = self.intake(bid.round).await?;
        let call = intake.call.clone();
        let missing = self.db.read(move |tx| app::check(tx, &bid, &call)).await?;
        let missing = missing.into_iter().map(convert::missing).collect();
        Ok(Response::new(pb::CheckBidResponse { missing, intake: Some(convert::intake(intake, cx.now)) }))
    }

    async fn list_revisions(&self, request: Request<pb::ListRevisionsRequest>) -> Answer<pb::ListRevisionsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bid = self.seen(&cx, Action::See, id("bid_id", &asked.bid_id)?).await?;
        let bound = pb::ListRevisionsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i32>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let (of_page, received_only) = (page.clone(), !policy::is_of_its_own(&cx.caller, &policy::facts(&bid)));
        let rows =
            self.db.read(move |tx| store::revisions(tx, bid.id, received_only, of_page.after, of_page.limit())).await?;
        let found = page.found(rows, |revision| revision.number);
        let revisions = found.rows.into_iter().map(convert::revision).collect();
        Ok(Response::new(pb::ListRevisionsResponse { revisions, next_page_token: found.next_page_token }))
    }

    async fn compare_revisions(
        &self,
        request: Request<pb::CompareRevisionsRequest>,
    ) -> Answer<pb::CompareRevisionsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bid = self.seen(&cx, Action::See, id("bid_id", &asked.bid_id)?).await?;
        let received_only = !policy::is_of_its_own(&cx.caller, &policy::facts(&bid));
        let changes: Result<_, Error> = self
            .db
            .read(move |tx| {
                let mut papers = Vec::with_capacity(2);
                for number in [asked.first, asked.second] {
                    // No revision has the last number that there is.
                    let above = number.checked_add(1).ok_or(Error::NotFound { what: "revision" })?;
                    let newest_first = store::revisions(tx, bid.id, received_only, Some(above), 1)?;
                    let revision = newest_first.into_iter().find(|revision| revision.number == number);
                    papers.push(revision.ok_or(Error::NotFound { what: "revision" })?.paper);
                }
                Ok(content::compare(&papers[0], &papers[1]))
            })
            .await;
        let changes = changes?.into_iter().map(convert::change).collect();
        Ok(Response::new(pb::CompareRevisionsResponse { changes }))
    }

    async fn restore_revision(&self, request: Request<pb::RestoreRevisionRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Restore>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::restore(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn set_participants(&self, request: Request<pb::SetParticipantsRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::SetParticipants>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::set_participants(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn upload_attachment(&self, request: Request<Streaming<pb::UploadAttachmentRequest>>) -> Answer<pb::Bid> {
        streams::upload(self, request).await
    }

    type DownloadAttachmentStream = Streamed<pb::DownloadAttachmentResponse>;

    async fn download_attachment(
        &self,
        request: Request<pb::DownloadAttachmentRequest>,
    ) -> Answer<Self::DownloadAttachmentStream> {
        let cx = Cx::of(&request)?;
        let bid = self.seen(&cx, Action::See, id("bid_id", &request.get_ref().bid_id)?).await?;
        let file = bid.attachment(id("attachment_id", &request.get_ref().attachment_id)?)?.clone();
        Ok(Response::new(streams::download(&self.files, file).await?))
    }

    async fn remove_attachment(&self, request: Request<pb::RemoveAttachmentRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::RemoveFile>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::remove_file(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn sign_off_bid(&self, request: Request<pb::SignOffBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::SignOff>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let bid = self.seen(&cx, Action::SignOff, cmd.target.id).await?;
        let certifier_of = self.peers.certifier_of(cmd.certifier, bid.applicant).await?;
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::sign_off(tx, &of, certifier_of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn submit_bid(&self, request: Request<pb::SubmitBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Submit>(request)?;
        let (of, id) = (cx.clone(), cmd.target.id);
        let seen = match self.db.replay_or(&cx, move |tx| app::look(tx, &of, id)).await? {
            Replay::Answered(bid) => return Ok(Response::new(bid)),
            Replay::New(seen) => seen,
        };
        let (of, seal, round) = (cx.clone(), self.seal(), seen.bid.round);
        let bid = self.db.write_keyed(&cx, round, move |tx| app::submit(tx, &of, &seal, &seen, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn get_receipt(&self, request: Request<pb::GetReceiptRequest>) -> Answer<pb::Receipt> {
        let cx = Cx::of(&request)?;
        let bid = self.seen(&cx, Action::See, id("bid_id", &request.get_ref().bid_id)?).await?;
        let of = bid.id;
        let hand_in = self.db.read(move |tx| store::latest_hand_in(tx, of)).await?;
        let hand_in = hand_in.ok_or(Error::NotFound { what: "receipt" })?;
        Ok(Response::new(convert::receipt(&bid, hand_in)))
    }

    async fn reopen_bid(&self, request: Request<pb::ReopenBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Reopen>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::reopen(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn withdraw_bid(&self, request: Request<pb::WithdrawBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Withdraw>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::withdraw(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn list_bid_history(
        &self,
        request: Request<pb::ListBidHistoryRequest>,
    ) -> Answer<pb::ListBidHistoryResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bid = self.seen(&cx, Action::See, id("bid_id", &asked.bid_id)?).await?;
        let bound = pb::ListBidHistoryRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i64>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows =
            self.db.read(move |tx| store::history(tx, bid.id, of_page.after.unwrap_or(0), of_page.limit())).await?;
        let found = page.found(rows, |row| row.sequence);
        let entries = found.rows.into_iter().map(convert::history_entry).collect();
        Ok(Response::new(pb::ListBidHistoryResponse { entries, next_page_token: found.next_page_token }))
    }

    async fn admit_late_bid(&self, request: Request<pb::AdmitLateBidRequest>) -> Answer<pb::Bid> {
        let (cx, AdmitLate(cmd)) = Cx::parse::<AdmitLate>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let round = self.seen(&cx, Action::DecideLate, cmd.target.id).await?.round;
        let (of, seal) = (cx.clone(), self.seal());
        let bid = self.db.write_keyed(&cx, round, move |tx| app::admit_late(tx, &of, &seal, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn reject_late_bid(&self, request: Request<pb::RejectLateBidRequest>) -> Answer<pb::Bid> {
        let (cx, RejectLate(cmd)) = Cx::parse::<RejectLate>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::reject_late(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn screen_bid(&self, request: Request<pb::ScreenBidRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Screen>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let bid = self.seen(&cx, Action::Screen, cmd.target.id).await?;
        let standings = self.standings(&bid).await?;
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::screen(tx, &of, &standings, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn decide_eligibility(&self, request: Request<pb::DecideEligibilityRequest>) -> Answer<pb::Bid> {
        let (cx, cmd) = Cx::parse::<app::Decide>(request)?;
        if let Some(bid) = self.db.replay(&cx).await? {
            return Ok(Response::new(bid));
        }
        let of = cx.clone();
        let bid = self.db.write(&cx, move |tx| app::decide(tx, &of, &cmd)).await?;
        Ok(Response::new(bid))
    }

    async fn ask_clarification(&self, request: Request<pb::AskClarificationRequest>) -> Answer<pb::Clarification> {
        let (cx, cmd) = Cx::parse::<app::Ask>(request)?;
        if let Some(clarification) = self.db.replay(&cx).await? {
            return Ok(Response::new(clarification));
        }
        let of = cx.clone();
        let clarification = self.db.write(&cx, move |tx| app::ask(tx, &of, &cmd)).await?;
        Ok(Response::new(clarification))
    }

    async fn answer_clarification(
        &self,
        request: Request<pb::AnswerClarificationRequest>,
    ) -> Answer<pb::Clarification> {
        let (cx, cmd) = Cx::parse::<app::Answer>(request)?;
        if let Some(clarification) = self.db.replay(&cx).await? {
            return Ok(Response::new(clarification));
        }
        let of = cx.clone();
        let clarification = self.db.write(&cx, move |tx| app::answer(tx, &of, &cmd)).await?;
        Ok(Response::new(clarification))
    }

    async fn list_clarifications(
        &self,
        request: Request<pb::ListClarificationsRequest>,
    ) -> Answer<pb::ListClarificationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bid = self.seen(&cx, Action::See, id("bid_id", &asked.bid_id)?).await?;
        let bound = pb::ListClarificationsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self
            .db
            .read(move |tx| {
                let after = of_page.after.as_deref().unwrap_or("");
                store::clarifications(tx, bid.id, after, of_page.limit())
            })
            .await?;
        let found = page.found(rows, |clarification| clarification.id.to_string());
        let clarifications = found.rows.into_iter().map(convert::clarification).collect();
        Ok(Response::new(pb::ListClarificationsResponse { clarifications, next_page_token: found.next_page_token }))
    }

    async fn list_duplicates(&self, request: Request<pb::ListDuplicatesRequest>) -> Answer<pb::ListDuplicatesResponse> {
        let cx = Cx::of(&request)?;
        policy::check_at_large(&cx.caller, Action::ListDuplicates, "round")?;
        let asked = request.into_inner();
        let round: RoundId = id("round_id", &asked.round_id)?;
        self.intake(round).await?;
        let bound = pb::ListDuplicatesRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<(String, String)>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self.db.read(move |tx| store::duplicates(tx, round, of_page.after.clone(), of_page.limit())).await?;
        let found = page.found(rows, |pair| (pair.second.to_string(), pair.first.to_string()));
        let duplicates = found.rows.into_iter().map(convert::duplicate).collect();
        Ok(Response::new(pb::ListDuplicatesResponse { duplicates, next_page_token: found.next_page_token }))
    }

    async fn get_intake(&self, request: Request<pb::GetIntakeRequest>) -> Answer<pb::Intake> {
        let cx = Cx::of(&request)?;
        let intake = self.intake(id("round_id", &request.get_ref().round_id)?).await?;
        Ok(Response::new(convert::intake(intake, cx.now)))
    }

    type WatchBidsStream = Streamed<pb::WatchBidsResponse>;

    async fn watch_bids(&self, request: Request<pb::WatchBidsRequest>) -> Answer<Self::WatchBidsStream> {
        Ok(Response::new(streams::watch(self, request).await?))
    }
}

impl Bids {
    /// The close on which a bid's screening rests, and what the register says of that day.
    async fn standings(&self, bid: &Bid) -> Result<Standings, Error> {
        let call = self.intake(bid.round).await?.call;
        // The last instant that is still within the window.
        let day = call.closes_at.plus_micros(-1);
        let date = Date::at(day, &call.zone);
        let lead = self.peers.standing(bid.lead(), date).await?;
        let payee = self.peers.standing(bid.payee(), date).await?;
        Ok(Standings { day, lead, payee })
    }
}
