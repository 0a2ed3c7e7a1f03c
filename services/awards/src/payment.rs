//! One instalment of an award, from plan to reconciliation. Three people are needed to send it: who checked the account
//! (`payee.rs`), who approves and who instructs; and who instructed does not say what the bank did (rule 21).

use kit::caller::Actor;
use kit::ids::{AwardId, OrgId, PaymentId};
use kit::money::Money;
use kit::refusal::Refusal;
use kit::time::{Date, Timestamp};
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::dates;
use crate::report::Overdue;

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
    /// Why it took its latest step, where a reason is given for that.
    pub reason: String,
    pub updated_at: Timestamp,
}

/// What makes an instalment due.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(TriggerName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum Trigger {
    /// The agreement is accepted and its conditions precedent are met.
    Active,
    FinalReport,
    Day(#[serde(with = "crate::dates::text")] Date),
}

impl Trigger {
    /// The name in rows and messages.
    pub fn name(self) -> &'static str {
        self.into()
    }

    pub fn due_on(self) -> Option<Date> {
        match self {
            Trigger::Day(day) => Some(day),
            Trigger::Active | Trigger::FinalReport => None,
        }
    }
}

/// The state of a payment, with the facts that belong to it.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
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
    /// None for what was instructed before this was kept.
    pub to: Option<Destination>,
}

/// Whom the bank was told to pay, and when. Later variations and checks change nothing of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    pub payee: OrgId,
    /// Number of the payee's check that held.
    pub check: i64,
    pub account_reference: String,
    pub at: Timestamp,
}

/// What can happen to a payment.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StepName), derive(VariantArray))]
pub enum Step {
    FallDue,
    Approve(Actor),
    Instruct {
        by: Actor,
        bank_reference: String,
        to: Destination,
    },
    Confirm {
        by: Actor,
        on: Date,
    },
    /// The bank could not pay.
    Fail(Actor),
    Reconcile(Actor),
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
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Takes a step, for a reason where there is one.
    ///
    /// # Errors
    /// Those of [`State::step`].
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Payment, Refusal> {
        let (state, reason) = (self.state.clone().step(step)?, reason.to_string());
        Ok(Payment { state, reason, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Holds it for a report, once for each day on which that was due (rule 24).
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is due or approved.
    pub fn hold_for(&self, overdue: Overdue, reason: &str, now: Timestamp) -> Result<Payment, Refusal> {
        Ok(Payment { held_for: Some(overdue), ..self.step(Step::Hold, reason, now)? })
    }

    pub fn with_amount(&self, amount: Money, reason: &str, now: Timestamp) -> Payment {
        let reason = reason.to_string();
        Payment { amount, reason, version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// Whom the bank was told to pay, since it was instructed.
    pub fn destination(&self) -> Option<&Destination> {
        self.state.sent().and_then(|sent| sent.to.as_ref())
    }

    /// The bank pays neither before it is told to, nor in days that have not come.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for such a day.
    pub fn expect_paid_on(&self, day: Date, now: Timestamp) -> Result<(), Refusal> {
        let instructed_on = self.destination().map(|to| Date::today(to.at));
        dates::expect_happened("paid_on", day, instructed_on, now)
    }
}

impl State {
    /// Every legal move is a row.
    ///
    /// # Errors
    /// [`Refusal::Apart`] when the approver instructs, or who instructed says what the bank did (rule 21);
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(self, step: Step) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Planned, Step::FallDue)
            | (State::OnHold, Step::Release)
            | (State::Approved { .. }, Step::VoidApproval) => State::Due,
            (State::Due, Step::Approve(by)) => State::Approved { by },
            (State::Approved { by }, Step::Instruct { by: instructed_by, .. })
                if by.subject == instructed_by.subject =>
            {
                return Err(Refusal::Apart { whose: "a payment that you approved" });
            }
            (State::Approved { by }, Step::Instruct { by: instructed_by, bank_reference, to }) => {
                State::Instructed(Sent { approved_by: by, instructed_by, bank_reference, to: Some(to) })
            }
            (State::Instructed(sent), Step::Confirm { by, .. } | Step::Fail(by))
            | (State::Paid { sent, .. }, Step::Reconcile(by))
                if by.subject == sent.instructed_by.subject =>
            {
                return Err(Refusal::Apart { whose: "a payment that you instructed" });
            }
            (State::Instructed(sent), Step::Confirm { on, .. }) => State::Paid { sent, on },
            (State::Instructed(sent), Step::Fail(_)) => State::Approved { by: sent.approved_by },
            (State::Paid { sent, on }, Step::Reconcile(_)) => State::Reconciled { sent, on },
            (State::Due | State::Approved { .. }, Step::Hold) => State::OnHold,
            (State::Planned | State::Due | State::OnHold | State::Approved { .. }, Step::Cancel) => State::Cancelled,
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "payment", from: from.name(), step: step.name() });
            }
        })
    }

    /// The name in rows and in the golden table.
    pub fn name(&self) -> &'static str {
        self.into()
    }

    /// Promised, and still to be given up before it is at the bank.
    pub fn is_open(&self) -> bool {
        match self {
            State::Planned | State::Due | State::OnHold | State::Approved { .. } => true,
            State::Instructed(_) | State::Paid { .. } | State::Reconciled { .. } | State::Cancelled => false,
        }
    }

    /// Promised, and not yet approved by anybody.
    pub fn is_unapproved(&self) -> bool {
        match self {
            State::Planned | State::Due | State::OnHold => true,
            State::Approved { .. } | State::Instructed(_) | State::Paid { .. } => false,
            State::Reconciled { .. } | State::Cancelled => false,
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
        self.into()
    }
}
