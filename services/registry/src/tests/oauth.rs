use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::tokens::KeySet;
use serde_json::Value;
use toadlane_proto::registry::v1 as pb;
use tower::ServiceExt;

use super::clients::{create, with_secret};
use super::harness::*;

struct Answered {
    status: StatusCode,
    headers: header::HeaderMap,
    body: String,
}

impl Answered {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    fn header(&self, name: header::HeaderName) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }
}

async fn call(harness: &Harness, request: Request<Body>) -> Answered {
    let response = harness.registry.http_routes().oneshot(request).await.unwrap();
    let (head, body) = response.into_parts();
    let bytes = axum::body::to_bytes(body, 1024 * 1024).await.unwrap();
    Answered { status: head.status, headers: head.headers, body: String::from_utf8(bytes.to_vec()).unwrap() }
}

fn form(body: &str) -> Request<Body> {
    Request::post("/oauth/token")
        .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(Body::from(body.to_string()))
        .unwrap()
}

fn with_basic(mut request: Request<Body>, id: &str, secret: &str) -> Request<Body> {
    let value = format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")));
    request.headers_mut().insert(header::AUTHORIZATION, value.parse().unwrap());
    request
}

async fn a_client(harness: &Harness) -> (String, String) {
    let kirklees = harness.council("KIR").await;
    let mut own = harness.as_administrator_of(kirklees);
    let request = with_secret(kirklees, &["bids.read", "bids.write"]);
    let created = create(&mut own, request).await;
    (created.client.unwrap().id, created.secret)
}

#[tokio::test]
async fn a_secret_in_the_header_or_in_the_form_gives_a_token() {
    each_engine(async |harness| {
        let (id, secret) = a_client(&harness).await;
        let in_header = with_basic(form("grant_type=client_credentials&scope=bids.read"), &id, &secret);
        let in_form = form(&format!("grant_type=client_credentials&client_id={id}&client_secret={secret}&x=ignored"));
        for (request, scope) in [(in_header, "bids.read"), (in_form, "bids.read bids.write")] {
            let answered = call(&harness, request).await;
            assert_eq!(answered.status, StatusCode::OK, "{}", answered.body);
            assert_eq!(answered.header(header::CACHE_CONTROL), "no-store");
            assert_eq!(answered.header(header::PRAGMA), "no-cache");
            let answer = answered.json();
            assert_eq!((&answer["token_type"], &answer["expires_in"]), (&Value::from("Bearer"), &Value::from(600)));
            assert_eq!(answer["scope"], scope);
            let mut signed_in = harness.with_token(answer["access_token"].as_str().unwrap());
            let who = signed_in.sign_in.who_am_i(pb::WhoAmIRequest {}).await.unwrap().into_inner();
            assert_eq!(who.subject, id);
        }
    })
    .await;
}

#[tokio::test]
async fn refusals_have_the_form_of_the_rfc() {
    each_engine(async |harness| {
        let (id, secret) = a_client(&harness).await;
        let with = |fields: &str| form(&format!("client_id={id}&client_secret={secret}&{fields}"));
        let json = Request::post("/oauth/token")
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from("{}"))
            .unwrap();
        let cases = [
            (with("grant_type=password"), 400, "unsupported_grant_type"),
            (with("grant_type=client_credentials&scope=bids.certify"), 400, "invalid_scope"),
            (with("grant_type=client_credentials&grant_type=client_credentials"), 400, "invalid_request"),
            (with("grant_type=client_credentials&client_assertion=x.y.z"), 400, "invalid_request"),
            (with_basic(with("grant_type=client_credentials"), &id, &secret), 400, "invalid_request"),
            (json, 400, "invalid_request"),
            (form("grant_type=client_credentials"), 401, "invalid_client"),
            (form(&format!("grant_type=client_credentials&client_id={id}&client_secret=no")), 401, "invalid_client"),
            (with_basic(form("grant_type=client_credentials"), &id, "no"), 401, "invalid_client"),
        ];
        for (n, (request, status, error)) in cases.into_iter().enumerate() {
            let by_header = request.headers().contains_key(header::AUTHORIZATION);
            let answered = call(&harness, request).await;
            assert_eq!(
                (answered.status.as_u16(), &answered.json()["error"]),
                (status, &Value::from(error)),
                "case {n}"
            );
            assert_eq!(answered.header(header::CACHE_CONTROL), "no-store");
            let challenged = answered.headers.contains_key(header::WWW_AUTHENTICATE);
            assert_eq!(challenged, by_header && status == 401, "case {n}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_form_that_is_too_long_is_refused() {
    each_engine(async |harness| {
        let answered = call(&harness, form(&format!("grant_type={}", "x".repeat(20_000)))).await;
        assert_eq!(
            (answered.status, &answered.json()["error"]),
            (StatusCode::BAD_REQUEST, &Value::from("invalid_request"))
        );
    })
    .await;
}

#[tokio::test]
async fn the_metadata_leads_to_the_token_form_and_the_keys() {
    each_engine(async |harness| {
        let get = |path: &str| Request::get(path).body(Body::empty()).unwrap();
        let metadata = call(&harness, get("/.well-known/oauth-authorization-server")).await.json();
        assert_eq!(metadata["issuer"], ISSUER);
        assert_eq!(metadata["token_endpoint"], format!("{ISSUER}/oauth/token"));
        assert_eq!(metadata["response_types_supported"], serde_json::json!(["none"]));
        let path = metadata["jwks_uri"].as_str().unwrap().strip_prefix(ISSUER).unwrap();
        let keys = call(&harness, get(path)).await;
        assert_eq!(keys.header(header::CONTENT_TYPE), "application/jwk-set+json");
        assert_eq!(KeySet::parse(&keys.body).unwrap().iter().count(), 2);
    })
    .await;
}
