//! Whose an award is: what the network does with it is never done by staff of a recipient (rule 21).

use kit::caller::Role;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1::GrantCondition;
use tonic::{Code, Response, Status};

use super::harness::*;

/// Refused because it concerns their own, and for nothing else.
fn expect_apart<T: std::fmt::Debug>(rpc: &str, answer: Result<Response<T>, Status>) {
    let refused = answer.unwrap_err();
    assert_eq!((refused.code(), reason(&refused).as_str()), (Code::PermissionDenied, "SEPARATION_OF_DUTIES"), "{rpc}");
}

/// Holds all duties of the network for it, and belongs to a council by their home or by a grant.
fn staff_of(harness: &Harness, council: &Council) -> [Who; 2] {
    let duties = [Role::RoundManager, Role::NetworkAdministrator, Role::FinanceOfficer, Role::Clerk];
    let all =
        || duties.into_iter().fold(Who::nobody(kit::ids::PersonId::new()), |who, role| who.and(role, harness.network));
    [all().of_home(council.id), all().and(Role::ApplicantOfficer, council.id)]
}

/// G-B2, G-B3: whatever duties somebody holds for the network, none of them reaches what their own council is given.
#[tokio::test]
async fn staff_of_the_recipient_do_nothing_for_the_network_on_its_award() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.outcome(&round, &council, |outcome| {
            outcome.conditions = vec![GrantCondition { text: "a lease".to_string(), precedent: false }];
        });
        for who in staff_of(&harness, &council) {
            expect_apart("PrepareAwards", harness.as_who(&who).awards.prepare_awards(prepare(&round)).await);
        }
        let award = harness.prepared_with(&round, |settings| settings.instalments = halves()).await.remove(0);
        for who in staff_of(&harness, &council) {
            let mut awards = harness.as_who(&who).awards;
            expect_apart("OfferAward", awards.offer_award(offer(&award)).await);
            expect_apart("WithdrawAward", awards.withdraw_award(withdraw(&award)).await);
            expect_apart("CallReserve", awards.call_reserve(call(&award)).await);
        }
        let active = harness.accepted(&council, &award).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let payments = harness.payments_of(&award).await;
        let paid = harness.paid(&payments[0]).await;
        let recovery = harness.opened(&award, 1_000).await.unwrap();
        let asked = harness.asked(&council.certifier, &active, super::variations::later()).await.unwrap();
        for who in staff_of(&harness, &council) {
            let Clients { mut awards, payments: mut money } = harness.as_who(&who);
            let condition = step!(ConfirmConditionRequest { award_id: active, condition: 1, evidence: "seen" });
            expect_apart("ConfirmCondition", awards.confirm_condition(condition).await);
            let name = step!(NameAwardRequest { award_id: active, public_title: "Hubs" });
            expect_apart("NameAward", awards.name_award(name).await);
            let suspend = step!(SuspendAwardRequest { award_id: active, reason: "x" });
            expect_apart("SuspendAward", awards.suspend_award(suspend).await);
            expect_apart("ResumeAward", awards.resume_award(step!(ResumeAwardRequest { award_id: active })).await);
            let terminate = step!(TerminateAwardRequest { award_id: active, reason: "x" });
            expect_apart("TerminateAward", awards.terminate_award(terminate).await);
            expect_apart(
                "CompleteAward",
                awards.complete_award(step!(CompleteAwardRequest { award_id: active })).await,
            );
            expect_apart("CloseAward", awards.close_award(step!(CloseAwardRequest { award_id: active })).await);
            let reopen = step!(ReopenAwardRequest { award_id: active, reason: "x" });
            expect_apart("ReopenAward", awards.reopen_award(reopen).await);
            let decide = super::variations::decide(&asked, true);
            expect_apart("DecideVariation", awards.decide_variation(decide).await);
            let extend = pb::ExtendAwardsRequest {
                request_id: new_id(),
                round_id: round.id.to_string(),
                reason: "Covid-19".to_string(),
                ends_on: "2021-03-31".to_string(),
                ..Default::default()
            };
            expect_apart("ExtendAwards", awards.extend_awards(extend).await);
            expect_apart("RecordPayeeCheck", money.record_payee_check(check(council.id, "VENDOR-2")).await);
            expect_apart("ApprovePayment", money.approve_payment(approve(&paid)).await);
            expect_apart("InstructPayment", money.instruct_payment(instruct(&paid)).await);
            expect_apart("ConfirmPayment", money.confirm_payment(confirm(&paid, "2020-02-07")).await);
            let fail = step!(FailPaymentRequest { payment_id: paid, reason: "x" });
            expect_apart("FailPayment", money.fail_payment(fail).await);
            expect_apart("ReconcilePayment", money.reconcile_payment(reconcile(&paid)).await);
            expect_apart("HoldPayment", money.hold_payment(hold(&paid)).await);
            expect_apart("ReleasePayment", money.release_payment(release(&paid)).await);
            let cancel = step!(CancelPaymentRequest { payment_id: paid, reason: "x" });
            expect_apart("CancelPayment", money.cancel_payment(cancel).await);
            let open = pb::OpenRecoveryRequest {
                request_id: new_id(),
                award_id: active.id.clone(),
                amount: pence(1),
                reason: "x".to_string(),
                ..Default::default()
            };
            expect_apart("OpenRecovery", money.open_recovery(open).await);
            let request = step!(RequestReturnRequest { recovery_id: recovery });
            expect_apart("RequestReturn", money.request_return(request).await);
            expect_apart("RecordReturn", money.record_return(give_back(&recovery, 1)).await);
            let write_off = step!(WriteOffRecoveryRequest { recovery_id: recovery, reason: "x" });
            expect_apart("WriteOffRecovery", money.write_off_recovery(write_off).await);
            let reconcile = step!(ReconcileRecoveryRequest { recovery_id: recovery });
            expect_apart("ReconcileRecovery", money.reconcile_recovery(reconcile).await);
        }
        // At home there alone, one asks for nothing for the network; with a role there, one asks for the council.
        let [at_home, with_a_role] = staff_of(&harness, &council);
        let asked = harness.asked(&at_home, &active, super::variations::later()).await.unwrap_err();
        assert_eq!(reason(&asked), "SEPARATION_OF_DUTIES");
        let asked = harness.asked(&with_a_role, &active, super::variations::later()).await.unwrap();
        assert_eq!(asked.requested_by.unwrap().organisation_id, council.id.to_string());
        let now = harness.get(&harness.manager, &award).await.unwrap();
        assert_eq!(now.agreement, active.agreement);
    })
    .await;
}
