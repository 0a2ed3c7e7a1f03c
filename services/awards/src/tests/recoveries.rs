//! Money that comes back (rule 26).

use pb::recovery::State;
use toadlane_proto::awards::v1 as pb;
use tonic::Code;

use super::harness::*;

fn ask(recovery: &pb::Recovery) -> pb::RequestReturnRequest {
    pb::RequestReturnRequest {
        request_id: new_id(),
        recovery_id: recovery.id.clone(),
        etag: recovery.etag.clone(),
        validate_only: false,
    }
}

fn write_off(recovery: &pb::Recovery) -> pb::WriteOffRecoveryRequest {
    pb::WriteOffRecoveryRequest {
        request_id: new_id(),
        recovery_id: recovery.id.clone(),
        etag: recovery.etag.clone(),
        reason: "not worth the letter".to_string(),
        validate_only: false,
    }
}

#[tokio::test]
async fn a_refund_may_be_larger_than_one_instalment_but_not_than_all_that_was_paid() {
    each_engine(|harness| async move {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        let half = pb::Instalment { percent: 50, trigger: pb::payment::Trigger::Active.into(), ..Default::default() };
        let award =
            harness.prepared_with(&round, |settings| settings.instalments = vec![half.clone(), half]).await.remove(0);
        harness.accepted(&council, &award).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        for payment in harness.payments_of(&award).await {
            harness.paid(&payment).await;
        }
        let too_much = harness.opened(&award, 150_001).await.unwrap_err();
        assert_eq!((too_much.code(), reason(&too_much).as_str()), (Code::FailedPrecondition, "BALANCE_EXCEEDED"));
        let recovery = harness.opened(&award, 120_000).await.unwrap();
        // What is on its way back cannot be claimed a second time.
        let twice = harness.opened(&award, 30_001).await.unwrap_err();
        assert!(twice.message().contains("£300.00"), "{twice}");
        let returned = harness.returned(&recovery, 120_000).await.unwrap();
        assert_eq!(returned.state(), State::Returned);
        assert_eq!(harness.balances(&round).await, [1_920_000, 0, 30_000, 0]);
        let award = harness.get(&council.officer, &award).await.unwrap();
        assert_eq!((pence(award.paid), pence(award.returned)), (150_000, 120_000));
    })
    .await;
}

#[tokio::test]
async fn money_comes_back_in_parts_and_never_more_than_is_outstanding() {
    each_engine(|harness| async move {
        let (round, _, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let requested = harness.payments(&harness.finance).request_return(ask(&due)).await.unwrap().into_inner();
        assert_eq!(requested.state(), State::Requested);
        let part = harness.returned(&requested, 49_999).await.unwrap();
        assert_eq!(part.state(), State::PartReturned);
        let more = harness.returned(&part, 2).await.unwrap_err();
        assert_eq!(reason(&more), "BALANCE_EXCEEDED");
        let nothing = harness.returned(&part, 0).await.unwrap_err();
        assert_eq!(fields(&nothing), ["amount.minor_units"]);
        let all = harness.returned(&part, 1).await.unwrap();
        assert_eq!(all.state(), State::Returned);
        assert_eq!(harness.balances(&round).await, [1_850_000, 0, 100_000, 0]);
        let beyond = harness.returned(&all, 1).await.unwrap_err();
        assert_eq!(reason(&beyond), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn a_clerk_gives_a_small_balance_up_and_a_larger_one_not() {
    each_engine(|harness| async move {
        let (round, _, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let by_clerk = || harness.payments(&harness.clerk);
        let large = by_clerk().write_off_recovery(write_off(&due)).await.unwrap_err();
        assert_eq!(reason(&large), "BALANCE_EXCEEDED");
        let part = harness.returned(&due, 47_500).await.unwrap();
        let by_finance = harness.payments(&harness.finance).write_off_recovery(write_off(&part)).await.unwrap_err();
        assert_eq!(by_finance.code(), Code::PermissionDenied);
        let settled = by_clerk().write_off_recovery(write_off(&part)).await.unwrap().into_inner();
        assert_eq!((settled.state(), pence(settled.written_off)), (State::Returned, 2_500));
        let small = harness.opened(&award, 2_500).await.unwrap();
        let whole = by_clerk().write_off_recovery(write_off(&small)).await.unwrap().into_inner();
        assert_eq!((whole.state(), pence(whole.written_off)), (State::WrittenOff, 2_500));
        assert_eq!(harness.balances(&round).await, [1_847_500, 0, 97_500, 5_000]);
    })
    .await;
}

#[tokio::test]
async fn a_council_sees_what_is_claimed_of_it_and_others_do_not() {
    each_engine(|harness| async move {
        let (_, council, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let get = pb::GetRecoveryRequest { recovery_id: due.id.clone() };
        let seen = harness.payments(&council.officer).get_recovery(get.clone()).await.unwrap().into_inner();
        assert_eq!(seen, due);
        let stranger = harness.council("Preston");
        let hidden = harness.payments(&stranger.officer).get_recovery(get).await.unwrap_err();
        assert_eq!((hidden.code(), hidden.message()), (Code::NotFound, "no such recovery"));
        let list = pb::ListRecoveriesRequest { states: vec![State::Due.into()], ..Default::default() };
        let own = harness.payments(&council.officer).list_recoveries(list.clone()).await.unwrap().into_inner();
        assert_eq!(own.recoveries, [due]);
        let none = harness.payments(&stranger.officer).list_recoveries(list).await.unwrap().into_inner();
        assert_eq!(none.recoveries, []);
    })
    .await;
}
