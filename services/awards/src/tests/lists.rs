//! Lists with their totals, history, the watch, and what events carry.

use kit::caller::Role;
use pb::award::State;
use toadlane_proto::awards::v1 as pb;
use tonic::{Code, Streaming};

use super::harness::*;

async fn ids(harness: &Harness, who: &Who, request: pb::ListAwardsRequest) -> Vec<String> {
    let mut ids = Vec::new();
    let mut request = pb::ListAwardsRequest { page_size: 2, ..request };
    loop {
        let page = harness.awards(who).list_awards(request.clone()).await.unwrap().into_inner();
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
    harness.awards(&harness.manager).withdraw_award(withdraw(&awards[3])).await.unwrap();
    (round, [one, other], awards)
}

#[tokio::test]
async fn a_list_holds_what_the_caller_may_see_in_the_order_asked_for() {
    each_engine(|harness| async move {
        let (round, [one, other], awards) = a_round_in_all_states(&harness).await;
        let all = pb::ListAwardsRequest { round_id: round.id.to_string(), ..Default::default() };
        let by_number = pb::ListAwardsRequest { order: pb::list_awards_request::Order::Number.into(), ..all.clone() };
        let of = |nth: &[usize]| nth.iter().map(|&nth| awards[nth].id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&harness, &harness.manager, by_number.clone()).await, of(&[0, 1, 2, 3]));
        let mut newest_first = of(&[0, 1, 2, 3]);
        newest_first.sort_by(|a, b| b.cmp(a));
        assert_eq!(ids(&harness, &harness.finance, all.clone()).await, newest_first);
        assert_eq!(ids(&harness, &one.reader, by_number.clone()).await, of(&[0, 1]));
        assert_eq!(ids(&harness, &other.reader, by_number.clone()).await, of(&[]));
        let reviewer = Who::person(Role::Reviewer, harness.network);
        assert_eq!(ids(&harness, &reviewer, by_number.clone()).await, of(&[]));
        let seated = harness.manager.clone().seated();
        let page = harness.awards(&seated).list_awards(by_number.clone()).await.unwrap().into_inner();
        let found = (page.awards.len(), page.total_size, pence(page.total_awarded));
        assert_eq!(found, (0, 0, 0), "on a board they know of awards as the panel does");
        assert_eq!(harness.get(&seated, &awards[2]).await.unwrap_err().code(), Code::NotFound);
        let active = pb::ListAwardsRequest { states: vec![State::Active.into()], ..all.clone() };
        assert_eq!(ids(&harness, &harness.manager, active).await, of(&[0]));
        let of_other = pb::ListAwardsRequest { organisation_id: other.id.to_string(), ..by_number };
        assert_eq!(ids(&harness, &harness.manager, of_other.clone()).await, of(&[2, 3]));
        assert_eq!(ids(&harness, &one.reader, of_other).await, of(&[]));
        let small = pb::ListAwardsRequest { page_size: 1, ..all };
        let token =
            harness.awards(&harness.manager).list_awards(small.clone()).await.unwrap().into_inner().next_page_token;
        let stolen = pb::ListAwardsRequest { page_token: token, ..small };
        assert_eq!(fields(&harness.awards(&one.officer).list_awards(stolen).await.unwrap_err()), ["page_token"]);
    })
    .await;
}

#[tokio::test]
async fn totals_say_what_is_given_paid_and_returned_and_leave_out_what_ended_unpaid() {
    each_engine(|harness| async move {
        let (round, [one, _], awards) = a_round_in_all_states(&harness).await;
        harness.checked(one.id, "VENDOR-1").await.unwrap();
        harness.paid(&harness.payments_of(&awards[0]).await[0]).await;
        let recovery = harness.opened(&awards[0], 40_000).await.unwrap();
        harness.returned(&recovery, 30_000).await.unwrap();
        let request = pb::ListAwardsRequest { round_id: round.id.to_string(), page_size: 1, ..Default::default() };
        let page = harness.awards(&harness.manager).list_awards(request.clone()).await.unwrap().into_inner();
        assert_eq!(page.total_size, 4);
        assert_eq!([page.total_awarded, page.total_paid, page.total_returned].map(pence), [450_000, 150_000, 30_000]);
        assert!(page.as_of.is_some());
        // Ended after a payment, it keeps its sum (rule 33); ended before one, it has none.
        let paid = harness.get(&harness.clerk, &awards[0]).await.unwrap();
        harness.awards(&harness.clerk).terminate_award(super::delivery::terminate(&paid, 0)).await.unwrap();
        let page = harness.awards(&one.reader).list_awards(request).await.unwrap().into_inner();
        assert_eq!((page.total_size, pence(page.total_awarded)), (2, 300_000));
    })
    .await;
}

#[tokio::test]
async fn the_history_says_who_did_what_for_whom_and_why() {
    each_engine(|harness| async move {
        let (_, council, award) = harness.an_award().await;
        let accepted = harness.accepted(&council, &award).await;
        harness.awards(&council.certifier).withdraw_award(withdraw(&accepted)).await.unwrap();
        let list = pb::ListAwardHistoryRequest { award_id: award.id.clone(), ..Default::default() };
        let entries = harness.awards(&council.reader).list_award_history(list).await.unwrap().into_inner().entries;
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
    harness.awards(who).watch_awards(request).await.unwrap().into_inner()
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
    each_engine(|harness| async move {
        harness.relay();
        let (_, council, award) = harness.an_award().await;
        let stranger = harness.council("Preston");
        let mut watching = watch(&harness, &council.reader, "").await;
        assert!(watching.message().await.unwrap().unwrap().award.is_none());
        let mut as_stranger = watch(&harness, &stranger.reader, "").await;
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
        harness.awards(&council.certifier).accept_award(accept(&council, &offered)).await.unwrap();
        let mut watching = watch(&harness, &council.reader, &token).await;
        for expected in ["AwardAccepted", "AwardActivated"] {
            let (kind, _, after) = next(&mut watching).await;
            assert_eq!(kind, expected);
            token = after;
        }
        let foreign = pb::WatchAwardsRequest { resume_token: token, ..Default::default() };
        let foreign = harness.awards(&stranger.reader).watch_awards(foreign).await.unwrap_err();
        assert_eq!(fields(&foreign), ["resume_token"]);
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
    each_engine(|harness| async move {
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
        let old = harness.awards(&harness.manager).watch_awards(old).await.unwrap_err();
        assert_eq!((old.code(), reason(&old).as_str()), (Code::OutOfRange, "RESUME_TOKEN_TOO_OLD"));
    })
    .await;
}

#[tokio::test]
async fn no_event_bears_who_signed_approved_or_instructed_nor_an_account() {
    each_engine(|harness| async move {
        let (_, council, award) = harness.a_paid_award().await;
        let bodies: Vec<(String, Vec<u8>)> = harness
            .db
            .read(|tx| {
                use diesel::prelude::*;
                diesel::table! { outbox (id) { id -> Text, kind -> Text, body -> Binary, } }
                Ok::<_, kit::db::DbError>(
                    outbox::table.order(outbox::id).select((outbox::kind, outbox::body)).load(tx)?,
                )
            })
            .await
            .unwrap();
        let kinds: Vec<_> = bodies.iter().map(|(kind, _)| kind.rsplit('.').next().unwrap()).collect();
        assert!(kinds.contains(&"AwardAccepted") && kinds.contains(&"PaymentPaid") && kinds.contains(&"PayeeChecked"));
        for (kind, body) in &bodies {
            let resource =
                <toadlane_proto::types::v1::Event as prost::Message>::decode(body.as_slice()).unwrap().resource;
            let text = String::from_utf8_lossy(&resource.unwrap().value).into_owned();
            for name in [&council.certifier.subject, &harness.manager.subject, &harness.finance.subject] {
                assert!(!text.contains(name.as_str()), "{kind} names {name}");
            }
            assert!(!text.contains("Section 151") && !text.contains("VENDOR-1"), "{kind}");
        }
        let digest = harness.get(&harness.manager, &award).await.unwrap().agreement.unwrap().sha256;
        let accepted = bodies.iter().find(|(kind, _)| kind.ends_with("AwardAccepted")).unwrap();
        assert!(String::from_utf8_lossy(&accepted.1).contains(&digest));
    })
    .await;
}
