use kit::tokens::{KeySet, verify_statement};

use super::*;
use crate::samples::{a_bid, a_rubric, an_assessment};

/// Digest of the record that `tests/golden/record.v1.json` holds.
const RECORD: &str = "df80eed6e3cecea3b2311d5e505df7d942d718a6e9f4623d508f3599447f56c2";

fn a_record() -> Record {
    let (assessment, bids) = (an_assessment(), vec![a_bid(1), a_bid(2)]);
    let review = |bid: &AssessedBid, state: &str, given: i32| Review {
        review: ReviewId::new(),
        bid: bid.id,
        reviewer: PersonId::new(),
        state: state.to_string(),
        marks: ["difference", "need"]
            .map(|code| Mark { criterion: code.to_string(), mark: Some(given), reason: String::new() })
            .to_vec(),
    };
    let reviews = vec![review(&bids[0], "locked", 3), review(&bids[0], "lapsed", 5), review(&bids[1], "locked", 4)];
    let mut record = Record {
        rule_version: RULE_VERSION.to_string(),
        assessment: assessment.id,
        round: assessment.call.round,
        round_reference: assessment.call.reference.clone(),
        rubric: a_rubric(),
        settings: assessment.settings,
        boards: Vec::new(),
        panel: Vec::new(),
        bids,
        interests: Vec::new(),
        reviews,
        moderations: Vec::new(),
        castings: Vec::new(),
        ranking: Ranking { bids: Vec::new(), open_ties: Vec::new() },
        meetings: Vec::new(),
        recommendations: Vec::new(),
        determinations: Vec::new(),
        closing: Closing::default(),
        history: Vec::new(),
    };
    record.ranking = record.ranked().unwrap();
    record
}

#[test]
fn a_record_replays_to_the_ranking_that_it_holds() {
    let replayed = replay(&a_record().canonical_json()).unwrap();
    assert_eq!((replayed.n_bids, replayed.n_reviews), (2, 2));
}

#[test]
fn one_mark_altered_makes_the_replay_fail_at_its_bid() {
    let mut record = a_record();
    record.reviews[0].marks[0].mark = Some(4);
    let first = record.bids[0].id.to_string();
    match replay(&record.canonical_json()).unwrap_err() {
        ReplayError::Differs { first: found } => assert_eq!(found, first),
        other => panic!("{other}"),
    }
}

#[test]
fn the_first_record_keeps_its_bytes_its_digest_its_signature_and_its_ranking() {
    let sealed = include_str!("../../../tests/golden/record.v1.json");
    let record: Record = testing::sealed::expect(sealed, RECORD);
    assert_eq!(record.canonical_json(), sealed);
    let replayed = replay(sealed).unwrap();
    assert_eq!((replayed.sha256.as_str(), replayed.n_bids, replayed.n_reviews), (RECORD, 13, 15));
    let keys = KeySet::parse(include_str!("../../../tests/golden/record_keys.v1.json")).unwrap();
    let jws = include_str!("../../../tests/golden/record.v1.jws");
    let (claims, _): (Claims, _) = verify_statement(&keys, TYPE, jws, "grading").unwrap();
    let expected = Claims {
        iat: 1_796_043_600,
        assessment: record.assessment,
        round: record.round,
        round_reference: "r3-2020".to_string(),
        sha256: RECORD.to_string(),
        sealed_at: "2020-02-04T10:00:00.000001Z".to_string(),
    };
    assert_eq!(claims, expected);
}

/// H-1: it may lack what is asked today, and hold what is asked no longer.
#[test]
fn a_record_that_todays_types_print_otherwise_replays_by_the_bytes_given() {
    let json = a_record().canonical_json().replace(r#""minimum":null,"#, "");
    let json = json.replacen(r#"{"assessment":"#, r#"{"asked":"no longer","assessment":"#, 1);
    assert_ne!(serde_json::from_str::<Record>(&json).unwrap().canonical_json(), json);
    assert_eq!(replay(&json).unwrap().sha256, digest(&json));
    for other in [r#"{"asked":1.0,"#, r#"{"asked":1,"asked":1,"#, r#"{ "asked":1,"#, r#"{"zed":1,"#] {
        let other = json.replacen(r#"{"asked":"no longer","#, other, 1);
        assert!(matches!(replay(&other).unwrap_err(), ReplayError::NotCanonical), "{other}");
    }
}

#[test]
fn bytes_that_are_not_canonical_another_rule_version_and_other_json_are_refused() {
    let json = a_record().canonical_json();
    assert!(matches!(replay(&format!("{json} ")).unwrap_err(), ReplayError::NotCanonical));
    let other = Record { rule_version: "toadlane/weighted-mean/3".to_string(), ..a_record() };
    assert!(matches!(replay(&other.canonical_json()).unwrap_err(), ReplayError::OtherRules { .. }));
    assert!(matches!(replay("{}").unwrap_err(), ReplayError::NotARecord(_)));
}
