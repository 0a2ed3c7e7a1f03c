//! Who may do what in an assessment: one pure function, deny by default. `tests/golden/policy.txt` prints it as a
//! matrix.
//!
//! Recusal overrides every role (rule 10), on the panel and off it: a bid from which a caller is recused, in which they
//! have an interest that is not cleared, or in which an organisation of their own has a part does not exist for them,
//! and they may neither do nor read what rests on all bids together.

use kit::caller::{Area, Caller, Role, Scope, Subject};
use kit::ids::{BidId, OrgId};
use kit::refusal::Refusal;
use kit::verdict::OWN_REQUEST;
pub use kit::verdict::Verdict;
use strum::VariantArray;

use crate::state::Stage;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    Open,
    /// An assessment in a list: how far it is.
    Find,
    /// The assessment, its panel, its meetings, and its bids by title.
    See,
    /// The text of a bid.
    ReadBid,
    DeclareInterests,
    RecordInterest,
    /// Says something to an interest that somebody else recorded.
    AnswerInterest,
    DecideInterest,
    SeeInterest,
    DismissNearMiss,
    DeriveInterests,
    AddSubstitute,
    /// Starts moderation or determination, or goes back.
    Advance,
    Close,
    Cancel,
    AssignReviews,
    SeeReview,
    AcceptReview,
    DeclineReview,
    WriteReview,
    ReturnReview,
    CancelReview,
    Moderate,
    /// Moderation, ranking, recommendations and determinations.
    SeeResults,
    CastTie,
    RecordMeeting,
    UpdateMeeting,
    /// Records a recommendation, a referral or a determination.
    Decide,
    SeeOutcome,
    /// Conditions, place on the reserve list and principles met.
    SeeTerms,
    SeeLetter,
    SeeRecord,
}

/// What the policy needs to know of an assessment and of what in it is acted on; the default where there is no
/// assessment yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    pub stage: Stage,
    /// Whether reviews are locked.
    pub has_results: bool,
    pub panel: Place,
    /// Recused from the bid in question, with an interest in it that is not decided, or of an organisation that has a
    /// part in it.
    pub recused: bool,
    /// The same from any bid of the assessment.
    pub recused_from_some: bool,
    /// The review in question is the caller's; the interest in question was declared by them or recorded of them; the
    /// near miss in question is about them.
    pub own: bool,
    pub recorded: Recorded,
    pub own_review: OwnReview,
    /// Organisation that asks with the bid in question.
    pub applicant: Option<OrgId>,
    /// Whether money is given now to the bid in question.
    pub funded: bool,
}

/// What a caller is to the panel.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    #[default]
    Outside,
    /// On it, and has yet to declare their interests.
    Undeclared,
    Declared,
}

/// Who recorded the interest in question.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recorded {
    /// Nobody: it was declared or derived.
    #[default]
    No,
    ByAnother,
    ByCaller,
}

/// How far the caller's own review of the bid in question is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum OwnReview {
    #[default]
    None,
    /// Still to be handed in.
    Owed,
    HandedIn,
}

const DECLARERS: &str = "a member of the panel, a round manager, a network administrator, a clerk or an auditor";
const DECLARED: &str = "whoever is on the panel and has declared their interests";
const MANAGERS: &str = "a round manager";
const CHAIRS: &str = "a panel chair";
const DECLARED_CHAIRS: &str = "a panel chair who has declared their interests";
const OTHER_CHAIRS: &str = "another panel chair";
const OTHERS_OF_STAFF: &str = "another round manager, panel chair or clerk";
const CONCERNED: &str = "whom it concerns";
const MANAGERS_AND_CHAIRS: &str = "a round manager or a panel chair";
const MANAGERS_CHAIRS_AND_CLERKS: &str = "a round manager, a panel chair or a clerk";
const MANAGERS_AND_CLERKS: &str = "a round manager or a clerk";
const FREE_MANAGERS_AND_CHAIRS: &str = "a round manager or a panel chair who is recused from no bid";
const FREE_MANAGERS_AND_CLERKS: &str = "a round manager or a clerk who is recused from no bid";
const FREE_OVERSEERS: &str =
    "a round manager, a network administrator, a clerk or an auditor who is recused from no bid";
const REVIEWERS: &str = "its reviewer";
const DECLARED_REVIEWERS: &str = "its reviewer, once they have declared their interests,";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    if !sees(caller, action, facts) {
        return Verdict::Hide;
    }
    let is = Charge::of(caller, facts);
    let free = !facts.recused_from_some;
    let settles_interests = is.manager || is.chair || is.clerk;
    let (allowed, who_may) = match action {
        Action::Find
        | Action::See
        | Action::SeeInterest
        | Action::SeeReview
        | Action::SeeOutcome
        | Action::SeeTerms
        | Action::SeeLetter => (true, ""),
        // There is no panel yet, but there may be one on which bids will be hidden from them (G-C7).
        Action::Open => (caller.serves(Role::RoundManager), MANAGERS),
        Action::Cancel | Action::AssignReviews | Action::CancelReview => (is.manager, MANAGERS),
        // On the panel interests are declared before anything is read, whatever else somebody is charged with.
        Action::ReadBid | Action::SeeResults => (facts.panel != Place::Undeclared, DECLARED),
        Action::DeclareInterests => (facts.panel != Place::Outside || is.overseer, DECLARERS),
        Action::RecordInterest => (settles_interests, MANAGERS_CHAIRS_AND_CLERKS),
        Action::DeriveInterests => (is.manager || is.chair, MANAGERS_AND_CHAIRS),
        Action::AnswerInterest => (facts.own && facts.recorded != Recorded::No, CONCERNED),
        // A second person decides on what somebody recorded of another (G-C4).
        Action::DecideInterest => match (facts.recorded, facts.own) {
            (Recorded::No, true) => (false, OTHER_CHAIRS),
            (Recorded::No, false) => (is.chair, CHAIRS),
            (Recorded::ByAnother, true) => (false, OTHERS_OF_STAFF),
            (Recorded::ByAnother, false) => (settles_interests, MANAGERS_CHAIRS_AND_CLERKS),
            (Recorded::ByCaller, _) => return Verdict::Apart { whose: OWN_REQUEST },
        },
        Action::DismissNearMiss => (settles_interests, MANAGERS_CHAIRS_AND_CLERKS),
        Action::ReturnReview => (is.chair, CHAIRS),
        // Both answer with marks.
        Action::Moderate | Action::CastTie => (is.chair && facts.panel == Place::Declared, DECLARED_CHAIRS),
        Action::AddSubstitute | Action::RecordMeeting | Action::Decide => (is.manager || is.clerk, MANAGERS_AND_CLERKS),
        Action::Advance => (free && (is.manager || is.chair), FREE_MANAGERS_AND_CHAIRS),
        Action::Close | Action::UpdateMeeting => (free && (is.manager || is.clerk), FREE_MANAGERS_AND_CLERKS),
        Action::AcceptReview => (facts.own && facts.panel == Place::Declared, DECLARED_REVIEWERS),
        Action::DeclineReview | Action::WriteReview => (facts.own, REVIEWERS),
        Action::SeeRecord => (free && is.overseer, FREE_OVERSEERS),
    };
    if allowed { Verdict::Allow } else { Verdict::Refuse { who_may } }
}

/// Lets a caller do what is about no assessment yet, or refuses as the policy says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check_at_large(caller: &Caller, action: Action, what: &'static str) -> Result<(), Refusal> {
    decide(caller, action, &Facts::default()).enforce(what)
}

/// What a caller is charged with in this assessment.
struct Charge {
    manager: bool,
    /// A chair chairs the panel on which they sit.
    chair: bool,
    clerk: bool,
    /// Runs the round, or watches over it.
    overseer: bool,
    /// May know of the interests of others.
    sees_interests: bool,
}

impl Charge {
    fn of(caller: &Caller, facts: &Facts) -> Charge {
        let (manager, clerk) =
            (holds(caller, Role::RoundManager, facts.panel), holds(caller, Role::Clerk, facts.panel));
        let chair = caller.has(Role::PanelChair) && facts.panel != Place::Outside;
        Charge {
            manager,
            chair,
            clerk,
            overseer: oversees(caller, facts.panel),
            sees_interests: manager || chair || clerk || holds(caller, Role::Auditor, facts.panel),
        }
    }
}

/// On the panel a role goes with all that is hidden there. Elsewhere nothing is derived that could be hidden, so it
/// rests for a caller who has a seat: they may yet come onto this panel.
fn holds(caller: &Caller, role: Role, place: Place) -> bool {
    match place {
        Place::Outside => caller.serves(role),
        Place::Undeclared | Place::Declared => caller.has(role),
    }
}

const OVERSEE: [Role; 4] = [Role::RoundManager, Role::NetworkAdministrator, Role::Clerk, Role::Auditor];

/// Runs the round or watches over it.
fn oversees(caller: &Caller, place: Place) -> bool {
    OVERSEE.into_iter().any(|role| holds(caller, role, place))
}

/// Whether a caller finds every assessment in a list, not only those on whose panel they are: those who oversee, and
/// the platform's awards, which are prepared once bidders know. It says how far an assessment is and no more.
pub fn finds_all(caller: &Caller) -> bool {
    OVERSEE.into_iter().any(|role| caller.has(role)) || caller.subject == Subject::Area(Area::Awards)
}

/// Whether a caller finds the interests of others in a list, those of bids apart that are hidden from them.
pub fn sees_all_interests(caller: &Caller, facts: &Facts) -> bool {
    Charge::of(caller, facts).sees_interests
}

/// Which reviews of others a caller finds in a list, those of hidden bids and of owed ones apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OthersReviews {
    All,
    /// Those of bids whose review the caller has handed in.
    OfOwnBids,
}

pub fn others_reviews(caller: &Caller, facts: &Facts) -> OthersReviews {
    let is = Charge::of(caller, facts);
    match facts.panel {
        Place::Outside if is.overseer => OthersReviews::All,
        Place::Declared if is.overseer || is.chair || facts.has_results => OthersReviews::All,
        Place::Outside | Place::Undeclared | Place::Declared => OthersReviews::OfOwnBids,
    }
}

fn sees(caller: &Caller, action: Action, facts: &Facts) -> bool {
    let is = Charge::of(caller, facts);
    let takes_part = is.overseer || facts.panel != Place::Outside;
    match action {
        Action::Open => caller.subject != Subject::Anonymous,
        Action::Find => finds_all(caller) || facts.panel != Place::Outside,
        Action::SeeOutcome => sees_outcome(caller, facts),
        Action::SeeTerms => sees_terms(caller, facts),
        Action::SeeLetter => is_told(caller, facts) || (is.overseer && reads_letters(facts)),
        Action::SeeInterest | Action::AnswerInterest | Action::DecideInterest => {
            takes_part && (facts.own || (is.sees_interests && !facts.recused))
        }
        // Who may be meant is not told, and settles nothing about themselves.
        Action::DismissNearMiss => takes_part && is.sees_interests && !facts.recused && !facts.own,
        Action::SeeReview
        | Action::AcceptReview
        | Action::DeclineReview
        | Action::WriteReview
        | Action::ReturnReview
        | Action::CancelReview => takes_part && !facts.recused && sees_review(caller, facts),
        Action::See
        | Action::ReadBid
        | Action::DeclareInterests
        | Action::RecordInterest
        | Action::DeriveInterests
        | Action::AddSubstitute
        | Action::Advance
        | Action::Close
        | Action::Cancel
        | Action::AssignReviews
        | Action::Moderate
        | Action::SeeResults
        | Action::CastTie
        | Action::RecordMeeting
        | Action::UpdateMeeting
        | Action::Decide
        | Action::SeeRecord => takes_part && !facts.recused,
    }
}

/// A caller who owes a review of a bid does not see what others say of it, whatever they are charged with.
fn sees_review(caller: &Caller, facts: &Facts) -> bool {
    facts.own
        || match facts.own_review {
            OwnReview::Owed => false,
            OwnReview::HandedIn => true,
            OwnReview::None => others_reviews(caller, facts) == OthersReviews::All,
        }
}

/// Rule 20: those who run the round and the platform's roles from the decision, bidders when they are informed, then
/// everyone what is funded. Who was declined is nobody else's business (rule 30).
fn sees_outcome(caller: &Caller, facts: &Facts) -> bool {
    let in_public = is_public(facts) && caller.subject != Subject::Anonymous;
    let within = (oversees(caller, facts.panel) && !facts.recused) || reads_outcomes(caller);
    in_public || (facts.stage.is_decided() && within) || is_told(caller, facts)
}

fn is_public(facts: &Facts) -> bool {
    facts.stage == Stage::Announced && facts.funded
}

/// What the public is not told of an outcome.
fn sees_terms(caller: &Caller, facts: &Facts) -> bool {
    let is_open = !facts.recused || is_public(facts);
    let within = (oversees(caller, facts.panel) && is_open) || reads_outcomes(caller);
    (facts.stage.is_decided() && within) || is_told(caller, facts)
}

/// A letter names a place on the reserve list, which tells of the bids before it: until the announcement it is only
/// for overseers who are recused from no bid.
fn reads_letters(facts: &Facts) -> bool {
    let may_count = !facts.recused_from_some || facts.stage == Stage::Announced;
    facts.stage.is_decided() && !facts.recused && may_count
}

/// The bidder, from the moment they are informed. Recusal from their own bid takes that from nobody.
fn is_told(caller: &Caller, facts: &Facts) -> bool {
    facts.stage.is_informed() && facts.applicant.is_some_and(|applicant| bids_for(caller, applicant))
}

/// Works for an organisation that bids, or is a system of it that follows its bids or awards.
fn bids_for(caller: &Caller, organisation: OrgId) -> bool {
    let people = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];
    people.iter().any(|&role| caller.has_for(role, organisation))
        || [Scope::BidsRead, Scope::AwardsRead].iter().any(|&scope| caller.may_as_system(scope, organisation))
}

/// Whose outcomes a caller finds in a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Those of all funded bids, hidden ones included: they are public.
    pub funded: bool,
    /// Those of all bids that are not hidden.
    pub within: bool,
    /// Those of these organisations in any case.
    pub own: Vec<OrgId>,
}

impl Told {
    /// What is left out of all outcomes; none where not all are told.
    pub fn all_but(&self, hidden: &[BidId]) -> Option<Vec<BidId>> {
        self.within.then(|| hidden.to_vec())
    }
}

/// What [`Action::SeeOutcome`] allows, for a list.
pub fn told(caller: &Caller, stage: Stage, place: Place) -> Told {
    Told {
        funded: stage == Stage::Announced && caller.subject != Subject::Anonymous,
        within: stage.is_decided() && (oversees(caller, place) || reads_outcomes(caller)),
        own: if stage.is_informed() { caller.organisations_where(bids_for) } else { Vec::new() },
    }
}

/// The platform's roles that go on from an outcome.
pub fn reads_outcomes(caller: &Caller) -> bool {
    match caller.subject {
        Subject::Area(Area::Awards | Area::Reporting | Area::Learning) => true,
        Subject::Area(Area::Registry | Area::Rounds | Area::Bids | Area::Grading)
        | Subject::Person(_)
        | Subject::Client(_)
        | Subject::Anonymous => false,
    }
}

#[cfg(test)]
mod tests;
