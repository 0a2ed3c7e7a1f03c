//! What a council takes back: it leaves what is not published, and asks for a corrected edition of what is (rule 32).

use pb::passage::Consent;
use pb::publication::State;
use pb::publication_document::Format;
use toadlane_proto::learning::v1 as pb;
use tonic::Code;

use super::book::*;
use super::harness::*;

#[tokio::test]
async fn a_consent_taken_back_before_publication_removes_the_quote_and_after_it_asks_for_a_corrected_edition() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        let back = harness.answered(&book.council, &book.passage, Consent::Withdrawn).await;
        let now = harness.now(&harness.editor, &embargoed).await.unwrap();
        assert_eq!((now.state(), now.items.len()), (State::Embargoed, 4));
        assert!(harness.citations(&harness.editor, &now).await.is_empty());
        let again = harness.answered(&book.council, &back, Consent::Given).await;
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

        let correct = pb::CorrectPublicationRequest {
            request_id: new_id(),
            publication_id: due.id.clone(),
            etag: due.etag.clone(),
            note: "a quote was taken back".to_string(),
            validate_only: false,
        };
        let second =
            harness.as_who(&harness.editor).publications.correct_publication(correct).await.unwrap().into_inner();
        assert_eq!((second.state(), second.edition), (State::Drafting, 2));
        assert_eq!(harness.now(&public, &due).await.unwrap().edition, 1);
        assert_eq!(harness.document(&public, &due, 2, Format::Html).await.unwrap_err().code(), Code::NotFound);
        let set = harness.with_items(&second, second.items.clone()).await.unwrap();
        let checked = harness.in_fact_check(&set).await;
        let approved = harness.approve(&checked).await.unwrap();
        let embargoed =
            harness.embargo(&approved, "2021-04-01T08:00:00Z", "9:00am on 1 April 2021", &[]).await.unwrap();
        let release = pb::ReleasePublicationRequest {
            request_id: new_id(),
            publication_id: embargoed.id.clone(),
            etag: embargoed.etag.clone(),
            reason: "the correction cannot wait".to_string(),
            validate_only: false,
        };
        harness.as_who(&harness.editor).publications.release_publication(release).await.unwrap();
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

#[tokio::test]
async fn a_publication_that_is_withdrawn_is_read_by_its_authors_alone() {
    each_engine(async |harness| {
        let (book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.at(PUBLISH_AT).await;
        let published = harness.now(&public, &embargoed).await.unwrap();
        let withdraw = |who: &Who, etag: &str, reason: &str| {
            let request = pb::WithdrawPublicationRequest {
                request_id: new_id(),
                publication_id: published.id.clone(),
                etag: etag.to_string(),
                reason: reason.to_string(),
                validate_only: false,
            };
            let mut publications = harness.as_who(who).publications;
            async move { publications.withdraw_publication(request).await.map(tonic::Response::into_inner) }
        };
        let refused = withdraw(&harness.consultant, &published.etag, "a libel").await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        assert_eq!(fields(&withdraw(&harness.editor, &published.etag, " ").await.unwrap_err()), ["reason"]);
        let withdrawn = withdraw(&harness.editor, &published.etag, "a libel").await.unwrap();
        assert_eq!((withdrawn.state(), withdrawn.reason.as_str()), (State::Withdrawn, "a libel"));
        assert_eq!(harness.now(&public, &published).await.unwrap_err().code(), Code::NotFound);
        assert_eq!(harness.document(&public, &published, 1, Format::Html).await.unwrap_err().code(), Code::NotFound);
        assert_eq!((harness.listed(&public).await, harness.listed(&harness.editor).await), (0, 1));
        let again = withdraw(&harness.editor, &withdrawn.etag, "twice").await.unwrap_err();
        assert_eq!(reason(&again), "ILLEGAL_STEP");
    })
    .await;
}
