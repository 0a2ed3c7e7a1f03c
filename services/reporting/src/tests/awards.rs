//! What the events of `awards` do: reports scheduled once, moved, passed on, cancelled.

use std::sync::atomic::Ordering;

use pb::report::{Kind, State};
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;
use tonic::Code;

use super::harness::*;

/// An award whose project has begun, with its interim and its final report.
async fn begun(harness: &Harness, council: &Council) -> (awards::Award, pb::Report, pb::Report) {
    let mut award = harness.award(council);
    harness.tell(&mut award, |_| {}).await;
    harness.at(BEGINS).await;
    let (interim, last) = harness.both(council, &award).await;
    (award, interim, last)
}

#[tokio::test]
async fn an_accepted_award_schedules_its_two_reports_once_prefilled_from_bid_and_award() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let mut award = harness.award(&council);
        harness.tell(&mut award, |_| {}).await;
        harness.take(event(&award)).await.unwrap();
        let (interim, last) = harness.both(&council, &award).await;
        assert_eq!((interim.kind(), last.kind()), (Kind::Interim, Kind::Final));
        assert_eq!(
            (interim.state(), interim.opens_at, interim.due.clone()),
            (State::Scheduled, wire(BEGINS), due(INTERIM_DUE))
        );
        assert_eq!((last.opens_at, last.originally_due.clone()), (wire(FINAL_OPENS), due(FINAL_DUE)));
        assert_eq!((last.award_reference.as_str(), last.title.as_str()), ("r3-2020-09", "Diabeaters"));

        let content = last.content.unwrap();
        let measures: Vec<_> =
            content.measures.iter().map(|measure| (measure.name.as_str(), measure.target.as_str())).collect();
        assert_eq!(measures, [("households", "3"), ("a toolkit", "")]);
        let principles: Vec<_> = content
            .principles
            .iter()
            .map(|record| {
                (record.principle.as_str(), record.framework_version, record.claimed, record.assessed, record.evidenced)
            })
            .collect();
        assert_eq!(principles, [("learning", 1, true, false, false), ("innovation", 1, true, true, false)]);
        assert_eq!((content.spent, content.forecast), (pence(150_000), pence(0)));
        let interim = interim.content.unwrap();
        assert_eq!((interim.spent, interim.forecast), (pence(0), pence(150_000)));
        let names = harness.event_names().await;
        assert_eq!(names, ["ReportScheduled", "ReportScheduled"]);
    })
    .await;
}

#[tokio::test]
async fn an_award_without_an_interim_date_has_a_final_report_alone_and_an_offer_has_none() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let mut award = harness.award(&council);
        harness.tell(&mut award, |award| award.state = awards::award::State::Offered.into()).await;
        assert_eq!(harness.reports(&council.officer, &award).await, []);
        let accepted = |award: &mut awards::Award| {
            award.state = awards::award::State::Accepted.into();
            award.agreement.as_mut().unwrap().interim_report_due = None;
        };
        harness.tell(&mut award, accepted).await;
        let kinds: Vec<Kind> = harness.reports(&council.officer, &award).await.iter().map(pb::Report::kind).collect();
        assert_eq!(kinds, [Kind::Final]);
    })
    .await;
}

#[tokio::test]
async fn an_event_is_taken_later_where_the_bid_cannot_be_asked_for_now() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let award = harness.award(&council);
        harness.peers.down.store(true, Ordering::SeqCst);
        let told = event(&award);
        harness.take(told.clone()).await.unwrap_err();
        assert_eq!(harness.reports(&council.officer, &award).await, []);
        harness.peers.down.store(false, Ordering::SeqCst);
        harness.take(told).await.unwrap();
        assert_eq!(harness.reports(&council.officer, &award).await.len(), 2);
    })
    .await;
}

#[tokio::test]
async fn a_moved_date_moves_the_report_keeps_the_first_date_and_touches_no_accepted_report() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let (mut award, interim, _) = begun(&harness, &council).await;
        let complete = harness.update(&council, &interim, progress(&interim, "well")).await.unwrap();
        let submitted = harness.handed_in(&council, &complete).await;
        let accepted = harness.accept(&submitted).await.unwrap();

        let extended = |award: &mut awards::Award| {
            let agreement = award.agreement.as_mut().unwrap();
            agreement.interim_report_due = due("2020-12-11T17:00:00Z");
            agreement.final_report_due = due("2021-05-28T16:00:00Z");
        };
        harness.tell(&mut award, extended).await;
        let (interim, last) = harness.both(&council, &award).await;
        assert_eq!((interim.etag, interim.due), (accepted.etag, due(INTERIM_DUE)));
        assert_eq!((last.due.clone(), last.originally_due.clone()), (due("2021-05-28T16:00:00Z"), due(FINAL_DUE)));
        assert_eq!((last.state(), last.opens_at), (State::Scheduled, wire("2021-04-30T16:00:00Z")));
        let (name, report) = harness.events().await.pop().unwrap();
        assert_eq!((name.as_str(), report.id), ("ReportRescheduled", last.id));
    })
    .await;
}

#[tokio::test]
async fn a_withdrawn_award_cancels_both_reports_and_takes_none() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let (mut award, interim, _) = begun(&harness, &council).await;
        let draft = harness.update(&council, &interim, progress(&interim, "well")).await.unwrap();
        harness.tell(&mut award, |award| award.state = awards::award::State::Withdrawn.into()).await;
        let (interim, last) = harness.both(&council, &award).await;
        assert_eq!((interim.state(), last.state()), (State::Cancelled, State::Cancelled));
        assert_eq!(interim.reason, "the award was withdrawn");
        for report in [&draft, &interim] {
            let refused = harness.update(&council, report, progress(&draft, "well")).await.unwrap_err();
            assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "AWARD_ENDED"));
            assert_eq!(refused.message(), "the award was withdrawn, so there is nothing to report here");
        }
    })
    .await;
}

#[tokio::test]
async fn an_award_withdrawn_before_it_was_told_of_has_no_reports_and_an_older_event_brings_none() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let mut award = harness.award(&council);
        let older = event(&award);
        harness.tell(&mut award, |award| award.state = awards::award::State::Withdrawn.into()).await;
        harness.take(older).await.unwrap();
        assert_eq!(harness.reports(&council.officer, &award).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_terminated_award_still_awaits_its_final_report_which_opens_at_once() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let mut award = harness.award(&council);
        harness.tell(&mut award, |_| {}).await;
        harness.tell(&mut award, |award| award.state = awards::award::State::Terminated.into()).await;
        let (interim, last) = harness.both(&council, &award).await;
        assert_eq!((interim.state(), last.state()), (State::Cancelled, State::Open));
        assert_eq!((last.opens_at, last.due.clone()), (wire(ACCEPTED), due(FINAL_DUE)));
        let said = [
            ("outcomes", "none: it stopped early"),
            ("people_involved", "nobody"),
            ("what_did_not_work", "all of it"),
            ("co_operative_difference", "none"),
        ];
        let mut content = answered(&last, &said);
        for measure in &mut content.measures {
            (measure.value, measure.method) = ("not measured".to_string(), "it stopped early".to_string());
        }
        let draft = harness.update(&council, &last, content).await.unwrap();
        let submitted = harness.handed_in(&council, &draft).await;
        assert_eq!(harness.accept(&submitted).await.unwrap().state(), State::Accepted);
        let refused = harness.update(&council, &interim, progress(&interim, "well")).await.unwrap_err();
        assert_eq!(refused.message(), "the award was terminated, so there is nothing to report here");
    })
    .await;
}

#[tokio::test]
async fn a_novation_passes_what_is_not_accepted_to_the_successor_who_also_reads_what_is() {
    each_engine(async |harness| {
        let (council, successor) = (harness.council(Nation::England), harness.council(Nation::England));
        let (mut award, interim, last) = begun(&harness, &council).await;
        let complete = harness.update(&council, &interim, progress(&interim, "well")).await.unwrap();
        let submitted = harness.handed_in(&council, &complete).await;
        harness.accept(&submitted).await.unwrap();

        harness.tell(&mut award, |award| award.applicant_organisation_id = successor.id.to_string()).await;
        let (interim, theirs) = harness.both(&successor, &award).await;
        assert_eq!(
            (interim.organisation_id, theirs.organisation_id),
            (council.id.to_string(), successor.id.to_string())
        );
        harness.get(&council.officer, &submitted).await.unwrap();
        assert_eq!(harness.get(&council.officer, &last).await.unwrap_err().message(), "no such report");
        let names = harness.event_names().await;
        assert_eq!(names.last().unwrap(), "ReportNovated");
    })
    .await;
}
