//! Changes of one award: sums, dates, payee, and the successor that takes it over (rules 1, 2, 28).

use kit::caller::Role;
use pb::award::State;
use toadlane_proto::awards::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;

pub fn request(award: &pb::Award, change: pb::Change) -> pb::RequestVariationRequest {
    pb::RequestVariationRequest {
        request_id: new_id(),
        award_id: award.id.clone(),
        change: Some(change),
        reason: "the hub costs less".to_string(),
        validate_only: false,
    }
}

pub fn decide(variation: &pb::Variation, approve: bool) -> pb::DecideVariationRequest {
    step!(DecideVariationRequest { variation_id: variation, approve: approve, reason: "as discussed" })
}

impl Harness {
    /// Asks for a change and approves it.
    async fn varied(&self, who: &Who, award: &pb::Award, change: pb::Change) -> Result<pb::Award, Status> {
        let variation = self.as_who(who).awards.request_variation(request(award, change)).await?.into_inner();
        self.as_who(&self.manager).awards.decide_variation(decide(&variation, true)).await?;
        self.get(&self.manager, award).await
    }

    async fn agreements(&self, who: &Who, award: &pb::Award) -> Vec<pb::Agreement> {
        let request = pb::ListAgreementsRequest { award_id: award.id.clone(), ..Default::default() };
        self.as_who(who).awards.list_agreements(request).await.unwrap().into_inner().agreements
    }
}

fn to_amount(minor_units: i64) -> pb::Change {
    pb::Change { amount: pence(minor_units), scope: "two hubs".to_string(), ..Default::default() }
}

#[tokio::test]
async fn an_award_is_reduced_and_raised_again_without_losing_a_penny() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let reduced = harness.varied(&council.officer, &award, to_amount(100_001)).await.unwrap();
        assert_eq!(in_pence(reduced.agreement.unwrap().amount), 100_001);
        assert_eq!(harness.balances(&round).await, [1_849_999, 100_001, 0, 0]);
        assert_eq!(in_pence(harness.payments_of(&award).await[0].amount.clone()), 100_001);
        let raised = harness.varied(&council.officer, &award, to_amount(150_000)).await.unwrap();
        assert_eq!(raised.agreement.unwrap().version, 3);
        assert_eq!(harness.balances(&round).await, [1_800_000, 150_000, 0, 0]);
        let versions = harness.agreements(&reader(&council), &award).await;
        let sums: Vec<_> = versions.iter().map(|version| (version.version, in_pence(version.amount.clone()))).collect();
        assert_eq!(sums, [(1, 150_000), (2, 100_001), (3, 150_000)]);
        assert!(versions[0].variation_id.is_empty() && !versions[1].variation_id.is_empty());
    })
    .await;
}

#[tokio::test]
async fn more_money_after_the_payment_is_one_more_instalment_and_less_is_a_recovery() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award_of(|outcome| outcome.amount = pence(100_000)).await;
        let offered = harness.offered(&award).await;
        let acceptance = pb::AcceptAwardRequest { scope: "two hubs".to_string(), ..accept(&council, &offered) };
        harness.as_who(&council.certifier).awards.accept_award(acceptance).await.unwrap();
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        harness.paid(&harness.payments_of(&award).await[0]).await;

        let less = harness.varied(&council.officer, &award, to_amount(99_999)).await.unwrap_err();
        assert_eq!(reason(&less), "PAID_ALREADY");
        harness.varied(&council.officer, &award, to_amount(120_000)).await.unwrap();
        let payments = harness.payments_of(&award).await;
        assert_eq!((payments.len(), in_pence(payments[1].amount.clone())), (2, 20_000));
        assert_eq!(payments[1].state(), pb::payment::State::Due);
        assert_eq!(harness.balances(&round).await, [1_830_000, 20_000, 100_000, 0]);
        // The new instalment is not approved yet, so it can be varied away as a whole.
        harness.varied(&council.officer, &award, to_amount(100_000)).await.unwrap();
        assert_eq!(harness.payments_of(&award).await[1].state(), pb::payment::State::Cancelled);
        assert_eq!(harness.balances(&round).await, [1_850_000, 0, 100_000, 0]);
    })
    .await;
}

#[tokio::test]
async fn no_variation_gives_more_than_was_asked_for_or_than_the_pot_holds() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(100_000), harness.council("Plymouth"));
        harness.outcome(&round, &council, |outcome| outcome.amount = pence(100_000));
        let award = harness.prepared(&round).await.remove(0);
        harness.offered(&award).await;
        let above = harness.varied(&council.officer, &award, to_amount(150_001)).await.unwrap_err();
        assert_eq!(reason(&above), "AMOUNT_OUT_OF_BOUNDS");
        let empty = harness.varied(&council.officer, &award, to_amount(100_001)).await.unwrap_err();
        assert_eq!(reason(&empty), "POT_EXHAUSTED");
        let unscoped = pb::Change { amount: pence(90_000), ..Default::default() };
        let unscoped = harness.varied(&council.officer, &award, unscoped).await.unwrap_err();
        assert_eq!(fields(&unscoped), ["scope"]);
        let unchanged = pb::Change { amount: pence(100_000), scope: "x".to_string(), ..Default::default() };
        harness.varied(&council.officer, &award, unchanged.clone()).await.unwrap();
        let again = harness.varied(&council.officer, &award, unchanged).await.unwrap_err();
        assert_eq!(fields(&again), ["change"]);
    })
    .await;
}

#[tokio::test]
async fn a_variation_is_decided_once_and_refused_with_a_reason() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let change = pb::Change { ends_on: "2021-01-31".to_string(), ..Default::default() };
        let variation = harness
            .as_who(&council.system)
            .awards
            .request_variation(request(&award, change))
            .await
            .unwrap()
            .into_inner();
        let own = harness.as_who(&council.officer).awards.decide_variation(decide(&variation, true)).await.unwrap_err();
        assert_eq!(own.code(), Code::PermissionDenied);
        let silent = pb::DecideVariationRequest { reason: " ".to_string(), ..decide(&variation, false) };
        let silent = harness.as_who(&harness.manager).awards.decide_variation(silent).await.unwrap_err();
        assert_eq!(fields(&silent), ["reason"]);
        let refused = harness
            .as_who(&harness.manager)
            .awards
            .decide_variation(decide(&variation, false))
            .await
            .unwrap()
            .into_inner();
        assert_eq!((refused.state(), refused.version), (pb::variation::State::Refused, 0));
        let twice = harness.as_who(&harness.manager).awards.decide_variation(decide(&refused, true)).await.unwrap_err();
        assert_eq!(reason(&twice), "ILLEGAL_STEP");
        let stale =
            harness.as_who(&harness.manager).awards.decide_variation(decide(&variation, true)).await.unwrap_err();
        assert_eq!(stale.code(), Code::Aborted);
        assert_eq!(harness.agreements(&council.officer, &award).await.len(), 1);
        let list = pb::ListVariationsRequest { award_id: award.id.clone(), ..Default::default() };
        let listed =
            harness.as_who(&reader(&council)).awards.list_variations(list).await.unwrap().into_inner().variations;
        assert_eq!(listed, [refused]);
    })
    .await;
}

#[tokio::test]
async fn dates_are_not_moved_to_before_today_nor_after_the_final_report() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        harness.at("2020-06-15T09:00:00Z").await;
        let to = |day: &str| pb::Change { ends_on: day.to_string(), ..Default::default() };
        let past = harness.varied(&council.officer, &award, to("2020-06-14")).await.unwrap_err();
        assert_eq!(fields(&past), ["ends_on"]);
        harness.varied(&council.officer, &award, to("2020-06-15")).await.unwrap();
        let reversed = pb::Change { starts_on: "2020-07-01".to_string(), ..Default::default() };
        let reversed = harness.varied(&council.officer, &award, reversed).await.unwrap_err();
        assert_eq!(fields(&reversed), ["ends_on"]);
        let words = deadline("2020-06-15T09:00:00Z", "now");
        let due = pb::Change { final_report_due: words, ..Default::default() };
        let due = harness.varied(&council.officer, &award, due).await.unwrap_err();
        assert_eq!(fields(&due), ["final_report_due"]);
        super::reports::accept_final(&harness, &award, "2020-06-15T09:00:00Z").await;
        let after = harness.varied(&council.officer, &award, to("2021-03-31")).await.unwrap_err();
        assert_eq!(reason(&after), "FINAL_REPORT_ACCEPTED");
    })
    .await;
}

#[tokio::test]
async fn a_council_that_is_merged_during_delivery_hands_its_award_to_the_successor_that_is_named() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        harness.checked(council.id, "VENDOR-1").await.unwrap();
        let (successor, sibling, stranger) =
            (harness.council("Devon Unitary"), harness.council("Torbay"), harness.council("Preston"));
        let to =
            |council: &Council| pb::Change { successor_organisation_id: council.id.to_string(), ..Default::default() };
        let by_council = harness.varied(&council.officer, &award, to(&successor)).await.unwrap_err();
        assert_eq!(by_council.code(), Code::PermissionDenied);
        let standing = harness.varied(&harness.manager, &award, to(&successor)).await.unwrap_err();
        assert_eq!(reason(&standing), "NOT_A_SUCCESSOR");
        harness.register(&council, |standing| {
            standing.abolished = true;
            standing.successor_ids = vec![successor.id.to_string(), sibling.id.to_string()];
        });
        let foreign = harness.varied(&harness.manager, &award, to(&stranger)).await.unwrap_err();
        assert_eq!(reason(&foreign), "NOT_A_SUCCESSOR");
        let novated = harness.varied(&harness.manager, &award, to(&successor)).await.unwrap();
        assert_eq!(novated.applicant_organisation_id, successor.id.to_string());
        assert_eq!(novated.lead_organisation_id, successor.id.to_string());
        assert_eq!(novated.novated_from_organisation_id, council.id.to_string());
        assert_eq!(novated.agreement.unwrap().payee_organisation_id, successor.id.to_string());
        assert_eq!(novated.original.unwrap().payee_organisation_id, council.id.to_string());
        // The successor acts on it now, and its account is to be checked before anything is paid.
        assert_eq!(harness.get(&successor.officer, &award).await.unwrap().state(), State::Active);
        let due = harness.payments_of(&award).await.remove(0);
        let approved =
            harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap().into_inner();
        let unchecked =
            harness.as_who(&harness.finance).payments.instruct_payment(instruct(&approved)).await.unwrap_err();
        assert_eq!(reason(&unchecked), "PAYEE_NOT_VERIFIED");
    })
    .await;
}

#[tokio::test]
async fn money_is_turned_to_a_legal_body_alone() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let (group, other) = (harness.council("Opposition group"), harness.council("Devon"));
        harness.register(&group, |standing| standing.legal_body = false);
        let to = |council: &Council| pb::Change { payee_organisation_id: council.id.to_string(), ..Default::default() };
        let refused = harness.varied(&council.officer, &award, to(&group)).await.unwrap_err();
        assert_eq!(fields(&refused), ["change.payee_organisation_id"]);
        let varied = harness.varied(&council.officer, &award, to(&other)).await.unwrap();
        assert_eq!(varied.agreement.unwrap().payee_organisation_id, other.id.to_string());
        // Whoever is paid reads the award, and does not act on it.
        assert_eq!(harness.get(&other.officer, &award).await.unwrap().state(), State::Active);
        let withdrawn = harness.get(&other.certifier, &award).await.unwrap();
        let withdrawn = harness.as_who(&other.certifier).awards.withdraw_award(withdraw(&withdrawn)).await.unwrap_err();
        assert_eq!(withdrawn.code(), Code::PermissionDenied);
    })
    .await;
}

#[tokio::test]
async fn a_payment_that_was_approved_for_one_recipient_is_approved_anew_for_another() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let due = harness.payments_of(&award).await.remove(0);
        harness.as_who(&harness.manager).payments.approve_payment(approve(&due)).await.unwrap();
        let (first, second) = (harness.council("Devon"), harness.council("Torbay"));
        let to = |council: &Council| pb::Change { payee_organisation_id: council.id.to_string(), ..Default::default() };
        harness.varied(&council.officer, &award, to(&first)).await.unwrap();
        let voided = harness.payments_of(&award).await.remove(0);
        assert_eq!((voided.state(), voided.reason.as_str()), (pb::payment::State::Due, "the recipient changed"));
        // Whoever approved it before may not, if they belong to the new one.
        let of_first = Who::person(Role::RoundManager, first.id);
        let own = harness.as_who(&of_first).payments.approve_payment(approve(&voided)).await.unwrap_err();
        assert_eq!(reason(&own), "SEPARATION_OF_DUTIES");
        // What is at the bank has its payee; should it come back, it would be approved for another one.
        harness.checked(first.id, "VENDOR-1").await.unwrap();
        harness.instructed(&voided).await;
        let at_the_bank = harness.varied(&council.officer, &award, to(&second)).await.unwrap_err();
        assert_eq!(reason(&at_the_bank), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn a_change_on_offer_makes_the_terms_that_were_read_another_version() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        let change = pb::Change { ends_on: "2021-01-31".to_string(), ..Default::default() };
        let varied = harness.varied(&council.officer, &award, change).await.unwrap();
        let old = harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!(old.code(), Code::Aborted);
        let new = harness
            .as_who(&council.certifier)
            .awards
            .accept_award(accept(&council, &varied))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(new.acceptance.unwrap().version, 2);
    })
    .await;
}
