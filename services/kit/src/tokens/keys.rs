//! The keys of the roles: the private half in a file, the public halves in a set that everyone may read.

use std::collections::BTreeMap;
use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
#[cfg(unix)]
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Jws, TokenError};

/// Why a key, a key file or a set of keys is refused.
#[derive(Debug, thiserror::Error)]
pub enum KeyError {
    #[error("no key could be generated")]
    Generate,
    #[error("the key file {} cannot be {action}", path.display())]
    File { path: PathBuf, action: &'static str, source: io::Error },
    #[error("the key file {0} can be read by others; run: chmod 600 {0}", path.display())]
    Exposed { path: PathBuf },
    #[error("the key file {} is not an Ed25519 private key in PKCS#8 (DER); restore it", path.display())]
    NotSigningKey { path: PathBuf },
    #[error("the key set is not a JWK set")]
    NotKeySet(#[source] serde_json::Error),
    #[error("the key {kid} of the set has a wrong id, algorithm or use, or names no role")]
    BadMember { kid: String },
    #[error("the key {kid} is given to two roles")]
    TwoRoles { kid: String },
    #[error("this is a private key; send only its public half")]
    Private,
    #[error("a public key is one PEM block `BEGIN PUBLIC KEY` or one JWK in JSON")]
    NotPublicKey,
    #[error("the key must be Ed25519, P-256 or RSA")]
    KeyType,
    #[error("the RSA key has {bits} bits; from 2048 to 8192 are accepted")]
    RsaSize { bits: usize },
    #[error("the algorithm must be EdDSA, ES256, PS256 or RS256")]
    UnknownAlg,
    #[error("an RSA key needs its algorithm: PS256 or RS256")]
    AlgMissing,
    #[error("the algorithm {alg} does not fit the key, or is not the one its JWK names")]
    AlgMismatch { alg: super::Alg },
    #[error("the key is for encryption; only keys for signatures are accepted")]
    NotForSignatures,
}

/// The Ed25519 key pair of one role. `Debug` shows its id only.
pub struct SigningKey {
    role: String,
    kid: String,
    x: [u8; 32],
    private: EncodingKey,
}

impl SigningKey {
    /// A new key of the role, such as `bids`.
    pub fn generate(role: &str) -> Result<SigningKey, KeyError> {
        let pair = Ed25519KeyPair::generate().map_err(|_| KeyError::Generate)?;
        let pkcs8 = pair.to_pkcs8v1().map_err(|_| KeyError::Generate)?;
        SigningKey::from_pkcs8(role, pkcs8.as_ref()).ok_or(KeyError::Generate)
    }

    /// Reads the key file of the role.
    ///
    /// Errors when group or others may open the file at all: a key that was readable is a key that leaked.
    pub fn read(role: &str, path: &Path) -> Result<SigningKey, KeyError> {
        let failed = |source| KeyError::File { path: path.to_path_buf(), action: "read", source };
        let file = File::open(path).map_err(failed)?;
        // The open file is asked, not the path, which may point elsewhere by now.
        #[cfg(unix)]
        if file.metadata().map_err(failed)?.permissions().mode() & 0o077 != 0 {
            return Err(KeyError::Exposed { path: path.to_path_buf() });
        }
        let mut pkcs8 = Vec::new();
        file.take(1024).read_to_end(&mut pkcs8).map_err(failed)?;
        SigningKey::from_pkcs8(role, &pkcs8).ok_or_else(|| KeyError::NotSigningKey { path: path.to_path_buf() })
    }

    /// Writes the key to a new file that only its owner may open, and waits until it is on the disk.
    ///
    /// Errors when the file exists: no key is ever overwritten.
    pub fn write(&self, path: &Path) -> Result<(), KeyError> {
        let failed = |source| KeyError::File { path: path.to_path_buf(), action: "written", source };
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(path).map_err(failed)?;
        file.write_all(self.private.as_bytes()).map_err(failed)?;
        file.sync_all().map_err(failed)?;
        // The name of a new file is in its folder, and is lost with the power until that is synced too.
        #[cfg(unix)]
        {
            let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
            File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)?;
        }
        Ok(())
    }

    /// The public half, undated: `registry` dates keys when it learns of them and when it retires them.
    pub fn public(&self) -> PublicKey {
        PublicKey { role: self.role.clone(), x: self.x, created_at: None, retired_at: None }
    }

    /// The RFC 7638 thumbprint of the public half.
    pub fn kid(&self) -> &str {
        &self.kid
    }

    pub fn role(&self) -> &str {
        &self.role
    }

    pub(super) fn private(&self) -> &EncodingKey {
        &self.private
    }

    fn from_pkcs8(role: &str, pkcs8: &[u8]) -> Option<SigningKey> {
        let pair = Ed25519KeyPair::from_pkcs8(pkcs8).ok()?;
        let x: [u8; 32] = pair.public_key().as_ref().try_into().ok()?;
        let private = EncodingKey::from_ed_der(pkcs8);
        Some(SigningKey { role: role.to_string(), kid: ed25519_thumbprint(&x), x, private })
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.kid)
    }
}

/// The public half of a role's key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey {
    /// The role it signs for, such as `bids`.
    pub role: String,
    /// The Ed25519 public key (RFC 8037).
    pub x: [u8; 32],
    /// Since when it signs, in unix seconds.
    pub created_at: Option<i64>,
    /// From when on nothing it signs is believed, in unix seconds.
    pub retired_at: Option<i64>,
}

impl PublicKey {
    /// The RFC 7638 thumbprint.
    pub fn kid(&self) -> String {
        ed25519_thumbprint(&self.x)
    }

    fn to_jwk(&self) -> Jwk {
        Jwk {
            alg: Some("EdDSA".to_string()),
            created_at: self.created_at,
            crv: Some("Ed25519".to_string()),
            kid: Some(self.kid()),
            kty: "OKP".to_string(),
            retired_at: self.retired_at,
            toadlane_role: Some(self.role.clone()),
            usage: Some("sig".to_string()),
            x: Some(URL_SAFE_NO_PAD.encode(self.x)),
            ..Jwk::default()
        }
    }

    fn from_jwk(jwk: Jwk) -> Result<PublicKey, KeyError> {
        let kid = jwk.kid.unwrap_or_else(|| "without id".to_string());
        let x = jwk.x.as_deref().and_then(coordinate);
        let sound = jwk.alg.as_deref() == Some("EdDSA") && jwk.usage.as_deref() == Some("sig");
        match (x, jwk.toadlane_role) {
            (Some(x), Some(role)) if sound && kid == ed25519_thumbprint(&x) => {
                Ok(PublicKey { role, x, created_at: jwk.created_at, retired_at: jwk.retired_at })
            }
            (_, _) => Err(KeyError::BadMember { kid }),
        }
    }
}

/// The public keys of all roles, retired ones too: a receipt is checked for as long as anyone keeps it.
#[derive(Clone, Debug, Default)]
pub struct KeySet {
    keys: BTreeMap<String, PublicKey>,
}

impl KeySet {
    /// Reads a JWK set (RFC 7517).
    ///
    /// Only Ed25519 keys are read; other kinds are left out, as the RFC asks. A private key among them is an
    /// error, and so is one whose id is not its thumbprint or that names no role.
    pub fn parse(json: &str) -> Result<KeySet, KeyError> {
        #[derive(Deserialize)]
        struct Wire {
            keys: Vec<serde_json::Value>,
        }
        let wire: Wire = serde_json::from_str(json).map_err(KeyError::NotKeySet)?;
        let mut set = KeySet::default();
        for member in wire.keys {
            if member["kty"] == "OKP" && member["crv"] == "Ed25519" {
                set.add(PublicKey::from_jwk(Jwk::read(member)?)?)?;
            }
        }
        Ok(set)
    }

    /// The JWK set, in the order of the key ids: the same keys give the same bytes.
    pub fn to_json(&self) -> String {
        #[derive(Serialize)]
        struct Wire {
            keys: Vec<Jwk>,
        }
        let wire = Wire { keys: self.keys.values().map(PublicKey::to_jwk).collect() };
        serde_json::to_string(&wire).expect("a JWK holds texts and whole numbers only")
    }

    /// Adds a key. Of a key that is held already the dates are joined: the earlier one counts, so that an old
    /// copy of the set never brings a retired key back.
    ///
    /// Errors when the key is held for another role.
    pub fn add(&mut self, key: PublicKey) -> Result<(), KeyError> {
        let kid = key.kid();
        match self.keys.get_mut(&kid) {
            Some(held) if held.role != key.role => return Err(KeyError::TwoRoles { kid }),
            Some(held) => {
                held.created_at = earlier(held.created_at, key.created_at);
                held.retired_at = earlier(held.retired_at, key.retired_at);
            }
            None => {
                self.keys.insert(kid, key);
            }
        }
        Ok(())
    }

    /// Adds every key of the other set, as [`KeySet::add`] does.
    pub fn merge(&mut self, other: KeySet) -> Result<(), KeyError> {
        other.keys.into_values().try_for_each(|key| self.add(key))
    }

    pub fn get(&self, kid: &str) -> Option<&PublicKey> {
        self.keys.get(kid)
    }

    /// Every key, in the order of the key ids.
    pub fn iter(&self) -> impl Iterator<Item = &PublicKey> {
        self.keys.values()
    }

    /// The key that signed one of our own tokens, once the signature has been checked.
    pub(super) fn signer(&self, jws: &Jws<'_>) -> Result<&PublicKey, TokenError> {
        let key = self.get(jws.our_key_id()?).ok_or(TokenError::UnknownKey)?;
        jws.signed_by(&DecodingKey::from_ed_der(&key.x), Algorithm::EdDSA)?;
        Ok(key)
    }
}

impl PublicKey {
    pub(super) fn signs_for(&self, role: &str) -> Result<(), TokenError> {
        if self.role == role { Ok(()) } else { Err(TokenError::KeyOfAnotherRole { role: role.to_string() }) }
    }

    /// Whether the key was in service at the instant that it signed itself.
    pub(super) fn in_service(&self, iat: i64) -> Result<(), TokenError> {
        match self.retired_at {
            Some(retired_at) if iat >= retired_at => Err(TokenError::RetiredKey),
            Some(_) | None => Ok(()),
        }
    }
}

fn earlier(a: Option<i64>, b: Option<i64>) -> Option<i64> {
    a.into_iter().chain(b).min()
}

/// A JWK as written (RFC 7517). The members stand in alphabetical order, so what serde writes is canonical (RFC 8785).
#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Jwk {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alg: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub crv: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kid: Option<String>,
    pub kty: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub toadlane_role: Option<String>,
    #[serde(rename = "use", skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<String>,
}

impl Jwk {
    /// Errors for a private or symmetric key, by the members that RFC 7518 keeps secret.
    pub(super) fn read(value: serde_json::Value) -> Result<Jwk, KeyError> {
        const SECRET: [&str; 8] = ["d", "p", "q", "dp", "dq", "qi", "oth", "k"];
        if SECRET.iter().any(|member| value.get(member).is_some()) {
            return Err(KeyError::Private);
        }
        serde_json::from_value(value).map_err(|_| KeyError::NotPublicKey)
    }
}

/// A 32-byte number or point of a JWK.
pub(super) fn coordinate(text: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(text).ok()?.try_into().ok()
}

pub(super) fn ed25519_thumbprint(x: &[u8; 32]) -> String {
    thumbprint(&format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{}"}}"#, URL_SAFE_NO_PAD.encode(x)))
}

/// RFC 7638 over the required members of a key, given as canonical JSON.
pub(super) fn thumbprint(members: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(members))
}
