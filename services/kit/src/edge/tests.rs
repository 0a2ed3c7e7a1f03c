use axum::body::{Body, to_bytes};
use axum::routing::{any, post};
use tonic_types::StatusExt;
use tower::ServiceExt;

use super::*;

/// One RPC whose handler takes anything, as tonic's do, and one page.
fn site() -> Router {
    let router = Router::new()
        .route("/toadlane.bids.v1.BidsService/{*rest}", any(async || "handled"))
        .route("/oauth/token", post(async || "token"));
    edge(router, ["/toadlane.bids.v1.BidsService/SubmitBid".to_string()])
}

const RPC: &str = "/toadlane.bids.v1.BidsService/SubmitBid";

async fn ask(method: Method, path: &str, content_type: &str) -> Response {
    ask_by(Version::HTTP_2, method, path, content_type).await
}

async fn ask_by(version: Version, method: Method, path: &str, content_type: &str) -> Response {
    let request = Request::builder().version(version).method(method).uri(path);
    let request = request.header(CONTENT_TYPE, content_type).body(Body::empty()).unwrap();
    site().oneshot(request).await.unwrap()
}

async fn text(response: Response) -> String {
    String::from_utf8(to_bytes(response.into_body(), 1000).await.unwrap().to_vec()).unwrap()
}

#[tokio::test]
async fn a_call_reaches_its_handler() {
    for kind in ["application/grpc", "application/grpc+proto", "Application/gRPC", "application/grpc; a=b"] {
        assert_eq!(text(ask(Method::POST, RPC, kind).await).await, "handled", "{kind}");
    }
}

#[tokio::test]
async fn a_page_reaches_its_handler() {
    let answer = ask_by(Version::HTTP_11, Method::POST, "/oauth/token", "application/x-www-form-urlencoded");
    assert_eq!(text(answer.await).await, "token");
}

#[tokio::test]
async fn an_rpc_takes_no_other_verb() {
    for kind in ["application/grpc", "text/plain"] {
        let answer = ask(Method::GET, RPC, kind).await;
        assert_eq!(answer.status(), StatusCode::METHOD_NOT_ALLOWED, "{kind}");
        assert_eq!(answer.headers()[ALLOW], "POST");
    }
}

#[tokio::test]
async fn an_rpc_takes_no_other_content_type() {
    for kind in ["application/json", "application/grpc+json", "application/grpc-web", "application/grpcx", ""] {
        let answer = ask(Method::POST, RPC, kind).await;
        assert_eq!(answer.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE, "{kind}");
    }
}

#[tokio::test]
async fn a_call_over_http_1_reaches_no_handler() {
    let answer = ask_by(Version::HTTP_11, Method::POST, RPC, "application/grpc").await;
    assert_eq!(answer.status(), StatusCode::HTTP_VERSION_NOT_SUPPORTED);
}

#[tokio::test]
async fn an_unknown_rpc_is_unimplemented_and_says_why() {
    for path in ["/toadlane.bids.v1.BidsService/Nope", "/nowhere.v1.NoService/Nope", "/oauth/token", "/"] {
        let answer = ask(Method::POST, path, "application/grpc").await;
        assert_eq!(answer.status(), StatusCode::OK, "{path}");
        assert_eq!(answer.headers()[CONTENT_TYPE], "application/grpc");
        let status = Status::from_header_map(answer.headers()).unwrap();
        assert_eq!(status.code(), Code::Unimplemented);
        assert_eq!(status.get_details_error_info().unwrap().reason, "UNKNOWN_RPC");
        assert_eq!(text(answer).await, "");
    }
}

#[tokio::test]
async fn an_rpc_of_a_role_that_is_not_here_is_unimplemented() {
    let elsewhere = edge(Router::new(), [RPC.to_string()]);
    let request = Request::post(RPC).version(Version::HTTP_2).header(CONTENT_TYPE, "application/grpc");
    let answer = elsewhere.oneshot(request.body(Body::empty()).unwrap()).await.unwrap();
    assert_eq!(Status::from_header_map(answer.headers()).unwrap().code(), Code::Unimplemented);
}

#[tokio::test]
async fn an_unknown_path_is_404_in_plain_text() {
    for path in ["/nowhere", "/", "/toadlane.bids.v1.BidsService/Nope", "/toadlane.bids.v1.BidsService/"] {
        let answer = ask(Method::GET, path, "text/html").await;
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{path}");
        assert_eq!(text(answer).await, "there is nothing at this address\n");
    }
}
