//! Who learns from the reports.

use kit::caller::Role;

/// What somebody is to the commission and the publication that a case is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Learner {
    Consultant,
    /// Named by the commission, and no longer charged with it.
    Relieved,
    /// Of a commission over another round, which runs.
    Elsewhere,
    /// Of one that has ended.
    Idle,
    /// Reads under embargo.
    Reader,
}

impl Learner {
    pub const ALL: [Learner; 5] =
        [Learner::Consultant, Learner::Relieved, Learner::Elsewhere, Learner::Idle, Learner::Reader];

    pub fn role(self) -> Role {
        match self {
            Learner::Consultant | Learner::Elsewhere | Learner::Idle => Role::Consultant,
            Learner::Relieved | Learner::Reader => Role::Reviewer,
        }
    }
}
