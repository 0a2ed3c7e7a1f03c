//! A policy's verdict on an action. The rules are in each service's `policy.rs`.

use crate::refusal::Refusal;

/// Whose an organisation is that its own people handle for nobody.
pub const OWN_ORGANISATION: &str = "an organisation of your own";

/// Whose a request is that nobody grants to themselves.
pub const OWN_REQUEST: &str = "what you asked for yourself";

/// Deny by default: whatever a policy does not allow is one of the other two.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    Allow,
    /// The caller may see the resource, but others do this.
    Refuse {
        who_may: &'static str,
    },
    /// The caller has the duty, and must leave this one to others.
    Apart {
        whose: &'static str,
    },
    /// The caller may not know that the resource exists.
    Hide,
}

impl Verdict {
    /// Lets the caller act, or says why not; `what` it was about is named to whom it is hidden.
    ///
    /// # Errors
    /// Who may, or that there is no such thing.
    pub fn enforce<E: From<Refusal>>(self, what: &'static str) -> Result<(), E> {
        match self {
            Verdict::Allow => Ok(()),
            Verdict::Refuse { who_may } => Err(Refusal::NotAllowed { who_may }.into()),
            Verdict::Apart { whose } => Err(Refusal::Apart { whose }.into()),
            Verdict::Hide => Err(Refusal::NotFound { what }.into()),
        }
    }

    /// The word in the golden matrices.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Allow => "yes",
            Verdict::Refuse { .. } => "no",
            Verdict::Apart { .. } => "apart",
            Verdict::Hide => "hidden",
        }
    }
}
