//! The offer and the council's answer: acceptance, refusal, expiry, withdrawal, and the reserve that moves up.

use kit::caller::Role;
use pb::award::State;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::grading::v1::determination::Outcome as Decision;
use toadlane_proto::grading::v1::{Outcome, assessment};
use tonic::Code;

use super::harness::*;

fn refuse(award: &pb::Award) -> pb::RefuseAwardRequest {
    step!(RefuseAwardRequest { award_id: award, reason: "we have other plans" })
}

#[tokio::test]
async fn a_council_learns_of_its_award_when_it_is_offered_and_not_before() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        for who in [&council.officer, &council.certifier, &reader(&council)] {
            assert_eq!(harness.get(who, &award).await.unwrap_err().code(), Code::NotFound);
        }
        harness.graded(round.id, assessment::State::Decided);
        let early = harness.as_who(&harness.manager).awards.offer_award(offer(&award)).await.unwrap_err();
        assert_eq!(reason(&early), "DECISION_PENDING");
        harness.graded(round.id, assessment::State::BiddersInformed);
        let offered = harness.offered(&award).await;
        assert_eq!(offered.state(), State::Offered);
        // 28 days, of which the last one counts in full.
        assert_eq!(offered.offer_expires_at, Some(kit::time::at("2020-03-07T00:00:00Z").into()));
        for who in [&council.officer, &council.certifier, &reader(&council)] {
            assert_eq!(harness.get(who, &award).await.unwrap().state(), State::Offered);
        }
        let stranger = harness.council("Preston");
        assert_eq!(harness.get(&stranger.officer, &award).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}

#[tokio::test]
async fn an_accepted_award_without_a_condition_precedent_is_active_and_its_payment_due() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let active = harness.accepted(&council, &award).await;
        assert_eq!(active.state(), State::Active);
        let (acceptance, agreement) = (active.acceptance.unwrap(), active.agreement.unwrap());
        assert_eq!((acceptance.version, acceptance.sha256), (1, agreement.sha256));
        assert_eq!(acceptance.certifier_id, council.certifier.subject);
        assert_eq!(harness.payments_of(&award).await[0].state(), pb::payment::State::Due);
    })
    .await;
}

#[tokio::test]
async fn a_second_acceptance_is_refused_and_a_repeated_one_is_answered_as_the_first() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        let request = accept(&council, &offered);
        let first = harness.as_who(&council.certifier).awards.accept_award(request.clone()).await.unwrap().into_inner();
        let again = harness.as_who(&council.certifier).awards.accept_award(request).await.unwrap().into_inner();
        assert_eq!(first, again);
        let twice = harness.as_who(&council.certifier).awards.accept_award(accept(&council, &first)).await.unwrap_err();
        assert_eq!((twice.code(), reason(&twice).as_str()), (Code::FailedPrecondition, "ILLEGAL_STEP"));
        assert_eq!(twice.message(), "the award is active and cannot take the step accept");
        let old = harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!((old.code(), newer::<pb::Award>(&old).etag), (Code::Aborted, first.etag));
    })
    .await;
}

#[tokio::test]
async fn of_two_certifiers_at_once_one_wins_and_the_other_is_told_so() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let second = Who::person(Role::Certifier, council.id);
        harness.peers.certifiers.lock().unwrap().push((council.id.to_string(), second.subject.clone()));
        let offered = harness.offered(&award).await;
        let of_second = pb::AcceptAwardRequest { certifier_id: second.subject.clone(), ..accept(&council, &offered) };
        let (mut one, mut other) = (harness.as_who(&council.certifier).awards, harness.as_who(&second).awards);
        let (one, other) = tokio::join!(one.accept_award(accept(&council, &offered)), other.accept_award(of_second));
        let (won, lost) = match (one, other) {
            (Ok(won), Err(lost)) | (Err(lost), Ok(won)) => (won.into_inner(), lost),
            (one, other) => panic!("one wins: {one:?} {other:?}"),
        };
        assert_eq!((lost.code(), reason(&lost).as_str()), (Code::Aborted, "STALE_ETAG"));
        assert_eq!(newer::<pb::Award>(&lost).acceptance, won.acceptance);
    })
    .await;
}

#[tokio::test]
async fn only_the_acceptance_of_a_certifier_that_the_registry_holds_counts() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        let by = |who: &Who| harness.as_who(who).awards;
        let officer = by(&council.officer).accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        let reader = by(&reader(&council)).accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!(reader.code(), Code::PermissionDenied);
        let unknown = pb::AcceptAwardRequest {
            certifier_id: kit::ids::PersonId::new().to_string(),
            ..accept(&council, &offered)
        };
        let unknown = by(&council.system).accept_award(unknown).await.unwrap_err();
        assert_eq!(fields(&unknown), ["certifier_id"]);
        let second = Who::person(Role::Certifier, council.id);
        let for_another = by(&second).accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!(for_another.code(), Code::PermissionDenied);
        let accepted = by(&council.system).accept_award(accept(&council, &offered)).await.unwrap().into_inner();
        assert_eq!(accepted.acceptance.unwrap().recorded_by, council.system.subject);
    })
    .await;
}

#[tokio::test]
async fn another_version_or_digest_than_the_present_one_is_not_accepted() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        let version = pb::AcceptAwardRequest { version: 2, ..accept(&council, &offered) };
        let digest = pb::AcceptAwardRequest { sha256: "0".repeat(64), ..accept(&council, &offered) };
        for request in [version, digest] {
            let refused = harness.as_who(&council.certifier).awards.accept_award(request).await.unwrap_err();
            assert_eq!(reason(&refused), "AGREEMENT_MISMATCH");
        }
    })
    .await;
}

#[tokio::test]
async fn an_offer_lapses_at_its_instant_and_its_money_returns_to_the_pot() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        harness.clock("2020-03-07T00:00:00Z").await;
        // The ticker has not noticed yet; the instant decides.
        let late =
            harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!((late.code(), reason(&late).as_str()), (Code::FailedPrecondition, "OFFER_EXPIRED"));
        harness.awards.tick().await.unwrap();
        assert_eq!(harness.get(&council.officer, &award).await.unwrap().state(), State::Lapsed);
        assert_eq!(harness.balances(&round).await, [1_950_000, 0, 0, 0]);
        assert_eq!(harness.payments_of(&award).await[0].state(), pb::payment::State::Cancelled);
    })
    .await;
}

#[tokio::test]
async fn the_last_microsecond_of_an_offer_is_in_time() {
    each_engine(async |harness| {
        let (_, council, award) = harness.an_award().await;
        let offered = harness.offered(&award).await;
        harness.at("2020-03-06T23:59:59.999999Z").await;
        let accepted =
            harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap();
        assert_eq!(accepted.into_inner().state(), State::Active);
    })
    .await;
}

#[tokio::test]
async fn less_than_was_asked_for_is_accepted_with_a_scope_note_that_becomes_part_of_the_agreement() {
    each_engine(async |harness| {
        let in_part = |outcome: &mut Outcome| {
            (outcome.outcome, outcome.amount) = (Decision::FundInPart.into(), pence(100_000));
        };
        let (_, council, award) = harness.an_award_of(in_part).await;
        let offered = harness.offered(&award).await;
        let without =
            harness.as_who(&council.certifier).awards.accept_award(accept(&council, &offered)).await.unwrap_err();
        assert_eq!(fields(&without), ["scope"]);
        let scope = "two hubs instead of three".to_string();
        let request = pb::AcceptAwardRequest { scope: scope.clone(), ..accept(&council, &offered) };
        let accepted = harness.as_who(&council.certifier).awards.accept_award(request).await.unwrap().into_inner();
        let (agreement, acceptance) = (accepted.agreement.clone().unwrap(), accepted.acceptance.clone().unwrap());
        assert_eq!((agreement.version, &agreement.scope), (2, &scope));
        assert_eq!((acceptance.version, acceptance.sha256), (2, agreement.sha256));
        assert_eq!(accepted.original, offered.agreement);
    })
    .await;
}

#[tokio::test]
async fn a_refused_award_frees_its_money_and_the_reserve_moves_up_in_rank_order() {
    each_engine(async |harness| {
        let (round, council) = (harness.round(300_000), harness.council("Plymouth"));
        harness.funded(&round, &council, 150_000);
        harness.funded(&round, &council, 150_000);
        for place in [2, 1] {
            harness.outcome(&round, &council, |outcome| {
                outcome.outcome = Decision::Reserve.into();
                outcome.reserve_place = place;
            });
        }
        let awards = harness.prepared(&round).await;
        let by_manager = || harness.as_who(&harness.manager).awards;
        let full = by_manager().call_reserve(call(&awards[3])).await.unwrap_err();
        assert_eq!(reason(&full), "POT_EXHAUSTED");
        let offered = harness.offered(&awards[0]).await;
        let refused =
            harness.as_who(&council.officer).awards.refuse_award(refuse(&offered)).await.unwrap().into_inner();
        assert_eq!((refused.state(), refused.reason.as_str()), (State::Refused, "we have other plans"));
        assert_eq!(harness.balances(&round).await, [150_000, 150_000, 0, 0]);
        let out_of_turn = by_manager().call_reserve(call(&awards[2])).await.unwrap_err();
        assert_eq!(reason(&out_of_turn), "OUT_OF_TURN");
        assert!(out_of_turn.message().contains(&awards[3].reference), "{out_of_turn}");
        let called = by_manager().call_reserve(call(&awards[3])).await.unwrap().into_inner();
        assert_eq!((called.state(), called.reserve_place), (State::Prepared, 0));
        assert_eq!(harness.balances(&round).await, [0, 300_000, 0, 0]);
        assert_eq!(harness.payments_of(&called).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn of_two_at_once_on_the_last_pounds_one_gets_them() {
    each_engine(async |harness| {
        let (one, other) = (harness.council("Plymouth"), harness.council("Preston"));
        let round = harness.round(300_000);
        for council in [&one, &other] {
            harness.outcome(&round, council, |outcome| {
                (outcome.requested, outcome.amount) = (pence(200_000), pence(100_000));
            });
        }
        let awards = harness.prepared(&round).await;
        for (council, award) in [(&one, &awards[0]), (&other, &awards[1])] {
            let offered = harness.offered(award).await;
            let request = pb::AcceptAwardRequest { scope: "less of it".to_string(), ..accept(council, &offered) };
            harness.as_who(&council.certifier).awards.accept_award(request).await.unwrap();
        }
        // £1,000.00 is left, and each wants £600.00 of it.
        let mut requested = Vec::new();
        for (council, award) in [(&one, &awards[0]), (&other, &awards[1])] {
            let change = pb::Change { amount: pence(160_000), ..Default::default() };
            let request = super::variations::request(award, change);
            requested
                .push(harness.as_who(&council.officer).awards.request_variation(request).await.unwrap().into_inner());
        }
        let (mut first, mut second) =
            (harness.as_who(&harness.manager).awards, harness.as_who(&harness.manager).awards);
        let (first, second) = tokio::join!(
            first.decide_variation(super::variations::decide(&requested[0], true)),
            second.decide_variation(super::variations::decide(&requested[1], true)),
        );
        let lost = match (first, second) {
            (Ok(_), Err(lost)) | (Err(lost), Ok(_)) => lost,
            (first, second) => panic!("one gets them: {first:?} {second:?}"),
        };
        assert_eq!((lost.code(), reason(&lost).as_str()), (Code::FailedPrecondition, "POT_EXHAUSTED"));
        assert_eq!(harness.balances(&round).await, [40_000, 260_000, 0, 0]);
    })
    .await;
}

#[tokio::test]
async fn a_withdrawal_before_payment_frees_the_sum_and_after_it_the_award_is_to_be_terminated() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        let accepted = harness.accepted(&council, &award).await;
        let officer = harness.as_who(&council.officer).awards.withdraw_award(withdraw(&accepted)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        let withdrawn = harness.as_who(&council.certifier).awards.withdraw_award(withdraw(&accepted)).await.unwrap();
        assert_eq!(withdrawn.into_inner().state(), State::Withdrawn);
        assert_eq!(harness.balances(&round).await, [1_950_000, 0, 0, 0]);

        let (round, council, paid) = harness.a_paid_award().await;
        let refused = harness.as_who(&council.certifier).awards.withdraw_award(withdraw(&paid)).await.unwrap_err();
        assert_eq!((refused.code(), reason(&refused).as_str()), (Code::FailedPrecondition, "PAID_ALREADY"));
        assert!(refused.message().contains("terminate the award"), "{refused}");
        assert_eq!(harness.balances(&round).await, [1_800_000, 0, 150_000, 0]);
    })
    .await;
}

#[tokio::test]
async fn an_award_that_was_not_offered_is_taken_back_by_the_network_and_stays_unknown_to_the_council() {
    each_engine(async |harness| {
        let (round, council, award) = harness.an_award().await;
        let hidden = harness.as_who(&council.certifier).awards.withdraw_award(withdraw(&award)).await.unwrap_err();
        assert_eq!(hidden.code(), Code::NotFound);
        let withdrawn =
            harness.as_who(&harness.manager).awards.withdraw_award(withdraw(&award)).await.unwrap().into_inner();
        assert_eq!(withdrawn.state(), State::Withdrawn);
        assert_eq!(harness.balances(&round).await, [1_950_000, 0, 0, 0]);
        assert_eq!(harness.get(&council.certifier, &award).await.unwrap_err().code(), Code::NotFound);
    })
    .await;
}
