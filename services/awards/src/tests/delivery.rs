//! From acceptance to close-out.

use pb::award::State;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1::GrantCondition;
use tonic::Code;

use super::harness::*;

fn met(award: &pb::Award, condition: i32) -> pb::ConfirmConditionRequest {
    step!(ConfirmConditionRequest {
        award_id: award,
        condition: condition,
        evidence: "letter of the landlord, 12 February 2020"
    })
}

fn reconciled(recovery: &pb::Recovery) -> pb::ReconcileRecoveryRequest {
    step!(ReconcileRecoveryRequest { recovery_id: recovery })
}

fn suspend(award: &pb::Award) -> pb::SuspendAwardRequest {
    step!(SuspendAwardRequest { award_id: award, reason: "the hub is closed" })
}

fn resume(award: &pb::Award) -> pb::ResumeAwardRequest {
    step!(ResumeAwardRequest { award_id: award })
}

pub fn terminate(award: &pb::Award, recover: i64) -> pb::TerminateAwardRequest {
    step!(TerminateAwardRequest { award_id: award, reason: "nothing was delivered", recover: pence(recover) })
}

fn complete(award: &pb::Award) -> pb::CompleteAwardRequest {
    step!(CompleteAwardRequest { award_id: award })
}

fn close(award: &pb::Award) -> pb::CloseAwardRequest {
    step!(CloseAwardRequest { award_id: award })
}

fn reopen(award: &pb::Award) -> pb::ReopenAwardRequest {
    step!(ReopenAwardRequest { award_id: award, reason: "the audit of 2022" })
}

#[tokio::test]
async fn an_award_becomes_active_with_its_last_condition_precedent_and_nothing_is_due_before() {
    each_engine(async |harness| {
        let condition = |text: &str, precedent| GrantCondition { text: text.to_string(), precedent };
        let conditions =
            vec![condition("a lease", true), condition("a report to members", false), condition("a plan", true)];
        let (_, council, award) = harness.an_award_of(|outcome| outcome.conditions = conditions).await;
        let accepted = harness.accepted(&council, &award).await;
        assert_eq!(accepted.state(), State::Accepted);
        assert_eq!(harness.payments_of(&award).await[0].state(), pb::payment::State::Planned);
        let by_manager = || harness.as_who(&harness.manager).awards;
        let unknown = by_manager().confirm_condition(met(&accepted, 4)).await.unwrap_err();
        assert_eq!(unknown.message(), "no such condition");
        let first = by_manager().confirm_condition(met(&accepted, 1)).await.unwrap().into_inner();
        assert_eq!(first.state(), State::Accepted);
        let twice = by_manager().confirm_condition(met(&first, 1)).await.unwrap_err();
        assert_eq!(reason(&twice), "ILLEGAL_STEP");
        let active = by_manager().confirm_condition(met(&first, 3)).await.unwrap().into_inner();
        assert_eq!(active.state(), State::Active);
        assert_eq!(harness.payments_of(&award).await[0].state(), pb::payment::State::Due);
        let conditions = active.agreement.unwrap().conditions;
        assert_eq!(
            conditions.iter().map(|condition| condition.met_at.is_some()).collect::<Vec<_>>(),
            [true, false, true]
        );
    })
    .await;
}

#[tokio::test]
async fn nothing_of_a_suspended_award_is_approved_or_instructed() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let active = harness.accepted(&council, &award).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let due = harness.payments_of(&award).await.remove(0);
        let approved =
            harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        let suspended =
            harness.as_who(&harness.manager).awards.suspend_award(suspend(&active)).await.unwrap().into_inner();
        let refused =
            harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!(reason(&refused), "ILLEGAL_STEP");
        let resumed =
            harness.as_who(&harness.manager).awards.resume_award(resume(&suspended)).await.unwrap().into_inner();
        assert_eq!((resumed.state(), resumed.reason.as_str()), (State::Active, "the hub is closed"));
        harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_termination_frees_what_is_not_paid_and_recovers_of_the_rest_what_is_asked() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award_in(halves()).await;
        harness.paid(&harness.payments_of(&award).await[0]).await;
        assert_eq!(harness.balances(&round).await, [1_800_000, 75_000, 75_000, 0]);

        let award = harness.get(&harness.clerk, &award).await.unwrap();
        let by_clerk = || harness.as_who(&harness.clerk).awards;
        let too_much = by_clerk().terminate_award(terminate(&award, 75_001)).await.unwrap_err();
        assert_eq!(reason(&too_much), "BALANCE_EXCEEDED");
        let terminated = by_clerk().terminate_award(terminate(&award, 75_000)).await.unwrap().into_inner();
        assert_eq!(terminated.state(), State::Terminated);
        assert_eq!(harness.balances(&round).await, [1_875_000, 0, 75_000, 0]);
        let recovery = harness.recoveries_of(&award).await.remove(0);
        assert_eq!(in_pence(recovery.amount.clone()), 75_000);
        harness.returned(&recovery, 75_000).await.unwrap();
        assert_eq!(harness.balances(&round).await, [1_950_000, 0, 0, 0]);
        let award = harness.get(&council.officer, &award).await.unwrap();
        assert_eq!((in_pence(award.paid), in_pence(award.returned)), (75_000, 75_000));
    })
    .await;
}

#[tokio::test]
async fn an_award_with_a_payment_at_the_bank_is_not_terminated() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        harness.instructed(&harness.payments_of(&award).await[0]).await;
        let award = harness.get(&harness.clerk, &award).await.unwrap();
        let refused = harness.as_who(&harness.clerk).awards.terminate_award(terminate(&award, 0)).await.unwrap_err();
        assert_eq!(reason(&refused), "ILLEGAL_STEP");
        let withdrawn = harness.as_who(&council.certifier).awards.withdraw_award(withdraw(&award)).await.unwrap_err();
        assert_eq!(reason(&withdrawn), "PAID_ALREADY");
    })
    .await;
}

#[tokio::test]
async fn an_award_is_complete_with_its_final_report_and_its_money_and_can_be_reopened_later() {
    each_engine(async |harness| {
        let (_, _, award) = harness.a_paid_award().await;
        let by_manager = || harness.as_who(&harness.manager).awards;
        let unreported = by_manager().complete_award(complete(&award)).await.unwrap_err();
        assert_eq!(reason(&unreported), "FINAL_REPORT_MISSING");
        super::reports::accept_final(&harness, &award, "2020-12-20T10:00:00Z").await;
        let award = harness.get(&harness.manager, &award).await.unwrap();
        let recovery = harness.opened(&award, 20_000).await.unwrap();
        let unreconciled = by_manager().complete_award(complete(&award)).await.unwrap_err();
        assert_eq!(reason(&unreconciled), "MONEY_NOT_RECONCILED");
        let returned = harness.returned(&recovery, 20_000).await.unwrap();
        harness.as_who(&harness.bookkeeper).payments.reconcile_recovery(reconciled(&returned)).await.unwrap();
        let award = harness.get(&harness.manager, &award).await.unwrap();
        let completed = by_manager().complete_award(complete(&award)).await.unwrap().into_inner();
        let found_late = harness.opened(&completed, 1_000).await.unwrap();
        let unsettled = by_manager().close_award(close(&completed)).await.unwrap_err();
        assert_eq!(reason(&unsettled), "MONEY_NOT_RECONCILED");
        let returned = harness.returned(&found_late, 1_000).await.unwrap();
        harness.as_who(&harness.bookkeeper).payments.reconcile_recovery(reconciled(&returned)).await.unwrap();
        let completed = harness.get(&harness.manager, &completed).await.unwrap();
        let closed = by_manager().close_award(close(&completed)).await.unwrap().into_inner();
        assert_eq!(closed.state(), State::Closed);
        let shut = harness.opened(&closed, 1).await.unwrap_err();
        assert_eq!(reason(&shut), "ILLEGAL_STEP");
        let by_finance = harness.as_who(&harness.finance).awards.reopen_award(reopen(&closed)).await.unwrap_err();
        assert_eq!(by_finance.code(), Code::PermissionDenied);
        let reopened = by_manager().reopen_award(reopen(&closed)).await.unwrap().into_inner();
        assert_eq!((reopened.state(), reopened.reason.as_str()), (State::Active, "the audit of 2022"));
        harness.opened(&reopened, 129_000).await.unwrap();
    })
    .await;
}
