//! Money that comes back (rule 26).

use pb::recovery::State;
use toadlane_proto::awards::v1 as pb;
use tonic::Code;

use super::harness::*;

fn ask(recovery: &pb::Recovery) -> pb::RequestReturnRequest {
    step!(RequestReturnRequest { recovery_id: recovery })
}

fn write_off(recovery: &pb::Recovery) -> pb::WriteOffRecoveryRequest {
    step!(WriteOffRecoveryRequest { recovery_id: recovery, reason: "not worth the letter" })
}

#[tokio::test]
async fn a_refund_may_be_larger_than_one_instalment_but_not_than_all_that_was_paid() {
    each_engine(async |harness| {
        let at_once = half(pb::payment::Trigger::Active);
        let (round, council, award) = harness.an_award_in(vec![at_once.clone(), at_once]).await;
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
        assert_eq!((in_pence(award.paid), in_pence(award.returned)), (150_000, 120_000));
    })
    .await;
}

#[tokio::test]
async fn money_comes_back_in_parts_and_never_more_than_is_outstanding() {
    each_engine(async |harness| {
        let (round, _, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let requested = harness.as_who(&harness.finance).payments.request_return(ask(&due)).await.unwrap().into_inner();
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
    each_engine(async |harness| {
        let (round, _, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let by_clerk = || harness.as_who(&harness.clerk).payments;
        let large = by_clerk().write_off_recovery(write_off(&due)).await.unwrap_err();
        assert_eq!(reason(&large), "BALANCE_EXCEEDED");
        let part = harness.returned(&due, 47_500).await.unwrap();
        let by_finance =
            harness.as_who(&harness.finance).payments.write_off_recovery(write_off(&part)).await.unwrap_err();
        assert_eq!(by_finance.code(), Code::PermissionDenied);
        let settled = by_clerk().write_off_recovery(write_off(&part)).await.unwrap().into_inner();
        assert_eq!((settled.state(), in_pence(settled.written_off)), (State::Returned, 2_500));
        let small = harness.opened(&award, 2_500).await.unwrap();
        let whole = by_clerk().write_off_recovery(write_off(&small)).await.unwrap().into_inner();
        assert_eq!((whole.state(), in_pence(whole.written_off)), (State::WrittenOff, 2_500));
        assert_eq!(harness.balances(&round).await, [1_847_500, 0, 97_500, 5_000]);
    })
    .await;
}

#[tokio::test]
async fn a_council_sees_what_is_claimed_of_it_and_others_do_not() {
    each_engine(async |harness| {
        let (_, council, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let get = pb::GetRecoveryRequest { recovery_id: due.id.clone() };
        let seen = harness.as_who(&council.officer).payments.get_recovery(get.clone()).await.unwrap().into_inner();
        assert_eq!(seen, due);
        let stranger = harness.council("Preston");
        let hidden = harness.as_who(&stranger.officer).payments.get_recovery(get).await.unwrap_err();
        assert_eq!((hidden.code(), hidden.message()), (Code::NotFound, "no such recovery"));
        let list = pb::ListRecoveriesRequest { states: vec![State::Due.into()], ..Default::default() };
        let own = harness.as_who(&council.officer).payments.list_recoveries(list.clone()).await.unwrap().into_inner();
        assert_eq!(own.recoveries, [due]);
        let none = harness.as_who(&stranger.officer).payments.list_recoveries(list).await.unwrap().into_inner();
        assert_eq!(none.recoveries, []);
    })
    .await;
}
