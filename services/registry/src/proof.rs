//! How a client proves who it is, and why it may not get a token.

use kit::db::DbError;
use kit::time::Timestamp;
use kit::tokens::{self, LEEWAY_S, TokenError};

use crate::client::{Client, Credentials};
use crate::error::Error;

/// Why no token is given.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    #[error("the grant type must be client_credentials")]
    UnsupportedGrantType,
    #[error("{0}")]
    InvalidRequest(&'static str),
    #[error("no such client, or not its secret")]
    InvalidClient,
    #[error("the assertion is refused: {0}")]
    InvalidAssertion(#[from] TokenError),
    #[error("the assertion was used before; make a new one, with a jti of its own, for each token")]
    UsedAssertion,
    #[error("the client has no such scope; ask its administrator")]
    InvalidScope,
    #[error("the platform failed")]
    Failed(#[from] Error),
}

/// One way to prove which client it is.
#[derive(Clone, Debug)]
pub enum Proof {
    Secret(String),
    Assertion(String),
}

/// An assertion that is used up with its token, and until when that must be remembered.
#[derive(Clone, Debug)]
pub struct Once {
    pub jti: String,
    pub until: Timestamp,
}

impl Proof {
    /// Whether it proves that it is this client, as the client now is. It is not known here whether an assertion was
    /// used before.
    ///
    /// # Errors
    /// [`Refused::InvalidClient`] for a wrong or retired secret, for another client's assertion, and for the kind of
    /// proof that this one does not use, [`Refused::InvalidAssertion`] for what is wrong with an assertion,
    /// [`Refused::Failed`] for a stored key that cannot be read.
    pub fn check(&self, client: &Client, accepted: &[String], now: Timestamp) -> Result<Option<Once>, Refused> {
        match (self, &client.credentials) {
            (Proof::Secret(given), Credentials::Secrets(secrets)) => {
                let mut working = secrets.iter().filter(|secret| secret.works_at(now));
                let is_one = working.any(|secret| tokens::Secret::matches(given, &secret.digest));
                if is_one { Ok(None) } else { Err(Refused::InvalidClient) }
            }
            (Proof::Assertion(assertion), Credentials::Keys(keys)) => {
                let mut public_keys = Vec::with_capacity(keys.len());
                for key in keys.iter().filter(|key| key.works_at(now)) {
                    let unreadable = |cause| Error::Db(DbError::Inconsistent(format!("key {}: {cause}", key.id)));
                    public_keys.push(tokens::ClientKey::parse(&key.jwk, None).map_err(unreadable)?);
                }
                let claims = tokens::verify_assertion(&public_keys, assertion, accepted, now.seconds())?;
                if claims.sub != client.id.to_string() {
                    return Err(Refused::InvalidClient);
                }
                let until = Timestamp::from_micros(0).plus_seconds(claims.exp + LEEWAY_S);
                Ok(Some(Once { jti: claims.jti, until }))
            }
            (Proof::Secret(_), Credentials::Keys(_)) | (Proof::Assertion(_), Credentials::Secrets(_)) => {
                Err(Refused::InvalidClient)
            }
        }
    }
}

/// The scopes asked for, or all that the client has.
///
/// # Errors
/// [`Refused::InvalidScope`] for one that the client does not have.
pub fn granted(client: &Client, scopes: &str) -> Result<String, Refused> {
    let has: Vec<&str> = client.scopes.iter().map(|scope| scope.name()).collect();
    let mut wanted: Vec<&str> = scopes.split_ascii_whitespace().collect();
    if wanted.iter().any(|name| !has.contains(name)) {
        return Err(Refused::InvalidScope);
    }
    wanted.sort_unstable();
    wanted.dedup();
    Ok(if wanted.is_empty() { has.join(" ") } else { wanted.join(" ") })
}
