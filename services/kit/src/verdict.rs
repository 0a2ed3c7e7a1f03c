//! What a service's policy says of an action. What it rests on stands in each service's `policy.rs`.

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

impl Verdict {
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
