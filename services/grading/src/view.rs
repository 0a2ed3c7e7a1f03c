//! What one caller may see of one assessment. Every read and every write begins with it, so that a recusal cannot be
//! forgotten anywhere: bids that are hidden from the caller are taken out of lists, counts, rankings and quorums by
//! [`View::hidden`], and acting on one is refused as on a bid that does not exist. What is hidden follows the caller's
//! token: whoever has come to belong to a bidder finds its bid no more, whether or not the register was asked since.

use kit::caller::Caller;
use kit::ids::{BidId, OrgId, PersonId};
use kit::refusal::Refusal;

use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::marking::ranking::Ranking;
use crate::marking::review::Review;
use crate::panel::Member;
use crate::panel::interest::{Interest, InterestSeen, Origin};
use crate::panel::near_miss::NearMiss;
use crate::policy::{self, Action, Facts, OthersReviews, OwnReview, Place, Recorded, Told, Verdict};
use crate::release::outcome::BidOutcome;

/// What a caller is to an assessment: their place on the panel, the bids that do not exist for them
/// (rule 10), and the reviews that they owe. It is read anew for each request.
#[derive(Clone, Debug)]
pub struct View {
    pub caller: Caller,
    pub assessment: Assessment,
    /// The caller's own place on the panel, while they hold a seat.
    pub member: Option<Member>,
    /// Bids that do not exist for the caller.
    pub hidden: Vec<BidId>,
    /// Bids of which the caller has yet to hand in their own review, and those of which they have.
    pub owed: Vec<BidId>,
    pub handed_in: Vec<BidId>,
}

/// Every organisation that is somebody's own: their home, and those that they have a role for.
pub fn own_organisations(caller: &Caller) -> Vec<OrgId> {
    caller.organisations().into_iter().chain(caller.home).collect()
}

impl View {
    /// The person who looks; none for systems and roles.
    pub fn person(&self) -> Option<PersonId> {
        self.caller.person()
    }

    /// What the caller is to the panel.
    pub fn place(&self) -> Place {
        match &self.member {
            None => Place::Outside,
            Some(member) if member.declared_at.is_none() => Place::Undeclared,
            Some(_) => Place::Declared,
        }
    }

    /// What the policy needs to know, with no bid in question.
    pub fn facts(&self) -> Facts {
        Facts {
            stage: self.assessment.stage(),
            has_results: self.assessment.has_results(),
            panel: self.place(),
            recused: false,
            recused_from_some: !self.hidden.is_empty(),
            own: false,
            recorded: Recorded::No,
            own_review: OwnReview::None,
            applicant: None,
            funded: false,
        }
    }

    fn facts_of(&self, bid: BidId) -> Facts {
        let own_review = if self.owed.contains(&bid) {
            OwnReview::Owed
        } else if self.handed_in.contains(&bid) {
            OwnReview::HandedIn
        } else {
            OwnReview::None
        };
        Facts { recused: self.hidden.contains(&bid), own_review, ..self.facts() }
    }

    /// Lets the caller act on the assessment, or refuses as the policy says.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
    pub fn may(&self, action: Action) -> Result<(), Refusal> {
        policy::decide(&self.caller, action, &self.facts()).enforce("assessment")
    }

    /// The same for a meeting of it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
    pub fn may_meeting(&self, action: Action) -> Result<(), Refusal> {
        policy::decide(&self.caller, action, &self.facts()).enforce("meeting")
    }

    /// The same for a bid of it.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
    pub fn may_with(&self, action: Action, bid: BidId) -> Result<(), Refusal> {
        // A caller who may not know of the assessment is told that there is none, rather than no such bid.
        self.may(Action::See)?;
        policy::decide(&self.caller, action, &self.facts_of(bid)).enforce("bid")
    }

    /// The same for a review. A caller who owes one of the same bid does not see those of others.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
    pub fn may_review(&self, action: Action, review: &Review) -> Result<(), Refusal> {
        let facts = Facts { own: self.is_by(review), ..self.facts_of(review.bid) };
        policy::decide(&self.caller, action, &facts).enforce("review")
    }

    pub fn is_by(&self, review: &Review) -> bool {
        self.person() == Some(review.reviewer)
    }

    /// A review as the caller may read it: what is not handed in is its reviewer's alone.
    pub fn shows(&self, review: Review) -> Review {
        if self.is_by(&review) { review } else { review.for_others() }
    }

    /// The same for an interest. Whom it concerns sees what they declared and what was recorded of them, though its bid
    /// is hidden from them.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may,
    /// [`Refusal::Apart`] for deciding on what the caller recorded.
    pub fn may_interest(&self, action: Action, interest: &Interest) -> Result<(), Refusal> {
        let recorded = match (interest.origin, interest.recorded_by) {
            (Origin::Derived | Origin::Declared, _) => Recorded::No,
            (Origin::Recorded, by) if by.is_some() && by == self.person() => Recorded::ByCaller,
            (Origin::Recorded, _) => Recorded::ByAnother,
        };
        let own = interest.is_told() && self.concerns(interest);
        let facts = Facts { own, recorded, ..self.facts_of(interest.bid) };
        policy::decide(&self.caller, action, &facts).enforce("interest")
    }

    fn concerns(&self, interest: &Interest) -> bool {
        self.person() == Some(interest.person)
    }

    /// An interest as the caller may read it: whom it concerns is told neither who recorded it, nor of a bid that was
    /// hidden from them by then.
    pub fn shows_interest(&self, interest: Interest) -> InterestSeen {
        let of_caller = self.concerns(&interest);
        let bid = (!of_caller || interest.was_seen).then_some(interest.bid);
        let recorded_by = interest.recorded_by.filter(|_| !of_caller);
        InterestSeen { interest, bid, recorded_by }
    }

    /// The same for a near miss, which is told to nobody whom it concerns.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
    pub fn may_near_miss(&self, action: Action, near_miss: &NearMiss) -> Result<(), Refusal> {
        let own = near_miss.seen.person.is_some() && near_miss.seen.person == self.person();
        let facts = Facts { own, ..self.facts_of(near_miss.seen.bid) };
        policy::decide(&self.caller, action, &facts).enforce("near miss")
    }

    /// A bid as the caller may read it. Nobody on the panel is told numbers, recused or not: a gap between those that
    /// they see would tell of a bid that is hidden from them.
    pub fn shows_bid(&self, bid: AssessedBid) -> AssessedBid {
        if self.is_told_numbers() { bid } else { AssessedBid { number: 0, ..bid } }
    }

    /// The same for a ranking.
    pub fn shows_ranking(&self, mut ranking: Ranking) -> Ranking {
        if !self.is_told_numbers() {
            ranking.bids.iter_mut().for_each(|ranked| ranked.number = 0);
        }
        ranking
    }

    fn is_told_numbers(&self) -> bool {
        self.member.is_none()
    }

    /// What the caller is told of the outcome of a bid.
    pub fn sees(&self, action: Action, outcome: &BidOutcome) -> bool {
        let (bid, funded) = (&outcome.bid, outcome.determination.outcome.is_funded());
        let facts = Facts { applicant: Some(bid.applicant.organisation), funded, ..self.facts_of(bid.id) };
        policy::decide(&self.caller, action, &facts) == Verdict::Allow
    }

    /// Whether numbers, and places on the reserve list, are told to the caller as they are: to the bidder, and once it
    /// is public how many bids came to what.
    pub fn counts_all(&self, bid: &AssessedBid) -> bool {
        let told = self.told();
        told.funded || told.own.contains(&bid.applicant.organisation)
    }

    pub fn others_reviews(&self) -> OthersReviews {
        policy::others_reviews(&self.caller, &self.facts())
    }

    pub fn sees_all_interests(&self) -> bool {
        policy::sees_all_interests(&self.caller, &self.facts())
    }

    /// Whose outcomes the caller finds in a list.
    pub fn told(&self) -> Told {
        policy::told(&self.caller, self.assessment.stage(), self.place())
    }
}
