//! One instalment of an award, from plan to reconciliation. Two persons are needed to send it: one approves, another
//! instructs (rule 21).

use kit::caller::Actor;
use kit::ids::{AwardId, PaymentId, ReportId};
use kit::money::Money;
use kit::time::{Date, Timestamp};

use crate::error::{Error, Newer};
use crate::plan::Trigger;

/// One instalment. Its sum stays committed in the pot until the bank has paid it or it is cancelled.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Payment {
    pub id: PaymentId,
    pub award: AwardId,
    /// Counts the instalments of the award from 1.
    pub sequence: i32,
    pub version: i64,
    pub amount: Money,
    pub trigger: Trigger,
    pub state: State,
    /// The overdue report for which it was held last. Once a manager has released it, this one holds it no more.
    pub held_for: Option<Overdue>,
    /// Why it was held, failed or cancelled: the latest reason given.
    pub reason: String,
    pub updated_at: Timestamp,
}

/// A report that is not handed in, and since when it is due.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Overdue {
    pub report: ReportId,
    pub since: Timestamp,
}

/// Where a payment stands. A state carries its facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    Planned,
    Due,
    OnHold,
    Approved { by: Actor },
    Instructed(Sent),
    Paid { sent: Sent, on: Date },
    Reconciled { sent: Sent, on: Date },
    Cancelled,
}

/// What the bank was told, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sent {
    pub approved_by: Actor,
    pub instructed_by: Actor,
    pub bank_reference: String,
}

/// What can happen to a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    FallDue,
    Approve(Actor),
    Instruct {
        by: Actor,
        bank_reference: String,
    },
    Confirm {
        on: Date,
    },
    /// The bank could not pay.
    Fail,
    Reconcile,
    Hold,
    Release,
    /// The approval was for another recipient.
    VoidApproval,
    Cancel,
}

impl Payment {
    pub fn new(award: AwardId, sequence: i32, trigger: Trigger, amount: Money, now: Timestamp) -> Payment {
        Payment {
            // Nobody has named it yet, so a closure that runs twice may make it anew.
            id: PaymentId::new(),
            award,
            sequence,
            version: 1,
            amount,
            trigger,
            state: State::Planned,
            held_for: None,
            reason: String::new(),
            updated_at: now,
        }
    }

    /// # Errors
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(Newer::Payment(self.clone()))) }
    }

    /// Takes a step. Without a reason the one before stays.
    ///
    /// # Errors
    /// [`Error::SamePerson`] when the approver instructs (rule 21), [`Error::IllegalStep`] where the table has no such
    /// step.
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Payment, Error> {
        let reason = if reason.is_empty() { self.reason.clone() } else { reason.to_string() };
        let state = self.state.clone().step(step)?;
        Ok(Payment { state, reason, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Holds it for a report, once for each day on which that was due (rule 24).
    ///
    /// # Errors
    /// [`Error::IllegalStep`] unless it is due or approved.
    pub fn hold_for(&self, overdue: Overdue, reason: &str, now: Timestamp) -> Result<Payment, Error> {
        Ok(Payment { held_for: Some(overdue), ..self.step(Step::Hold, reason, now)? })
    }

    pub fn with_amount(&self, amount: Money, now: Timestamp) -> Payment {
        Payment { amount, version: self.version + 1, updated_at: now, ..self.clone() }
    }
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Error::SamePerson`] when the approver instructs (rule 21), [`Error::IllegalStep`] where the table has no such
    /// step.
    pub fn step(self, step: Step) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Planned, Step::FallDue)
            | (State::OnHold, Step::Release)
            | (State::Approved { .. }, Step::VoidApproval) => State::Due,
            (State::Due, Step::Approve(by)) => State::Approved { by },
            (State::Approved { by }, Step::Instruct { by: instructed_by, .. })
                if by.subject == instructed_by.subject =>
            {
                return Err(Error::SamePerson);
            }
            (State::Approved { by }, Step::Instruct { by: instructed_by, bank_reference }) => {
                State::Instructed(Sent { approved_by: by, instructed_by, bank_reference })
            }
            (State::Instructed(sent), Step::Confirm { on }) => State::Paid { sent, on },
            (State::Instructed(sent), Step::Fail) => State::Approved { by: sent.approved_by },
            (State::Paid { sent, on }, Step::Reconcile) => State::Reconciled { sent, on },
            (State::Due | State::Approved { .. }, Step::Hold) => State::OnHold,
            (State::Planned | State::Due | State::OnHold | State::Approved { .. }, Step::Cancel) => State::Cancelled,

            (
                from @ State::Planned,
                step @ (Step::Approve(_)
                | Step::Instruct { .. }
                | Step::Confirm { .. }
                | Step::Fail
                | Step::Reconcile
                | Step::Hold
                | Step::Release
                | Step::VoidApproval),
            )
            | (
                from @ State::Due,
                step @ (Step::FallDue
                | Step::Instruct { .. }
                | Step::Confirm { .. }
                | Step::Fail
                | Step::Reconcile
                | Step::Release
                | Step::VoidApproval),
            )
            | (
                from @ State::OnHold,
                step @ (Step::FallDue
                | Step::Approve(_)
                | Step::Instruct { .. }
                | Step::Confirm { .. }
                | Step::Fail
                | Step::Reconcile
                | Step::Hold
                | Step::VoidApproval),
            )
            | (
                from @ State::Approved { .. },
                step @ (Step::FallDue
                | Step::Approve(_)
                | Step::Confirm { .. }
                | Step::Fail
                | Step::Reconcile
                | Step::Release),
            )
            | (
                from @ State::Instructed(_),
                step @ (Step::FallDue
                | Step::Approve(_)
                | Step::Instruct { .. }
                | Step::Reconcile
                | Step::Hold
                | Step::Release
                | Step::VoidApproval
                | Step::Cancel),
            )
            | (
                from @ State::Paid { .. },
                step @ (Step::FallDue
                | Step::Approve(_)
                | Step::Instruct { .. }
                | Step::Confirm { .. }
                | Step::Fail
                | Step::Hold
                | Step::Release
                | Step::VoidApproval
                | Step::Cancel),
            )
            | (from @ (State::Reconciled { .. } | State::Cancelled), step) => {
                return Err(Error::IllegalStep { what: "payment", from: from.name(), step: step.name() });
            }
        })
    }

    /// The name in rows and in the golden table.
    pub fn name(&self) -> &'static str {
        match self {
            State::Planned => "planned",
            State::Due => "due",
            State::OnHold => "on_hold",
            State::Approved { .. } => "approved",
            State::Instructed(_) => "instructed",
            State::Paid { .. } => "paid",
            State::Reconciled { .. } => "reconciled",
            State::Cancelled => "cancelled",
        }
    }

    /// Promised, and still to be given up before it is at the bank.
    pub fn is_open(&self) -> bool {
        match self {
            State::Planned | State::Due | State::OnHold | State::Approved { .. } => true,
            State::Instructed(_) | State::Paid { .. } | State::Reconciled { .. } | State::Cancelled => false,
        }
    }

    /// Over and done with.
    pub fn is_settled(&self) -> bool {
        match self {
            State::Reconciled { .. } | State::Cancelled => true,
            State::Planned | State::Due | State::OnHold => false,
            State::Approved { .. } | State::Instructed(_) | State::Paid { .. } => false,
        }
    }

    pub fn approved_by(&self) -> Option<&Actor> {
        match self {
            State::Approved { by } => Some(by),
            State::Instructed(sent) | State::Paid { sent, .. } | State::Reconciled { sent, .. } => {
                Some(&sent.approved_by)
            }
            State::Planned | State::Due | State::OnHold | State::Cancelled => None,
        }
    }

    pub fn sent(&self) -> Option<&Sent> {
        match self {
            State::Instructed(sent) | State::Paid { sent, .. } | State::Reconciled { sent, .. } => Some(sent),
            State::Planned | State::Due | State::OnHold | State::Approved { .. } | State::Cancelled => None,
        }
    }

    pub fn paid_on(&self) -> Option<Date> {
        match self {
            State::Paid { on, .. } | State::Reconciled { on, .. } => Some(*on),
            State::Planned | State::Due | State::OnHold => None,
            State::Approved { .. } | State::Instructed(_) | State::Cancelled => None,
        }
    }
}

impl Step {
    pub fn name(&self) -> &'static str {
        match self {
            Step::FallDue => "fall_due",
            Step::Approve(_) => "approve",
            Step::Instruct { .. } => "instruct",
            Step::Confirm { .. } => "confirm",
            Step::Fail => "fail",
            Step::Reconcile => "reconcile",
            Step::Hold => "hold",
            Step::Release => "release",
            Step::VoidApproval => "void_approval",
            Step::Cancel => "cancel",
        }
    }
}
