//! Passages: exact bytes, codes of one version, and a council's consent.

use kit::caller::Scope;
use pb::passage::Consent;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use tonic::Code;

use super::harness::*;

#[tokio::test]
async fn a_quote_must_be_the_very_bytes_at_its_place() {
    each_engine(async |harness| {
        let (_, commission, document) = harness.a_document("Café carers cooked.").await;
        let right = harness.marking(&commission, &document, "Café").await;
        let mut corpus = harness.as_who(&harness.consultant).corpus;
        let wrong = [
            pb::MarkPassageRequest { quote: "Cafe\u{301}".to_string(), ..right.clone() },
            pb::MarkPassageRequest { span: Some(pb::Span { start: 0, end: 4 }), ..right.clone() },
            pb::MarkPassageRequest { span: Some(pb::Span { start: 0, end: 900 }), ..right.clone() },
        ];
        for request in wrong {
            let refused =
                corpus.mark_passage(pb::MarkPassageRequest { request_id: new_id(), ..request }).await.unwrap_err();
            assert_eq!((reason(&refused).as_str(), fields(&refused)), ("QUOTE_DIFFERS", vec!["quote".to_string()]));
        }
        let other_code =
            pb::MarkPassageRequest { codes: vec!["joy".to_string()], request_id: new_id(), ..right.clone() };
        assert_eq!(fields(&corpus.mark_passage(other_code).await.unwrap_err()), ["codes"]);
        let passage = corpus.mark_passage(right).await.unwrap().into_inner();
        assert_eq!((passage.quote.as_str(), passage.consent()), ("Café", Consent::NotAsked));
        assert_eq!((passage.source_revision, passage.source_sha256), (3, document.source_sha256));
        let by_editor = harness.marking(&commission, &harness.documents(&commission).await[0], "Café").await;
        let refused = harness.as_who(&harness.editor).corpus.mark_passage(by_editor).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn an_export_cites_by_names_that_mean_the_same_in_every_system() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let report = harness.report(&council, "Diabeaters", "Carers cooked.").await;
        let document = harness.documents(&commission).await.remove(0);
        harness.marked(&commission, &document, "Carers cooked").await;
        let export = pb::ExportPassagesRequest { commission_id: commission.id.clone() };
        let text = harness.as_who(&harness.consultant).corpus.export_passages(export).await.unwrap().into_inner().csv;
        let mut lines = csv::Reader::from_reader(text.as_bytes());
        let line = lines.records().next().unwrap().unwrap();
        let (award, revision) = (&report.award_reference, report.revision);
        assert_eq!(line[0], format!("{award}/final_report/{revision}/answers[outcomes]/0-13"));
        assert_eq!(&line[2], "Learning");
        assert_eq!(line[5], format!("Plymouth City Council: Diabeaters, final report, revision {revision}"));
        let identity = |cell: &str| cell.get(3..4) == Some("_") && cell.len() == 36;
        assert!(!line.iter().any(identity), "{line:?}");
    })
    .await;
}

#[tokio::test]
async fn a_council_is_asked_answers_in_its_own_time_and_may_take_it_back() {
    each_engine(async |harness| {
        let (council, _, passage) = harness.a_passage("Carers cooked.", "Carers cooked").await;
        let other = harness.council("Kirklees Council");
        let get = pb::GetPassageRequest { passage_id: passage.id.clone() };
        // Before it is asked it does not exist to the council.
        assert_eq!(
            harness.as_who(&council.officer).corpus.get_passage(get.clone()).await.unwrap_err().code(),
            Code::NotFound
        );
        let asked = harness.asked(&passage).await;
        assert_eq!(asked.answer_by, wire("2021-01-19T09:00:00Z"));
        let seen = harness.as_who(&council.officer).corpus.get_passage(get.clone()).await.unwrap().into_inner();
        assert_eq!((seen.quote.as_str(), seen.memo.as_str()), ("Carers cooked", ""));
        assert_eq!(harness.as_who(&other.officer).corpus.get_passage(get).await.unwrap_err().code(), Code::NotFound);
        let own = pb::ListPassagesRequest::default();
        let listed = harness.as_who(&council.officer).corpus.list_passages(own.clone()).await.unwrap().into_inner();
        assert_eq!((listed.total_size, listed.passages[0].memo.as_str()), (1, ""));
        assert_eq!(harness.as_who(&other.officer).corpus.list_passages(own).await.unwrap().into_inner().total_size, 0);

        harness.at("2021-03-01T09:00:00Z").await;
        let early = harness
            .as_who(&council.certifier)
            .corpus
            .answer_consent(answer(&asked, Consent::Withdrawn))
            .await
            .unwrap_err();
        assert_eq!(reason(&early), "ILLEGAL_STEP");
        let given = harness.answered(&council, &asked, Consent::Given).await;
        let stale = harness.as_who(&council.certifier).corpus.answer_consent(answer(&asked, Consent::Refused)).await;
        let stale = stale.unwrap_err();
        assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "STALE_ETAG"));
        let newer: pb::Passage = newer(&stale);
        assert_eq!((newer.etag.as_str(), newer.memo.as_str()), (given.etag.as_str(), ""));
        let back = harness.answered(&council, &given, Consent::Withdrawn).await;
        assert_eq!(back.consent(), Consent::Withdrawn);
        let system = Who::system(council.id, &[Scope::ReportsCertify]);
        let given = harness.as_who(&system).corpus.answer_consent(answer(&back, Consent::Given)).await;
        let given = given.unwrap().into_inner();
        let by_editor =
            harness.as_who(&harness.editor).corpus.answer_consent(answer(&given, Consent::Given)).await.unwrap_err();
        assert_eq!(by_editor.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn nobody_is_asked_for_what_the_council_said_may_not_be_quoted() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report = a_report(harness.round, council.id, "Diabeaters", "Carers cooked.");
        report.release = Some(reporting::Release { to_learning: true, may_quote: false, ..Default::default() });
        harness.publish("ReportReleased", &mut report).await;
        let document = harness.documents(&commission).await.remove(0);
        let passage = harness.marked(&commission, &document, "Carers").await;
        let request = pb::AskConsentRequest {
            request_id: new_id(),
            passage_id: passage.id,
            etag: passage.etag,
            validate_only: false,
        };
        let refused = harness.as_who(&harness.consultant).corpus.ask_consent(request).await.unwrap_err();
        assert_eq!(reason(&refused), "NOT_QUOTABLE");
    })
    .await;
}

#[tokio::test]
async fn passages_are_coded_anew_and_exported_with_a_line_for_each_code() {
    each_engine(async |harness| {
        let (text, quote) = ("Carers said \"never again\", and meant it.", "\"never again\", and");
        let (_, commission, passage) = harness.a_passage(text, quote).await;
        let recode = pb::RecodePassageRequest {
            request_id: new_id(),
            passage_id: passage.id.clone(),
            etag: passage.etag.clone(),
            codebook_version: 1,
            codes: vec!["people".to_string(), "cost".to_string()],
            memo: "both".to_string(),
            validate_only: false,
        };
        harness.as_who(&harness.consultant).corpus.recode_passage(recode).await.unwrap();
        let by_code = |code: &str| pb::ListPassagesRequest {
            commission_id: commission.id.clone(),
            code: code.to_string(),
            ..Default::default()
        };
        let mut corpus = harness.as_who(&harness.consultant).corpus;
        assert_eq!(corpus.list_passages(by_code("cost")).await.unwrap().into_inner().total_size, 1);
        assert_eq!(corpus.list_passages(by_code("joy")).await.unwrap().into_inner().total_size, 0);
        let export = pb::ExportPassagesRequest { commission_id: commission.id.clone() };
        let csv = corpus.export_passages(export).await.unwrap().into_inner();
        let mut reader = csv::Reader::from_reader(csv.csv.as_bytes());
        let lines: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let told: Vec<_> = lines.iter().map(|line| (&line[0], &line[1], &line[4])).collect();
        let citation = "r3-2020-09/final_report/3/answers[outcomes]/12-30";
        assert_eq!(told, [(citation, "cost", quote), (citation, "people", quote)]);
    })
    .await;
}

#[tokio::test]
async fn a_passage_keeps_the_version_of_the_codebook_with_which_it_was_marked() {
    each_engine(async |harness| {
        let (council, _, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let get = pb::GetCodebookRequest { codebook_id: passage.codebook_id.clone() };
        let mut corpus = harness.as_who(&harness.consultant).corpus;
        let first = corpus.get_codebook(get.clone()).await.unwrap().into_inner();
        let joy = pb::Code { code: "joy".to_string(), label: "Joy".to_string(), description: String::new() };
        let add = |etag: &str| pb::AddCodebookVersionRequest {
            request_id: new_id(),
            codebook_id: first.id.clone(),
            etag: etag.to_string(),
            codes: vec![joy.clone()],
            validate_only: false,
        };
        let second = corpus.add_codebook_version(add(&first.etag)).await.unwrap().into_inner();
        assert_eq!(second.versions.iter().map(|version| version.codes.len()).collect::<Vec<_>>(), [2, 1]);
        let stale = corpus.add_codebook_version(add(&first.etag)).await.unwrap_err();
        assert_eq!(newer::<pb::Codebook>(&stale), second);
        let get_passage = pb::GetPassageRequest { passage_id: passage.id.clone() };
        assert_eq!(corpus.get_passage(get_passage).await.unwrap().into_inner(), passage);
        let recode = |version: i32| pb::RecodePassageRequest {
            request_id: new_id(),
            passage_id: passage.id.clone(),
            etag: passage.etag.clone(),
            codebook_version: version,
            codes: vec!["joy".to_string()],
            memo: String::new(),
            validate_only: false,
        };
        assert_eq!(fields(&corpus.recode_passage(recode(1)).await.unwrap_err()), ["codes"]);
        assert_eq!(corpus.recode_passage(recode(2)).await.unwrap().into_inner().codes, ["joy"]);
        let listed = corpus.list_codebooks(pb::ListCodebooksRequest::default()).await.unwrap().into_inner();
        assert!(listed.codebooks.contains(&second));
        let officer = harness.as_who(&council.officer).corpus.get_codebook(get).await.unwrap_err();
        assert_eq!(officer.code(), Code::NotFound);
    })
    .await;
}
