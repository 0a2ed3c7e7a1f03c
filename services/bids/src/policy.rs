//! Who may do what with a bid: one pure function, deny by default. `tests/golden/policy.txt` prints it as a matrix.

use kit::caller::{Area, Caller, Role, Scope, Subject};
use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::verdict::OWN_ORGANISATION;
pub use kit::verdict::Verdict;
use strum::VariantArray;

use crate::bid::{Bid, Extent};
use crate::participation::Part;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    Create,
    /// That it is there: identity, applicant, number, state, times and digest.
    See,
    /// What it says.
    Read,
    /// Which ties its applicant declares.
    ReadConflicts,
    Edit,
    /// Names lead, payee and partners.
    SetParticipants,
    DeclareConflicts,
    /// Confirms, or leaves, as lead or payee.
    Bind,
    /// The same as a partner.
    Join,
    Decline,
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
    /// How many bids came, while the round is open.
    Count,
}

/// What the policy needs to know of a bid.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// None for what is asked about a whole round.
    pub applicant: Option<OrgId>,
    /// Partners who may edit.
    pub editors: Vec<OrgId>,
    /// Other partners, lead and payee.
    pub readers: Vec<OrgId>,
    /// Whose part is answered for; none where no part is.
    pub answering: Option<OrgId>,
    /// Whether the network has received the bid.
    pub received: bool,
    /// Whether the round's close has passed.
    pub closed: bool,
}

const WRITERS: &str = "an applicant officer, or a system with bids.write, of the applicant";
const EDITORS: &str =
    "an applicant officer, or a system with bids.write, of the applicant or of a partner who may edit";
const CERTIFIERS: &str = "a certifier, or a system with bids.certify, of the applicant";
const CERTIFIERS_ASKED: &str = "a certifier, or a system with bids.certify, of the organisation that was asked";
const ASKED: &str = "an applicant officer, a certifier, or a system that writes or certifies bids, of whom was asked";
const READERS: &str = "those who take part, and once the round has closed those who oversee rounds,";
const CONFLICT_READERS: &str = "the applicant, and once the round has closed a round manager who is of no bidder,";
const MANAGERS: &str = "a round manager";
const OVERSEERS: &str = "a round manager, a network administrator or an auditor who sits on no board";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    if !sees(caller, action, facts) {
        return Verdict::Hide;
    }
    let of_applicant =
        |may: fn(&Caller, OrgId) -> bool| facts.applicant.is_some_and(|applicant| may(caller, applicant));
    let of_asked = |may: fn(&Caller, OrgId) -> bool| facts.answering.is_some_and(|asked| may(caller, asked));
    let manages = caller.serves(Role::RoundManager);
    let is_apart = caller.is_of_any(facts.organisations());
    let (allowed, who_may) = match action {
        Action::See => (true, ""),
        Action::Read => (is_of_its_own(caller, facts) || facts.closed || is_part_of_platform(caller), READERS),
        Action::ReadConflicts => {
            let manages_others = manages && facts.closed && !is_apart;
            let grades = caller.subject == Subject::Area(Area::Grading);
            (of_applicant(reads_for) || manages_others || grades, CONFLICT_READERS)
        }
        Action::Bind => (of_asked(certifies_for), CERTIFIERS_ASKED),
        Action::Join | Action::Decline => (of_asked(writes_for) || of_asked(certifies_for), ASKED),
        Action::Edit => (of_applicant(writes_for) || facts.editors.iter().any(|&org| writes_for(caller, org)), EDITORS),
        Action::Create
        | Action::SetParticipants
        | Action::DeclareConflicts
        | Action::Submit
        | Action::Reopen
        | Action::Withdraw
        | Action::Answer => (of_applicant(writes_for), WRITERS),
        Action::SignOff | Action::WithdrawReceived => (of_applicant(certifies_for), CERTIFIERS),
        // Rules 10 and 21: nobody handles a bid of an organisation of their own.
        Action::DecideLate | Action::Screen | Action::Decide | Action::Ask if manages && is_apart => {
            return Verdict::Apart { whose: OWN_ORGANISATION };
        }
        Action::DecideLate | Action::Screen | Action::Decide | Action::Ask => (manages, MANAGERS),
        Action::ListDuplicates | Action::Count => (oversees(caller), OVERSEERS),
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

/// For whom of its organisations a caller acts on a bid.
pub fn council_of(caller: &Caller, bid: &Bid) -> Option<OrgId> {
    bid.organisations().find(|&organisation| reads_for(caller, organisation))
}

/// The organisation for which a caller runs rounds.
pub fn network_of(caller: &Caller) -> Option<OrgId> {
    caller.organisation_as(&[Role::RoundManager])
}

const OVERSEE: [Role; 3] = [Role::RoundManager, Role::NetworkAdministrator, Role::Auditor];

/// Sees every bid that the network has received, and reads it once the round has closed.
pub fn oversees(caller: &Caller) -> bool {
    caller.serves_any(&OVERSEE) || is_part_of_platform(caller)
}

/// Reads what the network has received: grading pins the eligible bids.
pub fn is_part_of_platform(caller: &Caller) -> bool {
    matches!(caller.subject, Subject::Area(Area::Grading | Area::Reporting))
}

fn sees(caller: &Caller, action: Action, facts: &Facts) -> bool {
    if matches!(action, Action::ListDuplicates | Action::Count) {
        return caller.subject != Subject::Anonymous;
    }
    is_of_its_own(caller, facts) || (facts.received && oversees(caller))
}

/// Whether a bid is the caller's own: that of an organisation they read for.
pub fn is_of_its_own(caller: &Caller, facts: &Facts) -> bool {
    facts.organisations().any(|org| reads_for(caller, org))
}

impl Facts {
    /// Whose bid it is, as [`Bid::organisations`].
    fn organisations(&self) -> impl Iterator<Item = OrgId> {
        self.applicant.iter().chain(&self.editors).chain(&self.readers).copied()
    }
}

/// The facts of a bid, whose round may still be open for all that is known.
pub fn facts(bid: &Bid) -> Facts {
    let (editors, readers) = bid
        .participations
        .iter()
        .filter(|one| one.stands())
        .map(|one| (one.part, one.organisation))
        .partition::<Vec<_>, _>(|&(part, organisation)| part == Part::Partner && bid.is_editor(organisation));
    let organisations = |of: Vec<(Part, OrgId)>| of.into_iter().map(|(_, organisation)| organisation).collect();
    Facts {
        applicant: Some(bid.applicant),
        editors: organisations(editors),
        readers: organisations(readers),
        received: bid.state.is_received(),
        ..Facts::default()
    }
}

/// How much of a bid a caller is shown.
pub fn extent(caller: &Caller, bid: &Bid, closed: bool) -> Extent {
    let facts = Facts { closed, ..facts(bid) };
    if decide(caller, Action::Read, &facts) != Verdict::Allow {
        Extent::Sealed
    } else if decide(caller, Action::ReadConflicts, &facts) != Verdict::Allow {
        Extent::Content
    } else {
        Extent::All
    }
}

/// Lets a caller act on a bid, or refuses as the policy says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check(caller: &Caller, action: Action, bid: &Bid) -> Result<(), Refusal> {
    decide(caller, action, &facts(bid)).enforce("bid")
}

/// The same for reading what the bid says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] while it is sealed.
pub fn check_read(caller: &Caller, bid: &Bid, closed: bool) -> Result<(), Refusal> {
    decide(caller, Action::Read, &Facts { closed, ..facts(bid) }).enforce("bid")
}

/// The same for answering for a part that an organisation was asked to take.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check_part(caller: &Caller, action: Action, bid: &Bid, organisation: OrgId) -> Result<(), Refusal> {
    decide(caller, action, &Facts { answering: Some(organisation), ..facts(bid) }).enforce("bid")
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
