//! Signed statements such as receipts: facts that anyone can verify offline, years later, with the key set.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::access::{ACCESS_TYPE, ROLE_TYPE};
use super::{Jws, KeySet, SigningKey, TokenError, sign};

/// The longest statement, in bytes.
const STATEMENT_LIMIT: usize = 256 * 1024;

/// Every statement says in `iat` (real time, unix seconds) when it was signed: once its key is retired, that
/// decides whether it still counts.
#[derive(Deserialize)]
struct Issued {
    iat: i64,
}

/// Signs claims as a compact JWS of a type, such as `toadlane-receipt+jws`.
///
/// Errors when the claims have no `iat` or are too long, and for the types of our tokens: a statement that could
/// pass for a token would be one.
pub fn sign_statement(key: &SigningKey, typ: &str, claims: &impl Serialize) -> Result<String, TokenError> {
    if [ACCESS_TYPE, ROLE_TYPE].iter().any(|taken| typ.to_ascii_lowercase().ends_with(taken)) {
        return Err(TokenError::ReservedType);
    }
    let statement = sign(key, typ, claims).map_err(|_| TokenError::Undated)?;
    let jws = Jws::take_apart(&statement, STATEMENT_LIMIT)?;
    jws.claims::<Issued>().map_err(|_| TokenError::Undated)?;
    Ok(statement)
}

/// Checks a statement of one type that a key of one role must have signed; returns its claims and the key's id.
///
/// It does not expire. Errors when its key was retired at or before its `iat`.
pub fn verify_statement<T: DeserializeOwned>(
    keys: &KeySet,
    typ: &str,
    statement: &str,
    signed_role: &str,
) -> Result<(T, String), TokenError> {
    let jws = Jws::take_apart(statement, STATEMENT_LIMIT)?;
    jws.expect_type(typ)?;
    let key = keys.signer(&jws)?;
    key.signs_for(signed_role)?;
    let issued: Issued = jws.claims().map_err(|_| TokenError::Undated)?;
    key.in_service(issued.iat)?;
    Ok((jws.claims()?, key.kid()))
}
