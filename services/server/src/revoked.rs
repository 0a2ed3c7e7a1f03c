//! Follows the registry's revocations, so that a revoked subject is refused everywhere within two seconds. While the
//! registry is down, what is known still counts.

use std::time::Duration;

use kit::guard::Revocations;
use kit::transport::Transport;
use toadlane_proto::registry::v1::ListRevocationsRequest;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use tokio_util::sync::CancellationToken;

const ASK_EVERY: Duration = Duration::from_secs(1);

pub async fn follow(registry: Transport, revocations: Revocations, stop: CancellationToken) {
    let mut client = SignInServiceClient::new(registry);
    let mut position = 0;
    while !stop.is_cancelled() {
        let mut request =
            tonic::Request::new(ListRevocationsRequest { after_position: position, ..Default::default() });
        request.set_timeout(ASK_EVERY);
        match client.list_revocations(request).await {
            Ok(answer) => {
                let answer = answer.into_inner();
                position = answer.last_position;
                for revocation in answer.revocations {
                    let at = revocation.revoked_at.map_or(i64::MAX, |at| at.seconds);
                    revocations.add(&revocation.subject, at);
                }
                if answer.more {
                    continue;
                }
            }
            Err(status) => {
                tracing::debug!(code = ?status.code(), "revocations could not be asked: {}", status.message());
            }
        }
        tokio::select! {
            () = tokio::time::sleep(ASK_EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}
