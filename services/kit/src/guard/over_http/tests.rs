//! Forms behind the guard, as their callers see them.

use axum::body::Body;
use axum::routing::{get, post};
use bytes::Bytes;
use http_body::Frame;
use http_body_util::{BodyExt, StreamBody};
use tower::ServiceExt;

use super::super::tests::{SHOWN, house_with, peer};
use super::super::{PerMinute, Revocations};
use super::*;

const TOKEN: &str = "/oauth/token";

/// Some forms, which wait a moment for their bodies.
fn forms(per_minute: PerMinute) -> Router {
    let routes = Router::new()
        .route(TOKEN, post(async |body: Bytes| (StatusCode::UNAUTHORIZED, body)))
        .route(SHOWN, get("shown"))
        .route("/panics", get(async || -> &'static str { panic!("a bug in a form") }));
    within(routes, house_with(Revocations::complete(), per_minute).door, Duration::from_millis(100))
}

fn request(method: &str, path: &str, address: &str, body: Body) -> Request {
    let mut request = http::Request::builder().method(method).uri(path).body(body).unwrap();
    request.extensions_mut().insert(peer(address));
    request
}

async fn asked(forms: &Router, request: Request) -> (StatusCode, String) {
    let response = forms.clone().oneshot(request).await.unwrap();
    let status = response.status();
    let body = response.into_body().collect().await.unwrap().to_bytes();
    (status, String::from_utf8(body.to_vec()).unwrap())
}

/// C-1.11: a body of one byte was waited for without an end.
#[tokio::test]
async fn a_slow_body_ends_and_one_that_is_whole_is_answered() {
    let forms = forms(PerMinute::default());
    let first = futures_util::stream::iter([Ok::<_, std::io::Error>(Frame::data(Bytes::from_static(b"g")))]);
    let slow = StreamBody::new(futures_util::StreamExt::chain(first, futures_util::stream::pending()));
    let (status, says) = asked(&forms, request("POST", TOKEN, "192.0.2.1", Body::new(slow))).await;
    assert_eq!(status, StatusCode::REQUEST_TIMEOUT);
    assert!(says.contains("took longer than it may"), "{says}");
    let whole = asked(&forms, request("POST", TOKEN, "192.0.2.1", Body::from("grant_type=none"))).await;
    assert_eq!(whole, (StatusCode::UNAUTHORIZED, "grant_type=none".to_string()));
}

/// C-1.11
#[tokio::test]
async fn a_form_that_panics_is_answered_and_tells_nothing() {
    let forms = forms(PerMinute::default());
    let (status, says) = asked(&forms, request("GET", "/panics", "192.0.2.1", Body::empty())).await;
    assert_eq!(status, StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!says.contains("bug"), "{says}");
    assert_eq!(asked(&forms, request("GET", SHOWN, "192.0.2.1", Body::empty())).await.0, StatusCode::OK);
}

/// C-1.10, C-1.11: nothing counted the guesses at a client's secret.
#[tokio::test]
async fn a_form_counts_as_a_sign_in_and_what_is_only_shown_does_not() {
    let forms = forms(PerMinute { anonymous: 3, sign_ins: 2, signed_in: 0 });
    let token = |address| request("POST", TOKEN, address, Body::from("guess"));
    for _ in 0..2 {
        assert_eq!(asked(&forms, token("192.0.2.1")).await.0, StatusCode::UNAUTHORIZED);
    }
    let refused = forms.clone().oneshot(token("192.0.2.1")).await.unwrap();
    assert_eq!(refused.status(), StatusCode::TOO_MANY_REQUESTS);
    let wait: u64 = refused.headers()[RETRY_AFTER].to_str().unwrap().parse().unwrap();
    assert!((1..=30).contains(&wait), "{wait} s");
    assert_eq!(asked(&forms, token("192.0.2.2")).await.0, StatusCode::UNAUTHORIZED);
    for expected in [StatusCode::OK, StatusCode::OK, StatusCode::OK, StatusCode::TOO_MANY_REQUESTS] {
        assert_eq!(asked(&forms, request("GET", SHOWN, "192.0.2.1", Body::empty())).await.0, expected);
    }
}
