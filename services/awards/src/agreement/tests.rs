use kit::time::at;

use super::*;

fn terms() -> Terms {
    let council = "org_0190163d8694739baea5966c26f8ad91".parse().unwrap();
    Terms {
        reference: "r3-2020-01".to_string(),
        version: 1,
        recipient: council,
        payee: council,
        amount: Money::pence(150_000),
        scope: String::new(),
        conditions: Vec::new(),
        starts_on: "2020-03-01".parse().unwrap(),
        ends_on: "2020-11-30".parse().unwrap(),
        interim_report_due: None,
        final_report_due: Deadline {
            instant: at("2021-01-01T00:00:00Z"),
            zone: "Europe/London".to_string(),
            announced: "31 December 2020".to_string(),
        },
    }
}

#[test]
fn the_first_terms_keep_their_bytes_and_their_digest() {
    for (sealed, sha256) in [
        (
            include_str!("../../tests/golden/terms.v1.json"),
            "66e3ea92b4f16291c61320824ad28d43b9e74300afd4db2c1db5a96568a64608",
        ),
        (
            include_str!("../../tests/golden/first_terms.v1.json"),
            "4abf2ad70ee86a6a27d9c2d804c8edc01370ce3af7674ea7a387e312b19bbe4a",
        ),
    ] {
        let terms: Terms = testing::sealed::expect(sealed, sha256);
        let agreement = Agreement::new(terms, None, at("2020-02-04T10:00:00Z"));
        assert_eq!((agreement.canonical_json.as_str(), agreement.digest.as_str()), (sealed, sha256));
    }
}

#[test]
fn the_digest_covers_every_term_and_is_the_same_for_the_same_terms() {
    let first = Agreement::new(terms(), None, at("2020-02-04T10:00:00Z"));
    assert!(first.canonical_json.starts_with(r#"{"amount":{"currency":"GBP","minor_units":150000},"conditions":[]"#));
    assert_eq!(first.digest, Agreement::new(terms(), None, at("2020-02-05T10:00:00Z")).digest);
    let other = Terms { amount: Money::pence(150_001), ..terms() };
    assert_ne!(first.digest, Agreement::new(other, None, at("2020-02-04T10:00:00Z")).digest);
}

#[test]
fn the_money_follows_a_council_to_its_successor_but_not_another_payee() {
    let (successor, accountable) = (OrgId::new(), OrgId::new());
    let change = Change { successor: Some(successor), ..Change::default() };
    assert_eq!(terms().varied(&change).unwrap().payee, successor);
    let paid_elsewhere = Terms { payee: accountable, ..terms() };
    let varied = paid_elsewhere.varied(&change).unwrap();
    assert_eq!((varied.recipient, varied.payee, varied.version), (successor, accountable, 2));
}

#[test]
fn a_project_never_ends_before_it_starts() {
    let change = Change { ends_on: Some("2020-02-29".parse().unwrap()), ..Change::default() };
    assert!(matches!(terms().varied(&change), Err(Error::EndsBeforeStart)));
}

/// G-B1: what a council agreed to is kept by more money and more time, and by nothing else.
#[test]
fn a_version_that_gives_more_money_or_more_time_keeps_what_was_agreed_to() {
    let later = |instant: &str| Some(Deadline { instant: at(instant), ..terms().final_report_due });
    let date = |text: &str| Some(text.parse().unwrap());
    let kept = [
        Change { amount: Some(Money::pence(150_001)), ..Change::default() },
        Change { ends_on: date("2020-12-01"), ..Change::default() },
        Change { final_report_due: later("2021-01-02T00:00:00Z"), ..Change::default() },
        Change { successor: Some(OrgId::new()), ..Change::default() },
    ];
    let broken = [
        Change { amount: Some(Money::pence(149_999)), ..Change::default() },
        Change { ends_on: date("2020-11-29"), ..Change::default() },
        Change { starts_on: date("2020-02-29"), ..Change::default() },
        Change { final_report_due: later("2020-12-31T23:59:59Z"), ..Change::default() },
        Change { interim_report_due: later("2020-07-01T00:00:00Z"), ..Change::default() },
        Change { scope: Some("two hubs".to_string()), ..Change::default() },
        Change { payee: Some(OrgId::new()), ..Change::default() },
    ];
    for (changes, is_kept) in [(&kept[..], true), (&broken[..], false)] {
        for change in changes {
            assert_eq!(terms().is_kept_by(&terms().varied(change).unwrap()), is_kept, "{change:?}");
        }
    }
}
