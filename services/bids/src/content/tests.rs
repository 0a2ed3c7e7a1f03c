use kit::digest::digest;

use super::*;

fn paper(title: &str) -> Paper {
    let content = Content { title: title.to_string(), requested: Some(Money::pence(150_000)), ..Default::default() };
    Paper { content, attachments: Vec::new(), participants: None }
}

#[test]
fn the_canonical_json_has_sorted_keys_and_no_space() {
    let json = paper("Diabeaters").canonical_json();
    assert!(json.starts_with(r#"{"attachments":[],"content":{"answers":[],"instrument":"","language":null"#), "{json}");
    assert!(json.contains(r#""requested":{"currency":"GBP","minor_units":150000}"#), "{json}");
}

#[test]
fn the_first_papers_keep_their_bytes_and_their_digest() {
    for (sealed, sha256) in [
        (
            include_str!("../../tests/golden/paper.v1.json"),
            "2e462106782594b3d7d1205f470633b0b001d06699113068a5402c7b2dc20c9c",
        ),
        (
            include_str!("../../tests/golden/empty_paper.v1.json"),
            "a69b54b9a057e2b49e73276d7f472fc97a8787f9d0ecbd62bd6adfb20fff735c",
        ),
        (
            include_str!("../../tests/golden/paper.v2.json"),
            "2dcc06ce4b884e6d0d5439a02b908a04f3e7d89fbf24807e6d28529957c97fc4",
        ),
    ] {
        let paper: Paper = testing::sealed::expect(sealed, sha256);
        assert_eq!(paper.canonical_json(), sealed);
    }
}

#[test]
fn the_digest_covers_an_attachment() {
    let plain = paper("Diabeaters");
    let file = Attachment {
        id: "att_0190163d8694739baea5966c26f8ad91".parse().unwrap(),
        file_name: "plan.pdf".to_string(),
        media_type: "application/pdf".to_string(),
        size_bytes: 4,
        sha256: "ab".repeat(32),
    };
    let with_file = Paper { attachments: vec![file], ..plain.clone() };
    assert_ne!(digest(plain.canonical_json()), digest(with_file.canonical_json()));
}

/// F-A2e: who takes part is signed for.
#[test]
fn the_digest_covers_who_takes_part_and_whether_they_may_edit() {
    let of = |participants| Paper { participants: Some(participants), ..paper("Diabeaters") };
    let organisation = "org_0190163d8694739baea5966c26f8ad92".parse().unwrap();
    let shared = |may_edit| of(vec![Participant { organisation, may_edit }]);
    let digests = [of(Vec::new()), shared(false), shared(true)].map(|paper| digest(paper.canonical_json()));
    assert!(digests[0] != digests[1] && digests[1] != digests[2]);
    let changes = compare(&shared(false), &shared(true));
    assert_eq!(changes[0].field, "participants[org_0190163d8694739baea5966c26f8ad92]");
    assert_eq!((changes[0].before.as_str(), changes[0].after.as_str()), ("reads", "may edit"));
}

#[test]
fn a_comparison_names_what_was_added_changed_and_taken_away() {
    let mut before = paper("Complex Needs Leads");
    before.content.answers.push(Answer { question: "risks".to_string(), text: "few".to_string() });
    let mut after = paper("Complex Needs Alliance");
    after.content.answers.push(Answer { question: "need".to_string(), text: "great".to_string() });
    let fields: Vec<_> = compare(&before, &after).into_iter().map(|change| change.field).collect();
    assert_eq!(fields, ["title", "answers[risks].text", "answers[need].text"]);
    assert_eq!(compare(&before, &before), []);
}
