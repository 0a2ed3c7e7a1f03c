//! AwardsService.

use kit::cx::{Answer, Cx};
use kit::ids::AwardId;
use kit::paging::Page;
use kit::watch::Streamed;
use kit::wire::id;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::awards::v1::awards_service_server::AwardsService;
use tonic::{Request, Response};

use crate::award::AwardNow;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::round::Decided;
use crate::{Awards, app, convert, store, streams};

#[tonic::async_trait]
impl AwardsService for Awards {
    async fn prepare_awards(&self, request: Request<pb::PrepareAwardsRequest>) -> Answer<pb::PrepareAwardsResponse> {
        let (cx, cmd) = Cx::parse::<app::PrepareAwards>(request)?;
        if let Some(done) = self.db.replay(&cx).await? {
            return Ok(Response::new(done));
        }
        policy::check_at_large(&cx.caller, Action::Prepare, "round")?;
        let round = self.peers.round(cmd.round).await?;
        let outcomes = self.peers.outcomes(cmd.round).await?;
        let of = cx.clone();
        let done = self
            .db
            .write_keyed(&cx, cmd.round, move |tx| app::prepare_awards(tx, &of, &round, outcomes.as_deref(), &cmd))
            .await?;
        Ok(Response::new(done))
    }

    async fn get_award(&self, request: Request<pb::GetAwardRequest>) -> Answer<pb::Award> {
        let cx = Cx::of(&request)?;
        let award = self.seen(&cx, Action::See, id("award_id", &request.get_ref().award_id)?).await?;
        Ok(Response::new(AwardNow { award, as_of: cx.now }.into()))
    }

    async fn list_awards(&self, request: Request<pb::ListAwardsRequest>) -> Answer<pb::ListAwardsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_awards(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let awards = store::page(tx, &filter, page.after.clone(), page.limit())?;
                Ok((awards, store::totals(tx, &filter)?))
            })
            .await;
        let (awards, totals) = found?;
        let found = asked.page.found(awards, |award| (award.bid.number, award.id.to_string()));
        let awards = found.rows.into_iter().map(|award| AwardNow { award, as_of: cx.now }.into());
        Ok(Response::new(pb::ListAwardsResponse {
            awards: awards.collect(),
            next_page_token: found.next_page_token,
            total_size: totals.n_awards,
            total_awarded: convert::total(totals.awarded_minor),
            total_paid: convert::total(totals.paid_minor),
            total_returned: convert::total(totals.returned_minor),
            as_of: Some(cx.now.into()),
        }))
    }

    async fn list_agreements(&self, request: Request<pb::ListAgreementsRequest>) -> Answer<pb::ListAgreementsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let award = self.seen(&cx, Action::See, id("award_id", &asked.award_id)?).await?;
        let bound = pb::ListAgreementsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i32>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let (of_page, of) = (page.clone(), award.id);
        let rows =
            self.db.read(move |tx| store::agreements(tx, of, of_page.after.unwrap_or(0), of_page.limit())).await?;
        let found = page.found(rows, |version| version.terms.version);
        let agreements = found.rows.into_iter().map(|version| convert::agreement(version, &award.met)).collect();
        Ok(Response::new(pb::ListAgreementsResponse { agreements, next_page_token: found.next_page_token }))
    }

    async fn offer_award(&self, request: Request<pb::OfferAwardRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::OfferAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let award = self.seen(&cx, Action::Offer, cmd.target.id).await?;
        let informed = self.peers.decided(award.round).await? == Decided::BiddersInformed;
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::offer_award(tx, &of, informed, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn accept_award(&self, request: Request<pb::AcceptAwardRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::AcceptAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let award = self.seen(&cx, Action::Accept, cmd.target.id).await?;
        let certifier_of = self.peers.certifier_of(cmd.word.certifier, award.applicant).await?;
        let of = cx.clone();
        let award =
            self.write_to_pot(&cx, cmd.target.id, move |tx| app::accept_award(tx, &of, certifier_of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn refuse_award(&self, request: Request<pb::RefuseAwardRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::RefuseAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::refuse_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn withdraw_award(&self, request: Request<pb::WithdrawAwardRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::WithdrawAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::withdraw_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn call_reserve(&self, request: Request<pb::CallReserveRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::CallReserve>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::call_reserve(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn confirm_condition(&self, request: Request<pb::ConfirmConditionRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::ConfirmCondition>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::confirm_condition(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn name_award(&self, request: Request<pb::NameAwardRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::NameAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::name_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn suspend_award(&self, request: Request<pb::SuspendAwardRequest>) -> Answer<pb::Award> {
        let (cx, convert::SuspendAward(cmd)) = Cx::parse::<convert::SuspendAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::step_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn resume_award(&self, request: Request<pb::ResumeAwardRequest>) -> Answer<pb::Award> {
        let (cx, convert::ResumeAward(cmd)) = Cx::parse::<convert::ResumeAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::step_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn terminate_award(&self, request: Request<pb::TerminateAwardRequest>) -> Answer<pb::Award> {
        let (cx, cmd) = Cx::parse::<app::TerminateAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::terminate_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn complete_award(&self, request: Request<pb::CompleteAwardRequest>) -> Answer<pb::Award> {
        let (cx, convert::CompleteAward(cmd)) = Cx::parse::<convert::CompleteAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::step_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn close_award(&self, request: Request<pb::CloseAwardRequest>) -> Answer<pb::Award> {
        let (cx, convert::CloseAward(cmd)) = Cx::parse::<convert::CloseAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::step_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn reopen_award(&self, request: Request<pb::ReopenAwardRequest>) -> Answer<pb::Award> {
        let (cx, convert::ReopenAward(cmd)) = Cx::parse::<convert::ReopenAward>(request)?;
        if let Some(award) = self.db.replay(&cx).await? {
            return Ok(Response::new(award));
        }
        let of = cx.clone();
        let award = self.write_to_pot(&cx, cmd.target.id, move |tx| app::step_award(tx, &of, &cmd)).await?;
        Ok(Response::new(award))
    }

    async fn request_variation(&self, request: Request<pb::RequestVariationRequest>) -> Answer<pb::Variation> {
        let (cx, cmd) = Cx::parse::<app::RequestVariation>(request)?;
        if let Some(variation) = self.db.replay(&cx).await? {
            return Ok(Response::new(variation));
        }
        let award = self.seen(&cx, cmd.action(), cmd.award).await?;
        let register = self.peers.register(&award, &cmd.change).await?;
        let of = cx.clone();
        let variation =
            self.write_to_pot(&cx, award.id, move |tx| app::request_variation(tx, &of, &register, &cmd)).await?;
        Ok(Response::new(variation))
    }

    async fn decide_variation(&self, request: Request<pb::DecideVariationRequest>) -> Answer<pb::Variation> {
        let (cx, cmd) = Cx::parse::<app::DecideVariation>(request)?;
        if let Some(variation) = self.db.replay(&cx).await? {
            return Ok(Response::new(variation));
        }
        let asked = cmd.id;
        let variation = self.db.read(move |tx| store::variation(tx, asked)).await?;
        let award = self.seen_of(&cx, Action::DecideVariation, variation.award, "variation").await?;
        let register = self.peers.register(&award, &variation.change).await?;
        let of = cx.clone();
        let variation =
            self.write_to_pot(&cx, award.id, move |tx| app::decide_variation(tx, &of, &register, &cmd)).await?;
        Ok(Response::new(variation))
    }

    async fn list_variations(&self, request: Request<pb::ListVariationsRequest>) -> Answer<pb::ListVariationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let of: AwardId = self.seen(&cx, Action::See, id("award_id", &asked.award_id)?).await?.id;
        let bound = pb::ListVariationsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self
            .db
            .read(move |tx| {
                let after = of_page.after.as_deref().unwrap_or("");
                store::variations(tx, of, after, of_page.limit())
            })
            .await?;
        let found = page.found(rows, |variation| variation.id.to_string());
        let variations = found.rows.into_iter().map(convert::variation).collect();
        Ok(Response::new(pb::ListVariationsResponse { variations, next_page_token: found.next_page_token }))
    }

    async fn extend_awards(&self, request: Request<pb::ExtendAwardsRequest>) -> Answer<pb::Extension> {
        let (cx, cmd) = Cx::parse::<app::ExtendAwards>(request)?;
        if let Some(extension) = self.db.replay(&cx).await? {
            return Ok(Response::new(extension));
        }
        let of = cx.clone();
        let extension = self.db.write_keyed(&cx, cmd.round, move |tx| app::extend_awards(tx, &of, &cmd)).await?;
        Ok(Response::new(extension))
    }

    async fn get_extension(&self, request: Request<pb::GetExtensionRequest>) -> Answer<pb::Extension> {
        let cx = Cx::of(&request)?;
        let asked = id("extension_id", &request.get_ref().extension_id)?;
        let extension = self.db.read(move |tx| store::extension(tx, asked)).await?;
        self.seen_round(&cx, extension.round, "extension").await?;
        Ok(Response::new(extension.into()))
    }

    async fn list_extensions(&self, request: Request<pb::ListExtensionsRequest>) -> Answer<pb::ListExtensionsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let round = id("round_id", &asked.round_id)?;
        self.seen_round(&cx, round, "round").await?;
        let bound = pb::ListExtensionsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self
            .db
            .read(move |tx| {
                let after = of_page.after.as_deref().unwrap_or("");
                store::extensions(tx, round, after, of_page.limit())
            })
            .await?;
        let found = page.found(rows, |extension| extension.id.to_string());
        let extensions = found.rows.into_iter().map(convert::extension).collect();
        Ok(Response::new(pb::ListExtensionsResponse { extensions, next_page_token: found.next_page_token }))
    }

    async fn list_award_history(
        &self,
        request: Request<pb::ListAwardHistoryRequest>,
    ) -> Answer<pb::ListAwardHistoryResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let of: AwardId = self.seen(&cx, Action::See, id("award_id", &asked.award_id)?).await?.id;
        let bound = pb::ListAwardHistoryRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i64>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of_page = page.clone();
        let rows = self.db.read(move |tx| store::history(tx, of, of_page.after.unwrap_or(0), of_page.limit())).await?;
        let found = page.found(rows, |row| row.sequence);
        let entries = found.rows.into_iter().map(convert::history_entry).collect();
        Ok(Response::new(pb::ListAwardHistoryResponse { entries, next_page_token: found.next_page_token }))
    }

    type WatchAwardsStream = Streamed<pb::WatchAwardsResponse>;

    async fn watch_awards(&self, request: Request<pb::WatchAwardsRequest>) -> Answer<Self::WatchAwardsStream> {
        Ok(Response::new(streams::watch(self, request).await?))
    }
}
