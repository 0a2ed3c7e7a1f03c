//! The RPCs of `reporting`: which action of the golden matrix each stands for, on which report it would succeed.
//!
//! A report that is not accepted goes with its award, so that there is no council before its own: nobody is in that
//! relation to a draft or to what waits for the round manager. Accepted ones keep it. Of those no case signs off: whom
//! the policy lets, `certifier of the council`, is no certifier of the council that wrote it, and is told so first.

use std::collections::BTreeSet;
use std::time::Duration;

use kit::caller::Role;
use prost::Message;
use prost_reflect::MethodDescriptor;
use toadlane_proto::reporting::v1 as pb;
use tokio::task::JoinSet;

use super::asking::Run;
use super::callers::Org;
use super::golden::{Golden, Verdict};
use super::judge::{Answers, Judge};
use super::scene::Scene;
use super::scene::reports::{self, WORDS};
use super::{Case, Tally};

/// How the rows end of those from whom the award went to the council that reports.
const BEFORE_IT: &str = " of the council before it";

/// Of those, who runs rounds: to a report of a council that followed none they are a round manager like any other.
const MANAGER_BEFORE_IT: &str = "round_manager, staff of the council before it";

const STATES: [&str; 3] = ["draft", "handed in", "released"];

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    let reports = &scene.reports;
    let [passed_on, passed_on_released] = &reports.passed_on;
    let [back, good] = &reports.submitted;
    let on = |action: &str, state: &str, report: &pb::Report, messages: Vec<Vec<u8>>| {
        let case = Case::of(section(action, state), &report.id, messages);
        if [&passed_on.id, &passed_on_released.id].contains(&&report.id) { case } else { of_first_holder(case) }
    };
    // On a draft, on what was handed in, and on what was released.
    let each = |action: &str, of: &dyn Fn(&pb::Report) -> Vec<Vec<u8>>| {
        let all = STATES.into_iter().zip([&reports.draft, passed_on, passed_on_released]);
        all.map(|(state, report)| on(action, state, report, of(report))).collect::<Vec<_>>()
    };
    // The state of all but one forbids it.
    let of_draft = |action: &str, of: &dyn Fn(&pb::Report) -> Vec<Vec<u8>>| {
        let [draft, handed_in, released] = each(action, of).try_into().ok().expect("three cases");
        vec![handed_in.illegal(), released.illegal(), draft]
    };
    let of_submitted = |action: &str, report: &pb::Report, of: &dyn Fn(&pb::Report) -> Vec<Vec<u8>>| {
        let [draft, accepted, released] = each(action, of).try_into().ok().expect("three cases");
        let submitted = on(action, "handed in", report, of(report));
        vec![draft.illegal(), accepted.illegal(), released.illegal(), submitted]
    };
    let of_accepted = |action: &str, of: &dyn Fn(&pb::Report) -> Vec<Vec<u8>>| {
        let [draft, accepted, released] = each(action, of).try_into().ok().expect("three cases");
        vec![draft.illegal(), on(action, "handed in", good, of(good)).illegal(), released, accepted]
    };
    let id = |report: &pb::Report| report.id.clone();
    let reason = || "because".to_string();
    match rpc {
        "GetReport" => {
            let get = |report: &pb::Report| one(pb::GetReportRequest { report_id: id(report) });
            each("See", &get).into_iter().chain(each("Read", &get).into_iter().map(|case| case.shows(WORDS))).collect()
        }
        "ListReports" => STATES
            .into_iter()
            .zip([&reports.draft, passed_on, passed_on_released])
            .map(|(state, report)| {
                let (award_id, kind) = (report.award_id.clone(), report.kind);
                let request = pb::ListReportsRequest { award_id: award_id.clone(), kind, ..Default::default() };
                let case = Case::new(section("See", state), &award_id, request).rows(&report.id);
                if state == "draft" { of_first_holder(case) } else { case }
            })
            .collect(),
        "UpdateReport" => of_draft("Edit", &|report| one(reports::rewrite(report))),
        "CheckReport" => each("Edit", &|report| one(pb::CheckReportRequest { report_id: id(report) })),
        "ListReportRevisions" => {
            let list = |report: &pb::Report| {
                one(pb::ListReportRevisionsRequest { report_id: id(report), ..Default::default() })
            };
            let read = each("Read", &list).into_iter().map(|case| case.shows(WORDS));
            each("See", &list).into_iter().chain(read).collect()
        }
        "UploadEvidence" => {
            let [_, handed_in, released] =
                each("Edit", &|report| reports::upload(&report.id)).try_into().ok().expect("three cases");
            // There is no dry run of a stream.
            let untidy = on("Edit", "draft", &reports.untidy, reports::upload(&reports.untidy.id));
            vec![handed_in.illegal(), released.illegal(), untidy]
        }
        "DownloadEvidence" => each("Read", &|report| {
            let evidence_id = report.evidence[0].id.clone();
            one(pb::DownloadEvidenceRequest { report_id: id(report), evidence_id })
        }),
        "RemoveEvidence" => of_draft("Edit", &|report| {
            let evidence_id = report.evidence[0].id.clone();
            one(pb::RemoveEvidenceRequest { report_id: id(report), evidence_id, ..Default::default() })
        }),
        "RequestSignOff" => {
            of_draft("Edit", &|report| one(pb::RequestSignOffRequest { report_id: id(report), ..Default::default() }))
        }
        "SignOffReport" => vec![
            signing_off(scene, "handed in", back).illegal(),
            signing_off(scene, "released", &reports.released).illegal(),
            signing_off(scene, "draft", &reports.draft),
        ],
        "SubmitReport" => {
            of_draft("Submit", &|report| one(pb::SubmitReportRequest { report_id: id(report), ..Default::default() }))
        }
        "RequestChanges" => of_submitted("Review", back, &|report| {
            let field = "answers[progress]".to_string();
            let changes = vec![pb::RequestedChange { field, says: "Who came?".to_string() }];
            one(pb::RequestChangesRequest { report_id: id(report), changes, reason: reason(), ..Default::default() })
        }),
        "AcceptReport" => of_submitted("Review", good, &|report| {
            one(pb::AcceptReportRequest { report_id: id(report), ..Default::default() })
        }),
        "AddAddendum" => of_accepted("AddAddendum", &|report| {
            let text = "Somebody came.".to_string();
            one(pb::AddAddendumRequest { report_id: id(report), text, ..Default::default() })
        }),
        "WaiveReport" => {
            let waive = |report: &pb::Report| {
                one(pb::WaiveReportRequest { report_id: id(report), reason: reason(), ..Default::default() })
            };
            let mut cases = of_draft("Waive", &waive);
            cases.push(on("Waive", "draft", &reports.unwritten, waive(&reports.unwritten)));
            cases
        }
        "SetRelease" => of_accepted("SetRelease", &|report| one(reports::release(&report.id))),
        "ReleaseAddendum" => of_accepted("ReleaseAddendum", &|report| one(reports::release_addendum(&report.id))),
        "ListReportHistory" => {
            each("See", &|report| one(pb::ListReportHistoryRequest { report_id: id(report), ..Default::default() }))
        }
        // Which reports a watch shows is tried for itself, below.
        "WatchReports" => Vec::new(),
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

fn section(action: &str, state: &str) -> String {
    format!("report: {action} ({state})")
}

/// About a report of a council that followed none.
fn of_first_holder(case: Case) -> Case {
    case.without(BEFORE_IT).leaving_out(MANAGER_BEFORE_IT, "no award with a report that is not accepted was novated")
}

fn one(request: impl Message) -> Vec<Vec<u8>> {
    vec![request.encode_to_vec()]
}

/// A person signs for themselves, a system for the certifier whose word it carries.
fn signing_off(scene: &Scene, state: &str, report: &pb::Report) -> Case {
    let certifier = scene.callers.holder_of(Role::Certifier, Org::Applicant).subject.clone();
    let signed = report.clone();
    let case = Case::by_caller(section("SignOff", state), &report.id, move |caller| {
        let by = if caller.subject.starts_with("per_") { &caller.subject } else { &certifier };
        one(reports::sign_off(&signed, by))
    });
    of_first_holder(case)
}

/// How long a watch goes on for somebody who sees nothing. What there is to see comes at once.
const WATCHED_FOR: Duration = Duration::from_secs(1);

/// Everybody begins a watch, then a report in each of the states changes, and everybody goes on from where they were.
pub async fn watch(scene: &Scene, golden: &Golden, rpc: &MethodDescriptor, tally: &mut Tally) {
    let sections = STATES.map(|state| section("See", state));
    let mut watching = Vec::new();
    for (row, _) in golden.rows(&sections[0]) {
        for caller in scene.callers.for_row(row, "") {
            let begun =
                pb::WatchReportsRequest { round_id: scene.reports.draft.round_id.clone(), ..Default::default() };
            let first = one(begun.clone());
            let answer = scene.asking.ask_until(WATCHED_FOR, 1, rpc, caller, &first, Run::Real).await;
            match answer.messages.first() {
                Some(first) => {
                    let resume_token = pb::WatchReportsResponse::decode(first.as_slice()).unwrap().resume_token;
                    watching.push((row.to_string(), caller.clone(), pb::WatchReportsRequest { resume_token, ..begun }));
                }
                None => {
                    let answers = Answers { rpc, caller, answer: &answer, nothing: &answer };
                    let verdict = golden.verdict(&sections, row);
                    tally.count(rpc, row, &sections, answers.judged(&Judge::Done, verdict));
                }
            }
        }
    }
    change_each(scene).await;
    let mut watches = JoinSet::new();
    for (row, caller, request) in watching {
        let (asking, rpc) = (scene.asking.clone(), rpc.clone());
        watches.spawn(async move {
            let answer = asking.ask_until(WATCHED_FOR, usize::MAX, &rpc, &caller, &one(request), Run::Real).await;
            let frames =
                answer.messages.iter().map(|frame| pb::WatchReportsResponse::decode(frame.as_slice()).unwrap());
            let seen: BTreeSet<String> = frames.filter_map(|frame| frame.report).map(|report| report.id).collect();
            (row, seen)
        });
    }
    let [accepted, released] = &scene.reports.passed_on;
    let changed = [&scene.reports.draft, accepted, released];
    for (row, seen) in watches.join_all().await {
        for (section, report) in sections.iter().zip(changed) {
            let sections = [section.clone()];
            let nobody = report.id == scene.reports.draft.id && row.ends_with(BEFORE_IT) && row != MANAGER_BEFORE_IT;
            let may = golden.verdict(&sections, &row) == Verdict::Yes && !nobody;
            let other = seen.iter().any(|id| changed.iter().all(|report| report.id != *id));
            let found = match seen.contains(&report.id) == may && !other {
                true => Ok(may),
                false => Err(format!("the watch showed {seen:?}")),
            };
            tally.count(rpc, &row, &sections, found);
        }
    }
}

/// None of the changes alters what the other cases rest on.
async fn change_each(scene: &Scene) {
    let certifier = scene.callers.holder_of(Role::Certifier, Org::Applicant);
    let request = reports::sign_off(&scene.reports.draft, &certifier.subject);
    let _: pb::Report = scene.asking.made(certifier, "SignOffReport", &request).await;
    let manager = scene.callers.holder_of(Role::RoundManager, Org::Network);
    for report in &scene.reports.passed_on {
        let (report_id, text) = (report.id.clone(), "The round manager was told.".to_string());
        let request = pb::AddAddendumRequest { report_id, text, ..Default::default() };
        let _: pb::Report = scene.asking.made(manager, "AddAddendum", &request).await;
    }
}
