//! The fact check: councils read what cites them, and are heard (L-A4).

use kit::caller::Role;
use kit::ids::OrgId;
use pb::publication::State;
use pb::publication_document::Format;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;
use tonic::{Code, Status};

use super::book::*;
use super::harness::*;

const DUE: &str = "2021-01-19T09:00:00Z";

impl Harness {
    async fn said(
        &self,
        who: &Who,
        council: &Council,
        of: &pb::Publication,
        item: Option<i32>,
        objection: &str,
    ) -> Result<pb::Publication, Status> {
        let request = pb::AnswerFactCheckRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            organisation_id: council.id.to_string(),
            item,
            confirms: objection.is_empty(),
            comment: objection.to_string(),
            validate_only: false,
        };
        Ok(self.as_who(who).publications.answer_fact_check(request).await?.into_inner())
    }
}

/// L-A4: a cited council reads its own items of the draft, and those alone.
#[tokio::test]
async fn a_council_reads_in_a_fact_check_what_cites_it_and_nothing_else_of_the_draft() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let (officer, teller) = (&book.council.officer, &book.teller.officer);
        assert_eq!(harness.now(officer, &book.publication).await.unwrap_err().code(), Code::NotFound);
        let checking = harness.put_to_councils(&book.publication).await;
        assert_eq!(checking.fact_check.clone().unwrap().answer_by, wire(DUE));
        let seen = harness.now(officer, &checking).await.unwrap();
        let check = seen.fact_check.clone().unwrap();
        assert_eq!((seen.state(), check.places.as_slice()), (State::FactCheck, [2, 3].as_slice()));
        let items: Vec<_> = seen.items.iter().map(|item| item.item.clone().unwrap()).collect();
        assert_eq!(items, [Item::PassageId(book.passage.id.clone()), Item::InsightId(book.insight.id.clone())]);
        let own = book.council.id.to_string();
        assert!(check.answers.iter().all(|answer| answer.organisation_id == own) && seen.sources.is_empty());
        let theirs = harness.now(teller, &checking).await.unwrap();
        assert_eq!(theirs.items, [item(Item::CaseStudyId(book.study.id.clone()))]);
        assert_eq!((harness.listed(officer).await, harness.listed(&somebody()).await), (1, 0));
        let page = harness.document(officer, &checking, 0, Format::Html).await.unwrap_err();
        assert_eq!(page.code(), Code::NotFound);
        let administrator = Who::person(Role::CouncilAdministrator, book.council.id);
        harness.now(&administrator, &checking).await.unwrap();
        let refused = harness.said(&administrator, &book.council, &checking, None, "").await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        for hidden in [&somebody(), &harness.council("Preston").officer] {
            assert_eq!(harness.now(hidden, &checking).await.unwrap_err().code(), Code::NotFound);
            let answer = harness.said(hidden, &book.council, &checking, None, "").await.unwrap_err();
            assert_eq!(answer.code(), Code::NotFound);
        }
    })
    .await;
}

/// L-A4: nothing is approved past a council that was not heard.
#[tokio::test]
async fn approval_waits_for_every_council_or_for_the_end_of_its_time() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let checking = harness.put_to_councils(&book.publication).await;
        let early = harness.approve(&checking).await.unwrap_err();
        assert_eq!(reason(&early), "FACT_CHECK_OPEN");
        let officer = &book.council.officer;
        let foreign = harness.said(officer, &book.teller, &checking, None, "").await.unwrap_err();
        assert_eq!(foreign.code(), Code::NotFound);
        let other_item = harness.said(officer, &book.council, &checking, Some(4), "").await.unwrap_err();
        assert_eq!(fields(&other_item), ["item"]);
        let answered = harness.said(officer, &book.council, &checking, Some(2), "").await.unwrap();
        let answers = answered.fact_check.unwrap().answers;
        assert_eq!(answers.iter().map(|answer| answer.confirms).collect::<Vec<_>>(), [Some(true), None]);
        assert_eq!(answers[0].answered_by.clone().unwrap().subject, officer.subject);
        harness.said(officer, &book.council, &checking, Some(3), "").await.unwrap();
        let waiting = harness.now(&harness.editor, &checking).await.unwrap();
        assert_eq!(reason(&harness.approve(&waiting).await.unwrap_err()), "FACT_CHECK_OPEN");
        harness.at("2021-01-19T08:59:59.999999Z").await;
        assert_eq!(reason(&harness.approve(&waiting).await.unwrap_err()), "FACT_CHECK_OPEN");
        harness.at(DUE).await;
        let late = harness.said(&book.teller.officer, &book.teller, &waiting, None, "").await.unwrap_err();
        assert_eq!(reason(&late), "ILLEGAL_STEP");
        assert_eq!(harness.approve(&waiting).await.unwrap().state(), State::Approved);
        // Once it is over there is nothing to read but what is public.
        assert_eq!(harness.now(officer, &waiting).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

/// L-A4: who objects says what is wrong, and is passed over with a reason alone.
#[tokio::test]
async fn an_objection_is_answered_with_other_words_or_with_a_reason_for_the_record() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let checking = harness.put_to_councils(&book.publication).await;
        let mute = pb::AnswerFactCheckRequest {
            request_id: new_id(),
            publication_id: checking.id.clone(),
            organisation_id: book.council.id.to_string(),
            ..Default::default()
        };
        let mute = harness.as_who(&book.council.officer).publications.answer_fact_check(mute).await.unwrap_err();
        assert_eq!(fields(&mute), ["comment"]);
        harness.said(&book.council.officer, &book.council, &checking, None, "it was four households").await.unwrap();
        harness.said(&book.teller.officer, &book.teller, &checking, None, "").await.unwrap();
        harness.at(DUE).await;
        let objected = harness.now(&harness.editor, &checking).await.unwrap();
        let refused = harness.approve(&objected).await.unwrap_err();
        assert_eq!(reason(&refused), "FACT_CHECK_OPEN");
        assert!(refused.message().contains("objects"), "{refused}");
        let end = |etag: &str, reason: &str| pb::EndFactCheckRequest {
            request_id: new_id(),
            publication_id: objected.id.clone(),
            etag: etag.to_string(),
            reason: reason.to_string(),
            validate_only: false,
        };
        let mut editor = harness.as_who(&harness.editor).publications;
        let silent = editor.end_fact_check(end(&objected.etag, " ")).await.unwrap_err();
        assert_eq!(fields(&silent), ["reason"]);
        let by_author =
            harness.as_who(&harness.consultant).publications.end_fact_check(end(&objected.etag, "no")).await;
        assert_eq!(by_author.unwrap_err().code(), Code::PermissionDenied);
        let ended = editor.end_fact_check(end(&objected.etag, "the report says three")).await.unwrap().into_inner();
        assert_eq!(ended.fact_check.clone().unwrap().ended_because, "the report says three");
        let approved = harness.approve(&ended).await.unwrap();
        let again = editor.end_fact_check(end(&approved.etag, "again")).await.unwrap_err();
        assert_eq!(reason(&again), "ILLEGAL_STEP");
        let told = harness.history(&harness.auditor, &approved.id).await.unwrap();
        let reasons: Vec<_> =
            told.iter().filter(|line| line.step == "end_fact_check").map(|line| &line.reason).collect();
        assert_eq!(reasons, ["the report says three"]);
        let of_council = told.iter().filter(|line| line.step == "answer_fact_check");
        let of_council: Vec<_> = of_council.map(|line| line.actor.clone().unwrap().organisation_id).collect();
        assert_eq!(of_council, [book.council.id.to_string(), book.teller.id.to_string()]);
    })
    .await;
}

/// L-A4: other words are put to the councils anew, and answers follow their items when a quote leaves.
#[tokio::test]
async fn what_was_answered_is_of_those_items_alone() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let checking = harness.put_to_councils(&book.publication).await;
        harness.said(&book.teller.officer, &book.teller, &checking, None, "").await.unwrap();
        harness.answered(&book.council, &book.passage, pb::passage::Consent::Withdrawn).await;
        let now = harness.now(&harness.editor, &checking).await.unwrap();
        let items: Vec<_> =
            now.fact_check.clone().unwrap().answers.iter().map(|one| (one.item, one.confirms)).collect();
        assert_eq!((now.state(), items), (State::FactCheck, vec![(2, None), (3, Some(true))]));
        let set = harness.with_items(&now, now.items.clone()).await.unwrap();
        assert_eq!(set.fact_check, None);
        let again = harness.put_to_councils(&set).await;
        assert!(again.fact_check.unwrap().answers.iter().all(|answer| answer.confirms.is_none()));
        // What quotes nobody is put to nobody.
        let planned = harness.planned(&book.commission).await;
        let own = harness.with_items(&planned, vec![item(Item::Prose("Words of our own.".to_string()))]).await.unwrap();
        let checked = harness.put_to_councils(&own).await;
        let other = Who::person(Role::Editor, OrgId::new());
        assert_eq!(harness.approve_as(&other, &checked).await.unwrap().state(), State::Approved);
    })
    .await;
}
