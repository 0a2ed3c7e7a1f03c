//! The corpus: what enters, what is found, and what leaves at once.

use kit::ids::OrgId;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1 as types;

use super::harness::*;

async fn search(harness: &Harness, commission: &pb::Commission, words: &str) -> pb::SearchCorpusResponse {
    let request = pb::SearchCorpusRequest {
        commission_id: commission.id.clone(),
        words: words.to_string(),
        ..Default::default()
    };
    harness.as_who(&harness.consultant).corpus.search_corpus(request).await.unwrap().into_inner()
}

fn titles(answer: &pb::SearchCorpusResponse) -> Vec<String> {
    answer.hits.iter().map(|hit| hit.document.clone().unwrap().title).collect()
}

#[tokio::test]
async fn a_report_enters_when_it_is_released_and_leaves_every_answer_when_that_is_withdrawn() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report = a_report(harness.round, council.id, "Diabeaters", "Carers cooked with three households.");
        report.release = None;
        harness.publish("ReportAccepted", &mut report).await;
        assert!(harness.documents(&commission).await.is_empty());
        report.release = Some(reporting::Release { to_learning: true, may_quote: true, ..Default::default() });
        harness.publish("ReportReleased", &mut report).await;
        let document = harness.documents(&commission).await.remove(0);
        assert_eq!((document.source_id.as_str(), document.source_revision), (report.id.as_str(), 3));
        assert_eq!(
            (document.source_sha256.as_str(), document.theme.as_str()),
            (report.content_sha256.as_str(), "Health and social care")
        );
        assert_eq!((document.group.as_str(), document.principles.len()), ("unitary_authority", 1));
        let passage = harness.marked(&commission, &document, "three households").await;
        assert_eq!(search(&harness, &commission, "cooked").await.total_size, 1);

        report.release = Some(reporting::Release::default());
        harness.publish("ReleaseWithdrawn", &mut report).await;
        assert!(harness.documents(&commission).await.is_empty());
        let gone = search(&harness, &commission, "cooked").await;
        assert_eq!((gone.total_size, gone.facets.len()), (0, 0));
        let get = pb::GetPassageRequest { passage_id: passage.id };
        assert_eq!(
            harness.as_who(&harness.auditor).corpus.get_passage(get).await.unwrap_err().message(),
            "no such passage"
        );
        let export = pb::ExportPassagesRequest { commission_id: commission.id.clone() };
        let csv = harness.as_who(&harness.consultant).corpus.export_passages(export).await.unwrap().into_inner();
        assert_eq!((csv.n_passages, csv.csv.lines().count()), (0, 1));
    })
    .await;
}

/// L-A6: what somebody adds later is no word of the report, and nobody else's words stand under a council's name.
#[tokio::test]
async fn an_addendum_is_a_document_of_its_author_and_enters_with_its_own_release_alone() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Stevenage Borough Council"), harness.running().await);
        let mut report = harness.report(&council, "Connecting Communities", "Drivers hear of needs early.").await;
        let added = |number: i32, text: &str, organisation: OrgId, to_learning: bool| reporting::Addendum {
            number,
            text: text.to_string(),
            author: Some(types::Actor { organisation_id: organisation.to_string(), ..Default::default() }),
            content_sha256: kit::digest::digest(text),
            release: Some(reporting::Release { to_learning, may_quote: to_learning, ..Default::default() }),
            ..Default::default()
        };
        let network = OrgId::new();
        report.addenda = vec![
            added(1, "A fourth driver joined.", council.id, false),
            added(2, "The council was slow to answer.", network, false),
        ];
        harness.publish("AddendumAdded", &mut report).await;
        for word in ["fourth", "slow"] {
            assert_eq!(search(&harness, &commission, word).await.total_size, 0);
        }

        report.addenda[0] = added(1, "A fourth driver joined.", council.id, true);
        harness.publish("AddendumReleased", &mut report).await;
        let documents = harness.documents(&commission).await;
        let own = documents.iter().find(|document| document.addendum == 1).unwrap();
        assert_eq!((documents.len(), own.kind()), (2, pb::document::Kind::Addendum));
        assert_eq!((&own.source_id, own.organisation_id.clone()), (&report.id, council.id.to_string()));
        // The digest beside a quote is that of the bytes in which it stands.
        assert_eq!(own.source_sha256, kit::digest::digest("A fourth driver joined."));
        let get = pb::GetDocumentRequest { commission_id: commission.id.clone(), document_id: own.id.clone() };
        let whole = harness.as_who(&harness.consultant).corpus.get_document(get).await.unwrap().into_inner();
        let sections: Vec<_> = whole.sections.iter().map(|section| section.text.as_str()).collect();
        assert_eq!(sections, ["A fourth driver joined."]);
        let quoted = harness.quotable(&commission, &council, own, "A fourth driver").await;
        let export = pb::ExportPassagesRequest { commission_id: commission.id.clone() };
        let csv = harness.as_who(&harness.consultant).corpus.export_passages(export).await.unwrap().into_inner().csv;
        assert!(csv.contains("Stevenage Borough Council: Connecting Communities, addendum 1 to revision 3"), "{csv}");

        report.addenda[0] = added(1, "A fourth driver joined.", council.id, false);
        harness.publish("AddendumWithdrawn", &mut report).await;
        assert_eq!(harness.documents(&commission).await.len(), 1);
        report.addenda[0] = added(1, "A fourth driver joined.", council.id, true);
        harness.publish("AddendumReleased", &mut report).await;
        let again = harness.passage(&harness.consultant, &quoted).await.unwrap();
        assert_eq!(again.consent(), pb::passage::Consent::NotAsked);
        harness.release(&mut report, false, false).await;
        assert!(harness.documents(&commission).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn an_older_event_does_not_bring_a_withdrawn_report_back() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report = harness.report(&council, "Diabeaters", "Carers cooked.").await;
        let mut older = report.clone();
        report.etag = "7".to_string();
        report.release = Some(reporting::Release::default());
        harness.publish("ReleaseWithdrawn", &mut report).await;
        harness.publish("ReportReleased", &mut older).await;
        assert!(harness.documents(&commission).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn a_search_takes_any_words_any_script_and_any_number_of_them() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        harness.report(&council, "Diabeaters", "Carers grew leeks 🌱 and cooked. Day opportunities for carers.").await;
        harness.report(&council, "Hubs", "Opportunities came on the second day. مرحبا بكم في المركز.").await;
        assert_eq!(titles(&search(&harness, &commission, "leeks").await), ["Diabeaters"]);
        assert_eq!(search(&harness, &commission, "day opportunities").await.total_size, 2);
        assert_eq!(titles(&search(&harness, &commission, "\"day opportunities\"").await), ["Diabeaters"]);
        assert_eq!(titles(&search(&harness, &commission, "مرحبا").await), ["Hubs"]);
        assert_eq!(titles(&search(&harness, &commission, "🌱").await), ["Diabeaters"]);
        for nothing in ["\"", "\" \"", "title:(x OR", "!?*", "¿"] {
            let found = search(&harness, &commission, nothing).await;
            assert_eq!(found.total_size, 0, "{nothing}");
        }
        let many: Vec<String> = (0..9_999).map(|n| format!("w{n}")).collect();
        assert_eq!(titles(&search(&harness, &commission, &format!("{} leeks", many.join(" "))).await), ["Diabeaters"]);
    })
    .await;
}

#[tokio::test]
async fn snippets_are_exact_bytes_and_facets_count_the_hits() {
    each_engine(async |harness| {
        let (council, other) = (harness.council("Plymouth City Council"), harness.council("Kirklees Council"));
        let commission = harness.running().await;
        let text = format!("{} Carers’ own words count. {}", "é🌱 ".repeat(80), "ö ".repeat(200));
        let report = harness.report(&council, "Diabeaters", &text).await;
        harness.report(&other, "Vision", "Carers, carers and carers.").await;
        let found = search(&harness, &commission, "carers words").await;
        for hit in &found.hits {
            for snippet in &hit.snippets {
                for span in &snippet.highlights {
                    let words = &snippet.text[span.start as usize..span.end as usize];
                    assert!(["carers", "words"].contains(&words.to_lowercase().as_str()), "{words}");
                }
            }
        }
        let hit = found.hits.iter().find(|hit| hit.document.as_ref().unwrap().source_id == report.id).unwrap();
        let snippet = hit.snippets.iter().find(|snippet| snippet.section_key == "answers[outcomes]").unwrap();
        let start = snippet.start as usize;
        assert_eq!(&text[start..start + snippet.text.len()], snippet.text);
        let councils: Vec<_> = found.facets.iter().filter(|facet| facet.field == "council").collect();
        assert_eq!((councils.len(), councils[0].n_hits), (2, 1));
        let theme = found.facets.iter().find(|facet| facet.field == "theme").unwrap();
        assert_eq!((theme.value.as_str(), theme.n_hits), ("Health and social care", 2));

        let one = pb::SearchCorpusRequest {
            commission_id: commission.id.clone(),
            words: "carers words".to_string(),
            page_size: 1,
            ..Default::default()
        };
        let mut corpus = harness.as_who(&harness.consultant).corpus;
        let first = corpus.search_corpus(one.clone()).await.unwrap().into_inner();
        let next = pb::SearchCorpusRequest { page_token: first.next_page_token.clone(), ..one };
        let second = corpus.search_corpus(next).await.unwrap().into_inner();
        assert_eq!([titles(&first), titles(&second)].concat(), titles(&found));
        assert_eq!((second.total_size, second.next_page_token.as_str()), (2, ""));
    })
    .await;
}

#[tokio::test]
async fn another_process_finds_what_this_one_wrote_and_not_what_it_took_back() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report = harness.report(&council, "Diabeaters", "Carers cooked.").await;
        let request = pb::SearchCorpusRequest {
            commission_id: commission.id.clone(),
            words: "cooked".to_string(),
            ..Default::default()
        };
        let mut other = harness.as_who_of(&harness.another_process(), &harness.consultant).corpus;
        let theirs = other.search_corpus(request.clone()).await.unwrap().into_inner();
        assert_eq!(theirs.hits, search(&harness, &commission, "cooked").await.hits);
        report.release = Some(reporting::Release::default());
        harness.publish("ReleaseWithdrawn", &mut report).await;
        assert_eq!(other.search_corpus(request).await.unwrap().into_inner().total_size, 0);
    })
    .await;
}
