//! A network with rounds and bids in every state that some RPC needs to succeed, set up for real through the same API.
//! Every bid has the same applicant, a partner who edits and one who reads.

pub mod accounts;
pub mod assessments;
pub mod awards;
pub mod findings;
pub mod grading;
pub mod publications;
pub mod reports;

use std::path::PathBuf;
use std::sync::Arc;

use demo::{call, record::Principles};
use kit::caller::Role;
use kit::time::{Timestamp, at};
use prost::Message;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use super::asking::Asking;
use super::callers::{self, Caller, Callers, Org};
use super::golden::Golden;
use super::wire::Wire;
use crate::platform::Platform;
use assessments::{Assessing, Assessments};
use awards::{Granted, Granting};
use findings::Findings;
use reports::Reports;

/// When the cases are tried. The short round closes at this instant, the long one stays open.
pub const NOW: &str = "2019-11-06T17:00:00Z";
const NOW_IN_WORDS: &str = "5:00pm on 6 November 2019";
const LATER: &str = "2020-01-10T17:00:00Z";
const LATER_IN_WORDS: &str = "5:00pm on 10 January 2020";

pub const FILE: &[u8] = b"What we plan.\n";
pub const FILE_SHA256: &str = "f92e4b4b45010e5cf75a7df27f08077adb050a2021b699ff3af63eb1fa1bde92";

/// What every bid says, and the tie that its applicant declares.
pub const SUMMARY: &str = "In short.";
pub const TIE: &str = "Our clerk is her cousin.";

pub struct Scene {
    pub asking: Arc<Asking>,
    /// The folder of the platform's keys.
    pub keys: PathBuf,
    pub callers: Callers,
    pub register: Register,
    pub rounds: Rounds,
    pub bids: Bids,
    pub assessments: Assessments,
    pub granted: Granted,
    pub reports: Reports,
    pub findings: Findings,
}

/// What the register holds for the cases.
pub struct Register {
    /// In good standing, suspended, and one that is to be ended.
    pub good: registry::Membership,
    pub suspended: registry::Membership,
    pub ending: registry::Membership,
    pub boards: Vec<registry::Board>,
    pub seat: registry::Seat,
    /// The board that grades the granted round.
    pub small_board: registry::Board,
}

pub struct Rounds {
    /// A framework that a scheduled round names, and one that none does.
    pub framework: rounds::Framework,
    pub loose: rounds::Framework,
    pub draft: rounds::Round,
    /// Cancelled as a draft.
    pub cancelled: rounds::Round,
    pub open: rounds::Round,
    pub closed: rounds::Round,
}

pub struct Bids {
    /// Never received: complete and signed off, with three revisions and a file. Its partners are asked, and have not
    /// answered.
    pub draft: bids::Bid,
    /// For files that are added for real.
    pub untidy: bids::Bid,
    /// Received, and reopened: its receipt and clarification stay.
    pub reopened: bids::Bid,
    pub reopened_clarification: bids::Clarification,
    /// In the open round; handed in twice, as revisions 3 and 4. Its partners have not answered.
    pub submitted: bids::Bid,
    pub clarification: bids::Clarification,
    /// Never received, with the partner who reads as its lead, who has not answered.
    pub unanswered: bids::Bid,
    /// The same once all confirmed, and one of these that was received.
    pub confirmed: bids::Bid,
    pub confirmed_received: bids::Bid,
    /// In the closed round; handed in twice too.
    pub received: bids::Bid,
    pub screened: bids::Bid,
    /// Held, to be admitted and to be rejected.
    pub held: [bids::Bid; 2],
}

impl Scene {
    pub async fn set(platform: &Platform, golden: &Golden) -> Scene {
        let asking = Asking::over(Wire::to(&platform.deployment.places.registry.address));
        let keys = platform.folder.join("keys");
        let mut callers = Callers::assemble(&asking, &platform.deployment, &keys, golden).await;
        let register = Register::set(&asking, &callers).await;
        let mut rounds = Rounds::set(&asking, &callers, &register).await;
        let harness = Harness { asking: &asking, callers: &callers };
        let mut granting = Granting::scheduled(&harness, &register, &rounds).await;
        let mut assessing = Assessing::scheduled(&harness, &register, &rounds).await;
        move_clock(&asking, &callers, call::OPENS).await;
        granting.hand_in().await;
        assessing.hand_in().await;
        move_clock(&asking, &callers, grading::CLOSES).await;
        granting.grade().await;
        assessing.grade().await;
        move_clock(&asking, &callers, grading::REVIEWED).await;
        granting.decide().await;
        assessing.decide().await;
        move_clock(&asking, &callers, grading::ANNOUNCED).await;
        let granted = granting.grant().await;
        let assessments = assessing.finish();
        let bids = Bids::set(&harness, &mut rounds).await;
        let reports = Reports::set(&asking, &callers, &granted.accepted[awards::FIRST_REPORTED..]).await;
        let findings = Findings::set(&asking, &callers, &granted.round.id, &rounds.open.id).await;
        callers.author_becomes_editor(&asking, &platform.deployment).await;
        let asking = Arc::new(asking);
        Scene { asking, keys, callers, register, rounds, bids, assessments, granted, reports, findings }
    }
}

/// Moves the clock; what is due by then has happened when this returns.
async fn move_clock(asking: &Asking, callers: &Callers, to: &str) {
    let request = types::SetClockRequest { now: Some(at(to).into()), ..Default::default() };
    let _: types::Clock = asking.made(&callers.administrator, "SetClock", &request).await;
}

impl Register {
    async fn set(asking: &Asking, callers: &Callers) -> Register {
        let administrator = &callers.administrator;
        let mut memberships = Vec::new();
        for org in [Org::Applicant, Org::Editor, Org::Reader, Org::Former] {
            let request = registry::AddMembershipRequest {
                organisation_id: callers.org(org),
                membership_class: registry::MembershipClass::Associate.into(),
                from_date: "2018-04-01".to_string(),
                ..Default::default()
            };
            let added: registry::Membership = asking.made(administrator, "AddMembership", &request).await;
            memberships.push(added);
        }
        let [good, suspended, ending, _] = memberships.try_into().expect("four were added");
        let request = registry::SuspendMembershipRequest {
            membership_id: suspended.id,
            from_date: "2019-05-01".to_string(),
            reason: "unpaid".to_string(),
            ..Default::default()
        };
        let suspended = asking.made(administrator, "SuspendMembership", &request).await;
        let mut boards: Vec<registry::Board> = Vec::new();
        for short_name in ["EOC", "V&P"] {
            let request = registry::CreateBoardRequest {
                name: format!("The board {short_name}"),
                short_name: short_name.to_string(),
                quorum: 3,
                ..Default::default()
            };
            boards.push(asking.made(administrator, "CreateBoard", &request).await);
        }
        let request = registry::AddSeatRequest {
            board_id: boards[0].id.clone(),
            organisation_id: callers.org(Org::Applicant),
            person_id: callers.holder.id.clone(),
            voting: true,
            from_date: "2018-10-01".to_string(),
            ..Default::default()
        };
        let seat = asking.made(administrator, "AddSeat", &request).await;
        let small_board = callers::board(asking, administrator, "Small").await;
        for board in [&small_board, &callers.large_board] {
            for grader in &callers.graders {
                callers::seat(asking, administrator, board, callers.org(Org::Network), &grader.caller.subject).await;
            }
        }
        Register { good, suspended, ending, boards, seat, small_board }
    }
}

impl Rounds {
    async fn set(asking: &Asking, callers: &Callers, register: &Register) -> Rounds {
        let manager = callers.holder_of(Role::RoundManager, Org::Network);
        let mut frameworks: Vec<rounds::Framework> = Vec::new();
        for name in ["In use", "In no use"] {
            let request = new_framework(name, callers.org(Org::Network));
            frameworks.push(asking.made(&callers.administrator, "CreateFramework", &request).await);
        }
        let [framework, loose] = frameworks.try_into().expect("two were created");
        let boards: Vec<String> = register.boards.iter().map(|board| board.id.clone()).collect();
        let mut drafts: Vec<rounds::Round> = Vec::new();
        for reference in ["draft", "cancelled", "open", "closed"] {
            let rules = rules(reference, &framework, &boards);
            let timetable = if reference == "closed" { short() } else { call::timetable() };
            let request =
                rounds::CreateRoundRequest { rules: Some(rules), timetable: Some(timetable), ..Default::default() };
            drafts.push(asking.made(manager, "CreateRound", &request).await);
        }
        let [draft, cancelled, open, closed] = drafts.try_into().expect("four were created");
        let request =
            rounds::CancelRoundRequest { round_id: cancelled.id, reason: "no money".to_string(), ..Default::default() };
        let cancelled = asking.made(manager, "CancelRound", &request).await;
        let mut scheduled: Vec<rounds::Round> = Vec::new();
        for round_id in [open.id, closed.id] {
            let request = rounds::ScheduleRoundRequest { round_id, ..Default::default() };
            scheduled.push(asking.made(manager, "ScheduleRound", &request).await);
        }
        let [open, closed] = scheduled.try_into().expect("two were scheduled");
        // Scheduling froze its wording.
        let request = rounds::GetFrameworkRequest { framework_id: framework.id };
        let framework = asking.made(manager, "GetFramework", &request).await;
        Rounds { framework, loose, draft, cancelled, open, closed }
    }
}

pub fn new_framework(name: &str, owner: String) -> rounds::CreateFrameworkRequest {
    rounds::CreateFrameworkRequest {
        name: call::text(name),
        owner_organisation_id: owner,
        wording: Some(wording("2019")),
        ..Default::default()
    }
}

pub fn wording(label: &str) -> rounds::FrameworkWording {
    rounds::FrameworkWording { label: label.to_string(), ..call::wording(&Principles::published()) }
}

pub fn rules(reference: &str, framework: &rounds::Framework, boards: &[String]) -> rounds::RoundRules {
    let mut rules = call::rules(framework, boards);
    // Everybody who may add a file to a bid does so for real, each to the same one.
    rules.attachments.as_mut().expect("bids have files").max_count = 10;
    rounds::RoundRules { reference: reference.to_string(), ..rules }
}

fn deadline(instant: &str, announced: &str) -> Option<types::Deadline> {
    let instant: Timestamp = at(instant);
    let (zone, announced) = ("Europe/London".to_string(), announced.to_string());
    Some(types::Deadline { instant: Some(instant.into()), zone, announced })
}

fn short() -> rounds::Timetable {
    rounds::Timetable { closes: deadline(NOW, NOW_IN_WORDS), ..call::timetable() }
}

/// A close later than any.
pub fn later() -> rounds::LaterDates {
    rounds::LaterDates { closes: deadline(LATER, LATER_IN_WORDS), ..Default::default() }
}

/// Bids as the applicant's people make them.
pub struct Harness<'a> {
    asking: &'a Asking,
    callers: &'a Callers,
}

impl Bids {
    async fn set(harness: &Harness<'_>, rounds: &mut Rounds) -> Bids {
        let (open, closed) = (rounds.open.id.clone(), rounds.closed.id.clone());
        let draft = harness.ready(&open, "draft").await;
        let untidy = harness.ready(&open, "untidy").await;
        let reopened = harness.submitted(&open, "reopened").await;
        let reopened_clarification = harness.asked(&reopened.id).await;
        let reopened = harness.reopened(&reopened.id).await;
        let submitted = harness.submitted_twice(&open, "submitted").await;
        let clarification = harness.asked(&submitted.id).await;
        let unanswered = harness.ready_led(&open, "unanswered").await;
        let confirmed = harness.confirmed(&open, "confirmed").await;
        let confirmed_received = harness.confirmed(&open, "confirmed and received").await;
        let confirmed_received = harness.submit(&confirmed_received.id).await;
        let received = harness.submitted_twice(&closed, "received").await;
        let screened = harness.submitted(&closed, "screened").await;
        let held = [harness.ready(&closed, "to admit").await, harness.ready(&closed, "to reject").await];

        move_clock(harness.asking, harness.callers, NOW).await;
        let held = [harness.submit(&held[0].id).await, harness.submit(&held[1].id).await];
        assert!(held.iter().all(|bid| bid.state() == bids::bid::State::HeldLate), "{held:?}");
        let request = bids::ScreenBidRequest { bid_id: screened.id, ..Default::default() };
        let screened = harness.asking.made(harness.manager(), "ScreenBid", &request).await;
        for round in [&mut rounds.open, &mut rounds.closed] {
            let request = rounds::GetRoundRequest { round_id: round.id.clone() };
            *round = harness.asking.made(harness.manager(), "GetRound", &request).await;
        }
        assert_eq!((rounds.open.state(), rounds.closed.state()), (State::Open, State::Closed));
        Bids {
            draft,
            untidy,
            reopened,
            reopened_clarification,
            submitted,
            clarification,
            unanswered,
            confirmed,
            confirmed_received,
            received,
            screened,
            held,
        }
    }
}

use rounds::round::State;

impl Harness<'_> {
    fn officer(&self) -> &Caller {
        self.callers.holder_of(Role::ApplicantOfficer, Org::Applicant)
    }

    fn manager(&self) -> &Caller {
        self.callers.holder_of(Role::RoundManager, Org::Network)
    }

    fn clerk(&self) -> &Caller {
        self.callers.holder_of(Role::Clerk, Org::Network)
    }

    /// A draft that could be handed in.
    async fn ready(&self, round_id: &str, reference: &str) -> bids::Bid {
        self.drafted(round_id, reference, content(reference)).await
    }

    /// A draft that could be, had one partner confirmed that it leads, and the other that it is paid.
    async fn ready_led(&self, round_id: &str, reference: &str) -> bids::Bid {
        self.drafted(round_id, reference, self.led(content(reference))).await
    }

    /// The same once they have.
    async fn confirmed(&self, round_id: &str, reference: &str) -> bids::Bid {
        let led = self.ready_led(round_id, reference).await;
        for partner in [Org::Reader, Org::Editor] {
            self.joined(&led.id, &self.callers.org(partner)).await;
        }
        led
    }

    /// Partners, files and ties, and last the sign-off, which covers the partners.
    async fn drafted(&self, round_id: &str, reference: &str, content: bids::BidContent) -> bids::Bid {
        let request = new_bid(round_id, self.callers.org(Org::Applicant), reference);
        let request = bids::CreateBidRequest { content: Some(content), ..request };
        let created: bids::Bid = self.asking.made(self.officer(), "CreateBid", &request).await;
        let _: bids::Bid = self.asking.made(self.officer(), "DeclareConflicts", &conflicts(&created.id)).await;
        let request = with_partners(self.callers, &created.id);
        let _: bids::Bid = self.asking.made(self.officer(), "SetParticipants", &request).await;
        let _: bids::Bid = self.asking.made_of(self.officer(), "UploadAttachment", &upload(&created.id)).await;
        self.signed_off(&created.id).await
    }

    async fn signed_off(&self, bid_id: &str) -> bids::Bid {
        let certifier = self.callers.holder_of(Role::Certifier, Org::Applicant);
        let request = sign_off(bid_id, &certifier.subject);
        self.asking.made(certifier, "SignOffBid", &request).await
    }

    async fn submit(&self, bid_id: &str) -> bids::Bid {
        // The close changed what was a draft.
        let bid_id = bid_id.to_string();
        let request = bids::GetBidRequest { bid_id: bid_id.clone() };
        let _: bids::Bid = self.asking.made(self.officer(), "GetBid", &request).await;
        let request = bids::SubmitBidRequest { bid_id, ..Default::default() };
        self.asking.made(self.officer(), "SubmitBid", &request).await
    }

    async fn handed_in(&self, bid_id: &str) -> bids::Bid {
        self.signed_off(bid_id).await;
        self.submit(bid_id).await
    }

    async fn submitted(&self, round_id: &str, reference: &str) -> bids::Bid {
        let ready = self.ready(round_id, reference).await;
        self.submit(&ready.id).await
    }

    async fn submitted_twice(&self, round_id: &str, reference: &str) -> bids::Bid {
        let submitted = self.submitted(round_id, reference).await;
        let reopened = self.reopened(&submitted.id).await;
        self.revised(&reopened.id).await;
        self.handed_in(&reopened.id).await
    }

    async fn reopened(&self, bid_id: &str) -> bids::Bid {
        let request = bids::ReopenBidRequest {
            bid_id: bid_id.to_string(),
            reason: "a wrong sum".to_string(),
            ..Default::default()
        };
        self.asking.made(self.officer(), "ReopenBid", &request).await
    }

    async fn revised(&self, bid_id: &str) {
        let request = bids::UpdateBidRequest {
            bid_id: bid_id.to_string(),
            content: Some(content("another title")),
            ..Default::default()
        };
        let _: bids::Bid = self.asking.made(self.officer(), "UpdateBid", &request).await;
    }

    async fn asked(&self, bid_id: &str) -> bids::Clarification {
        self.asking.made(self.manager(), "AskClarification", &question(bid_id)).await
    }
}

pub fn new_bid(round_id: &str, applicant: String, reference: &str) -> bids::CreateBidRequest {
    bids::CreateBidRequest {
        round_id: round_id.to_string(),
        applicant_organisation_id: applicant,
        client_reference: reference.to_string(),
        content: Some(content(reference)),
        ..Default::default()
    }
}

pub fn content(title: &str) -> bids::BidContent {
    let answer = |question_id: &str| bids::Answer { question_id: question_id.to_string(), text: "Much.".to_string() };
    bids::BidContent {
        title: title.to_string(),
        summary: SUMMARY.to_string(),
        language: types::Language::En.into(),
        instrument: "policy_prototype".to_string(),
        requested: Some(types::Money { minor_units: 150_000, currency: "GBP".to_string() }),
        months: 9,
        answers: ["activities", "beneficiaries", "measures"].map(answer).to_vec(),
        ..Default::default()
    }
}

pub fn with_partners(callers: &Callers, bid_id: &str) -> bids::SetParticipantsRequest {
    let partner = |org, may_edit| bids::Participant { organisation_id: callers.org(org), may_edit };
    bids::SetParticipantsRequest {
        bid_id: bid_id.to_string(),
        participants: vec![partner(Org::Editor, true), partner(Org::Reader, false)],
        ..Default::default()
    }
}

pub fn conflicts(bid_id: &str) -> bids::DeclareConflictsRequest {
    let whose = bids::declared_conflict::Whose::Name("A Grader".to_string());
    bids::DeclareConflictsRequest {
        bid_id: bid_id.to_string(),
        declared_conflicts: vec![bids::DeclaredConflict { whose: Some(whose), words: TIE.to_string() }],
        ..Default::default()
    }
}

/// Confirms a part of an organisation, by the word of a certifier where one is named.
pub fn confirm(
    bid_id: &str,
    organisation_id: &str,
    part: bids::participation::Part,
    certifier: Option<&str>,
) -> bids::ConfirmParticipationRequest {
    bids::ConfirmParticipationRequest {
        bid_id: bid_id.to_string(),
        organisation_id: organisation_id.to_string(),
        part: part.into(),
        certifier_id: certifier.unwrap_or_default().to_string(),
        role: certifier.map_or("", |_| "Chief finance officer").to_string(),
        ..Default::default()
    }
}

pub fn upload(bid_id: &str) -> Vec<Vec<u8>> {
    use bids::upload_attachment_request::Part;
    let header = bids::AttachmentHeader {
        bid_id: bid_id.to_string(),
        file_name: "plan.txt".to_string(),
        media_type: "text/plain".to_string(),
        size_bytes: FILE.len() as i64,
        sha256: FILE_SHA256.to_string(),
        ..Default::default()
    };
    let parts = [Part::Header(header), Part::Data(FILE.to_vec().into())];
    parts.map(|part| bids::UploadAttachmentRequest { part: Some(part) }.encode_to_vec()).to_vec()
}

pub fn sign_off(bid_id: &str, certifier: &str) -> bids::SignOffBidRequest {
    bids::SignOffBidRequest {
        bid_id: bid_id.to_string(),
        certifier_id: certifier.to_string(),
        role: "Chief finance officer".to_string(),
        ..Default::default()
    }
}

pub fn question(bid_id: &str) -> bids::AskClarificationRequest {
    bids::AskClarificationRequest {
        bid_id: bid_id.to_string(),
        question: "Who pays the rent?".to_string(),
        answer_by: Some(at("2019-12-01T12:00:00Z").into()),
        ..Default::default()
    }
}
