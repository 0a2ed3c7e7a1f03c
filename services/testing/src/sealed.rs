//! Sealed texts, compared with the bytes that an earlier program wrote. Those files never change: another form gets a
//! file of the next version beside them.

use std::fmt::Debug;

use kit::digest::digest;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// A sealed form as a later program may have it: its new field is not printed where it is not filled.
#[derive(Serialize, Deserialize)]
struct Later<T> {
    #[serde(flatten)]
    sealed: T,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    added: Option<String>,
}

/// A sealed form as no program may have it: `"added":null` is in what was sealed without it.
#[derive(Serialize, Deserialize)]
struct Careless<T> {
    #[serde(flatten)]
    sealed: T,
    added: Option<String>,
}

/// Reads a sealed form and holds it to its bytes and their digest, also with one more field.
///
/// # Panics
/// When the bytes are not those of the digest, or are not what today's type makes of them.
pub fn expect<T: Serialize + DeserializeOwned + Debug>(bytes: &str, sha256: &str) -> T {
    assert_eq!(digest(bytes), sha256, "the frozen file itself was changed");
    assert_eq!(again::<T>(bytes), bytes, "what was sealed before would be sealed otherwise today");
    assert_eq!(again::<Later<T>>(bytes), bytes, "a field added by the rule changes what was sealed before");
    assert_ne!(again::<Careless<T>>(bytes), bytes, "a field that prints null was not noticed");
    serde_json::from_str(bytes).expect("it was read above")
}

fn again<T: Serialize + DeserializeOwned>(bytes: &str) -> String {
    let sealed: T = serde_json::from_str(bytes).expect("today's type reads what was sealed before");
    serde_json_canonicalizer::to_string(&sealed).expect("it is made of texts, flags and whole numbers under 2^53")
}
