//! Drafts: opened, written, declared complete, signed off and submitted.

use kit::caller::{Role, Scope};
use kit::digest::digest;
use kit::ids::ReportId;
use pb::report::State;
use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;
use tonic::Code;

use super::harness::*;

fn request_sign_off(report: &pb::Report) -> pb::RequestSignOffRequest {
    pb::RequestSignOffRequest {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        validate_only: false,
    }
}

#[tokio::test]
async fn a_report_opens_by_the_clock_and_not_before() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let (interim, last) = harness.accepted(&council).await;
        let early = harness.update(&council, &interim, progress(&interim, "well")).await.unwrap_err();
        assert_eq!(reason(&early), "REPORT_NOT_OPEN");
        assert_eq!(early.message(), "the report can be written from 2020-03-01T00:00:00Z on");
        harness.at("2020-02-29T23:59:59.999999Z").await;
        assert_eq!(harness.get(&council.officer, &interim).await.unwrap().state(), State::Scheduled);
        harness.at(BEGINS).await;
        assert_eq!(harness.get(&council.officer, &interim).await.unwrap().state(), State::Open);
        harness.at(FINAL_OPENS).await;
        assert_eq!(harness.get(&council.officer, &last).await.unwrap().state(), State::Open);
    })
    .await;
}

#[tokio::test]
async fn every_revision_is_kept_and_its_digest_covers_its_canonical_json() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let first = harness.update(&council, &open, progress(&open, "slowly")).await.unwrap();
        let second = harness.update(&council, &first, progress(&first, "well")).await.unwrap();
        assert_eq!((second.state(), second.revision), (State::InDraft, 3));
        let list = pb::ListReportRevisionsRequest { report_id: open.id.clone(), page_size: 2, ..Default::default() };
        let mut client = harness.as_who(&council.system);
        let page = client.list_report_revisions(list.clone()).await.unwrap().into_inner();
        let next = pb::ListReportRevisionsRequest { page_token: page.next_page_token, ..list };
        let rest = client.list_report_revisions(next).await.unwrap().into_inner().revisions;
        let all: Vec<_> = page.revisions.iter().chain(&rest).collect();
        assert_eq!(all.iter().map(|revision| revision.number).collect::<Vec<_>>(), [3, 2, 1]);
        assert!(all.iter().all(|revision| digest(&revision.canonical_json) == revision.content_sha256));
        assert_eq!(all[0].content_sha256, second.content_sha256);
        assert_eq!(all[2].author.as_ref().unwrap().subject, "role:reporting");
    })
    .await;
}

#[tokio::test]
async fn a_stale_etag_is_refused_with_the_newer_version_and_nothing_is_lost() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let changed = harness.update(&council, &open, progress(&open, "slowly")).await.unwrap();
        let stale = harness.update(&council, &open, progress(&open, "well")).await.unwrap_err();
        assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "STALE_ETAG"));
        assert_eq!(newer::<pb::Report>(&stale), changed);
    })
    .await;
}

#[tokio::test]
async fn a_manager_with_a_stale_etag_reads_no_draft_in_the_refusal_nor_in_the_answer() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let draft = harness.update(&council, &open, progress(&open, "slowly")).await.unwrap();
        let waive = |etag: &str, validate_only| pb::WaiveReportRequest {
            request_id: new_id(),
            report_id: open.id.clone(),
            etag: etag.to_string(),
            reason: "the project is small".to_string(),
            validate_only,
        };
        let mut manager = harness.as_who(&harness.manager);
        let stale = manager.waive_report(waive(&open.etag, false)).await.unwrap_err();
        let shown = newer::<pb::Report>(&stale);
        assert_eq!((shown.state(), shown.etag, shown.content), (State::InDraft, draft.etag.clone(), None));
        let dry = manager.waive_report(waive(&draft.etag, true)).await.unwrap().into_inner();
        assert_eq!((dry.state(), dry.content, dry.revision), (State::Waived, None, 0));
        assert_eq!(harness.get(&council.officer, &draft).await.unwrap().state(), State::InDraft);
    })
    .await;
}

#[tokio::test]
async fn everything_missing_is_named_at_once_and_a_complete_report_waits_for_the_certifier() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let bare = pb::ReportContent { spent: None, forecast: None, ..open.content.clone().unwrap() };
        let bare = harness.update(&council, &open, bare).await.unwrap();
        let mut officer = harness.as_who(&council.officer);
        let refused = officer.request_sign_off(request_sign_off(&bare)).await.unwrap_err();
        let missing = [
            "content.answers[progress].text",
            "content.answers[early_learning].text",
            "content.spent",
            "content.forecast",
        ];
        assert_eq!(
            (reason(&refused).as_str(), fields(&refused)),
            ("REPORT_INCOMPLETE", missing.map(str::to_string).to_vec())
        );
        let check = pb::CheckReportRequest { report_id: open.id.clone() };
        let listed = officer.check_report(check.clone()).await.unwrap().into_inner().missing;
        assert_eq!(listed.iter().map(|violation| violation.field.as_str()).collect::<Vec<_>>()[..4], missing);
        assert_eq!(listed[4].field, "sign_off");

        let complete = progress(&open, "it did not work");
        let complete = harness.update(&council, &bare, complete).await.unwrap();
        let waiting = officer.request_sign_off(request_sign_off(&complete)).await.unwrap().into_inner();
        assert_eq!(waiting.state(), State::AwaitingSignOff);
        let signed = harness.signed(&council, &waiting).await;
        assert_eq!((signed.state(), signed.sign_off.clone().unwrap().revision), (State::AwaitingSignOff, 3));
        assert_eq!(officer.check_report(check).await.unwrap().into_inner().missing, []);
        let edited = harness.update(&council, &signed, progress(&signed, "better")).await.unwrap();
        assert_eq!((edited.state(), edited.sign_off), (State::InDraft, None));
    })
    .await;
}

#[tokio::test]
async fn a_nil_return_needs_only_its_reason() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let nil = pb::ReportContent { nil_return: true, ..Default::default() };
        let silent = harness.update(&council, &open, nil.clone()).await.unwrap();
        let mut certifier = harness.as_who(&council.certifier);
        let refused = certifier.sign_off_report(sign_off(&council, &silent)).await.unwrap_err();
        assert_eq!(fields(&refused), ["content.nil_reason"]);
        let nil = pb::ReportContent { nil_reason: "it begins in May".to_string(), ..nil };
        let said = harness.update(&council, &silent, nil).await.unwrap();
        assert_eq!(harness.handed_in(&council, &said).await.state(), State::Submitted);
    })
    .await;
}

#[tokio::test]
async fn more_spent_than_was_awarded_is_refused_with_a_sentence() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let content = pb::ReportContent { spent: pence(150_001), ..progress(&open, "well") };
        let refused = harness.update(&council, &open, content.clone()).await.unwrap_err();
        assert_eq!((refused.code(), fields(&refused)), (Code::InvalidArgument, vec!["content.spent".to_string()]));
        assert!(refused.message().contains("£1,500.00 was awarded and £1,500.01 is more"), "{}", refused.message());
        let all = pb::ReportContent { spent: pence(150_000), ..content };
        harness.update(&council, &open, all).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_bid_and_panel_said_of_the_principles_is_not_the_councils_to_change() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let boast = pb::PrincipleRecord {
            principle: "walking-the-talk".to_string(),
            claimed: true,
            assessed: true,
            evidenced: true,
            evidence: "we did".to_string(),
            ..Default::default()
        };
        let content = pb::ReportContent { principles: vec![boast], ..open.content.clone().unwrap() };
        let draft = harness.update(&council, &open, content).await.unwrap();
        let said: Vec<_> = draft
            .content
            .unwrap()
            .principles
            .into_iter()
            .map(|record| (record.principle, record.claimed, record.assessed, record.evidenced))
            .collect();
        let expected = [
            ("walking-the-talk".to_string(), false, false, true),
            ("learning".to_string(), true, false, false),
            ("innovation".to_string(), true, true, false),
        ];
        assert_eq!(said, expected);
    })
    .await;
}

#[tokio::test]
async fn of_two_certifiers_at_once_one_signs_and_the_other_reads_the_newer_report() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let second = Who::person(Role::Certifier, council.id);
        harness.peers.certifiers.lock().unwrap().push((council.id.to_string(), second.subject.clone()));
        let complete = harness.complete(&council).await;
        let other = Council { certifier: second.clone(), ..council.clone() };
        let (mut one, mut two) = (harness.as_who(&council.certifier), harness.as_who(&second));
        let (first, last) = tokio::join!(
            one.sign_off_report(sign_off(&council, &complete)),
            two.sign_off_report(sign_off(&other, &complete))
        );
        let (signed, refused) = match (first, last) {
            (Ok(signed), Err(refused)) | (Err(refused), Ok(signed)) => (signed.into_inner(), refused),
            both => panic!("{both:?}"),
        };
        assert_eq!(reason(&refused), "STALE_ETAG");
        assert_eq!(newer::<pb::Report>(&refused).sign_off, signed.sign_off);
        harness.submit(&council, &signed).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn the_sign_off_of_another_revision_or_by_no_certifier_is_refused() {
    each_engine(async |harness| {
        let (council, other) = (harness.council(Nation::England), harness.council(Nation::England));
        let complete = harness.complete(&council).await;
        let by = |who: &Who| harness.as_who(who);
        let earlier = pb::SignOffReportRequest { revision: 1, ..sign_off(&council, &complete) };
        let refused = by(&council.certifier).sign_off_report(earlier).await.unwrap_err();
        assert_eq!((fields(&refused), refused.code()), (vec!["revision".to_string()], Code::InvalidArgument));
        assert!(refused.message().contains("revision 2 is the present one"), "{}", refused.message());
        let uncertified = by(&council.system).sign_off_report(sign_off(&council, &complete)).await.unwrap_err();
        assert_eq!(uncertified.code(), Code::PermissionDenied);
        let hidden = by(&other.certifier).sign_off_report(sign_off(&other, &complete)).await.unwrap_err();
        assert_eq!(hidden.message(), "no such report");
        let system = Who::system(council.id, &[Scope::ReportsCertify]);
        let foreign = by(&system).sign_off_report(sign_off(&other, &complete)).await.unwrap_err();
        assert_eq!(fields(&foreign), ["certifier_id"]);
        let former = Who::person(Role::Certifier, council.id);
        let for_another = by(&former).sign_off_report(sign_off(&council, &complete)).await.unwrap_err();
        assert_eq!(for_another.message(), "only the certifier named may do this");
        let signed = by(&system).sign_off_report(sign_off(&council, &complete)).await.unwrap().into_inner();
        assert_eq!(signed.sign_off.unwrap().recorded_by, system.subject);
    })
    .await;
}

#[tokio::test]
async fn what_is_not_signed_off_is_not_handed_in_and_a_repeated_hand_in_replays() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let complete = harness.complete(&council).await;
        assert_eq!(reason(&harness.submit(&council, &complete).await.unwrap_err()), "SIGN_OFF_NEEDED");
        let signed = harness.signed(&council, &complete).await;
        let request = submit(&signed);
        let first = harness.as_who(&council.system).submit_report(request.clone()).await.unwrap().into_inner();
        let again = harness.as_who(&council.system).submit_report(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        assert_eq!((first.state(), first.submitted_at), (State::Submitted, wire(BEGINS)));
        let twice = harness.submit(&council, &first).await.unwrap_err();
        assert_eq!(reason(&twice), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn somebody_elses_report_and_no_report_look_the_same_to_the_byte() {
    each_engine(async |harness| {
        let (council, other) = (harness.council(Nation::England), harness.council(Nation::England));
        let theirs = harness.complete(&council).await;
        let unknown = pb::Report { id: ReportId::new().to_string(), ..theirs.clone() };
        let mut answers = Vec::new();
        for report in [&theirs, &unknown] {
            let mut client = harness.as_who(&other.officer);
            let get = harness.get(&other.officer, report).await.unwrap_err();
            let update = harness.update(&other, report, progress(&theirs, "ours")).await.unwrap_err();
            let submit = client.submit_report(submit(report)).await.unwrap_err();
            let check = pb::CheckReportRequest { report_id: report.id.clone() };
            let check = client.check_report(check).await.unwrap_err();
            answers.push(
                [get, update, submit, check]
                    .map(|status| (status.code(), status.message().to_string(), status.details().to_vec())),
            );
        }
        assert_eq!(answers[0], answers[1]);
        assert_eq!((answers[0][0].0, answers[0][0].1.as_str()), (Code::NotFound, "no such report"));
    })
    .await;
}

#[tokio::test]
async fn every_bad_field_is_named_at_once() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let measure = pb::Measure { name: String::new(), evidence_level: 6, ..Default::default() };
        let content = pb::ReportContent {
            nil_reason: "é".repeat(5001),
            measures: vec![measure],
            ..answered(&open, &[("Mood!", "good")])
        };
        let request = pb::UpdateReportRequest { request_id: "7".to_string(), ..update(&open, content) };
        let refused = harness.as_who(&council.officer).update_report(request).await.unwrap_err();
        let mut found = fields(&refused);
        found.sort();
        let bad = [
            "content.answers[0].question_id",
            "content.measures[0].evidence_level",
            "content.measures[0].name",
            "content.nil_reason",
            "request_id",
        ];
        assert_eq!(found, bad);
    })
    .await;
}
