//! Lists with their totals, history, the watch, and what events carry.

use kit::caller::Role;
use pb::award::State;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1::Event;
use tonic::{Code, Streaming};

use super::harness::*;

async fn ids(harness: &Harness, who: &Who, request: pb::ListAwardsRequest) -> Vec<String> {
    let mut ids = Vec::new();
    let mut request = pb::ListAwardsRequest { page_size: 2, ..request };
    loop {
        let page = harness.as_who(who).awards.list_awards(request.clone()).await.unwrap().into_inner();
        ids.extend(page.awards.into_iter().map(|award| award.id));
        if page.next_page_token.is_empty() {
            return ids;
        }
        request.page_token = page.next_page_token;
    }
}

/// A round of two councils: one award active, one on offer, one prepared, one withdrawn.
async fn a_round_in_all_states(harness: &Harness) -> (Round, [Council; 2], Vec<pb::Award>) {
    let (one, other, round) = (harness.council("Plymouth"), harness.council("Preston"), harness.round(1_950_000));
    for council in [&one, &one, &other, &other] {
        harness.funded(&round, council, 150_000);
    }
    let awards = harness.prepared(&round).await;
    harness.accepted(&one, &awards[0]).await;
    harness.offered(&awards[1]).await;
    harness.as_who(&harness.manager).awards.withdraw_award(withdraw(&awards[3])).await.unwrap();
    (round, [one, other], awards)
}

#[tokio::test]
async fn a_list_holds_what_the_caller_may_see_in_the_order_asked_for() {
    each_engine(async |harness| {
        let (round, [one, other], awards) = a_round_in_all_states(&harness).await;
        let all = pb::ListAwardsRequest { round_id: round.id.to_string(), ..Default::default() };
        let by_number = pb::ListAwardsRequest { order: pb::list_awards_request::Order::Number.into(), ..all.clone() };
        let numbered = |nth: &[usize]| nth.iter().map(|&nth| awards[nth].id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&harness, &harness.manager, by_number.clone()).await, numbered(&[0, 1, 2, 3]));
        let mut newest_first = numbered(&[0, 1, 2, 3]);
        newest_first.sort_by(|a, b| b.cmp(a));
        assert_eq!(ids(&harness, &harness.finance, all.clone()).await, newest_first);
        assert_eq!(ids(&harness, &reader(&one), by_number.clone()).await, numbered(&[0, 1]));
        assert_eq!(ids(&harness, &reader(&other), by_number.clone()).await, numbered(&[]));
        let reviewer = Who::person(Role::Reviewer, harness.network);
        assert_eq!(ids(&harness, &reviewer, by_number.clone()).await, numbered(&[]));
        let seated = harness.manager.clone().seated();
        let page = harness.as_who(&seated).awards.list_awards(by_number.clone()).await.unwrap().into_inner();
        let found = (page.awards.len(), page.total_size, in_pence(page.total_awarded));
        assert_eq!(found, (0, 0, 0), "on a board they know of awards as the panel does");
        assert_eq!(harness.get(&seated, &awards[2]).await.unwrap_err().code(), Code::NotFound);
        let active = pb::ListAwardsRequest { states: vec![State::Active.into()], ..all.clone() };
        assert_eq!(ids(&harness, &harness.manager, active).await, numbered(&[0]));
        let of_other = pb::ListAwardsRequest { organisation_id: other.id.to_string(), ..by_number };
        assert_eq!(ids(&harness, &harness.manager, of_other.clone()).await, numbered(&[2, 3]));
        assert_eq!(ids(&harness, &reader(&one), of_other).await, numbered(&[]));
        let small = pb::ListAwardsRequest { page_size: 1, ..all };
        let token = harness
            .as_who(&harness.manager)
            .awards
            .list_awards(small.clone())
            .await
            .unwrap()
            .into_inner()
            .next_page_token;
        let stolen = pb::ListAwardsRequest { page_token: token, ..small };
        assert_eq!(fields(&harness.as_who(&one.officer).awards.list_awards(stolen).await.unwrap_err()), ["page_token"]);
    })
    .await;
}

#[tokio::test]
async fn totals_say_what_is_given_paid_and_returned_and_leave_out_what_ended_unpaid() {
    each_engine(async |harness| {
        let (round, [one, _], awards) = a_round_in_all_states(&harness).await;
        harness.checked(one.id, "VENDOR-1").await.unwrap();
        harness.paid(&harness.payments_of(&awards[0]).await[0]).await;
        let recovery = harness.opened(&awards[0], 40_000).await.unwrap();
        harness.returned(&recovery, 30_000).await.unwrap();
        let request = pb::ListAwardsRequest { round_id: round.id.to_string(), page_size: 1, ..Default::default() };
        let page = harness.as_who(&harness.manager).awards.list_awards(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.total_size, 4);
        assert_eq!(
            [page.total_awarded, page.total_paid, page.total_returned].map(in_pence),
            [450_000, 150_000, 30_000]
        );
        assert!(page.as_of.is_some());
        // Ended after a payment, it keeps its sum (rule 33); ended before one, it has none.
        let paid = harness.get(&harness.clerk, &awards[0]).await.unwrap();
        harness.as_who(&harness.clerk).awards.terminate_award(super::delivery::terminate(&paid, 0)).await.unwrap();
        let page = harness.as_who(&reader(&one)).awards.list_awards(request).await.unwrap().into_inner();
        assert_eq!((page.total_size, in_pence(page.total_awarded)), (2, 300_000));
    })
    .await;
}

#[tokio::test]
async fn the_history_says_who_did_what_for_whom_and_why() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let accepted = harness.accepted(&council, &award).await;
        harness.as_who(&council.certifier).awards.withdraw_award(withdraw(&accepted)).await.unwrap();
        let list = pb::ListAwardHistoryRequest { award_id: award.id.clone(), ..Default::default() };
        let entries =
            harness.as_who(&reader(&council)).awards.list_award_history(list).await.unwrap().into_inner().entries;
        let told: Vec<_> = entries.iter().map(|entry| (entry.step.as_str(), entry.to_state())).collect();
        let expected = [
            ("prepare", State::Prepared),
            ("offer", State::Offered),
            ("accept", State::Accepted),
            ("activate", State::Active),
            ("withdraw", State::Withdrawn),
        ];
        assert_eq!(told, expected);
        let (offered, withdrawn) = (entries[1].actor.clone().unwrap(), entries[4].actor.clone().unwrap());
        assert_eq!(offered.organisation_id, harness.network.to_string());
        assert_eq!(
            (withdrawn.subject, withdrawn.organisation_id),
            (council.certifier.subject.clone(), council.id.to_string())
        );
        assert_eq!((entries[4].from_state(), entries[4].reason.as_str()), (State::Active, "our partner has withdrawn"));
    })
    .await;
}

async fn watch(harness: &Harness, who: &Who, token: &str) -> Streaming<pb::WatchAwardsResponse> {
    let request = pb::WatchAwardsRequest { resume_token: token.to_string(), ..Default::default() };
    harness.as_who(who).awards.watch_awards(request).await.unwrap().into_inner()
}

/// The next change, past signs of life: what, to which award, and the token after it.
async fn next(watching: &mut Streaming<pb::WatchAwardsResponse>) -> (String, String, String) {
    loop {
        let response = watching.message().await.unwrap().unwrap();
        if let Some(award) = response.award {
            return (response.event_type, award.id, response.resume_token);
        }
    }
}

#[tokio::test]
async fn a_watch_tells_every_change_in_order_and_resumes_without_loss_or_doubling() {
    each_engine(async |harness| {
        harness.relay();
        let (_, council, award) = harness.an_award().await;
        let stranger = harness.council("Preston");
        let (own, foreign) = (reader(&council), reader(&stranger));
        let mut watching = watch(&harness, &own, "").await;
        assert!(watching.message().await.unwrap().unwrap().award.is_none());
        let mut as_stranger = watch(&harness, &foreign, "").await;
        as_stranger.message().await.unwrap();
        let offered = harness.offered(&award).await;
        let mut token = loop {
            // What was published before the offer was known to nobody at the council.
            let (kind, id, token) = next(&mut watching).await;
            assert_eq!(id, award.id);
            if kind == "AwardOffered" {
                break token;
            }
        };
        drop(watching);
        harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap();
        let mut watching = watch(&harness, &own, &token).await;
        for expected in ["AwardAccepted", "AwardActivated"] {
            let (kind, _, after) = next(&mut watching).await;
            assert_eq!(kind, expected);
            token = after;
        }
        let stolen = pb::WatchAwardsRequest { resume_token: token, ..Default::default() };
        let refused = harness.as_who(&foreign).awards.watch_awards(stolen).await.unwrap_err();
        assert_eq!(fields(&refused), ["resume_token"]);
        // The stranger hears of their own alone.
        let round = harness.round(1_950_000);
        harness.funded(&round, &stranger, 150_000);
        let own = harness.prepared(&round).await.remove(0);
        harness.offered(&own).await;
        assert_eq!(next(&mut as_stranger).await.1, own.id);
    })
    .await;
}

#[tokio::test]
async fn a_resume_token_that_is_too_old_is_refused() {
    each_engine(async |harness| {
        harness.relay();
        let mut watching = watch(&harness, &harness.manager, "").await;
        let token = watching.message().await.unwrap().unwrap().resume_token;
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        while next(&mut watching).await.0 != "AwardActivated" {}
        let forget = harness.db.work(None, |tx| {
            use diesel::connection::SimpleConnection;
            Ok::<_, kit::db::DbError>(tx.batch_execute("DELETE FROM outbox WHERE position = 1")?)
        });
        forget.await.unwrap();
        let old = pb::WatchAwardsRequest { resume_token: token, ..Default::default() };
        let old = harness.as_who(&harness.manager).awards.watch_awards(old).await.unwrap_err();
        assert_eq!((old.code(), reason(&old).as_str()), (Code::OutOfRange, "RESUME_TOKEN_TOO_OLD"));
    })
    .await;
}

#[tokio::test]
async fn no_event_bears_who_signed_approved_or_instructed_nor_an_account() {
    each_engine(async |harness| {
        let (_, council, award) = harness.a_paid_award().await;
        let events = testing::stores::events(&harness.db).await;
        let kinds: Vec<_> = events.iter().map(kit::watch::event_type).collect();
        for expected in ["AwardAccepted", "PaymentPaid", "PayeeChecked"] {
            assert!(kinds.iter().any(|kind| kind == expected), "{expected}");
        }
        let text = |event: &Event| String::from_utf8_lossy(&event.resource.as_ref().unwrap().value).into_owned();
        for event in &events {
            let (kind, text) = (&event.r#type, text(event));
            let people = [&council.certifier, &harness.manager, &harness.finance, &harness.bookkeeper];
            for name in people.map(|who| &who.subject) {
                assert!(!text.contains(name.as_str()), "{kind} names {name}");
            }
            assert!(!text.contains("Section 151") && !text.contains("VENDOR-1"), "{kind}");
        }
        let digest = harness.get(&harness.manager, &award).await.unwrap().agreement.unwrap().sha256;
        let accepted = events.iter().find(|event| event.r#type.ends_with("AwardAccepted")).unwrap();
        assert!(text(accepted).contains(&digest));
    })
    .await;
}
