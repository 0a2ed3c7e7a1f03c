//! Membership of the network: classes, terms, good standing, all read as at a day (rule 27).

use kit::call::MembershipClass;
use kit::ids::{MembershipId, OrgId};
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};

use crate::dates::Term;
use crate::error::Error;

/// One time for which an organisation belongs to the network in one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub id: MembershipId,
    pub organisation: OrgId,
    /// Counts every change; the etag.
    pub version: i64,
    /// Each kind of support admits some of them (rule 9).
    pub class: MembershipClass,
    pub term: Term,
    /// Times without good standing, oldest first; they do not overlap.
    pub suspensions: Vec<Suspension>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A time without good standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    pub term: Term,
    pub reason: String,
}

impl Membership {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Makes an organisation a member. `others` are all its memberships.
    ///
    /// # Errors
    /// [`Error::Overlap`] when one of them holds on a day of the new one.
    pub fn begin(
        id: MembershipId,
        organisation: OrgId,
        class: MembershipClass,
        term: Term,
        others: &[Membership],
        now: Timestamp,
    ) -> Result<Membership, Error> {
        if let Some(other) = others.iter().find(|other| other.term.overlaps(&term)) {
            return Err(Error::Overlap { what: "membership", existing: other.id.to_string() });
        }
        Ok(Membership {
            id,
            organisation,
            version: 1,
            class,
            term,
            suspensions: Vec::new(),
            created_at: now,
            updated_at: now,
        })
    }

    /// Ends it from a day on.
    ///
    /// # Errors
    /// [`Error::EndBeforeStart`] for a day before the first, [`Error::EndedAlready`] unless the end comes earlier.
    pub fn end(&self, until: Date, now: Timestamp) -> Result<Membership, Error> {
        Ok(Membership { term: self.term.end(until)?, ..self.changed(now) })
    }

    /// Takes good standing away from a day on.
    ///
    /// # Errors
    /// [`Error::OutsideTerm`] for a day on which it does not hold, or that lies before the end of a suspension;
    /// [`Refusal::IllegalStep`] while it is suspended.
    pub fn suspend(&self, from: Date, reason: &str, now: Timestamp) -> Result<Membership, Error> {
        if !self.term.holds_on(from) {
            return Err(Error::OutsideTerm { field: "from_date" });
        }
        let mut suspended = self.changed(now);
        if let Some(last) = self.suspensions.last() {
            match last.term.until {
                None => return Err(illegal_step("suspended", "suspend").into()),
                Some(until) if from < until => return Err(Error::OutsideTerm { field: "from_date" }),
                Some(_) => {}
            }
        }
        suspended.suspensions.push(Suspension { term: Term { from, until: None }, reason: reason.to_string() });
        Ok(suspended)
    }

    /// Gives good standing back from a day on.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is suspended; [`Error::EndBeforeStart`] unless the day is after its first one.
    pub fn restore(&self, until: Date, now: Timestamp) -> Result<Membership, Error> {
        let mut restored = self.changed(now);
        match restored.suspensions.last_mut() {
            Some(last) if last.term.until.is_none() => last.term = Term::new(last.term.from, Some(until))?,
            Some(_) | None => return Err(illegal_step("in_good_standing", "restore").into()),
        }
        Ok(restored)
    }

    fn changed(&self, now: Timestamp) -> Membership {
        Membership { version: self.version + 1, updated_at: now, ..self.clone() }
    }

    fn suspended_on(&self, day: Date) -> bool {
        self.suspensions.iter().any(|suspension| suspension.term.holds_on(day))
    }
}

fn illegal_step(from: &'static str, step: &'static str) -> Refusal {
    Refusal::IllegalStep { what: "membership", from, step }
}

/// How an organisation stood with the network on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// None when it was no member.
    pub class: Option<MembershipClass>,
    /// A member and not suspended.
    pub good: bool,
}

/// Reads all memberships of one organisation as at a day.
pub fn standing_on(memberships: &[Membership], day: Date) -> Standing {
    match memberships.iter().find(|membership| membership.term.holds_on(day)) {
        Some(held) => Standing { class: Some(held.class), good: !held.suspended_on(day) },
        None => Standing { class: None, good: false },
    }
}

#[cfg(test)]
mod tests;
