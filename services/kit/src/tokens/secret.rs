//! Secrets that are shown once and kept as digests: client secrets, and one-time codes for people.

use std::fmt;

use aws_lc_rs::{constant_time, hmac};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::random;
use crate::digest::digest;

/// A client secret: 256 random bits. `Debug` shows neither half.
pub struct Secret {
    /// For its owner, once: `tls_` and 43 characters.
    pub shown_once: String,
    /// What is kept. SHA-256 suffices: nobody searches 256 random bits, so a slow hash would only slow sign-in.
    pub stored: String,
}

impl Secret {
    pub fn generate() -> Secret {
        let shown_once = format!("tls_{}", URL_SAFE_NO_PAD.encode(random::<32>()));
        let stored = digest(&shown_once);
        Secret { shown_once, stored }
    }

    /// Whether this is the secret that was shown, in constant time.
    pub fn matches(given: &str, stored: &str) -> bool {
        same(&digest(given), stored)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// Digits and letters without I, L, O and U (Crockford): 32, so five random bits choose one evenly.
const ALPHABET: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A one-time code that a person types: 40 random bits. `Debug` shows neither half.
pub struct Code {
    /// For the person, once: `7K3M-9QXA`.
    pub shown_once: String,
    /// What is kept. With the table in hand 40 bits can be searched within the hour, whatever the hash; what
    /// protects a code is that it dies within minutes and after a few wrong tries.
    pub stored: String,
}

impl Code {
    /// A code for one sign-in; its id is the salt, so the same code is stored differently for another.
    pub fn generate(sign_in_id: &str) -> Code {
        let characters = random::<8>().map(|byte| char::from(ALPHABET[usize::from(byte & 31)]));
        let plain: String = characters.iter().collect();
        Code { shown_once: format!("{}-{}", &plain[..4], &plain[4..]), stored: salted(sign_in_id, &plain) }
    }

    /// Whether this is the code that was shown, in constant time. Case, spaces and hyphens do not count, and
    /// letters that look like digits are read as those.
    pub fn matches(given: &str, sign_in_id: &str, stored: &str) -> bool {
        let mut plain = String::new();
        for character in given.chars().filter(|character| !character.is_whitespace() && *character != '-') {
            plain.push(match character.to_ascii_uppercase() {
                'O' => '0',
                'I' | 'L' => '1',
                other => other,
            });
        }
        same(&salted(sign_in_id, &plain), stored)
    }
}

impl fmt::Debug for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(..)")
    }
}

fn salted(salt: &str, code: &str) -> String {
    let key = hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes());
    hex::encode(hmac::sign(&key, code.as_bytes()))
}

fn same(a: &str, b: &str) -> bool {
    constant_time::verify_slices_are_equal(a.as_bytes(), b.as_bytes()).is_ok()
}
