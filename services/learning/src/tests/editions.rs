//! What a council takes back: it leaves what is not published, and asks for a corrected edition of what is (rule 32).

use std::sync::atomic::Ordering;

use pb::passage::Consent;
use pb::publication::State;
use pb::publication_document::Format;
use pb::publication_item::Item;
use prost::Message;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use tonic::Code;

use super::book::*;
use super::harness::*;

impl Harness {
    /// The next edition, which says that a quote was taken back.
    async fn corrected(&self, of: &pb::Publication) -> pb::Publication {
        let request = pb::CorrectPublicationRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            note: "a quote was taken back".to_string(),
            validate_only: false,
        };
        self.as_who(&self.editor).publications.correct_publication(request).await.unwrap().into_inner()
    }

    /// What events of this name say of publications.
    pub async fn publication_events(&self, name: &str) -> Vec<pb::Publication> {
        let all = events(&self.db).await.into_iter().filter(|event| kit::watch::event_type(event) == name);
        all.map(|event| pb::Publication::decode(event.resource.unwrap().value.as_slice()).unwrap()).collect()
    }
}

#[tokio::test]
async fn a_consent_taken_back_before_publication_removes_the_quote_and_after_it_asks_for_a_corrected_edition() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        let back = harness.answered(&book.council, &book.passage, Consent::Withdrawn).await;
        let now = harness.now(&harness.editor, &embargoed).await.unwrap();
        // L-A2: what is left was approved by nobody.
        assert_eq!((now.state(), now.items.len()), (State::Drafting, 4));
        assert!(harness.citations(&harness.editor, &now).await.is_empty());
        let again = harness.answered(&book.council, &back, Consent::Given).await;
        let set = harness.with_items(&now, now.items.clone()).await.unwrap();
        let embargoed = harness.embargoed(&set, &[]).await;
        harness.at(PUBLISH_AT).await;
        let published = harness.now(&public, &embargoed).await.unwrap();
        // The insight cites the passage, and its council lets it be quoted again.
        assert_eq!(harness.citations(&public, &published).await.len(), 1);

        harness.answered(&book.council, &again, Consent::Withdrawn).await;
        let due = harness.now(&harness.editor, &published).await.unwrap();
        assert!(due.correction_due);
        assert_eq!(harness.now(&public, &published).await.unwrap().edition, 1);
        let kinds = testing::stores::published(&harness.db).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "PublicationNeedsCorrection").count(), 1);
        assert_eq!(kinds.iter().filter(|kind| *kind == "QuotesRemoved").count(), 1);

        let second = harness.corrected(&due).await;
        assert_eq!((second.state(), second.edition), (State::Drafting, 2));
        assert_eq!(harness.now(&public, &due).await.unwrap().edition, 1);
        assert_eq!(harness.document(&public, &due, 2, Format::Html).await.unwrap_err().code(), Code::NotFound);
        let set = harness.with_items(&second, second.items.clone()).await.unwrap();
        let checked = harness.in_fact_check(&set).await;
        let approved = harness.approve(&checked).await.unwrap();
        let embargoed =
            harness.embargo(&approved, "2021-04-01T08:00:00Z", "9:00am on 1 April 2021", &[]).await.unwrap();
        harness.released(&embargoed).await.unwrap();
        let seen = harness.now(&public, &due).await.unwrap();
        assert_eq!(
            (seen.edition, seen.edition_note.as_str(), seen.correction_due),
            (2, "a quote was taken back", false)
        );
        assert!(harness.citations(&public, &due).await.is_empty());
        let first = harness.document(&public, &due, 1, Format::Html).await.unwrap();
        assert!(first.text.contains("Edition 1,"));
    })
    .await;
}

#[tokio::test]
async fn a_case_study_taken_back_leaves_what_is_not_published() {
    each_engine(async |harness| {
        let book = harness.book().await;
        harness.taken_back(&book.teller, &book.study).await;
        let now = harness.now(&harness.consultant, &book.publication).await.unwrap();
        assert_eq!((now.items.len(), now.sources.len()), (4, 1));
    })
    .await;
}

/// L-A3: what was public once does not vanish without a word.
#[tokio::test]
async fn a_publication_that_is_withdrawn_leaves_a_stone_that_says_why() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.at(PUBLISH_AT).await;
        let published = harness.now(&public, &embargoed).await.unwrap();
        let printed = harness.document(&public, &published, 1, Format::Html).await.unwrap();
        let request = pb::WithdrawPublicationRequest {
            request_id: new_id(),
            publication_id: published.id.clone(),
            etag: published.etag.clone(),
            reason: "a libel".to_string(),
            validate_only: false,
        };
        let refused = harness.as_who(&harness.consultant).publications.withdraw_publication(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        assert_eq!(fields(&harness.withdrawn(&published, " ").await.unwrap_err()), ["reason"]);
        harness.at("2021-05-01T09:00:00Z").await;
        let withdrawn = harness.withdrawn(&published, "a libel").await.unwrap();
        assert_eq!((withdrawn.state(), withdrawn.reason.as_str()), (State::Withdrawn, "a libel"));

        let stone = harness.now(&public, &published).await.unwrap();
        assert_eq!((stone.id, stone.title), (published.id.clone(), published.title.clone()));
        assert_eq!((stone.state, stone.reason.as_str()), (State::Withdrawn.into(), "a libel"));
        assert_eq!(stone.withdrawn_at, wire("2021-05-01T09:00:00Z"));
        assert_eq!((stone.items.len(), stone.sources.len()), (0, 0));
        for format in [Format::Html, Format::Markdown] {
            for edition in [0, 1] {
                let told = harness.document(&public, &published, edition, format).await.unwrap();
                assert!(told.text.contains("withdrawn on 1 May 2021: a libel"), "{}", told.text);
                assert!(told.text.contains("Co-operative Difference in Care") && !told.text.contains("said one"));
                assert_eq!(told.sha256, kit::digest::digest(&told.text));
                assert_eq!(told.overlay.unwrap().withdrawn_because, "a libel");
            }
        }
        assert_eq!(harness.document(&public, &published, 2, Format::Html).await.unwrap_err().code(), Code::NotFound);
        assert!(harness.citations(&public, &published).await.is_empty());
        let kept = harness.document(&harness.auditor, &published, 1, Format::Html).await.unwrap();
        assert_eq!((kept.text, kept.sha256), (printed.text, printed.sha256));
        assert_eq!((harness.listed(&public).await, harness.listed(&harness.editor).await), (0, 1));
        let again = harness.withdrawn(&withdrawn, "twice").await.unwrap_err();
        assert_eq!(reason(&again), "ILLEGAL_STEP");
    })
    .await;
}

/// L-A3: of what never was public nobody is told that there was something.
#[tokio::test]
async fn a_publication_that_is_withdrawn_before_it_was_public_leaves_no_stone() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.withdrawn(&embargoed, "never mind").await.unwrap();
        harness.at(PUBLISH_AT).await;
        assert_eq!(harness.now(&public, &embargoed).await.unwrap_err().code(), Code::NotFound);
        let hidden = harness.document(&public, &embargoed, 0, Format::Html).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
    })
    .await;
}

/// L-A3: whoever reads an edition, the newest or an older one, is told what was taken back and what supersedes it.
#[tokio::test]
async fn what_a_council_took_back_is_blacked_out_in_every_edition_and_kept_for_auditors() {
    each_engine(async |harness| {
        let (mut book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.at(PUBLISH_AT).await;
        let published = harness.now(&public, &embargoed).await.unwrap();
        let formats = [Format::Html, Format::Markdown];
        let mut printed = Vec::new();
        for format in formats {
            let page = harness.document(&public, &published, 1, format).await.unwrap();
            assert!(page.text.contains("said one") && page.text.contains("Day opportunities"));
            assert_eq!((&page.sha256, page.overlay.clone()), (&page.printed_sha256, Some(pb::Overlay::default())));
            printed.push(page);
        }
        harness.at("2021-04-10T09:00:00Z").await;
        harness.release(&mut book.report, true, false).await;
        harness.at("2021-04-12T09:00:00Z").await;
        harness.taken_back(&book.teller, &book.study).await;

        for (format, before) in formats.into_iter().zip(&printed) {
            let page = harness.document(&public, &published, 0, format).await.unwrap();
            for word in ["said one", "never", "Day opportunities", "For further information contact"] {
                assert!(!page.text.contains(word), "{word} in {}", page.text);
            }
            // The authors' own words stay, and so do the names of the sources.
            for word in ["In two parts", "Food brings people in", "South Tyneside Council", &book.report.content_sha256]
            {
                assert!(page.text.contains(word), "{word} not in {}", page.text);
            }
            assert!(page.text.contains("Plymouth City Council took back 1 quote on 10 April 2021"));
            assert!(page.text.contains("South Tyneside Council took back 1 case study on 12 April 2021"));
            assert!(page.text.contains(&before.sha256) && page.printed_sha256 == before.sha256);
            assert_eq!(page.sha256, kit::digest::digest(&page.text));
            let kept = harness.document(&harness.auditor, &published, 1, format).await.unwrap();
            assert_eq!((&kept.text, &kept.sha256), (&before.text, &before.sha256));
            assert_eq!(kept.overlay, page.overlay);
        }
        let citations = harness.citations(&public, &published).await;
        assert_eq!((citations[0].quote.as_str(), citations[0].taken_back_at), ("", wire("2021-04-10T09:00:00Z")));
        assert_eq!(harness.citations(&harness.auditor, &published).await[0].quote, QUOTE);
        let seen = harness.now(&public, &published).await.unwrap();
        assert_eq!(seen.sources[1].citation, "South Tyneside Council: a case study that it took back");
        let counts: Vec<_> = seen.overlay.unwrap().taken_back.iter().map(|t| (t.n_quotes, t.n_case_studies)).collect();
        assert_eq!(counts, [(1, 0), (0, 1)]);

        // The next edition says nothing of them, and the first stays blacked out, whatever is consented to since.
        let second = harness.corrected(&harness.now(&harness.editor, &published).await.unwrap()).await;
        let own = vec![item(Item::Prose("Words of our own.".to_string()))];
        let embargoed = harness.with_items(&second, own).await.unwrap();
        let embargoed = harness.in_fact_check(&embargoed).await;
        let embargoed = harness.approve(&embargoed).await.unwrap();
        let embargoed = harness.embargo(&embargoed, "2021-05-01T08:00:00Z", "9:00am on 1 May 2021", &[]).await.unwrap();
        harness.released(&embargoed).await.unwrap();
        harness.release(&mut book.report, true, true).await;
        let asked = harness.passage(&harness.consultant, &book.passage).await.unwrap();
        let asked = harness.asked(&asked).await;
        harness.answered(&book.council, &asked, Consent::Given).await;
        let first = harness.document(&public, &published, 1, Format::Html).await.unwrap();
        assert!(first.text.contains("Edition 2 supersedes this edition") && !first.text.contains("said one"));
        assert_eq!(first.overlay.unwrap().superseded_by, 2);
        let newest = harness.document(&public, &published, 0, Format::Html).await.unwrap();
        assert_eq!(
            (newest.edition, newest.sha256, newest.overlay),
            (2, newest.printed_sha256, Some(Default::default()))
        );
    })
    .await;
}

/// L-A2: a text that loses a quote is another text, and nobody approved it.
#[tokio::test]
async fn what_loses_a_quote_is_drafted_again_with_its_instant_as_a_proposal_and_tells_its_authors() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let approved = harness.in_fact_check(&book.publication).await;
        let approved = harness.approve(&approved).await.unwrap();
        let back = harness.answered(&book.council, &book.passage, Consent::Withdrawn).await;
        let drafted = harness.now(&harness.consultant, &approved).await.unwrap();
        assert_eq!((drafted.state(), drafted.reason.as_str()), (State::Drafting, "a quote was taken back"));
        assert_eq!(drafted.proposed_publish_at, None);

        harness.answered(&book.council, &back, Consent::Given).await;
        let set = harness.with_items(&drafted, book.publication.items.clone()).await.unwrap();
        let embargoed = harness.embargoed(&set, &[]).await;
        let passage = harness.passage(&harness.consultant, &book.passage).await.unwrap();
        harness.answered(&book.council, &passage, Consent::Withdrawn).await;
        let drafted = harness.now(&harness.editor, &embargoed).await.unwrap();
        assert_eq!((drafted.state(), drafted.publish_at.clone()), (State::Drafting, None));
        assert_eq!(drafted.proposed_publish_at, embargoed.publish_at.clone());
        harness.at(PUBLISH_AT).await;
        assert_eq!(harness.now(&public, &embargoed).await.unwrap_err().code(), Code::NotFound);
        let told: Vec<pb::Publication> = harness.publication_events("QuotesRemoved").await;
        assert_eq!(told.iter().map(pb::Publication::state).collect::<Vec<_>>(), [State::Drafting; 2]);
        assert!(told.iter().all(|told| told.commission_id == book.commission.id));
        // Approved anew it goes out, without what was taken back.
        let set = harness.with_items(&drafted, drafted.items.clone()).await.unwrap();
        let checked = harness.in_fact_check(&set).await;
        let approved = harness.approve(&checked).await.unwrap();
        let embargoed =
            harness.embargo(&approved, "2021-04-01T08:00:00Z", "9:00am on 1 April 2021", &[]).await.unwrap();
        assert_eq!(embargoed.proposed_publish_at, None);
        harness.at("2021-04-01T08:00:00Z").await;
        let page = harness.document(&public, &embargoed, 0, Format::Html).await.unwrap();
        assert!(!page.text.contains("said one"));
    })
    .await;
}

/// L-A2: the release that ends in the second before is seen in the transaction that would publish.
#[tokio::test]
async fn a_release_withdrawn_in_the_second_before_publication_keeps_it_back() {
    each_engine(async |harness| {
        let (mut book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.at("2021-03-29T07:59:59.500000Z").await;
        harness.release(&mut book.report, false, false).await;
        harness.at(PUBLISH_AT).await;
        assert_eq!(harness.now(&public, &embargoed).await.unwrap_err().code(), Code::NotFound);
        let now = harness.now(&harness.editor, &embargoed).await.unwrap();
        assert_eq!((now.state(), now.proposed_publish_at), (State::Drafting, embargoed.publish_at.clone()));
        assert!(testing::stores::published(&harness.db).await.iter().all(|kind| kind != "PublicationPublished"));
    })
    .await;
}

/// L-A2: the same where the event of it has not arrived yet; who cannot be asked keeps nothing from its instant.
#[tokio::test]
async fn a_release_withdrawn_a_moment_ago_is_asked_for_before_something_becomes_public() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        let withdrawn = reporting::Report { release: Some(reporting::Release::default()), ..book.report.clone() };
        harness.peers.reports.lock().unwrap().push(withdrawn);
        let stale = harness.released(&embargoed).await.unwrap_err();
        assert_eq!(reason(&stale), "STALE_ETAG");
        harness.at(PUBLISH_AT).await;
        assert_eq!(harness.now(&public, &embargoed).await.unwrap_err().code(), Code::NotFound);
        let now = harness.now(&harness.editor, &embargoed).await.unwrap();
        assert_eq!((now.state(), now.reason.as_str()), (State::Drafting, "a quote was taken back"));

        let hub = harness.council("Kirklees Council");
        let report = harness.report(&hub, "Vision", "People talked.").await;
        let documents = harness.documents(&book.commission).await;
        let document = documents.iter().find(|document| document.source_id == report.id).unwrap();
        let quoted = harness.quotable(&book.commission, &hub, document, "People talked").await;
        let planned = harness.planned(&book.commission).await;
        let other = harness.with_items(&planned, vec![item(Item::PassageId(quoted.id))]).await.unwrap();
        let checked = harness.in_fact_check(&other).await;
        let approved = harness.approve(&checked).await.unwrap();
        harness.embargo(&approved, "2021-04-01T08:00:00Z", "9:00am on 1 April 2021", &[]).await.unwrap();
        harness.peers.down.store(true, Ordering::SeqCst);
        harness.at("2021-04-01T08:00:00Z").await;
        assert_eq!(harness.now(&public, &other).await.unwrap().state(), State::Published);
    })
    .await;
}
