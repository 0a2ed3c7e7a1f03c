//! Trying again under one request id, so that what took effect unseen is answered and not done twice.

use std::future::Future;
use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};
use tonic::{Response, Status};
use uuid::Uuid;

use crate::refusal::Refusal;

/// How long [`retry`] goes on.
pub(crate) const TOTAL: Duration = Duration::from_secs(60);
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// Calls until there is an answer, for up to a minute. `call` is given the request id to send, the same each time.
///
/// Tried again are refusals that pass by themselves ([`Refusal::may_be_tried_again`]): parts that cannot be reached,
/// broken connections, passed deadlines. A call that reads takes no request id and ignores it.
///
/// ```no_run
/// # use toadlane_client::{Client, Refusal, proto::bids::v1 as pb, retry};
/// # async fn example(client: &Client, bid: pb::Bid) -> Result<(), Refusal> {
/// let bid = retry(|request_id| {
///     let mut bids = client.bids();
///     let (bid_id, etag) = (bid.id.clone(), bid.etag.clone());
///     async move { bids.submit_bid(pb::SubmitBidRequest { request_id, bid_id, etag, ..Default::default() }).await }
/// })
/// .await?;
/// # Ok(())
/// # }
/// ```
///
/// # Errors
/// The first refusal that does not pass, or the last one when the minute has.
pub async fn retry<T, A>(call: impl FnMut(String) -> A) -> Result<T, Refusal>
where
    A: Future<Output = Result<Response<T>, Status>>,
{
    retry_for(TOTAL, call).await
}

/// The same with a limit of the caller's own, which cuts off a call that hangs too.
///
/// # Errors
/// As [`retry`].
pub async fn retry_for<T, A>(total: Duration, mut call: impl FnMut(String) -> A) -> Result<T, Refusal>
where
    A: Future<Output = Result<Response<T>, Status>>,
{
    let request_id = new_request_id();
    let answer = again(total, || call(request_id.clone())).await?;
    Ok(answer.into_inner())
}

/// An id for one request, however often it is sent.
pub(crate) fn new_request_id() -> String {
    Uuid::now_v7().to_string()
}

/// Runs `call` until it succeeds, is refused for good, or the time is over.
pub(crate) async fn again<T, A>(total: Duration, call: impl FnMut() -> A) -> Result<T, Refusal>
where
    A: Future<Output = Result<T, Status>>,
{
    Ok(again_as_it_came(total, call).await?)
}

/// The same, with the refusal as it came.
pub(crate) async fn again_as_it_came<T, A>(total: Duration, mut call: impl FnMut() -> A) -> Result<T, Status>
where
    A: Future<Output = Result<T, Status>>,
{
    let until = Instant::now() + total;
    let mut last = None;
    let mut n_tries = 0;
    loop {
        let status = match timeout_at(until, call()).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(status)) => status,
            // What the platform said before tells more than that nothing came this time.
            Err(_) => return Err(last.unwrap_or_else(|| no_answer(total))),
        };
        let refusal = Refusal::from(status.clone());
        let wait = pause(n_tries, refusal.retry_after, luck());
        if !refusal.may_be_tried_again() || Instant::now() + wait >= until {
            return Err(status);
        }
        n_tries += 1;
        last = Some(status);
        sleep(wait).await;
    }
}

fn no_answer(total: Duration) -> Status {
    let says = format!("no answer came within {} s; try again with the same request id", total.as_secs_f64());
    Status::deadline_exceeded(says)
}

/// How long to wait after the `n_tries`-th failure, counted from 0: doubling, at least what the platform asked for,
/// and up to half as much again by luck (0 to 1), so that callers who failed together do not come back together.
pub(crate) fn pause(n_tries: u32, asked: Option<Duration>, luck: f64) -> Duration {
    let doubled = FIRST_PAUSE.saturating_mul(2_u32.saturating_pow(n_tries.min(16)));
    let least = doubled.min(LONGEST_PAUSE).max(asked.unwrap_or_default());
    least.mul_f64(1.0 + luck / 2.0)
}

/// From 0 to 1. The last bits of a UUID are random.
pub(crate) fn luck() -> f64 {
    f64::from((Uuid::now_v7().as_u128() & 0xffff) as u16) / f64::from(u16::MAX)
}

#[cfg(test)]
mod tests;
