//! Membership of the network: classes, terms, good standing, all read as at a day (rule 27).

use kit::ids::{MembershipId, OrgId};
use kit::time::{Date, Timestamp};
use strum::{Display, EnumString, IntoStaticStr, VariantArray};

use crate::dates::Term;
use crate::error::Error;

/// One time for which an organisation belongs to the network in one class.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Membership {
    pub id: MembershipId,
    pub organisation: OrgId,
    /// Counts every change; the etag.
    pub version: i64,
    pub class: Class,
    pub term: Term,
    /// Times without good standing, oldest first; they do not overlap.
    pub suspensions: Vec<Suspension>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What kind of member an organisation is. Each kind of support admits some of them (rule 9).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Class {
    Full,
    Associate,
    Affiliate,
    Supporter,
}

/// A time without good standing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suspension {
    pub term: Term,
    pub reason: String,
}

impl Membership {
    /// # Errors
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(self.clone())) }
    }

    /// Makes an organisation a member. `others` are all its memberships.
    ///
    /// # Errors
    /// [`Error::Overlap`] when one of them holds on a day of the new one.
    pub fn begin(
        id: MembershipId,
        organisation: OrgId,
        class: Class,
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
    /// [`Error::IllegalStep`] while it is suspended.
    pub fn suspend(&self, from: Date, reason: &str, now: Timestamp) -> Result<Membership, Error> {
        if !self.term.holds_on(from) {
            return Err(Error::OutsideTerm { field: "from_date" });
        }
        let mut suspended = self.changed(now);
        if let Some(last) = self.suspensions.last() {
            match last.term.until {
                None => return Err(Error::IllegalStep { what: "membership", from: "suspended", step: "suspend" }),
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
    /// [`Error::IllegalStep`] unless it is suspended; [`Error::EndBeforeStart`] unless the day is after its first one.
    pub fn restore(&self, until: Date, now: Timestamp) -> Result<Membership, Error> {
        let mut restored = self.changed(now);
        match restored.suspensions.last_mut() {
            Some(last) if last.term.until.is_none() => last.term = Term::new(last.term.from, Some(until))?,
            Some(_) | None => {
                return Err(Error::IllegalStep { what: "membership", from: "in_good_standing", step: "restore" });
            }
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

/// How an organisation stood with the network on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    /// None when it was no member.
    pub class: Option<Class>,
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
mod tests {
    use kit::time::at;

    use super::*;
    use crate::dates::day;

    const NOW: &str = "2020-01-06T09:00:00Z";

    fn term(from: &str, until: &str) -> Term {
        Term { from: day(from), until: (!until.is_empty()).then(|| day(until)) }
    }

    fn a_membership(class: Class, term: Term) -> Membership {
        Membership::begin(MembershipId::new(), OrgId::new(), class, term, &[], at(NOW)).unwrap()
    }

    #[test]
    fn the_class_is_read_as_at_a_day() {
        let associate = a_membership(Class::Associate, term("2018-04-01", "2019-04-01"));
        let full = a_membership(Class::Full, term("2019-04-01", ""));
        let on = |text| standing_on(&[associate.clone(), full.clone()], day(text)).class;
        assert_eq!(on("2018-03-31"), None);
        assert_eq!(on("2019-03-31"), Some(Class::Associate));
        assert_eq!(on("2019-04-01"), Some(Class::Full));
    }

    #[test]
    fn a_member_that_left_is_none_from_its_last_day_on() {
        let left = a_membership(Class::Full, term("2018-04-01", "")).end(day("2020-03-16"), at(NOW)).unwrap();
        assert!(standing_on(std::slice::from_ref(&left), day("2020-03-15")).good);
        assert_eq!(standing_on(&[left], day("2020-03-16")), Standing { class: None, good: false });
    }

    #[test]
    fn good_standing_is_read_as_at_a_day_too() {
        let member = a_membership(Class::Full, term("2018-04-01", ""));
        let suspended = member.suspend(day("2019-06-01"), "subscription not paid", at(NOW)).unwrap();
        let restored = suspended.restore(day("2019-09-01"), at(NOW)).unwrap();
        let good = |text| standing_on(std::slice::from_ref(&restored), day(text)).good;
        assert_eq!(["2019-05-31", "2019-06-01", "2019-08-31", "2019-09-01"].map(good), [true, false, false, true]);
        assert_eq!(restored.version, 3);
    }

    #[test]
    fn a_suspended_member_keeps_its_class() {
        let member = a_membership(Class::Associate, term("2018-04-01", ""));
        let suspended = member.suspend(day("2019-06-01"), "subscription not paid", at(NOW)).unwrap();
        let standing = standing_on(&[suspended], day("2020-01-01"));
        assert_eq!(standing, Standing { class: Some(Class::Associate), good: false });
    }

    #[test]
    fn memberships_of_one_organisation_never_overlap() {
        let first = a_membership(Class::Associate, term("2018-04-01", ""));
        let begin = |from: &str, others: &[Membership]| {
            let term = term(from, "");
            Membership::begin(MembershipId::new(), first.organisation, Class::Full, term, others, at(NOW))
        };
        let refused = begin("2019-04-01", std::slice::from_ref(&first)).unwrap_err();
        assert!(matches!(refused, Error::Overlap { existing, .. } if existing == first.id.to_string()));
        let ended = first.end(day("2019-04-01"), at(NOW)).unwrap();
        assert!(begin("2019-04-01", &[ended]).is_ok());
    }

    #[test]
    fn a_suspension_lies_within_the_membership_and_after_the_last_one() {
        let member = a_membership(Class::Full, term("2018-04-01", "2020-04-01"));
        assert!(matches!(member.suspend(day("2018-03-31"), "", at(NOW)), Err(Error::OutsideTerm { .. })));
        assert!(matches!(member.suspend(day("2020-04-01"), "", at(NOW)), Err(Error::OutsideTerm { .. })));
        let suspended = member.suspend(day("2019-01-01"), "", at(NOW)).unwrap();
        assert!(matches!(suspended.suspend(day("2019-02-01"), "", at(NOW)), Err(Error::IllegalStep { .. })));
        assert!(matches!(suspended.restore(day("2018-12-31"), at(NOW)), Err(Error::EndBeforeStart { .. })));
        let restored = suspended.restore(day("2019-03-01"), at(NOW)).unwrap();
        assert!(matches!(restored.restore(day("2019-04-01"), at(NOW)), Err(Error::IllegalStep { .. })));
        assert!(matches!(restored.suspend(day("2019-02-28"), "", at(NOW)), Err(Error::OutsideTerm { .. })));
        assert!(restored.suspend(day("2019-03-01"), "", at(NOW)).is_ok());
    }

    #[test]
    fn every_class_reads_back_by_its_name() {
        for &class in Class::VARIANTS {
            assert_eq!(class.to_string().parse(), Ok(class));
        }
    }
}
