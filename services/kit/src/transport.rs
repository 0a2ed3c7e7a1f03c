//! How one role reaches another: the same generated client over one boxed transport, which is either the local routes
//! behind their guard or a channel.

use std::sync::{Arc, Mutex, PoisonError};

use http::{HeaderValue, Request, Response, header};
use tonic::body::Body;
use tonic::transport::{Certificate, Channel, ClientTlsConfig, Endpoint};
use tonic::{Code, Status};
use tower::util::BoxCloneSyncService;
use tower::{ServiceExt, service_fn};

use crate::fault::{Fault, Reason};
use crate::time::Timestamp;
use crate::tokens::{self, SigningKey};

/// The audience of every token of ours.
pub const AUDIENCE: &str = "toadlane";

/// Carries a call to a role, wherever it is placed. The error is a [`Status`]: with a boxed error no handler that
/// awaits a client over this compiles as `Send`.
pub type Transport = BoxCloneSyncService<Request<Body>, Response<Body>, Status>;

/// A token is minted anew at this age; it holds for five minutes.
const RENEW_AFTER_S: i64 = 120;

/// A channel to a role in another process. It connects when it is first used, and again after a loss.
///
/// # Errors
/// When the address is no URL, or the certificate cannot be used.
pub fn remote(address: &str, authority: Option<&[u8]>) -> Result<Transport, tonic::transport::Error> {
    let mut endpoint = Endpoint::from_shared(address.to_string())?
        .connect_timeout(std::time::Duration::from_secs(2))
        .http2_keep_alive_interval(std::time::Duration::from_secs(10))
        .keep_alive_while_idle(true);
    if address.starts_with("https:") {
        let tls = ClientTlsConfig::new();
        endpoint = endpoint.tls_config(match authority {
            Some(pem) => tls.ca_certificate(Certificate::from_pem(pem)),
            None => tls,
        })?;
    }
    let channel: Channel = endpoint.connect_lazy();
    Ok(BoxCloneSyncService::new(service_fn(move |request: Request<Body>| {
        let channel = channel.clone();
        async move { channel.oneshot(request).await.map_err(|error| as_refusal(&error)) }
    })))
}

/// A channel enforces deadlines on the caller's side as `CANCELLED`; locally the guard says `DEADLINE_EXCEEDED`.
/// Both placements shall say the same.
fn as_refusal(error: &tonic::transport::Error) -> Status {
    let mut cause: Option<&(dyn std::error::Error + 'static)> = Some(error);
    while let Some(inner) = cause {
        if inner.is::<tonic::TimeoutExpired>() {
            let says = "the time limit of the call passed; try again with the same request id";
            return Fault::new(Code::DeadlineExceeded, Reason::DeadlinePassed, says).into();
        }
        cause = inner.source();
    }
    Fault::try_again("a part of the platform cannot be reached; try again with the same request id").into()
}

/// The same transport, with a token of the calling role on each call.
pub fn signed(transport: Transport, key: Arc<SigningKey>) -> Transport {
    let token: Arc<Mutex<Option<(i64, HeaderValue)>>> = Arc::default();
    BoxCloneSyncService::new(service_fn(move |mut request: Request<Body>| {
        let transport = transport.clone();
        let value = {
            let mut held = token.lock().unwrap_or_else(PoisonError::into_inner);
            // Tokens live in real time, whatever the platform's clock says.
            let now = Timestamp::of_this_machine().seconds();
            match held.as_ref() {
                Some((minted_at, value)) if now - minted_at < RENEW_AFTER_S => value.clone(),
                Some(_) | None => {
                    let bearer = format!("Bearer {}", tokens::mint_role(&key, AUDIENCE, now));
                    let mut value = HeaderValue::from_str(&bearer).expect("a token is made of base64url and dots");
                    value.set_sensitive(true);
                    *held = Some((now, value.clone()));
                    value
                }
            }
        };
        request.headers_mut().insert(header::AUTHORIZATION, value);
        async move { transport.oneshot(request).await }
    }))
}
