//! The tonic traits. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod requests;

use std::collections::BTreeSet;

use kit::cx::{Answer, Cx, Target};
use kit::ids::{BoardId, OrgId, RoundId};
use kit::shapes::{counted, listed, listed_or_all, one, page, reasoned, step};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::frameworks_service_server::FrameworksService;
use toadlane_proto::rounds::v1::rounds_service_server::RoundsService;
use tonic::{Request, Response};

use crate::Rounds;
use crate::app::{self, reading};
use crate::error::Error;
use crate::policy::{self, Action};
use crate::round::Round;

#[tonic::async_trait]
impl RoundsService for Rounds {
    async fn create_round(&self, request: Request<pb::CreateRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::create_round, app::create_round).await
    }

    async fn get_round(&self, request: Request<pb::GetRoundRequest>) -> Answer<pb::Round> {
        self.db.show(request, one, reading::round, pb::Round::from).await
    }

    async fn list_rounds(&self, request: Request<pb::ListRoundsRequest>) -> Answer<pb::ListRoundsResponse> {
        self.db.show(request, requests::list_rounds, reading::rounds, counted).await
    }

    async fn update_round(&self, request: Request<pb::UpdateRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::update_round, app::update_round).await
    }

    /// Written out, because the registry is asked for its boards.
    async fn check_round(&self, request: Request<pb::CheckRoundRequest>) -> Answer<pb::CheckRoundResponse> {
        let (cx, id) = Cx::parse(request, one)?;
        let round = self.seen(cx.clone(), Action::SeeRound, id).await?;
        let boards = self.peers.boards(&round.rules.boards).await?;
        let checked = self.db.read(move |conn| reading::check(conn, &cx, &round, &boards)).await?;
        Ok(Response::new(checked.into()))
    }

    async fn schedule_round(&self, request: Request<pb::ScheduleRoundRequest>) -> Answer<pb::Round> {
        self.db.take_with(request, step, |cx, cmd| self.boards_to_schedule(cx, cmd), app::schedule_round).await
    }

    async fn extend_round(&self, request: Request<pb::ExtendRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::extend_round, app::extend_round).await
    }

    async fn reopen_round(&self, request: Request<pb::ReopenRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::reopen_round, app::reopen_round).await
    }

    async fn cancel_round(&self, request: Request<pb::CancelRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, reasoned, app::cancel_round).await
    }

    async fn list_round_history(
        &self,
        request: Request<pb::ListRoundHistoryRequest>,
    ) -> Answer<pb::ListRoundHistoryResponse> {
        self.db.show(request, listed, reading::history, page).await
    }
}

#[tonic::async_trait]
impl FrameworksService for Rounds {
    async fn create_framework(&self, request: Request<pb::CreateFrameworkRequest>) -> Answer<pb::Framework> {
        self.db
            .take_with(request, requests::create_framework, |cx, cmd| self.owner(cx, cmd), app::create_framework)
            .await
    }

    async fn get_framework(&self, request: Request<pb::GetFrameworkRequest>) -> Answer<pb::Framework> {
        self.db.show(request, one, reading::framework, pb::Framework::from).await
    }

    async fn list_frameworks(&self, request: Request<pb::ListFrameworksRequest>) -> Answer<pb::ListFrameworksResponse> {
        self.db.show(request, listed_or_all, reading::frameworks, counted).await
    }

    async fn add_framework_version(&self, request: Request<pb::AddFrameworkVersionRequest>) -> Answer<pb::Framework> {
        self.db.take(request, requests::add_framework_version, app::add_framework_version).await
    }

    async fn update_framework_version(
        &self,
        request: Request<pb::UpdateFrameworkVersionRequest>,
    ) -> Answer<pb::Framework> {
        self.db.take(request, requests::update_framework_version, app::update_framework_version).await
    }
}

/// Facts that writes need.
impl Rounds {
    /// The round, if the caller may do this with it.
    async fn seen(&self, cx: Cx, action: Action, id: RoundId) -> Result<Round, Error> {
        self.db.read(move |conn| reading::seen(conn, &cx, action, id)).await
    }

    /// Those of the round's boards that the registry holds.
    async fn boards_to_schedule(&self, cx: Cx, cmd: Target<RoundId>) -> Result<BTreeSet<BoardId>, Error> {
        let round = self.seen(cx, Action::ScheduleRound, cmd.id).await?;
        self.peers.boards(&round.rules.boards).await
    }

    /// The organisation named, if the registry holds it.
    async fn owner(&self, cx: Cx, cmd: app::CreateFramework) -> Result<Option<OrgId>, Error> {
        policy::check_at_large(&cx.caller, Action::CreateFramework, "framework")?;
        self.peers.organisation(cmd.owner).await
    }
}
