//! Publications: pinned sources, and documents whose quotes can be followed to the bytes.

use pb::publication_document::Format;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use tonic::Code;

use super::book::*;
use super::harness::*;

/// The text of the element with an identity, as a browser reads it.
fn text_of(html: &str, id: &str) -> String {
    let (_, after) = html.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("{id} stands nowhere"));
    let inner = after.split('<').next().unwrap();
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#13;", "\r"), ("&amp;", "&")];
    named.iter().fold(inner.to_string(), |text, (name, sign)| text.replace(name, sign))
}

#[tokio::test]
async fn every_citation_leads_to_an_element_whose_text_is_the_pinned_bytes_and_to_its_source() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let page = harness.document(&harness.editor, &book.publication, 0, Format::Html).await.unwrap();
        let citations = harness.citations(&harness.editor, &book.publication).await;
        assert_eq!(citations.len(), 1);
        let full = format!("Three households took part. {QUOTE} We go on.");
        for citation in &citations {
            let bytes = &full[citation.start as usize..citation.end as usize];
            assert_eq!(text_of(&page.text, &citation.anchor), bytes);
            assert_eq!(citation.quote, bytes);
            assert_eq!((citation.source_id.as_str(), citation.source_revision), (book.report.id.as_str(), 3));
            assert!(page.text.contains(&format!("href=\"#{}\"", citation.source_anchor)));
            assert!(page.text.contains(&format!(
                "<li id=\"{}\">Plymouth City Council: Diabeaters, final report, revision 3",
                citation.source_anchor
            )));
            assert!(page.text.contains(&citation.source_sha256));
            assert!(page.text.contains(&format!("href=\"#{}\"", citation.anchor)));
        }
        // What is not consented to is cited and not quoted; an identity stands once.
        assert_eq!(page.text.matches(&format!("id=\"{}\"", citations[0].anchor)).count(), 1);
        assert!(!page.text.contains("Three households</p>"));
        assert!(page.text.contains("What &lt;we&gt; found."));
        assert!(!page.text.contains("<script") && !page.text.contains("http"));
    })
    .await;
}

#[tokio::test]
async fn a_source_that_was_withdrawn_or_altered_since_keeps_a_publication_from_being_approved() {
    each_engine(async |harness| {
        let mut book = harness.book().await;
        let checked = harness.in_fact_check(&book.publication).await;
        book.report.release = Some(reporting::Release::default());
        harness.publish("ReleaseWithdrawn", &mut book.report).await;
        let now = harness.now(&harness.editor, &checked).await.unwrap();
        // The quote left by itself (rule 32); the insight that rests on the report is for people to look at.
        assert_eq!(now.items.len(), 4);
        let refused = harness.approve(&now).await.unwrap_err();
        assert_eq!(reason(&refused), "SOURCES_CHANGED");
        assert_eq!(fields(&refused), ["items[2]", "sources[0]"]);
        let refused = harness.with_items(&now, now.items.clone()).await.unwrap_err();
        assert_eq!(fields(&refused), ["items[2]"]);
        let without: Vec<_> =
            now.items.iter().filter(|one| !matches!(one.item, Some(Item::InsightId(_)))).cloned().collect();
        let mended = harness.with_items(&now, without).await.unwrap();
        assert_eq!(mended.sources.len(), 1);
        let checked = harness.in_fact_check(&mended).await;
        harness.approve(&checked).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_altered_byte_of_a_pinned_document_is_found() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let checked = harness.in_fact_check(&book.publication).await;
        harness.alter(&book.passage).await;
        let refused = harness.approve(&checked).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), fields(&refused)),
            ("SOURCES_CHANGED", vec!["items[2]".to_string(), "items[3]".to_string()])
        );
    })
    .await;
}

#[tokio::test]
async fn authors_see_a_draft_while_their_commission_runs_and_are_readers_like_any_other_afterwards() {
    each_engine(async |harness| {
        let book = harness.book().await;
        harness.now(&harness.consultant, &book.publication).await.unwrap();
        assert_eq!(harness.now(&book.council.officer, &book.publication).await.unwrap_err().code(), Code::NotFound);
        harness.at(UNTIL).await;
        let ended = harness.now(&harness.consultant, &book.publication).await.unwrap_err();
        assert_eq!(reason(&ended), "COMMISSION_NOT_RUNNING");
        assert_eq!(harness.listed(&harness.consultant).await, 0);
        harness.now(&harness.editor, &book.publication).await.unwrap();
        let other_round = pb::CreatePublicationRequest {
            request_id: new_id(),
            commission_id: book.commission.id.clone(),
            title: "Another".to_string(),
            round_ids: vec![kit::ids::RoundId::new().to_string()],
            validate_only: false,
        };
        let refused = harness.as_who(&harness.editor).publications.create_publication(other_round).await.unwrap_err();
        assert_eq!(fields(&refused), ["round_ids"]);
    })
    .await;
}
