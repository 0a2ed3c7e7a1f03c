use kit::time::at;

use super::*;

const NOW: &str = "2026-11-23T09:00:00Z";

fn a_sign_in() -> SignIn {
    SignIn::start(SignInId::new(), Some(PersonId::new()), "digest", at(NOW))
}

#[test]
fn the_right_code_signs_in_once() {
    let sign_in = a_sign_in();
    let (used, person) = sign_in.try_code(true, at("2026-11-23T09:09:59Z"));
    assert_eq!(person, sign_in.person);
    assert_eq!(used.try_code(true, at("2026-11-23T09:09:59Z")), (used.clone(), None));
}

#[test]
fn a_code_is_not_taken_after_ten_minutes() {
    assert_eq!(a_sign_in().try_code(true, at("2026-11-23T09:10:00Z")).1, None);
}

#[test]
fn after_five_wrong_codes_the_right_one_is_wrong_too() {
    let mut sign_in = a_sign_in();
    for _ in 0..MOST_TRIES - 1 {
        sign_in = sign_in.try_code(false, at(NOW)).0;
    }
    assert!(sign_in.try_code(true, at(NOW)).1.is_some(), "the fifth try");
    let locked = sign_in.try_code(false, at(NOW)).0;
    assert_eq!(locked.try_code(true, at(NOW)), (locked.clone(), None));
}

#[test]
fn an_unknown_address_counts_tries_like_a_known_one() {
    let unknown = SignIn { person: None, ..a_sign_in() };
    let (tried, person) = unknown.try_code(true, at(NOW));
    assert_eq!((tried.state, person), (State::Waiting { n_tries: 1 }, None));
}

/// F-A5: beyond five unused codes one a minute is mailed; what is started meanwhile is finished with the latest.
#[test]
fn a_further_sign_in_shares_the_latest_code_for_a_minute() {
    let latest = a_sign_in();
    let mut unused = vec![latest.clone(); MOST_UNUSED];
    let soon = at("2026-11-23T09:00:59Z");
    assert_eq!(code_to_share(&unused, soon), Some(&latest));
    assert_eq!(code_to_share(&unused, at("2026-11-23T09:01:00Z")), None);
    let further = latest.share(SignInId::new(), latest.person, soon);
    assert_eq!((further.mailed_as, &further.code, further.is_mailed()), (latest.id, &latest.code, false));
    assert_eq!(further.state, State::Waiting { n_tries: 0 }, "whatever the tries of the other");
    unused.pop();
    assert_eq!(code_to_share(&unused, soon), None, "four may wait");
}

#[test]
fn a_token_issued_in_the_second_of_a_revocation_is_not_ended_by_it() {
    let revoked_at = at("2026-11-23T09:00:00.700Z");
    let second = at(NOW).seconds();
    assert_eq!(issued_at(at("2026-11-23T09:00:00.900Z"), Some(revoked_at)), Some(second + 1));
    assert_eq!(issued_at(at("2026-11-23T09:00:05Z"), Some(revoked_at)), Some(second + 5));
    assert_eq!(issued_at(at(NOW), None), Some(second));
}

#[test]
fn no_token_is_dated_further_ahead_than_a_guard_believes() {
    let mut last = revoked_at(at(NOW), None);
    for _ in 0..3 {
        last = revoked_at(at(NOW), Some(last));
    }
    assert_eq!(issued_at(at(NOW), Some(last)), Some(at(NOW).seconds() + 4));
    assert_eq!(issued_at(at(NOW), Some(revoked_at(at(NOW), Some(last)))), None);
}

#[test]
fn a_second_revocation_in_one_second_ends_what_was_issued_between() {
    let first = at("2026-11-23T09:00:00.200Z");
    let between = issued_at(at("2026-11-23T09:00:00.500Z"), Some(first));
    let second = revoked_at(at("2026-11-23T09:00:00.700Z"), Some(first));
    assert!(between.unwrap() <= second.seconds());
    assert!(issued_at(at("2026-11-23T09:00:00.900Z"), Some(second)).unwrap() > second.seconds());
    assert_eq!(revoked_at(at("2026-11-23T09:00:05Z"), Some(first)), at("2026-11-23T09:00:05Z"));
}
