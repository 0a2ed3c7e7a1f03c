//! The steps of an award's money: of its payments, its recoveries and its variations. Each is a line with who, when,
//! from, to and why, and is never changed. Checks of payees need none: each of them is kept as it was.

use kit::caller::Actor;
use kit::history::Line;
use kit::ids::{AwardId, OrgId, PaymentId, RecoveryId, VariationId};
use kit::money::Money;
use kit::time::Date;
use strum::Display;

use crate::payment::Payment;
use crate::recovery::Recovery;
use crate::variation::Variation;

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Display)]
pub enum Subject {
    #[strum(to_string = "{0}")]
    Payment(PaymentId),
    #[strum(to_string = "{0}")]
    Recovery(RecoveryId),
    #[strum(to_string = "{0}")]
    Variation(VariationId),
}

/// One step of one subject.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MoneyLine {
    pub award: AwardId,
    pub subject: Subject,
    /// Its sequence is the version of the subject that came of the step.
    pub line: Line,
    /// What came back or was given up; else the sum of the subject after the step, and of a variation what it asks for.
    pub amount: Option<Money>,
    /// The bank's reference of a run or a return, and the meeting of a decision; empty where there is none.
    pub reference: String,
    /// Whom a run was to pay, and the number of the check that held.
    pub to: Option<(OrgId, i64)>,
    /// The bank's day of what was paid or came back.
    pub booked_on: Option<Date>,
}

/// What the bank says of money that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub on: Date,
    /// Empty where there is none.
    pub reference: String,
}

impl MoneyLine {
    pub fn of_payment(old: Option<&Payment>, new: &Payment, step: &str, by: Actor) -> MoneyLine {
        // A run that failed is over, and is told of by the version before.
        let sent = new.state.sent().or(old.and_then(|old| old.state.sent()));
        let to = sent.and_then(|sent| sent.to.as_ref());
        let line = Line::first(new.version, new.updated_at, by, step, new.state.name());
        MoneyLine {
            award: new.award,
            subject: Subject::Payment(new.id),
            line: line.after(old.map(|old| old.state.name())).because(true, &new.reason),
            amount: Some(new.amount),
            reference: sent.map_or_else(String::new, |sent| sent.bank_reference.clone()),
            to: to.map(|to| (to.payee, to.check)),
            booked_on: new.state.paid_on(),
        }
    }

    pub fn of_recovery(
        old: Option<&Recovery>,
        new: &Recovery,
        step: &str,
        by: Actor,
        has_reason: bool,
        receipt: Option<&Receipt>,
    ) -> MoneyLine {
        let line = Line::first(new.version, new.updated_at, by, step, new.state.name());
        let settled = old.map_or(0, |old| old.outstanding().minor_units - new.outstanding().minor_units);
        let amount = if settled > 0 { Money { minor_units: settled, ..new.amount } } else { new.amount };
        MoneyLine {
            award: new.award,
            subject: Subject::Recovery(new.id),
            line: line.after(old.map(|old| old.state.name())).because(has_reason, &new.reason),
            amount: Some(amount),
            reference: receipt.map_or_else(String::new, |receipt| receipt.reference.clone()),
            to: None,
            booked_on: receipt.map(|receipt| receipt.on),
        }
    }

    /// `line` says what was done and why; its state before is that of `old`.
    pub fn of_variation(old: Option<&Variation>, new: &Variation, line: Line) -> MoneyLine {
        let reference = match new.state.decision() {
            Some(decision) => decision.reference.clone(),
            None => String::new(),
        };
        MoneyLine {
            award: new.award,
            subject: Subject::Variation(new.id),
            line: line.after(old.map(|old| old.state.name())),
            amount: new.change.amount,
            reference,
            to: None,
            booked_on: None,
        }
    }
}
