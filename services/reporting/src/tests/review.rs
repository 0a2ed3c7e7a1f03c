//! What the network does with a report, and what it may read of it.

use kit::caller::{Area, Role};
use kit::ids::OrgId;
use pb::report::State;
use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;
use tonic::Code;

use super::harness::*;

#[tokio::test]
async fn the_network_sees_where_a_draft_stands_and_reads_it_once_it_is_handed_in() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let draft = harness.complete(&council).await;
        let overseers = [Role::RoundManager, Role::NetworkAdministrator, Role::Auditor, Role::FinanceOfficer]
            .map(|role| Who::person(role, OrgId::new()));
        for who in &overseers {
            let seen = harness.get(who, &draft).await.unwrap();
            assert_eq!((seen.state(), seen.due.clone()), (State::InDraft, draft.due.clone()));
            assert_eq!((seen.content, seen.content_sha256.as_str(), seen.revision), (None, "", 0));
        }
        let list = pb::ListReportRevisionsRequest { report_id: draft.id.clone(), ..Default::default() };
        let mut manager = harness.as_who(&harness.manager);
        assert_eq!(manager.list_report_revisions(list.clone()).await.unwrap().into_inner().revisions, []);
        let submitted = harness.handed_in(&council, &draft).await;
        for who in &overseers {
            assert_eq!(harness.get(who, &draft).await.unwrap().content, submitted.content);
        }
        let revisions = manager.list_report_revisions(list).await.unwrap().into_inner().revisions;
        assert_eq!(revisions.iter().map(|revision| revision.number).collect::<Vec<_>>(), [2]);
        assert_eq!(revisions[0].submitted_at, submitted.submitted_at);
        let consultant = Who::person(Role::Consultant, OrgId::new());
        assert_eq!(harness.get(&consultant, &draft).await.unwrap_err().code(), Code::NotFound);
        let get = || pb::GetReportRequest { report_id: draft.id.clone() };
        assert!(harness.as_area(Area::Awards).get_report(get()).await.unwrap().into_inner().content.is_some());
        assert_eq!(harness.as_area(Area::Bids).get_report(get()).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn changes_are_asked_for_by_name_and_the_second_hand_in_answers_them() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let mut manager = harness.as_who(&harness.manager);
        let unknown = request_changes(&submitted, &[("answers[progress]", "how many?"), ("measures[7].value", "?")]);
        let refused = manager.request_changes(unknown).await.unwrap_err();
        assert_eq!(fields(&refused), ["changes[1].field"]);
        let request = request_changes(&submitted, &[("answers[progress]", "how many?")]);
        let given_back = manager.request_changes(request).await.unwrap().into_inner();
        assert_eq!((given_back.state(), given_back.sign_off.clone()), (State::ChangesRequested, None));

        let edited = harness.update(&council, &given_back, progress(&submitted, "three households")).await.unwrap();
        assert_eq!((edited.state(), edited.requested_changes.len()), (State::InDraft, 1));
        let seen = harness.get(&harness.manager, &edited).await.unwrap();
        assert_eq!((seen.content, seen.submitted_at), (None, submitted.submitted_at));
        let again = harness.handed_in(&council, &edited).await;
        assert_eq!((again.state(), again.requested_changes.len(), again.overdue), (State::Submitted, 0, false));
        assert_eq!(harness.accept(&again).await.unwrap().state(), State::Accepted);

        let list = pb::ListReportHistoryRequest { report_id: again.id.clone(), ..Default::default() };
        let entries = manager.list_report_history(list).await.unwrap().into_inner().entries;
        let told: Vec<_> = entries.iter().map(|entry| (entry.step.as_str(), entry.reason.as_str())).collect();
        let expected = [
            ("schedule", ""),
            ("open", ""),
            ("edit", ""),
            ("sign_off", ""),
            ("submit", ""),
            ("request_changes", "one answer is unclear"),
            ("edit", ""),
            ("sign_off", ""),
            ("submit", ""),
            ("accept", ""),
        ];
        assert_eq!(told, expected);
        let actor = entries[3].actor.clone().unwrap();
        assert_eq!((actor.subject, actor.organisation_id), (council.certifier.subject.clone(), council.id.to_string()));
    })
    .await;
}

#[tokio::test]
async fn an_accepted_report_does_not_change_and_takes_addenda_of_either_side() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let early = harness.as_who(&council.officer).add_addendum(addendum(&submitted, "more")).await.unwrap_err();
        assert_eq!(reason(&early), "ILLEGAL_STEP");
        let accepted = harness.accept(&submitted).await.unwrap();
        let refused = harness.update(&council, &accepted, progress(&accepted, "better")).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "REPORT_ACCEPTED"));
        assert_eq!(refused.message(), "an accepted report does not change; add an addendum");
        let mut officer = harness.as_who(&council.officer);
        let first = officer.add_addendum(addendum(&accepted, "a figure was wrong")).await.unwrap().into_inner();
        let mut manager = harness.as_who(&harness.manager);
        let second = manager.add_addendum(addendum(&first, "noted")).await.unwrap().into_inner();
        let said: Vec<_> = second.addenda.iter().map(|addendum| (addendum.number, addendum.text.as_str())).collect();
        assert_eq!(said, [(1, "a figure was wrong"), (2, "noted")]);
        assert_eq!((second.content_sha256, second.accepted_at), (accepted.content_sha256, accepted.accepted_at));
        assert_eq!(harness.get(&council.system, &first).await.unwrap().addenda, second.addenda);
    })
    .await;
}

/// L-A8: whoever runs the round for the network, and belongs to the council, leaves its report to others.
#[tokio::test]
async fn a_round_manager_decides_nothing_on_a_report_of_a_council_of_their_own() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let of_network = Who::person(Role::RoundManager, OrgId::new());
        let at_home = of_network.clone().of_home(council.id);
        let reviews_there = of_network.and(Role::Reviewer, council.id);
        let (waivable, _) = harness.accepted(&council).await;
        let accept = pb::AcceptReportRequest {
            request_id: new_id(),
            report_id: submitted.id.clone(),
            etag: submitted.etag.clone(),
            validate_only: false,
        };
        for who in [&at_home, &reviews_there] {
            let mut manager = harness.as_who(who);
            let refused = [
                manager.accept_report(accept.clone()).await.unwrap_err(),
                manager.request_changes(request_changes(&submitted, &[("answers[progress]", "?")])).await.unwrap_err(),
                manager.waive_report(waive(&waivable, "small")).await.unwrap_err(),
                manager.add_addendum(addendum(&submitted, "noted")).await.unwrap_err(),
            ];
            for status in refused {
                assert_eq!(reason(&status), "SEPARATION_OF_DUTIES", "{status}");
            }
        }
        harness.accept(&submitted).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_report_is_excused_with_a_reason_by_a_round_manager_before_it_was_ever_handed_in() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let submitted = harness.submitted(&council).await;
        let (interim, last) = harness.accepted(&council).await;
        let by_council = harness.as_who(&council.officer).waive_report(waive(&interim, "small")).await.unwrap_err();
        assert_eq!(by_council.code(), Code::PermissionDenied);
        let mut manager = harness.as_who(&harness.manager);
        let silent = manager.waive_report(waive(&interim, " \n")).await.unwrap_err();
        assert_eq!(fields(&silent), ["reason"]);
        let waived = manager.waive_report(waive(&interim, "the project is small")).await.unwrap().into_inner();
        assert_eq!((waived.state(), waived.reason.as_str()), (State::Waived, "the project is small"));
        harness.at("2021-01-31T10:00:00Z").await;
        assert!(!harness.get(&council.officer, &interim).await.unwrap().overdue);
        assert!(harness.get(&council.officer, &last).await.unwrap().overdue);
        let late = manager.waive_report(waive(&submitted, "never mind")).await.unwrap_err();
        assert_eq!(reason(&late), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn an_event_says_nothing_of_a_draft_and_no_words_of_a_report() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let draft = harness.update(&council, &open, progress(&open, "Mrs Jones of Stonehouse")).await.unwrap();
        let handed_in = harness.handed_in(&council, &draft).await;
        let events = harness.events().await;
        let drafted: Vec<_> = events.iter().filter(|(name, _)| name != "ReportSubmitted").collect();
        assert_eq!(drafted.len(), 5);
        assert!(drafted.iter().all(|(_, report)| report.content.is_none() && report.evidence.is_empty()));
        let (_, submitted) = events.last().unwrap();
        assert_eq!((submitted.content_sha256.clone(), submitted.sign_off.clone()), (draft.content_sha256, None));
        let request = request_changes(&handed_in, &[("answers[progress]", "leave Mrs Jones out")]);
        harness.as_who(&harness.manager).request_changes(request).await.unwrap();
        let events = harness.events().await;
        let (name, given_back) = events.last().unwrap();
        assert_eq!((name.as_str(), given_back.requested_changes.len()), ("ChangesRequested", 1));
        let said = format!("{events:?}");
        assert!(!said.contains("Jones") && !said.contains("Section 151"));
    })
    .await;
}
