//! The tonic traits. Each RPC is one line: how it is parsed, what is gathered for it, what it writes or reads. No rules
//! here.

mod requests;

use kit::cx::{Answer, Cx};
use kit::ids::{BoardId, OrgId};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::frameworks_service_server::FrameworksService;
use toadlane_proto::rounds::v1::rounds_service_server::RoundsService;
use tonic::{Request, Response};

use crate::Rounds;
use crate::app::{self, reading};
use crate::convert::{self, pages};
use crate::error::Error;
use crate::policy::{self, Action, Facts};
use crate::round::Round;

#[tonic::async_trait]
impl RoundsService for Rounds {
    async fn create_round(&self, request: Request<pb::CreateRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::create_round, app::create_round).await
    }

    async fn get_round(&self, request: Request<pb::GetRoundRequest>) -> Answer<pb::Round> {
        self.db.show(request, |wire, reader| reader.id("round_id", &wire.round_id), reading::round, Into::into).await
    }

    async fn list_rounds(&self, request: Request<pb::ListRoundsRequest>) -> Answer<pb::ListRoundsResponse> {
        self.db.show(request, requests::list_rounds, reading::rounds, pages::rounds).await
    }

    async fn update_round(&self, request: Request<pb::UpdateRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::update_round, app::update_round).await
    }

    /// Written out, because the registry is asked for its boards.
    async fn check_round(&self, request: Request<pb::CheckRoundRequest>) -> Answer<pb::CheckRoundResponse> {
        let (cx, id) = Cx::parse(request, |wire, reader| reader.id("round_id", &wire.round_id))?;
        let round = self.seen(&cx, Action::SeeRound, id).await?;
        let boards = self.boards(&round).await?;
        let checked = self.db.read(move |conn| reading::check(conn, &cx, &round, &boards)).await?;
        Ok(Response::new(convert::checked(checked)))
    }

    async fn schedule_round(&self, request: Request<pb::ScheduleRoundRequest>) -> Answer<pb::Round> {
        let gather = |cx, cmd| self.boards_to_schedule(cx, cmd);
        let write = |tx: &mut _, cx: &_, boards: &Vec<_>, cmd: &_| app::schedule_round(tx, cx, boards, cmd);
        self.db.take_with(request, requests::schedule_round, gather, write).await
    }

    async fn extend_round(&self, request: Request<pb::ExtendRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::extend_round, app::extend_round).await
    }

    async fn reopen_round(&self, request: Request<pb::ReopenRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::reopen_round, app::reopen_round).await
    }

    async fn cancel_round(&self, request: Request<pb::CancelRoundRequest>) -> Answer<pb::Round> {
        self.db.take(request, requests::cancel_round, app::cancel_round).await
    }

    async fn list_round_history(
        &self,
        request: Request<pb::ListRoundHistoryRequest>,
    ) -> Answer<pb::ListRoundHistoryResponse> {
        self.db.show(request, requests::list_round_history, reading::history, pages::history).await
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
        self.db
            .show(request, |wire, reader| reader.id("framework_id", &wire.framework_id), reading::framework, Into::into)
            .await
    }

    async fn list_frameworks(&self, request: Request<pb::ListFrameworksRequest>) -> Answer<pb::ListFrameworksResponse> {
        self.db.show(request, requests::list_frameworks, reading::frameworks, pages::frameworks).await
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
    /// Those of a round's boards that the registry holds.
    async fn boards(&self, round: &Round) -> Result<Vec<BoardId>, Error> {
        self.peers.boards(round.rules.boards.iter().map(|board| board.board).collect()).await
    }

    async fn boards_to_schedule(&self, cx: Cx, cmd: app::ScheduleRound) -> Result<Vec<BoardId>, Error> {
        let round = self.seen(&cx, Action::ScheduleRound, cmd.target.id).await?;
        self.boards(&round).await
    }

    async fn owner(&self, cx: Cx, cmd: app::CreateFramework) -> Result<Option<OrgId>, Error> {
        policy::check(&cx.caller, Action::CreateFramework, &Facts::New)?;
        self.peers.organisation(cmd.owner).await
    }
}
