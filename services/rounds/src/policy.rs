//! Who may do what: one pure function from caller, action and facts to a verdict, deny by default.
//!
//! Whether a step is legal in a state is decided in `state.rs`. The whole matrix is a golden file,
//! `tests/golden/policy.txt`: a change of policy shows there as a diff.

use kit::caller::{Caller, Role, Subject};
use kit::ids::OrgId;
use kit::refusal::Refusal;
pub use kit::verdict::Verdict;
use strum::VariantArray;

use crate::round::Round;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    CreateRound,
    SeeRound,
    UpdateRound,
    ScheduleRound,
    ExtendRound,
    ReopenRound,
    CancelRound,
    SeeFramework,
    CreateFramework,
    AddVersion,
    UpdateVersion,
}

/// What the policy needs to know of a round.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Facts {
    /// A draft, or a round that was cancelled as one.
    Unpublished,
    /// A round from scheduled on.
    Published,
    /// No round: what does not exist yet, and every framework.
    #[default]
    AtLarge,
}

const MANAGERS: &str = "a round manager or a network administrator";
const EDITORS: &str = "a network administrator or an editor";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    let runs_rounds = caller.has(Role::RoundManager) || caller.has(Role::NetworkAdministrator);
    let words_frameworks = caller.has(Role::NetworkAdministrator) || caller.has(Role::Editor);
    let sees_drafts = runs_rounds || caller.has(Role::Auditor);
    if caller.subject == Subject::Anonymous || (*facts == Facts::Unpublished && !sees_drafts) {
        return Verdict::Hide;
    }
    let (allowed, who_may) = match action {
        Action::SeeRound | Action::SeeFramework => (true, ""),
        Action::CreateRound
        | Action::UpdateRound
        | Action::ScheduleRound
        | Action::ExtendRound
        | Action::ReopenRound
        | Action::CancelRound => (runs_rounds, MANAGERS),
        Action::CreateFramework | Action::AddVersion | Action::UpdateVersion => (words_frameworks, EDITORS),
    };
    if allowed { Verdict::Allow } else { Verdict::Refuse { who_may } }
}

/// Whether the caller sees rounds that were never published.
pub fn sees_drafts(caller: &Caller) -> bool {
    decide(caller, Action::SeeRound, &Facts::Unpublished) == Verdict::Allow
}

/// The network for which the caller runs rounds.
pub fn network_of(caller: &Caller) -> Option<OrgId> {
    caller.organisation_as(&[Role::RoundManager, Role::NetworkAdministrator])
}

/// The facts of a round.
pub fn facts(round: &Round) -> Facts {
    if round.state.scheduled_at().is_some() { Facts::Published } else { Facts::Unpublished }
}

/// Lets a caller act on a round, or refuses as the policy says.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may.
pub fn check(caller: &Caller, action: Action, round: &Round) -> Result<(), Refusal> {
    decide(caller, action, &facts(round)).enforce("round")
}

/// The same for what is of no round.
///
/// # Errors
/// Those of [`check`].
pub fn check_at_large(caller: &Caller, action: Action, what: &'static str) -> Result<(), Refusal> {
    decide(caller, action, &Facts::default()).enforce(what)
}

#[cfg(test)]
mod tests;
