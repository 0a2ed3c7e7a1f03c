//! Follows the registry's revocations, so that a revoked subject is refused everywhere within two seconds. While they
//! cannot be read, the guard soon refuses all people and clients ([`Revocations`]); here it is told, once, and health
//! says so.

use std::time::Duration;

use kit::guard::Revocations;
use kit::time::Timestamp;
use kit::transport::Transport;
use toadlane_proto::registry::v1::ListRevocationsRequest;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use tokio_util::sync::CancellationToken;
use tonic::Status;
use tonic_health::ServingStatus;
use tonic_health::server::HealthReporter;

const ASK_EVERY: Duration = Duration::from_secs(1);
/// A registry that is under load may take its time: a reading holds for longer than that.
const ANSWER_WITHIN: Duration = Duration::from_secs(5);

/// One who asks for the revocations, again and again.
pub struct Follower {
    registry: SignInServiceClient<Transport>,
    revocations: Revocations,
    health: HealthReporter,
    position: i64,
    /// Whether people and clients are let in, as it was told last.
    lets_in: bool,
}

impl Follower {
    pub fn new(registry: Transport, revocations: Revocations, health: HealthReporter) -> Follower {
        let registry = SignInServiceClient::new(registry);
        Follower { registry, revocations, health, position: 0, lets_in: true }
    }

    /// Asks until the process stops.
    pub async fn run(mut self, stop: CancellationToken) {
        while !stop.is_cancelled() {
            tokio::select! {
                () = tokio::time::sleep(ASK_EVERY) => self.ask().await,
                () = stop.cancelled() => {}
            }
        }
    }

    /// Asks once, and tells when that changes whether people and clients are let in.
    pub async fn ask(&mut self) {
        let asked_at = Timestamp::of_this_machine().seconds();
        let read = self.read().await;
        if read.is_ok() {
            self.revocations.read(asked_at);
        }
        let lets_in = self.revocations.are_fresh(Timestamp::of_this_machine().seconds());
        if std::mem::replace(&mut self.lets_in, lets_in) == lets_in {
            return;
        }
        let status = if lets_in { ServingStatus::Serving } else { ServingStatus::NotServing };
        self.health.set_service_status("", status).await;
        match read {
            Ok(()) => tracing::warn!("revocations are read again: people and clients are let in"),
            Err(status) => {
                let (code, error) = (status.code(), status.message());
                tracing::warn!(?code, error, "revocations cannot be read, so people and clients are refused: {error}");
            }
        }
    }

    /// Reads all that is new.
    async fn read(&mut self) -> Result<(), Status> {
        loop {
            let asked = ListRevocationsRequest { after_position: self.position, ..Default::default() };
            let mut request = tonic::Request::new(asked);
            request.set_timeout(ANSWER_WITHIN);
            let answer = self.registry.list_revocations(request).await?.into_inner();
            for revocation in answer.revocations {
                let at = revocation.revoked_at.map_or(i64::MAX, |at| at.seconds);
                self.revocations.add(&revocation.subject, at);
            }
            self.position = answer.last_position;
            if !answer.more {
                return Ok(());
            }
        }
    }
}
