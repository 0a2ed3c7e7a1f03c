//! Everything that is signed: the keys of the roles, access tokens, role tokens, client assertions, receipts;
//! and the secrets and codes that are shown once.
//!
//! The only module that mentions `jsonwebtoken` and `aws-lc-rs`. The library checks signatures and nothing else:
//! its defaults accept a token without `aud` or expired by a minute, so header, claims and times are read here.
//! Times are real time in unix seconds and come in as `now`; nothing here reads a clock. Not in it: one-time use
//! of a `jti`, revoked subjects and what a caller may do; those need storage and policy.

use aws_lc_rs::rand;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde::{Deserialize, Deserializer, Serialize};

mod access;
mod assertion;
mod keys;
mod seal;
mod secret;
mod statement;
#[cfg(test)]
mod tests;

pub use access::{
    ACCESS_LIFETIME_S, AccessClaims, Expect, ROLE_LIFETIME_S, RoleClaims, TokenCache, Verified, mint, mint_role,
    verify_access, verify_role,
};
pub use assertion::{ASSERTION_LIFETIME_S, Alg, AssertionClaims, ClientKey, peek_client, verify_assertion};
pub use keys::{KeyError, KeySet, PublicKey, SigningKey};
pub use seal::Seal;
pub use secret::{Code, Secret};
pub use statement::{sign_statement, verify_statement};

/// Seconds by which two clocks may differ.
pub const LEEWAY_S: i64 = 5;

/// The longest token or assertion that is looked at, in bytes.
pub const TOKEN_LIMIT: usize = 8 * 1024;

/// Why a token is refused. No message repeats anything out of the token.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TokenError {
    #[error("it is longer than {limit} bytes")]
    TooLong { limit: usize },
    #[error("it is not a compact JWS with a JSON header")]
    NotJws,
    #[error("its type (`typ`) must be {expected}")]
    Type { expected: String },
    #[error("its header has `crit`, and no extension is understood here")]
    Critical,
    #[error("it must be signed with {accepted}")]
    Algorithm { accepted: &'static str },
    #[error("its header names no key (`kid`)")]
    NoKeyId,
    #[error("no known key has its key id; a key id is the RFC 7638 thumbprint of the key")]
    UnknownKey,
    #[error("its key does not sign for the role {role}")]
    KeyOfAnotherRole { role: String },
    #[error("its key was retired before it was issued")]
    RetiredKey,
    #[error("its signature does not match")]
    Signature,
    #[error("a claim is missing or of the wrong type; times are whole seconds")]
    Claims,
    #[error("it has no `{claim}`")]
    Missing { claim: &'static str },
    #[error("its issuer (`iss`) must be {expected}")]
    Issuer { expected: String },
    #[error("its audience (`aud`) must be {expected}, alone")]
    Audience { expected: String },
    #[error("its issuer (`iss`) and its subject (`sub`) must be the same")]
    Subject,
    #[error("its `jti` must have 1 to 255 characters")]
    Jti,
    #[error("it has expired")]
    Expired,
    #[error("it is not valid yet (`nbf`); check the clock that issued it")]
    NotYetValid,
    #[error("it was issued in the future (`iat`); check the clock that issued it")]
    IssuedInFuture,
    #[error("it may live {max_s} seconds at most")]
    Lifetime { max_s: i64 },
    #[error("a statement is a JSON object that says when it was issued (`iat`, whole seconds)")]
    Undated,
    #[error("a statement cannot have the type of a token")]
    ReservedType,
}

/// What is read of a header. A key inside a token or an address of one (`jwk`, `jku`, `x5c`, `x5u`) is not read:
/// keys come from our own set.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    // Present counts, `null` too: an extension we skipped could change what the signature covers.
    #[serde(default, deserialize_with = "present")]
    crit: bool,
}

fn present<'de, D: Deserializer<'de>>(member: D) -> Result<bool, D::Error> {
    IgnoredAny::deserialize(member).map(|_| true)
}

/// A compact JWS taken apart; nothing in it is believed until [`Jws::signed_by`] has said yes.
struct Jws<'a> {
    header: Header,
    message: &'a str,
    signature: &'a str,
    payload: Vec<u8>,
}

impl Jws<'_> {
    fn take_apart(text: &str, limit: usize) -> Result<Jws<'_>, TokenError> {
        if text.len() > limit {
            return Err(TokenError::TooLong { limit });
        }
        let (message, signature) = text.rsplit_once('.').ok_or(TokenError::NotJws)?;
        let (header, payload) = message.split_once('.').ok_or(TokenError::NotJws)?;
        let header = URL_SAFE_NO_PAD.decode(header).map_err(|_| TokenError::NotJws)?;
        let header: Header = object(&header).ok_or(TokenError::NotJws)?;
        let payload = URL_SAFE_NO_PAD.decode(payload).map_err(|_| TokenError::NotJws)?;
        if header.crit {
            return Err(TokenError::Critical);
        }
        Ok(Jws { header, message, signature, payload })
    }

    /// The type without its optional `application/` (RFC 7515, 4.1.9), compared as media types are.
    fn is_type(&self, expected: &str) -> bool {
        let Some(typ) = self.header.typ.as_deref() else {
            return false;
        };
        let bare = match typ.split_once('/') {
            Some((tree, bare)) if tree.eq_ignore_ascii_case("application") => bare,
            Some(_) | None => typ,
        };
        bare.eq_ignore_ascii_case(expected)
    }

    fn expect_type(&self, expected: &str) -> Result<(), TokenError> {
        if self.is_type(expected) { Ok(()) } else { Err(TokenError::Type { expected: expected.to_string() }) }
    }

    /// The key id of one of our own tokens, which are signed with EdDSA and nothing else.
    fn our_key_id(&self) -> Result<&str, TokenError> {
        if self.header.alg != "EdDSA" {
            return Err(TokenError::Algorithm { accepted: "EdDSA" });
        }
        self.header.kid.as_deref().ok_or(TokenError::NoKeyId)
    }

    /// The algorithm is the key's, never the header's.
    fn signed_by(&self, key: &DecodingKey, alg: Algorithm) -> Result<(), TokenError> {
        match jsonwebtoken::crypto::verify(self.signature, self.message.as_bytes(), key, alg) {
            Ok(true) => Ok(()),
            Ok(false) | Err(_) => Err(TokenError::Signature),
        }
    }

    fn claims<T: DeserializeOwned>(&self) -> Result<T, TokenError> {
        object(&self.payload).ok_or(TokenError::Claims)
    }
}

/// Reads a JSON object. Serde would fill a struct from a list as well, claim by claim in our order.
fn object<T: DeserializeOwned>(json: &[u8]) -> Option<T> {
    json.trim_ascii_start().starts_with(b"{").then(|| serde_json::from_slice(json).ok())?
}

/// Signs claims as a compact JWS with the key's id.
///
/// Errors only when the claims cannot be written as JSON.
fn sign(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<String, jsonwebtoken::errors::Error> {
    let mut header = jsonwebtoken::Header::new(Algorithm::EdDSA);
    header.typ = Some(typ.to_string());
    header.kid = Some(key.kid().to_string());
    jsonwebtoken::encode(&header, claims, key.private())
}

/// Refuses from `exp` on (RFC 7519, 4.1.4: the first second at which it no longer holds), less the leeway.
fn check_expiry(exp: i64, now: i64) -> Result<(), TokenError> {
    if now >= exp.saturating_add(LEEWAY_S) { Err(TokenError::Expired) } else { Ok(()) }
}

fn check_begun(nbf: i64, now: i64) -> Result<(), TokenError> {
    if nbf > now.saturating_add(LEEWAY_S) { Err(TokenError::NotYetValid) } else { Ok(()) }
}

fn check_issued(iat: i64, now: i64) -> Result<(), TokenError> {
    if iat > now.saturating_add(LEEWAY_S) { Err(TokenError::IssuedInFuture) } else { Ok(()) }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("RAND_bytes of AWS-LC returns one or ends the process");
    bytes
}
