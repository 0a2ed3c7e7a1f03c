//! Reminders: each once, on a working day of the council's nation (rule 24).

use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;

use super::harness::*;

/// The reminders sent so far: of which kind of report, and at which offset.
async fn sent(harness: &Harness) -> Vec<(pb::report::Kind, i32)> {
    let events = harness.events().await.into_iter();
    let reminders = events.filter(|(name, _)| name == "ReportReminded");
    reminders.map(|(_, report)| (report.kind(), report.reminder_offset_days.unwrap())).collect()
}

#[tokio::test]
async fn an_overdue_report_is_reminded_of_five_times_and_no_etag_goes_stale() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let steps = [
            // A Wednesday, two weeks before: nine in the morning by the clock on the wall.
            ("2020-06-17T07:59:59Z", None),
            ("2020-06-17T08:00:00Z", Some(-14)),
            // Three days before is a Sunday.
            ("2020-06-28T08:00:00Z", None),
            ("2020-06-29T08:00:00Z", Some(-3)),
            ("2020-07-01T08:00:00Z", Some(0)),
            ("2020-07-08T08:00:00Z", Some(7)),
            ("2020-07-31T08:00:00Z", Some(30)),
            ("2020-09-30T08:00:00Z", None),
        ];
        let mut expected = Vec::new();
        for (instant, offset) in steps {
            harness.at(instant).await;
            harness.reporting.tick().await.unwrap();
            expected.extend(offset.map(|offset| (pb::report::Kind::Interim, offset)));
            assert_eq!(sent(&harness).await, expected, "{instant}");
        }
        assert_eq!(harness.get(&council.officer, &open).await.unwrap().etag, open.etag);
        harness.update(&council, &open, progress(&open, "late, and well")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_watcher_is_told_of_what_a_reminder_reminds() {
    each_engine(async |harness| {
        harness.relay();
        let council = harness.council(Nation::England);
        harness.open_interim(&council).await;
        let request = pb::WatchReportsRequest::default();
        let mut watching = harness.as_who(&council.system).watch_reports(request).await.unwrap().into_inner();
        watching.message().await.unwrap();
        harness.at("2020-06-17T08:00:00Z").await;
        let told = loop {
            let response = watching.message().await.unwrap().unwrap();
            if response.event_type == "ReportReminded" {
                break response.report.unwrap();
            }
        };
        assert_eq!((told.reminder_offset_days, told.content.is_some()), (Some(-14), true));
    })
    .await;
}

#[tokio::test]
async fn what_was_handed_in_or_excused_is_not_reminded_of() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        harness.submitted(&council).await;
        let (interim, _) = harness.accepted(&council).await;
        harness.as_who(&harness.manager).waive_report(waive(&interim, "the project is small")).await.unwrap();
        harness.at("2020-09-30T08:00:00Z").await;
        assert_eq!(sent(&harness).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_moved_date_is_reminded_of_anew_and_the_nation_decides_the_day() {
    each_engine(async |harness| {
        let (english, scottish) = (harness.council(Nation::England), harness.council(Nation::Scotland));
        let mut both = [harness.award(&english), harness.award(&scottish)];
        for award in &mut both {
            harness.tell(award, |_| {}).await;
        }
        harness.at("2020-06-30T08:00:00Z").await;
        assert_eq!(sent(&harness).await.len(), 4);
        // St Andrew's Day, a Monday.
        for award in &mut both {
            harness
                .tell(award, |award| award.agreement.as_mut().unwrap().interim_report_due = due("2020-11-30T17:00:00Z"))
                .await;
        }
        harness.at("2020-11-27T12:00:00Z").await;
        // Two weeks and three days before the new date, and two weeks before that of the final reports.
        assert_eq!(sent(&harness).await.len(), 4 + 4 + 2);
        harness.at("2020-11-30T12:00:00Z").await;
        let last = harness.events().await.pop().unwrap().1;
        assert_eq!((last.organisation_id, last.reminder_offset_days), (english.id.to_string(), Some(0)));
        harness.at("2020-12-01T12:00:00Z").await;
        let last = harness.events().await.pop().unwrap().1;
        assert_eq!((last.organisation_id, last.reminder_offset_days), (scottish.id.to_string(), Some(0)));
    })
    .await;
}

#[tokio::test]
async fn a_report_opens_and_is_reminded_of_while_its_neighbours_are_down() {
    each_engine(async |harness| {
        let council = harness.council(Nation::Wales);
        let (interim, _) = harness.accepted(&council).await;
        harness.peers.down.store(true, std::sync::atomic::Ordering::SeqCst);
        harness.at("2020-06-17T08:00:00Z").await;
        assert_eq!(sent(&harness).await, [(pb::report::Kind::Interim, -14)]);
        let open = harness.get(&council.officer, &interim).await.unwrap();
        assert_eq!(open.state(), pb::report::State::Open);
        harness.update(&council, &open, progress(&open, "well")).await.unwrap();
    })
    .await;
}
