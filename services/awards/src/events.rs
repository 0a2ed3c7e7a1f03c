//! The facts that awards publishes. Each carries its subject as it then is, without the names of those who signed,
//! approved or instructed.

use kit::fault::Shown;
use kit::outbox::Fact;
use strum::IntoStaticStr;
use toadlane_proto::awards::v1 as pb;

use crate::award::AwardNow;
use crate::convert;
use crate::extension::Extension;
use crate::payee::PayeeCheck;
use crate::payment::Payment;
use crate::recovery::Recovery;
use crate::variation::{self, Variation};

/// What happened to an award, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.awards.v1.")]
pub enum Happened {
    AwardPrepared,
    AwardReserved,
    ReserveCalled,
    AwardOffered,
    AwardAccepted,
    AwardActivated,
    ConditionMet,
    AwardNamed,
    AwardVaried,
    AwardPaid,
    AwardReturned,
    BalanceWrittenOff,
    FinalReportAccepted,
    AwardSuspended,
    AwardResumed,
    AwardTerminated,
    AwardCompleted,
    AwardClosed,
    AwardReopened,
    AwardRefused,
    AwardLapsed,
    AwardWithdrawn,
}

impl Happened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            Happened::AwardPrepared => "prepare",
            Happened::AwardReserved => "reserve",
            Happened::ReserveCalled => "call_reserve",
            Happened::AwardOffered => "offer",
            Happened::AwardAccepted => "accept",
            Happened::AwardActivated => "activate",
            Happened::ConditionMet => "confirm_condition",
            Happened::AwardNamed => "name",
            Happened::AwardVaried => "vary",
            Happened::AwardPaid => "pay",
            Happened::AwardReturned => "return",
            Happened::BalanceWrittenOff => "write_off",
            Happened::FinalReportAccepted => "accept_final_report",
            Happened::AwardSuspended => "suspend",
            Happened::AwardResumed => "resume",
            Happened::AwardTerminated => "terminate",
            Happened::AwardCompleted => "complete",
            Happened::AwardClosed => "close",
            Happened::AwardReopened => "reopen",
            Happened::AwardRefused => "refuse",
            Happened::AwardLapsed => "lapse",
            Happened::AwardWithdrawn => "withdraw",
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            AwardSuspended | AwardTerminated | AwardReopened | AwardRefused | AwardWithdrawn => true,
            AwardPrepared | AwardReserved | ReserveCalled | AwardOffered | AwardAccepted | AwardActivated
            | ConditionMet => false,
            AwardNamed | AwardVaried | AwardPaid | AwardReturned | BalanceWrittenOff | FinalReportAccepted
            | AwardResumed | AwardCompleted | AwardClosed | AwardLapsed => false,
        }
    }
}

/// The fact about an award.
pub fn award(happened: Happened, now: &AwardNow) -> Fact {
    let resource = convert::award_without_names(now.clone().into());
    Fact::of(happened.into(), now.award.id, now.award.version, &resource)
}

/// What happened to a payment, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.awards.v1.Payment")]
pub enum PaymentHappened {
    Planned,
    FellDue,
    Approved,
    Instructed,
    Paid,
    Failed,
    Reconciled,
    Held,
    Released,
    /// A variation changed its sum, or its recipient, which voids an approval.
    Changed,
    Cancelled,
}

impl PaymentHappened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            PaymentHappened::Planned => "plan",
            PaymentHappened::FellDue => "fall_due",
            PaymentHappened::Approved => "approve",
            PaymentHappened::Instructed => "instruct",
            PaymentHappened::Paid => "confirm",
            PaymentHappened::Failed => "fail",
            PaymentHappened::Reconciled => "reconcile",
            PaymentHappened::Held => "hold",
            PaymentHappened::Released => "release",
            PaymentHappened::Changed => "change",
            PaymentHappened::Cancelled => "cancel",
        }
    }
}

/// The fact about a payment.
pub fn payment(happened: PaymentHappened, payment: &Payment) -> Fact {
    let resource = convert::payment_without_names(payment.clone().into());
    Fact::of(happened.into(), payment.id, payment.version, &resource)
}

/// What happened to a recovery, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.awards.v1.")]
pub enum RecoveryHappened {
    RecoveryOpened,
    ReturnRequested,
    MoneyReturned,
    RecoveryWrittenOff,
    RecoveryReconciled,
}

impl RecoveryHappened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            RecoveryHappened::RecoveryOpened => "open",
            RecoveryHappened::ReturnRequested => "request",
            RecoveryHappened::MoneyReturned => MONEY_RETURNED,
            RecoveryHappened::RecoveryWrittenOff => "write_off",
            RecoveryHappened::RecoveryReconciled => "reconcile",
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        match self {
            RecoveryHappened::RecoveryOpened | RecoveryHappened::RecoveryWrittenOff => true,
            RecoveryHappened::ReturnRequested
            | RecoveryHappened::MoneyReturned
            | RecoveryHappened::RecoveryReconciled => false,
        }
    }
}

/// What history calls it that money came back.
pub const MONEY_RETURNED: &str = "return";

/// The fact about a recovery.
pub fn recovery(happened: RecoveryHappened, recovery: &Recovery) -> Fact {
    Fact::of(happened.into(), recovery.id, recovery.version, &recovery.shown())
}

/// The fact about a variation that is asked for, decided or answered.
pub fn variation(variation: &Variation) -> Fact {
    let kind = match variation.state {
        variation::State::Requested => "toadlane.awards.v1.VariationRequested",
        variation::State::AwaitingAcceptance(_) => "toadlane.awards.v1.VariationProposed",
        variation::State::Approved { .. } => "toadlane.awards.v1.VariationApproved",
        variation::State::Refused(_) => "toadlane.awards.v1.VariationRefused",
        variation::State::Declined { .. } => "toadlane.awards.v1.VariationDeclined",
    };
    let resource = pb::Variation { requested_by: None, decided_by: None, acceptance: None, ..variation.shown() };
    Fact::of(kind, variation.id, variation.version, &resource)
}

/// The fact that all live awards of a round were extended.
pub fn extended(extension: &Extension) -> Fact {
    let resource = pb::Extension { made_by: None, ..extension.clone().into() };
    Fact::of("toadlane.awards.v1.AwardsExtended", extension.id, 1, &resource)
}

/// The fact that an account of a payee was checked. It names the payee alone.
pub fn payee_checked(check: &PayeeCheck) -> Fact {
    let (account_reference, evidence) = (String::new(), String::new());
    let resource = pb::PayeeCheck { account_reference, evidence, checked_by: None, ..check.clone().into() };
    Fact::of("toadlane.awards.v1.PayeeChecked", check.organisation, check.sequence, &resource)
}
