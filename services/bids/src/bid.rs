//! The bid: its states, and every legal step between them. Outcomes belong to `grading` and `awards`.

use std::fmt;

use kit::ids::{BidId, OrgId, PersonId, RoundId};
use kit::time::Timestamp;

use crate::content::{Attachment, Paper};
use crate::eligibility::Finding;
use crate::error::Error;
use crate::intake::{Place, Timing};

/// An organisation's formal request in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    pub id: BidId,
    pub round: RoundId,
    pub applicant: OrgId,
    /// The council's own reference, unique per client and round.
    pub client_reference: Option<String>,
    /// Counts every change; the etag.
    pub version: i64,
    pub state: State,
    /// Number of the newest revision, which `paper` is.
    pub revision: i32,
    pub paper: Paper,
    /// Lower-case hexadecimal SHA-256 of the paper's canonical JSON.
    pub digest: String,
    pub participants: Vec<Participant>,
    pub sign_off: Option<SignOff>,
    pub findings: Vec<Finding>,
    /// The latest reason given.
    pub reason: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A bid as an answer shows it: with the close as it stands, and the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BidNow {
    pub bid: Bid,
    pub closes_at: Timestamp,
    pub as_of: Timestamp,
}

/// Where a bid stands. A state carries its facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// Being written. A reopened one keeps its number (rule 4).
    Draft {
        kept: Option<Receipt>,
    },
    Submitted(Receipt),
    /// Received after the close, without a number (rule 7).
    HeldLate(Held),
    Eligible(Receipt),
    Ineligible(Receipt),
    Withdrawn(Before),
    NotSubmitted {
        kept: Option<Receipt>,
    },
    RejectedLate(Held),
}

/// Received in time, or admitted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub number: i64,
    /// The instant of the first hand-in, which orders the bid.
    pub at: Timestamp,
    pub revision: i32,
}

/// Received late.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub at: Timestamp,
    pub revision: i32,
}

/// What a withdrawn bid was before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Before {
    Unreceived,
    Received(Receipt),
    Late(Held),
}

/// What can happen to a bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Submit(Place),
    Reopen,
    Withdraw,
    /// A late bid is let in with the next number, by a manager or by an extension that covers its instant.
    AdmitLate {
        number: i64,
    },
    RejectLate,
    DecideEligible,
    DecideIneligible,
    /// The round closed.
    Close,
    /// The round was extended or reopened.
    Resume,
}

impl State {
    /// Every legal move is a row.
    pub fn step(self, step: Step, revision: i32) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Draft { kept }, Step::Submit(place)) => match (place.timing, kept) {
                (Timing::Early, _) => return Err(Error::NotYetOpen),
                (Timing::InTime { .. }, Some(kept)) => State::Submitted(Receipt { revision, ..kept }),
                (Timing::InTime { number }, None) => State::Submitted(Receipt {
                    number,
                    at: place.at,
                    revision,
                }),
                (Timing::Late, _) => State::HeldLate(Held {
                    at: place.at,
                    revision,
                }),
            },
            (State::Submitted(receipt), Step::Reopen) => State::Draft { kept: Some(receipt) },
            (State::Draft { kept } | State::NotSubmitted { kept }, Step::Withdraw) => {
                State::Withdrawn(kept.map_or(Before::Unreceived, Before::Received))
            }
            (State::Submitted(receipt) | State::Eligible(receipt), Step::Withdraw) => {
                State::Withdrawn(Before::Received(receipt))
            }
            (State::HeldLate(held), Step::Withdraw) => State::Withdrawn(Before::Late(held)),
            (State::HeldLate(Held { at, revision }), Step::AdmitLate { number }) => {
                State::Submitted(Receipt { number, at, revision })
            }
            (State::HeldLate(held), Step::RejectLate) => State::RejectedLate(held),
            (State::Submitted(receipt) | State::Ineligible(receipt), Step::DecideEligible) => {
                State::Eligible(receipt)
            }
            (State::Submitted(receipt) | State::Eligible(receipt), Step::DecideIneligible) => {
                State::Ineligible(receipt)
            }
            (State::Draft { kept }, Step::Close) => State::NotSubmitted { kept },
            (State::NotSubmitted { kept }, Step::Resume) => State::Draft { kept },

            (
                from @ State::Draft { .. },
                step @ (Step::Reopen
                | Step::AdmitLate { .. }
                | Step::RejectLate
                | Step::DecideEligible
                | Step::DecideIneligible
                | Step::Resume),
            )
            | (
                from @ State::Submitted(_),
                step @ (Step::Submit(_)
                | Step::AdmitLate { .. }
                | Step::RejectLate
                | Step::Close
                | Step::Resume),
            )
            | (
                from @ State::HeldLate(_),
                step @ (Step::Submit(_)
                | Step::Reopen
                | Step::DecideEligible
                | Step::DecideIneligible
                | Step::Close
                | Step::Resume),
            )
            | (
                from @ State::Eligible(_),
                step @ (Step::Submit(_)
                | Step::Reopen
                | Step::AdmitLate { .. }
                | Step::RejectLate
                | Step::DecideEligible
                | Step::Close
                | Step::Resume),
            )
            | (
                from @ State::Ineligible(_),
                step @ (Step::Submit(_)
                | Step::Reopen
                | Step::Withdraw
                | Step::AdmitLate { .. }
                | Step::RejectLate
                | Step::DecideIneligible
                | Step::Close
                | Step::Resume),
            )
            | (
                from @ State::NotSubmitted { .. },
                step @ (Step::Submit(_)
                | Step::Reopen
                | Step::AdmitLate { .. }
                | Step::RejectLate
                | Step::DecideEligible
                | Step::DecideIneligible
                | Step::Close),
            )
            | (from @ (State::Withdrawn(_) | State::RejectedLate(_)), step) => {
                return Err(Error::IllegalStep {
                    from: from.name(),
                    step: step.name(),
                });
            }
        })
    }

    /// The name in rows, history and the golden table.
    pub fn name(self) -> &'static str {
        match self {
            State::Draft { .. } => "draft",
            State::Submitted(_) => "submitted",
            State::HeldLate(_) => "held_late",
            State::Eligible(_) => "eligible",
            State::Ineligible(_) => "ineligible",
            State::Withdrawn(_) => "withdrawn",
            State::NotSubmitted { .. } => "not_submitted",
            State::RejectedLate(_) => "rejected_late",
        }
    }

    /// The number and instant, where the bid has or keeps them.
    pub fn receipt(self) -> Option<Receipt> {
        match self {
            State::Submitted(receipt) | State::Eligible(receipt) | State::Ineligible(receipt) => {
                Some(receipt)
            }
            State::Draft { kept } | State::NotSubmitted { kept } => kept,
            State::Withdrawn(Before::Received(receipt)) => Some(receipt),
            State::Withdrawn(Before::Unreceived | Before::Late(_)) => None,
            State::HeldLate(_) | State::RejectedLate(_) => None,
        }
    }

    pub fn held(self) -> Option<Held> {
        match self {
            State::HeldLate(held) | State::RejectedLate(held) | State::Withdrawn(Before::Late(held)) => {
                Some(held)
            }
            State::Draft { .. }
            | State::Submitted(_)
            | State::Eligible(_)
            | State::Ineligible(_)
            | State::Withdrawn(Before::Unreceived | Before::Received(_))
            | State::NotSubmitted { .. } => None,
        }
    }

    /// Whether the network has received it, and so may see it.
    pub fn is_received(self) -> bool {
        match self {
            State::Submitted(_) | State::HeldLate(_) | State::Eligible(_) | State::Ineligible(_) => true,
            State::RejectedLate(_) => true,
            State::Withdrawn(before) => before != Before::Unreceived,
            State::Draft { .. } | State::NotSubmitted { .. } => false,
        }
    }
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Step::Submit(_) => "submit",
            Step::Reopen => "reopen",
            Step::Withdraw => "withdraw",
            Step::AdmitLate { .. } => "admit_late",
            Step::RejectLate => "reject_late",
            Step::DecideEligible => "decide_eligible",
            Step::DecideIneligible => "decide_ineligible",
            Step::Close => "close",
            Step::Resume => "resume",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// An organisation that takes part. It may never submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Participant {
    pub organisation: OrgId,
    pub may_edit: bool,
}

/// A certifier's word for one revision. Any later edit voids it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOff {
    pub certifier: PersonId,
    pub role: String,
    pub revision: i32,
    pub digest: String,
    pub at: Timestamp,
    /// The person, or a system with the scope `bids.certify`.
    pub recorded_by: String,
}

impl Bid {
    /// The organisation that answers for the project (rule 3 counts it).
    pub fn lead(&self) -> OrgId {
        self.paper.content.lead.unwrap_or(self.applicant)
    }

    pub fn payee(&self) -> OrgId {
        self.paper.content.payee.unwrap_or(self.applicant)
    }

    pub fn attachment(&self, id: kit::ids::AttachmentId) -> Result<&Attachment, Error> {
        let found = self.paper.attachments.iter().find(|file| file.id == id);
        found.ok_or(Error::NotFound { what: "attachment" })
    }

    /// Refuses a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version {
            Ok(())
        } else {
            Err(Error::Stale {
                newer: Box::new(self.clone()),
            })
        }
    }

    /// Only a draft can be edited.
    pub fn expect_draft(&self, step: &'static str) -> Result<(), Error> {
        match self.state {
            State::Draft { .. } => Ok(()),
            from @ (State::Submitted(_)
            | State::HeldLate(_)
            | State::Eligible(_)
            | State::Ineligible(_)
            | State::Withdrawn(_)
            | State::NotSubmitted { .. }
            | State::RejectedLate(_)) => Err(Error::IllegalStep {
                from: from.name(),
                step,
            }),
        }
    }

    /// A new revision. It voids the sign-off: a certifier's word is for one digest.
    pub fn revise(&self, paper: Paper, now: Timestamp) -> Result<Bid, Error> {
        self.expect_draft("edit")?;
        let digest = crate::content::digest(&paper.canonical_json());
        Ok(Bid {
            revision: self.revision + 1,
            paper,
            digest,
            sign_off: None,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    pub fn with_participants(&self, participants: Vec<Participant>, now: Timestamp) -> Result<Bid, Error> {
        self.expect_draft("set participants")?;
        Ok(Bid {
            participants,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    pub fn sign_off(
        &self,
        certifier: PersonId,
        role: String,
        recorded_by: String,
        at: Timestamp,
    ) -> Result<Bid, Error> {
        self.expect_draft("sign off")?;
        let sign_off = SignOff {
            certifier,
            role,
            revision: self.revision,
            digest: self.digest.clone(),
            at,
            recorded_by,
        };
        Ok(Bid {
            sign_off: Some(sign_off),
            version: self.version + 1,
            updated_at: at,
            ..self.clone()
        })
    }

    /// Hands the draft in. A sign-off of this very revision must stand.
    pub fn submit(&self, place: Place) -> Result<Bid, Error> {
        let state = self.state.step(Step::Submit(place), self.revision)?;
        match &self.sign_off {
            Some(sign_off) if sign_off.digest == self.digest => {}
            Some(_) | None => return Err(Error::SignOffNeeded),
        }
        Ok(Bid {
            state,
            version: self.version + 1,
            updated_at: place.at,
            ..self.clone()
        })
    }

    /// Takes any step but handing in.
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Bid, Error> {
        let state = self.state.step(step, self.revision)?;
        // A reopened bid is signed off anew: the certifier's word was for handing in that once.
        let sign_off = self.sign_off.clone().filter(|_| step != Step::Reopen);
        let reason = reason.to_string();
        Ok(Bid {
            state,
            sign_off,
            reason,
            version: self.version + 1,
            updated_at: now,
            ..self.clone()
        })
    }

    pub fn screened(&self, findings: Vec<Finding>, now: Timestamp) -> Result<Bid, Error> {
        match self.state {
            State::Submitted(_) | State::Eligible(_) | State::Ineligible(_) => Ok(Bid {
                findings,
                version: self.version + 1,
                updated_at: now,
                ..self.clone()
            }),
            from @ (State::Draft { .. }
            | State::HeldLate(_)
            | State::Withdrawn(_)
            | State::NotSubmitted { .. }
            | State::RejectedLate(_)) => Err(Error::IllegalStep {
                from: from.name(),
                step: "screen",
            }),
        }
    }

    /// Decides on the findings. Going against them, and changing a decision, needs a reason.
    pub fn decide(&self, eligible: bool, reason: &str, now: Timestamp) -> Result<Bid, Error> {
        if self.findings.is_empty() {
            return Err(Error::NotScreened);
        }
        let found = self.findings.iter().all(|finding| finding.met);
        let decided_before = matches!(self.state, State::Eligible(_) | State::Ineligible(_));
        if reason.trim().is_empty() && (found != eligible || decided_before) {
            return Err(Error::ReasonNeeded);
        }
        let step = if eligible {
            Step::DecideEligible
        } else {
            Step::DecideIneligible
        };
        self.step(step, reason, now)
    }
}
