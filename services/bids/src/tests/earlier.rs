//! What awards and reporting tell of earlier rounds, and what screening makes of it (rules 3 and 9).

use kit::ids::{AwardId, BidId, ReportId};
use toadlane_proto::awards::v1::{Award, award};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::eligibility_finding::Rule;
use toadlane_proto::reporting::v1::{Report, report};
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::rounds::v1::eligibility_settings::OverdueReports;
use toadlane_proto::types::v1 as types;

use super::harness::*;

/// What `reporting` publishes of a report.
async fn take_report(harness: &Harness, report: &Report, version: i64) {
    harness.bids.clone().take_report(event(&report.id, version, report)).await.unwrap();
}

/// A report of a council, as an event tells it.
async fn tell_report(harness: &Harness, id: ReportId, council: &Council, state: report::State, version: i64) {
    let due = types::Deadline { instant: wire("2020-01-31T12:00:00Z"), ..Default::default() };
    let submitted_at = if state == report::State::Submitted { wire("2020-02-02T12:00:00Z") } else { None };
    let report = Report {
        id: id.to_string(),
        organisation_id: council.id.to_string(),
        state: state.into(),
        due: Some(due),
        submitted_at,
        ..Default::default()
    };
    take_report(harness, &report, version).await;
}

async fn tell_award(harness: &Harness, id: AwardId, lead: &Council, state: award::State, version: i64) {
    tell_award_of(harness, id, &BidId::new().to_string(), lead, state, version).await;
}

async fn tell_award_of(harness: &Harness, id: AwardId, bid: &str, lead: &Council, state: award::State, version: i64) {
    let award = Award {
        id: id.to_string(),
        bid_id: bid.to_string(),
        lead_organisation_id: lead.id.to_string(),
        state: state.into(),
        ..Default::default()
    };
    harness.bids.clone().take_award(event(&award.id, version, &award)).await.unwrap();
}

/// A bid that is handed in and whose round has closed, under these settings.
async fn closed(harness: &Harness, council: &Council, change: impl FnOnce(&mut rounds::RoundRules)) -> pb::Bid {
    let round = harness.round(|round| change(round.rules.as_mut().unwrap()));
    harness.at(OPENS).await;
    let bid = harness.submitted(council, &round).await;
    harness.at(CLOSES).await;
    bid
}

/// What screening finds by one rule now.
async fn found(harness: &Harness, bid: &pb::Bid, rule: Rule) -> (bool, String) {
    let bid = harness.get(&harness.manager, bid).await.unwrap();
    let bid = harness.as_who(&harness.manager).screen_bid(screen(&bid)).await.unwrap().into_inner();
    let finding = bid.eligibility.into_iter().find(|one| one.rule() == rule).unwrap();
    (finding.met, finding.reason)
}

fn says(met: bool, reason: &str) -> (bool, String) {
    (met, reason.to_string())
}

fn minds(setting: OverdueReports) -> impl FnOnce(&mut rounds::RoundRules) {
    move |rules| rules.eligibility = Some(rounds::EligibilitySettings { overdue_reports: setting.into() })
}

#[tokio::test]
async fn an_overdue_report_blocks_until_it_is_handed_in() {
    each_engine(async |harness| {
        let (council, other) = (harness.council("Plymouth"), harness.council("Oldham"));
        let bid = closed(&harness, &council, minds(OverdueReports::Block)).await;
        let none = says(true, "no report on an earlier award is overdue");
        let (one, two, of_other) = (ReportId::new(), ReportId::new(), ReportId::new());
        tell_report(&harness, of_other, &other, report::State::Open, 1).await;
        assert_eq!(found(&harness, &bid, Rule::OverdueReports).await, none);
        tell_report(&harness, one, &council, report::State::Scheduled, 1).await;
        let blocked = says(false, "1 report on an earlier award is overdue");
        assert_eq!(found(&harness, &bid, Rule::OverdueReports).await, blocked);
        tell_report(&harness, two, &council, report::State::InDraft, 4).await;
        let blocked = says(false, "2 reports on earlier awards are overdue");
        assert_eq!(found(&harness, &bid, Rule::OverdueReports).await, blocked);
        tell_report(&harness, one, &council, report::State::Submitted, 3).await;
        tell_report(&harness, two, &council, report::State::Waived, 5).await;
        assert_eq!(found(&harness, &bid, Rule::OverdueReports).await, none);
        // What comes late is older than what is known.
        tell_report(&harness, one, &council, report::State::Open, 2).await;
        assert_eq!(found(&harness, &bid, Rule::OverdueReports).await, none);
    })
    .await;
}

#[tokio::test]
async fn a_report_is_overdue_from_its_very_instant_on() {
    each_engine(async |harness| {
        let council = harness.council("Plymouth");
        let bid = closed(&harness, &council, minds(OverdueReports::Block)).await;
        let id = ReportId::new();
        let report = |due: &str| Report {
            id: id.to_string(),
            organisation_id: council.id.to_string(),
            state: report::State::Open.into(),
            due: Some(types::Deadline { instant: wire(due), ..Default::default() }),
            ..Default::default()
        };
        take_report(&harness, &report("2020-02-01T00:00:00.000001Z"), 1).await;
        assert!(found(&harness, &bid, Rule::OverdueReports).await.0);
        take_report(&harness, &report(CLOSES), 2).await;
        assert!(!found(&harness, &bid, Rule::OverdueReports).await.0);
    })
    .await;
}

#[tokio::test]
async fn a_round_may_warn_of_overdue_reports_or_not_look() {
    each_engine(async |harness| {
        let council = harness.council("Plymouth");
        tell_report(&harness, ReportId::new(), &council, report::State::Open, 1).await;
        let warned = closed(&harness, &council, minds(OverdueReports::Warn)).await;
        let expected = says(true, "1 report on an earlier award is overdue; the round warns only");
        assert_eq!(found(&harness, &warned, Rule::OverdueReports).await, expected);
    })
    .await;
    each_engine(async |harness| {
        let council = harness.council("Plymouth");
        tell_report(&harness, ReportId::new(), &council, report::State::Open, 1).await;
        let ignored = closed(&harness, &council, minds(OverdueReports::Ignore)).await;
        let expected = says(true, "the round does not look at earlier reports");
        assert_eq!(found(&harness, &ignored, Rule::OverdueReports).await, expected);
    })
    .await;
}

#[tokio::test]
async fn a_limit_of_live_projects_counts_what_the_council_leads_and_has_not_closed() {
    fn one_at_a_time(rules: &mut rounds::RoundRules) {
        let counts = rounds::lead_limit::Counts::LiveProjects.into();
        rules.instruments[0].lead_limit = Some(rounds::LeadLimit { counts, at_most: 1 });
    }
    each_engine(async |harness| {
        let (council, other) = (harness.council("Plymouth"), harness.council("Oldham"));
        let bid = closed(&harness, &council, one_at_a_time).await;
        let (own, past, of_other) = (AwardId::new(), AwardId::new(), AwardId::new());
        tell_award(&harness, of_other, &other, award::State::Active, 1).await;
        tell_award(&harness, past, &council, award::State::Closed, 9).await;
        tell_award(&harness, own, &council, award::State::Prepared, 1).await;
        let free = says(true, "Plymouth leads 0 live projects; at most 1 at a time");
        assert_eq!(found(&harness, &bid, Rule::LeadLimit).await, free);
        // Its own award does not stand against a bid that is screened again.
        tell_award_of(&harness, AwardId::new(), &bid.id, &council, award::State::Active, 3).await;
        assert_eq!(found(&harness, &bid, Rule::LeadLimit).await, free);
        tell_award(&harness, own, &council, award::State::Completed, 5).await;
        let full = says(false, "Plymouth leads 1 live project; at most 1 at a time");
        assert_eq!(found(&harness, &bid, Rule::LeadLimit).await, full);
        tell_award(&harness, own, &council, award::State::Closed, 6).await;
        assert_eq!(found(&harness, &bid, Rule::LeadLimit).await, free);
    })
    .await;
}
