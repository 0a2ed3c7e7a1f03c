//! The clock service: tells the time, and moves the held clocks of this process.

use futures_util::future::BoxFuture;
use kit::caller::Role;
use kit::cx::Cx;
use kit::db::Db;
use kit::fault::{Fault, Reason, Violation};
use kit::time::Timestamp;
use toadlane_proto::types::v1 as pb;
use toadlane_proto::types::v1::clock_service_server::ClockService;
use tonic::{Code, Request, Response, Status};

/// Does everything that is due in a role.
pub type Tick = Box<dyn Fn() -> BoxFuture<'static, Result<(), Status>> + Send + Sync>;

/// The clocks of the roles hosted here, in the order in which the roles call each other.
pub struct Clocks {
    pub dbs: Vec<Db>,
    pub ticks: Vec<Tick>,
}

impl Clocks {
    fn tell(&self) -> pb::Clock {
        let first = self.dbs.first().map(Db::clock);
        let now = first.map_or_else(Timestamp::of_this_machine, kit::clock::Clock::now);
        pb::Clock { now: Some(now.into()), held: first.is_some_and(kit::clock::Clock::is_held) }
    }
}

#[tonic::async_trait]
impl ClockService for Clocks {
    async fn get_clock(&self, _: Request<pb::GetClockRequest>) -> Result<Response<pb::Clock>, Status> {
        Ok(Response::new(self.tell()))
    }

    async fn set_clock(&self, request: Request<pb::SetClockRequest>) -> Result<Response<pb::Clock>, Status> {
        let cx = Cx::of(&request)?;
        if !cx.caller.has(Role::NetworkAdministrator) {
            let who_may = "a network administrator";
            let fault = Fault::new(Code::PermissionDenied, Reason::NotAllowed, format!("{who_may} may do this"));
            return Err(fault.with("who_may", who_may).into());
        }
        if !self.tell().held {
            let says = "this store follows real time; make one with `toadlane init --clock` to move its clock";
            return Err(Fault::new(Code::FailedPrecondition, Reason::ClockNotHeld, says).into());
        }
        let to = Timestamp::try_from(request.into_inner().now.unwrap_or_default());
        let to = to.map_err(|cause| Fault::invalid(vec![Violation::new("now", "timestamp", cause.to_string())]))?;
        // Moving forward only makes a repeated request harmless: no answer needs to be stored.
        for db in &self.dbs {
            db.move_clock(to).await.map_err(|error| error.fault())?;
        }
        for tick in &self.ticks {
            tick().await?;
        }
        Ok(Response::new(self.tell()))
    }
}
