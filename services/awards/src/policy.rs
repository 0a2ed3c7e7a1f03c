//! Who may do what with an award and its money: one pure function, deny by default. `tests/golden/policy.txt` prints it
//! as a matrix.

use kit::caller::{Area, Caller, Role, Scope, Subject};
use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::verdict::OWN_ORGANISATION;
pub use kit::verdict::Verdict;
use strum::VariantArray;

use crate::award::Award;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    See,
    /// Pots, their ledger, checks of payees, and who approved and instructed.
    SeeBooks,
    Prepare,
    Extend,
    Offer,
    CallReserve,
    Accept,
    Refuse,
    /// Takes back what was offered.
    Withdraw,
    /// Takes back what the council does not know of yet.
    WithdrawUnoffered,
    ConfirmCondition,
    /// Names, suspends, resumes, completes, closes and reopens.
    Manage,
    Terminate,
    RequestVariation,
    /// Asks that another organisation takes the award over (rule 28).
    RequestNovation,
    DecideVariation,
    ApprovePayment,
    /// Holds, releases and cancels.
    HoldPayment,
    InstructPayment,
    /// What the bank and the accounts say, and what comes back.
    Book,
    OpenRecovery,
    WriteOff,
    CheckPayee,
}

impl Action {
    /// About a round or a payee as such, which everyone signed in may know of.
    fn is_at_large(self) -> bool {
        use Action::*;
        match self {
            SeeBooks | Prepare | Extend | CheckPayee => true,
            See | Offer | CallReserve | Accept | Refuse | Withdraw | WithdrawUnoffered => false,
            ConfirmCondition | Manage | Terminate | RequestVariation | RequestNovation | DecideVariation => false,
            ApprovePayment | HoldPayment | InstructPayment | Book | OpenRecovery | WriteOff => false,
        }
    }
}

/// What the policy needs to know of an award.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// None for what is asked about a whole round or a payee.
    pub applicant: Option<OrgId>,
    /// Those that lead and are paid.
    pub readers: Vec<OrgId>,
    /// Those that it concerns besides, and that see no award for that: whom a change names, a payee whose account is
    /// checked, and all of a round that is handled as a whole.
    pub named: Vec<OrgId>,
    /// Whether the council knows of it.
    pub offered: bool,
}

const RUNNERS: &str = "a round manager or a network administrator who sits on no board";
const MANAGERS: &str = "a round manager";
const DECIDERS: &str = "a clerk or a round manager";
const CLERKS: &str = "a clerk";
const FINANCE: &str = "a finance officer who sits on no board";
const CLAIMANTS: &str = "a round manager or a finance officer";
const CERTIFIERS: &str = "a certifier, or a system with awards.certify, of the applicant";
const COUNCIL: &str = "an officer or a certifier, or a system with awards.certify, of the applicant";
const ASKERS: &str = "an officer or a certifier, or a system with awards.certify, of the applicant, or a round manager or \
                      a network administrator who sits on no board";
const OVERSEERS: &str =
    "a round manager, a network administrator, a finance officer, a clerk or an auditor who sits on no board";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    if !sees(caller, action, facts) {
        return Verdict::Hide;
    }
    let of_applicant =
        |may: fn(&Caller, OrgId) -> bool| facts.applicant.is_some_and(|applicant| may(caller, applicant));
    let manager = caller.serves(Role::RoundManager);
    let runner = caller.serves_any(&[Role::RoundManager, Role::NetworkAdministrator]);
    // As whom the caller may: freely, as the council itself or a reader; or for the network.
    let (freely, for_network, who_may) = match action {
        Action::See => (true, false, ""),
        Action::SeeBooks => (caller.serves_any(&OVERSEE), false, OVERSEERS),
        Action::Accept | Action::Withdraw => (of_applicant(certifies_for), false, CERTIFIERS),
        Action::Refuse => (of_applicant(acts_for), false, COUNCIL),
        Action::RequestVariation => (of_applicant(acts_for), runner, ASKERS),
        Action::Prepare | Action::Extend | Action::Offer | Action::CallReserve | Action::RequestNovation => {
            (false, runner, RUNNERS)
        }
        Action::WithdrawUnoffered
        | Action::ConfirmCondition
        | Action::Manage
        | Action::DecideVariation
        | Action::ApprovePayment
        | Action::HoldPayment => (false, manager, MANAGERS),
        Action::Terminate => (false, caller.serves_any(&[Role::Clerk, Role::RoundManager]), DECIDERS),
        Action::InstructPayment | Action::Book | Action::CheckPayee => {
            (false, caller.serves(Role::FinanceOfficer), FINANCE)
        }
        Action::OpenRecovery => (false, caller.serves_any(&[Role::RoundManager, Role::FinanceOfficer]), CLAIMANTS),
        Action::WriteOff => (false, caller.serves(Role::Clerk), CLERKS),
    };
    match (freely, for_network) {
        (true, _) => Verdict::Allow,
        // Nobody acts for the network on what is given to an organisation of their own (rule 21).
        (false, true) if is_own(caller, facts) => Verdict::Apart { whose: OWN_ORGANISATION },
        (false, true) => Verdict::Allow,
        (false, false) => Verdict::Refuse { who_may },
    }
}

/// Whether an organisation that it concerns is the caller's own: their home, or one that they have any role for.
fn is_own(caller: &Caller, facts: &Facts) -> bool {
    caller.is_of_any(facts.applicant.iter().chain(&facts.readers).chain(&facts.named).copied())
}

/// Signs for an organisation, as its certifier does.
fn certifies_for(caller: &Caller, organisation: OrgId) -> bool {
    caller.has_for(Role::Certifier, organisation) || caller.may_as_system(Scope::AwardsCertify, organisation)
}

/// Acts on behalf of an organisation.
fn acts_for(caller: &Caller, organisation: OrgId) -> bool {
    certifies_for(caller, organisation) || caller.has_for(Role::ApplicantOfficer, organisation)
}

/// Reads what its own organisation has to do with.
pub fn reads_for(caller: &Caller, organisation: OrgId) -> bool {
    acts_for(caller, organisation)
        || caller.has_for(Role::CouncilAdministrator, organisation)
        || caller.may_as_system(Scope::AwardsRead, organisation)
}

/// Those who run rounds or keep their books.
const OVERSEE: [Role; 5] =
    [Role::RoundManager, Role::NetworkAdministrator, Role::FinanceOfficer, Role::Clerk, Role::Auditor];

/// Sees every award. Reports rest on them, and the learning reads of them.
pub fn oversees(caller: &Caller) -> bool {
    caller.serves_any(&OVERSEE) || matches!(caller.subject, Subject::Area(Area::Reporting | Area::Learning))
}

fn sees(caller: &Caller, action: Action, facts: &Facts) -> bool {
    if action.is_at_large() {
        return caller.subject != Subject::Anonymous;
    }
    let own = facts.applicant.iter().chain(&facts.readers).any(|&organisation| reads_for(caller, organisation));
    oversees(caller) || (facts.offered && own)
}

/// For whom of an award's organisations a caller acts. Who acts for the network acts for none of them.
pub fn council_of(caller: &Caller, award: &Award) -> Option<OrgId> {
    award.parties().into_iter().find(|&organisation| reads_for(caller, organisation))
}

/// The organisation for which a caller runs rounds or keeps their books.
pub fn network_of(caller: &Caller) -> Option<OrgId> {
    caller.organisation_as(&OVERSEE)
}

/// The facts of an award.
pub fn facts(award: &Award) -> Facts {
    let offered = award.state.offer().is_some();
    let readers = vec![award.lead, award.payee()];
    Facts { applicant: Some(award.applicant), readers, named: Vec::new(), offered }
}

/// Lets a caller act on an award, or refuses as the policy says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may, and
/// [`Refusal::Apart`] for an organisation of the caller's own.
pub fn check(caller: &Caller, action: Action, award: &Award) -> Result<(), Refusal> {
    decide(caller, action, &facts(award)).enforce("award")
}

/// The same for what belongs to an award, and may name more organisations: who may not see the award may not hear of
/// this either.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may, and
/// [`Refusal::Apart`] for an organisation of the caller's own.
pub fn check_of(
    caller: &Caller,
    action: Action,
    award: &Award,
    named: Vec<OrgId>,
    what: &'static str,
) -> Result<(), Refusal> {
    decide(caller, action, &Facts { named, ..facts(award) }).enforce(what)
}

/// The same for a round, a pot or a payee.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check_at_large(caller: &Caller, action: Action, what: &'static str) -> Result<(), Refusal> {
    check_concerning(caller, action, Vec::new(), what)
}

/// The same where all that it concerns is known.
///
/// # Errors
/// Those of [`check_at_large`], and [`Refusal::Apart`] for an organisation of the caller's own.
pub fn check_concerning(caller: &Caller, action: Action, named: Vec<OrgId>, what: &'static str) -> Result<(), Refusal> {
    decide(caller, action, &Facts { named, ..Facts::default() }).enforce(what)
}

#[cfg(test)]
mod tests;
