//! Lists and the watch.

use kit::caller::Role;
use kit::ids::OrgId;
use pb::list_reports_request::Order;
use pb::report::{Kind, State};
use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;
use tonic::{Code, Streaming};

use super::harness::*;

async fn ids(harness: &Harness, who: &Who, request: pb::ListReportsRequest) -> Vec<String> {
    let mut ids = Vec::new();
    let mut request = pb::ListReportsRequest { page_size: 1, ..request };
    loop {
        let page = harness.as_who(who).list_reports(request.clone()).await.unwrap().into_inner();
        ids.extend(page.reports.into_iter().map(|report| report.id));
        if page.next_page_token.is_empty() {
            return ids;
        }
        request.page_token = page.next_page_token;
    }
}

#[tokio::test]
async fn a_list_holds_what_the_caller_may_see_in_the_order_asked_for() {
    each_engine(async |harness| {
        let (council, other) = (harness.council(Nation::England), harness.council(Nation::England));
        let mut award = harness.award(&council);
        harness.tell(&mut award, |_| {}).await;
        let (interim, last) = harness.both(&council, &award).await;
        let (foreign_interim, foreign_last) = harness.accepted(&other).await;
        let all = pb::ListReportsRequest::default();
        assert_eq!(ids(&harness, &council.system, all.clone()).await, [interim.id.clone(), last.id.clone()]);
        // Equal instants are ordered by identity.
        let by_due = [&interim.id, &foreign_interim.id, &last.id, &foreign_last.id].map(String::clone);
        assert_eq!(ids(&harness, &harness.manager, all.clone()).await, by_due);
        let newest = pb::ListReportsRequest { order: Order::NewestFirst.into(), ..all.clone() };
        let newest_first = [&foreign_last.id, &foreign_interim.id, &last.id, &interim.id].map(String::clone);
        assert_eq!(ids(&harness, &harness.manager, newest).await, newest_first);
        let of_round = pb::ListReportsRequest { round_id: award.round_id.clone(), ..all.clone() };
        assert_eq!(ids(&harness, &harness.manager, of_round).await, [interim.id.clone(), last.id.clone()]);
        let of_other = pb::ListReportsRequest { organisation_id: other.id.to_string(), ..all.clone() };
        assert_eq!(ids(&harness, &council.system, of_other.clone()).await, Vec::<String>::new());
        let finals = pb::ListReportsRequest { kind: Kind::Final.into(), ..of_other };
        assert_eq!(ids(&harness, &harness.manager, finals).await, std::slice::from_ref(&foreign_last.id));
        let consultant = Who::person(Role::Consultant, OrgId::new());
        assert_eq!(ids(&harness, &consultant, all.clone()).await, Vec::<String>::new());

        harness.at("2020-07-01T16:00:00Z").await;
        let open = pb::ListReportsRequest { states: vec![State::Open.into()], ..all.clone() };
        assert_eq!(ids(&harness, &council.officer, open).await, std::slice::from_ref(&interim.id));
        let overdue = pb::ListReportsRequest { overdue: true, ..all.clone() };
        assert_eq!(ids(&harness, &harness.manager, overdue).await, [interim.id.clone(), foreign_interim.id.clone()]);
        let page = harness.as_who(&harness.manager).list_reports(all.clone()).await.unwrap().into_inner();
        assert_eq!((page.total_size, page.total_overdue, page.as_of), (4, 2, wire("2020-07-01T16:00:00Z")));
        assert!(page.reports.iter().all(|report| report.content.is_none()));

        let small = pb::ListReportsRequest { page_size: 1, ..all };
        let token =
            harness.as_who(&council.system).list_reports(small.clone()).await.unwrap().into_inner().next_page_token;
        let stolen = pb::ListReportsRequest { page_token: token, ..small };
        let refused = harness.as_who(&council.officer).list_reports(stolen).await.unwrap_err();
        assert_eq!(fields(&refused), ["page_token"]);
    })
    .await;
}

async fn watch(harness: &Harness, who: &Who, token: &str) -> Streaming<pb::WatchReportsResponse> {
    let request = pb::WatchReportsRequest { resume_token: token.to_string(), ..Default::default() };
    harness.as_who(who).watch_reports(request).await.unwrap().into_inner()
}

/// The next change, past signs of life.
async fn next(watching: &mut Streaming<pb::WatchReportsResponse>) -> (String, pb::Report, String) {
    loop {
        let response = watching.message().await.unwrap().unwrap();
        if let Some(report) = response.report {
            return (response.event_type, report, response.resume_token);
        }
    }
}

#[tokio::test]
async fn a_watch_tells_every_change_in_order_and_resumes_without_loss_or_doubling() {
    each_engine(async |harness| {
        harness.relay();
        let (council, other) = (harness.council(Nation::England), harness.council(Nation::England));
        let mut watching = watch(&harness, &council.system, "").await;
        assert!(watching.message().await.unwrap().unwrap().report.is_none());
        let mut as_manager = watch(&harness, &harness.manager, "").await;
        as_manager.message().await.unwrap();

        harness.accepted(&other).await;
        let open = harness.open_interim(&council).await;
        let (kind, _, _) = next(&mut watching).await;
        assert_eq!(kind, "ReportScheduled");
        let (kind, _, token) = next(&mut watching).await;
        assert_eq!(kind, "ReportScheduled");
        drop(watching);
        let draft = harness.update(&council, &open, progress(&open, "well")).await.unwrap();
        let mut watching = watch(&harness, &council.system, &token).await;
        assert_eq!(next(&mut watching).await.0, "ReportOpened");
        let (kind, report, _) = next(&mut watching).await;
        assert_eq!((kind.as_str(), report.content), ("ReportRevised", draft.content));
        // The manager is told of both councils' reports, and reads no draft.
        for _ in 0..6 {
            assert!(next(&mut as_manager).await.1.content.is_none());
        }
        let (kind, report, _) = next(&mut as_manager).await;
        assert_eq!((kind.as_str(), report.state(), report.content), ("ReportRevised", State::InDraft, None));
    })
    .await;
}

#[tokio::test]
async fn a_resume_token_that_is_too_old_or_anothers_is_refused() {
    each_engine(async |harness| {
        harness.relay();
        let council = harness.council(Nation::England);
        let mut watching = watch(&harness, &council.system, "").await;
        let token = watching.message().await.unwrap().unwrap().resume_token;
        harness.accepted(&council).await;
        next(&mut watching).await;
        next(&mut watching).await;
        let resume = pb::WatchReportsRequest { resume_token: token, ..Default::default() };
        let foreign = harness.as_who(&council.officer).watch_reports(resume.clone()).await.unwrap_err();
        assert_eq!(fields(&foreign), ["resume_token"]);
        let forget = harness.db.work(None, |tx| {
            use diesel::connection::SimpleConnection;
            Ok::<_, kit::db::DbError>(tx.batch_execute("DELETE FROM outbox WHERE position = 1")?)
        });
        forget.await.unwrap();
        let old = harness.as_who(&council.system).watch_reports(resume).await.unwrap_err();
        assert_eq!((old.code(), reason(&old).as_str()), (Code::OutOfRange, "RESUME_TOKEN_TOO_OLD"));
    })
    .await;
}
