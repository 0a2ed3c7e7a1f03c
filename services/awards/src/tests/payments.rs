//! Payments: two persons, a checked payee, and nobody who belongs to the recipient (rules 21, 22).

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
async fn a_payment_goes_from_due_to_the_accounts_through_two_people() {
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
            harness.as_who(&harness.finance).payments.fail_payment(fail(&instructed)).await.unwrap().into_inner();
        assert_eq!((failed.state(), failed.reason.as_str()), (State::Approved, "account closed"));
        assert_eq!((failed.instructed_by.clone(), failed.bank_reference.as_str()), (None, ""));
        assert_eq!(harness.balances(&round).await, [1_800_000, 150_000, 0, 0]);
        let again =
            harness.as_who(&harness.finance).payments.instruct_payment(instruct(&failed)).await.unwrap().into_inner();
        let ahead =
            harness.as_who(&harness.finance).payments.confirm_payment(confirm(&again, "2020-02-08")).await.unwrap_err();
        assert_eq!(fields(&ahead), ["paid_on"]);
        harness.as_who(&harness.finance).payments.confirm_payment(confirm(&again, "2020-02-07")).await.unwrap();
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
