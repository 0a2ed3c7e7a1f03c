//! How a council's system proves who it is: a client assertion (RFC 7523, `private_key_jwt`) signed with a key whose
//! public half its administrator registered, one algorithm per key.

use std::fmt;
use std::str::FromStr;

use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED, ParsedPublicKey};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use jsonwebtoken::jwk::AlgorithmParameters;
use jsonwebtoken::{Algorithm, DecodingKey};
use serde::Deserialize;

use super::keys::{Jwk, coordinate, ed25519_thumbprint, thumbprint};
use super::{Jws, KeyError, TOKEN_LIMIT, TokenError, check_begun, check_expiry, check_issued};

/// How far ahead the `exp` of an assertion may be, in seconds. Common OAuth libraries sign for an hour unless told
/// otherwise; that is harmless, for an assertion works once.
pub const ASSERTION_LIFETIME_S: i64 = 60 * 60;

/// The longest text that is looked at as a public key, in bytes; an RSA key of 8192 bits needs 1,500.
const KEY_LIMIT: usize = 8 * 1024;

/// A signature algorithm that clients may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alg {
    EdDsa,
    Es256,
    Ps256,
    Rs256,
}

impl Alg {
    pub fn as_str(self) -> &'static str {
        match self {
            Alg::EdDsa => "EdDSA",
            Alg::Es256 => "ES256",
            Alg::Ps256 => "PS256",
            Alg::Rs256 => "RS256",
        }
    }

    fn algorithm(self) -> Algorithm {
        match self {
            Alg::EdDsa => Algorithm::EdDSA,
            Alg::Es256 => Algorithm::ES256,
            Alg::Ps256 => Algorithm::PS256,
            Alg::Rs256 => Algorithm::RS256,
        }
    }
}

impl fmt::Display for Alg {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Alg {
    type Err = KeyError;

    fn from_str(name: &str) -> Result<Alg, KeyError> {
        let all = [Alg::EdDsa, Alg::Es256, Alg::Ps256, Alg::Rs256];
        all.into_iter().find(|alg| alg.as_str() == name).ok_or(KeyError::UnknownAlg)
    }
}

/// The public key of a client, for one algorithm.
#[derive(Clone, Debug)]
pub struct ClientKey {
    kid: String,
    alg: Alg,
    jwk: String,
    verifying: DecodingKey,
}

impl ClientKey {
    /// Reads a PEM block (`BEGIN PUBLIC KEY`) or a JWK, such as [`ClientKey::jwk`] returns.
    ///
    /// The algorithm follows from an Ed25519 or P-256 key; an RSA key needs it, here or in its JWK. A key id in
    /// the JWK is replaced by the thumbprint. Errors for private keys, other curves, points that are not on the
    /// curve, and RSA under 2048 bits.
    pub fn parse(text: &str, alg: Option<Alg>) -> Result<ClientKey, KeyError> {
        let text = text.trim();
        if text.len() > KEY_LIMIT {
            return Err(KeyError::NotPublicKey);
        }
        let (material, alg) = if text.starts_with('{') {
            let value = serde_json::from_str(text).map_err(|_| KeyError::NotPublicKey)?;
            let jwk = Jwk::read(value)?;
            let named = jwk.alg.as_deref().map(Alg::from_str).transpose()?;
            let alg = match (alg, named) {
                (Some(asked), Some(named)) if asked != named => {
                    return Err(KeyError::AlgMismatch { alg: asked });
                }
                (asked, named) => asked.or(named),
            };
            (Material::from_jwk(&jwk)?, alg)
        } else {
            (Material::from_pem(text)?, alg)
        };
        let alg = material.alg(alg)?;
        let mut jwk = material.to_jwk();
        let kid = material.thumbprint();
        jwk.alg = Some(alg.to_string());
        jwk.kid = Some(kid.clone());
        jwk.usage = Some("sig".to_string());
        let jwk = serde_json::to_string(&jwk).expect("a JWK holds texts and whole numbers only");
        Ok(ClientKey { kid, alg, jwk, verifying: material.verifying() })
    }

    /// The RFC 7638 thumbprint.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn alg(&self) -> Alg {
        self.alg
    }

    /// The key as canonical JWK JSON with its algorithm and thumbprint: what is stored.
    pub fn jwk(&self) -> &str {
        &self.jwk
    }
}

enum Material {
    Ed25519 { x: [u8; 32] },
    P256 { x: [u8; 32], y: [u8; 32] },
    Rsa { n: Vec<u8>, e: Vec<u8> },
}

impl Material {
    fn from_jwk(jwk: &Jwk) -> Result<Material, KeyError> {
        if jwk.usage.as_deref().is_some_and(|usage| usage != "sig") {
            return Err(KeyError::NotForSignatures);
        }
        let bytes = |member: &Option<String>| {
            let text = member.as_deref().ok_or(KeyError::NotPublicKey)?;
            URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::NotPublicKey)
        };
        let number = |member: &Option<String>| member.as_deref().and_then(coordinate).ok_or(KeyError::NotPublicKey);
        match (jwk.kty.as_str(), jwk.crv.as_deref()) {
            ("OKP", Some("Ed25519")) => Ok(Material::Ed25519 { x: number(&jwk.x)? }),
            ("EC", Some("P-256")) => Material::p256(number(&jwk.x)?, number(&jwk.y)?),
            ("RSA", None) => Material::rsa(&bytes(&jwk.n)?, &bytes(&jwk.e)?),
            (_, _) => Err(KeyError::KeyType),
        }
    }

    /// Reads a SubjectPublicKeyInfo (RFC 5280): which algorithm, then the key as a string of bits.
    ///
    /// The library's own reader takes any curve with points of the right length, and certificates too.
    fn from_pem(pem: &str) -> Result<Material, KeyError> {
        const ED25519: &[u8] = b"\x06\x03\x2b\x65\x70";
        const P256: &[u8] = b"\x06\x07\x2a\x86\x48\xce\x3d\x02\x01\x06\x08\x2a\x86\x48\xce\x3d\x03\x01\x07";
        const RSA: &[u8] = b"\x06\x09\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01\x05\x00";
        if pem.contains("PRIVATE KEY") {
            return Err(KeyError::Private);
        }
        let body = pem.strip_prefix("-----BEGIN PUBLIC KEY-----");
        let body = body.and_then(|rest| rest.strip_suffix("-----END PUBLIC KEY-----"));
        let body: String = body.ok_or(KeyError::NotPublicKey)?.split_whitespace().collect();
        let der = STANDARD.decode(body).map_err(|_| KeyError::NotPublicKey)?;
        let (algorithm, bits) = public_key_info(&der).ok_or(KeyError::NotPublicKey)?;
        match algorithm {
            ED25519 => Ok(Material::Ed25519 { x: bits.try_into().map_err(|_| KeyError::NotPublicKey)? }),
            P256 => match bits.split_first_chunk::<33>() {
                Some((&[4, ref x @ ..], y)) => Material::p256(*x, y.try_into().map_err(|_| KeyError::NotPublicKey)?),
                Some(_) | None => Err(KeyError::NotPublicKey),
            },
            RSA => {
                let key = DecodingKey::from_rsa_der(bits);
                let jwk = jsonwebtoken::jwk::Jwk::from_decoding_key(&key, None);
                let AlgorithmParameters::RSA(rsa) = jwk.map_err(|_| KeyError::NotPublicKey)?.algorithm else {
                    return Err(KeyError::NotPublicKey);
                };
                let bytes = |text| URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError::NotPublicKey);
                Material::rsa(&bytes(rsa.n)?, &bytes(rsa.e)?)
            }
            _ => Err(KeyError::KeyType),
        }
    }

    fn p256(x: [u8; 32], y: [u8; 32]) -> Result<Material, KeyError> {
        let point = [&[4][..], &x, &y].concat();
        ParsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).map_err(|_| KeyError::NotPublicKey)?;
        Ok(Material::P256 { x, y })
    }

    /// The upper limits are the library's; a key beyond them would be stored and then never match.
    fn rsa(n: &[u8], e: &[u8]) -> Result<Material, KeyError> {
        let n = without_leading_zeros(n);
        let e = without_leading_zeros(e);
        let unused = n.first().map_or(0, |first| first.leading_zeros() as usize);
        let bits = n.len() * 8 - unused;
        if !(2048..=8192).contains(&bits) {
            return Err(KeyError::RsaSize { bits });
        }
        let odd = |number: &[u8]| number.last().is_some_and(|last| last % 2 == 1);
        if !odd(n) || !odd(e) || e == [1] || e.len() > 4 {
            return Err(KeyError::NotPublicKey);
        }
        Ok(Material::Rsa { n: n.to_vec(), e: e.to_vec() })
    }

    /// The algorithm that was asked for, if the key can do it.
    fn alg(&self, asked: Option<Alg>) -> Result<Alg, KeyError> {
        match (self, asked) {
            (Material::Ed25519 { .. }, None | Some(Alg::EdDsa)) => Ok(Alg::EdDsa),
            (Material::P256 { .. }, None | Some(Alg::Es256)) => Ok(Alg::Es256),
            (Material::Rsa { .. }, Some(alg @ (Alg::Ps256 | Alg::Rs256))) => Ok(alg),
            (Material::Rsa { .. }, None) => Err(KeyError::AlgMissing),
            (Material::Ed25519 { .. }, Some(alg @ (Alg::Es256 | Alg::Ps256 | Alg::Rs256)))
            | (Material::P256 { .. }, Some(alg @ (Alg::EdDsa | Alg::Ps256 | Alg::Rs256)))
            | (Material::Rsa { .. }, Some(alg @ (Alg::EdDsa | Alg::Es256))) => Err(KeyError::AlgMismatch { alg }),
        }
    }

    fn to_jwk(&self) -> Jwk {
        let text = |bytes: &[u8]| Some(URL_SAFE_NO_PAD.encode(bytes));
        let kty = |kty: &str| Jwk { kty: kty.to_string(), ..Jwk::default() };
        match self {
            Material::Ed25519 { x } => Jwk { crv: Some("Ed25519".to_string()), x: text(x), ..kty("OKP") },
            Material::P256 { x, y } => Jwk { crv: Some("P-256".to_string()), x: text(x), y: text(y), ..kty("EC") },
            Material::Rsa { n, e } => Jwk { n: text(n), e: text(e), ..kty("RSA") },
        }
    }

    fn thumbprint(&self) -> String {
        match self {
            Material::Ed25519 { x } => ed25519_thumbprint(x),
            Material::P256 { .. } | Material::Rsa { .. } => {
                // The members that RFC 7638 asks for are the ones that make up the key, in the order of ours.
                thumbprint(&serde_json::to_string(&self.to_jwk()).expect("a JWK holds texts and whole numbers only"))
            }
        }
    }

    fn verifying(&self) -> DecodingKey {
        match self {
            Material::Ed25519 { x } => DecodingKey::from_ed_der(x),
            Material::P256 { x, y } => DecodingKey::from_ec_der(&[&[4][..], x, y].concat()),
            Material::Rsa { n, e } => DecodingKey::from_rsa_raw_components(n, e),
        }
    }
}

fn without_leading_zeros(number: &[u8]) -> &[u8] {
    let zeros = number.iter().take_while(|byte| **byte == 0).count();
    &number[zeros..]
}

/// Algorithm identifier and key bits of a SubjectPublicKeyInfo that ends where it says it does.
fn public_key_info(der: &[u8]) -> Option<(&[u8], &[u8])> {
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;
    let (info, after) = element(SEQUENCE, der)?;
    let (algorithm, rest) = element(SEQUENCE, info)?;
    let (bits, behind) = element(BIT_STRING, rest)?;
    // The first byte of a string of bits counts those unused in the last: none, in a key.
    let bits = bits.strip_prefix(&[0])?;
    (after.is_empty() && behind.is_empty()).then_some((algorithm, bits))
}

/// The content of the DER element at the front, and what follows it.
fn element(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    let (length, rest) = match *der {
        [first, length @ 0..=0x7f, ref rest @ ..] if first == tag => (usize::from(length), rest),
        [first, 0x81, length, ref rest @ ..] if first == tag => (usize::from(length), rest),
        [first, 0x82, high, low, ref rest @ ..] if first == tag => (usize::from(high) << 8 | usize::from(low), rest),
        _ => return None,
    };
    rest.split_at_checked(length)
}

/// What a verified assertion says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AssertionClaims {
    /// The client, as `sub` too.
    pub iss: String,
    pub sub: String,
    /// To be used once; the caller keeps it until `exp` and the leeway have passed.
    pub jti: String,
    /// Unix seconds.
    pub exp: i64,
}

#[derive(Deserialize)]
struct Claimed {
    iss: Option<String>,
    sub: Option<String>,
    aud: Option<Audience>,
    jti: Option<String>,
    exp: Option<i64>,
    iat: Option<i64>,
    nbf: Option<i64>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Audience {
    One(String),
    Many(Vec<String>),
}

impl Audience {
    /// One accepted name and nothing beside it: an assertion that another server may use as well is one that it
    /// could use against us.
    fn is_only(&self, accepted: &[String]) -> bool {
        match self {
            Audience::One(audience) => accepted.contains(audience),
            Audience::Many(audiences) => {
                matches!(audiences.as_slice(), [audience] if accepted.contains(audience))
            }
        }
    }
}

/// The client an assertion claims to come from, unverified: good for finding its keys and nothing else.
pub fn peek_client(assertion: &str) -> Option<String> {
    Jws::take_apart(assertion, TOKEN_LIMIT).ok()?.claims::<Claimed>().ok()?.iss
}

/// Checks an assertion against the registered keys of one client; `accepted` are the names of ours that may be
/// its audience (issuer, token endpoint).
///
/// The caller checks that `sub` is the client whose keys these are, and that `jti` was not used before.
pub fn verify_assertion(
    public_keys: &[ClientKey],
    assertion: &str,
    accepted: &[String],
    now: i64,
) -> Result<AssertionClaims, TokenError> {
    let jws = Jws::take_apart(assertion, TOKEN_LIMIT)?;
    // A type is optional here (RFC 7523), but a token made for something else is not an assertion.
    if jws.header.typ.is_some() && !jws.is_type("JWT") && !jws.is_type("client-authentication+jwt") {
        return Err(TokenError::Type { expected: "JWT".to_string() });
    }
    check_signature(public_keys, &jws)?;
    let claimed: Claimed = jws.claims()?;
    let iss = claimed.iss.ok_or(TokenError::Missing { claim: "iss" })?;
    let sub = claimed.sub.ok_or(TokenError::Missing { claim: "sub" })?;
    if iss != sub {
        return Err(TokenError::Subject);
    }
    let audience = claimed.aud.ok_or(TokenError::Missing { claim: "aud" })?;
    if !audience.is_only(accepted) {
        return Err(TokenError::Audience { expected: accepted.join(" or ") });
    }
    let jti = claimed.jti.ok_or(TokenError::Missing { claim: "jti" })?;
    if !(1..=255).contains(&jti.chars().count()) {
        return Err(TokenError::Jti);
    }
    let exp = claimed.exp.ok_or(TokenError::Missing { claim: "exp" })?;
    check_expiry(exp, now)?;
    if exp.saturating_sub(now) > ASSERTION_LIFETIME_S + super::LEEWAY_S {
        return Err(TokenError::Lifetime { max_s: ASSERTION_LIFETIME_S });
    }
    claimed.nbf.map_or(Ok(()), |nbf| check_begun(nbf, now))?;
    claimed.iat.map_or(Ok(()), |iat| check_issued(iat, now))?;
    Ok(AssertionClaims { iss, sub, jti, exp })
}

/// A key id names the key; without one, the client's keys of that algorithm are tried.
fn check_signature(public_keys: &[ClientKey], jws: &Jws<'_>) -> Result<(), TokenError> {
    const ACCEPTED: &str = "the algorithm its key was registered for (EdDSA, ES256, PS256 or RS256)";
    let named = jws.header.kid.as_deref();
    let mut refusal = TokenError::UnknownKey;
    for key in public_keys.iter().filter(|key| named.is_none_or(|kid| kid == key.kid)) {
        if key.alg.as_str() != jws.header.alg {
            refusal = TokenError::Algorithm { accepted: ACCEPTED };
            continue;
        }
        match jws.signed_by(&key.verifying, key.alg.algorithm()) {
            Ok(()) => return Ok(()),
            Err(wrong) => refusal = wrong,
        }
    }
    Err(refusal)
}
