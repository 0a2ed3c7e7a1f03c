//! An assessment is closed: every decision is tested once more, letters are written, and the record is sealed.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId};

use super::deciding::determining_part;
use super::interests::derive;
use super::recording::{Gathered, gather};
use super::{Bench, bench, enter, settle};
use crate::assessment::{Assessment, AssessmentNow};
use crate::closing::{self, Closed};
use crate::decision::{Basis, Determination, Grounds};
use crate::derive::Register;
use crate::error::Error;
use crate::events::Happened;
use crate::letter::{self, Told};
use crate::meeting::Meeting;
use crate::moderation::Feedback;
use crate::outcome::{BidOutcome, Letter};
use crate::policy::Action;
use crate::quorum::{Body, Quorum};
use crate::record::{Closing, Seal};
use crate::state::Step;
use crate::store;

#[derive(Clone, Debug)]
pub struct CloseAssessment {
    pub target: Target<AssessmentId>,
    pub departure_reason: String,
    pub over_commitment_reason: String,
}

pub fn close_assessment(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    seal: &Seal,
    cmd: &CloseAssessment,
) -> Result<AssessmentNow, Error> {
    let assessment = store::assessment(tx, cmd.target.id)?;
    // The caller may have come to belong to a bidder, and so may somebody who decided.
    derive(tx, cx, &assessment, register)?;
    let old = enter(tx, cx, Action::Close, cmd.target.id)?.assessment;
    old.expect_version(cmd.target.version)?;
    let new = old.step(Step::Close, "", cx.now)?;

    let gathered = gather(tx, &old)?;
    let quorums = retest(tx, &old, &gathered)?;
    let ranking = gathered.ranking(&old)?;
    let closed = closing::closed(&gathered.bids, &ranking, &gathered.determinations).map_err(undecided)?;
    if let Some(tie) = closing::ties_that_matter(&ranking, &closed).first() {
        return Err(Error::OpenTie { bids: tie.bids.clone() });
    }
    let closing = explained(&old, &closed, cmd)?;
    for (outcome, letter) in outcomes(&old, &closed, &gathered) {
        store::insert_outcome(tx, old.id, &outcome, &letter)?;
    }
    let sealed = gathered.record(&old, &ranking, &quorums, closing).seal(seal, cx.now)?;
    store::insert_record(tx, &sealed)?;
    settle(tx, cx, &old, new, Happened::Decided, &cmd.departure_reason)
}

fn undecided(bids: Vec<BidId>) -> Error {
    let undecided = |bid: &BidId| Violation::new(format!("bids[{bid}]"), "bid.undetermined", "determine it first");
    Error::NotReady(bids.iter().map(undecided).collect())
}

/// Tests every decision with the interests that are known by now (rule 11), and answers with the quorums.
fn retest(tx: &mut Tx, assessment: &Assessment, gathered: &Gathered) -> Result<Vec<(BidId, Quorum)>, Error> {
    let bench = bench(tx, assessment.id)?;
    let mut quorums = Vec::with_capacity(gathered.determinations.len());
    for determination in &gathered.determinations {
        let quorum = retest_one(tx, assessment, &bench, &gathered.meetings, determination)?;
        quorums.push((determination.bid, quorum));
    }
    Ok(quorums)
}

fn retest_one(
    tx: &mut Tx,
    assessment: &Assessment,
    bench: &Bench,
    meetings: &[Meeting],
    determination: &Determination,
) -> Result<Quorum, Error> {
    let bid = determination.bid;
    let (part, present): (_, &[PersonId]) = match &determination.basis {
        Basis::Meeting(id) => match meetings.iter().find(|meeting| meeting.id == *id) {
            Some(meeting) => (meeting.part, &meeting.account.present),
            None => return Err(Error::NotFound { what: "meeting" }),
        },
        Basis::Written { .. } | Basis::OtherBoard { .. } => (determining_part(tx, assessment, bench, bid)?, &[]),
    };
    let body = Body::sitting(assessment, &bench.members, part);
    let grounds = Grounds { body: &body, conflicts: &bench.conflicts, present, other_board: None };
    determination.basis.still_holds(bid, grounds)?;
    Ok(body.quorum(bid, present, &bench.conflicts))
}

/// What leaves the ranked line (rule 17) or the pots (rule 1) needs a reason each.
fn explained(assessment: &Assessment, closed: &[Closed], cmd: &CloseAssessment) -> Result<Closing, Error> {
    let departures = closing::departures(closed);
    let over_commitments = closing::over_commitments(&assessment.call, closed)?;
    let mut missing = Vec::new();
    let mut ask = |found: &[String], reason: &str, field: &str, rule: &str| {
        if let (Some(first), true) = (found.first(), reason.trim().is_empty()) {
            missing.push(Violation::new(field, rule, format!("say why: {first}")));
        }
    };
    ask(&departures, &cmd.departure_reason, "departure_reason", "decision.departure");
    ask(&over_commitments, &cmd.over_commitment_reason, "over_commitment_reason", "decision.over_commitment");
    if !missing.is_empty() {
        return Err(Error::Invalid(missing));
    }
    let (departure_reason, over_commitment_reason) = (cmd.departure_reason.clone(), cmd.over_commitment_reason.clone());
    Ok(Closing { departures, departure_reason, over_commitments, over_commitment_reason })
}

/// What each bidder is told.
fn outcomes(assessment: &Assessment, closed: &[Closed], gathered: &Gathered) -> Vec<(BidOutcome, Letter)> {
    let places = closing::reserve_places(closed);
    let outcome = |one: &Closed| {
        let settled = gathered.moderations.iter().find(|moderation| moderation.bid == one.bid.id);
        let feedback: &[Feedback] = settled.map_or(&[], |moderation| &moderation.feedback);
        let reserve_place = places.get(&one.bid.id).copied().unwrap_or(0);
        let told = Told {
            call: &assessment.call,
            bid: one.bid,
            determination: one.determination,
            boards: &assessment.boards,
            reserve_place,
            feedback,
        };
        let outcome = BidOutcome {
            bid: one.bid.clone(),
            determination: one.determination.clone(),
            reserve_place,
            principles: closing::principles_met(&assessment.call.rubric, one.ranked),
        };
        (outcome, Letter { bid: one.bid.id, text: letter::compose(told), feedback: feedback.to_vec() })
    };
    closed.iter().map(outcome).collect()
}
