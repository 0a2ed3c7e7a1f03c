//! Who may do what with a bid: one pure function, deny by default. `tests/golden/policy.txt` prints it as a matrix.

use kit::caller::{Area, Caller, Role, Scope, Subject};
use kit::ids::OrgId;
use kit::refusal::Refusal;
pub use kit::verdict::Verdict;
use strum::VariantArray;

use crate::bid::Bid;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    Create,
    See,
    Edit,
    SetParticipants,
    SignOff,
    Submit,
    Reopen,
    /// Takes back what the network has not received.
    Withdraw,
    /// Takes back what it has.
    WithdrawReceived,
    Answer,
    DecideLate,
    Screen,
    Decide,
    Ask,
    ListDuplicates,
}

/// What the policy needs to know of a bid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// None for what is asked about a whole round.
    pub applicant: Option<OrgId>,
    pub editors: Vec<OrgId>,
    pub readers: Vec<OrgId>,
    /// Whether the network has received the bid.
    pub received: bool,
}

const WRITERS: &str = "an applicant officer, or a system with bids.write, of the applicant";
const EDITORS: &str =
    "an applicant officer, or a system with bids.write, of the applicant or of a partner who may edit";
const CERTIFIERS: &str = "a certifier, or a system with bids.certify, of the applicant";
const MANAGERS: &str = "a round manager";
const OVERSEERS: &str = "a round manager, a network administrator or an auditor who sits on no board";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    if !sees(caller, action, facts) {
        return Verdict::Hide;
    }
    let of_applicant =
        |may: fn(&Caller, OrgId) -> bool| facts.applicant.is_some_and(|applicant| may(caller, applicant));
    let (allowed, who_may) = match action {
        Action::See => (true, ""),
        Action::Edit => (of_applicant(writes_for) || facts.editors.iter().any(|&org| writes_for(caller, org)), EDITORS),
        Action::Create
        | Action::SetParticipants
        | Action::Submit
        | Action::Reopen
        | Action::Withdraw
        | Action::Answer => (of_applicant(writes_for), WRITERS),
        Action::SignOff | Action::WithdrawReceived => (of_applicant(certifies_for), CERTIFIERS),
        Action::DecideLate | Action::Screen | Action::Decide | Action::Ask => {
            (caller.serves(Role::RoundManager), MANAGERS)
        }
        Action::ListDuplicates => (oversees(caller), OVERSEERS),
    };
    if allowed { Verdict::Allow } else { Verdict::Refuse { who_may } }
}

/// Writes on behalf of an organisation.
fn writes_for(caller: &Caller, organisation: OrgId) -> bool {
    caller.has_for(Role::ApplicantOfficer, organisation) || caller.may_as_system(Scope::BidsWrite, organisation)
}

/// Signs off on behalf of an organisation.
fn certifies_for(caller: &Caller, organisation: OrgId) -> bool {
    caller.has_for(Role::Certifier, organisation) || caller.may_as_system(Scope::BidsCertify, organisation)
}

/// Reads what its own organisation has to do with.
pub fn reads_for(caller: &Caller, organisation: OrgId) -> bool {
    writes_for(caller, organisation)
        || certifies_for(caller, organisation)
        || caller.has_for(Role::CouncilAdministrator, organisation)
        || caller.may_as_system(Scope::BidsRead, organisation)
}

/// For whom of the applicant and its partners a caller acts on a bid.
pub fn council_of(caller: &Caller, bid: &Bid) -> Option<OrgId> {
    let partners = bid.participants.iter().map(|participant| participant.organisation);
    std::iter::once(bid.applicant).chain(partners).find(|&organisation| reads_for(caller, organisation))
}

/// The organisation for which a caller runs rounds.
pub fn network_of(caller: &Caller) -> Option<OrgId> {
    caller.organisation_as(&[Role::RoundManager])
}

const OVERSEE: [Role; 3] = [Role::RoundManager, Role::NetworkAdministrator, Role::Auditor];

/// Sees every bid that the network has received. Grading pins the eligible ones.
pub fn oversees(caller: &Caller) -> bool {
    caller.serves_any(&OVERSEE) || matches!(caller.subject, Subject::Area(Area::Grading | Area::Reporting))
}

fn sees(caller: &Caller, action: Action, facts: &Facts) -> bool {
    if action == Action::ListDuplicates {
        return caller.subject != Subject::Anonymous;
    }
    is_of_its_own(caller, facts) || (facts.received && oversees(caller))
}

/// Whether a bid is the caller's own: that of an applicant or partner they read for.
pub fn is_of_its_own(caller: &Caller, facts: &Facts) -> bool {
    facts.applicant.iter().chain(&facts.editors).chain(&facts.readers).any(|&org| reads_for(caller, org))
}

/// The facts of a bid.
pub fn facts(bid: &Bid) -> Facts {
    let of = |may_edit: bool| {
        let some = bid.participants.iter().filter(move |participant| participant.may_edit == may_edit);
        some.map(|participant| participant.organisation).collect()
    };
    Facts { applicant: Some(bid.applicant), editors: of(true), readers: of(false), received: bid.state.is_received() }
}

/// Lets a caller act on a bid, or refuses as the policy says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check(caller: &Caller, action: Action, bid: &Bid) -> Result<(), Refusal> {
    decide(caller, action, &facts(bid)).enforce("bid")
}

/// The same for a bid that is yet to be.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check_new(caller: &Caller, applicant: OrgId) -> Result<(), Refusal> {
    let facts = Facts { applicant: Some(applicant), ..Facts::default() };
    decide(caller, Action::Create, &facts).enforce("organisation")
}

/// The same for what is of no bid.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check_at_large(caller: &Caller, action: Action, what: &'static str) -> Result<(), Refusal> {
    decide(caller, action, &Facts::default()).enforce(what)
}

#[cfg(test)]
mod tests;
