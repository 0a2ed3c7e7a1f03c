//! What reporting knows about an award: a copy, kept by the events of `awards`, so that reporting does not need
//! `awards`.

use kit::deadline::Deadline;
use kit::ids::{AwardId, BidId, OrgId, RoundId};
use kit::money::Money;
use kit::time::Timestamp;
use kit::working_days::Calendar;
use strum::{EnumString, IntoStaticStr};

use crate::kind::Kind;

/// An award that has reports.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Award {
    pub id: AwardId,
    pub round: RoundId,
    pub bid: BidId,
    pub reference: String,
    pub title: String,
    /// The council that holds it: the one that asked, or its successor (rule 28).
    pub holder: OrgId,
    pub amount: Money,
    /// Version of the round's framework in which the bid claimed its principles; 0 where it has none (rule 34).
    pub framework_version: i32,
    /// Whose working days its reminders keep.
    pub calendar: Calendar,
    pub ended: Option<Ended>,
}

/// How an award ended before its time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Ended {
    Withdrawn,
    Terminated,
}

impl Ended {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// What an event of `awards` tells of an award that was accepted once.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub id: AwardId,
    pub round: RoundId,
    pub bid: BidId,
    pub reference: String,
    pub title: String,
    pub holder: OrgId,
    pub amount: Money,
    pub ended: Option<Ended>,
    /// Codes of the principles that the panel found met.
    pub assessed: Vec<String>,
    /// When the project begins.
    pub starts_at: Option<Timestamp>,
    pub interim_due: Option<Deadline>,
    pub final_due: Option<Deadline>,
}

impl Told {
    pub fn due(&self, kind: Kind) -> Option<&Deadline> {
        match kind {
            Kind::Interim => self.interim_due.as_ref(),
            Kind::Final => self.final_due.as_ref(),
        }
    }

    /// Whether a report of this kind is awaited: none after a withdrawal; after a termination the final one (rule 25).
    pub fn awaits(&self, kind: Kind) -> bool {
        let is_due = match (self.ended, kind) {
            (None, Kind::Interim | Kind::Final) | (Some(Ended::Terminated), Kind::Final) => true,
            (Some(Ended::Terminated), Kind::Interim) | (Some(Ended::Withdrawn), Kind::Interim | Kind::Final) => false,
        };
        is_due && self.due(kind).is_some()
    }

    /// The award as it is kept, with what others said of it.
    pub fn held(&self, framework_version: i32, calendar: Calendar) -> Award {
        Award {
            id: self.id,
            round: self.round,
            bid: self.bid,
            reference: self.reference.clone(),
            title: self.title.clone(),
            holder: self.holder,
            amount: self.amount,
            framework_version,
            calendar,
            ended: self.ended,
        }
    }
}
