//! Awards made from determinations, and the pots from which they are given (rules 1, 2, 18, 22).

use std::sync::atomic::Ordering;

use pb::award::State;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1::assessment;
use toadlane_proto::grading::v1::determination::Outcome as Decision;
use tonic::Code;

use super::harness::*;

#[tokio::test]
async fn thirteen_bids_of_fifteen_hundred_pounds_use_the_pot_up_to_the_penny() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        for _ in 0..13 {
            harness.funded(&round, &council, 150_000);
        }
        let done = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap().into_inner();
        assert_eq!((done.n_prepared, done.n_reserved, done.pots.len()), (13, 0, 1));
        assert_eq!(harness.balances(&round).await, [0, 1_950_000, 0, 0]);
        let awards = harness.in_round(&round).await;
        assert!(awards.iter().all(|award| award.state() == State::Prepared));
        let reference = harness.peers.rounds.lock().unwrap()[0].rules.clone().unwrap().reference;
        assert_eq!(awards[0].reference, format!("{reference}-01"));
        assert_eq!(awards[12].reference, format!("{reference}-13"));
        assert_eq!(awards[0].original, awards[0].agreement);
        let agreement = awards[0].agreement.clone().unwrap();
        assert_eq!((agreement.version, in_pence(agreement.amount)), (1, 150_000));
        assert_eq!(agreement.final_report_due, deadline("2021-01-01T00:00:00Z", "31 December 2020"));
    })
    .await;
}

#[tokio::test]
async fn one_penny_more_than_the_pot_is_refused_until_the_deciding_body_records_why() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(300_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        harness.outcome(&round, &council, |outcome| {
            (outcome.requested, outcome.amount) = (pence(150_001), pence(150_001));
        });
        let refused = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "POT_EXHAUSTED"));
        assert!(refused.message().contains("£3,000.00") && refused.message().contains("£3,000.01"), "{refused}");
        assert_eq!(harness.in_round(&round).await, []);

        let reason = "the committee funds all bids, minute 7".to_string();
        let over = pb::PrepareAwardsRequest { over_commitment_reason: reason.clone(), ..prepare(&round) };
        harness.as_who(&harness.manager).awards.prepare_awards(over).await.unwrap();
        let pot = harness.pot(&round).await;
        assert_eq!((in_pence(pot.total.clone()), pot.over_commitment_reason), (300_001, reason));
        assert_eq!(harness.balances(&round).await, [0, 300_001, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn what_is_fundable_beyond_the_pot_stands_on_the_reserve_list_without_money() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(150_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        for place in [2, 1] {
            harness.outcome(&round, &council, |outcome| {
                outcome.outcome = Decision::Reserve.into();
                outcome.reserve_place = place;
            });
        }
        harness.outcome(&round, &council, |outcome| outcome.outcome = Decision::Decline.into());
        let awards = harness.prepared(&round).await;
        let places: Vec<_> = awards.iter().map(|award| (award.state(), award.reserve_place)).collect();
        assert_eq!(places, [(State::Prepared, 0), (State::Reserved, 2), (State::Reserved, 1)]);
        assert_eq!(harness.balances(&round).await, [0, 150_000, 0, 0]);
        assert_eq!(harness.payments_of(&awards[1]).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_round_is_prepared_once_and_a_repeated_request_is_answered_as_before() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        let request = prepare(&round);
        let first = harness.as_who(&harness.manager).awards.prepare_awards(request.clone()).await.unwrap().into_inner();
        let again = harness.as_who(&harness.manager).awards.prepare_awards(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        let second = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap_err();
        assert_eq!((second.code(), reason(&second).as_str()), (Code::AlreadyExists, "ALREADY_EXISTS"));
        assert_eq!(harness.in_round(&round).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_tells_what_would_be_made_and_makes_nothing() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        let dry = pb::PrepareAwardsRequest { validate_only: true, ..prepare(&round) };
        let done = harness.as_who(&harness.manager).awards.prepare_awards(dry).await.unwrap().into_inner();
        assert_eq!((done.n_prepared, in_pence(done.pots[0].available.clone())), (1, 1_800_000));
        assert_eq!(harness.in_round(&round).await, []);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_prepared_before_the_decision_or_while_grading_is_down_or_by_others() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        harness.graded(round.id, assessment::State::Determination);
        let early = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap_err();
        assert_eq!(reason(&early), "DECISION_PENDING");
        harness.graded(round.id, assessment::State::Decided);
        harness.peers.down.store(true, Ordering::SeqCst);
        let down = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap_err();
        assert_eq!((down.code(), reason(&down).as_str()), (Code::Unavailable, "TRY_AGAIN"));
        harness.peers.down.store(false, Ordering::SeqCst);
        let finance = harness.as_who(&harness.finance).awards.prepare_awards(prepare(&round)).await.unwrap_err();
        assert_eq!(finance.code(), Code::PermissionDenied);
        harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_sum_above_the_request_or_outside_floor_and_ceiling_is_refused() {
    each_engine(async |harness| {
        for (requested, amount) in [(150_000, 150_001), (600_000, 500_001)] {
            let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
            harness.outcome(&round, &council, |outcome| {
                (outcome.requested, outcome.amount) = (pence(requested), pence(amount));
            });
            let refused = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap_err();
            assert_eq!(reason(&refused), "AMOUNT_OUT_OF_BOUNDS");
        }
    })
    .await;
}

#[tokio::test]
async fn settings_that_make_no_sense_are_named_all_at_once() {
    each_engine(async |harness| {
        let round = harness.round(1_950_000);
        let mut request = prepare(&round);
        let settings = request.settings.as_mut().unwrap();
        settings.ends_on = "2020-02-29".to_string();
        settings.instalments = vec![
            pb::Instalment { percent: 50, trigger: pb::payment::Trigger::Active.into(), due_on: String::new() },
            pb::Instalment { percent: 49, trigger: pb::payment::Trigger::Day.into(), due_on: String::new() },
        ];
        let mut final_report_due = deadline("2021-01-01T00:00:00Z", "31 December 2020").unwrap();
        final_report_due.zone = "Europe/Toadville".to_string();
        settings.final_report_due = Some(final_report_due);
        let refused = harness.as_who(&harness.manager).awards.prepare_awards(request).await.unwrap_err();
        let named = [
            "settings.ends_on",
            "settings.instalments",
            "settings.instalments[1].due_on",
            "settings.final_report_due.zone",
        ];
        assert_eq!(fields(&refused), named);
    })
    .await;
}

#[tokio::test]
async fn an_award_is_paid_at_once_up_to_two_thousand_pounds_and_in_parts_as_the_round_says() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.outcome(&round, &council, |outcome| {
            (outcome.requested, outcome.amount) = (pence(200_001), pence(200_001));
        });
        let refused = harness.as_who(&harness.manager).awards.prepare_awards(prepare(&round)).await.unwrap_err();
        assert_eq!(fields(&refused), ["settings.instalments"]);

        let award = harness.prepared_with(&round, |settings| settings.instalments = halves()).await.remove(0);
        let payments = harness.payments_of(&award).await;
        let parts: Vec<_> = payments
            .iter()
            .map(|payment| (payment.sequence, in_pence(payment.amount.clone()), payment.trigger()))
            .collect();
        let expected = [(1, 100_000, pb::payment::Trigger::Active), (2, 100_001, pb::payment::Trigger::FinalReport)];
        assert_eq!(parts, expected);
    })
    .await;
}

#[tokio::test]
async fn a_project_without_a_last_day_runs_as_many_months_as_its_bid_asked_for() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.outcome(&round, &council, |outcome| outcome.months = 6);
        let award = harness.prepared_with(&round, |settings| settings.ends_on.clear()).await.remove(0);
        assert_eq!(award.agreement.unwrap().ends_on, "2020-08-31");
    })
    .await;
}

#[tokio::test]
async fn the_ledger_tells_every_penny_in_double_entry_without_gaps() {
    each_engine(async |harness| {
        let (round, council, _) = harness.a_paid_award().await;
        let request = pb::ListLedgerEntriesRequest {
            round_id: round.id.to_string(),
            instrument: INSTRUMENT.to_string(),
            page_size: 2,
            ..Default::default()
        };
        let first =
            harness.as_who(&harness.finance).payments.list_ledger_entries(request.clone()).await.unwrap().into_inner();
        let next = pb::ListLedgerEntriesRequest { page_token: first.next_page_token, ..request.clone() };
        let rest = harness.as_who(&harness.finance).payments.list_ledger_entries(next).await.unwrap().into_inner();
        let told: Vec<_> = first
            .entries
            .iter()
            .chain(&rest.entries)
            .map(|entry| (entry.sequence, entry.debit(), entry.credit(), in_pence(entry.amount.clone())))
            .collect();
        use pb::ledger_entry::Account::*;
        let expected =
            [(1, Available, Funds, 1_950_000), (2, Committed, Available, 150_000), (3, Paid, Committed, 150_000)];
        assert_eq!(told, expected);
        let refused = harness.as_who(&council.officer).payments.list_ledger_entries(request).await.unwrap_err();
        assert_eq!(refused.code(), Code::PermissionDenied);
    })
    .await;
}
