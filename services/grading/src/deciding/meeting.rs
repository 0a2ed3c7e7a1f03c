//! A meeting of the body that acts.

use kit::call::Part;
use kit::fault::Violation;
use kit::ids::{AssessmentId, MeetingId, PersonId};
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};

use crate::panel::Member;

/// A meeting of the boards of one part. Who was present decides for which bids it had quorum (rule 11).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Meeting {
    pub id: MeetingId,
    pub version: i64,
    pub assessment: AssessmentId,
    pub part: Part,
    pub held_at: Timestamp,
    pub account: Account,
}

/// What is on record of a meeting, and can be corrected.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    pub place: String,
    pub present: Vec<PersonId>,
    pub chair: PersonId,
    /// Of the meeting as a whole. What was said of a bid is kept with its decision.
    pub minutes: String,
}

impl Account {
    /// Refuses strangers, anybody named twice, and a chair who was not there.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with each of them.
    pub fn check(&self, members: &[Member]) -> Result<(), Refusal> {
        let mut found = Vec::new();
        for (place, person) in self.present.iter().enumerate() {
            let field = format!("present[{place}]");
            if !members.iter().any(|member| member.person == *person) {
                found.push(Violation::new(field, "panel.member", "this person is not on the panel"));
            } else if self.present[..place].contains(person) {
                found.push(Violation::new(field, "unique", "name each person once"));
            }
        }
        if !self.present.contains(&self.chair) {
            found.push(Violation::new("chair_id", "meeting.chair", "name one of those present"));
        }
        Refusal::if_any(found)
    }
}

impl Meeting {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    pub fn corrected(&self, account: Account) -> Meeting {
        Meeting { account, version: self.version + 1, ..self.clone() }
    }

    pub fn day(&self) -> Date {
        Date::today(self.held_at)
    }
}
