//! The RPCs of `awards`: which action of the golden matrix each stands for, on which award it would succeed.

mod money;
mod watch;

use kit::caller::Role;
use toadlane_proto::awards::v1 as pb;

use super::Case;
use super::callers::{Caller, Org};
use super::scene::Scene;
use super::scene::accounts::{extend, suspend, vary};
use super::scene::awards::{accept, agree, prepare};
pub use watch::watch;

/// Sections without any case, because their facts cannot be made. What an award is withdrawn as depends on its offer.
/// Before it, nothing is varied, and nothing was paid that could come back.
pub const IMPOSSIBLE: [&str; 4] = [
    "awards: Withdraw (prepared)",
    "awards: WithdrawUnoffered (offered)",
    "awards: DecideVariation (prepared)",
    "awards: WriteOff (prepared)",
];

const PREPARED: &str = "prepared";
const OFFERED: &str = "offered";

fn section(action: &str, state: &str) -> String {
    format!("awards: {action} ({state})")
}

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    awards_service(scene, rpc)
        .or_else(|| money::cases(scene, rpc))
        .unwrap_or_else(|| panic!("say here which action {rpc} stands for, and when it succeeds"))
}

/// On an award that was prepared, where the state forbids it, and on one from its offer on.
fn once_offered(scene: &Scene, action: &str, ready: &str, of: impl Fn(&pb::Award) -> Vec<Vec<u8>>) -> Vec<Case> {
    let on = |state: &str, name: &str| {
        let award = &scene.granted.own[name];
        Case::of(section(action, state), &award.id, of(award))
    };
    vec![on(PREPARED, PREPARED).illegal(), on(OFFERED, ready)]
}

/// The same the other way round.
fn until_offered(scene: &Scene, action: &str, ready: &str, of: impl Fn(&pb::Award) -> Vec<Vec<u8>>) -> Vec<Case> {
    let on = |state: &str, name: &str| {
        let award = &scene.granted.own[name];
        Case::of(section(action, state), &award.id, of(award))
    };
    vec![on(OFFERED, OFFERED).illegal(), on(PREPARED, ready)]
}

/// Read wherever it stands.
fn see(scene: &Scene, of: impl Fn(String) -> Vec<Vec<u8>>) -> Vec<Case> {
    let stands = [(PREPARED, PREPARED), (PREPARED, "reserved"), (OFFERED, OFFERED), (OFFERED, "closed")];
    let case = |(state, name): (&str, &str)| {
        let id = &scene.granted.own[name].id;
        Case::of(section("See", state), id, of(id.clone()))
    };
    stands.map(case).into()
}

/// What is of no award has the same verdicts in both columns.
fn of_none(action: &str, about: &str, message: Vec<Vec<u8>>) -> Vec<Case> {
    vec![Case::of(section(action, PREPARED), about, message).and(&section(action, OFFERED))]
}

fn one(request: impl prost::Message) -> Vec<Vec<u8>> {
    vec![request.encode_to_vec()]
}

fn awards_service(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let granted = &scene.granted;
    let reason = || "because".to_string();
    Some(match rpc {
        "PrepareAwards" => {
            let round_id = &scene.assessments.of["bidders_informed"].round.id;
            of_none("Prepare", round_id, one(prepare(round_id)))
        }
        "GetAward" => see(scene, |award_id| one(pb::GetAwardRequest { award_id })),
        "ListAwards" => [PREPARED, OFFERED]
            .map(|state| {
                let round_id = granted.round.id.clone();
                let request = pb::ListAwardsRequest { round_id, page_size: 500, ..Default::default() };
                Case::new(section("See", state), "", request).among(&granted.own[state].id)
            })
            .into(),
        "ListAgreements" => see(scene, |award_id| one(pb::ListAgreementsRequest { award_id, ..Default::default() })),
        "OfferAward" => until_offered(scene, "Offer", "to offer", |award| {
            one(pb::OfferAwardRequest { award_id: award.id.clone(), ..Default::default() })
        }),
        "AcceptAward" => [(PREPARED, PREPARED), (OFFERED, "to accept")]
            .map(|(state, name)| {
                let (award, certifier) = (granted.own[name].clone(), certifier(scene));
                Case::by_caller(section("Accept", state), &granted.own[name].id, move |caller| {
                    one(accept(&award, &certifier(caller)))
                })
            })
            .into(),
        "RefuseAward" => once_offered(scene, "Refuse", "to refuse", |award| {
            one(pb::RefuseAwardRequest { award_id: award.id.clone(), reason: reason(), ..Default::default() })
        }),
        "WithdrawAward" => {
            [("WithdrawUnoffered", PREPARED, "to withdraw unoffered"), ("Withdraw", OFFERED, "to withdraw")]
                .map(|(action, state, name)| {
                    let award_id = granted.own[name].id.clone();
                    let request = pb::WithdrawAwardRequest { award_id, reason: reason(), ..Default::default() };
                    Case::new(section(action, state), &granted.own[name].id, request)
                })
                .into()
        }
        "CallReserve" => until_offered(scene, "CallReserve", "reserved", |award| {
            one(pb::CallReserveRequest { award_id: award.id.clone(), ..Default::default() })
        }),
        "ConfirmCondition" => once_offered(scene, "ConfirmCondition", "conditional", |award| {
            let (award_id, evidence) = (award.id.clone(), "seen".to_string());
            one(pb::ConfirmConditionRequest { award_id, condition: 1, evidence, ..Default::default() })
        }),
        "NameAward" => [PREPARED, OFFERED]
            .map(|state| {
                let (award_id, public_title) = (granted.own[state].id.clone(), "a short title".to_string());
                let request = pb::NameAwardRequest { award_id, public_title, ..Default::default() };
                Case::new(section("Manage", state), &granted.own[state].id, request)
            })
            .into(),
        "SuspendAward" => once_offered(scene, "Manage", "to suspend", |award| one(suspend(&award.id))),
        "ResumeAward" => once_offered(scene, "Manage", "suspended", |award| {
            one(pb::ResumeAwardRequest { award_id: award.id.clone(), ..Default::default() })
        }),
        "TerminateAward" => once_offered(scene, "Terminate", "to terminate", |award| {
            one(pb::TerminateAwardRequest { award_id: award.id.clone(), reason: reason(), ..Default::default() })
        }),
        "CompleteAward" => once_offered(scene, "Manage", "to complete", |award| {
            one(pb::CompleteAwardRequest { award_id: award.id.clone(), ..Default::default() })
        }),
        "CloseAward" => once_offered(scene, "Manage", "completed", |award| {
            one(pb::CloseAwardRequest { award_id: award.id.clone(), ..Default::default() })
        }),
        "ReopenAward" => once_offered(scene, "Manage", "closed", |award| {
            one(pb::ReopenAwardRequest { award_id: award.id.clone(), reason: reason(), ..Default::default() })
        }),
        "RequestVariation" => novations(scene)
            .into_iter()
            .chain(once_offered(scene, "RequestVariation", "active", |award| one(vary(&award.id))))
            .collect(),
        "DecideVariation" => {
            let variation_id = granted.variations["varied"].id.clone();
            let request = pb::DecideVariationRequest { variation_id, approve: true, ..Default::default() };
            vec![Case::new(section("DecideVariation", OFFERED), &granted.variations["varied"].id, request)]
        }
        "AcceptVariation" => {
            let (variation, certifier) = (granted.variations["to agree"].clone(), certifier(scene));
            let case = Case::by_caller(section("Accept", OFFERED), &granted.variations["to agree"].id, move |caller| {
                one(agree(&variation, &certifier(caller)))
            });
            vec![case]
        }
        "DeclineVariation" => {
            let variation_id = granted.variations["to decline"].id.clone();
            let request = pb::DeclineVariationRequest { variation_id, reason: reason(), ..Default::default() };
            vec![Case::new(section("Refuse", OFFERED), &granted.variations["to decline"].id, request)]
        }
        "ListVariations" => see(scene, |award_id| one(pb::ListVariationsRequest { award_id, ..Default::default() })),
        "ExtendAwards" => of_none("Extend", &granted.round.id, one(extend(&granted.round.id, "2021-03-31"))),
        // Whoever sees an award of the round sees what moved its dates.
        "GetExtension" => {
            let request = pb::GetExtensionRequest { extension_id: granted.extension.id.clone() };
            vec![Case::new(section("See", OFFERED), &granted.extension.id, request)]
        }
        "ListExtensions" => {
            let request = pb::ListExtensionsRequest { round_id: granted.round.id.clone(), ..Default::default() };
            vec![Case::new(section("See", OFFERED), &granted.round.id, request)]
        }
        "ListAwardHistory" => {
            see(scene, |award_id| one(pb::ListAwardHistoryRequest { award_id, ..Default::default() }))
        }
        // Which awards a watch shows is tried for itself.
        "WatchAwards" => Vec::new(),
        _ => return None,
    })
}

/// Whom a caller names as certifier: a person themselves, and a system the one whose word it carries.
fn certifier(scene: &Scene) -> impl Fn(&Caller) -> String + use<> {
    let certifier = scene.callers.holder_of(Role::Certifier, Org::Applicant).subject.clone();
    move |caller| if caller.subject.starts_with("per_") { caller.subject.clone() } else { certifier.clone() }
}

/// Another organisation takes no award over while the present one exists.
fn novations(scene: &Scene) -> Vec<Case> {
    let successor_organisation_id = scene.callers.org(Org::Another);
    let novate = |award: &pb::Award| {
        let change = pb::Change { successor_organisation_id: successor_organisation_id.clone(), ..Default::default() };
        one(pb::RequestVariationRequest { change: Some(change), ..vary(&award.id) })
    };
    once_offered(scene, "RequestNovation", "active", novate).into_iter().map(Case::illegal).collect()
}
