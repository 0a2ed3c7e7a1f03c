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
        assert_eq!(harness.balances(&round).await, [1_847_500, 0, 100_000, 2_500]);
        let (round, _, award) = harness.a_paid_award().await;
        let small = harness.opened(&award, 2_500).await.unwrap();
        let whole = by_clerk().write_off_recovery(write_off(&small)).await.unwrap().into_inner();
        assert_eq!((whole.state(), in_pence(whole.written_off)), (State::WrittenOff, 2_500));
        assert_eq!(harness.balances(&round).await, [1_800_000, 0, 147_500, 2_500]);
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

/// G-B7: what is small is so of the whole award, however many claims it is cut into.
#[tokio::test]
async fn small_balances_of_an_award_are_given_up_up_to_the_limit_together() {
    each_engine(async |harness| {
        let (round, _, award) = harness.a_paid_award().await;
        let by_clerk = || harness.as_who(&harness.clerk).payments;
        for minor_units in [1_000, 1_500] {
            let small = harness.opened(&award, minor_units).await.unwrap();
            by_clerk().write_off_recovery(write_off(&small)).await.unwrap();
        }
        let one_more = harness.opened(&award, 1).await.unwrap();
        let refused = by_clerk().write_off_recovery(write_off(&one_more)).await.unwrap_err();
        assert_eq!(reason(&refused), "BALANCE_EXCEEDED");
        assert!(refused.message().contains("£25.00 of the award was given up before"), "{refused}");
        assert_eq!(harness.balances(&round).await, [1_800_000, 0, 147_500, 2_500]);
    })
    .await;
}

/// G-B1: whoever recorded that money came back does not find it in the accounts too.
#[tokio::test]
async fn returned_money_is_found_in_the_accounts_by_somebody_else() {
    each_engine(async |harness| {
        let (_, _, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        let part = harness.returned(&due, 20_000).await.unwrap();
        let by = |who: &Who| harness.as_who(who).payments;
        let returned = by(&harness.bookkeeper).record_return(give_back(&part, 30_000)).await.unwrap().into_inner();
        let reconcile = || step!(ReconcileRecoveryRequest { recovery_id: returned });
        for who in [&harness.finance, &harness.bookkeeper] {
            let own = by(who).reconcile_recovery(reconcile()).await.unwrap_err();
            assert_eq!(reason(&own), "SEPARATION_OF_DUTIES");
        }
        let third = Who::person(kit::caller::Role::FinanceOfficer, harness.network);
        by(&third).reconcile_recovery(reconcile()).await.unwrap();
    })
    .await;
}

/// G-B6: money comes back on a day between the first payment and today; the ledger counts it on that day.
#[tokio::test]
async fn the_day_of_a_return_lies_between_the_first_payment_and_today() {
    each_engine(async |harness| {
        let (round, _, award) = harness.a_paid_award().await;
        let due = harness.opened(&award, 50_000).await.unwrap();
        harness.at("2020-03-12T09:00:00Z").await;
        let on = |day: &str| pb::RecordReturnRequest { received_on: day.to_string(), ..give_back(&due, 50_000) };
        let by_finance = || harness.as_who(&harness.finance).payments;
        for day in ["2020-02-06", "2020-03-13"] {
            assert_eq!(fields(&by_finance().record_return(on(day)).await.unwrap_err()), ["received_on"], "{day}");
        }
        by_finance().record_return(on("2020-03-10")).await.unwrap();
        let entries = pb::ListLedgerEntriesRequest {
            round_id: round.id.to_string(),
            instrument: INSTRUMENT.to_string(),
            ..Default::default()
        };
        let entries = by_finance().list_ledger_entries(entries).await.unwrap().into_inner().entries;
        assert_eq!(entries.last().unwrap().booked_on, "2020-03-10");
    })
    .await;
}
