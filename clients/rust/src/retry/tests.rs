use std::sync::Mutex;

use tonic::Code;
use tonic_types::{ErrorDetails, StatusExt};

use super::*;

const S: Duration = Duration::from_secs(1);

#[test]
fn pauses_double_up_to_five_seconds() {
    let pauses_ms = [0, 1, 2, 5, 6, 1000].map(|n_tries| pause(n_tries, None, 0.0).as_millis());
    assert_eq!(pauses_ms, [100, 200, 400, 3200, 5000, 5000]);
}

#[test]
fn luck_adds_up_to_half_and_the_platforms_wish_is_the_least() {
    assert_eq!(pause(0, None, 1.0), Duration::from_millis(150));
    assert_eq!(pause(0, Some(8 * S), 0.0), 8 * S);
    assert_eq!(pause(0, Some(8 * S), 1.0), 12 * S);
    assert!((0..100).all(|_| (0.0..=1.0).contains(&luck())));
}

/// Answers with the statuses in turn, and after them with the id of the request.
async fn through(total: Duration, statuses: Vec<Status>) -> (Result<String, Refusal>, Vec<String>) {
    let ids = Mutex::new(Vec::new());
    let answer = retry_for(total, |request_id| {
        let mut ids = ids.lock().unwrap();
        ids.push(request_id.clone());
        let status = statuses.get(ids.len() - 1).cloned();
        async move { status.map_or(Ok(Response::new(request_id)), Err) }
    })
    .await;
    (answer, ids.into_inner().unwrap())
}

#[tokio::test(start_paused = true)]
async fn a_request_keeps_its_id_through_every_try() {
    let statuses = vec![Status::unavailable(""), Status::deadline_exceeded(""), Status::unavailable("")];
    let (answer, ids) = through(60 * S, statuses).await;
    let id = answer.unwrap();
    assert_eq!(ids, vec![id.clone(); 4]);
    assert!(Uuid::parse_str(&id).is_ok());
}

#[tokio::test(start_paused = true)]
async fn an_old_etag_is_not_tried_again() {
    let (answer, ids) = through(60 * S, vec![Status::aborted("merge first")]).await;
    assert_eq!((answer.unwrap_err().code, ids.len()), (Code::Aborted, 1));
}

#[tokio::test(start_paused = true)]
async fn the_platforms_wish_to_wait_is_kept() {
    let mut details = ErrorDetails::new();
    details.set_retry_info(Some(20 * S));
    let begun = Instant::now();
    let busy = Status::with_error_details(Code::Unavailable, "busy", details);
    through(60 * S, vec![busy]).await.0.unwrap();
    assert!((20 * S..=31 * S).contains(&begun.elapsed()), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn the_last_refusal_is_the_answer_when_the_time_is_over() {
    let begun = Instant::now();
    let (answer, ids) = through(10 * S, vec![Status::unavailable("still restarting"); 1000]).await;
    assert_eq!(answer.unwrap_err().message, "still restarting");
    assert!(begun.elapsed() <= 10 * S && ids.len() > 5, "{:?}, {} tries", begun.elapsed(), ids.len());
}

#[tokio::test(start_paused = true)]
async fn a_call_that_hangs_is_given_up_in_time() {
    let begun = Instant::now();
    let hangs = |_| std::future::pending::<Result<Response<()>, Status>>();
    let refusal = retry_for(10 * S, hangs).await.unwrap_err();
    assert_eq!((refusal.code, begun.elapsed()), (Code::DeadlineExceeded, 10 * S));
}
