//! Every quote of the publication, followed by a program of its own to the bytes of the report that it pins.

use std::collections::BTreeMap;
use std::io::Write;
use std::process::{Command, Stdio};

use demo::round::Round;
use demo::second_half::SecondHalf;
use serde_json::{Value, json};
use toadlane_proto::learning::v1 as learning;
use toadlane_proto::reporting::v1 as reporting;

pub async fn lead_to_the_bytes(round: &Round, whole: &SecondHalf, html: &str) {
    let list = learning::ListCitationsRequest {
        publication_id: whole.learnt.publication.id.clone(),
        page_size: 500,
        ..Default::default()
    };
    let citations = whole.people.editor.publications().list_citations(list).await.unwrap().into_inner().citations;
    let mut revisions = BTreeMap::new();
    for citation in &citations {
        let list =
            reporting::ListReportRevisionsRequest { report_id: citation.source_id.clone(), ..Default::default() };
        let found = round.network.manager.reports().list_report_revisions(list).await.unwrap().into_inner().revisions;
        let pinned = found.into_iter().find(|revision| revision.number == citation.source_revision).unwrap();
        revisions.insert(format!("{}@{}", citation.source_id, citation.source_revision), pinned.canonical_json);
    }
    let wire: Vec<Value> = citations
        .iter()
        .map(|one| {
            json!({
                "anchor": one.anchor, "source_anchor": one.source_anchor, "source_id": one.source_id,
                "source_revision": one.source_revision, "source_sha256": one.source_sha256,
                "section_key": one.section_key, "start": one.start, "end": one.end,
            })
        })
        .collect();
    let asked = json!({ "html": html, "citations": wire, "revisions": revisions });
    assert_eq!(followed(&asked), Ok(citations.len()));
    assert_eq!(citations.len(), 16, "13 councils on what they reached, three on what did not work");
    println!("{} citations lead to the bytes of {} pinned reports", citations.len(), revisions.len());

    let words = "reached residents whom";
    let mut altered = asked.clone();
    altered["html"] = html.replacen(words, "reached residents whon", 1).into();
    let says = followed(&altered).unwrap_err();
    assert!(says.contains("the element says"), "{says}");
    let mut altered = asked.clone();
    let first = altered["revisions"].as_object_mut().unwrap().values_mut().next().unwrap();
    *first = first.as_str().unwrap().replacen(words, "reached residents whon", 1).into();
    let says = followed(&altered).unwrap_err();
    assert!(says.contains("another digest"), "{says}");
}

/// How many citations could be followed, or which could not.
fn followed(asked: &Value) -> Result<usize, String> {
    let python = std::env::var("TOADLANE_TEST_PYTHON").expect("./infra/test says where Python is");
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tools/follow_citations.py");
    let mut follower = Command::new(python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    follower.stdin.take().unwrap().write_all(asked.to_string().as_bytes()).unwrap();
    let output = follower.wait_with_output().unwrap();
    match output.status.success() {
        true => Ok(String::from_utf8(output.stdout).unwrap().trim().parse().unwrap()),
        false => Err(String::from_utf8(output.stderr).unwrap()),
    }
}
