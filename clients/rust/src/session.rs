//! Signing in: a client's key or secret for a token, once for everybody who waits for it.
//!
//! A token is renewed while it still holds, beside the calls that use it; nobody waits for that. Only a first call,
//! and one after a long pause, waits. Times here are those of this machine's monotonic clock.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared};
use http::header::{CONTENT_TYPE, HeaderValue};
use http_body_util::{BodyExt, Limited};
use serde::Deserialize;
use toadlane_proto::registry::v1::sign_in_service_client::SignInServiceClient;
use toadlane_proto::registry::v1::{AccessToken, ExchangeTokenRequest};
use tokio::time::{Instant, timeout};
use tonic::Status;
use tonic::body::Body;
use tower::ServiceExt;

use crate::key::ClientKey;
use crate::unsigned::{Unsigned, unreachable};

/// Who calls. `Debug` never shows a secret.
#[derive(Clone)]
pub enum Credentials {
    /// A council's system with a key of its own (`private_key_jwt`, RFC 7523): `cli_..` and the key.
    Key { client_id: String, key: ClientKey },
    /// A small system with a secret: `cli_..` and the secret.
    Secret { client_id: String, secret: String },
    /// A person, with the access token that `FinishSignIn` answered. It lasts ten minutes and is not renewed.
    Token(String),
    /// Nobody: for what is public, and for signing in.
    Anonymous,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Credentials::Key { client_id, key } => write!(f, "Key({client_id}, {})", key.kid()),
            Credentials::Secret { client_id, secret: _ } => write!(f, "Secret({client_id})"),
            Credentials::Token(_) => write!(f, "Token"),
            Credentials::Anonymous => write!(f, "Anonymous"),
        }
    }
}

/// A token with less than this left is renewed beside the call.
const RENEW_BELOW: Duration = Duration::from_secs(60);
/// A token with less than this left is not used any more: it could expire on its way.
const USE_ABOVE: Duration = Duration::from_secs(5);
/// How long signing in may take.
const EXCHANGE_LIMIT: Duration = Duration::from_secs(10);
const METADATA_PATH: &str = "/.well-known/oauth-authorization-server";
const METADATA_MOST_BYTES: usize = 64 * 1024;
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// A client that signs in when it must. All clones of a [`crate::Client`] share it.
pub(crate) struct Session {
    client_id: String,
    proof: Proof,
    /// The registry, without a token: who asks for one has none.
    registry: Unsigned,
    kept: Mutex<Kept>,
}

enum Proof {
    Key(ClientKey),
    Secret(String),
}

#[derive(Default)]
struct Kept {
    token: Option<Token>,
    /// The exchange under way, whose outcome is everybody's.
    exchange: Option<Exchange>,
}

#[derive(Clone)]
struct Token {
    bearer: HeaderValue,
    expires_at: Instant,
}

type Exchange = Shared<BoxFuture<'static, Result<Token, Status>>>;

impl Session {
    pub fn by_key(registry: Unsigned, client_id: String, key: ClientKey) -> Session {
        Session { client_id, proof: Proof::Key(key), registry, kept: Mutex::default() }
    }

    pub fn by_secret(registry: Unsigned, client_id: String, secret: String) -> Session {
        Session { client_id, proof: Proof::Secret(secret), registry, kept: Mutex::default() }
    }

    /// The value of the `authorization` header, after signing in if there is no token that holds.
    pub async fn bearer(self: &Arc<Session>) -> Result<HeaderValue, Status> {
        let exchange = {
            let mut kept = self.kept();
            let now = Instant::now();
            let held = kept.token.clone().map(|token| (token.expires_at.saturating_duration_since(now), token.bearer));
            match held {
                Some((left, bearer)) if left >= RENEW_BELOW => return Ok(bearer),
                Some((left, bearer)) if left >= USE_ABOVE => {
                    // It runs by itself; who comes next finds the new token.
                    drop(self.exchange(&mut kept));
                    return Ok(bearer);
                }
                Some(_) | None => self.exchange(&mut kept),
            }
        };
        Ok(exchange.await?.bearer)
    }

    /// Drops a token that the platform refused, unless it was renewed meanwhile.
    pub fn forget(&self, bearer: &HeaderValue) {
        let mut kept = self.kept();
        if kept.token.as_ref().is_some_and(|token| token.bearer == *bearer) {
            kept.token = None;
        }
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The exchange under way, or a new one.
    fn exchange(self: &Arc<Session>, kept: &mut Kept) -> Exchange {
        if let Some(exchange) = &kept.exchange {
            return exchange.clone();
        }
        let session = Arc::clone(self);
        let run = async move {
            let says = "signing in took too long; try again";
            let got = timeout(EXCHANGE_LIMIT, session.sign_in()).await;
            let got = got.unwrap_or_else(|_| Err(Status::unavailable(says)));
            let mut kept = session.kept();
            kept.exchange = None;
            if let Ok(token) = &got {
                kept.token = Some(token.clone());
            }
            got
        };
        let exchange = run.boxed().shared();
        kept.exchange = Some(exchange.clone());
        // A task of its own: it must end even when every call that waits for it is given up.
        tokio::spawn(exchange.clone());
        exchange
    }

    async fn sign_in(&self) -> Result<Token, Status> {
        let asked = ExchangeTokenRequest {
            grant_type: "client_credentials".to_string(),
            client_id: self.client_id.clone(),
            ..Default::default()
        };
        let asked = match &self.proof {
            Proof::Secret(secret) => ExchangeTokenRequest { client_secret: secret.clone(), ..asked },
            Proof::Key(key) => {
                let issuer = self.issuer().await?;
                let client_assertion = key.assertion(&self.client_id, &issuer, unix_seconds());
                let client_assertion_type = JWT_BEARER.to_string();
                ExchangeTokenRequest { client_assertion_type, client_assertion, ..asked }
            }
        };
        let asked_at = Instant::now();
        let mut registry = SignInServiceClient::new(self.registry.clone());
        let AccessToken { access_token, expires_in, .. } = registry.exchange_token(asked).await?.into_inner();
        let lifetime = Duration::from_secs(expires_in.try_into().unwrap_or(0));
        let bearer = bearer(&access_token).ok_or_else(|| Status::internal("the registry answered with no token"))?;
        Ok(Token { bearer, expires_at: asked_at + lifetime })
    }

    /// The name that the registry publishes for itself (RFC 8414): the audience of assertions.
    async fn issuer(&self) -> Result<String, Status> {
        #[derive(Deserialize)]
        struct Metadata {
            issuer: String,
        }
        let request = http::Request::get(METADATA_PATH).header(CONTENT_TYPE, "application/json").body(Body::empty());
        let request = request.expect("the path and the header are constants");
        let response = self.registry.clone().oneshot(request).await?;
        let status = response.status();
        if status.is_server_error() {
            return Err(Status::unavailable(format!("the registry answered {status} when it was asked for its name")));
        }
        let body = Limited::new(response.into_body(), METADATA_MOST_BYTES).collect().await;
        let body = body.map_err(|error| unreachable(&*error))?.to_bytes();
        let metadata: Option<Metadata> = serde_json::from_slice(&body).ok();
        let says = "there is no registry to sign in with at this address";
        metadata.map(|metadata| metadata.issuer).ok_or_else(|| Status::failed_precondition(says))
    }
}

/// None when it has characters that no header can carry.
pub(crate) fn bearer(token: &str) -> Option<HeaderValue> {
    let mut value = HeaderValue::from_str(&format!("Bearer {token}")).ok()?;
    value.set_sensitive(true);
    Some(value)
}

/// Tokens live in real time, whatever the platform's clock says.
fn unix_seconds() -> u64 {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
