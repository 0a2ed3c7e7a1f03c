//! Gathers all that a decision rests on, and writes it down as the record has it.

use kit::db::Tx;
use kit::ids::BidId;

use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::decision::{Determination, Recommendation};
use crate::error::Error;
use crate::interest::Interest;
use crate::meeting::Meeting;
use crate::moderation::{Casting, Moderation};
use crate::panel::Member;
use crate::quorum::Quorum;
use crate::ranking::{RULE_VERSION, Ranking};
use crate::record::{self, Closing, HistoryLine, Record};
use crate::review::Review;
use crate::store;

/// Everything about an assessment, none of it hidden: only whoever is recused from no bid gets here.
pub struct Gathered {
    pub bids: Vec<AssessedBid>,
    pub meetings: Vec<Meeting>,
    pub moderations: Vec<Moderation>,
    pub determinations: Vec<Determination>,
    members: Vec<Member>,
    interests: Vec<Interest>,
    reviews: Vec<Review>,
    castings: Vec<Casting>,
    recommendations: Vec<Recommendation>,
    history: Vec<HistoryLine>,
}

pub fn gather(tx: &mut Tx, assessment: &Assessment) -> Result<Gathered, Error> {
    let id = assessment.id;
    let recommendations = store::page_of_recommendations(tx, id, &[], None, i64::MAX)?;
    Ok(Gathered {
        bids: store::bids(tx, id, &[])?,
        meetings: store::meetings(tx, id)?,
        moderations: store::moderations(tx, id, &[])?,
        determinations: store::determinations(tx, id)?,
        members: store::members(tx, id)?,
        interests: store::interests(tx, id)?,
        reviews: store::reviews(tx, id)?,
        castings: store::castings(tx, id)?,
        recommendations: recommendations.into_iter().map(|(_, recommendation)| recommendation).collect(),
        history: store::history(tx, id)?,
    })
}

impl Gathered {
    /// The ranking that the record will hold: computed from the record's own inputs.
    pub fn ranking(&self, assessment: &Assessment) -> Result<Ranking, Error> {
        let nothing = Ranking { bids: Vec::new(), open_ties: Vec::new() };
        Ok(self.record(assessment, &nothing, &[], Closing::default()).ranked()?)
    }

    pub fn record(
        &self,
        assessment: &Assessment,
        ranking: &Ranking,
        quorums: &[(BidId, Quorum)],
        closing: Closing,
    ) -> Record {
        let quorum_of = |bid: BidId| quorums.iter().find(|(id, _)| *id == bid).map(|(_, quorum)| *quorum);
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
            reviews: self.reviews.iter().map(review).collect(),
            moderations: self.moderations.iter().map(moderated).collect(),
            castings: self.castings.clone(),
            ranking: ranking.clone(),
            meetings: self.meetings.iter().map(meeting).collect(),
            recommendations: self.recommendations.iter().map(recommendation).collect(),
            determinations: self.determinations.iter().map(|one| determination(one, quorum_of(one.bid))).collect(),
            closing,
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
    }
}

fn interest(one: &Interest) -> record::Interest {
    record::Interest {
        person: one.person,
        bid: one.bid,
        kind: one.kind.name().to_string(),
        origin: one.origin.name().to_string(),
        state: one.state.name().to_string(),
    }
}

fn review(one: &Review) -> record::Review {
    let marks = if one.state.is_handed_in() { one.marks.clone() } else { Vec::new() };
    let state = one.state.name().to_string();
    record::Review { review: one.id, bid: one.bid, reviewer: one.reviewer, state, marks }
}

fn moderated(one: &Moderation) -> record::Moderated {
    record::Moderated { bid: one.bid, agreed: one.agreed.clone(), feedback: one.feedback.clone() }
}

fn meeting(one: &Meeting) -> record::Meeting {
    record::Meeting {
        meeting: one.id,
        part: one.part,
        held_at: one.held_at,
        place: one.account.place.clone(),
        present: one.account.present.clone(),
        chair: one.account.chair,
        minutes: one.account.minutes.clone(),
    }
}

fn recommendation(one: &Recommendation) -> record::Recommendation {
    record::Recommendation {
        bid: one.bid,
        sequence: one.sequence,
        advice: one.advice.name().to_string(),
        amount: one.amount,
        conditions: one.conditions.clone(),
        reason: one.reason.clone(),
        meeting: one.meeting,
        referred_back_with: one.referred_back.as_ref().map(|referral| referral.question.clone()),
    }
}

fn determination(one: &Determination, quorum: Option<Quorum>) -> record::Determination {
    let quorum = quorum.unwrap_or(Quorum { n_entitled: 0, n_present: 0, needed: 0 });
    record::Determination {
        bid: one.bid,
        outcome: one.outcome,
        amount: one.amount,
        conditions: one.conditions.clone(),
        reason: one.reason.clone(),
        basis: one.basis.clone(),
        decided_on: one.decided_on.to_string(),
        n_entitled: quorum.n_entitled,
        n_present: quorum.n_present,
        needed: quorum.needed,
    }
}
