//! Payments: three persons, a checked payee, and nobody who belongs to the recipient (rules 21, 22).

use kit::caller::Role;
use pb::payment::State;
use toadlane_proto::awards::v1 as pb;
use tonic::Code;

use super::harness::*;

fn fail(payment: &pb::Payment) -> pb::FailPaymentRequest {
    step!(FailPaymentRequest { payment_id: payment, reason: "account closed" })
}

fn cancel(payment: &pb::Payment) -> pb::CancelPaymentRequest {
    step!(CancelPaymentRequest { payment_id: payment, reason: "the second hub is not needed" })
}

/// An accepted award whose payment is due.
async fn a_due_payment(harness: &Harness) -> (Round, Council, pb::Award, pb::Payment) {
    let (round, council, award) = harness.an_award().await;
    let award = harness.accepted(&council, &award).await;
    let payment = harness.payments_of(&award).await.remove(0);
    assert_eq!(payment.state(), State::Due);
    (round, council, award, payment)
}

#[tokio::test]
async fn a_payment_goes_from_due_to_the_accounts_through_three_people() {
    each_engine(async |harness| {
        let (round, council, award, due) = a_due_payment(&harness).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let reconciled = harness.paid(&due).await;
        assert_eq!(reconciled.state(), State::Reconciled);
        assert_eq!(reconciled.approved_by.unwrap().subject, harness.manager.subject);
        assert_eq!(reconciled.instructed_by.unwrap().subject, harness.finance.subject);
        assert_eq!((reconciled.paid_on.as_str(), reconciled.bank_reference.as_str()), ("2020-02-07", "BACS 2020-114"));
        assert_eq!(harness.balances(&round).await, [1_800_000, 0, 150_000, 0]);
        assert_eq!(in_pence(harness.get(&council.officer, &award).await.unwrap().paid), 150_000);
    })
    .await;
}

#[tokio::test]
async fn a_payment_approved_and_instructed_by_one_person_is_refused() {
    each_engine(async |harness| {
        let (_, council, _, due) = a_due_payment(&harness).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let both = Who::person(Role::RoundManager, harness.network).and(Role::FinanceOfficer, harness.network);
        let approved = harness.as_who(&both).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        let refused = harness.as_who(&both).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "SEPARATION_OF_DUTIES"));
        assert_eq!(harness.payments_of_one(&approved).await.state(), State::Approved);
        harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap();
    })
    .await;
}

impl Harness {
    async fn payments_of_one(&self, payment: &pb::Payment) -> pb::Payment {
        let request = pb::GetPaymentRequest { payment_id: payment.id.clone() };
        self.as_who(&self.manager).payments.get_payment(request).await.unwrap().into_inner()
    }
}

#[tokio::test]
async fn nobody_approves_instructs_or_checks_for_their_own_council() {
    each_engine(async |harness| {
        let (_, council, _, due) = a_due_payment(&harness).await;
        let manager = Who::person(Role::RoundManager, council.id);
        let own = harness.as_who(&manager).payments.approve_payment(approve(&due)).await.unwrap_err();
        assert_eq!(reason(&own), "SEPARATION_OF_DUTIES");
        // An officer of the accountable body that is itself funded, by whatever other duty they have there.
        let finance = Who::person(Role::FinanceOfficer, harness.network).and(Role::ApplicantOfficer, council.id);
        let checked =
            harness.as_who(&finance).payments.record_payee_check(check(council.id, "VENDOR-1")).await.unwrap_err();
        assert_eq!(reason(&checked), "SEPARATION_OF_DUTIES");
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let approved =
            harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        let instructed = harness.as_who(&finance).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!(reason(&instructed), "SEPARATION_OF_DUTIES");
    })
    .await;
}

#[tokio::test]
async fn a_manager_does_not_instruct_and_a_finance_officer_does_not_approve() {
    each_engine(async |harness| {
        let (_, council, _, due) = a_due_payment(&harness).await;
        let finance = harness.as_who(&harness.finance).payments.approve_payment(approve(&due)).await.unwrap_err();
        assert_eq!(finance.code(), Code::PermissionDenied);
        let approved =
            harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        let manager =
            harness.as_who(&harness.manager).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!(manager.code(), Code::PermissionDenied);
        let stranger = harness.council("Preston");
        let hidden = harness.as_who(&stranger.officer).payments.approve_payment(approve(&due)).await.unwrap_err();
        assert_eq!((hidden.code(), hidden.message()), (Code::NotFound, "no such payment"));
        let own = harness.as_who(&council.officer).payments.approve_payment(approve(&due)).await.unwrap_err();
        assert_eq!(own.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn nothing_is_paid_before_acceptance_nor_to_an_account_that_is_not_checked() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        let planned = harness.payments_of(&award).await.remove(0);
        let early = harness.as_who(&harness.manager).payments.approve_payment(approve(&planned)).await.unwrap_err();
        assert_eq!(reason(&early), "ILLEGAL_STEP");
        harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap();
        let due = harness.payments_of(&award).await.remove(0);
        let approved =
            harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        let unchecked =
            harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!(reason(&unchecked), "PAYEE_NOT_VERIFIED");
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_changed_account_is_used_after_three_days_and_not_a_microsecond_earlier() {
    each_engine(async |harness| {
        let (_, council, _, due) = a_due_payment(&harness).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let changed = harness.checked(council.id, "VENDOR-2").await.unwrap();
        assert_eq!(changed.usable_from, Some(kit::time::at("2020-02-10T09:00:00Z").into()));
        let approved =
            harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        harness.at("2020-02-10T08:59:59.999999Z").await;
        let early = harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!(reason(&early), "PAYEE_NOT_VERIFIED");
        harness.at("2020-02-10T09:00:00Z").await;
        harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap();
        let list = pb::ListPayeeChecksRequest { organisation_id: council.id.to_string(), ..Default::default() };
        let checks =
            harness.as_who(&harness.finance).payments.list_payee_checks(list).await.unwrap().into_inner().checks;
        let accounts: Vec<_> = checks.into_iter().map(|check| check.account_reference).collect();
        assert_eq!(accounts, ["VENDOR-2", "VENDOR-1"]);
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_fails_at_the_bank_is_approved_still_and_goes_out_anew() {
    each_engine(async |harness| {
        let (round, council, _, due) = a_due_payment(&harness).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let instructed = harness.instructed(&due).await;
        let failed =
            harness.as_who(&harness.bookkeeper).payments.fail_payment(fail(&instructed)).await.unwrap().into_inner();
        assert_eq!((failed.state(), failed.reason.as_str()), (State::Approved, "account closed"));
        assert_eq!((failed.instructed_by.clone(), failed.bank_reference.as_str()), (None, ""));
        assert_eq!(harness.balances(&round).await, [1_800_000, 150_000, 0, 0]);
        let again =
            harness.as_who(&harness.finance).payments.instruct_payment(instruct(&failed)).await.unwrap().into_inner();
        let by_bookkeeper = || harness.as_who(&harness.bookkeeper).payments;
        let ahead = by_bookkeeper().confirm_payment(confirm(&again, "2020-02-08")).await.unwrap_err();
        assert_eq!(fields(&ahead), ["paid_on"]);
        by_bookkeeper().confirm_payment(confirm(&again, "2020-02-07")).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_payment_on_hold_lost_its_approval_and_is_approved_anew() {
    each_engine(async |harness| {
        let (_, _, _, due) = a_due_payment(&harness).await;
        let by_manager = || harness.as_who(&harness.manager).payments;
        let approved = by_manager().approve_payment(approve(&due)).await.unwrap().into_inner();
        let held = by_manager().hold_payment(hold(&approved)).await.unwrap().into_inner();
        assert_eq!((held.state(), held.approved_by.clone()), (State::OnHold, None));
        let refused = by_manager().approve_payment(approve(&held)).await.unwrap_err();
        assert_eq!(reason(&refused), "ILLEGAL_STEP");
        let released = by_manager().release_payment(release(&held)).await.unwrap().into_inner();
        assert_eq!(released.state(), State::Due);
        by_manager().approve_payment(approve(&released)).await.unwrap();
        let stale = by_manager().hold_payment(hold(&released)).await.unwrap_err();
        assert_eq!((stale.code(), reason(&stale).as_str()), (Code::Aborted, "STALE_ETAG"));
    })
    .await;
}

#[tokio::test]
async fn a_cancelled_payment_returns_its_money_to_the_pot() {
    each_engine(async |harness| {
        let (round, _, _, due) = a_due_payment(&harness).await;
        let cancelled =
            harness.as_who(&harness.manager).payments.cancel_payment(cancel(&due)).await.unwrap().into_inner();
        assert_eq!(cancelled.state(), State::Cancelled);
        assert_eq!(harness.balances(&round).await, [1_950_000, 0, 0, 0]);
        let again = harness.as_who(&harness.manager).payments.cancel_payment(cancel(&cancelled)).await.unwrap_err();
        assert_eq!(reason(&again), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_waits_for_a_day_is_due_on_that_day_in_london() {
    each_engine(async |harness| {
        let trigger = pb::payment::Trigger::Day.into();
        let on_day = pb::Instalment { percent: 100, trigger, due_on: "2020-06-01".to_string() };
        let (_, _, award) = harness.an_award_in(vec![on_day]).await;
        harness.at("2020-05-31T22:59:59Z").await;
        assert_eq!(harness.payments_of(&award).await[0].state(), State::Planned);
        harness.at("2020-05-31T23:00:00Z").await;
        assert_eq!(harness.payments_of(&award).await[0].state(), State::Due);
    })
    .await;
}

#[tokio::test]
async fn a_council_sees_its_payments_but_not_who_approved_them() {
    each_engine(async |harness| {
        let (_, council, award) = harness.a_paid_award().await;
        let list = pb::ListPaymentsRequest { award_id: award.id.clone(), ..Default::default() };
        let seen =
            harness.as_who(&reader(&council)).payments.list_payments(list.clone()).await.unwrap().into_inner().payments;
        assert_eq!(seen.len(), 1);
        assert_eq!((seen[0].approved_by.clone(), seen[0].instructed_by.clone()), (None, None));
        let get = pb::GetPaymentRequest { payment_id: seen[0].id.clone() };
        let alone = harness.as_who(&reader(&council)).payments.get_payment(get.clone()).await.unwrap().into_inner();
        assert_eq!(alone, seen[0]);
        let stranger = harness.council("Preston");
        let foreign =
            harness.as_who(&reader(&stranger)).payments.list_payments(list).await.unwrap().into_inner().payments;
        assert_eq!(foreign, []);
        assert_eq!(
            harness.as_who(&reader(&stranger)).payments.get_payment(get).await.unwrap_err().code(),
            Code::NotFound
        );
    })
    .await;
}

/// G-B1: who checked the account, who approves and who instructs are three, and who instructed does not say what the
/// bank did, whatever duties one person holds.
#[tokio::test]
async fn no_one_person_checks_approves_instructs_and_reconciles() {
    each_engine(async |harness| {
        let (_, council, _, due) = a_due_payment(&harness).await;
        let all = Who::person(Role::RoundManager, harness.network).and(Role::FinanceOfficer, harness.network);
        let by = |who: &Who| harness.as_who(who).payments;
        let separate = |refused: tonic::Status| assert_eq!(reason(&refused), "SEPARATION_OF_DUTIES");
        by(&all).record_payee_check(check(council.id, "VENDOR-1")).await.unwrap();
        separate(by(&all).approve_payment(approve(&due)).await.unwrap_err());
        let approved = by(&harness.manager).approve_payment(approve(&due)).await.unwrap().into_inner();
        separate(by(&all).instruct_payment(instruct(&approved)).await.unwrap_err());
        // The check that counts is the latest one, so the approver cannot follow their approval with it either.
        let approver = harness.manager.clone().and(Role::FinanceOfficer, harness.network);
        by(&approver).record_payee_check(check(council.id, "VENDOR-1")).await.unwrap();
        separate(by(&harness.finance).instruct_payment(instruct(&approved)).await.unwrap_err());
        by(&all).record_payee_check(check(council.id, "VENDOR-1")).await.unwrap();
        let instructed = by(&harness.finance).instruct_payment(instruct(&approved)).await.unwrap().into_inner();
        separate(by(&harness.finance).confirm_payment(confirm(&instructed, "2020-02-07")).await.unwrap_err());
        separate(by(&harness.finance).fail_payment(fail(&instructed)).await.unwrap_err());
        let paid = by(&all).confirm_payment(confirm(&instructed, "2020-02-07")).await.unwrap().into_inner();
        separate(by(&harness.finance).reconcile_payment(reconcile(&paid)).await.unwrap_err());
        by(&all).reconcile_payment(reconcile(&paid)).await.unwrap();
    })
    .await;
}

/// G-B5: a payment says whom it paid, on which check and into which account, whatever is agreed and checked later.
#[tokio::test]
async fn a_payment_names_payee_check_and_account_as_instructed() {
    each_engine(async |harness| {
        let (_, council, award, due) = a_due_payment(&harness).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        assert_eq!((due.payee_organisation_id.as_str(), due.payee_check, due.instructed_at), ("", 0, None));
        let paid = harness.paid(&due).await;
        let (other, was_paid) = (harness.council("Devon"), council.id.to_string());
        let change = pb::Change { payee_organisation_id: other.id.to_string(), ..Default::default() };
        let asked = harness.asked(&council.officer, &award, change).await.unwrap();
        let awaits = harness.decided(&asked).await.unwrap();
        let by_certifier = || harness.as_who(&council.certifier).awards;
        by_certifier().accept_variation(super::variations::agree(&council, &awaits)).await.unwrap();
        harness.checked(council.id, "VENDOR-2").await.unwrap();
        let told = harness.payments_of_one(&paid).await;
        assert_eq!((&told.payee_organisation_id, told.payee_check), (&was_paid, 1));
        assert_eq!((told.account_reference.as_str(), in_pence(told.amount)), ("VENDOR-1", 150_000));
        assert_eq!(told.instructed_at, Some(kit::time::at(PREPARED).into()));
        // The council is told whom, and not into which account.
        let list = pb::ListPaymentsRequest { award_id: award.id.clone(), ..Default::default() };
        let seen = harness.as_who(&council.officer).payments.list_payments(list).await.unwrap().into_inner().payments;
        assert_eq!((&seen[0].payee_organisation_id, seen[0].account_reference.as_str()), (&was_paid, ""));
        let checks = pb::ListPayeeChecksRequest { organisation_id: council.id.to_string(), ..Default::default() };
        let checks = harness.as_who(&harness.finance).payments.list_payee_checks(checks).await.unwrap().into_inner();
        let numbers: Vec<_> = checks.checks.iter().map(|check| check.sequence).collect();
        assert_eq!(numbers, [2, 1]);
    })
    .await;
}

/// G-B2: who was paid is still the recipient of that payment, and of what comes back of it, when somebody else is paid
/// by now.
#[tokio::test]
async fn nobody_handles_what_was_paid_to_their_own() {
    each_engine(async |harness| {
        let (council, payee) = (harness.council("Plymouth"), harness.council("Devon"));
        let round = harness.round(1_950_000);
        harness.outcome(&round, &council, |outcome| outcome.payee_organisation_id = payee.id.to_string());
        let award = harness.prepared(&round).await.remove(0);
        let award = harness.accepted(&council, &award).await;
        harness.checked(payee.id, "VENDOR-1").await.unwrap();
        let instructed = harness.instructed(&harness.payments_of(&award).await[0]).await;
        let by = |who: &Who| harness.as_who(who).payments;
        let confirm = confirm(&instructed, "2020-02-07");
        let paid = by(&harness.bookkeeper).confirm_payment(confirm).await.unwrap().into_inner();
        let change = pb::Change { payee_organisation_id: council.id.to_string(), ..Default::default() };
        let asked = harness.asked(&council.officer, &award, change).await.unwrap();
        let awaits = harness.decided(&asked).await.unwrap();
        let by_certifier = || harness.as_who(&council.certifier).awards;
        by_certifier().accept_variation(super::variations::agree(&council, &awaits)).await.unwrap();
        let recovery = harness.opened(&award, 1_000).await.unwrap();

        let own = harness.bookkeeper.clone().of_home(payee.id);
        let reconciled = by(&own).reconcile_payment(reconcile(&paid)).await.unwrap_err();
        let returned = by(&own).record_return(give_back(&recovery, 1_000)).await.unwrap_err();
        let open = pb::OpenRecoveryRequest {
            request_id: new_id(),
            award_id: award.id.clone(),
            amount: pence(1),
            reason: "too much".to_string(),
            validate_only: false,
        };
        let opened = by(&own).open_recovery(open).await.unwrap_err();
        for refused in [reconciled, returned, opened] {
            assert_eq!(reason(&refused), "SEPARATION_OF_DUTIES");
        }
        by(&harness.bookkeeper).reconcile_payment(reconcile(&paid)).await.unwrap();
    })
    .await;
}

/// G-B6: the bank paid on a day between the instruction and today; the ledger counts it on that day.
#[tokio::test]
async fn the_day_of_a_payment_lies_between_its_instruction_and_today() {
    each_engine(async |harness| {
        let (round, council, _, due) = a_due_payment(&harness).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let instructed = harness.instructed(&due).await;
        harness.at("2020-02-12T09:00:00Z").await;
        let by_bookkeeper = || harness.as_who(&harness.bookkeeper).payments;
        for day in ["1999-01-01", "2020-02-06", "2020-02-13"] {
            let refused = by_bookkeeper().confirm_payment(confirm(&instructed, day)).await.unwrap_err();
            assert_eq!(fields(&refused), ["paid_on"], "{day}");
        }
        by_bookkeeper().confirm_payment(confirm(&instructed, "2020-02-10")).await.unwrap();
        let entries = pb::ListLedgerEntriesRequest {
            round_id: round.id.to_string(),
            instrument: INSTRUMENT.to_string(),
            ..Default::default()
        };
        let entries = by_bookkeeper().list_ledger_entries(entries).await.unwrap().into_inner().entries;
        let paid = entries.last().unwrap();
        assert_eq!((paid.kind(), paid.booked_on.as_str()), (pb::ledger_entry::Kind::Pay, "2020-02-10"));
        assert_eq!(paid.actor.clone().unwrap().subject, harness.bookkeeper.subject);
        assert_eq!(entries[0].booked_on, "2020-02-07");
        assert_eq!(entries[0].actor.clone().unwrap().subject, harness.manager.subject);
    })
    .await;
}
