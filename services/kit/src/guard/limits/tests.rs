//! Whole minutes of calls at instants that are written out.

use std::net::{Ipv4Addr, SocketAddr};

use super::*;

fn second(of: u64) -> Duration {
    Duration::from_secs(of)
}

fn limits() -> Limits {
    Limits::new(PerMinute { anonymous: 600, sign_ins: 120, signed_in: 6000 })
}

fn from(address: impl Into<IpAddr>) -> Option<Peer> {
    Some(Peer(SocketAddr::new(address.into(), 50_000)))
}

fn of(text: &str) -> Option<Peer> {
    from(text.parse::<IpAddr>().unwrap())
}

/// How many of these calls, each of them a part of a second after the last, are taken.
fn n_taken(n: u32, per_second: u32, mut call: impl FnMut(Duration) -> bool) -> usize {
    (0..n).filter(|at| call(second(1) * *at / per_second)).count()
}

#[test]
fn a_minutes_calls_may_come_at_once_and_are_given_back_one_by_one() {
    let (limits, one) = (limits(), of("192.0.2.1"));
    for _ in 0..120 {
        limits.sign_in(one, limits.begun).unwrap();
    }
    let refused = limits.sign_in(one, limits.begun).unwrap_err();
    assert_eq!((refused.code, refused.reason), (Code::ResourceExhausted, Reason::TooManyCalls));
    assert_eq!(refused.retry_after, Some(second(1)));
    limits.sign_in(one, limits.begun + Duration::from_millis(499)).unwrap_err();
    limits.sign_in(one, limits.begun + Duration::from_millis(500)).unwrap();
    limits.sign_in(one, limits.begun + Duration::from_millis(500)).unwrap_err();
    for _ in 0..120 {
        limits.sign_in(one, limits.begun + second(120)).unwrap();
    }
    limits.sign_in(one, limits.begun + second(120)).unwrap_err();
}

#[test]
fn each_kind_of_call_and_each_network_has_an_allowance_of_its_own() {
    let limits = Limits::new(PerMinute { anonymous: 1, sign_ins: 1, signed_in: 1 });
    let now = limits.begun;
    let [one, same, other] = ["2001:db8:0:1::1", "2001:db8:0:1:ffff::2", "2001:db8:0:2::1"].map(of);
    limits.sign_in(one, now).unwrap();
    limits.sign_in(same, now).unwrap_err();
    limits.sign_in(other, now).unwrap();
    limits.anonymous(one, now).unwrap();
    limits.anonymous(same, now).unwrap_err();
    limits.signed_in("per_1", one, now).unwrap();
    limits.signed_in("per_2", one, now).unwrap();
    limits.signed_in("per_1", other, now).unwrap_err();
}

#[test]
fn health_calls_from_within_and_what_has_no_limit_are_not_counted() {
    let limits = Limits::new(PerMinute { anonymous: 1, sign_ins: 0, signed_in: 1 });
    let one = of("192.0.2.1");
    for _ in 0..10 {
        limits.public(Public::Always, one, limits.begun).unwrap();
        limits.public(Public::SigningIn, one, limits.begun).unwrap();
        limits.anonymous(None, limits.begun).unwrap();
        limits.signed_in("per_1", None, limits.begun).unwrap();
    }
    limits.public(Public::Counted, one, limits.begun).unwrap();
    limits.public(Public::Counted, one, limits.begun).unwrap_err();
}

/// F-A5, C-1.10: a thousand starts a second were taken from one address, for as long as it liked.
#[test]
fn a_thousand_starts_a_second_from_one_address_keep_nobody_out() {
    let limits = limits();
    let (hostile, n) = (of("198.51.100.7"), 10_000);
    let taken = n_taken(n, 1000, |at| limits.sign_in(hostile, limits.begun + at).is_ok());
    assert_eq!(taken, 120 + 19, "a minute's worth, and what ten seconds give back");
    let honest = n_taken(100, 10, |at| limits.sign_in(of("192.0.2.1"), limits.begun + at).is_ok());
    assert_eq!(honest, 100);
}

/// F-A5, C-1.10
#[test]
fn a_thousand_starts_a_second_from_a_thousand_addresses_keep_nobody_out() {
    let limits = limits();
    let hostile = |at: Duration| from(Ipv4Addr::from_bits(0xC633_6400 + at.subsec_millis()));
    let taken = n_taken(300_000, 1000, |at| limits.sign_in(hostile(at), limits.begun + at).is_ok());
    assert_eq!(taken, 300_000, "one a second from each is less than what each may");
    let honest = n_taken(100, 10, |at| limits.sign_in(of("192.0.2.1"), limits.begun + at).is_ok());
    assert_eq!(honest, 100);
}

/// A network with more addresses than are remembered shuts nobody out, and does not fill the memory.
#[test]
fn what_is_remembered_is_bounded_and_a_stranger_is_let_in_all_the_same() {
    let limits = limits();
    for n in 0..120_000 {
        limits.anonymous(from(Ipv4Addr::from_bits(0x0A00_0000 + n)), limits.begun).unwrap();
    }
    limits.anonymous.used.run_pending_tasks();
    assert!(limits.anonymous.used.entry_count() <= MOST_CALLERS);
    limits.anonymous(of("192.0.2.1"), limits.begun).unwrap();
}

#[test]
fn that_a_caller_is_over_is_told_when_it_begins_and_again_after_a_rest() {
    let used = Used::default();
    let refused = |now: i64| used.take(MINUTE, now).err().map(|over| over.begins);
    assert_eq!([0, 1, 2].map(refused), [None, Some(true), Some(false)]);
    assert_eq!([MINUTE, MINUTE + 1].map(refused), [None, Some(true)]);
}
