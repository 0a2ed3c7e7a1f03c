//! What awards takes from `reporting` (rules 22, 24, 25).

use kit::ids::ReportId;
use pb::payment::State;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1 as types;

use super::harness::*;

fn a_report(award: &pb::Award) -> reporting::Report {
    reporting::Report {
        id: ReportId::new().to_string(),
        award_id: award.id.clone(),
        kind: reporting::report::Kind::Final.into(),
        state: reporting::report::State::Open.into(),
        due: deadline("2021-01-01T00:00:00Z", "31 December 2020"),
        ..Default::default()
    }
}

fn event(report: &reporting::Report, version: i64) -> types::Event {
    testing::answers::event(&report.id, version, report)
}

/// What `reporting` publishes when it has accepted the final report of an award.
pub async fn accept_final(harness: &Harness, award: &pb::Award, instant: &str) {
    let report = accepted(&a_report(award), instant);
    harness.take(event(&report, 5)).await.unwrap();
}

fn accepted(report: &reporting::Report, instant: &str) -> reporting::Report {
    reporting::Report {
        state: reporting::report::State::Accepted.into(),
        accepted_at: Some(kit::time::at(instant).into()),
        ..report.clone()
    }
}

/// An accepted award of two halves, the first due and the second after the final report.
async fn an_award_in_halves(harness: &Harness) -> pb::Award {
    harness.an_award_in(halves()).await.2
}

async fn states(harness: &Harness, award: &pb::Award) -> Vec<State> {
    harness.payments_of(award).await.iter().map(pb::Payment::state).collect()
}

#[tokio::test]
async fn the_second_half_is_due_when_the_final_report_is_accepted_and_that_counts_once() {
    each_engine(async |harness| {
        let award = an_award_in_halves(&harness).await;
        let report = a_report(&award);
        harness.take(event(&report, 2)).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::Due, State::Planned]);
        let accepted = event(&accepted(&report, "2020-12-20T10:00:00Z"), 5);
        harness.take(accepted.clone()).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::Due, State::Due]);
        let first = harness.get(&harness.manager, &award).await.unwrap();
        assert_eq!(first.final_report_accepted_at, Some(kit::time::at("2020-12-20T10:00:00Z").into()));
        harness.take(accepted).await.unwrap();
        assert_eq!(harness.get(&harness.manager, &award).await.unwrap().etag, first.etag);
    })
    .await;
}

#[tokio::test]
async fn an_accepted_interim_report_and_a_report_of_an_unknown_award_change_nothing() {
    each_engine(async |harness| {
        let award = an_award_in_halves(&harness).await;
        let mut interim = accepted(&a_report(&award), "2020-07-01T10:00:00Z");
        interim.kind = reporting::report::Kind::Interim.into();
        harness.take(event(&interim, 5)).await.unwrap();
        let unknown = pb::Award { id: kit::ids::AwardId::new().to_string(), ..award.clone() };
        accept_final(&harness, &unknown, "2020-12-20T10:00:00Z").await;
        assert_eq!(harness.get(&harness.manager, &award).await.unwrap().etag, award.etag);
    })
    .await;
}

#[tokio::test]
async fn a_report_that_is_overdue_by_thirty_days_holds_what_is_due() {
    each_engine(async |harness| {
        let award = an_award_in_halves(&harness).await;
        let overdue = reporting::Report { overdue: true, ..a_report(&award) };
        harness.at("2021-01-30T23:59:59Z").await;
        harness.take(event(&overdue, 3)).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::Due, State::Planned]);
        let due = harness.payments_of(&award).await.remove(0);
        harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap();
        harness.at("2021-01-31T00:00:00Z").await;
        harness.take(event(&overdue, 4)).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::OnHold, State::Planned]);
        assert_eq!(harness.payments_of(&award).await[0].reason, "a report is overdue by 30 days");
    })
    .await;
}

#[tokio::test]
async fn what_a_manager_releases_is_not_held_again_while_the_report_is_written() {
    each_engine(async |harness| {
        let award = an_award_in_halves(&harness).await;
        let overdue = reporting::Report { overdue: true, ..a_report(&award) };
        harness.at("2021-01-31T00:00:00Z").await;
        harness.take(event(&overdue, 3)).await.unwrap();
        let held = harness.payments_of(&award).await.remove(0);
        harness.as_who(&harness.manager).payments.release_payment(release(&held)).await.unwrap();
        harness.take(event(&overdue, 4)).await.unwrap();
        let due = harness.payments_of(&award).await.remove(0);
        assert_eq!(due.state(), State::Due);
        harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap();
        harness.take(event(&overdue, 5)).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::Approved, State::Planned]);
        let other = reporting::Report { overdue: true, ..a_report(&award) };
        harness.take(event(&other, 2)).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::OnHold, State::Planned], "for another report");
        let held = harness.payments_of(&award).await.remove(0);
        harness.as_who(&harness.manager).payments.release_payment(release(&held)).await.unwrap();
        let later = reporting::Report { due: deadline("2021-03-01T00:00:00Z", "28 February 2021"), ..other };
        harness.at("2021-04-01T00:00:00Z").await;
        harness.take(event(&later, 7)).await.unwrap();
        assert_eq!(states(&harness, &award).await, [State::OnHold, State::Planned], "for another day");
    })
    .await;
}

#[tokio::test]
async fn an_event_that_cannot_be_read_is_refused_and_one_of_another_kind_passed_over() {
    each_engine(async |harness| {
        let award = an_award_in_halves(&harness).await;
        let nameless = reporting::Report { award_id: "x".to_string(), ..a_report(&award) };
        assert!(harness.take(event(&nameless, 1)).await.is_err());
        let mut other = event(&a_report(&award), 1);
        other.resource.as_mut().unwrap().type_url = "type.googleapis.com/toadlane.reporting.v1.Reminder".to_string();
        harness.take(other).await.unwrap();
    })
    .await;
}
