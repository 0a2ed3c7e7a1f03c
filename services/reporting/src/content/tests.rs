use kit::digest::digest;

use super::*;

fn record(principle: &str, framework_version: i32) -> PrincipleRecord {
    PrincipleRecord { principle: principle.to_string(), framework_version, ..Default::default() }
}

fn prefilled() -> Content {
    let claimed = PrincipleRecord { claimed: true, ..record("learning", 1) };
    let assessed = PrincipleRecord { assessed: true, ..record("innovation", 1) };
    Content { principles: vec![claimed, assessed], ..Default::default() }
}

#[test]
fn the_canonical_json_has_sorted_keys_and_no_space_and_the_digest_covers_a_file() {
    let plain = Paper { content: Content { spent: Some(Money::pence(150_000)), ..prefilled() }, evidence: vec![] };
    let json = plain.canonical_json();
    assert!(json.starts_with(r#"{"content":{"answers":[],"forecast":null,"language":null,"levels":[]"#), "{json}");
    assert!(json.contains(r#""spent":{"currency":"GBP","minor_units":150000}"#), "{json}");
    let file = Evidence {
        id: "evd_0190163d8694739baea5966c26f8ad91".parse().unwrap(),
        file_name: "survey.csv".to_string(),
        media_type: "text/csv".to_string(),
        size_bytes: 4,
        sha256: "ab".repeat(32),
    };
    let with_file = Paper { evidence: vec![file], ..plain.clone() };
    assert_ne!(digest(&json), digest(with_file.canonical_json()));
}

#[test]
fn the_first_papers_keep_their_bytes_and_their_digest() {
    for (sealed, sha256) in [
        (
            include_str!("../../tests/golden/paper.v1.json"),
            "1b4671484e01f6fab738741e365de27cd269cbd4557bc75914eba015110b19b0",
        ),
        (
            include_str!("../../tests/golden/nil_paper.v1.json"),
            "6641528519c05a087e49ceed01d730c956a09b22a2be828673f959ae5c5f2fc4",
        ),
    ] {
        let paper: Paper = testing::sealed::expect(sealed, sha256);
        assert_eq!(paper.canonical_json(), sealed);
    }
}

#[test]
fn a_council_neither_claims_afterwards_nor_leaves_a_claim_out() {
    let boast = PrincipleRecord { claimed: true, assessed: true, evidenced: true, ..record("innovation", 0) };
    let written = Content { principles: vec![boast], ..Default::default() }.written_over(&prefilled(), 1);
    let said: Vec<_> = written
        .principles
        .iter()
        .map(|record| (record.principle.as_str(), record.claimed, record.assessed, record.evidenced))
        .collect();
    assert_eq!(said, [("innovation", false, true, true), ("learning", true, false, false)]);
}

#[test]
fn a_principle_evidenced_in_a_later_version_of_the_framework_stands_beside_the_claim() {
    let later = PrincipleRecord { evidenced: true, ..record("learning", 2) };
    let written = Content { principles: vec![later], ..Default::default() }.written_over(&prefilled(), 1);
    let said: Vec<_> =
        written.principles.iter().map(|record| (record.framework_version, record.claimed, record.evidenced)).collect();
    assert_eq!(said, [(2, false, true), (1, true, false), (1, false, false)]);
}

#[test]
fn only_what_the_report_has_can_be_asked_about() {
    let measure = Measure { name: "households".to_string(), ..Default::default() };
    let content = Content { measures: vec![measure], ..prefilled() };
    let paper = Paper { content, evidence: vec![] };
    for good in ["spent", "answers[progress]", "answers[outcomes].text", "measures[0].value", "principles[learning]"] {
        assert!(paper.has(good), "{good}");
    }
    for bad in ["", "answers", "answers[mood]", "measures[1]", "measures[0].colour", "spent[0]", "title"] {
        assert!(!paper.has(bad), "{bad}");
    }
}
