//! An assessment is opened: bids are pinned, the panel is seated, interests are derived.

use kit::cx::Cx;
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, RoundId};

use super::interests::derive;
use super::record;
use crate::assessment::{Assessment, AssessmentNow, Board, Settings};
use crate::bid::{Answer, AssessedBid};
use crate::call::Call;
use crate::derive::Register;
use crate::error::Error;
use crate::events::Happened;
use crate::panel::Member;
use crate::policy::{self, Action};
use crate::state::State;
use crate::store;

#[derive(Clone, Debug)]
pub struct OpenAssessment {
    pub id: AssessmentId,
    pub round: RoundId,
    pub settings: Settings,
}

/// What the neighbours said beforehand.
#[derive(Clone, Debug)]
pub struct Opening {
    pub call: Call,
    pub boards: Vec<Board>,
    pub panel: Vec<Member>,
    pub bids: Vec<Pinned>,
    /// Received bids that are not decided, with where they stand.
    pub undecided: Vec<(BidId, &'static str)>,
    pub intake_is_closed: bool,
    pub register: Register,
}

/// A bid as it is pinned.
#[derive(Clone, Debug)]
pub struct Pinned {
    pub bid: AssessedBid,
    pub answers: Vec<Answer>,
}

pub fn open_assessment(tx: &mut Tx, cx: &Cx, opening: &Opening, cmd: &OpenAssessment) -> Result<AssessmentNow, Error> {
    policy::check_at_large(&cx.caller, Action::Open, "round")?;
    if let Some(existing) = store::assessment_of_round(tx, cmd.round)? {
        return Err(Error::AssessedAlready { existing: existing.id });
    }
    let misfits = cmd.settings.misfits(&opening.call, cx.now);
    if !misfits.is_empty() {
        return Err(Error::Invalid(misfits));
    }
    let missing = missing(opening);
    if !missing.is_empty() {
        return Err(Error::NotReady(missing));
    }
    let assessment = Assessment {
        id: cmd.id,
        version: 1,
        state: State::Reviewing,
        call: opening.call.clone(),
        boards: opening.boards.clone(),
        settings: cmd.settings.clone(),
        opened_at: cx.now,
        reason: String::new(),
    };
    store::insert_assessment(tx, &assessment)?;
    for member in &opening.panel {
        store::insert_member(tx, assessment.id, member)?;
    }
    for Pinned { bid, answers } in &opening.bids {
        let scalable = says_yes(answers, cmd.settings.scaling_question.as_deref());
        store::insert_bid(tx, assessment.id, &AssessedBid { scalable, ..bid.clone() }, answers)?;
    }
    derive(tx, cx, &assessment, &opening.register)?;
    record(tx, cx, None, assessment, Happened::Opened, "")
}

/// What keeps a round from being graded.
fn missing(opening: &Opening) -> Vec<Violation> {
    let mut found = Vec::new();
    let mut say = |field: String, says: String| found.push(Violation::new(field, "assessment.ready", says));
    if !opening.intake_is_closed {
        say("round_id".to_string(), "the round still takes bids; wait for its close".to_string());
    }
    for (bid, state) in &opening.undecided {
        say(format!("bids[{bid}]"), format!("it is {state}; decide on it first"));
    }
    if opening.bids.is_empty() {
        say("bids".to_string(), "no bid is eligible".to_string());
    }
    if opening.panel.is_empty() {
        say("boards".to_string(), "nobody sits on the round's boards today".to_string());
    }
    found
}

/// Rule 18: whether the bidder said that the project can be funded in part.
fn says_yes(answers: &[Answer], question: Option<&str>) -> bool {
    answers.iter().any(|answer| Some(answer.question.as_str()) == question && answer.text.trim() == "yes")
}
