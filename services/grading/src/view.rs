//! What one caller may see of one assessment. Every read and every write begins with it, so that a recusal cannot be
//! forgotten anywhere: bids that are hidden from the caller are taken out of lists, counts, rankings and quorums by
//! [`View::hidden`], and acting on one is refused as on a bid that does not exist.

use kit::caller::Caller;
use kit::ids::{BidId, PersonId};
use kit::refusal::Refusal;

use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::marking::review::Review;
use crate::panel::Member;
use crate::panel::interest::{Interest, Origin};
use crate::policy::{self, Action, Facts, OthersReviews, OwnReview, Place, Told, Verdict};

/// What a caller is to an assessment: their place on the panel, the bids that do not exist for them
/// (rule 10), and the reviews that they owe. It is read anew for each request.
#[derive(Clone, Debug)]
pub struct View {
    pub caller: Caller,
    pub assessment: Assessment,
    /// The caller's own place on the panel.
    pub member: Option<Member>,
    /// Bids that do not exist for the caller.
    pub hidden: Vec<BidId>,
    /// Bids of which the caller has yet to hand in their own review, and those of which they have.
    pub owed: Vec<BidId>,
    pub handed_in: Vec<BidId>,
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
            own_review: OwnReview::None,
            applicant: None,
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

    /// The same for an interest. The person who declared it sees it, though its bid is hidden from them.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
    pub fn may_interest(&self, action: Action, interest: &Interest) -> Result<(), Refusal> {
        let own = interest.origin == Origin::Declared && self.person() == Some(interest.person);
        let facts = Facts { own, ..self.facts_of(interest.bid) };
        policy::decide(&self.caller, action, &facts).enforce("interest")
    }

    /// What the caller is told of the outcome of a bid.
    pub fn sees(&self, action: Action, bid: &AssessedBid) -> bool {
        let facts = Facts { applicant: Some(bid.applicant.organisation), ..self.facts_of(bid.id) };
        policy::decide(&self.caller, action, &facts) == Verdict::Allow
    }

    /// Whether places on the reserve list are told to the caller as they are: to the bidder, and once they are public.
    pub fn counts_all_places(&self, bid: &AssessedBid) -> bool {
        let told = self.told();
        told.all || told.own.contains(&bid.applicant.organisation)
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
