use kit::time::at;

use super::*;

const NOW: &str = "2026-11-23T09:00:00Z";
const WEEK: &str = "2026-11-30T09:00:00Z";

fn a_key(kid: &str, not_before: &str, retire_at: &str) -> Key {
    Key {
        id: ClientKeyId::new(),
        kid: kid.to_string(),
        algorithm: "EdDSA".to_string(),
        jwk: "{}".to_string(),
        not_before: at(not_before),
        retire_at: (!retire_at.is_empty()).then(|| at(retire_at)),
    }
}

fn a_secret(digest: &str, created_at: &str) -> Secret {
    Secret { id: SecretId::new(), digest: digest.to_string(), created_at: at(created_at), retire_at: None }
}

fn a_client(credentials: Credentials) -> Client {
    let scopes = [Scope::BidsWrite, Scope::BidsRead, Scope::BidsWrite];
    Client::create(ClientId::new(), OrgId::new(), "Case management", credentials, &scopes, at(NOW))
}

fn with_keys() -> Client {
    a_client(Credentials::Keys(vec![a_key("one", NOW, "")]))
}

fn with_secrets() -> Client {
    a_client(Credentials::Secrets(vec![a_secret("one", NOW)]))
}

fn working_kids(client: &Client, when: &str) -> Vec<String> {
    match &client.credentials {
        Credentials::Keys(keys) => {
            keys.iter().filter(|key| key.works_at(at(when))).map(|key| key.kid.clone()).collect()
        }
        Credentials::Secrets(secrets) => {
            secrets.iter().filter(|secret| secret.works_at(at(when))).map(|secret| secret.digest.clone()).collect()
        }
    }
}

#[test]
fn scopes_are_kept_sorted_and_once() {
    assert_eq!(with_keys().scopes, [Scope::BidsRead, Scope::BidsWrite]);
}

#[test]
fn keys_rotate_with_an_overlap() {
    let client = with_keys().add_key(a_key("two", "2026-11-25T00:00:00Z", ""), at(NOW), at(NOW)).unwrap();
    let Credentials::Keys(keys) = &client.credentials else { panic!("it has keys") };
    let client = client.retire_key(keys[0].id, Some(at(WEEK)), at(NOW), at(NOW)).unwrap();
    assert_eq!(working_kids(&client, NOW), ["one"]);
    assert_eq!(working_kids(&client, "2026-11-25T00:00:00Z"), ["one", "two"]);
    assert_eq!(working_kids(&client, WEEK), ["two"]);
    assert_eq!(client.version, 3);
}

#[test]
fn a_key_retired_at_once_takes_its_tokens_along() {
    let client = with_keys();
    let Credentials::Keys(keys) = &client.credentials else { panic!("it has keys") };
    let retired = client.retire_key(keys[0].id, None, at(NOW), at(NOW)).unwrap();
    assert_eq!(working_kids(&retired, NOW), [""; 0]);
    assert!(!client.tokens_last(&retired, at(NOW)));
    assert!(matches!(retired.retire_key(keys[0].id, None, at(NOW), at(NOW)), Err(Error::EndedAlready { .. })));
    assert!(matches!(
        retired.retire_key(ClientKeyId::new(), None, at(NOW), at(NOW)),
        Err(Error::Refused(Refusal::NotFound { .. }))
    ));
}

#[test]
fn a_key_comes_once_and_four_at_a_time() {
    let mut client = with_keys();
    assert!(matches!(client.add_key(a_key("one", NOW, ""), at(NOW), at(NOW)), Err(Error::AlreadyExists { .. })));
    for kid in ["two", "three", "four"] {
        client = client.add_key(a_key(kid, NOW, WEEK), at(NOW), at(NOW)).unwrap();
    }
    assert!(matches!(client.add_key(a_key("five", NOW, ""), at(NOW), at(NOW)), Err(Error::TooMany { .. })));
    assert!(client.add_key(a_key("five", WEEK, ""), at(WEEK), at(WEEK)).is_ok(), "three are retired by then");
}

#[test]
fn a_key_that_is_over_before_it_begins_is_refused() {
    let client = with_keys();
    assert!(matches!(
        client.add_key(a_key("two", WEEK, NOW), at(NOW), at(NOW)),
        Err(Error::Refused(Refusal::Invalid(_)))
    ));
    let past = a_key("two", "2026-11-01T00:00:00Z", "2026-11-22T00:00:00Z");
    assert!(matches!(client.add_key(past, at(NOW), at(NOW)), Err(Error::Refused(Refusal::Invalid(_)))));
}

#[test]
fn secrets_rotate_with_an_overlap_and_two_work_at_most() {
    let client = with_secrets().rotate(a_secret("two", NOW), Some(at(WEEK)), at(NOW), at(NOW)).unwrap();
    assert_eq!(working_kids(&client, NOW), ["one", "two"]);
    assert_eq!(working_kids(&client, WEEK), ["two"]);
    let third = a_secret("three", NOW);
    assert!(matches!(client.rotate(third.clone(), Some(at(WEEK)), at(NOW), at(NOW)), Err(Error::TooMany { .. })));
    let client = client.rotate(third, None, at(NOW), at(NOW)).unwrap();
    assert_eq!(working_kids(&client, NOW), ["three"], "none given ends all before at once");
}

#[test]
fn an_overlap_never_makes_an_old_secret_last_longer() {
    let client = with_secrets().rotate(a_secret("two", NOW), Some(at(WEEK)), at(NOW), at(NOW)).unwrap();
    let later = at(WEEK).plus_seconds(1);
    let client = client.rotate(a_secret("three", WEEK), Some(later.plus_seconds(60)), later, later).unwrap();
    let Credentials::Secrets(secrets) = &client.credentials else { panic!("it has secrets") };
    assert_eq!(secrets[0].retire_at, Some(at(WEEK)));
}

#[test]
fn an_old_secret_works_for_ninety_days_at_most() {
    let until = at(NOW).plus_seconds(LONGEST_OVERLAP_S + 1);
    assert!(matches!(
        with_secrets().rotate(a_secret("two", NOW), Some(until), at(NOW), at(NOW)),
        Err(Error::Refused(Refusal::Invalid(_)))
    ));
}

#[test]
fn keys_and_secrets_are_not_mixed() {
    let refused = with_secrets().add_key(a_key("one", NOW, ""), at(NOW), at(NOW));
    assert!(matches!(refused, Err(Error::WrongKind { .. })));
    let refused = with_keys().rotate(a_secret("one", NOW), None, at(NOW), at(NOW));
    assert!(matches!(refused, Err(Error::WrongKind { .. })));
}

#[test]
fn a_revoked_client_changes_no_more() {
    let client = with_keys().revoke(at(NOW)).unwrap();
    assert!(matches!(client.revoke(at(NOW)), Err(Refusal::IllegalStep { .. })));
    assert!(matches!(client.set_scopes(&[], at(NOW)), Err(Refusal::IllegalStep { .. })));
    assert!(matches!(
        client.add_key(a_key("two", NOW, ""), at(NOW), at(NOW)),
        Err(Error::Refused(Refusal::IllegalStep { .. }))
    ));
    assert!(matches!(
        client.retire_key(ClientKeyId::new(), None, at(NOW), at(NOW)),
        Err(Error::Refused(Refusal::IllegalStep { .. }))
    ));
}

#[test]
fn taking_a_scope_away_is_noticed() {
    let client = with_keys();
    let narrowed = client.set_scopes(&[Scope::BidsRead], at(NOW)).unwrap();
    assert!(!client.tokens_last(&narrowed, at(NOW)));
    let wanted = [Scope::BidsRead, Scope::BidsWrite, Scope::BidsCertify];
    let widened = client.set_scopes(&wanted, at(NOW)).unwrap();
    assert!(client.tokens_last(&widened, at(NOW)));
    assert_eq!(client.added(&wanted).collect::<Vec<_>>(), [Scope::BidsCertify]);
}
