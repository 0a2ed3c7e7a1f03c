//! Changes of one award: sums, dates, payee, and the successor that takes it over (rules 1, 2, 28).

use kit::caller::Role;
use pb::award::State;
use pb::variation::State as Stage;
use toadlane_proto::awards::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;

pub fn request(award: &pb::Award, change: pb::Change) -> pb::RequestVariationRequest {
    pb::RequestVariationRequest {
        request_id: new_id(),
        award_id: award.id.clone(),
        change: Some(change),
        reason: "the hub costs less".to_string(),
        ..Default::default()
    }
}

pub fn decide(variation: &pb::Variation, approve: bool) -> pb::DecideVariationRequest {
    step!(DecideVariationRequest {
        variation_id: variation,
        approve: approve,
        reason: "as discussed",
        decision_reference: "minute 7"
    })
}

/// The certifier of a council agrees to what is proposed.
pub fn agree(council: &Council, variation: &pb::Variation) -> pb::AcceptVariationRequest {
    let proposed = variation.proposed.clone().unwrap();
    step!(AcceptVariationRequest {
        variation_id: variation,
        version: proposed.version,
        sha256: proposed.sha256,
        certifier_id: council.certifier.subject.clone(),
        role: "Section 151 officer"
    })
}

fn decline(variation: &pb::Variation) -> pb::DeclineVariationRequest {
    step!(DeclineVariationRequest { variation_id: variation, reason: "the hubs are let already" })
}

impl Harness {
    pub async fn asked(&self, who: &Who, award: &pb::Award, change: pb::Change) -> Result<pb::Variation, Status> {
        Ok(self.as_who(who).awards.request_variation(request(award, change)).await?.into_inner())
    }

    pub async fn decided(&self, variation: &pb::Variation) -> Result<pb::Variation, Status> {
        Ok(self.as_who(&self.manager).awards.decide_variation(decide(variation, true)).await?.into_inner())
    }

    /// The officer of a council asks for a change, the network approves it, and the certifier agrees where it awaits
    /// that.
    async fn varied(&self, council: &Council, award: &pb::Award, change: pb::Change) -> Result<pb::Award, Status> {
        let decided = self.decided(&self.asked(&council.officer, award, change).await?).await?;
        if decided.state() == Stage::AwaitingAcceptance {
            self.as_who(&council.certifier).awards.accept_variation(agree(council, &decided)).await?;
        }
        self.get(&self.manager, award).await
    }

    /// The network administrator asks for a change, and the manager approves it.
    async fn novated(&self, award: &pb::Award, change: pb::Change) -> Result<pb::Award, Status> {
        self.decided(&self.asked(&self.administrator, award, change).await?).await?;
        self.get(&self.manager, award).await
    }

    async fn agreements(&self, who: &Who, award: &pb::Award) -> Vec<pb::Agreement> {
        let request = pb::ListAgreementsRequest { award_id: award.id.clone(), ..Default::default() };
        self.as_who(who).awards.list_agreements(request).await.unwrap().into_inner().agreements
    }
}

/// More time.
pub fn later() -> pb::Change {
    pb::Change { ends_on: "2021-01-31".to_string(), ..Default::default() }
}

fn to_amount(minor_units: i64) -> pb::Change {
    pb::Change { amount: pence(minor_units), scope: "two hubs".to_string(), ..Default::default() }
}

#[tokio::test]
async fn an_award_is_reduced_and_raised_again_without_losing_a_penny() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let reduced = harness.varied(&council, &award, to_amount(100_001)).await.unwrap();
        assert_eq!(in_pence(reduced.agreement.unwrap().amount), 100_001);
        assert_eq!(harness.balances(&round).await, [1_849_999, 100_001, 0, 0]);
        assert_eq!(in_pence(harness.payments_of(&award).await[0].amount.clone()), 100_001);
        let raised = harness.varied(&council, &award, to_amount(150_000)).await.unwrap();
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

        let less = harness.varied(&council, &award, to_amount(99_999)).await.unwrap_err();
        assert_eq!(reason(&less), "PAID_ALREADY");
        harness.varied(&council, &award, to_amount(120_000)).await.unwrap();
        let payments = harness.payments_of(&award).await;
        assert_eq!((payments.len(), in_pence(payments[1].amount.clone())), (2, 20_000));
        assert_eq!(payments[1].state(), pb::payment::State::Due);
        assert_eq!(harness.balances(&round).await, [1_830_000, 20_000, 100_000, 0]);
        // The new instalment is not approved yet, so it can be varied away as a whole.
        harness.varied(&council, &award, to_amount(100_000)).await.unwrap();
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
        let above = harness.varied(&council, &award, to_amount(150_001)).await.unwrap_err();
        assert_eq!(reason(&above), "AMOUNT_OUT_OF_BOUNDS");
        let empty = harness.varied(&council, &award, to_amount(100_001)).await.unwrap_err();
        assert_eq!(reason(&empty), "POT_EXHAUSTED");
        let unscoped = pb::Change { amount: pence(90_000), ..Default::default() };
        let unscoped = harness.varied(&council, &award, unscoped).await.unwrap_err();
        assert_eq!(fields(&unscoped), ["scope"]);
        let unchanged = pb::Change { amount: pence(100_000), scope: "x".to_string(), ..Default::default() };
        harness.varied(&council, &award, unchanged.clone()).await.unwrap();
        let again = harness.varied(&council, &award, unchanged).await.unwrap_err();
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
        assert_eq!((refused.state(), refused.version), (Stage::Refused, 0));
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
        let past = harness.varied(&council, &award, to("2020-06-14")).await.unwrap_err();
        assert_eq!(fields(&past), ["ends_on"]);
        harness.varied(&council, &award, to("2020-06-15")).await.unwrap();
        let reversed = pb::Change { starts_on: "2020-07-01".to_string(), ..Default::default() };
        let reversed = harness.varied(&council, &award, reversed).await.unwrap_err();
        assert_eq!(fields(&reversed), ["ends_on"]);
        let words = deadline("2020-06-15T09:00:00Z", "now");
        let due = pb::Change { final_report_due: words, ..Default::default() };
        let due = harness.varied(&council, &award, due).await.unwrap_err();
        assert_eq!(fields(&due), ["final_report_due"]);
        super::reports::accept_final(&harness, &award, "2020-06-15T09:00:00Z").await;
        let after = harness.varied(&council, &award, to("2021-03-31")).await.unwrap_err();
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
        let by_council = harness.varied(&council, &award, to(&successor)).await.unwrap_err();
        assert_eq!(by_council.code(), Code::PermissionDenied);
        let standing = harness.novated(&award, to(&successor)).await.unwrap_err();
        assert_eq!(reason(&standing), "NOT_A_SUCCESSOR");
        harness.register(&council, |standing| {
            standing.abolished = true;
            standing.successor_ids = vec![successor.id.to_string(), sibling.id.to_string()];
        });
        let foreign = harness.novated(&award, to(&stranger)).await.unwrap_err();
        assert_eq!(reason(&foreign), "NOT_A_SUCCESSOR");
        let novated = harness.novated(&award, to(&successor)).await.unwrap();
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
        let refused = harness.varied(&council, &award, to(&group)).await.unwrap_err();
        assert_eq!(fields(&refused), ["change.payee_organisation_id"]);
        let varied = harness.varied(&council, &award, to(&other)).await.unwrap();
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
        harness.varied(&council, &award, to(&first)).await.unwrap();
        let voided = harness.payments_of(&award).await.remove(0);
        assert_eq!((voided.state(), voided.reason.as_str()), (pb::payment::State::Due, "the recipient changed"));
        // Whoever approved it before may not, if they belong to the new one.
        let of_first = Who::person(Role::RoundManager, first.id);
        let own = harness.as_who(&of_first).payments.approve_payment(approve(&voided)).await.unwrap_err();
        assert_eq!(reason(&own), "SEPARATION_OF_DUTIES");
        // What is at the bank has its payee; should it come back, it would be approved for another one.
        harness.checked(first.id, "VENDOR-1").await.unwrap();
        harness.instructed(&voided).await;
        let at_the_bank = harness.varied(&council, &award, to(&second)).await.unwrap_err();
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
        let varied = harness.varied(&council, &award, change).await.unwrap();
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

/// G-B1: an agreement that was accepted is not rewritten without the council, whoever asks for it.
#[tokio::test]
async fn what_takes_from_an_agreed_award_is_in_force_with_the_certifiers_word_alone() {
    each_engine(async |harness| {
        let other = harness.council("Devon");
        let changes = [
            pb::Change { amount: pence(50_000), scope: "one hub".to_string(), ..Default::default() },
            pb::Change { payee_organisation_id: other.id.to_string(), ..Default::default() },
            pb::Change { scope: "online".to_string(), ..Default::default() },
            pb::Change { ends_on: "2020-10-31".to_string(), ..Default::default() },
            pb::Change { final_report_due: deadline("2020-12-01T00:00:00Z", "30 November 2020"), ..Default::default() },
        ];
        for change in changes {
            let (_, council, award) = harness.an_award().await;
            let agreed = harness.accepted(&council, &award).await;
            let asked = harness.asked(&harness.administrator, &award, change).await.unwrap();
            let awaits = harness.decided(&asked).await.unwrap();
            assert_eq!((awaits.state(), awaits.version), (Stage::AwaitingAcceptance, 0));
            let now = harness.get(&council.officer, &award).await.unwrap();
            assert_eq!((now.agreement, now.acceptance.clone()), (agreed.agreement.clone(), agreed.acceptance.clone()));
            let by = |who: &Who| harness.as_who(who).awards;
            let other_terms = pb::AcceptVariationRequest { sha256: "0".repeat(64), ..agree(&council, &awaits) };
            let other_terms = by(&council.certifier).accept_variation(other_terms).await.unwrap_err();
            assert_eq!(reason(&other_terms), "AGREEMENT_MISMATCH");
            for who in [&council.officer, &harness.manager, &harness.administrator] {
                let refused = by(who).accept_variation(agree(&council, &awaits)).await.unwrap_err();
                assert_eq!(refused.code(), Code::PermissionDenied);
            }
            let unknown = pb::AcceptVariationRequest {
                certifier_id: kit::ids::PersonId::new().to_string(),
                ..agree(&council, &awaits)
            };
            assert_eq!(fields(&by(&council.system).accept_variation(unknown).await.unwrap_err()), ["certifier_id"]);
            let accepted = by(&council.system).accept_variation(agree(&council, &awaits)).await.unwrap().into_inner();
            assert_eq!((accepted.state(), accepted.version, accepted.proposed), (Stage::Approved, 2, None));
            let varied = harness.get(&council.officer, &award).await.unwrap();
            let (agreement, acceptance) = (varied.agreement.unwrap(), varied.acceptance.unwrap());
            assert_eq!((agreement.version, acceptance.version, &acceptance.sha256), (2, 2, &agreement.sha256));
            assert_eq!(acceptance.recorded_by, council.system.subject);
            let versions = harness.agreements(&council.officer, &award).await;
            let words: Vec<_> = versions.into_iter().map(|version| version.acceptance).collect();
            assert_eq!(words, [agreed.acceptance, Some(acceptance)]);
        }
    })
    .await;
}

/// G-B1: what gives more asks nobody again, and the accepted version stays the one that was accepted.
#[tokio::test]
async fn more_time_and_more_money_need_no_second_word() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award_of(|outcome| outcome.amount = pence(140_000)).await;
        let offered = harness.offered(&award).await;
        let acceptance = pb::AcceptAwardRequest { scope: "two hubs".to_string(), ..accept(&council, &offered) };
        harness.as_who(&council.certifier).awards.accept_award(acceptance).await.unwrap();
        for change in [later(), pb::Change { amount: pence(150_000), ..Default::default() }] {
            let asked = harness.asked(&council.officer, &award, change).await.unwrap();
            assert_eq!(harness.decided(&asked).await.unwrap().state(), Stage::Approved);
        }
        let varied = harness.get(&harness.manager, &award).await.unwrap();
        assert_eq!((varied.agreement.unwrap().version, varied.acceptance.unwrap().version), (4, 2));
    })
    .await;
}

/// G-B1: a council says no in its own words, and the network takes back what nobody answers.
#[tokio::test]
async fn a_change_that_is_declined_or_taken_back_leaves_the_agreement_as_it_was() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        let agreed = harness.accepted(&council, &award).await;
        let asked = harness.asked(&harness.administrator, &award, to_amount(100_000)).await.unwrap();
        let early = harness.as_who(&council.officer).awards.decline_variation(decline(&asked)).await.unwrap_err();
        assert_eq!(reason(&early), "ILLEGAL_STEP");
        let awaits = harness.decided(&asked).await.unwrap();
        let network = harness.as_who(&harness.manager).awards.decline_variation(decline(&awaits)).await.unwrap_err();
        assert_eq!(network.code(), Code::PermissionDenied);
        let by_officer = || harness.as_who(&council.officer).awards;
        let declined = by_officer().decline_variation(decline(&awaits)).await.unwrap().into_inner();
        assert_eq!((declined.state(), declined.decline_reason.as_str()), (Stage::Declined, "the hubs are let already"));
        let late = pb::Variation { etag: declined.etag.clone(), ..awaits };
        let late =
            harness.as_who(&council.certifier).awards.accept_variation(agree(&council, &late)).await.unwrap_err();
        assert_eq!(reason(&late), "ILLEGAL_STEP");

        let asked = harness.asked(&harness.administrator, &award, to_amount(100_000)).await.unwrap();
        let awaits = harness.decided(&asked).await.unwrap();
        let by_manager = || harness.as_who(&harness.manager).awards;
        let taken_back = by_manager().decide_variation(decide(&awaits, false)).await.unwrap().into_inner();
        assert_eq!(taken_back.state(), Stage::Refused);
        assert_eq!(harness.get(&council.officer, &award).await.unwrap().agreement, agreed.agreement);
        assert_eq!(harness.balances(&round).await, [1_800_000, 150_000, 0, 0]);
    })
    .await;
}

/// G-B1: a certifier who asked for exactly this has said so; for anything that came of it since they are asked again.
#[tokio::test]
async fn the_word_that_comes_with_a_request_is_for_exactly_its_terms() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let by = |who: &Who| harness.as_who(who).awards;
        let dry = pb::RequestVariationRequest { validate_only: true, ..request(&award, to_amount(100_000)) };
        let proposed = by(&council.officer).request_variation(dry).await.unwrap().into_inner().proposed.unwrap();
        let with_word = |amount| pb::RequestVariationRequest {
            certifier_id: council.certifier.subject.clone(),
            role: "Section 151 officer".to_string(),
            version: proposed.version,
            sha256: proposed.sha256.clone(),
            ..request(&award, to_amount(amount))
        };
        let officer = by(&council.officer).request_variation(with_word(100_000)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        let other = by(&council.certifier).request_variation(with_word(100_001)).await.unwrap_err();
        assert_eq!(reason(&other), "AGREEMENT_MISMATCH");
        let half = pb::RequestVariationRequest { role: String::new(), sha256: String::new(), ..with_word(100_000) };
        assert_eq!(fields(&by(&council.certifier).request_variation(half).await.unwrap_err()), ["role", "sha256"]);
        let mut asked = Vec::new();
        for _ in 0..2 {
            let request = with_word(100_000);
            asked.push(by(&council.certifier).request_variation(request).await.unwrap().into_inner());
        }
        let approved = harness.decided(&asked[0]).await.unwrap();
        assert_eq!((approved.state(), approved.version), (Stage::Approved, 2));
        let varied = harness.get(&council.officer, &award).await.unwrap();
        assert_eq!(varied.acceptance, approved.acceptance);
        assert_eq!(varied.acceptance.unwrap().sha256, proposed.sha256);
        assert_eq!(harness.balances(&round).await, [1_850_000, 100_000, 0, 0]);

        // The second was for version 2 of other terms than there are now.
        harness.varied(&council, &award, to_amount(120_000)).await.unwrap();
        let again = harness.decided(&asked[1]).await.unwrap();
        assert_eq!((again.state(), again.acceptance), (Stage::AwaitingAcceptance, None));
    })
    .await;
}

/// G-B1, G-B3: whoever asks never decides, neither for nor against it.
#[tokio::test]
async fn nobody_decides_on_the_change_that_they_asked_for() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let asked = harness.asked(&harness.manager, &award, later()).await.unwrap();
        for approve in [true, false] {
            let by_manager = || harness.as_who(&harness.manager).awards;
            let own = by_manager().decide_variation(decide(&asked, approve)).await.unwrap_err();
            assert_eq!((own.code(), reason(&own).as_str()), (Code::PermissionDenied, "SEPARATION_OF_DUTIES"));
        }
        let second = Who::person(Role::RoundManager, harness.network);
        harness.as_who(&second).awards.decide_variation(decide(&asked, true)).await.unwrap();
    })
    .await;
}

/// G-B2: who is paid under the change is as much its recipient as who is paid now.
#[tokio::test]
async fn nobody_asks_for_or_decides_on_a_change_that_names_their_own() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let payee = harness.council("Preston");
        let own = Who::person(Role::RoundManager, harness.network).of_home(payee.id);
        let to_own = || pb::Change { payee_organisation_id: payee.id.to_string(), ..Default::default() };
        let asked = harness.asked(&own, &award, to_own()).await.unwrap_err();
        assert_eq!(reason(&asked), "SEPARATION_OF_DUTIES");
        let asked = harness.asked(&council.officer, &award, to_own()).await.unwrap();
        let decided = harness.as_who(&own).awards.decide_variation(decide(&asked, true)).await.unwrap_err();
        assert_eq!(reason(&decided), "SEPARATION_OF_DUTIES");
        harness.decided(&asked).await.unwrap();
    })
    .await;
}

/// G-B1: a manager alone moves a sum by no more than the round allows, however many steps it takes.
#[tokio::test]
async fn a_sum_that_moves_further_than_the_round_allows_names_a_meeting() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(1_950_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        let limited = |settings: &mut pb::AwardSettings| settings.variation_limit = pence(20_000);
        let award = harness.prepared_with(&round, limited).await.remove(0);
        harness.accepted(&council, &award).await;
        let alone = |variation: &pb::Variation| pb::DecideVariationRequest {
            decision_reference: String::new(),
            ..decide(variation, true)
        };
        let by_manager = || harness.as_who(&harness.manager).awards;
        for minor_units in [140_000, 130_000] {
            let asked = harness.asked(&council.officer, &award, to_amount(minor_units)).await.unwrap();
            let awaits = by_manager().decide_variation(alone(&asked)).await.unwrap().into_inner();
            harness.as_who(&council.certifier).awards.accept_variation(agree(&council, &awaits)).await.unwrap();
        }
        let asked = harness.asked(&council.officer, &award, to_amount(129_999)).await.unwrap();
        let refused = by_manager().decide_variation(alone(&asked)).await.unwrap_err();
        assert_eq!(fields(&refused), ["decision_reference"]);
        let decided = harness.decided(&asked).await.unwrap();
        assert_eq!(decided.decision_reference, "minute 7");
        // What does not touch the sum is not held up by where it stands.
        let asked = harness.asked(&council.officer, &award, later()).await.unwrap();
        assert_eq!(by_manager().decide_variation(alone(&asked)).await.unwrap().into_inner().state(), Stage::Approved);
    })
    .await;
}

/// G-B1: a successor takes an award over as it is, and agrees itself to what changes beyond that.
#[tokio::test]
async fn a_novation_changes_nothing_else() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        harness.accepted(&council, &award).await;
        let successor = harness.council("Devon Unitary");
        let change = pb::Change { successor_organisation_id: successor.id.to_string(), ..to_amount(100_000) };
        let both = harness.asked(&harness.administrator, &award, change).await.unwrap_err();
        assert_eq!(fields(&both), ["change.successor_organisation_id"]);
    })
    .await;
}
