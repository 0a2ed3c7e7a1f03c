//! Keyset pages: a token holds the key of the last row and is bound to its filter and caller (AIP-158).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::cx::Cx;
use crate::fault::Violation;
use crate::time::Timestamp;

/// Rows on a page when the caller does not say.
const DEFAULT_SIZE: i64 = 50;
const MOST_ROWS: i64 = 500;

/// One page asked for: how many rows, after which key.
#[derive(Clone, Debug)]
pub struct Page<K> {
    pub size: i64,
    pub after: Option<K>,
    bound_to: String,
}

/// A page found: its rows and the token of the next one, empty on the last.
#[derive(Clone, Debug)]
pub struct Found<T> {
    pub rows: Vec<T>,
    pub next_page_token: String,
}

/// A page of a list that changes with time alone.
#[derive(Clone, Debug)]
pub struct Dated<T> {
    pub found: Found<T>,
    pub as_of: Timestamp,
}

/// A page of a list whose rows are counted: all that there are, of which the page is a part.
#[derive(Clone, Debug)]
pub struct Counted<T> {
    pub found: Found<T>,
    pub n_all: i64,
    pub as_of: Timestamp,
}

impl<T> Counted<T> {
    /// The same page with each row made into something else.
    pub fn map<U>(self, row: impl Fn(T) -> U) -> Counted<U> {
        Counted { found: self.found.map(row), n_all: self.n_all, as_of: self.as_of }
    }
}

impl<T> Found<T> {
    pub fn as_of(self, as_of: Timestamp) -> Dated<T> {
        Dated { found: self, as_of }
    }

    pub fn of_all(self, n_all: i64, as_of: Timestamp) -> Counted<T> {
        Counted { found: self, n_all, as_of }
    }

    /// The same page with each row made into something else.
    pub fn map<U>(self, row: impl Fn(T) -> U) -> Found<U> {
        let (rows, next_page_token) = self.wire(row);
        Found { rows, next_page_token }
    }

    /// The rows as the wire has them, and the token of the next page.
    pub fn wire<W>(self, row: impl Fn(T) -> W) -> (Vec<W>, String) {
        (self.rows.into_iter().map(row).collect(), self.next_page_token)
    }
}

#[derive(serde::Deserialize, serde::Serialize)]
struct Token<K> {
    key: K,
    bound_to: String,
}

/// A list asked for: its filter within what the caller may see, and the page.
#[derive(Clone, Debug)]
pub struct Listed<F, K = String> {
    pub filter: F,
    pub page: Page<K>,
}

impl<K: Serialize + DeserializeOwned> Page<K> {
    /// Reads what was asked, bound to the request's context: who asks, which RPC, and the digest of the filter.
    ///
    /// # Errors
    /// When the token is not one of ours, or belongs to another filter or caller.
    pub fn parse(cx: &Cx, size: i32, token: &str) -> Result<Page<K>, Violation> {
        let mut digest = Sha256::new();
        // Neither holds a zero byte, so the parts cannot run into each other.
        digest.update(format!("{}\0{}\0", cx.rpc, cx.caller.subject));
        digest.update(cx.digest);
        let bound_to = hex::encode(&digest.finalize()[..12]);
        // The field rules hold the size between these bounds already; a query never sees another.
        let size = match size {
            ..=0 => DEFAULT_SIZE,
            1.. => i64::from(size).min(MOST_ROWS),
        };
        if token.is_empty() {
            return Ok(Page { size, after: None, bound_to });
        }
        let read: Option<Token<K>> = match URL_SAFE_NO_PAD.decode(token) {
            Ok(bytes) => serde_json::from_slice(&bytes).ok(),
            Err(_) => None,
        };
        match read {
            Some(read) if read.bound_to == bound_to => Ok(Page { size, after: Some(read.key), bound_to }),
            Some(_) | None => Err(Violation::new(
                "page_token",
                "page_token",
                "give the next_page_token of the answer before, with the same filter; or none, to begin anew",
            )),
        }
    }

    /// How many rows to fetch: one more than the page, which tells whether there is a next one.
    pub fn limit(&self) -> i64 {
        self.size + 1
    }

    /// Cuts the extra row off and makes the next token from the last row's key.
    pub fn found<T>(&self, mut rows: Vec<T>, key: impl Fn(&T) -> K) -> Found<T> {
        let more = rows.len() as i64 > self.size;
        rows.truncate(usize::try_from(self.size).unwrap_or(usize::MAX));
        let last = rows.last().filter(|_| more);
        let next_page_token = last.map_or_else(String::new, |row| self.token(&key(row)));
        Found { rows, next_page_token }
    }

    /// A token that goes on after this key, bound as this page is.
    pub fn token(&self, key: &K) -> String {
        let token = Token { key, bound_to: self.bound_to.clone() };
        URL_SAFE_NO_PAD.encode(serde_json::to_vec(&token).expect("a key of plain values becomes JSON"))
    }
}

#[cfg(test)]
mod tests;
