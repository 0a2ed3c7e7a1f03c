//! The report and its rules. Its states and legal steps are in `state.rs`; what it must say in `form.rs`.

use kit::caller::Actor;
use kit::deadline::Deadline;
use kit::digest::digest;
use kit::fault::Violation;
use kit::ids::{EvidenceId, OrgId, PersonId, ReportId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::award::{Award, Ended, Told};
use crate::content::{Content, Evidence, Paper};
use crate::error::Error;
use crate::form;
use crate::kind::Kind;
use crate::reminder::{self, Reminder};
use crate::state::{State, Step};

const DAY_S: i64 = 24 * 60 * 60;
/// How long before it is due a final report can be written.
const FINAL_OPENS_BEFORE_S: i64 = 28 * DAY_S;

/// A council's account of an award.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub id: ReportId,
    pub award: Award,
    pub kind: Kind,
    /// The council that reports: the holder of the award. An accepted report keeps the one that wrote it.
    pub organisation: OrgId,
    /// Counts every change; the etag.
    pub version: i64,
    pub state: State,
    pub opens_at: Timestamp,
    pub due: Deadline,
    /// Kept for reporting on slippage (rule 23).
    pub originally_due: Deadline,
    pub next_reminder: Option<Reminder>,
    /// Number of the newest revision, which `paper` is.
    pub revision: i32,
    pub paper: Paper,
    /// Lower-case hexadecimal SHA-256 of the paper's canonical JSON.
    pub digest: String,
    pub sign_off: Option<SignOff>,
    pub requested_changes: Vec<RequestedChange>,
    pub addenda: Vec<Addendum>,
    pub release: Release,
    /// The latest reason given.
    pub reason: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A report as an answer shows it: whole or in outline, at the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReportNow {
    pub report: Report,
    pub as_of: Timestamp,
    /// Whether the caller reads what it says, or only where it stands.
    pub whole: bool,
}

/// A certifier vouches for one revision. Any later edit voids it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    pub certifier: PersonId,
    pub role: String,
    pub revision: i32,
    pub digest: String,
    pub at: Timestamp,
    /// The person, or a system with the scope `reports.certify`.
    pub recorded_by: String,
}

/// A question about one answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RequestedChange {
    pub field: String,
    pub says: String,
}

/// What was added to an accepted report: a text of its own, of the organisation that its author acted for. It is no
/// part of the report, and the report's release does not release it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Addendum {
    pub number: i32,
    pub text: String,
    pub author: Actor,
    pub at: Timestamp,
    pub release: Release,
}

/// A council's consent. Nothing is released until it says so: silence is no consent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    pub to_learning: bool,
    pub may_quote: bool,
    pub name_contact: bool,
    /// A role address is preferred (rule 35).
    pub contact: String,
    pub changed_at: Option<Timestamp>,
    /// When more was last allowed than before: whatever the learning was told under an earlier release is void.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub given_at: Option<Timestamp>,
}

impl Release {
    /// The same as it takes the place of the one before.
    fn in_place_of(self, before: &Release, now: Timestamp) -> Release {
        let is_anew = (self.to_learning && !before.to_learning) || (self.may_quote && !before.may_quote);
        let given_at = if is_anew { Some(now) } else { before.given_at.filter(|_| self.to_learning) };
        Release { changed_at: Some(now), given_at, ..self }
    }
}

impl Report {
    /// A report as an award schedules it, prefilled.
    pub fn scheduled(
        id: ReportId,
        award: &Award,
        kind: Kind,
        told: &Told,
        due: &Deadline,
        content: Content,
        now: Timestamp,
    ) -> Report {
        let paper = Paper { content, evidence: Vec::new() };
        Report {
            id,
            award: award.clone(),
            kind,
            organisation: award.holder,
            version: 1,
            state: State::Scheduled,
            opens_at: opens_at(kind, told, due, now),
            due: due.clone(),
            originally_due: due.clone(),
            next_reminder: reminder::first(due, award.calendar, now),
            revision: 1,
            digest: digest(paper.canonical_json()),
            paper,
            sign_off: None,
            requested_changes: Vec::new(),
            addenda: Vec::new(),
            release: Release::default(),
            reason: String::new(),
            created_at: now,
            updated_at: now,
        }
    }

    /// Computed, not a state. One that was given back was handed in.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.state.is_awaited() && now >= self.due.instant
    }

    /// Finds a file of the newest revision.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for one that is not in it.
    pub fn evidence(&self, id: EvidenceId) -> Result<&Evidence, Refusal> {
        let found = self.paper.evidence.iter().find(|file| file.id == id);
        found.ok_or(Refusal::NotFound { what: "file" })
    }

    /// A report of an award that ended is refused, with how it ended.
    ///
    /// # Errors
    /// [`Error::AwardEnded`] after a withdrawal, and after a termination for a report that was cancelled.
    pub fn expect_award(&self) -> Result<(), Error> {
        match (self.award.ended, self.state) {
            (Some(how @ Ended::Withdrawn), _) | (Some(how), State::Cancelled) => Err(Error::AwardEnded { how }),
            (Some(Ended::Terminated) | None, _) => Ok(()),
        }
    }

    /// Refuses an edit before its bytes are sent.
    ///
    /// # Errors
    /// [`Error::NotOpen`] before its time, [`Error::Immutable`] once it is accepted, [`Refusal::IllegalStep`] while it is
    /// submitted, and once it is waived or cancelled.
    pub fn expect_editable(&self) -> Result<(), Error> {
        self.after(Step::Edit, self.updated_at).map(drop)
    }

    /// All that a dry run lists: everything missing, the sign-off too.
    pub fn missing(&self) -> Vec<Violation> {
        let mut found = form::check(&self.paper, self.kind, self.award.amount);
        if let Err(error) = self.expect_signed_off() {
            found.push(Violation::new("sign_off", "sign_off.needed", error.to_string()));
        }
        found
    }

    /// Refuses what is not complete, with everything missing.
    ///
    /// # Errors
    /// [`Error::Incomplete`] with all of that.
    pub fn expect_complete(&self) -> Result<(), Error> {
        let missing = form::check(&self.paper, self.kind, self.award.amount);
        if missing.is_empty() { Ok(()) } else { Err(Error::Incomplete(missing)) }
    }

    /// Whether a certifier signed off this very revision.
    ///
    /// # Errors
    /// [`Error::SignOffNeeded`] without one.
    pub fn expect_signed_off(&self) -> Result<(), Error> {
        match &self.sign_off {
            Some(sign_off) if sign_off.digest == self.digest => Ok(()),
            Some(_) | None => Err(Error::SignOffNeeded),
        }
    }

    /// The report after a step, nothing else changed.
    fn after(&self, step: Step, now: Timestamp) -> Result<Report, Error> {
        let state = match (self.state, step) {
            (State::Scheduled, Step::Edit | Step::RequestSignOff | Step::SignOff | Step::Submit { .. }) => {
                return Err(Error::NotOpen { opens_at: self.opens_at });
            }
            (state, step) => state.step(step)?,
        };
        Ok(Report { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Opens it for writing, before its time too.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is scheduled.
    pub fn open(&self, now: Timestamp) -> Result<Report, Error> {
        Ok(Report { opens_at: self.opens_at.min(now), ..self.after(Step::Open, now)? })
    }

    /// A new revision. It voids the sign-off, which is for one digest.
    ///
    /// # Errors
    /// [`Error::SpentAboveAward`] for more spent than was awarded, unless that stood there before. For the rest as
    /// [`Report::expect_editable`] does.
    pub fn revise(&self, paper: Paper, now: Timestamp) -> Result<Report, Error> {
        let after = self.after(Step::Edit, now)?;
        // An award may have shrunk since: that is told before handing in, and does not keep a file from being added.
        let changed = paper.content.spent.filter(|spent| self.paper.content.spent != Some(*spent));
        if let Some(spent) = changed.filter(|spent| form::exceeds(*spent, self.award.amount)) {
            return Err(Error::SpentAboveAward { spent, awarded: self.award.amount });
        }
        Ok(Report {
            revision: self.revision + 1,
            digest: digest(paper.canonical_json()),
            paper,
            sign_off: None,
            ..after
        })
    }

    /// Says that the draft is ready for the certifier.
    ///
    /// # Errors
    /// [`Error::Incomplete`] with everything missing, [`Error::NotOpen`] before its time, [`Error::Immutable`] once it
    /// is accepted, [`Refusal::IllegalStep`] unless it is a draft or was given back.
    pub fn request_sign_off(&self, now: Timestamp) -> Result<Report, Error> {
        let after = self.after(Step::RequestSignOff, now)?;
        self.expect_complete()?;
        Ok(after)
    }

    /// Keeps the sign-off of the newest revision. `revision` is the one that the certifier read.
    ///
    /// # Errors
    /// [`Error::OtherRevision`] when that is not the newest, [`Error::Incomplete`] with everything missing,
    /// [`Error::NotOpen`] before its time, [`Error::Immutable`] once it is accepted, [`Refusal::IllegalStep`] where the
    /// table in `state.rs` has no such step.
    pub fn sign_off(
        &self,
        revision: i32,
        certifier: PersonId,
        role: String,
        recorded_by: String,
        at: Timestamp,
    ) -> Result<Report, Error> {
        let after = self.after(Step::SignOff, at)?;
        if revision != self.revision {
            return Err(Error::OtherRevision { present: self.revision });
        }
        self.expect_complete()?;
        let sign_off = SignOff { certifier, role, revision, digest: self.digest.clone(), at, recorded_by };
        Ok(Report { sign_off: Some(sign_off), ..after })
    }

    /// Hands the report in. A sign-off of this very revision must stand.
    ///
    /// # Errors
    /// [`Error::Incomplete`] with everything missing, [`Error::SignOffNeeded`] without that sign-off,
    /// [`Error::NotOpen`] before its time, [`Error::Immutable`] once it is accepted, [`Refusal::IllegalStep`] where the
    /// table in `state.rs` has no such step.
    pub fn submit(&self, at: Timestamp) -> Result<Report, Error> {
        let after = self.after(Step::Submit { at }, at)?;
        self.expect_complete()?;
        self.expect_signed_off()?;
        Ok(Report { requested_changes: Vec::new(), next_reminder: None, ..after })
    }

    /// Gives the report back. The sign-off was for handing in that once.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is submitted, [`Refusal::Invalid`] with every change whose field it does not
    /// have.
    pub fn request_changes(
        &self,
        changes: Vec<RequestedChange>,
        reason: &str,
        now: Timestamp,
    ) -> Result<Report, Error> {
        let after = self.after(Step::RequestChanges, now)?;
        let mut unknown = Vec::new();
        for (place, _) in changes.iter().enumerate().filter(|(_, change)| !self.paper.has(&change.field)) {
            let says = "the report has no such answer; name one as the details do, such as `answers[progress]`";
            unknown.push(Violation::new(format!("changes[{place}].field"), "answer", says));
        }
        Refusal::if_any(unknown)?;
        Ok(Report { requested_changes: changes, sign_off: None, reason: reason.to_string(), ..after })
    }

    /// Accepts what was handed in. From then on corrections are addenda.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is submitted.
    pub fn accept(&self, now: Timestamp) -> Result<Report, Error> {
        self.after(Step::Accept { at: now }, now)
    }

    /// Excuses the council from it.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that was handed in, and once it is waived or cancelled.
    pub fn waive(&self, reason: &str, now: Timestamp) -> Result<Report, Error> {
        Ok(Report { reason: reason.to_string(), next_reminder: None, ..self.after(Step::Waive, now)? })
    }

    /// Calls it off, since its award ended.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] while it is submitted, and once it is accepted, waived or cancelled.
    pub fn cancel(&self, reason: &str, now: Timestamp) -> Result<Report, Error> {
        Ok(Report { reason: reason.to_string(), next_reminder: None, ..self.after(Step::Cancel, now)? })
    }

    /// Moves what is due. The first date is kept (rule 23), and reminders begin anew.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] once it is accepted, waived or cancelled.
    pub fn reschedule(&self, told: &Told, due: &Deadline, now: Timestamp) -> Result<Report, Error> {
        let after = self.after(Step::Reschedule, now)?;
        let opens_at = match self.state {
            State::Scheduled => opens_at(self.kind, told, due, now),
            State::Open
            | State::InDraft { .. }
            | State::AwaitingSignOff { .. }
            | State::Submitted { .. }
            | State::ChangesRequested { .. }
            | State::Accepted { .. }
            | State::Waived
            | State::Cancelled => self.opens_at,
        };
        let next_reminder = reminder::first(due, self.award.calendar, now).filter(|_| self.state.is_awaited());
        Ok(Report { opens_at, due: due.clone(), next_reminder, ..after })
    }

    /// Passes to the council that now holds the award (rule 28), whose own certifier has to sign what is not handed in.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] once it is accepted, waived or cancelled.
    pub fn novate(&self, now: Timestamp) -> Result<Report, Error> {
        let sign_off = self.sign_off.clone().filter(|_| self.state.is_handed_in());
        Ok(Report { organisation: self.award.holder, sign_off, ..self.after(Step::Reschedule, now)? })
    }

    /// Adds words to an accepted report, which itself stays as it is.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is accepted.
    pub fn add_addendum(&self, text: String, author: Actor, at: Timestamp) -> Result<Report, Error> {
        let mut after = self.after(Step::AddAddendum, at)?;
        let number = self.addenda.last().map_or(1, |last| last.number + 1);
        after.addenda.push(Addendum { number, text, author, at, release: Release::default() });
        Ok(after)
    }

    /// Keeps what the council consents to of an addendum of its own.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is accepted, [`Refusal::NotFound`] for an addendum that it does not have,
    /// [`Refusal::Invalid`] for one that the council did not write.
    pub fn release_addendum(&self, number: i32, release: Release, now: Timestamp) -> Result<Report, Error> {
        let mut after = self.after(Step::SetRelease, now)?;
        let of_number = after.addenda.iter_mut().find(|addendum| addendum.number == number);
        let addendum = of_number.ok_or(Refusal::NotFound { what: "addendum" })?;
        let council = [Some(self.organisation), Some(self.award.holder)];
        if !council.contains(&addendum.author.organisation) {
            let says = "the council did not write this addendum; only its own words are its to release";
            return Err(Refusal::bad_field("number", "addendum", says).into());
        }
        addendum.release = release.in_place_of(&addendum.release, now);
        Ok(after)
    }

    /// Keeps what the council consents to, with when it said so.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is accepted.
    pub fn set_release(&self, release: Release, now: Timestamp) -> Result<Report, Error> {
        let release = release.in_place_of(&self.release, now);
        Ok(Report { release, ..self.after(Step::SetRelease, now)? })
    }
}

/// An interim report can be written from the beginning of the project, a final one some weeks before it is due; both
/// when they are due at the latest.
fn opens_at(kind: Kind, told: &Told, due: &Deadline, now: Timestamp) -> Timestamp {
    let opens_at = match kind {
        Kind::Interim => told.starts_at.unwrap_or(now),
        Kind::Final => due.instant.plus_seconds(-FINAL_OPENS_BEFORE_S),
    };
    opens_at.max(now).min(due.instant)
}

#[cfg(test)]
mod tests;
