//! Meetings and what they decide, and what becomes known of it.

use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1::grading_board::Part;

use super::{STAGES, legal_in, of, section, staged};
use crate::authorization::Case;
use crate::authorization::callers::Grader;
use crate::authorization::scene::Scene;
use crate::authorization::scene::assessments::{Assessed, CONDITION, recommend};
use crate::authorization::scene::grading::{determine, meeting};

pub fn cases(scene: &Scene, rpc: &str) -> Option<Vec<Case>> {
    let graders: Vec<&Grader> = scene.callers.graders.iter().collect();
    Some(match rpc {
        "RecordMeeting" => legal_in(scene, &["moderation"], |stage, on| {
            let request = meeting(&on.assessment.id, Part::Joint, &graders);
            Case::new(section("RecordMeeting", stage), &on.assessment.id, request).at_large()
        }),
        "UpdateMeeting" => {
            let of_meeting = |stage: &str, on: &Assessed| {
                let as_it_was = &on.meetings[0];
                let request = pb::UpdateMeetingRequest {
                    meeting_id: as_it_was.id.clone(),
                    place: "Another room".to_string(),
                    present: as_it_was.present.clone(),
                    chair_id: as_it_was.chair_id.clone(),
                    ..Default::default()
                };
                Case::new(section("UpdateMeeting", stage), &as_it_was.id, request).at_large()
            };
            let decided = STAGES[2..5].iter().map(|stage| of_meeting(stage, of(scene, stage)).illegal());
            decided.chain([of_meeting("moderation", of(scene, "moderation"))]).collect()
        }
        "ListMeetings" => staged(scene, |stage, on| {
            let assessment_id = on.assessment.id.clone();
            let request = pb::ListMeetingsRequest { assessment_id, ..Default::default() };
            Case::new(section("See", stage), &on.assessment.id, request).at_large()
        }),
        "ListQuorums" => {
            let of_meeting = |stage: &&str| {
                let on = of(scene, stage);
                let meeting_id = on.meetings[0].id.clone();
                let request = pb::ListQuorumsRequest { meeting_id, ..Default::default() };
                let case = Case::new(section("See", stage), &on.meetings[0].id, request);
                case.within(section("See", stage)).among(&on.bids[0].id)
            };
            STAGES[1..5].iter().map(of_meeting).collect()
        }
        "RecordRecommendation" => {
            let case = |stage: &str, on: &Assessed, nth: usize| {
                let held = on.meetings.first().unwrap_or(&of(scene, "advised").meetings[0]);
                let held = pb::Meeting { assessment_id: on.assessment.id.clone(), ..held.clone() };
                let bid = &on.bids[nth];
                Case::new(section("Decide", stage), &bid.id, recommend(&held, bid))
            };
            let mut cases = legal_in(scene, &[], |stage, on| case(stage, on, 1));
            cases.push(case("moderation", of(scene, "advised"), 1));
            cases
        }
        "ListRecommendations" => {
            let on = of(scene, "advised");
            let assessment_id = on.assessment.id.clone();
            let request = pb::ListRecommendationsRequest { assessment_id, ..Default::default() };
            let case = Case::new(section("SeeResults", "moderation"), &on.assessment.id, request);
            vec![case.within(section("See", "moderation")).among(&on.bids[0].id)]
        }
        "ReferBack" => {
            let on = of(scene, "advised");
            let request = pb::ReferBackRequest {
                assessment_id: on.assessment.id.clone(),
                bid_id: on.bids[0].id.clone(),
                meeting_id: on.meetings[1].id.clone(),
                question: "Who pays the rent?".to_string(),
                ..Default::default()
            };
            vec![Case::new(section("Decide", "moderation"), &on.bids[0].id, request)]
        }
        "ReferBid" => {
            let case = |stage: &str, on: &Assessed| {
                let request = pb::ReferBidRequest {
                    assessment_id: on.assessment.id.clone(),
                    bid_id: on.bids[0].id.clone(),
                    board_id: scene.register.boards[0].id.clone(),
                    ..Default::default()
                };
                Case::new(section("Decide", stage), &on.bids[0].id, request)
            };
            let mut cases = legal_in(scene, &[], case);
            cases.push(case("moderation", of(scene, "referring")));
            cases
        }
        "DetermineBid" => {
            let case = |stage: &str, on: &Assessed| {
                let held = on.meetings.first().unwrap_or(&of(scene, "determination").meetings[0]);
                let held = pb::Meeting { assessment_id: on.assessment.id.clone(), ..held.clone() };
                Case::new(section("Decide", stage), &on.bids[0].id, determine(&held, &on.bids[0]))
            };
            let mut cases = legal_in(scene, &[], case);
            cases.push(case("moderation", of(scene, "determination")));
            cases
        }
        "ListDeterminations" => {
            let list = |stage: &str, on: &Assessed| {
                let assessment_id = on.assessment.id.clone();
                let request = pb::ListDeterminationsRequest { assessment_id, ..Default::default() };
                let case = Case::new(section("SeeResults", stage), &on.assessment.id, request);
                case.within(section("See", stage)).among(&on.bids[0].id)
            };
            let decided = STAGES[2..5].iter().map(|stage| list(stage, of(scene, stage)));
            decided.chain([list("moderation", of(scene, "determined"))]).collect()
        }
        "ListOutcomes" => {
            let request =
                |on: &Assessed| pb::ListOutcomesRequest { round_id: on.round.id.clone(), ..Default::default() };
            let told = staged(scene, |stage, on| {
                Case::new(section("SeeOutcome", stage), "", request(on)).among(&on.bids[0].id)
            });
            let terms =
                staged(scene, |stage, on| Case::new(section("SeeTerms", stage), "", request(on)).shows(CONDITION));
            told.into_iter().chain(terms).collect()
        }
        "GetLetter" => staged(scene, |stage, on| {
            let request = pb::GetLetterRequest { bid_id: on.bids[0].id.clone() };
            Case::new(section("SeeLetter", stage), &on.bids[0].id, request)
        }),
        "GetDecisionRecord" => {
            let record = |stage: &str, on: &Assessed| {
                let request = pb::GetDecisionRecordRequest { assessment_id: on.assessment.id.clone() };
                Case::new(section("SeeRecord", stage), &on.assessment.id, request).at_large()
            };
            let decided = STAGES[2..5].iter().map(|stage| record(stage, of(scene, stage)));
            let before = ["reviewing", "moderation", "cancelled"].iter();
            before.map(|stage| record(stage, of(scene, stage)).not_yet()).chain(decided).collect()
        }
        _ => return None,
    })
}
