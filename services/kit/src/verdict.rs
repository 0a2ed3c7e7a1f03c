//! A policy's verdict on an action. The rules are in each service's `policy.rs`.

use tonic::Code;

use crate::fault::{Fault, Reason};

/// Deny by default: whatever a policy does not allow is one of the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    /// The caller may see the resource, but others do this.
    Refuse {
        who_may: &'static str,
    },
    /// The caller may not know that the resource exists.
    Hide,
}

/// How a service says what its policy does not allow.
pub trait Denial {
    fn not_allowed(who_may: &'static str) -> Self;
    /// The same as for what does not exist.
    fn not_found(what: &'static str) -> Self;
}

impl Verdict {
    /// Lets the caller act, or says why not; `what` it was about is named to whom it is hidden.
    ///
    /// # Errors
    /// Who may, or that there is no such thing.
    pub fn enforce<E: Denial>(self, what: &'static str) -> Result<(), E> {
        match self {
            Verdict::Allow => Ok(()),
            Verdict::Refuse { who_may } => Err(E::not_allowed(who_may)),
            Verdict::Hide => Err(E::not_found(what)),
        }
    }

    /// The word in the golden matrices.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Allow => "yes",
            Verdict::Refuse { .. } => "no",
            Verdict::Hide => "hidden",
        }
    }
}

/// The refusal of somebody who may see but not do this, with who may.
pub fn not_allowed(who_may: &'static str) -> Fault {
    Fault::new(Code::PermissionDenied, Reason::NotAllowed, format!("{who_may} may do this")).with("who_may", who_may)
}
