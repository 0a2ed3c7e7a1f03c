//! The facts that awards publishes. Each carries its subject as it then is, without the names of those who signed,
//! approved or instructed.

use kit::outbox::Fact;
use prost::Message;
use toadlane_proto::awards::v1 as pb;

use crate::award::AwardNow;
use crate::convert;
use crate::extension::Extension;
use crate::payee::PayeeCheck;
use crate::payment::Payment;
use crate::recovery::Recovery;
use crate::variation::{self, Variation};

fn fact(
    kind: &'static str,
    subject: String,
    version: i64,
    resource_type: &'static str,
    resource: &impl Message,
) -> Fact {
    Fact { kind, subject, version, resource_type, resource: resource.encode_to_vec() }
}

/// What happened to an award.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Prepared,
    Reserved,
    ReserveCalled,
    Offered,
    Accepted,
    Activated,
    ConditionMet,
    Named,
    Varied,
    Paid,
    Returned,
    WrittenOff,
    FinalReportAccepted,
    Suspended,
    Resumed,
    Terminated,
    Completed,
    Closed,
    Reopened,
    Refused,
    Lapsed,
    Withdrawn,
}

impl Happened {
    /// The name of the event, in the past tense, and the step as history names it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Happened::Prepared => ("toadlane.awards.v1.AwardPrepared", "prepare"),
            Happened::Reserved => ("toadlane.awards.v1.AwardReserved", "reserve"),
            Happened::ReserveCalled => ("toadlane.awards.v1.ReserveCalled", "call_reserve"),
            Happened::Offered => ("toadlane.awards.v1.AwardOffered", "offer"),
            Happened::Accepted => ("toadlane.awards.v1.AwardAccepted", "accept"),
            Happened::Activated => ("toadlane.awards.v1.AwardActivated", "activate"),
            Happened::ConditionMet => ("toadlane.awards.v1.ConditionMet", "confirm_condition"),
            Happened::Named => ("toadlane.awards.v1.AwardNamed", "name"),
            Happened::Varied => ("toadlane.awards.v1.AwardVaried", "vary"),
            Happened::Paid => ("toadlane.awards.v1.AwardPaid", "pay"),
            Happened::Returned => ("toadlane.awards.v1.AwardReturned", "return"),
            Happened::WrittenOff => ("toadlane.awards.v1.BalanceWrittenOff", "write_off"),
            Happened::FinalReportAccepted => ("toadlane.awards.v1.FinalReportAccepted", "accept_final_report"),
            Happened::Suspended => ("toadlane.awards.v1.AwardSuspended", "suspend"),
            Happened::Resumed => ("toadlane.awards.v1.AwardResumed", "resume"),
            Happened::Terminated => ("toadlane.awards.v1.AwardTerminated", "terminate"),
            Happened::Completed => ("toadlane.awards.v1.AwardCompleted", "complete"),
            Happened::Closed => ("toadlane.awards.v1.AwardClosed", "close"),
            Happened::Reopened => ("toadlane.awards.v1.AwardReopened", "reopen"),
            Happened::Refused => ("toadlane.awards.v1.AwardRefused", "refuse"),
            Happened::Lapsed => ("toadlane.awards.v1.AwardLapsed", "lapse"),
            Happened::Withdrawn => ("toadlane.awards.v1.AwardWithdrawn", "withdraw"),
        }
    }

    pub fn step(self) -> &'static str {
        self.names().1
    }

    /// Whether it is the network's act, and not the council's.
    pub fn by_network(self) -> bool {
        use Happened::*;
        match self {
            Accepted | Refused | Withdrawn => false,
            Prepared | Reserved | ReserveCalled | Offered | Activated | ConditionMet | Named | Varied => true,
            Paid | Returned | WrittenOff | FinalReportAccepted | Suspended | Resumed => true,
            Terminated | Completed | Closed | Reopened | Lapsed => true,
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            Suspended | Terminated | Reopened | Refused | Withdrawn => true,
            Prepared | Reserved | ReserveCalled | Offered | Accepted | Activated | ConditionMet => false,
            Named | Varied | Paid | Returned | WrittenOff | FinalReportAccepted | Resumed | Completed | Closed
            | Lapsed => false,
        }
    }
}

/// The fact about an award.
pub fn award(happened: Happened, now: &AwardNow) -> Fact {
    let resource = convert::without_names(now.clone().into());
    fact(happened.names().0, now.award.id.to_string(), now.award.version, convert::AWARD, &resource)
}

/// What happened to a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
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

/// The fact about a payment.
pub fn payment(happened: PaymentHappened, payment: &Payment) -> Fact {
    let kind = match happened {
        PaymentHappened::Planned => "toadlane.awards.v1.PaymentPlanned",
        PaymentHappened::FellDue => "toadlane.awards.v1.PaymentFellDue",
        PaymentHappened::Approved => "toadlane.awards.v1.PaymentApproved",
        PaymentHappened::Instructed => "toadlane.awards.v1.PaymentInstructed",
        PaymentHappened::Paid => "toadlane.awards.v1.PaymentPaid",
        PaymentHappened::Failed => "toadlane.awards.v1.PaymentFailed",
        PaymentHappened::Reconciled => "toadlane.awards.v1.PaymentReconciled",
        PaymentHappened::Held => "toadlane.awards.v1.PaymentHeld",
        PaymentHappened::Released => "toadlane.awards.v1.PaymentReleased",
        PaymentHappened::Changed => "toadlane.awards.v1.PaymentChanged",
        PaymentHappened::Cancelled => "toadlane.awards.v1.PaymentCancelled",
    };
    let resource = convert::without_hands(payment.clone().into());
    fact(kind, payment.id.to_string(), payment.version, convert::PAYMENT, &resource)
}

/// What happened to a recovery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RecoveryHappened {
    Opened,
    Requested,
    Returned,
    WrittenOff,
    Reconciled,
}

/// The fact about a recovery.
pub fn recovery(happened: RecoveryHappened, recovery: &Recovery) -> Fact {
    let kind = match happened {
        RecoveryHappened::Opened => "toadlane.awards.v1.RecoveryOpened",
        RecoveryHappened::Requested => "toadlane.awards.v1.ReturnRequested",
        RecoveryHappened::Returned => "toadlane.awards.v1.MoneyReturned",
        RecoveryHappened::WrittenOff => "toadlane.awards.v1.RecoveryWrittenOff",
        RecoveryHappened::Reconciled => "toadlane.awards.v1.RecoveryReconciled",
    };
    let resource = pb::Recovery::from(recovery.clone());
    fact(kind, recovery.id.to_string(), recovery.version, convert::RECOVERY, &resource)
}

/// The fact about a variation that is asked for or decided.
pub fn variation(variation: &Variation) -> Fact {
    let kind = match variation.state {
        variation::State::Requested => "toadlane.awards.v1.VariationRequested",
        variation::State::Approved { .. } => "toadlane.awards.v1.VariationApproved",
        variation::State::Refused(_) => "toadlane.awards.v1.VariationRefused",
    };
    let mut resource = pb::Variation::from(variation.clone());
    (resource.requested_by, resource.decided_by) = (None, None);
    fact(kind, variation.id.to_string(), variation.version, convert::VARIATION, &resource)
}

/// The fact that all live awards of a round were extended.
pub fn extended(extension: &Extension) -> Fact {
    let mut resource = pb::Extension::from(extension.clone());
    resource.made_by = None;
    fact("toadlane.awards.v1.AwardsExtended", extension.id.to_string(), 1, convert::EXTENSION, &resource)
}

/// The fact that an account of a payee was checked. It names the payee alone.
pub fn payee_checked(check: &PayeeCheck) -> Fact {
    let mut resource = pb::PayeeCheck::from(check.clone());
    resource.account_reference.clear();
    resource.evidence.clear();
    resource.checked_by = None;
    let subject = check.organisation.to_string();
    fact("toadlane.awards.v1.PayeeChecked", subject, check.sequence, convert::PAYEE_CHECK, &resource)
}
