//! The RPCs of `bids`: which action of the golden matrix each stands for, on which bid it would succeed.

use std::collections::BTreeSet;
use std::time::Duration;

use kit::caller::Role;
use prost::Message;
use prost_reflect::MethodDescriptor;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1::Round;
use tokio::task::JoinSet;

use super::asking::Run;
use super::callers::{Caller, Org};
use super::golden::{Golden, Verdict};
use super::judge::{Answers, Judge};
use super::scene::{self, Scene};
use super::{Case, Tally};

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    let bids = &scene.bids;
    let open = &scene.rounds.open.id;
    let reason = || "because".to_string();
    // Two cases, on a draft and on a bid that was received. Where the state of one forbids it, a yes of the policy is
    // followed by that refusal.
    let both = |action: &str, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        let [draft, received] = [&bids.draft.id, &bids.submitted.id];
        vec![
            Case::of(format!("{action} (draft)"), draft, of(draft.clone())),
            Case::of(format!("{action} (received)"), received, of(received.clone())),
        ]
    };
    let of_draft = |action: &str, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        let [draft, received] = both(action, of).try_into().ok().expect("two cases");
        vec![received.illegal(), draft]
    };
    let of_received = |action: &str, received: &pb::Bid, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        let [draft, _] = both(action, of).try_into().ok().expect("two cases");
        vec![draft.illegal(), Case::of(format!("{action} (received)"), &received.id, of(received.id.clone()))]
    };
    match rpc {
        "CreateBid" => {
            let applicant = scene.callers.org(Org::Applicant);
            let draft = &scene.rounds.draft.id;
            vec![
                // A round that was never published takes no bids, and is not known to be there.
                Case::new("Create (draft)", draft, scene::new_bid(draft, applicant.clone(), "one more")).nowhere(),
                Case::new("Create (draft)", &applicant, scene::new_bid(open, applicant.clone(), "one more")),
            ]
        }
        "GetBid" => both("See", &|bid_id| one(pb::GetBidRequest { bid_id })),
        "ListBids" => [("See (draft)", &bids.draft), ("See (received)", &bids.submitted)]
            .map(|(section, bid)| {
                let (round_id, client_reference) = (open.clone(), bid.client_reference.clone());
                let request = pb::ListBidsRequest { round_id, client_reference, ..Default::default() };
                Case::new(section, &bid.client_reference, request).rows(&bid.id)
            })
            .into(),
        "UpdateBid" => of_draft("Edit", &|bid_id| {
            let content = Some(scene::content("a better title"));
            one(pb::UpdateBidRequest { bid_id, content, ..Default::default() })
        }),
        "CheckBid" => both("Edit", &|bid_id| one(pb::CheckBidRequest { bid_id })),
        "ListRevisions" => both("See", &|bid_id| one(pb::ListRevisionsRequest { bid_id, ..Default::default() })),
        "CompareRevisions" => {
            let compare = |bid: &pb::Bid, first| {
                let (bid_id, second) = (bid.id.clone(), first + 1);
                one(pb::CompareRevisionsRequest { bid_id, first, second })
            };
            vec![
                Case::of("See (draft)", &bids.draft.id, compare(&bids.draft, 1)),
                Case::of("See (received)", &bids.submitted.id, compare(&bids.submitted, 2)),
            ]
        }
        "RestoreRevision" => {
            of_draft("Edit", &|bid_id| one(pb::RestoreRevisionRequest { bid_id, revision: 1, ..Default::default() }))
        }
        "SetParticipants" => of_draft("SetParticipants", &|bid_id| one(scene::with_partners(&scene.callers, &bid_id))),
        "UploadAttachment" => vec![
            Case::of("Edit (received)", &bids.submitted.id, scene::upload(&bids.submitted.id)).illegal(),
            // There is no dry run of a stream.
            Case::of("Edit (draft)", &bids.untidy.id, scene::upload(&bids.untidy.id)),
        ],
        "DownloadAttachment" => {
            let download = |bid: &pb::Bid| {
                let (bid_id, attachment_id) = (bid.id.clone(), bid.attachments[0].id.clone());
                one(pb::DownloadAttachmentRequest { bid_id, attachment_id })
            };
            vec![
                Case::of("See (draft)", &bids.draft.id, download(&bids.draft)),
                Case::of("See (received)", &bids.submitted.id, download(&bids.submitted)),
            ]
        }
        "RemoveAttachment" => {
            let remove = |bid: &pb::Bid| {
                let (bid_id, attachment_id) = (bid.id.clone(), bid.attachments[0].id.clone());
                one(pb::RemoveAttachmentRequest { bid_id, attachment_id, ..Default::default() })
            };
            vec![
                Case::of("Edit (received)", &bids.submitted.id, remove(&bids.submitted)).illegal(),
                Case::of("Edit (draft)", &bids.untidy.id, remove(&bids.untidy)),
            ]
        }
        "SignOffBid" => {
            let certifier = scene.callers.holder_of(Role::Certifier, Org::Applicant).subject.clone();
            let sign_off = |section: &str, bid: &pb::Bid| {
                let (bid_id, certifier) = (bid.id.clone(), certifier.clone());
                // A person signs for themselves, a system for the certifier whose word it carries.
                Case::by_caller(section, &bid.id, move |caller| {
                    let by = if caller.subject.starts_with("per_") { &caller.subject } else { &certifier };
                    one(scene::sign_off(&bid_id, by))
                })
            };
            vec![sign_off("SignOff (received)", &bids.submitted).illegal(), sign_off("SignOff (draft)", &bids.draft)]
        }
        "SubmitBid" => of_draft("Submit", &|bid_id| one(pb::SubmitBidRequest { bid_id, ..Default::default() })),
        "GetReceipt" => [("See (draft)", &bids.reopened), ("See (received)", &bids.submitted)]
            .map(|(section, bid)| Case::new(section, &bid.id, pb::GetReceiptRequest { bid_id: bid.id.clone() }))
            .into(),
        "ReopenBid" => of_received("Reopen", &bids.submitted, &|bid_id| {
            one(pb::ReopenBidRequest { bid_id, reason: reason(), ..Default::default() })
        }),
        "WithdrawBid" => [
            ("Withdraw (draft)", &bids.untidy),
            ("WithdrawReceived (draft)", &bids.reopened),
            ("WithdrawReceived (received)", &bids.submitted),
        ]
        .map(|(section, bid)| {
            let bid_id = bid.id.clone();
            Case::new(section, &bid.id, pb::WithdrawBidRequest { bid_id, reason: reason(), ..Default::default() })
        })
        .into(),
        "ListBidHistory" => both("See", &|bid_id| one(pb::ListBidHistoryRequest { bid_id, ..Default::default() })),
        "AdmitLateBid" => of_received("DecideLate", &bids.held[0], &|bid_id| {
            one(pb::AdmitLateBidRequest { bid_id, reason: reason(), ..Default::default() })
        }),
        "RejectLateBid" => of_received("DecideLate", &bids.held[1], &|bid_id| {
            one(pb::RejectLateBidRequest { bid_id, reason: reason(), ..Default::default() })
        }),
        "ScreenBid" => {
            of_received("Screen", &bids.received, &|bid_id| one(pb::ScreenBidRequest { bid_id, ..Default::default() }))
        }
        "DecideEligibility" => of_received("Decide", &bids.screened, &|bid_id| {
            one(pb::DecideEligibilityRequest { bid_id, eligible: true, reason: reason(), ..Default::default() })
        }),
        "AskClarification" => of_received("Ask", &bids.submitted, &|bid_id| one(scene::question(&bid_id))),
        "AnswerClarification" => {
            [("Answer (draft)", &bids.reopened_clarification), ("Answer (received)", &bids.clarification)]
                .map(|(section, asked)| {
                    let (bid_id, clarification_id, answer) =
                        (asked.bid_id.clone(), asked.id.clone(), "We do.".to_string());
                    let request =
                        pb::AnswerClarificationRequest { bid_id, clarification_id, answer, ..Default::default() };
                    Case::new(section, &asked.bid_id, request)
                })
                .into()
        }
        "ListClarifications" => {
            both("See", &|bid_id| one(pb::ListClarificationsRequest { bid_id, ..Default::default() }))
        }
        "ListDuplicates" => {
            let request = pb::ListDuplicatesRequest { round_id: open.clone(), ..Default::default() };
            vec![Case::new("ListDuplicates (draft)", open, request)]
        }
        // Whoever sees a published round sees how its intake stands. One that was never published has none.
        "GetIntake" => {
            let of = |section: &str, round: &Round| {
                Case::new(section, &round.id, pb::GetIntakeRequest { round_id: round.id.clone() })
            };
            vec![
                of("SeeRound (unpublished)", &scene.rounds.draft).nowhere(),
                of("SeeRound (published)", &scene.rounds.open),
            ]
        }
        // Which bids a watch shows is tried for itself, below.
        "WatchBids" => Vec::new(),
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

fn one(request: impl Message) -> Vec<Vec<u8>> {
    vec![request.encode_to_vec()]
}

/// How long a watch goes on for somebody who sees nothing. What there is to see comes at once.
const WATCHED_FOR: Duration = Duration::from_secs(1);

/// Everybody begins a watch, then both a draft and a received bid change, and everybody goes on from where they were.
pub async fn watch(scene: &Scene, golden: &Golden, rpc: &MethodDescriptor, tally: &mut Tally) {
    let sections = ["See (draft)", "See (received)"].map(str::to_string);
    let mut watching = Vec::new();
    for (row, verdict) in golden.rows(&sections[0]) {
        for caller in scene.callers.for_row(row, "") {
            let begun = pb::WatchBidsRequest { round_id: scene.rounds.open.id.clone(), ..Default::default() };
            let first = one(begun.clone());
            let answer = scene.asking.ask_until(WATCHED_FOR, 1, rpc, caller, &first, Run::Real).await;
            match answer.messages.first() {
                Some(first) => {
                    let resume_token = pb::WatchBidsResponse::decode(first.as_slice()).unwrap().resume_token;
                    watching.push((row.to_string(), caller.clone(), pb::WatchBidsRequest { resume_token, ..begun }));
                }
                None => {
                    let answers = Answers { rpc, caller, answer: &answer, nothing: &answer };
                    tally.count(rpc, row, &sections, answers.judged(&Judge::Done, verdict));
                }
            }
        }
    }
    change_both(scene).await;
    let mut watches = JoinSet::new();
    for (row, caller, request) in watching {
        let (asking, rpc) = (scene.asking.clone(), rpc.clone());
        watches.spawn(async move {
            let answer = asking.ask_until(WATCHED_FOR, usize::MAX, &rpc, &caller, &one(request), Run::Real).await;
            let frames = answer.messages.iter().map(|frame| pb::WatchBidsResponse::decode(frame.as_slice()).unwrap());
            let seen: BTreeSet<String> = frames.filter_map(|frame| frame.bid).map(|bid| bid.id).collect();
            (row, seen)
        });
    }
    for (row, seen) in watches.join_all().await {
        for (section, bid) in sections.iter().zip([&scene.bids.draft, &scene.bids.submitted]) {
            let sections = [section.clone()];
            let may = golden.verdict(&sections, &row) == Verdict::Yes;
            let other = seen.iter().any(|id| *id != scene.bids.draft.id && *id != scene.bids.submitted.id);
            let found = match seen.contains(&bid.id) == may && !other {
                true => Ok(may),
                false => Err(format!("the watch showed {seen:?}")),
            };
            tally.count(rpc, &row, &sections, found);
        }
    }
}

/// Neither change alters what the other cases rest on.
async fn change_both(scene: &Scene) {
    let officer: &Caller = scene.callers.holder_of(Role::ApplicantOfficer, Org::Applicant);
    let manager: &Caller = scene.callers.holder_of(Role::RoundManager, Org::Network);
    let request = scene::with_partners(&scene.callers, &scene.bids.draft.id);
    let _: pb::Bid = scene.asking.made(officer, "SetParticipants", &request).await;
    let request = scene::question(&scene.bids.submitted.id);
    let _: pb::Clarification = scene.asking.made(manager, "AskClarification", &request).await;
}
