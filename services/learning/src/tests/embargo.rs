//! Embargo: who reads what before its instant, and what becomes public at it (rule 31).

use pb::publication::State;
use pb::publication_document::Format;
use pb::publication_item::Item;
use prost::Message;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1 as types;
use tonic::Code;

use super::book::*;
use super::harness::*;

#[tokio::test]
async fn under_embargo_only_the_named_group_reads_a_watermarked_document_until_the_instant() {
    each_engine(async |harness| {
        let (book, reader, public) = (harness.book().await, somebody(), somebody());
        let embargoed = harness.embargoed(&book.publication, &[&reader]).await;
        assert_eq!(embargoed.state(), State::Embargoed);
        harness.at("2021-03-29T07:59:59.999999Z").await;
        let seen = harness.document(&reader, &embargoed, 0, Format::Html).await.unwrap();
        assert!(seen.watermarked && seen.text.contains("Under embargo until 9:00am on 29 March 2021"));
        let markdown = harness.document(&reader, &embargoed, 0, Format::Markdown).await.unwrap();
        assert!(markdown.text.contains("Under embargo until 9:00am on 29 March 2021"));
        for hidden in [&public, &book.council.officer] {
            assert_eq!(harness.now(hidden, &embargoed).await.unwrap_err().code(), Code::NotFound);
            assert_eq!(harness.document(hidden, &embargoed, 1, Format::Html).await.unwrap_err().code(), Code::NotFound);
        }
        // In no list but those of its authors, editors and auditors.
        let lists = [&reader, &public, &harness.consultant, &harness.editor, &harness.auditor];
        let mut n_listed = Vec::new();
        for who in lists {
            n_listed.push(harness.listed(who).await);
        }
        assert_eq!(n_listed, [0, 0, 1, 1, 1]);

        harness.at(PUBLISH_AT).await;
        let published = harness.now(&public, &embargoed).await.unwrap();
        assert_eq!((published.state(), published.published_at), (State::Published, wire(PUBLISH_AT)));
        assert!(published.embargo_group.is_empty());
        let page = harness.document(&public, &embargoed, 0, Format::Html).await.unwrap();
        assert!(!page.watermarked && !page.text.contains("embargo"));
        assert_eq!(page.sha256, kit::digest::digest(page.text.as_bytes()));
        assert_eq!(harness.listed(&public).await, 1);
        assert_eq!(harness.insight(&book.insight).await.state(), pb::insight::State::Used);
    })
    .await;
}

#[tokio::test]
async fn at_its_instant_a_publication_whose_source_was_altered_is_held_back_and_not_published() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.alter(&book.passage).await;
        harness.at(PUBLISH_AT).await;
        assert_eq!(harness.now(&public, &embargoed).await.unwrap_err().code(), Code::NotFound);
        let held = harness.now(&harness.editor, &embargoed).await.unwrap();
        assert_eq!((held.state(), held.proposed_publish_at), (State::Drafting, embargoed.publish_at.clone()));
        assert!(held.reason.contains("byte for byte"), "{}", held.reason);
        let lines = harness.history(&harness.auditor, &held.id).await.unwrap();
        let last = lines.last().unwrap();
        assert_eq!((last.step.as_str(), &last.reason), ("hold_back", &held.reason));
    })
    .await;
}

#[tokio::test]
async fn an_embargo_that_ends_in_the_doubled_hour_must_say_which_of_the_two() {
    each_engine(async |harness| {
        let (_, commission, _) = harness.a_document("Carers cooked.").await;
        let planned = harness.planned(&commission).await;
        let prose = vec![item(Item::Prose("Words of our own.".to_string()))];
        let set = harness.with_items(&planned, prose).await.unwrap();
        let checked = harness.in_fact_check(&set).await;
        let approved = harness.approve(&checked).await.unwrap();
        let first = "2021-10-31T00:30:00Z";
        let vague = harness.embargo(&approved, first, "1:30am on 31 October 2021", &[]).await.unwrap_err();
        assert_eq!(fields(&vague), ["publish_at.announced"]);
        assert!(vague.message().contains("1:30am BST on 31 October 2021"), "{}", vague.message());
        let past =
            harness.embargo(&approved, "2020-10-25T00:30:00Z", "1:30am BST on 25 October 2020", &[]).await.unwrap_err();
        assert_eq!(fields(&past), ["publish_at.instant"]);
        let embargoed = harness.embargo(&approved, first, "1:30am BST on 31 October 2021", &[]).await.unwrap();
        harness.at("2021-10-31T00:29:59.999999Z").await;
        assert_eq!(harness.now(&harness.editor, &embargoed).await.unwrap().state(), State::Embargoed);
        harness.at(first).await;
        assert_eq!(harness.now(&harness.editor, &embargoed).await.unwrap().state(), State::Published);
    })
    .await;
}

/// L-A9: whatever is under embargo is told by its identity alone; every row of the outbox is looked at.
#[tokio::test]
async fn no_event_bears_a_quote_a_note_an_address_or_anything_of_what_is_under_embargo() {
    each_engine(async |harness| {
        let mut book = harness.book().await;
        let release = reporting::Release {
            to_learning: true,
            may_quote: true,
            name_contact: true,
            contact: "policy@plymouth.example".to_string(),
            ..Default::default()
        };
        book.report.release = Some(release);
        harness.publish("ReportReleased", &mut book.report).await;
        assert_eq!(harness.documents(&book.commission).await[0].contact, "policy@plymouth.example");
        harness.embargoed(&book.publication, &[&somebody()]).await;
        let rows = events(&harness.db).await;
        let mut n_publications = 0;
        for event in &rows {
            let text = String::from_utf8_lossy(&event.encode_to_vec()).into_owned();
            let words = [
                "kitchen",
                "note to myself",
                "Co-operative Difference",
                "fill in no form",
                "Age Concern",
                "plymouth.example",
                "Director of Adult",
                &book.council.certifier.subject,
                &book.council.officer.subject,
                &book.teller.certifier.subject,
            ];
            for word in words {
                // Who did it stands in the envelope, as in every event.
                let envelope = types::Event { resource: None, ..event.clone() };
                let n_of_envelope = String::from_utf8_lossy(&envelope.encode_to_vec()).matches(word).count();
                assert_eq!(text.matches(word).count(), n_of_envelope, "{word} in {}", event.r#type);
            }
            if event.subject.starts_with("pub_") {
                n_publications += 1;
                for word in ["Plymouth", "Diabeaters", "psg_", "ins_", "cst_", "doc_", "rpt_"] {
                    assert!(!text.contains(word), "{word} in {}", event.r#type);
                }
            }
        }
        // Planned, items set, put to the councils, that ended, approved, embargoed.
        assert_eq!(n_publications, 6);
    })
    .await;
}
