//! Keyset pages: a token holds the key of the last row and is bound to its filter and caller (AIP-158).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};

use crate::cx::Cx;
use crate::fault::Violation;

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

impl<T> Found<T> {
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
mod tests {
    use super::*;
    use crate::caller::{Caller, Role};
    use crate::time::at;

    type Key = (i64, String);

    fn cx(role: Role) -> Cx {
        Cx {
            rpc: "/toadlane.bids.v1.BidsService/ListBids".to_string(),
            ..Cx::of_role(role, at("2020-01-10T12:00:00Z"))
        }
    }

    fn parse(cx: &Cx, size: i32, token: &str, filter: &str) -> Result<Page<Key>, Violation> {
        let cx = Cx { digest: Sha256::digest(filter).into(), ..cx.clone() };
        Page::parse(&cx, size, token)
    }

    fn key(n: &i64) -> Key {
        (*n, format!("bid {n}"))
    }

    #[test]
    fn pages_follow_each_other_without_gap_or_repetition() {
        let all: Vec<i64> = (0..23).collect();
        let (mut seen, mut token) = (Vec::new(), String::new());
        loop {
            let page = parse(&cx(Role::Bids), 5, &token, "a").unwrap();
            let after = page.after.clone().map_or(-1, |(n, _)| n);
            let limit = usize::try_from(page.limit()).unwrap();
            let rows = all.iter().copied().filter(|n| *n > after).take(limit).collect();
            let found = page.found(rows, key);
            assert!(found.rows.len() <= 5);
            seen.extend(found.rows);
            token = found.next_page_token;
            if token.is_empty() {
                break;
            }
        }
        assert_eq!(seen, all);
    }

    #[test]
    fn a_page_that_ends_exactly_with_the_rows_is_the_last() {
        let found = parse(&cx(Role::Bids), 3, "", "a").unwrap().found(vec![1, 2, 3], key);
        assert_eq!(found.next_page_token, "");
    }

    #[test]
    fn a_token_holds_for_its_filter_its_caller_and_its_rpc_only() {
        let token = parse(&cx(Role::Bids), 1, "", "a").unwrap().token(&key(&7));
        assert_eq!(parse(&cx(Role::Bids), 1, &token, "a").unwrap().after, Some(key(&7)));
        // Another page size is the same list.
        assert!(parse(&cx(Role::Bids), 2, &token, "a").is_ok());
        let mut other_rpc = cx(Role::Bids);
        other_rpc.rpc = "/toadlane.bids.v1.BidsService/ListFiles".to_string();
        let mut other_caller = cx(Role::Bids);
        other_caller.caller = Caller::anonymous();
        for refused in [
            parse(&cx(Role::Bids), 1, &token, "b"),
            parse(&other_caller, 1, &token, "a"),
            parse(&other_rpc, 1, &token, "a"),
        ] {
            assert_eq!(refused.unwrap_err().field, "page_token");
        }
    }

    #[test]
    fn what_is_no_token_of_ours_is_a_bad_field() {
        let bound_to = parse(&cx(Role::Bids), 1, "", "a").unwrap().bound_to;
        let encode = |text: String| URL_SAFE_NO_PAD.encode(text);
        for garbage in [
            "x".to_string(),
            "****".to_string(),
            encode("null".to_string()),
            encode(format!(r#"{{"bound_to":"{bound_to}"}}"#)),
            encode(format!(r#"{{"key":"wrong","bound_to":"{bound_to}"}}"#)),
            encode("[".repeat(4000)),
            "A".repeat(100_000),
        ] {
            let refused = parse(&cx(Role::Bids), 1, &garbage, "a").unwrap_err();
            assert_eq!(refused.field, "page_token", "{garbage:.40}");
        }
    }

    #[test]
    fn a_size_out_of_bounds_never_reaches_a_query() {
        let size = |size| parse(&cx(Role::Bids), size, "", "a").unwrap().size;
        assert_eq!([size(0), size(-1), size(i32::MIN)], [DEFAULT_SIZE; 3]);
        assert_eq!([size(1), size(500), size(i32::MAX)], [1, 500, 500]);
    }
}
