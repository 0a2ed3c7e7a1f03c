//! Recommendations and determinations on one bid: what may be decided, and what a decision must rest on.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::call::Part;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, BoardId, MeetingId, PersonId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::bid::AssessedBid;
use crate::call::Call;
use crate::error::Error;
use crate::panel::quorum::{Body, Conflicts, Quorum};

/// The advice of the recommending body on a bid (rule 19).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Recommendation {
    pub assessment: AssessmentId,
    pub bid: BidId,
    /// Counts from 1: there is a second after the bid was referred back.
    pub sequence: i32,
    pub advice: Advice,
    pub amount: Option<Money>,
    pub conditions: Vec<Condition>,
    pub reason: String,
    pub meeting: MeetingId,
    pub recorded_at: Timestamp,
    pub referred_back: Option<Referral>,
}

/// A question with which the determining body returned a bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Referral {
    pub meeting: MeetingId,
    pub question: String,
}

/// What the recommending body says of a bid (rule 19). The determination may differ from it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Advice {
    Fund,
    FundInPart,
    FundWithConditions,
    Decline,
    Defer,
}

/// A condition on which a grant is given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    pub text: String,
    /// Whether it must be met before anything is paid.
    pub precedent: bool,
}

/// The binding decision on a bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Determination {
    pub assessment: AssessmentId,
    pub bid: BidId,
    pub version: i64,
    pub outcome: Outcome,
    pub amount: Option<Money>,
    pub conditions: Vec<Condition>,
    pub reason: String,
    pub basis: Basis,
    pub decided_on: Date,
    pub recorded_at: Timestamp,
}

/// What is decided of a bid: a reserve waits for money in rank order (rule 18), a deferred bid for another round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Outcome {
    Fund,
    FundInPart,
    Reserve,
    Decline,
    Defer,
}

/// How a decision was taken (rule 11).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    Meeting(MeetingId),
    /// By all who are free of conflict, where quorum cannot be met.
    Written {
        deciders: Vec<PersonId>,
    },
    /// By another board, where nobody is free of conflict.
    OtherBoard {
        board: BoardId,
        deciders: Vec<PersonId>,
    },
}

/// The other board: its quorum, and who was seated for the bid, has declared, and has no interest in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherBoard {
    pub board: BoardId,
    pub quorum: usize,
    pub free_voters: Vec<PersonId>,
}

impl Advice {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Refuses a sum or conditions that do not fit what is advised.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] as [`Outcome::check`] of what is advised, for advice to fund with conditions that names
    /// none, and for advice to fund that names some.
    pub fn check(
        self,
        bid: &AssessedBid,
        call: &Call,
        amount: Option<Money>,
        conditions: &[Condition],
    ) -> Result<(), Refusal> {
        let as_decided = match self {
            Advice::Fund | Advice::FundWithConditions => Outcome::Fund,
            Advice::FundInPart => Outcome::FundInPart,
            Advice::Decline => Outcome::Decline,
            Advice::Defer => Outcome::Defer,
        };
        let mut found = as_decided.misfits(bid, call, amount, conditions);
        if self == Advice::FundWithConditions && conditions.is_empty() {
            found.push(Violation::new("conditions", "decision.conditions", "name the conditions"));
        }
        if self == Advice::Fund && !conditions.is_empty() {
            let says = "advise to fund with conditions, or leave the conditions out";
            found.push(Violation::new("conditions", "decision.no_conditions", says));
        }
        Refusal::if_any(found)
    }
}

impl Outcome {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Whether money is given now.
    pub fn is_funded(self) -> bool {
        match self {
            Outcome::Fund | Outcome::FundInPart => true,
            Outcome::Reserve | Outcome::Decline | Outcome::Defer => false,
        }
    }

    /// Refuses a sum or conditions that do not fit what is decided.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a sum that rules 2 and 18 do not admit, and for a sum or conditions where nothing is
    /// given.
    pub fn check(
        self,
        bid: &AssessedBid,
        call: &Call,
        amount: Option<Money>,
        conditions: &[Condition],
    ) -> Result<(), Refusal> {
        Refusal::if_any(self.misfits(bid, call, amount, conditions))
    }

    /// Rules 2 and 18: at most the request, within floor and ceiling; less than it only where the bidder said that
    /// the project can scale.
    fn misfits(
        self,
        bid: &AssessedBid,
        call: &Call,
        amount: Option<Money>,
        conditions: &[Condition],
    ) -> Vec<Violation> {
        let requested = bid.requested;
        let amount_says = |rule: &str, says: String| vec![Violation::new("amount", rule, says)];
        match (self, amount) {
            (Outcome::Decline | Outcome::Defer, Some(_)) => {
                amount_says("decision.no_amount", "nothing is given; leave the amount out".to_string())
            }
            (Outcome::Decline | Outcome::Defer, None) if conditions.is_empty() => Vec::new(),
            (Outcome::Decline | Outcome::Defer, None) => {
                let says = "nothing is given; leave the conditions out";
                vec![Violation::new("conditions", "decision.no_conditions", says)]
            }
            (Outcome::Fund, amount) if amount == Some(requested) => Vec::new(),
            (Outcome::Fund, _) => amount_says("decision.as_asked", format!("to fund as asked is to give {requested}")),
            (Outcome::FundInPart | Outcome::Reserve, None) => amount_says("required", "say how much".to_string()),
            (Outcome::FundInPart, Some(amount)) if amount == requested => {
                amount_says("decision.in_part", format!("a part is less than the {requested} that was asked for"))
            }
            (Outcome::Reserve, Some(amount)) if amount == requested => Vec::new(),
            (Outcome::FundInPart | Outcome::Reserve, Some(amount)) => {
                let says = part_misfit(bid, call, amount);
                says.map_or_else(Vec::new, |says| amount_says("decision.amount", says))
            }
        }
    }
}

/// Why a bid cannot be given this part of its request.
fn part_misfit(bid: &AssessedBid, call: &Call, amount: Money) -> Option<String> {
    let requested = bid.requested;
    if amount.currency != requested.currency {
        return Some(format!("give the sum in {}", requested.currency.as_str()));
    }
    if amount.minor_units > requested.minor_units {
        return Some(format!("at most the {requested} that was asked for"));
    }
    if !bid.scalable {
        return Some("the bidder did not say that the project can be funded in part".to_string());
    }
    let instrument = call.instrument(&bid.instrument)?;
    let (floor, ceiling) = (instrument.floor, instrument.ceiling);
    let within = (floor.minor_units..=ceiling.minor_units).contains(&amount.minor_units);
    (!within).then(|| format!("give {floor} to {ceiling}"))
}

impl Recommendation {
    pub fn stands(&self) -> bool {
        self.referred_back.is_none()
    }
}

/// In which part the body sits that may act on a bid next, after these recommendations (rule 19).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    /// All boards together: in a round of joint boards, or once a bid was returned twice.
    Joint,
    Recommending,
    Determining,
}

impl Turn {
    pub fn after(is_in_two_stages: bool, recommendations: &[Recommendation]) -> Turn {
        let n_returned = recommendations.iter().filter(|recommendation| !recommendation.stands()).count();
        match (is_in_two_stages, n_returned) {
            (false, _) | (true, 2..) => Turn::Joint,
            (true, 0 | 1) if recommendations.last().is_some_and(Recommendation::stands) => Turn::Determining,
            (true, 0 | 1) => Turn::Recommending,
        }
    }

    /// A body that can have no quorum on a bid recommends nothing: the bid goes to the other one (rule 11).
    pub fn given(self, recommending: Quorum) -> Turn {
        match self {
            Turn::Recommending if !recommending.is_attainable() => Turn::Determining,
            Turn::Joint | Turn::Recommending | Turn::Determining => self,
        }
    }

    /// The part of a meeting that may determine; none while a recommendation is awaited.
    ///
    /// # Errors
    /// [`Error::RecommendationNeeded`] while the recommending body has yet to advise.
    pub fn determines_in(self) -> Result<Part, Error> {
        match self {
            Turn::Joint => Ok(Part::Joint),
            Turn::Determining => Ok(Part::Determines),
            Turn::Recommending => Err(Error::RecommendationNeeded),
        }
    }
}

/// What is known of the basis of a decision when it is tested.
#[derive(Clone, Copy, Debug)]
pub struct Grounds<'a> {
    /// The body whose turn it is.
    pub body: &'a Body,
    pub conflicts: &'a Conflicts,
    /// Who was there, where a meeting decided.
    pub present: &'a [PersonId],
    /// What the registry holds, where another board decided.
    pub other_board: Option<&'a OtherBoard>,
}

impl Basis {
    /// Whether a recorded decision still rests on what is known by now. The quorum of another board was tested when it
    /// was recorded; that nobody of the panel was free must hold, and that those who decided are.
    ///
    /// # Errors
    /// [`Error::NoQuorum`] for one that does not, with what rule 11 asks for next.
    pub fn still_holds(&self, bid: BidId, grounds: Grounds) -> Result<(), Error> {
        match self {
            Basis::Meeting(_) | Basis::Written { .. } => self.check(bid, grounds),
            Basis::OtherBoard { deciders, .. } => {
                let quorum = grounds.body.quorum(bid, &[], grounds.conflicts);
                if quorum.is_anybody_free() {
                    return self.check(bid, grounds);
                }
                let is_kept = |decider: &PersonId| grounds.conflicts.keeps(*decider, bid);
                match deciders.iter().any(is_kept) {
                    false => Ok(()),
                    true => Err(quorum.missed(bid, "somebody of the other board has an interest in it by now")),
                }
            }
        }
    }

    /// Refuses a decision that rests on nothing: rule 11 in its order, never a silent pass.
    ///
    /// # Errors
    /// [`Error::NoQuorum`] with what rule 11 asks for next, [`Refusal::Invalid`] for deciders of another board who have
    /// no vote or an interest, are named twice or are fewer than its quorum.
    pub fn check(&self, bid: BidId, grounds: Grounds) -> Result<(), Error> {
        let quorum = grounds.body.quorum(bid, grounds.present, grounds.conflicts);
        let refuse = |says| Err(quorum.missed(bid, says));
        match self {
            Basis::Meeting(_) if quorum.is_met() => Ok(()),
            Basis::Meeting(_) => refuse(what_then(quorum)),
            Basis::Written { .. } if quorum.is_attainable() => refuse("quorum can be met: let a meeting decide"),
            Basis::Written { deciders } if grounds.body.is_everyone_free(bid, deciders, grounds.conflicts) => Ok(()),
            Basis::Written { .. } if quorum.n_entitled == 0 => refuse(what_then(quorum)),
            Basis::Written { .. } => {
                refuse("name everyone with a vote who has declared and is free of conflict, and nobody else")
            }
            Basis::OtherBoard { .. } if quorum.is_anybody_free() => refuse(what_then_but_another_board(quorum)),
            Basis::OtherBoard { deciders, .. } => match grounds.other_board {
                Some(other) => Ok(other.check(deciders)?),
                None => refuse("the registry holds no such board besides those that act"),
            },
        }
    }
}

/// What rule 11 asks for next.
fn what_then(quorum: Quorum) -> &'static str {
    if quorum.is_attainable() {
        "too few voters were present who are free of conflict: hold another meeting, or add substitutes"
    } else if quorum.n_entitled > 0 {
        "quorum cannot be met: add substitutes, or let all who are free of conflict decide in writing"
    } else if quorum.n_awaited > 0 {
        "nobody who is free of conflict has declared: let them declare their interests, or add substitutes"
    } else {
        "nobody is free of conflict: add substitutes, or refer it to another board and let that decide"
    }
}

/// The same to somebody who would let another board decide.
fn what_then_but_another_board(quorum: Quorum) -> &'static str {
    if quorum.n_entitled > 0 { "somebody is free of conflict: let them decide" } else { what_then(quorum) }
}

impl OtherBoard {
    fn check(&self, deciders: &[PersonId]) -> Result<(), Refusal> {
        let mut found = Vec::new();
        for (place, person) in deciders.iter().enumerate() {
            let field = format!("deciders[{place}]");
            if !self.free_voters.contains(person) {
                let says = "this person was not seated for the bid, has yet to declare, or has an interest in it";
                found.push(Violation::new(field, "decision.decider", says));
            } else if deciders[..place].contains(person) {
                found.push(Violation::new(field, "unique", "name each person once"));
            }
        }
        if deciders.len() < self.quorum {
            let says = format!("the board needs at least {} voters", self.quorum);
            found.push(Violation::new("deciders", "decision.quorum", says));
        }
        Refusal::if_any(found)
    }
}

#[cfg(test)]
mod tests;
