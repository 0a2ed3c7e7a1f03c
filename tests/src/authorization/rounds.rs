//! The RPCs of `rounds`: which action of the golden matrix each stands for, on which round it would succeed.

use prost::Message;
use toadlane_proto::rounds::v1 as pb;

use super::Case;
use super::callers::Org;
use super::scene::{self, Scene};

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    let rounds = &scene.rounds;
    let boards: Vec<String> = scene.register.boards.iter().map(|board| board.id.clone()).collect();
    let rules = |reference: &str| Some(scene::rules(reference, &rounds.framework, &boards));
    let timetable = || Some(demo::call::timetable());
    let reason = || "because".to_string();
    let on = |section: &str, round: &pb::Round, message: Vec<u8>| Case::of(section, &round.id, vec![message]);
    // Read wherever it stands: a draft, one that was cancelled as a draft, and published ones.
    let see = |of: &dyn Fn(String) -> Vec<u8>| {
        let unpublished = [&rounds.draft, &rounds.cancelled].map(|round| ("SeeRound (unpublished)", round));
        let published = [&rounds.open, &rounds.closed].map(|round| ("SeeRound (published)", round));
        let all = unpublished.into_iter().chain(published);
        all.map(|(section, round)| on(section, round, of(round.id.clone()))).collect::<Vec<_>>()
    };
    match rpc {
        "CreateRound" => {
            let request = pb::CreateRoundRequest { rules: rules("new"), timetable: timetable(), ..Default::default() };
            vec![Case::new("CreateRound (new)", "", request)]
        }
        "GetRound" => see(&|round_id| pb::GetRoundRequest { round_id }.encode_to_vec()),
        "ListRounds" => {
            let list = |section: &str, round: &pb::Round| {
                let reference = &round.rules.as_ref().expect("a round has rules").reference;
                let request = pb::ListRoundsRequest { reference: reference.clone(), ..Default::default() };
                Case::new(section, reference, request).rows(&round.id)
            };
            vec![
                list("SeeRound (unpublished)", &rounds.draft),
                list("SeeRound (unpublished)", &rounds.cancelled),
                list("SeeRound (published)", &rounds.open),
            ]
        }
        "UpdateRound" => {
            let update = |section: &str, round: &pb::Round| {
                let (round_id, rules) = (round.id.clone(), round.rules.clone());
                let request = pb::UpdateRoundRequest { round_id, rules, timetable: timetable(), ..Default::default() };
                on(section, round, request.encode_to_vec())
            };
            vec![
                update("UpdateRound (published)", &rounds.open).illegal(),
                update("UpdateRound (unpublished)", &rounds.draft),
            ]
        }
        // Only a draft can be tried.
        "CheckRound" => {
            let mut cases = see(&|round_id| pb::CheckRoundRequest { round_id }.encode_to_vec());
            let draft = cases.remove(0);
            cases.into_iter().map(Case::illegal).chain([draft]).collect()
        }
        "ScheduleRound" => {
            let schedule = |section: &str, round: &pb::Round| {
                let request = pb::ScheduleRoundRequest { round_id: round.id.clone(), ..Default::default() };
                on(section, round, request.encode_to_vec())
            };
            vec![
                schedule("ScheduleRound (published)", &rounds.open).illegal(),
                schedule("ScheduleRound (unpublished)", &rounds.draft),
            ]
        }
        "ExtendRound" => {
            let extend = |section: &str, round: &pb::Round| {
                let (round_id, dates, reason) = (round.id.clone(), Some(scene::later()), reason());
                let request = pb::ExtendRoundRequest { round_id, dates, reason, ..Default::default() };
                on(section, round, request.encode_to_vec())
            };
            vec![
                extend("ExtendRound (unpublished)", &rounds.draft).illegal(),
                extend("ExtendRound (published)", &rounds.open),
            ]
        }
        "ReopenRound" => {
            let reopen = |section: &str, round: &pb::Round| {
                let (round_id, dates, reason) = (round.id.clone(), Some(scene::later()), reason());
                let request = pb::ReopenRoundRequest { round_id, dates, reason, ..Default::default() };
                on(section, round, request.encode_to_vec())
            };
            vec![
                reopen("ReopenRound (unpublished)", &rounds.draft).illegal(),
                reopen("ReopenRound (published)", &rounds.closed),
            ]
        }
        "CancelRound" => {
            let cancel = |section: &str, round: &pb::Round| {
                let (round_id, reason) = (round.id.clone(), reason());
                let request = pb::CancelRoundRequest { round_id, reason, ..Default::default() };
                on(section, round, request.encode_to_vec())
            };
            vec![cancel("CancelRound (unpublished)", &rounds.draft), cancel("CancelRound (published)", &rounds.open)]
        }
        "ListRoundHistory" => {
            see(&|round_id| pb::ListRoundHistoryRequest { round_id, ..Default::default() }.encode_to_vec())
        }
        "CreateFramework" => {
            let request = scene::new_framework("New", scene.callers.org(Org::Network));
            vec![Case::new("CreateFramework (new)", "", request)]
        }
        "GetFramework" => {
            let request = pb::GetFrameworkRequest { framework_id: rounds.framework.id.clone() };
            vec![Case::new("SeeFramework (published)", &rounds.framework.id, request)]
        }
        "ListFrameworks" => {
            let owner = scene.callers.org(Org::Network);
            let request = pb::ListFrameworksRequest { owner_organisation_id: owner.clone(), ..Default::default() };
            vec![Case::new("SeeFramework (published)", &owner, request).rows(&rounds.framework.id)]
        }
        "AddFrameworkVersion" => {
            let (framework_id, wording) = (rounds.framework.id.clone(), Some(scene::wording("2020")));
            let request = pb::AddFrameworkVersionRequest { framework_id, wording, ..Default::default() };
            vec![Case::new("AddVersion (published)", &rounds.framework.id, request)]
        }
        "UpdateFrameworkVersion" => {
            let (framework_id, wording) = (rounds.loose.id.clone(), Some(scene::wording("2019-corrected")));
            let request = pb::UpdateFrameworkVersionRequest { framework_id, number: 1, wording, ..Default::default() };
            vec![Case::new("UpdateVersion (published)", &rounds.loose.id, request)]
        }
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}
