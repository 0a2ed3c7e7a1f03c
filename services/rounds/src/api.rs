//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::{etag, id};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::frameworks_service_server::FrameworksService;
use toadlane_proto::rounds::v1::rounds_service_server::RoundsService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::policy::{self, Action, Facts};
use crate::round::RoundNow;
use crate::{Rounds, app, convert, store};

#[tonic::async_trait]
impl RoundsService for Rounds {
    async fn create_round(&self, request: Request<pb::CreateRoundRequest>) -> Answer<pb::Round> {
        let (cx, cmd) = Cx::parse::<app::CreateRound>(request)?;
        if let Some(round) = self.db.replay(&cx).await? {
            return Ok(Response::new(round));
        }
        let of = cx.clone();
        let round = self.db.write(&cx, move |tx| app::create_round(tx, &of, &cmd)).await?;
        Ok(Response::new(round))
    }

    async fn get_round(&self, request: Request<pb::GetRoundRequest>) -> Answer<pb::Round> {
        let cx = Cx::of(&request)?;
        let round = self.seen(&cx, Action::SeeRound, id("round_id", &request.get_ref().round_id)?).await?;
        Ok(Response::new(RoundNow { round, as_of: cx.now }.into()))
    }

    async fn list_rounds(&self, request: Request<pb::ListRoundsRequest>) -> Answer<pb::ListRoundsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_rounds(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let of = asked.clone();
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let rounds = store::page_of_rounds(tx, &of.filter, of.page.after.as_deref(), of.page.limit())?;
                Ok((rounds, store::n_rounds(tx, &of.filter)?))
            })
            .await;
        let (rounds, total_size) = found?;
        let found = asked.page.found(rounds, |round| round.id.to_string());
        let shown = |round| convert::without_questions(convert::round(RoundNow { round, as_of: cx.now }));
        Ok(Response::new(pb::ListRoundsResponse {
            rounds: found.rows.into_iter().map(shown).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_round(&self, request: Request<pb::UpdateRoundRequest>) -> Answer<pb::Round> {
        let (cx, cmd) = Cx::parse::<app::UpdateRound>(request)?;
        if let Some(round) = self.db.replay(&cx).await? {
            return Ok(Response::new(round));
        }
        let of = cx.clone();
        let round = self.db.write(&cx, move |tx| app::update_round(tx, &of, &cmd)).await?;
        Ok(Response::new(round))
    }

    async fn check_round(&self, request: Request<pb::CheckRoundRequest>) -> Answer<pb::CheckRoundResponse> {
        let cx = Cx::of(&request)?;
        let round = self.seen(&cx, Action::SeeRound, id("round_id", &request.get_ref().round_id)?).await?;
        let boards = self.boards(&round).await?;
        let etag = etag(round.version);
        let missing: Result<_, Error> =
            self.db.read(move |tx| round.missing(&app::known(tx, &round, &boards)?, cx.now)).await;
        let missing = missing?.into_iter().map(convert::missing).collect();
        Ok(Response::new(pb::CheckRoundResponse { missing, etag }))
    }

    async fn schedule_round(&self, request: Request<pb::ScheduleRoundRequest>) -> Answer<pb::Round> {
        let (cx, cmd) = Cx::parse::<app::ScheduleRound>(request)?;
        if let Some(round) = self.db.replay(&cx).await? {
            return Ok(Response::new(round));
        }
        let boards = self.boards(&self.seen(&cx, Action::ScheduleRound, cmd.target.id).await?).await?;
        let of = cx.clone();
        let round = self.db.write(&cx, move |tx| app::schedule_round(tx, &of, &boards, &cmd)).await?;
        Ok(Response::new(round))
    }

    async fn extend_round(&self, request: Request<pb::ExtendRoundRequest>) -> Answer<pb::Round> {
        let (cx, cmd) = Cx::parse::<app::ExtendRound>(request)?;
        if let Some(round) = self.db.replay(&cx).await? {
            return Ok(Response::new(round));
        }
        let of = cx.clone();
        let round = self.db.write(&cx, move |tx| app::extend_round(tx, &of, &cmd)).await?;
        Ok(Response::new(round))
    }

    async fn reopen_round(&self, request: Request<pb::ReopenRoundRequest>) -> Answer<pb::Round> {
        let (cx, cmd) = Cx::parse::<app::ReopenRound>(request)?;
        if let Some(round) = self.db.replay(&cx).await? {
            return Ok(Response::new(round));
        }
        let of = cx.clone();
        let round = self.db.write(&cx, move |tx| app::reopen_round(tx, &of, &cmd)).await?;
        Ok(Response::new(round))
    }

    async fn cancel_round(&self, request: Request<pb::CancelRoundRequest>) -> Answer<pb::Round> {
        let (cx, cmd) = Cx::parse::<app::CancelRound>(request)?;
        if let Some(round) = self.db.replay(&cx).await? {
            return Ok(Response::new(round));
        }
        let of = cx.clone();
        let round = self.db.write(&cx, move |tx| app::cancel_round(tx, &of, &cmd)).await?;
        Ok(Response::new(round))
    }

    async fn list_round_history(
        &self,
        request: Request<pb::ListRoundHistoryRequest>,
    ) -> Answer<pb::ListRoundHistoryResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let round = self.seen(&cx, Action::SeeRound, id("round_id", &asked.round_id)?).await?.id;
        let bound = pb::ListRoundHistoryRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<i64>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let of = page.clone();
        let rows = self.db.read(move |tx| store::history(tx, round, of.after.unwrap_or(0), of.limit())).await?;
        let found = page.found(rows, |entry| entry.line.sequence);
        let entries = found.rows.into_iter().map(convert::history_entry).collect();
        Ok(Response::new(pb::ListRoundHistoryResponse { entries, next_page_token: found.next_page_token }))
    }
}

#[tonic::async_trait]
impl FrameworksService for Rounds {
    async fn create_framework(&self, request: Request<pb::CreateFrameworkRequest>) -> Answer<pb::Framework> {
        let (cx, cmd) = Cx::parse::<app::CreateFramework>(request)?;
        if let Some(framework) = self.db.replay(&cx).await? {
            return Ok(Response::new(framework));
        }
        policy::check(&cx.caller, Action::CreateFramework, &Facts::New)?;
        let owner = self.peers.organisation(cmd.owner).await?;
        let of = cx.clone();
        let framework = self.db.write(&cx, move |tx| app::create_framework(tx, &of, owner, &cmd)).await?;
        Ok(Response::new(framework))
    }

    async fn get_framework(&self, request: Request<pb::GetFrameworkRequest>) -> Answer<pb::Framework> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::SeeFramework, &Facts::Published)?;
        let id = id("framework_id", &request.get_ref().framework_id)?;
        let framework = self.db.read(move |tx| store::framework(tx, id)).await?;
        Ok(Response::new(framework.into()))
    }

    async fn list_frameworks(&self, request: Request<pb::ListFrameworksRequest>) -> Answer<pb::ListFrameworksResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::SeeFramework, &Facts::Published)?;
        let asked = convert::list_frameworks(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let of = asked.clone();
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let frameworks = store::page_of_frameworks(tx, of.filter, of.page.after.as_deref(), of.page.limit())?;
                Ok((frameworks, store::n_frameworks(tx, of.filter)?))
            })
            .await;
        let (frameworks, total_size) = found?;
        let found = asked.page.found(frameworks, |framework| framework.id.to_string());
        let shown = |framework| convert::without_statements(convert::framework(framework));
        Ok(Response::new(pb::ListFrameworksResponse {
            frameworks: found.rows.into_iter().map(shown).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn add_framework_version(&self, request: Request<pb::AddFrameworkVersionRequest>) -> Answer<pb::Framework> {
        let (cx, cmd) = Cx::parse::<app::AddVersion>(request)?;
        if let Some(framework) = self.db.replay(&cx).await? {
            return Ok(Response::new(framework));
        }
        let of = cx.clone();
        let framework = self.db.write(&cx, move |tx| app::add_version(tx, &of, &cmd)).await?;
        Ok(Response::new(framework))
    }

    async fn update_framework_version(
        &self,
        request: Request<pb::UpdateFrameworkVersionRequest>,
    ) -> Answer<pb::Framework> {
        let (cx, cmd) = Cx::parse::<app::UpdateVersion>(request)?;
        if let Some(framework) = self.db.replay(&cx).await? {
            return Ok(Response::new(framework));
        }
        let of = cx.clone();
        let framework = self.db.write(&cx, move |tx| app::update_version(tx, &of, &cmd)).await?;
        Ok(Response::new(framework))
    }
}
