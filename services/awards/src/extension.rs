//! Extensions: one act moves the dates of all live awards of a round (rule 23).

use kit::caller::Actor;
use kit::deadline::Deadline;
use kit::ids::{ExtensionId, RoundId};
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};

use crate::agreement::{Change, Terms};
use crate::award::Award;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    pub id: ExtensionId,
    pub round: RoundId,
    pub reason: String,
    pub dates: Dates,
    pub n_varied: i32,
    pub made_at: Timestamp,
    pub made_by: Actor,
}

/// Dates that all live awards of a round are to have at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dates {
    pub ends_on: Option<Date>,
    pub interim_report_due: Option<Deadline>,
    pub final_report_due: Option<Deadline>,
}

impl Dates {
    /// What they change of an agreement: dates that lie before them. An award's own later date wins (rule 23), and
    /// where no interim report was asked for there is none.
    pub fn change_of(&self, terms: &Terms) -> Change {
        let later =
            |new: &Option<Deadline>, present: &Deadline| new.clone().filter(|new| new.instant > present.instant);
        Change {
            ends_on: self.ends_on.filter(|day| *day > terms.ends_on),
            interim_report_due: terms
                .interim_report_due
                .as_ref()
                .and_then(|present| later(&self.interim_report_due, present)),
            final_report_due: later(&self.final_report_due, &terms.final_report_due),
            ..Change::default()
        }
    }

    /// All of them, as if they were for one award.
    pub fn whole(&self) -> Change {
        Change {
            ends_on: self.ends_on,
            interim_report_due: self.interim_report_due.clone(),
            final_report_due: self.final_report_due.clone(),
            ..Change::default()
        }
    }

    /// The awards that they vary, each with what changes.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a date that moves no live award.
    pub fn changes(&self, awards: Vec<Award>) -> Result<Vec<(Award, Change)>, Refusal> {
        let mut changes = Vec::new();
        for award in awards.into_iter().filter(Award::has_dates_to_move) {
            let change = self.change_of(&award.agreement.terms);
            if change.moves_dates() {
                changes.push((award, change));
            }
        }
        let moved = |moves: fn(&Change) -> bool| changes.iter().any(|(_, change)| moves(change));
        let given = [
            ("ends_on", self.ends_on.is_some(), moved(|change| change.ends_on.is_some())),
            (
                "interim_report_due",
                self.interim_report_due.is_some(),
                moved(|change| change.interim_report_due.is_some()),
            ),
            ("final_report_due", self.final_report_due.is_some(), moved(|change| change.final_report_due.is_some())),
        ];
        match given.into_iter().find(|(_, given, moves)| *given && !moves) {
            Some((field, ..)) => {
                Err(Refusal::bad_field(field, "extension.moves_nothing", "every live award has a later date already"))
            }
            None => Ok(changes),
        }
    }
}
