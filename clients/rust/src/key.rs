//! The key pair with which a council's system proves who it is.
//!
//! Ed25519 only: the platform also takes the keys of other libraries, but this one makes its own.

use std::fmt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use sha2::{Digest, Sha256};

/// How long an assertion holds, in seconds. The platform takes up to 600; half of it leaves a clock that is five
/// minutes wrong, either way, able to sign in.
const ASSERTION_LIFETIME_S: u64 = 300;

const PRIVATE: &str = "PRIVATE KEY";
const PUBLIC: &str = "PUBLIC KEY";

/// A SubjectPublicKeyInfo up to its 32 bytes (RFC 8410).
const SPKI: [u8; 12] = [0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("no key could be generated")]
    Generate,
    #[error("the key must be an unencrypted Ed25519 private key in PKCS#8 PEM (BEGIN PRIVATE KEY)")]
    NotPrivateKey,
}

/// The Ed25519 key pair of a client. `Debug` shows its id only.
#[derive(Clone)]
pub struct ClientKey {
    kid: String,
    public: [u8; 32],
    pkcs8: Vec<u8>,
}

impl ClientKey {
    /// A new key pair.
    ///
    /// # Errors
    /// When the machine has no randomness to give.
    pub fn generate() -> Result<ClientKey, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
        ClientKey::from_pkcs8(pkcs8.as_ref()).ok_or(KeyError::Generate)
    }

    /// Reads what [`ClientKey::to_pkcs8_pem`] or `openssl genpkey -algorithm ed25519` wrote.
    ///
    /// # Errors
    /// For anything else: public keys, encrypted keys, other algorithms.
    pub fn from_pkcs8_pem(pem: &str) -> Result<ClientKey, KeyError> {
        let body = pem.trim().strip_prefix(&format!("-----BEGIN {PRIVATE}-----"));
        let body = body.and_then(|rest| rest.strip_suffix(&format!("-----END {PRIVATE}-----")));
        let body: String = body.ok_or(KeyError::NotPrivateKey)?.split_whitespace().collect();
        let pkcs8 = STANDARD.decode(body).map_err(|_| KeyError::NotPrivateKey)?;
        ClientKey::from_pkcs8(&pkcs8).ok_or(KeyError::NotPrivateKey)
    }

    /// The private key, to be kept where only its owner reads it.
    pub fn to_pkcs8_pem(&self) -> String {
        pem(PRIVATE, &self.pkcs8)
    }

    /// The public key (SubjectPublicKeyInfo), to be registered with `CreateClient` or `AddClientKey`.
    pub fn public_pem(&self) -> String {
        pem(PUBLIC, &[&SPKI[..], &self.public].concat())
    }

    /// The thumbprint of the public key (RFC 7638), by which the platform names it.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// A client's word for itself (RFC 7523), to be used once. `now` is in unix seconds.
    pub(crate) fn assertion(&self, client_id: &str, issuer: &str, now: u64) -> String {
        // No `iat`: it would make a clock that is a few seconds fast unable to sign in.
        let claims = serde_json::json!({
            "iss": client_id,
            "sub": client_id,
            "aud": issuer,
            "jti": uuid::Uuid::now_v7().to_string(),
            "exp": now + ASSERTION_LIFETIME_S,
        });
        let header = Header { kid: Some(self.kid.clone()), ..Header::new(Algorithm::EdDSA) };
        jsonwebtoken::encode(&header, &claims, &EncodingKey::from_ed_der(&self.pkcs8))
            .expect("the key was checked when it was made, and the claims are texts and a number")
    }

    fn from_pkcs8(pkcs8: &[u8]) -> Option<ClientKey> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
        let public: [u8; 32] = pair.public_key().as_ref().try_into().ok()?;
        Some(ClientKey { kid: thumbprint(&public), public, pkcs8: pkcs8.to_vec() })
    }
}

impl fmt::Debug for ClientKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ClientKey({})", self.kid)
    }
}

/// SHA-256 over the members that make up the key, in the order of their names (RFC 7638, RFC 8037).
fn thumbprint(public: &[u8; 32]) -> String {
    let x = URL_SAFE_NO_PAD.encode(public);
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
    URL_SAFE_NO_PAD.encode(Sha256::digest(jwk))
}

pub(crate) fn pem(label: &str, der: &[u8]) -> String {
    let text = STANDARD.encode(der);
    let mut pem = format!("-----BEGIN {label}-----\n");
    for line in text.as_bytes().chunks(64) {
        pem.extend(line.iter().map(|&byte| char::from(byte)));
        pem.push('\n');
    }
    pem.push_str(&format!("-----END {label}-----\n"));
    pem
}

#[cfg(test)]
mod tests;
