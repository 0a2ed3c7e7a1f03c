//! Many writes to one pot at once: the smaller run of the property of `ledger/tests.rs`, through the store.

use testing::stores::each_storage;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1::determination::Outcome as Decision;
use tonic::{Code, Status};

use super::harness::*;
use super::variations::{agree, decide, request};

const CALLERS: u64 = 8;
const TURNS: u64 = 40;

/// A refusal that says what is wrong is an answer; a fault of ours is not.
fn expect_answer<T>(answered: Result<T, Status>) -> Option<T> {
    match answered {
        Ok(answer) => Some(answer),
        Err(status) => {
            let clear = [Code::FailedPrecondition, Code::Aborted, Code::InvalidArgument];
            assert!(clear.contains(&status.code()), "{status}");
            None
        }
    }
}

/// One turn of one caller: something is done to one award, as it stands at the moment.
async fn turn(harness: &Harness, council: &Council, award: &pb::Award, kind: u64, minor_units: i64) {
    let Ok(now) = harness.get(&harness.manager, award).await else { panic!("the manager sees every award") };
    match (now.state(), kind) {
        (pb::award::State::Prepared, _) => {
            expect_answer(harness.as_who(&harness.manager).awards.offer_award(offer(&now)).await);
        }
        (pb::award::State::Reserved, _) => {
            expect_answer(harness.as_who(&harness.manager).awards.call_reserve(call(&now)).await);
        }
        (pb::award::State::Offered, 0) => {
            expect_answer(harness.as_who(&council.certifier).awards.withdraw_award(withdraw(&now)).await);
        }
        (pb::award::State::Offered, _) => {
            let acceptance = pb::AcceptAwardRequest { scope: "less of it".to_string(), ..accept(council, &now) };
            expect_answer(harness.as_who(&council.certifier).awards.accept_award(acceptance).await);
        }
        (pb::award::State::Active, 0..=2) => {
            let change =
                pb::Change { amount: pence(minor_units), scope: format!("for {minor_units}"), ..Default::default() };
            let variation =
                expect_answer(harness.as_who(&council.officer).awards.request_variation(request(&now, change)).await);
            let Some(variation) = variation.map(tonic::Response::into_inner) else { return };
            let by_manager = || harness.as_who(&harness.manager).awards;
            let decided = expect_answer(by_manager().decide_variation(decide(&variation, true)).await);
            let Some(decided) = decided.map(tonic::Response::into_inner) else { return };
            if decided.state() == pb::variation::State::AwaitingAcceptance {
                let by_certifier = || harness.as_who(&council.certifier).awards;
                expect_answer(by_certifier().accept_variation(agree(council, &decided)).await);
            }
        }
        (pb::award::State::Active, 3 | 4) => pay_something(harness, &now).await,
        (pb::award::State::Active, _) => {
            if let Some(recovery) = expect_answer(harness.opened(&now, minor_units).await) {
                expect_answer(harness.returned(&recovery, minor_units).await);
            }
        }
        (_, _) => {}
    }
}

async fn pay_something(harness: &Harness, award: &pb::Award) {
    let payments = harness.payments_of(award).await;
    let Some(due) = payments.iter().find(|payment| payment.state() == pb::payment::State::Due) else { return };
    let approved = expect_answer(harness.as_who(&harness.manager).payments.approve_payment(approve(due)).await);
    let Some(approved) = approved.map(tonic::Response::into_inner) else { return };
    let instructed =
        expect_answer(harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await);
    let Some(instructed) = instructed.map(tonic::Response::into_inner) else { return };
    let by_bookkeeper = || harness.as_who(&harness.bookkeeper).payments;
    expect_answer(by_bookkeeper().confirm_payment(confirm(&instructed, "2020-02-07")).await);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_callers_at_one_pot_neither_overdraw_it_nor_lose_a_penny() {
    each_storage(async |storage| {
        let harness = std::sync::Arc::new(Harness::open(&storage));
        let (round, council) = (harness.round(500_000), harness.council("Plymouth"));
        for _ in 0..4 {
            harness.outcome(&round, &council, |outcome| outcome.amount = pence(100_000));
        }
        for place in [1, 2] {
            harness.outcome(&round, &council, |outcome| {
                (outcome.outcome, outcome.reserve_place) = (Decision::Reserve.into(), place);
            });
        }
        let awards = harness.prepared(&round).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let mut tasks = Vec::new();
        for caller in 0..CALLERS {
            let (harness, council, awards) = (harness.clone(), council.clone(), awards.clone());
            tasks.push(tokio::spawn(async move {
                for nth in 0..TURNS {
                    let roll = (caller * TURNS + nth).wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 17;
                    let award = &awards[usize::try_from(roll % awards.len() as u64).unwrap()];
                    let minor_units = 1 + i64::try_from(roll / 7 % 150_000).unwrap();
                    turn(&harness, &council, award, roll / 3 % 7, minor_units).await;
                }
            }));
        }
        for task in tasks {
            task.await.unwrap();
        }
        expect_in_order(&harness, &round).await;
    })
    .await;
}

/// Pot, postings, payments, recoveries and awards tell the same.
async fn expect_in_order(harness: &Harness, round: &Round) {
    let [available, committed, paid, written_off] = harness.balances(round).await;
    assert!([available, committed, paid, written_off].iter().all(|balance| *balance >= 0));
    assert_eq!(available + committed + paid + written_off, 500_000);
    let (mut promised, mut sent, mut back) = (0, 0, 0);
    for award in harness.in_round(round).await {
        for payment in harness.payments_of(&award).await {
            match payment.state() {
                pb::payment::State::Cancelled => {}
                pb::payment::State::Paid => sent += in_pence(payment.amount),
                _ => promised += in_pence(payment.amount),
            }
        }
        let returned: i64 =
            harness.recoveries_of(&award).await.into_iter().map(|recovery| in_pence(recovery.returned)).sum();
        assert_eq!(in_pence(award.returned), returned);
        back += returned;
    }
    assert_eq!((committed, paid), (promised, sent - back));
    let request = pb::ListLedgerEntriesRequest {
        round_id: round.id.to_string(),
        instrument: INSTRUMENT.to_string(),
        page_size: 500,
        ..Default::default()
    };
    let entries =
        harness.as_who(&harness.finance).payments.list_ledger_entries(request).await.unwrap().into_inner().entries;
    let numbers: Vec<i64> = entries.iter().map(|entry| entry.sequence).collect();
    assert_eq!(numbers, (1..=entries.len() as i64).collect::<Vec<_>>());
    assert!(entries.len() > 30, "the run moved money: {} postings", entries.len());
}
