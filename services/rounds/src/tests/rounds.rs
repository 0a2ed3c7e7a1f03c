//! Rounds through the generated client: set up, scheduled, opened and closed by the clock, moved and cancelled.

use std::sync::atomic::Ordering;

use kit::caller::Role;
use kit::time::at;
use prost::Message;
use testing::stores::move_clock;
use toadlane_proto::rounds::v1 as pb;
use tonic::Code;
use tonic_types::StatusExt;

use super::harness::{Clients, each_engine, events, new_id, newer, published, reason, refusal, violations};
use super::requests::{cancel, create_round, extend, london, reopen, rules, schedule, text, timetable, update};

#[tokio::test]
async fn what_is_written_of_a_round_is_what_is_answered() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let framework = harness.framework().await;
        let request = create_round(&framework, harness.boards);
        let created = manager.rounds.create_round(request).await.unwrap().into_inner();
        assert_eq!(created.rules, Some(rules(&framework, harness.boards)));
        assert_eq!(created.timetable, Some(timetable()));
        assert_eq!(created.state(), pb::round::State::Draft);
        assert_eq!(created.closes_at, Some(at("2019-12-14T00:00:00Z").into()), "the close and its grace");
        assert_eq!(manager.round(&created.id).await.unwrap(), created);
    })
    .await;
}

#[tokio::test]
async fn a_scheduled_round_opens_and_closes_by_the_clock() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let id = harness.scheduled(&mut manager).await.id;
        harness.at("2019-11-11T08:59:59Z").await;
        assert_eq!(manager.round(&id).await.unwrap().state(), pb::round::State::Scheduled);
        harness.at("2019-11-11T09:00:00Z").await;
        assert_eq!(manager.round(&id).await.unwrap().state(), pb::round::State::Open);
        harness.at("2019-12-13T23:59:59Z").await;
        assert_eq!(manager.round(&id).await.unwrap().state(), pb::round::State::Open);
        harness.at("2019-12-14T00:00:00Z").await;
        let closed = manager.round(&id).await.unwrap();
        assert_eq!(closed.state(), pb::round::State::Closed);
        assert_eq!(closed.closed_at, Some(at("2019-12-14T00:00:00Z").into()));
        let published = published(&harness.db).await;
        assert_eq!(published, ["RoundScheduled", "RoundOpened", "RoundClosed"]);
    })
    .await;
}

#[tokio::test]
async fn every_transition_is_on_record_with_who_and_when() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let id = harness.scheduled(&mut manager).await.id;
        harness.at("2019-11-11T09:00:00Z").await;
        let history = manager.history(&id).await;
        let steps: Vec<(i64, &str)> = history.iter().map(|entry| (entry.sequence, entry.step.as_str())).collect();
        assert_eq!(steps, [(1, "create"), (2, "schedule"), (3, "open")]);
        let actors: Vec<&str> = history.iter().flat_map(|entry| &entry.actor).map(|actor| &*actor.subject).collect();
        let person = &harness.manager.subject;
        assert_eq!(actors, [person.as_str(), person.as_str(), "role:rounds"]);
        let organisation = |entry: &pb::HistoryEntry| entry.actor.clone().unwrap_or_default().organisation_id;
        assert_eq!(
            history.iter().map(organisation).collect::<Vec<_>>(),
            [&*harness.network.to_string(), &harness.network.to_string(), ""]
        );
        assert_eq!(
            (history[0].from_state(), history[0].to_state()),
            (pb::round::State::Unspecified, pb::round::State::Draft)
        );
        assert_eq!(
            (history[2].from_state(), history[2].to_state()),
            (pb::round::State::Scheduled, pb::round::State::Open)
        );
        assert_eq!(history[2].at, Some(at("2019-11-11T09:00:00Z").into()));
        let mut list = pb::ListRoundHistoryRequest { round_id: id, page_size: 2, ..Default::default() };
        let first = manager.rounds.list_round_history(list.clone()).await.unwrap().into_inner();
        list.page_token = first.next_page_token;
        let second = manager.rounds.list_round_history(list).await.unwrap().into_inner();
        assert_eq!([first.entries, second.entries].concat(), history);
        assert_eq!(second.next_page_token, "");
    })
    .await;
}

#[tokio::test]
async fn an_event_carries_the_round_as_it_then_is() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let round = harness.scheduled(&mut manager).await;
        let event = events(&harness.db).await.pop().unwrap();
        assert_eq!((event.subject.as_str(), event.version.to_string()), (round.id.as_str(), round.etag.clone()));
        assert_eq!(event.actor.unwrap().subject, harness.manager.subject);
        let resource = event.resource.unwrap();
        assert_eq!(resource.type_url, "type.googleapis.com/toadlane.rounds.v1.Round");
        assert_eq!(pb::Round::decode(resource.value.as_slice()), Ok(round));
    })
    .await;
}

#[tokio::test]
async fn of_two_managers_who_schedule_at_once_one_is_told_that_it_changed() {
    each_engine(async |harness| {
        let (mut one, mut other) = (harness.as_who(&harness.manager), harness.as_who(&harness.manager));
        let draft = harness.draft(&mut one).await;
        let (first, second) =
            tokio::join!(one.rounds.schedule_round(schedule(&draft)), other.rounds.schedule_round(schedule(&draft)));
        let (won, lost) = if first.is_ok() { (first, second) } else { (second, first) };
        assert!(won.is_ok());
        assert_eq!(refusal(lost), (Code::Aborted, "STALE_ETAG".to_string()));
        assert_eq!(published(&harness.db).await, ["RoundScheduled"]);
    })
    .await;
}

#[tokio::test]
async fn a_round_that_is_scheduled_is_no_longer_checked() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let round = harness.scheduled(&mut manager).await;
        let refused = manager.rounds.check_round(pb::CheckRoundRequest { round_id: round.id }).await;
        assert_eq!(refusal(refused), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));
    })
    .await;
}

#[tokio::test]
async fn two_tickers_take_each_step_once() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        harness.scheduled(&mut manager).await;
        move_clock(&harness.db, "2020-01-06T09:00:00Z").await;
        let (one, other) = tokio::join!(harness.rounds.tick(), harness.rounds.tick());
        assert!(one.is_ok() && other.is_ok());
        let kinds = published(&harness.db).await;
        assert_eq!(kinds, ["RoundScheduled", "RoundOpened", "RoundClosed"]);
    })
    .await;
}

#[tokio::test]
async fn everything_that_is_missing_is_listed_and_keeps_a_round_from_being_scheduled() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let framework = harness.framework().await;
        let mut request = create_round(&framework, harness.boards);
        let rules = request.rules.as_mut().unwrap();
        rules.criteria.clear();
        rules.framework_version = 7;
        rules.boards[1].board_id = kit::ids::BoardId::new().to_string();
        let dates = request.timetable.as_mut().unwrap();
        dates.closes = london("2019-12-14T00:00:00Z", "midnight on 13 December 2019");
        let draft = manager.rounds.create_round(request).await.unwrap().into_inner();
        let expected = [
            "rules.framework_version round.unknown_framework",
            "rules.criteria round.required",
            "rules.boards[1].board_id round.unknown_board",
            "timetable.closes.announced deadline.ambiguous",
        ];

        let request = pb::CheckRoundRequest { round_id: draft.id.clone() };
        let checked = manager.rounds.check_round(request).await.unwrap().into_inner();
        let found: Vec<String> =
            checked.missing.iter().map(|missing| format!("{} {}", missing.field, missing.rule)).collect();
        assert_eq!(found, expected);
        assert!(checked.missing[3].says.ends_with("say \"11:59pm on 13 December 2019\""));
        assert_eq!(checked.etag, draft.etag);

        let refused = manager.rounds.schedule_round(schedule(&draft)).await.unwrap_err();
        assert_eq!(refused.code(), Code::FailedPrecondition);
        assert_eq!(violations(&refused), expected);
        assert_eq!(manager.round(&draft.id).await.unwrap().state(), pb::round::State::Draft);
    })
    .await;
}

#[tokio::test]
async fn an_empty_draft_can_be_kept() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let rules = pb::RoundRules { reference: "r8-2027".to_string(), title: text("2027"), ..Default::default() };
        let request = pb::CreateRoundRequest { request_id: new_id(), rules: Some(rules), ..Default::default() };
        let draft = manager.rounds.create_round(request).await.unwrap().into_inner();
        assert_eq!((draft.opens_at, draft.closes_at), (None, None));
    })
    .await;
}

#[tokio::test]
async fn the_rules_of_a_scheduled_round_cannot_be_updated() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let round = harness.scheduled(&mut manager).await;
        let refused = manager.rounds.update_round(update(&round)).await;
        assert_eq!(refusal(refused), (Code::FailedPrecondition, "RULES_FROZEN".to_string()));
    })
    .await;
}

#[tokio::test]
async fn a_draft_can_be_updated_and_its_form_counts_the_changes() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let draft = harness.draft(&mut manager).await;
        let mut request = update(&draft);
        request.rules.as_mut().unwrap().form.as_mut().unwrap().questions.pop();
        let updated = manager.rounds.update_round(request).await.unwrap().into_inner();
        assert_eq!(updated.rules.and_then(|rules| rules.form).map(|form| form.version), Some(2));
        assert_eq!(updated.etag, "2");
    })
    .await;
}

#[tokio::test]
async fn a_stale_etag_is_refused_with_the_newer_version() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let draft = harness.draft(&mut manager).await;
        manager.rounds.update_round(update(&draft)).await.unwrap();
        let refused = manager.rounds.update_round(update(&draft)).await.unwrap_err();
        assert_eq!(refused.code(), Code::Aborted);
        assert_eq!(reason(&refused), "STALE_ETAG");
        assert_eq!(newer::<pb::Round>(&refused).etag, "2");
    })
    .await;
}

#[tokio::test]
async fn a_repeated_request_replays_its_answer_and_one_with_other_content_is_refused() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let framework = harness.framework().await;
        let request = create_round(&framework, harness.boards);
        let first = manager.rounds.create_round(request.clone()).await.unwrap().into_inner();
        harness.at("2019-10-02T10:00:00Z").await;
        let second = manager.rounds.create_round(request.clone()).await.unwrap().into_inner();
        assert_eq!(first, second);
        let other = pb::CreateRoundRequest { timetable: None, ..request };
        let refused = manager.rounds.create_round(other).await;
        assert_eq!(refusal(refused), (Code::AlreadyExists, "REQUEST_ID_REUSED".to_string()));
    })
    .await;
}

#[tokio::test]
async fn a_reference_is_used_once() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let framework = harness.framework().await;
        manager.rounds.create_round(create_round(&framework, harness.boards)).await.unwrap();
        let refused = manager.rounds.create_round(create_round(&framework, harness.boards)).await.unwrap_err();
        let info = refused.get_details_error_info().unwrap();
        assert_eq!((refused.code(), info.reason.as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"));
        assert_eq!(info.metadata.get("existing").map(String::as_str), Some("r3-2020"));
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_checks_everything_and_writes_nothing() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let draft = harness.draft(&mut manager).await;
        let dry = pb::ScheduleRoundRequest { validate_only: true, ..schedule(&draft) };
        let shown = manager.rounds.schedule_round(dry).await.unwrap().into_inner();
        assert_eq!(shown.state(), pb::round::State::Scheduled);
        assert_eq!(manager.round(&draft.id).await.unwrap().state(), pb::round::State::Draft);
        assert_eq!(published(&harness.db).await, [""; 0]);
        assert_eq!(manager.history(&draft.id).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_draft_does_not_exist_for_others_until_it_is_scheduled() {
    each_engine(async |harness| {
        let (mut manager, mut officer, mut auditor) = (
            harness.as_who(&harness.manager),
            harness.as_who(&harness.officer),
            harness.as_who(&harness.who(Role::Auditor)),
        );
        let draft = harness.draft(&mut manager).await;
        let n_seen = async |caller: &mut Clients| {
            caller.rounds.list_rounds(pb::ListRoundsRequest::default()).await.unwrap().into_inner().total_size
        };
        assert_eq!(refusal(officer.round(&draft.id).await), (Code::NotFound, "NOT_FOUND".to_string()));
        assert_eq!(refusal(officer.rounds.schedule_round(schedule(&draft)).await).0, Code::NotFound);
        assert_eq!((n_seen(&mut officer).await, n_seen(&mut auditor).await), (0, 1));
        assert!(auditor.round(&draft.id).await.is_ok());

        let round = manager.rounds.schedule_round(schedule(&draft)).await.unwrap().into_inner();
        assert_eq!(officer.round(&draft.id).await.unwrap().state(), pb::round::State::Scheduled);
        assert_eq!(n_seen(&mut officer).await, 1);
        let refused = officer.rounds.cancel_round(cancel(&round)).await.unwrap_err();
        let info = refused.get_details_error_info().unwrap();
        assert_eq!((refused.code(), info.reason.as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
        assert!(info.metadata["who_may"].contains("round manager"));
    })
    .await;
}

#[tokio::test]
async fn an_extension_moves_the_close_for_everyone_and_keeps_the_first_dates() {
    each_engine(async |harness| {
        let (mut manager, mut officer) = (harness.as_who(&harness.manager), harness.as_who(&harness.officer));
        harness.scheduled(&mut manager).await;
        harness.at("2019-12-13T20:00:00Z").await;
        let rounds = manager.rounds.list_rounds(pb::ListRoundsRequest::default()).await.unwrap().into_inner();
        let open = &rounds.rounds[0];
        let midnight = manager.rounds.extend_round(extend(open, london("2019-12-17T00:00:00Z", "midnight")));
        assert_eq!(violations(&midnight.await.unwrap_err()), ["dates.closes.announced deadline.ambiguous"]);

        let closes = london("2019-12-16T23:59:00Z", "11:59pm on 16 December 2019");
        manager.rounds.extend_round(extend(open, closes.clone())).await.unwrap();
        let round = officer.round(&open.id).await.unwrap();
        assert_eq!(round.state(), pb::round::State::Open);
        assert_eq!(round.closes_at, Some(at("2019-12-17T00:00:00Z").into()));
        assert_eq!(round.originally_closes, timetable().closes);
        assert_eq!(round.reason, "the portal was down");
        let last = officer.history(&open.id).await.pop().unwrap();
        assert_eq!((last.step.as_str(), last.reason.as_str()), ("extend", "the portal was down"));
        assert_eq!(last.timetable_before, Some(timetable()));
        assert_eq!(last.timetable_after.and_then(|dates| dates.closes), closes);
        harness.at("2019-12-14T00:00:00Z").await;
        assert_eq!(officer.round(&open.id).await.unwrap().state(), pb::round::State::Open);
        assert_eq!(published(&harness.db).await.pop().as_deref(), Some("RoundExtended"));
    })
    .await;
}

#[tokio::test]
async fn a_closed_round_is_not_extended_but_reopened_and_closes_again() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let id = harness.scheduled(&mut manager).await.id;
        harness.at("2019-12-14T00:00:00Z").await;
        let closed = manager.round(&id).await.unwrap();
        let closes = london("2019-12-18T23:59:00Z", "11:59pm on 18 December 2019");
        let refused = manager.rounds.extend_round(extend(&closed, closes.clone())).await;
        assert_eq!(refusal(refused), (Code::FailedPrecondition, "ILLEGAL_STEP".to_string()));

        let open = manager.rounds.reopen_round(reopen(&closed, closes)).await.unwrap().into_inner();
        assert_eq!((open.state(), open.closed_at), (pb::round::State::Open, None));
        harness.at("2019-12-19T00:00:00Z").await;
        assert_eq!(manager.round(&id).await.unwrap().state(), pb::round::State::Closed);
        let kinds = published(&harness.db).await;
        assert_eq!(kinds, ["RoundScheduled", "RoundOpened", "RoundClosed", "RoundReopened", "RoundClosed"]);
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_round_tells_everyone_and_stays_so() {
    each_engine(async |harness| {
        let (mut manager, mut officer) = (harness.as_who(&harness.manager), harness.as_who(&harness.officer));
        let round = harness.scheduled(&mut manager).await;
        manager.rounds.cancel_round(cancel(&round)).await.unwrap();
        harness.at("2019-11-11T09:00:00Z").await;
        let cancelled = officer.round(&round.id).await.unwrap();
        assert_eq!(cancelled.state(), pb::round::State::Cancelled);
        assert_eq!(cancelled.reason, "the money was withdrawn");
        let kinds = published(&harness.db).await;
        assert_eq!(kinds, ["RoundScheduled", "RoundCancelled"]);
    })
    .await;
}

#[tokio::test]
async fn a_draft_that_is_cancelled_stays_unseen_and_nothing_is_published() {
    each_engine(async |harness| {
        let (mut manager, mut officer) = (harness.as_who(&harness.manager), harness.as_who(&harness.officer));
        let draft = harness.draft(&mut manager).await;
        manager.rounds.cancel_round(cancel(&draft)).await.unwrap();
        assert_eq!(refusal(officer.round(&draft.id).await).0, Code::NotFound);
        assert_eq!(published(&harness.db).await, [""; 0]);
    })
    .await;
}

#[tokio::test]
async fn while_the_registry_is_down_a_round_cannot_be_scheduled_but_can_be_extended() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let round = harness.scheduled(&mut manager).await;
        let mut other = create_round(&harness.framework().await, harness.boards);
        other.rules.as_mut().unwrap().reference = "r4-2021".to_string();
        let draft = manager.rounds.create_round(other).await.unwrap().into_inner();
        harness.peers.down.store(true, Ordering::SeqCst);
        let refused = manager.rounds.schedule_round(schedule(&draft)).await;
        assert_eq!(refusal(refused), (Code::Unavailable, "TRY_AGAIN".to_string()));
        let closes = london("2019-12-16T23:59:00Z", "11:59pm on 16 December 2019");
        assert!(manager.rounds.extend_round(extend(&round, closes)).await.is_ok());
    })
    .await;
}

#[tokio::test]
async fn rounds_are_listed_newest_first_by_page_state_programme_and_reference() {
    each_engine(async |harness| {
        let mut manager = harness.as_who(&harness.manager);
        let framework = harness.framework().await;
        for number in 1..=5 {
            let mut request = create_round(&framework, harness.boards);
            let rules = request.rules.as_mut().unwrap();
            rules.reference = format!("r{number}");
            if number == 5 {
                rules.programme.as_mut().unwrap().code = "policy-labs".to_string();
            }
            let draft = manager.rounds.create_round(request).await.unwrap().into_inner();
            if number <= 2 {
                manager.rounds.schedule_round(schedule(&draft)).await.unwrap();
            }
        }
        let all = pb::ListRoundsRequest::default();
        assert_eq!(listed(&mut manager, &all).await, ["r5", "r4", "r3", "r2", "r1"]);
        let drafts = pb::ListRoundsRequest { states: vec![pb::round::State::Draft.into()], ..all.clone() };
        assert_eq!(listed(&mut manager, &drafts).await, ["r5", "r4", "r3"]);
        let prototypes = pb::ListRoundsRequest { programme: "policy-prototypes".to_string(), ..all.clone() };
        assert_eq!(listed(&mut manager, &prototypes).await, ["r4", "r3", "r2", "r1"]);
        let one = pb::ListRoundsRequest { reference: "r2".to_string(), ..all.clone() };
        assert_eq!(listed(&mut harness.as_who(&harness.officer), &one).await, ["r2"]);

        let by_two = pb::ListRoundsRequest { page_size: 2, ..all };
        let first = manager.rounds.list_rounds(by_two.clone()).await.unwrap().into_inner();
        assert_eq!(first.total_size, 5);
        let elsewhere = pb::ListRoundsRequest { page_token: first.next_page_token, ..drafts };
        let refused = manager.rounds.list_rounds(elsewhere).await.unwrap_err();
        assert_eq!(violations(&refused), ["page_token page_token"]);
    })
    .await;
}

/// The references of a list, gathered two at a time.
async fn listed(caller: &mut Clients, asked: &pb::ListRoundsRequest) -> Vec<String> {
    let mut found = Vec::new();
    let mut request = pb::ListRoundsRequest { page_size: 2, ..asked.clone() };
    loop {
        let page = caller.rounds.list_rounds(request.clone()).await.unwrap().into_inner();
        assert!(page.rounds.len() <= 2);
        assert!(found.len() < 10, "the pages come to no end");
        for round in page.rounds {
            let rules = round.rules.unwrap();
            assert!(rules.form.unwrap().questions.is_empty(), "a list leaves the questions out");
            found.push(rules.reference);
        }
        if page.next_page_token.is_empty() {
            return found;
        }
        request.page_token = page.next_page_token;
    }
}
