//! Who may do what with a report: one pure function, deny by default. `tests/golden/policy.txt` prints it as a matrix.

use kit::caller::{Area, Caller, Role, Scope, Subject};
use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::verdict::OWN_ORGANISATION;
pub use kit::verdict::Verdict;
use strum::VariantArray;

use crate::report::Report;
use crate::state::State;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    /// Where it stands, and its dates.
    See,
    /// What it says.
    Read,
    Edit,
    SignOff,
    Submit,
    /// Asks for changes, or accepts.
    Review,
    Waive,
    AddAddendum,
    SetRelease,
    ReleaseAddendum,
}

/// What the policy needs to know of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The council that reports.
    pub organisation: OrgId,
    /// The council that holds the award now. It acts; the one before it reads on.
    pub holder: OrgId,
    /// Whether what it says was handed in.
    pub handed_in: bool,
    /// Whether it is accepted, and released to the learning.
    pub released: bool,
}

const WRITERS: &str = "an applicant officer, or a system with reports.write, of the council";
const CERTIFIERS: &str = "a certifier, or a system with reports.certify, of the council";
const SUBMITTERS: &str =
    "an applicant officer, a certifier, or a system with reports.write or reports.certify, of the council";
const ADDERS: &str =
    "an applicant officer, a certifier, or a system with reports.write, of the council, or a round manager";
const MANAGERS: &str = "a round manager";
const READERS: &str = "the council, until the report is handed in,";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    let own = is_of_its_own(caller, facts);
    let learns = learns(caller) && facts.released;
    if !own && !oversees(caller) && !learns {
        return Verdict::Hide;
    }
    let holder = facts.holder;
    let people = [Role::ApplicantOfficer, Role::Certifier].iter().any(|&role| caller.has_for(role, holder));
    let system = |scope| caller.may_as_system(scope, holder);
    let certifies = caller.has_for(Role::Certifier, holder) || system(Scope::ReportsCertify);
    let adds = people || system(Scope::ReportsWrite);
    let manager = caller.serves(Role::RoundManager);
    let (allowed, who_may) = match action {
        Action::See => (true, ""),
        Action::Read => (own || facts.handed_in, READERS),
        Action::Edit => (caller.has_for(Role::ApplicantOfficer, holder) || system(Scope::ReportsWrite), WRITERS),
        Action::SignOff | Action::SetRelease | Action::ReleaseAddendum => (certifies, CERTIFIERS),
        Action::Submit => (people || system(Scope::ReportsWrite) || system(Scope::ReportsCertify), SUBMITTERS),
        Action::AddAddendum => (adds || manager, ADDERS),
        Action::Review | Action::Waive => (manager, MANAGERS),
    };
    let for_the_network = match action {
        Action::Review | Action::Waive => true,
        Action::AddAddendum => !adds,
        Action::See
        | Action::Read
        | Action::Edit
        | Action::SignOff
        | Action::Submit
        | Action::SetRelease
        | Action::ReleaseAddendum => false,
    };
    match allowed {
        false => Verdict::Refuse { who_may },
        true if for_the_network && caller.is_of_any([facts.organisation, holder]) => {
            Verdict::Apart { whose: OWN_ORGANISATION }
        }
        true => Verdict::Allow,
    }
}

/// Reads what its own organisation has to do with.
pub fn reads_for(caller: &Caller, organisation: OrgId) -> bool {
    let roles = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];
    let scopes = [Scope::ReportsRead, Scope::ReportsWrite, Scope::ReportsCertify];
    roles.iter().any(|&role| caller.has_for(role, organisation))
        || scopes.iter().any(|&scope| caller.may_as_system(scope, organisation))
}

/// Whether a report is the caller's own: that of a council they read for.
pub fn is_of_its_own(caller: &Caller, facts: &Facts) -> bool {
    reads_for(caller, facts.organisation) || reads_for(caller, facts.holder)
}

/// Sees every report, and reads what was handed in. Awards completes on the final one.
pub fn oversees(caller: &Caller) -> bool {
    caller.serves_any(&[Role::RoundManager, Role::NetworkAdministrator, Role::Auditor, Role::FinanceOfficer])
        || caller.subject == Subject::Area(Area::Awards)
}

/// Sees what is accepted and released, and that alone (rule 30).
pub fn learns(caller: &Caller) -> bool {
    caller.subject == Subject::Area(Area::Learning)
}

/// For which council a caller acts on a report.
pub fn council_of(caller: &Caller, report: &Report) -> Option<OrgId> {
    [report.award.holder, report.organisation].into_iter().find(|&organisation| reads_for(caller, organisation))
}

/// The organisation for which a caller runs rounds.
pub fn network_of(caller: &Caller) -> Option<OrgId> {
    caller.organisation_as(&[Role::RoundManager])
}

/// The facts of a report.
pub fn facts(report: &Report) -> Facts {
    Facts {
        organisation: report.organisation,
        holder: report.award.holder,
        handed_in: report.state.is_handed_in(),
        released: matches!(report.state, State::Accepted { .. }) && report.release.to_learning,
    }
}

/// Whether a caller who sees a report reads what it says too.
pub fn reads(caller: &Caller, report: &Report) -> bool {
    decide(caller, Action::Read, &facts(report)) == Verdict::Allow
}

/// Lets a caller act on a report, or refuses as the policy says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may, [`Refusal::Apart`]
/// for what the network decides on a council of the caller's own.
pub fn check(caller: &Caller, action: Action, report: &Report) -> Result<(), Refusal> {
    decide(caller, action, &facts(report)).enforce("report")
}

#[cfg(test)]
mod tests;
