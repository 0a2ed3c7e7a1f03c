//! The instants of a commission (rule 30): the one before, the one at, and the one after.

use kit::caller::Role;
use kit::ids::OrgId;
use toadlane_proto::learning::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;

/// What each door of the corpus says to a consultant now: how much is behind it, or why it is shut.
async fn doors(harness: &Harness, commission: &pb::Commission, document: &str) -> Vec<Result<i64, Status>> {
    let mut corpus = harness.as_who(&harness.consultant).corpus;
    let commission_id = || commission.id.clone();
    let list = pb::ListDocumentsRequest { commission_id: commission_id(), ..Default::default() };
    let get = pb::GetDocumentRequest { commission_id: commission_id(), document_id: document.to_string() };
    let search = |words: &str| pb::SearchCorpusRequest {
        commission_id: commission_id(),
        words: words.to_string(),
        ..Default::default()
    };
    let passages = pb::ListPassagesRequest { commission_id: commission_id(), ..Default::default() };
    let export = pb::ExportPassagesRequest { commission_id: commission_id() };
    let found = corpus.search_corpus(search("carers")).await.map(|answer| answer.into_inner());
    vec![
        corpus.list_documents(list).await.map(|answer| answer.into_inner().total_size),
        corpus.get_document(get).await.map(|answer| answer.into_inner().sections.len() as i64),
        found.clone().map(|answer| answer.total_size),
        found.map(|answer| answer.facets.iter().map(|facet| facet.n_hits).sum()),
        corpus.list_passages(passages).await.map(|answer| answer.into_inner().total_size),
        corpus.export_passages(export).await.map(|answer| answer.into_inner().csv.lines().count() as i64),
    ]
}

fn all_shut(doors: &[Result<i64, Status>], why: &str) -> bool {
    doors.iter().all(|door| door.as_ref().is_err_and(|status| reason(status) == why))
}

#[tokio::test]
async fn corpus_search_counts_facets_and_csv_open_at_the_first_instant_and_shut_at_the_last() {
    each_engine(async |harness| {
        let council = harness.council("Plymouth City Council");
        harness.report(&council, "Diabeaters", "Carers cooked with three households.").await;
        let commission = harness.commission().await;
        harness.at(BEFORE).await;
        harness.declare(&commission, &[]).await;
        let unknown = kit::ids::DocumentId::new().to_string();
        assert!(all_shut(&doors(&harness, &commission, &unknown).await, "COMMISSION_NOT_RUNNING"));

        harness.at(FROM).await;
        let document = harness.documents(&commission).await.remove(0);
        harness.marked(&commission, &document, "three households").await;
        let open = doors(&harness, &commission, &document.id).await;
        let counts: Vec<i64> = open.into_iter().map(Result::unwrap).collect();
        // One document with two sections, one hit in six facets, one passage: a line of titles and one of its code.
        assert_eq!(counts, [1, 2, 1, 6, 1, 2]);

        harness.at(LAST).await;
        assert!(doors(&harness, &commission, &document.id).await.iter().all(Result::is_ok));
        harness.clock(UNTIL).await;
        let shut = doors(&harness, &commission, &document.id).await;
        assert!(all_shut(&shut, "COMMISSION_NOT_RUNNING"), "{shut:?}");
        assert_eq!(
            shut[0].as_ref().unwrap_err().message(),
            "the commission ended at 2021-06-30T23:00:00Z; nothing is open to it any more"
        );
        let late = pb::CreateCodebookRequest {
            request_id: new_id(),
            name: "late".to_string(),
            codes: vec![pb::Code { code: "a".to_string(), label: "a".to_string(), description: String::new() }],
            validate_only: false,
        };
        let late = harness.as_who(&harness.consultant).corpus.create_codebook(late).await.unwrap_err();
        assert_eq!(late.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_read_before_the_consultant_has_declared_and_only_by_those_who_are_named() {
    each_engine(async |harness| {
        let council = harness.council("Plymouth City Council");
        harness.report(&council, "Diabeaters", "Carers cooked.").await;
        let commission = harness.commission().await;
        harness.at(FROM).await;
        let unknown = kit::ids::DocumentId::new().to_string();
        assert!(all_shut(&doors(&harness, &commission, &unknown).await, "DECLARATION_NEEDED"));
        let other = Who::person(Role::Consultant, OrgId::new());
        let list = pb::ListDocumentsRequest { commission_id: commission.id.clone(), ..Default::default() };
        for who in [&other, &council.officer] {
            let refused = harness.as_who(who).corpus.list_documents(list.clone()).await.unwrap_err();
            assert_eq!((refused.code(), refused.message()), (Code::NotFound, "no such commission"));
        }
        // Editors and auditors declare nothing.
        assert_eq!(
            harness.as_who(&harness.auditor).corpus.list_documents(list).await.unwrap().into_inner().total_size,
            1
        );
    })
    .await;
}

#[tokio::test]
async fn a_commission_that_is_ended_early_is_shut_from_that_instant() {
    each_engine(async |harness| {
        let commission = harness.running().await;
        let end = pb::EndCommissionRequest {
            request_id: new_id(),
            commission_id: commission.id.clone(),
            etag: commission.etag.clone(),
            until: wire("2021-02-01T12:00:00Z"),
            reason: "the report is done".to_string(),
            validate_only: false,
        };
        let refused = harness.as_who(&harness.consultant).commissions.end_commission(end.clone()).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
        harness.as_who(&harness.editor).commissions.end_commission(end).await.unwrap();
        harness.at("2021-02-01T11:59:59.999999Z").await;
        harness.documents(&commission).await;
        harness.clock("2021-02-01T12:00:00Z").await;
        let list = pb::ListDocumentsRequest { commission_id: commission.id.clone(), ..Default::default() };
        let refused = harness.as_who(&harness.consultant).corpus.list_documents(list).await.unwrap_err();
        assert_eq!(reason(&refused), "COMMISSION_NOT_RUNNING");
        let get = pb::GetCommissionRequest { commission_id: commission.id };
        let ended = harness.as_who(&harness.consultant).commissions.get_commission(get).await.unwrap().into_inner();
        assert_eq!(ended.state(), pb::commission::State::Ended);
    })
    .await;
}

#[tokio::test]
async fn a_window_that_ends_before_it_begins_is_refused_and_a_retry_replays_the_answer() {
    each_engine(async |harness| {
        let request = harness.a_commission();
        let turned = pb::CreateCommissionRequest { from: wire(UNTIL), until: wire(FROM), ..request.clone() };
        let mut editor = harness.as_who(&harness.editor).commissions;
        assert_eq!(fields(&editor.create_commission(turned).await.unwrap_err()), ["until"]);
        let dry = pb::CreateCommissionRequest { validate_only: true, request_id: new_id(), ..request.clone() };
        editor.create_commission(dry).await.unwrap();
        let first = editor.create_commission(request.clone()).await.unwrap().into_inner();
        let second = editor.create_commission(request).await.unwrap().into_inner();
        assert_eq!(first, second);
        let all = pb::ListCommissionsRequest::default();
        let listed =
            harness.as_who(&harness.consultant).commissions.list_commissions(all.clone()).await.unwrap().into_inner();
        assert_eq!(listed.commissions.len(), 1);
        let stranger = harness.council("Preston").officer;
        assert!(
            harness
                .as_who(&stranger)
                .commissions
                .list_commissions(all)
                .await
                .unwrap()
                .into_inner()
                .commissions
                .is_empty()
        );
    })
    .await;
}
