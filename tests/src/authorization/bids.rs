//! The RPCs of `bids`: which action of the golden matrix each stands for, on which bid it would succeed.

use std::collections::BTreeSet;
use std::time::Duration;

use kit::caller::Role;
use prost::Message;
use prost_reflect::MethodDescriptor;
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::participation::Part;
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
    // The same where the round has to have closed.
    let once_closed = |action: &str, closed: &pb::Bid, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        let [draft, open] = both(action, of).try_into().ok().expect("two cases");
        let closed = Case::of(format!("{action} (received)"), &closed.id, of(closed.id.clone()));
        vec![draft.illegal(), open.illegal(), closed]
    };
    // What a bid says is told to more people once its round has closed.
    let reading = |action: &str, draft: &pb::Bid, of: &dyn Fn(&pb::Bid) -> Vec<Vec<u8>>| {
        let all = [("draft", draft), ("received", &bids.submitted), ("closed", &bids.received)];
        all.map(|(state, bid)| Case::of(format!("{action} ({state})"), &bid.id, of(bid)))
    };
    let read = |of: &dyn Fn(&pb::Bid) -> Vec<Vec<u8>>| Vec::from(reading("Read", &bids.draft, of));
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
        "GetBid" => {
            let get = |bid: &pb::Bid| one(pb::GetBidRequest { bid_id: bid.id.clone() });
            let says = read(&get).into_iter().map(|case| case.shows(scene::SUMMARY));
            let ties = reading("ReadConflicts", &bids.draft, &get).map(|case| case.shows(scene::TIE));
            let seen = both("See", &|bid_id| one(pb::GetBidRequest { bid_id }));
            seen.into_iter().chain(says).chain(ties).collect()
        }
        "ListBids" => {
            let find = |section: &str, bid: &pb::Bid, organisation_id| {
                let (round_id, client_reference) = (bid.round_id.clone(), bid.client_reference.clone());
                let request = pb::ListBidsRequest { round_id, client_reference, organisation_id, ..Default::default() };
                Case::new(section, &bid.client_reference, request)
            };
            let says = |section: &str, bid| find(section, bid, String::new()).shows(scene::SUMMARY);
            let reader = scene.callers.org(Org::Reader);
            vec![
                find("See (draft)", &bids.draft, String::new()).rows(&bids.draft.id),
                find("See (received)", &bids.submitted, String::new()).rows(&bids.submitted.id),
                says("Read (draft)", &bids.draft),
                says("Read (received)", &bids.submitted),
                says("Read (closed)", &bids.received),
                // Who takes part in a bid is found by those who read it.
                find("Read (received)", &bids.submitted, reader).shows(&bids.submitted.id),
            ]
        }
        "UpdateBid" => {
            let update = |bid_id: &str, content| {
                one(pb::UpdateBidRequest { bid_id: bid_id.to_string(), content: Some(content), ..Default::default() })
            };
            let title = || scene::content("a better title");
            let lead_organisation_id = scene.callers.org(Org::Reader);
            // Who names another lead changes who takes part.
            let led = update(&bids.draft.id, pb::BidContent { lead_organisation_id, ..title() });
            let led = Case::of("Edit (draft)", &bids.draft.id, led).and("SetParticipants (draft)");
            [led].into_iter().chain(of_draft("Edit", &|bid_id| update(&bid_id, title()))).collect()
        }
        "CheckBid" => both("Edit", &|bid_id| one(pb::CheckBidRequest { bid_id })),
        "ListRevisions" => read(&|bid| one(pb::ListRevisionsRequest { bid_id: bid.id.clone(), ..Default::default() })),
        // The network sees of a bid that was handed in twice the last two.
        "CompareRevisions" => read(&|bid| {
            let (bid_id, first, second) = (bid.id.clone(), bid.revision - 1, bid.revision);
            one(pb::CompareRevisionsRequest { bid_id, first, second })
        }),
        "RestoreRevision" => {
            let restore = |bid_id: &str, revision| {
                one(pb::RestoreRevisionRequest { bid_id: bid_id.to_string(), revision, ..Default::default() })
            };
            // The first names no partners, and the second those of today.
            let first = Case::of("Edit (draft)", &bids.draft.id, restore(&bids.draft.id, 1));
            let first = first.and("SetParticipants (draft)");
            [first].into_iter().chain(of_draft("Edit", &|bid_id| restore(&bid_id, 2))).collect()
        }
        "ConfirmParticipation" | "DeclineParticipation" | "LeaveBid" => answers(scene, rpc),
        "DeclareConflicts" => both("DeclareConflicts", &|bid_id| one(scene::conflicts(&bid_id))),
        "SetParticipants" => of_draft("SetParticipants", &|bid_id| one(scene::with_partners(&scene.callers, &bid_id))),
        "UploadAttachment" => vec![
            Case::of("Edit (received)", &bids.submitted.id, scene::upload(&bids.submitted.id)).illegal(),
            // There is no dry run of a stream.
            Case::of("Edit (draft)", &bids.untidy.id, scene::upload(&bids.untidy.id)),
        ],
        "DownloadAttachment" => read(&|bid| {
            let (bid_id, attachment_id) = (bid.id.clone(), bid.attachments[0].id.clone());
            one(pb::DownloadAttachmentRequest { bid_id, attachment_id })
        }),
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
        "SubmitBid" => {
            let submit = |bid_id| one(pb::SubmitBidRequest { bid_id, ..Default::default() });
            // Lead and payee have not confirmed it.
            let unanswered = &bids.unanswered.id;
            let unanswered = Case::of("Submit (draft)", unanswered, submit(unanswered.clone())).illegal();
            [unanswered].into_iter().chain(of_draft("Submit", &submit)).collect()
        }
        "GetReceipt" => {
            let receipt = |bid: &pb::Bid| one(pb::GetReceiptRequest { bid_id: bid.id.clone() });
            reading("Read", &bids.reopened, &receipt).into()
        }
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
        "ListBidHistory" => {
            read(&|bid| one(pb::ListBidHistoryRequest { bid_id: bid.id.clone(), ..Default::default() }))
        }
        "AdmitLateBid" => of_received("DecideLate", &bids.held[0], &|bid_id| {
            one(pb::AdmitLateBidRequest { bid_id, reason: reason(), ..Default::default() })
        }),
        "RejectLateBid" => of_received("DecideLate", &bids.held[1], &|bid_id| {
            one(pb::RejectLateBidRequest { bid_id, reason: reason(), ..Default::default() })
        }),
        "ScreenBid" => {
            once_closed("Screen", &bids.received, &|bid_id| one(pb::ScreenBidRequest { bid_id, ..Default::default() }))
        }
        "DecideEligibility" => once_closed("Decide", &bids.screened, &|bid_id| {
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
            let of = |round: &Round| {
                let request = pb::ListDuplicatesRequest { round_id: round.id.clone(), ..Default::default() };
                Case::new("ListDuplicates (draft)", &round.id, request)
            };
            vec![of(&scene.rounds.open).illegal(), of(&scene.rounds.closed)]
        }
        // Whoever sees a published round sees how its intake stands. One that was never published has none.
        "GetIntake" => {
            let of = |section: &str, round: &Round| {
                Case::new(section, &round.id, pb::GetIntakeRequest { round_id: round.id.clone() })
            };
            vec![
                of("SeeRound (unpublished)", &scene.rounds.draft).nowhere(),
                of("SeeRound (published)", &scene.rounds.open),
                // How many came is told to all once it has closed.
                of("Count (draft)", &scene.rounds.open).tells(how_many),
                of("SeeRound (published)", &scene.rounds.closed).tells(how_many),
            ]
        }
        // Which bids a watch shows is tried for itself, below.
        "WatchBids" => Vec::new(),
        other => panic!("say here which action {other} stands for, and when it succeeds"),
    }
}

/// What the partner who reads answers: it is asked for a part by which it is bound, to lead, and to join as a partner.
fn answers(scene: &Scene, rpc: &str) -> Vec<Case> {
    let bids = &scene.bids;
    let reader = scene.callers.org(Org::Reader);
    let reason = || "because".to_string();
    let leave = |section: &str, bid: &pb::Bid, part: Part| {
        let (bid_id, organisation_id) = (bid.id.clone(), reader.clone());
        let request =
            pb::LeaveBidRequest { bid_id, organisation_id, part: part.into(), reason: reason(), ..Default::default() };
        Case::new(section, &bid.id, request)
    };
    let decline = |section: &str, bid: &pb::Bid| {
        let (bid_id, organisation_id) = (bid.id.clone(), reader.clone());
        let request =
            pb::DeclineParticipationRequest { bid_id, organisation_id, reason: reason(), ..Default::default() };
        Case::new(section, &bid.id, request)
    };
    let join = |section: &str, bid: &pb::Bid| {
        Case::new(section, &bid.id, scene::confirm(&bid.id, &reader, Part::Partner, None))
    };
    let bind = |section: &str, bid: &pb::Bid| {
        let certifier = scene.callers.holder_of(Role::Certifier, Org::Reader).subject.clone();
        let (bid_id, reader) = (bid.id.clone(), reader.clone());
        // A person confirms by their own word, a system by that of the certifier whom it names.
        Case::by_caller(section, &bid.id, move |caller| {
            let by = if caller.subject.starts_with("per_") { &caller.subject } else { &certifier };
            one(scene::confirm(&bid_id, &reader, Part::Lead, Some(by)))
        })
    };
    match rpc {
        "ConfirmParticipation" => vec![
            // What was handed in rests on the word of its lead, who is told so before it is asked whose word it gives.
            bind("Join (received)", &bids.confirmed_received).illegal(),
            bind("Bind (draft)", &bids.unanswered),
            join("Join (received)", &bids.submitted),
            join("Join (draft)", &bids.draft),
        ],
        // For real the last of them: the draft's part is confirmed by then.
        "DeclineParticipation" => {
            vec![decline("Decline (draft)", &bids.draft), decline("Decline (received)", &bids.submitted)]
        }
        "LeaveBid" => vec![
            leave("Bind (received)", &bids.confirmed_received, Part::Lead),
            leave("Join (received)", &bids.confirmed_received, Part::Partner),
            leave("Bind (draft)", &bids.confirmed, Part::Lead),
            leave("Join (draft)", &bids.confirmed, Part::Partner),
        ],
        other => panic!("{other} answers for no part"),
    }
}

/// Whether an intake tells how many bids came.
fn how_many(intake: &[u8]) -> bool {
    pb::Intake::decode(intake).expect("an intake is answered").last_number > 0
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
