//! Closing an assessment: every decision is tested again, letters are written, and what the decisions rest on is
//! sealed.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, PersonId, ReviewId};
use kit::refusal::Refusal;
use kit::tokens::Seal;

use super::Panel;
use super::assessments::{load_after_deriving, save};
use super::deciding::determining_part;
use super::ranking::{castings, entries_of, rank_entries};
use crate::assessment::{Assessment, AssessmentNow};
use crate::bid::AssessedBid;
use crate::deciding::decision::{Basis, Determination, Grounds, Recommendation};
use crate::deciding::meeting::{Account, Meeting};
use crate::error::{Error, expect_ready};
use crate::events::Happened;
use crate::marking::moderation::{Casting, Feedback, Moderation};
use crate::marking::ranking::{RULE_VERSION, Ranking};
use crate::marking::review::Review;
use crate::panel::Member;
use crate::panel::derive::Register;
use crate::panel::interest::Interest;
use crate::panel::quorum::{Body, Conflicts, Quorum};
use crate::policy::Action;
use crate::release::closing::{self, Closed};
use crate::release::letter::{self, Told};
use crate::release::outcome::{BidOutcome, Letter};
use crate::release::record::{self, Closing, HistoryLine, Record, SET_ASIDE};
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
    (register, seal): &(Register, Seal),
    cmd: &CloseAssessment,
) -> Result<AssessmentNow, Error> {
    // Not the caller alone may have come to belong to a bidder, but also somebody who decided.
    let old = load_after_deriving(tx, cx, Action::Close, register, &cmd.target)?;
    let new = old.step(Step::Close, "", cx.now)?;

    let gathered = gather(tx, &old)?;
    expect_ready(gathered.pending())?;
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
    save(tx, cx, &old, new, Happened::AssessmentDecided, &cmd.departure_reason)
}

fn undecided(bids: Vec<BidId>) -> Error {
    let undecided = |bid: &BidId| Violation::new(format!("bids[{bid}]"), "bid.undetermined", "determine it first");
    Error::NotReady(bids.iter().map(undecided).collect())
}

/// Tests every decision with the interests that are known by now (rule 11). The quorums are in the order of the
/// decisions.
fn retest(tx: &mut Tx, assessment: &Assessment, gathered: &Gathered) -> Result<Vec<Quorum>, Error> {
    let panel = Panel::of(tx, assessment.id)?;
    let retest = |determination| retest_one(tx, assessment, &panel, &gathered.meetings, determination);
    gathered.determinations.iter().map(retest).collect()
}

fn retest_one(
    tx: &mut Tx,
    assessment: &Assessment,
    panel: &Panel,
    meetings: &[Meeting],
    determination: &Determination,
) -> Result<Quorum, Error> {
    let bid = determination.bid;
    let (part, present): (_, &[PersonId]) = match &determination.basis {
        Basis::Meeting(id) => match meetings.iter().find(|meeting| meeting.id == *id) {
            Some(meeting) => (meeting.part, &meeting.account.present),
            None => return Err(Refusal::NotFound { what: "meeting" }.into()),
        },
        Basis::Written { .. } | Basis::OtherBoard { .. } => (determining_part(tx, assessment, panel, bid)?, &[]),
    };
    let body = Body::sitting(assessment, &panel.members, part);
    let grounds = Grounds { body: &body, conflicts: &panel.conflicts, present, other_board: None };
    determination.basis.still_holds(bid, grounds)?;
    Ok(body.quorum(bid, present, &panel.conflicts))
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
    Refusal::if_any(missing)?;
    let (departure_reason, over_commitment_reason) = (cmd.departure_reason.clone(), cmd.over_commitment_reason.clone());
    Ok(Closing { departures, departure_reason, over_commitments, over_commitment_reason, set_aside: None })
}

/// What each bidder is told.
fn outcomes(assessment: &Assessment, closed: &[Closed], gathered: &Gathered) -> Vec<(BidOutcome, Letter)> {
    let places = closing::reserve_places(closed);
    let outcome = |closed: &Closed| {
        let settled = gathered.moderations.iter().find(|moderation| moderation.bid == closed.bid.id);
        let feedback: &[Feedback] = settled.map_or(&[], |moderation| &moderation.feedback);
        let reserve_place = places.get(&closed.bid.id).copied();
        let told = Told {
            call: &assessment.call,
            bid: closed.bid,
            determination: closed.determination,
            boards: &assessment.boards,
            reserve_place,
            feedback,
        };
        let outcome = BidOutcome {
            bid: closed.bid.clone(),
            determination: closed.determination.clone(),
            reserve_place,
            principles: closing::principles_met(&assessment.call.rubric, closed.ranked),
        };
        (outcome, Letter { bid: closed.bid.id, text: letter::compose(told), feedback: feedback.to_vec() })
    };
    closed.iter().map(outcome).collect()
}

/// Everything about an assessment, none of it hidden: only a caller who is recused from no bid gets here.
pub struct Gathered {
    pub bids: Vec<AssessedBid>,
    pub meetings: Vec<Meeting>,
    pub moderations: Vec<Moderation>,
    pub determinations: Vec<Determination>,
    members: Vec<Member>,
    interests: Vec<Interest>,
    reviews: Vec<Review>,
    conflicts: Conflicts,
    castings: Vec<Casting>,
    recommendations: Vec<Recommendation>,
    history: Vec<HistoryLine>,
}

pub fn gather(tx: &mut Tx, assessment: &Assessment) -> Result<Gathered, Error> {
    let id = assessment.id;
    Ok(Gathered {
        bids: store::bids(tx, id, &[])?,
        meetings: store::meetings(tx, id)?,
        moderations: store::moderations(tx, id)?,
        determinations: store::determinations(tx, id)?,
        members: store::members(tx, id)?,
        interests: store::interests(tx, id)?,
        reviews: store::reviews(tx, id)?,
        conflicts: store::conflicts(tx, id)?,
        castings: castings(tx, id, &[])?,
        recommendations: store::page_of_recommendations(tx, id, &[], None, i64::MAX)?,
        history: store::history(tx, id)?,
    })
}

impl Gathered {
    /// The ranking that the record will hold.
    pub fn ranking(&self, assessment: &Assessment) -> Result<Ranking, Error> {
        let entries = entries_of(&self.bids, &self.reviews, &self.moderations, &self.conflicts);
        rank_entries(assessment, &entries, &self.castings)
    }

    /// Interests that one person recorded and no second one has decided on: nothing is sealed on the word of one.
    fn pending(&self) -> Vec<Violation> {
        let pending = self.interests.iter().filter(|interest| interest.state.is_pending());
        let says = "somebody else than who recorded it decides on it first";
        pending.map(|one| Violation::new(format!("interests[{}]", one.id), "interest.pending", says)).collect()
    }

    /// Reviews that were handed in and do not count.
    fn set_aside(&self) -> Option<Vec<ReviewId>> {
        let handed_in = self.reviews.iter().filter(|review| review.state.is_handed_in());
        let set_aside: Vec<ReviewId> =
            handed_in.filter(|review| self.conflicts.set_aside(review)).map(|review| review.id).collect();
        (!set_aside.is_empty()).then_some(set_aside)
    }

    /// `quorums` are those of the determinations, in their order.
    pub fn record(&self, assessment: &Assessment, ranking: &Ranking, quorums: &[Quorum], closing: Closing) -> Record {
        let determinations = self.determinations.iter().zip(quorums);
        Record {
            rule_version: RULE_VERSION.to_string(),
            assessment: assessment.id,
            round: assessment.call.round,
            round_reference: assessment.call.reference.clone(),
            rubric: assessment.call.rubric.clone(),
            settings: assessment.settings.clone(),
            boards: assessment.boards.clone(),
            panel: self.members.iter().map(seated).collect(),
            bids: self.bids.clone(),
            interests: self.interests.iter().map(interest).collect(),
            reviews: self.reviews.iter().map(|one| review(one, &self.conflicts)).collect(),
            moderations: self.moderations.iter().map(moderated).collect(),
            castings: self.castings.clone(),
            ranking: ranking.clone(),
            meetings: self.meetings.iter().map(meeting).collect(),
            recommendations: self.recommendations.iter().map(recommendation).collect(),
            determinations: determinations.map(|(decided, quorum)| determination(decided, quorum)).collect(),
            closing: Closing { set_aside: self.set_aside(), ..closing },
            history: self.history.clone(),
        }
    }
}

fn seated(member: &Member) -> record::Seated {
    record::Seated {
        person: member.person,
        seats: member.seats.clone(),
        organisations: member.organisations.clone(),
        stands_in_for: member.stands_in_for,
        declared_at: member.declared_at,
        referred: (!member.referred.is_empty()).then(|| member.referred.clone()),
    }
}

fn interest(interest: &Interest) -> record::Interest {
    record::Interest {
        person: interest.person,
        bid: interest.bid,
        kind: interest.kind.name().to_string(),
        origin: interest.origin.name().to_string(),
        state: interest.state.name().to_string(),
    }
}

fn review(review: &Review, conflicts: &Conflicts) -> record::Review {
    let is_set_aside = review.state.is_handed_in() && conflicts.set_aside(review);
    let (state, marks) = match (is_set_aside, review.state.is_handed_in()) {
        (true, _) => (SET_ASIDE, Vec::new()),
        (false, true) => (review.state.name(), review.marks.clone()),
        (false, false) => (review.state.name(), Vec::new()),
    };
    let state = state.to_string();
    record::Review { review: review.id, bid: review.bid, reviewer: review.reviewer, state, marks }
}

fn moderated(moderation: &Moderation) -> record::Moderated {
    record::Moderated { bid: moderation.bid, agreed: moderation.agreed.clone(), feedback: moderation.feedback.clone() }
}

fn meeting(meeting: &Meeting) -> record::Meeting {
    let Account { place, present, chair, minutes } = meeting.account.clone();
    record::Meeting {
        meeting: meeting.id,
        part: meeting.part,
        held_at: meeting.held_at,
        place,
        present,
        chair,
        minutes,
    }
}

fn recommendation(recommendation: &Recommendation) -> record::Recommendation {
    record::Recommendation {
        bid: recommendation.bid,
        sequence: recommendation.sequence,
        advice: recommendation.advice.name().to_string(),
        amount: recommendation.amount,
        conditions: recommendation.conditions.clone(),
        reason: recommendation.reason.clone(),
        meeting: recommendation.meeting,
        referred_back_with: recommendation.referred_back.as_ref().map(|referral| referral.question.clone()),
    }
}

fn determination(determination: &Determination, quorum: &Quorum) -> record::Determination {
    record::Determination {
        bid: determination.bid,
        outcome: determination.outcome,
        amount: determination.amount,
        conditions: determination.conditions.clone(),
        reason: determination.reason.clone(),
        basis: determination.basis.clone(),
        decided_on: determination.decided_on.to_string(),
        n_entitled: quorum.n_entitled,
        n_present: quorum.n_present,
        needed: quorum.needed,
    }
}
