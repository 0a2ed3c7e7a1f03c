//! Following bids for as long as the caller likes, over restarts and broken connections.

use std::time::Duration;

use futures_util::stream;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::bids::v1::{WatchBidsRequest, WatchBidsResponse};
use tokio::time::{sleep, timeout};
use tonic::{Code, Status, Streaming};

use crate::answers::Answers;
use crate::client::Client;
use crate::refusal::Refusal;
use crate::retry::{luck, pause};
use crate::signed::Signed;

/// The platform gives a sign of life each 15 s; a stream that is silent for longer than this is dead.
const SILENT_MOST: Duration = Duration::from_secs(45);

impl Client {
    /// Every change of the bids that the caller may see, from the request's resume token, or from now without one.
    ///
    /// After a break it resumes by itself with the last token, so that no change is missed and none comes twice. A
    /// response without a bid is a sign of life; store its token too, and a later watch goes on from there. It ends
    /// only with a refusal that does not pass, such as `RESUME_TOKEN_TOO_OLD`: list, then watch again without one.
    pub fn watch_bids(&self, request: WatchBidsRequest) -> Answers<'static, WatchBidsResponse> {
        let watch = Watch { bids: self.bids(), request, stream: None, n_breaks: 0 };
        Answers::new(stream::try_unfold(watch, |mut watch| async move {
            let response = watch.next().await?;
            Ok::<_, Refusal>(Some((response, watch)))
        }))
    }
}

struct Watch {
    bids: BidsServiceClient<Signed>,
    /// With the token to resume from.
    request: WatchBidsRequest,
    stream: Option<Streaming<WatchBidsResponse>>,
    /// Since the last response.
    n_breaks: u32,
}

impl Watch {
    async fn next(&mut self) -> Result<WatchBidsResponse, Refusal> {
        loop {
            let silent = || Err(Status::unavailable("the stream gave no sign of life"));
            let refusal = match timeout(SILENT_MOST, self.receive()).await.unwrap_or_else(|_| silent()) {
                Ok(response) => {
                    self.n_breaks = 0;
                    self.request.resume_token.clone_from(&response.resume_token);
                    return Ok(response);
                }
                Err(status) => Refusal::from(status),
            };
            // A sign-in may run out while it is watched with; the next watch begins with a new one.
            let ran_out = self.stream.take().is_some() && refusal.code == Code::Unauthenticated;
            if !ran_out && !refusal.may_be_tried_again() {
                return Err(refusal);
            }
            sleep(pause(self.n_breaks, refusal.retry_after, luck())).await;
            self.n_breaks += 1;
        }
    }

    async fn receive(&mut self) -> Result<WatchBidsResponse, Status> {
        let stream = match &mut self.stream {
            Some(stream) => stream,
            None => self.stream.insert(self.bids.watch_bids(self.request.clone()).await?.into_inner()),
        };
        stream.message().await?.ok_or_else(|| Status::unavailable("the stream ended"))
    }
}
