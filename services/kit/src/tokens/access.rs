//! Tokens that we issue ourselves: access tokens of `registry` for callers, and role tokens between services.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use moka::sync::Cache;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Jws, KeySet, SigningKey, TOKEN_LIMIT, TokenError, check_begun, check_expiry, check_issued, random, sign};

/// The longest life of an access token, in seconds.
pub const ACCESS_LIFETIME_S: i64 = 15 * 60;

/// The life of a role token, in seconds.
pub const ROLE_LIFETIME_S: i64 = 5 * 60;

pub(super) const ACCESS_TYPE: &str = "at+jwt";
pub(super) const ROLE_TYPE: &str = "role+jwt";

/// The one role whose keys sign access tokens.
const ISSUING_ROLE: &str = "registry";

/// What an access token says (RFC 9068). A claim that is not optional here makes a token without it unreadable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccessClaims {
    pub iss: String,
    /// One audience: a token with a list is refused.
    pub aud: String,
    pub sub: String,
    pub jti: String,
    /// Unix seconds, as the two below.
    pub iat: i64,
    pub nbf: i64,
    /// The first second at which it no longer holds.
    pub exp: i64,
    /// The organisation of a client, or the one that a person belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub org: Option<String>,
    /// `role@org_..` for a role in one organisation, `role` for one in the whole network.
    pub roles: Vec<String>,
    /// Separated by spaces.
    pub scope: String,
    /// The integration client through which the subject came.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_id: Option<String>,
    /// Whether the subject has a seat on a board, is to have one, or had one within a year.
    pub sits: bool,
}

/// Who must have issued an access token, and for whom.
#[derive(Clone, Debug)]
pub struct Expect {
    pub issuer: String,
    pub audience: String,
}

impl AccessClaims {
    fn check(&self, expect: &Expect, now: i64) -> Result<(), TokenError> {
        if self.iss != expect.issuer {
            return Err(TokenError::Issuer { expected: expect.issuer.clone() });
        }
        if self.aud != expect.audience {
            return Err(TokenError::Audience { expected: expect.audience.clone() });
        }
        check_window(self.iat, self.nbf, self.exp, ACCESS_LIFETIME_S, now)
    }
}

/// Signs an access token with a key of `registry`.
pub fn mint(key: &SigningKey, claims: &AccessClaims) -> String {
    sign(key, ACCESS_TYPE, claims).expect("the claims are texts and numbers, and the key was read when it was made")
}

/// Checks an access token in full.
///
/// Errors as [`TokenError`] says, from `exp` plus the leeway on, and for a key that is not a role key of `registry`.
pub fn verify_access(keys: &KeySet, token: &str, expect: &Expect, now: i64) -> Result<AccessClaims, TokenError> {
    let (_, claims) = open_access(keys, &Jws::take_apart(token, TOKEN_LIMIT)?, expect, now)?;
    Ok(claims)
}

fn open_access(keys: &KeySet, jws: &Jws<'_>, expect: &Expect, now: i64) -> Result<(String, AccessClaims), TokenError> {
    jws.expect_type(ACCESS_TYPE)?;
    let key = keys.signer(jws)?;
    key.signs_for(ISSUING_ROLE)?;
    let claims: AccessClaims = jws.claims()?;
    key.in_service(claims.iat)?;
    claims.check(expect, now)?;
    Ok((key.kid(), claims))
}

/// What one service says of itself to another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoleClaims {
    /// `role:bids`, and the same as `sub`.
    pub iss: String,
    pub sub: String,
    pub aud: String,
    pub jti: String,
    /// Unix seconds, as the two below.
    pub iat: i64,
    pub nbf: i64,
    /// The first second at which it no longer holds.
    pub exp: i64,
}

impl RoleClaims {
    /// The role without its prefix, such as `bids`.
    pub fn role(&self) -> &str {
        self.iss.strip_prefix("role:").unwrap_or(&self.iss)
    }

    fn check(&self, audience: &str, now: i64) -> Result<(), TokenError> {
        if self.sub != self.iss {
            return Err(TokenError::Subject);
        }
        if self.aud != audience {
            return Err(TokenError::Audience { expected: audience.to_string() });
        }
        check_window(self.iat, self.nbf, self.exp, ROLE_LIFETIME_S, now)
    }
}

/// Signs a token of the key's own role for one audience, good for five minutes.
pub fn mint_role(key: &SigningKey, audience: &str, now: i64) -> String {
    let name = format!("role:{}", key.role());
    let claims = RoleClaims {
        iss: name.clone(),
        sub: name,
        aud: audience.to_string(),
        jti: URL_SAFE_NO_PAD.encode(random::<16>()),
        iat: now,
        nbf: now,
        exp: now.saturating_add(ROLE_LIFETIME_S),
    };
    sign(key, ROLE_TYPE, &claims).expect("the claims are texts and numbers, and the key was read when it was made")
}

/// Checks a role token in full; the role it names is that of the key that signed it.
pub fn verify_role(keys: &KeySet, token: &str, audience: &str, now: i64) -> Result<RoleClaims, TokenError> {
    let (_, claims) = open_role(keys, &Jws::take_apart(token, TOKEN_LIMIT)?, audience, now)?;
    Ok(claims)
}

fn open_role(keys: &KeySet, jws: &Jws<'_>, audience: &str, now: i64) -> Result<(String, RoleClaims), TokenError> {
    jws.expect_type(ROLE_TYPE)?;
    let key = keys.signer(jws)?;
    let claims: RoleClaims = jws.claims()?;
    let expected = format!("role:{}", key.role);
    if claims.iss != expected {
        return Err(TokenError::Issuer { expected });
    }
    key.in_service(claims.iat)?;
    claims.check(audience, now)?;
    Ok((key.kid(), claims))
}

fn check_window(iat: i64, nbf: i64, exp: i64, max_s: i64, now: i64) -> Result<(), TokenError> {
    if exp.saturating_sub(iat) > max_s {
        return Err(TokenError::Lifetime { max_s });
    }
    check_issued(iat, now)?;
    check_begun(nbf, now)?;
    check_expiry(exp, now)
}

/// The claims of a bearer token that was found good.
#[derive(Clone, Debug)]
pub enum Verified {
    Access(Arc<AccessClaims>),
    Area(Arc<RoleClaims>),
}

/// Tokens already verified, by digest: checking a signature costs more than the RPC.
///
/// Only the signature is remembered. Times and the state of the key are checked at every call, so a token that
/// expires or whose key is retired or gone from the set is refused at once. Bounded; the least useful go first.
pub struct TokenCache {
    expect: Expect,
    role_audience: String,
    seen: Cache<[u8; 32], (String, Verified)>,
}

impl TokenCache {
    /// A cache for one place: access tokens as expected there, role tokens for its audience.
    pub fn new(expect: Expect, role_audience: impl Into<String>) -> TokenCache {
        let seen = Cache::builder()
            .max_capacity(10_000)
            .time_to_live(Duration::from_secs(ACCESS_LIFETIME_S.unsigned_abs()))
            .build();
        TokenCache { expect, role_audience: role_audience.into(), seen }
    }

    /// Checks an access token or a role token, whichever its type says it is.
    pub fn verify(&self, keys: &KeySet, token: &str, now: i64) -> Result<Verified, TokenError> {
        if token.len() > TOKEN_LIMIT {
            return Err(TokenError::TooLong { limit: TOKEN_LIMIT });
        }
        let digest: [u8; 32] = Sha256::digest(token).into();
        if let Some((kid, verified)) = self.seen.get(&digest) {
            self.check_again(keys, &kid, &verified, now)?;
            return Ok(verified);
        }
        let jws = Jws::take_apart(token, TOKEN_LIMIT)?;
        let (kid, verified) = if jws.is_type(ROLE_TYPE) {
            let (kid, claims) = open_role(keys, &jws, &self.role_audience, now)?;
            (kid, Verified::Area(Arc::new(claims)))
        } else {
            let (kid, claims) = open_access(keys, &jws, &self.expect, now)?;
            (kid, Verified::Access(Arc::new(claims)))
        };
        self.seen.insert(digest, (kid, verified.clone()));
        Ok(verified)
    }

    fn check_again(&self, keys: &KeySet, kid: &str, verified: &Verified, now: i64) -> Result<(), TokenError> {
        let key = keys.get(kid).ok_or(TokenError::UnknownKey)?;
        match verified {
            Verified::Access(claims) => {
                key.in_service(claims.iat)?;
                claims.check(&self.expect, now)
            }
            Verified::Area(claims) => {
                key.in_service(claims.iat)?;
                claims.check(&self.role_audience, now)
            }
        }
    }
}
