//! Payments, as the wire shows them.

use kit::wire::{etag, wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;

use crate::app::reading::PaymentSeen;
use crate::payment::{Payment, State, Trigger};

impl From<Payment> for pb::Payment {
    fn from(payment: Payment) -> pb::Payment {
        let (trigger, due_on) = match payment.trigger {
            Trigger::Active => (pb::payment::Trigger::Active, None),
            Trigger::FinalReport => (pb::payment::Trigger::FinalReport, None),
            Trigger::Day(day) => (pb::payment::Trigger::Day, Some(day)),
        };
        let sent = payment.state.sent();
        pb::Payment {
            id: payment.id.to_string(),
            etag: etag(payment.version),
            award_id: payment.award.to_string(),
            sequence: payment.sequence,
            amount: Some(payment.amount.into()),
            state: state(&payment.state).into(),
            trigger: trigger.into(),
            due_on: wire_date(due_on),
            approved_by: payment.state.approved_by().cloned().map(Into::into),
            instructed_by: sent.map(|sent| sent.instructed_by.clone().into()),
            bank_reference: sent.map(|sent| sent.bank_reference.clone()).unwrap_or_default(),
            paid_on: wire_date(payment.state.paid_on()),
            reason: payment.reason,
            updated_at: wire_time(payment.updated_at),
        }
    }
}

impl From<PaymentSeen> for pb::Payment {
    fn from(seen: PaymentSeen) -> pb::Payment {
        let payment = pb::Payment::from(seen.payment);
        if seen.with_hands { payment } else { without_hands(payment) }
    }
}

/// For the council and for events: without who approved and instructed it.
pub fn without_hands(mut payment: pb::Payment) -> pb::Payment {
    (payment.approved_by, payment.instructed_by) = (None, None);
    payment
}

fn state(state: &State) -> pb::payment::State {
    match state {
        State::Planned => pb::payment::State::Planned,
        State::Due => pb::payment::State::Due,
        State::OnHold => pb::payment::State::OnHold,
        State::Approved { .. } => pb::payment::State::Approved,
        State::Instructed(_) => pb::payment::State::Instructed,
        State::Paid { .. } => pb::payment::State::Paid,
        State::Reconciled { .. } => pb::payment::State::Reconciled,
        State::Cancelled => pb::payment::State::Cancelled,
    }
}
