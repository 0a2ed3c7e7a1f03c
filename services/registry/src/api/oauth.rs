//! Signing in as any OAuth library does it: the token form (RFC 6749, 4.4), the metadata (RFC 8414) and the key set
//! (RFC 7517). The work is done in `exchange.rs`; here are only the forms.

use axum::extract::rejection::FormRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::{AUTHORIZATION, CACHE_CONTROL, CONTENT_TYPE, PRAGMA, WWW_AUTHENTICATE};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use kit::caller::Scope;
use kit::fault::Fault;
use serde_json::json;
use toadlane_proto::registry::v1::ExchangeTokenRequest;

use super::exchange::{TOKEN_PATH, token_endpoint};
use crate::app::reading;
use crate::error::Error;
use crate::proof::Refused;
use crate::sign_in::AllKeys;
use crate::{Registry, convert};

/// A token form, with an assertion in it, is never longer.
const MOST_BYTES: usize = 16 * 1024;

const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
const KEYS_PATH: &str = "/.well-known/jwks.json";

/// Routes for those who have no gRPC at hand to sign in with.
pub fn routes(registry: Registry) -> Router {
    Router::new()
        .route(TOKEN_PATH, post(token))
        .route(METADATA_PATH, get(metadata))
        .route(KEYS_PATH, get(keys))
        .layer(DefaultBodyLimit::max(MOST_BYTES))
        .with_state(registry)
}

type Fields = Vec<(String, String)>;

async fn token(
    State(registry): State<Registry>,
    headers: HeaderMap,
    form: Result<Form<Fields>, FormRejection>,
) -> Response {
    let by_header = headers.contains_key(AUTHORIZATION);
    let request = match read(&headers, form) {
        Ok(request) => request,
        Err(refused) => return refusal(refused, by_header),
    };
    match registry.exchange(request).await {
        Ok(token) => {
            let answer = json!({
                "access_token": token.access_token,
                "token_type": token.token_type,
                "expires_in": token.expires_in,
                "scope": token.scope,
            });
            unstored(StatusCode::OK, &answer)
        }
        Err(refused) => refusal(refused, by_header),
    }
}

/// The form, with the client's identity and secret from the header if it has them (RFC 6749, 2.3.1).
fn read(headers: &HeaderMap, form: Result<Form<Fields>, FormRejection>) -> Result<ExchangeTokenRequest, Refused> {
    let says = "send a form of at most 16 KiB as application/x-www-form-urlencoded";
    let Form(fields) = form.map_err(|_| Refused::InvalidRequest(says))?;
    let mut request = ExchangeTokenRequest::default();
    let mut seen: Vec<String> = Vec::new();
    for (name, value) in fields {
        if seen.contains(&name) {
            return Err(Refused::InvalidRequest("a parameter stands in the form twice"));
        }
        match name.as_str() {
            "grant_type" => request.grant_type = value,
            "client_id" => request.client_id = value,
            "client_secret" => request.client_secret = value,
            "client_assertion_type" => request.client_assertion_type = value,
            "client_assertion" => request.client_assertion = value,
            "scope" => request.scope = value,
            // Unrecognised parameters are ignored (RFC 6749, 3.2).
            _ => {}
        }
        seen.push(name);
    }
    if let Some(value) = headers.get(AUTHORIZATION) {
        let (client_id, client_secret) = value.to_str().ok().and_then(basic).ok_or(Refused::InvalidClient)?;
        if !request.client_secret.is_empty() || !request.client_assertion.is_empty() {
            return Err(Refused::InvalidRequest("use one way to authenticate: the header, a secret or an assertion"));
        }
        if !request.client_id.is_empty() && request.client_id != client_id {
            return Err(Refused::InvalidRequest("the client_id differs from the one in the header"));
        }
        (request.client_id, request.client_secret) = (client_id, client_secret);
    }
    Ok(request)
}

/// Identity and secret of HTTP Basic. Neither has a character that would have to be escaped.
fn basic(value: &str) -> Option<(String, String)> {
    let (scheme, credentials) = value.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(credentials.trim()).ok()?).ok()?;
    let (client_id, client_secret) = decoded.split_once(':')?;
    Some((client_id.to_string(), client_secret.to_string()))
}

/// A refusal in the form of RFC 6749, 5.2.
fn refusal(refused: Refused, by_header: bool) -> Response {
    let says = refused.to_string();
    let (status, name) = match refused {
        Refused::UnsupportedGrantType => (StatusCode::BAD_REQUEST, "unsupported_grant_type"),
        Refused::InvalidRequest(_) => (StatusCode::BAD_REQUEST, "invalid_request"),
        Refused::InvalidScope => (StatusCode::BAD_REQUEST, "invalid_scope"),
        Refused::InvalidClient | Refused::InvalidAssertion(_) | Refused::UsedAssertion => {
            (StatusCode::UNAUTHORIZED, "invalid_client")
        }
        Refused::Failed(error) => return failed(error),
    };
    let mut response = unstored(status, &json!({ "error": name, "error_description": says }));
    if by_header && status == StatusCode::UNAUTHORIZED {
        let scheme = HeaderValue::from_static("Basic realm=\"toadlane\"");
        response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    }
    response
}

/// A fault of ours. RFC 6749 has no name for it on this form; libraries look at the status.
fn failed(error: Error) -> Response {
    // Logs the cause, once.
    let fault = Fault::from(error);
    let answer = json!({ "error": "temporarily_unavailable", "error_description": fault.message });
    unstored(StatusCode::SERVICE_UNAVAILABLE, &answer)
}

fn unstored(status: StatusCode, answer: &serde_json::Value) -> Response {
    let headers: [(HeaderName, &str); 3] =
        [(CONTENT_TYPE, "application/json"), (CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    (status, headers, answer.to_string()).into_response()
}

async fn metadata(State(registry): State<Registry>) -> Response {
    let issuer = &registry.settings.issuer;
    let answer = json!({
        "issuer": issuer,
        "token_endpoint": token_endpoint(issuer),
        "jwks_uri": format!("{}{KEYS_PATH}", issuer.trim_end_matches('/')),
        "scopes_supported": Scope::ALL.map(Scope::name),
        // RFC 8414 wants the list and wants it filled; without an authorization endpoint there is only `none` to say.
        "response_types_supported": ["none"],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt", "client_secret_basic", "client_secret_post"],
        "token_endpoint_auth_signing_alg_values_supported": ["EdDSA", "ES256", "PS256", "RS256"],
    });
    kept_for_a_minute("application/json", answer.to_string())
}

async fn keys(State(registry): State<Registry>) -> Response {
    match registry.db.read(reading::keys).await {
        Ok(AllKeys(keys)) => kept_for_a_minute("application/jwk-set+json", convert::jwks(keys)),
        Err(error) => failed(error),
    }
}

fn kept_for_a_minute(content_type: &'static str, body: String) -> Response {
    ([(CONTENT_TYPE, content_type), (CACHE_CONTROL, "public, max-age=60")], body).into_response()
}
