//! The steps of an award's money, each with who, when, from, to and why.

use toadlane_proto::awards::v1 as pb;
use tonic::Code;

use super::harness::*;

impl Harness {
    /// All pages of the history of an award's money, two lines each.
    async fn told(&self, who: &Who, award: &pb::Award) -> Vec<pb::MoneyHistoryEntry> {
        let mut request =
            pb::ListMoneyHistoryRequest { award_id: award.id.clone(), page_size: 2, ..Default::default() };
        let mut told = Vec::new();
        loop {
            let page = self.as_who(who).payments.list_money_history(request.clone()).await.unwrap().into_inner();
            told.extend(page.entries);
            if page.next_page_token.is_empty() {
                return told;
            }
            request.page_token = page.next_page_token;
        }
    }
}

/// What was done to one subject, by whom, and from which state to which.
fn steps<'a>(told: &'a [pb::MoneyHistoryEntry], subject: &str) -> Vec<[&'a str; 4]> {
    let of_subject = told.iter().filter(|entry| entry.subject == subject);
    let step = |entry: &'a pb::MoneyHistoryEntry| {
        let by = entry.actor.as_ref().unwrap().subject.as_str();
        [entry.step.as_str(), by, entry.from_state.as_str(), entry.to_state.as_str()]
    };
    of_subject.map(step).collect()
}

/// G-B4: a failed run is kept with its hands, its reference and its account beside the one that went through.
#[tokio::test]
async fn every_run_of_a_payment_is_told_with_its_hands_and_its_account() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let award = harness.accepted(&council, &award).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let instructed = harness.instructed(&harness.payments_of(&award).await[0]).await;
        let fail = step!(FailPaymentRequest { payment_id: instructed, reason: "account closed" });
        let failed = harness.as_who(&harness.bookkeeper).payments.fail_payment(fail).await.unwrap().into_inner();
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        harness.clock("2020-02-08T09:00:00Z").await;
        let again = pb::InstructPaymentRequest { bank_reference: "BACS 2020-115".to_string(), ..instruct(&failed) };
        let again = harness.as_who(&harness.finance).payments.instruct_payment(again).await.unwrap().into_inner();
        let confirm = confirm(&again, "2020-02-08");
        let paid = harness.as_who(&harness.bookkeeper).payments.confirm_payment(confirm).await.unwrap().into_inner();
        assert_eq!(paid.reason, "", "what went through says nothing of the run that failed");

        let told = harness.told(&harness.clerk, &award).await;
        let [council_of, manager, finance, bookkeeper] =
            [&council.certifier, &harness.manager, &harness.finance, &harness.bookkeeper]
                .map(|who| who.subject.as_str());
        let expected = [
            ["plan", manager, "", "planned"],
            ["fall_due", council_of, "planned", "due"],
            ["approve", manager, "due", "approved"],
            ["instruct", finance, "approved", "instructed"],
            ["fail", bookkeeper, "instructed", "approved"],
            ["instruct", finance, "approved", "instructed"],
            ["confirm", bookkeeper, "instructed", "paid"],
        ];
        assert_eq!(steps(&told, &paid.id), expected);
        let runs: Vec<_> = told[3..].iter().map(|entry| (entry.reference.as_str(), entry.payee_check)).collect();
        assert_eq!(runs, [("BACS 2020-114", 1), ("BACS 2020-114", 1), ("BACS 2020-115", 2), ("BACS 2020-115", 2)]);
        assert!(told[3..].iter().all(|entry| entry.payee_organisation_id == council.id.to_string()));
        assert_eq!((told[4].reason.as_str(), in_pence(told[4].amount.clone())), ("account closed", 150_000));
        assert_eq!(told[6].booked_on, "2020-02-08");
        assert_eq!(told[6].at, Some(kit::time::at("2020-02-08T09:00:00Z").into()));
        let network = harness.network.to_string();
        assert!(told[2..].iter().all(|entry| entry.actor.clone().unwrap().organisation_id == network));
    })
    .await;
}

/// G-B4, G-B8: who opened, asked, took back, gave up and reconciled; who cancelled, held and released; each with its reason.
#[tokio::test]
async fn recoveries_and_what_is_held_and_cancelled_are_told() {
    each_engine(async |harness| {
        let (_, _, award) = harness.an_award_in(halves()).await;
        let payments = harness.payments_of(&award).await;
        let paid = harness.paid(&payments[0]).await;
        let cancel = step!(CancelPaymentRequest { payment_id: payments[1], reason: "the second hub is not needed" });
        harness.as_who(&harness.manager).payments.cancel_payment(cancel).await.unwrap();
        let due = harness.opened(&award, 12_500).await.unwrap();
        let ask = step!(RequestReturnRequest { recovery_id: due });
        let asked = harness.as_who(&harness.finance).payments.request_return(ask).await.unwrap().into_inner();
        let back = pb::RecordReturnRequest { bank_reference: "CR 7".to_string(), ..give_back(&asked, 10_000) };
        let part = harness.as_who(&harness.finance).payments.record_return(back).await.unwrap().into_inner();
        let give_up = step!(WriteOffRecoveryRequest { recovery_id: part, reason: "not worth the letter" });
        let rest = harness.as_who(&harness.clerk).payments.write_off_recovery(give_up).await.unwrap().into_inner();
        let found = step!(ReconcileRecoveryRequest { recovery_id: rest });
        harness.as_who(&harness.bookkeeper).payments.reconcile_recovery(found).await.unwrap();

        let auditor = Who::person(kit::caller::Role::Auditor, harness.network);
        let told = harness.told(&auditor, &award).await;
        let [manager, finance, clerk, bookkeeper] =
            [&harness.manager, &harness.finance, &harness.clerk, &harness.bookkeeper].map(|who| who.subject.as_str());
        let expected = [
            ["open", manager, "", "due"],
            ["request", finance, "due", "requested"],
            ["return", finance, "requested", "part_returned"],
            ["write_off", clerk, "part_returned", "returned"],
            ["reconcile", bookkeeper, "returned", "reconciled"],
        ];
        assert_eq!(steps(&told, &due.id), expected);
        let of_due: Vec<_> = told.iter().filter(|entry| entry.subject == due.id).collect();
        let reasons: Vec<_> = of_due.iter().map(|entry| entry.reason.as_str()).collect();
        assert_eq!(reasons, ["the hub was never opened", "", "", "not worth the letter", ""]);
        let sums: Vec<_> = of_due.iter().map(|entry| in_pence(entry.amount.clone())).collect();
        assert_eq!(sums, [12_500, 12_500, 10_000, 2_500, 12_500]);
        assert_eq!((of_due[2].reference.as_str(), of_due[2].booked_on.as_str()), ("CR 7", "2020-02-07"));
        assert_eq!(steps(&told, &payments[1].id).last(), Some(&["cancel", manager, "planned", "cancelled"]));
        assert_eq!(steps(&told, &paid.id).last(), Some(&["reconcile", bookkeeper, "paid", "reconciled"]));
    })
    .await;
}

/// G-B4: who asked for a change, who decided on it by which meeting, and who agreed to it, an extension's too.
#[tokio::test]
async fn variations_and_extensions_are_told() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let scope = pb::Change { scope: "online".to_string(), ..Default::default() };
        let asked = harness.asked(&council.officer, &award, scope).await.unwrap();
        let awaits = harness.decided(&asked).await.unwrap();
        let agree = super::variations::agree(&council, &awaits);
        harness.as_who(&council.certifier).awards.accept_variation(agree).await.unwrap();
        let extend = pb::ExtendAwardsRequest {
            request_id: new_id(),
            round_id: round.id.to_string(),
            reason: "Covid-19".to_string(),
            ends_on: "2021-03-31".to_string(),
            ..Default::default()
        };
        harness.as_who(&harness.administrator).awards.extend_awards(extend).await.unwrap();

        let told = harness.told(&harness.finance, &award).await;
        let [officer, certifier, manager, administrator] =
            [&council.officer, &council.certifier, &harness.manager, &harness.administrator]
                .map(|who| who.subject.as_str());
        let expected = [
            ["request", officer, "", "requested"],
            ["propose", manager, "requested", "awaiting_acceptance"],
            ["accept", certifier, "awaiting_acceptance", "approved"],
        ];
        assert_eq!(steps(&told, &asked.id), expected);
        let last = told.last().unwrap();
        let extended = (last.step.as_str(), last.actor.clone().unwrap().subject, last.reason.as_str());
        assert_eq!(extended, ("extend", administrator.to_string(), "Covid-19"));
        let proposed = told.iter().find(|entry| entry.step == "propose").unwrap();
        assert_eq!((proposed.reference.as_str(), proposed.reason.as_str()), ("minute 7", "as discussed"));
    })
    .await;
}

/// G-B4: a council reads what became of its money, and neither who paid it nor the bank's references.
#[tokio::test]
async fn a_council_is_told_the_steps_and_not_the_hands() {
    each_engine(async |harness| {
        let (_, council, award) = harness.a_paid_award().await;
        let whole = harness.told(&harness.manager, &award).await;
        let seen = harness.told(&reader(&council), &award).await;
        let outline = |told: &[pb::MoneyHistoryEntry]| -> Vec<_> {
            told.iter().map(|entry| (entry.subject.clone(), entry.sequence, entry.to_state.clone())).collect()
        };
        assert_eq!(outline(&seen), outline(&whole));
        for entry in &seen {
            let actor = entry.actor.clone().unwrap();
            assert_eq!((actor.subject.as_str(), entry.reference.as_str()), ("", ""), "{entry:?}");
        }
        let stranger = harness.council("Preston");
        let request = pb::ListMoneyHistoryRequest { award_id: award.id.clone(), ..Default::default() };
        let hidden = harness.as_who(&stranger.officer).payments.list_money_history(request).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
    })
    .await;
}
