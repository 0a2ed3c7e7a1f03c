//! The RPCs of `grading`: which action of the golden matrix each stands for, on which assessment it would succeed.
//!
//! The matrix has a column for each stage but that of the determination, which is to the policy as moderation is: what
//! succeeds only then is compared with that column.

mod decisions;
mod reviews;

use std::collections::HashMap;

use toadlane_proto::grading::v1 as pb;

use super::Case;
use super::callers::Org;
use super::judge::Judge;
use super::scene::Scene;
use super::scene::assessments::{self, Assessed};
use super::scene::grading::{close, open};

/// The columns of the matrix.
pub const STAGES: [&str; 6] = ["reviewing", "moderation", "decided", "bidders_informed", "announced", "cancelled"];

/// Sections without any case, because their facts cannot be made: an assessment that is called off while reviews are
/// written, as those of that column are, has had no meeting, and neither has one that is not called off by then.
pub const IMPOSSIBLE: [&str; 2] = ["grading: UpdateMeeting (reviewing)", "grading: UpdateMeeting (cancelled)"];

const OWN: &str = ", it is their own";
const UNDECLARED_OWN: &str = ", undeclared, it is their own";
/// Ends of the rows of those who may record no interest.
const RECORD_NOTHING: [&str; 7] = [
    "no such duty, not on the panel, recorded by them",
    "no such duty, on the panel, recorded by them",
    "network_administrator, not on the panel, recorded by them",
    "network_administrator, on the panel, recorded by them",
    "panel_chair, not on the panel, recorded by them",
    "auditor, not on the panel, recorded by them",
    "auditor, on the panel, recorded by them",
];
const OWED: &str = ", own review owed";

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    assessments_service(scene, rpc)
        .or_else(|| decisions::cases(scene, rpc))
        .or_else(|| reviews::cases(scene, rpc))
        .unwrap_or_else(|| panic!("say here which action {rpc} stands for, and when it succeeds"))
}

fn section(action: &str, stage: &str) -> String {
    format!("grading: {action} ({stage})")
}

/// A case for each stage, from the assessment of that name.
fn staged(scene: &Scene, case: impl Fn(&str, &Assessed) -> Case) -> Vec<Case> {
    STAGES.iter().map(|stage| case(stage, of(scene, stage))).collect()
}

fn of<'a>(scene: &'a Scene, name: &str) -> &'a Assessed {
    &scene.assessments.of[name]
}

/// The same for what may be done in these stages alone; those where it succeeds come last.
fn legal_in(scene: &Scene, legal: &[&str], case: impl Fn(&str, &Assessed) -> Case) -> Vec<Case> {
    let (legal, illegal): (Vec<&str>, Vec<&str>) = STAGES.iter().copied().partition(|stage| legal.contains(stage));
    let illegal = illegal.into_iter().map(|stage| case(stage, of(scene, stage)).illegal());
    illegal.chain(legal.into_iter().map(|stage| case(stage, of(scene, stage)))).collect()
}

/// Once reviews are locked, those that were owed have lapsed.
fn lapsed(case: Case, stage: &str) -> Case {
    match stage {
        "reviewing" | "cancelled" => case,
        _ => case.leaving_out(OWED, "no review is owed any more once reviews are locked"),
    }
}

fn assessments_service(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let reason = || "because".to_string();
    let graders = &scene.callers.graders;
    Some(match rpc {
        "OpenAssessment" => {
            let round_id = &scene.assessments.unopened.id;
            let case = Case::new(section("Open", STAGES[0]), round_id, open(round_id, "2019-12-01T00:00:00Z"));
            // Before there is an assessment, it is in no stage.
            vec![STAGES[1..].iter().fold(case, |case, stage| case.and(&section("Open", stage)))]
        }
        "GetAssessment" => staged(scene, |stage, on| {
            let assessment_id = on.assessment.id.clone();
            let request = pb::GetAssessmentRequest { assessment_id };
            Case::new(section("See", stage), &on.assessment.id, request).at_large()
        }),
        "ListAssessments" => staged(scene, |stage, on| {
            let request = pb::ListAssessmentsRequest { round_id: on.round.id.clone(), ..Default::default() };
            Case::new(section("Find", stage), &on.round.id, request).rows(&on.assessment.id)
        }),
        "ListPanelMembers" => staged(scene, |stage, on| {
            let assessment_id = on.assessment.id.clone();
            let request = pb::ListPanelMembersRequest { assessment_id, page_size: 500, ..Default::default() };
            let case = Case::new(section("See", stage), &on.assessment.id, request).at_large();
            case.within(section("See", stage)).among(&graders[0].caller.subject)
        }),
        "AddSubstitute" => legal_in(scene, &["moderation", "reviewing"], |stage, on| {
            let request = pb::AddSubstituteRequest {
                assessment_id: on.assessment.id.clone(),
                person_id: scene.callers.person.id.clone(),
                organisation_id: scene.callers.org(Org::Another),
                substitute_for: graders[1].caller.subject.clone(),
                ..Default::default()
            };
            Case::new(section("AddSubstitute", stage), &on.assessment.id, request).at_large()
        }),
        "ListAssessedBids" => staged(scene, |stage, on| {
            let assessment_id = on.assessment.id.clone();
            let request = pb::ListAssessedBidsRequest { assessment_id, ..Default::default() };
            let case = Case::new(section("See", stage), &on.assessment.id, request);
            case.within(section("See", stage)).among(&on.bids[0].id)
        }),
        "GetAssessedBid" => staged(scene, |stage, on| {
            let (assessment_id, bid_id) = (on.assessment.id.clone(), on.bids[0].id.clone());
            Case::new(section("ReadBid", stage), &on.bids[0].id, pb::GetAssessedBidRequest { assessment_id, bid_id })
        }),
        "DeclareInterests" => legal_in(scene, &["moderation", "reviewing"], |stage, on| {
            let request = assessments::declare(&on.assessment.id, &[]);
            Case::new(section("DeclareInterests", stage), &on.assessment.id, request).at_large()
        })
        .into_iter()
        .chain(naming_a_bid(scene))
        .collect(),
        "RecordInterest" => legal_in(scene, &["moderation", "reviewing"], |stage, on| {
            let request = assessments::record(&on.assessment.id, &graders[0].caller.subject, &on.bids[0].id);
            Case::new(section("RecordInterest", stage), &on.bids[0].id, request)
        }),
        "AnswerInterest" => of_interests(scene, "AnswerInterest", |interest_id| {
            let (interest_id, answer) = (interest_id.to_string(), "we never met".to_string());
            one(pb::AnswerInterestRequest { interest_id, answer, ..Default::default() })
        }),
        "DecideInterest" => of_interests(scene, "DecideInterest", |interest_id| {
            one(assessments::decide(interest_id, pb::interest::State::Recused))
        }),
        "ListInterests" => {
            let declared = staged(scene, |stage, on| {
                let (interest, own) = (&on.interest, &on.own_interests);
                declared_own(list_interests(stage, on, interest, own))
            });
            let by_another = staged(scene, |stage, on| {
                list_interests(stage, on, &on.recorded, &HashMap::new()).for_rows(is_by_another)
            });
            let recorded =
                staged(scene, |stage, on| own_recorded(list_interests(stage, on, &on.recorded, &on.own_recorded)));
            declared.into_iter().chain(by_another).chain(recorded).collect()
        }
        "ListNearMisses" => staged(scene, list_near_misses),
        "DismissNearMiss" => legal_in(scene, &["moderation", "reviewing"], |stage, on| {
            let (near_miss, own) = (on.near_miss.clone(), on.own_near_misses.clone());
            Case::by_caller(section("DismissNearMiss", stage), &on.near_miss, move |caller| {
                let near_miss_id = own.get(&caller.subject).unwrap_or(&near_miss).clone();
                one(pb::DismissNearMissRequest { near_miss_id, reason: reason(), ..Default::default() })
            })
        }),
        "DeriveInterests" => legal_in(scene, &["moderation", "reviewing"], |stage, on| {
            let assessment_id = on.assessment.id.clone();
            let request = pb::DeriveInterestsRequest { assessment_id, ..Default::default() };
            Case::new(section("DeriveInterests", stage), &on.assessment.id, request).at_large()
        }),
        "StartModeration" => advance(scene, "reviewing", "ready", |assessment_id| {
            one(pb::StartModerationRequest { assessment_id, ..Default::default() })
        }),
        "StartDetermination" => advance(scene, "moderation", "settling", |assessment_id| {
            one(pb::StartDeterminationRequest { assessment_id, ..Default::default() })
        }),
        "ReturnToModeration" => advance(scene, "moderation", "returning", |assessment_id| {
            one(pb::ReturnToModerationRequest { assessment_id, reason: reason(), ..Default::default() })
        }),
        "CloseAssessment" => {
            let case = |stage: &str, on: &Assessed| {
                let request = close(&on.assessment.id);
                Case::new(section("Close", stage), &on.assessment.id, request).at_large()
            };
            let mut cases = legal_in(scene, &[], case);
            cases.push(case("moderation", of(scene, "determined")));
            cases
        }
        "CancelAssessment" => {
            let case = |stage: &str, on: &Assessed| {
                let request = assessments::cancel(&on.assessment.id);
                Case::new(section("Cancel", stage), &on.assessment.id, request).at_large()
            };
            let mut cases = legal_in(scene, &["moderation", "reviewing"], case);
            cases.push(case("reviewing", of(scene, "spare")));
            cases
        }
        _ => return None,
    })
}

/// Where nobody is recused from the bid that they name, it is as it is at large.
fn naming_a_bid(scene: &Scene) -> Vec<Case> {
    let on = of(scene, "reviewing");
    let bid_id = on.bids[0].id.clone();
    let request = assessments::declare(&on.assessment.id, &[&bid_id]);
    let case = Case::new(section("DeclareInterests", "reviewing"), &bid_id, request);
    let had = "they have declared an interest in it already";
    vec![case.leaving_out(", on the panel, it is their own", had)]
}

/// Each kind of interest is tried with the rows that it makes what they are: a declared one, one that somebody else
/// recorded, and those that the caller recorded or that were recorded of them.
fn of_interests(scene: &Scene, action: &str, message: fn(&str) -> Vec<Vec<u8>>) -> Vec<Case> {
    let case = |stage: &str, interest: &String, own: &HashMap<String, String>| {
        let (about, interest, own) = (interest, interest.clone(), own.clone());
        Case::by_caller(section(action, stage), about, move |caller| {
            message(own.get(&caller.subject).unwrap_or(&interest))
        })
    };
    let legal = ["moderation", "reviewing"];
    let declared = legal_in(scene, &legal, |stage, on| declared_own(case(stage, &on.interest, &on.own_interests)));
    let by_another =
        legal_in(scene, &legal, |stage, on| case(stage, &on.recorded, &HashMap::new()).for_rows(is_by_another));
    let recorded = legal_in(scene, &legal, |stage, on| own_recorded(case(stage, &on.recorded, &on.own_recorded)));
    declared.into_iter().chain(by_another).chain(recorded).collect()
}

fn is_by_another(row: &str) -> bool {
    row.ends_with(", recorded by another")
}

/// Nobody has an interest of their own before they declare one, and then they have declared.
fn declared_own(case: Case) -> Case {
    let case = case.for_rows(|row| !row.contains(", recorded "));
    case.leaving_out(UNDECLARED_OWN, "who has declared an interest has declared")
}

fn own_recorded(case: Case) -> Case {
    let case = case.for_rows(|row| row.ends_with(", recorded by them") || row.ends_with(", recorded of them"));
    RECORD_NOTHING.iter().fold(case, |case, row| case.leaving_out(row, "who may record no interest has recorded none"))
}

/// One interest among all, or the caller's own.
fn list_interests(stage: &str, on: &Assessed, interest: &str, own: &HashMap<String, String>) -> Case {
    let assessment_id = on.assessment.id.clone();
    let request = pb::ListInterestsRequest { assessment_id, page_size: 500, ..Default::default() };
    let (interest, own) = (interest.to_string(), own.clone());
    let case = Case::new(section("SeeInterest", stage), &on.assessment.id, request);
    let case = case.within(section("See", stage));
    case.judged_of(move |caller| Judge::Among(own.get(&caller.subject).unwrap_or(&interest).clone()))
}

/// Near misses are seen as interests of others are, and by nobody whom they may concern.
fn list_near_misses(stage: &str, on: &Assessed) -> Case {
    let assessment_id = on.assessment.id.clone();
    let request = pb::ListNearMissesRequest { assessment_id, page_size: 500, ..Default::default() };
    let (near_miss, own) = (on.near_miss.clone(), on.own_near_misses.clone());
    let case = Case::new(section("SeeInterest", stage), &on.assessment.id, request).within(section("See", stage));
    let case = case.for_rows(|row| !row.contains(", recorded ")).without(OWN);
    case.judged_of(move |caller| Judge::Among(own.get(&caller.subject).unwrap_or(&near_miss).clone()))
}

/// A step that leads on from one stage, on an assessment that is ready for it.
fn advance(scene: &Scene, stage: &str, ready: &str, message: impl Fn(String) -> Vec<Vec<u8>>) -> Vec<Case> {
    let case = |stage: &str, on: &Assessed| {
        Case::of(section("Advance", stage), &on.assessment.id, message(on.assessment.id.clone())).at_large()
    };
    // Reviews are written still on the assessment that is called so; the moderation can go on.
    let illegal = STAGES.iter().filter(|other| **other != stage).map(|other| case(other, of(scene, other)).illegal());
    illegal.chain([case(stage, of(scene, ready))]).collect()
}

fn one(request: impl prost::Message) -> Vec<Vec<u8>> {
    vec![request.encode_to_vec()]
}
