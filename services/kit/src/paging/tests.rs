use super::*;
use crate::caller::{Area, Caller};
use crate::time::at;

type Key = (i64, String);

fn cx(area: Area) -> Cx {
    Cx { rpc: "/toadlane.bids.v1.BidsService/ListBids".to_string(), ..Cx::of_area(area, at("2020-01-10T12:00:00Z")) }
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
        let page = parse(&cx(Area::Bids), 5, &token, "a").unwrap();
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
    let found = parse(&cx(Area::Bids), 3, "", "a").unwrap().found(vec![1, 2, 3], key);
    assert_eq!(found.next_page_token, "");
}

#[test]
fn a_token_holds_for_its_filter_its_caller_and_its_rpc_only() {
    let token = parse(&cx(Area::Bids), 1, "", "a").unwrap().token(&key(&7));
    assert_eq!(parse(&cx(Area::Bids), 1, &token, "a").unwrap().after, Some(key(&7)));
    // Another page size is the same list.
    assert!(parse(&cx(Area::Bids), 2, &token, "a").is_ok());
    let mut other_rpc = cx(Area::Bids);
    other_rpc.rpc = "/toadlane.bids.v1.BidsService/ListFiles".to_string();
    let mut other_caller = cx(Area::Bids);
    other_caller.caller = Caller::anonymous();
    for refused in [
        parse(&cx(Area::Bids), 1, &token, "b"),
        parse(&other_caller, 1, &token, "a"),
        parse(&other_rpc, 1, &token, "a"),
    ] {
        assert_eq!(refused.unwrap_err().field, "page_token");
    }
}

#[test]
fn what_is_no_token_of_ours_is_a_bad_field() {
    let bound_to = parse(&cx(Area::Bids), 1, "", "a").unwrap().bound_to;
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
        let refused = parse(&cx(Area::Bids), 1, &garbage, "a").unwrap_err();
        assert_eq!(refused.field, "page_token", "{garbage:.40}");
    }
}

#[test]
fn a_size_out_of_bounds_never_reaches_a_query() {
    let size = |size| parse(&cx(Area::Bids), size, "", "a").unwrap().size;
    assert_eq!([size(0), size(-1), size(i32::MIN)], [DEFAULT_SIZE; 3]);
    assert_eq!([size(1), size(500), size(i32::MAX)], [1, 500, 500]);
}
