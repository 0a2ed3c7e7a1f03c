//! Payments, recoveries, checks of payees and pots, as the wire shows them.

use kit::fault::Shown;
use kit::history::Line;
use kit::names::wire_enum;
use kit::wire::{etag, wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::app::reading::{MoneyLineSeen, PaymentSeen};
use crate::ledger::{Account, Entry, PotNow};
use crate::payee::PayeeCheck;
use crate::payment::Payment;
use crate::recovery::Recovery;

impl From<Payment> for pb::Payment {
    fn from(payment: Payment) -> pb::Payment {
        let sent = payment.state.sent();
        let to = payment.destination();
        pb::Payment {
            id: payment.id.to_string(),
            etag: etag(payment.version),
            award_id: payment.award.to_string(),
            sequence: payment.sequence,
            amount: Some(payment.amount.into()),
            state: wire_enum::<pb::payment::State>(&payment.state).into(),
            trigger: wire_enum::<pb::payment::Trigger>(payment.trigger).into(),
            due_on: wire_date(payment.trigger.due_on()),
            approved_by: payment.state.approved_by().cloned().map(Into::into),
            instructed_by: sent.map(|sent| sent.instructed_by.clone().into()),
            bank_reference: sent.map(|sent| sent.bank_reference.clone()).unwrap_or_default(),
            paid_on: wire_date(payment.state.paid_on()),
            payee_organisation_id: to.map(|to| to.payee.to_string()).unwrap_or_default(),
            payee_check: to.map_or(0, |to| to.check),
            account_reference: to.map(|to| to.account_reference.clone()).unwrap_or_default(),
            instructed_at: to.and_then(|to| wire_time(to.at)),
            reason: payment.reason,
            updated_at: wire_time(payment.updated_at),
        }
    }
}

impl Shown for Payment {
    type Wire = pb::Payment;
}

impl From<PaymentSeen> for pb::Payment {
    fn from(PaymentSeen { payment, names_people }: PaymentSeen) -> pb::Payment {
        let payment = pb::Payment::from(payment);
        if names_people { payment } else { payment_without_names(payment) }
    }
}

/// For the council and for events: without who approved and instructed it, and into which account.
pub fn payment_without_names(payment: pb::Payment) -> pb::Payment {
    pb::Payment { approved_by: None, instructed_by: None, account_reference: String::new(), ..payment }
}

impl From<MoneyLineSeen> for pb::MoneyHistoryEntry {
    fn from(MoneyLineSeen { line: seen, names_people }: MoneyLineSeen) -> pb::MoneyHistoryEntry {
        let Line { sequence, at, by, step, from, to, reason } = seen.line;
        let (payee, check) = seen.to.unzip();
        let entry = pb::MoneyHistoryEntry {
            subject: seen.subject.to_string(),
            sequence,
            at: wire_time(at),
            actor: Some(by.into()),
            step,
            from_state: from.unwrap_or_default(),
            to_state: to,
            reason,
            amount: seen.amount.map(Into::into),
            reference: seen.reference,
            payee_organisation_id: payee.map(|id| id.to_string()).unwrap_or_default(),
            payee_check: check.unwrap_or(0),
            booked_on: wire_date(seen.booked_on),
        };
        if names_people { entry } else { entry_without_names(entry) }
    }
}

/// For the council: for which organisation a step was taken, but not by whom, nor under which reference of the bank.
fn entry_without_names(entry: pb::MoneyHistoryEntry) -> pb::MoneyHistoryEntry {
    let actor = entry.actor.map(|actor| types::Actor { subject: String::new(), ..actor });
    pb::MoneyHistoryEntry { actor, reference: String::new(), ..entry }
}

impl From<Recovery> for pb::Recovery {
    fn from(recovery: Recovery) -> pb::Recovery {
        pb::Recovery {
            id: recovery.id.to_string(),
            etag: etag(recovery.version),
            award_id: recovery.award.to_string(),
            amount: Some(recovery.amount.into()),
            returned: Some(recovery.returned.into()),
            written_off: Some(recovery.written_off.into()),
            state: wire_enum::<pb::recovery::State>(recovery.state).into(),
            reason: recovery.reason,
            opened_at: wire_time(recovery.opened_at),
            updated_at: wire_time(recovery.updated_at),
        }
    }
}

impl Shown for Recovery {
    type Wire = pb::Recovery;
}

impl From<PayeeCheck> for pb::PayeeCheck {
    fn from(check: PayeeCheck) -> pb::PayeeCheck {
        pb::PayeeCheck {
            organisation_id: check.organisation.to_string(),
            account_reference: check.account_reference,
            evidence: check.evidence,
            checked_by: Some(check.checked_by.into()),
            checked_at: wire_time(check.checked_at),
            usable_from: wire_time(check.usable_from),
            sequence: check.sequence,
        }
    }
}

impl From<PotNow> for pb::Pot {
    fn from(PotNow { pot, as_of }: PotNow) -> pb::Pot {
        let sum = |minor_units| Some(types::Money::from(pot.money(minor_units)));
        pb::Pot {
            round_id: pot.round.to_string(),
            total: sum(pot.total),
            available: sum(pot.available),
            committed: sum(pot.committed),
            paid: sum(pot.paid),
            written_off: sum(pot.written_off),
            as_of: wire_time(as_of),
            instrument: pot.instrument,
            over_commitment_reason: pot.over_commitment_reason,
        }
    }
}

impl From<Entry> for pb::LedgerEntry {
    fn from(entry: Entry) -> pb::LedgerEntry {
        let (debit, credit) = entry.kind.debit_and_credit();
        pb::LedgerEntry {
            sequence: entry.sequence,
            at: wire_time(entry.at),
            kind: wire_enum::<pb::ledger_entry::Kind>(entry.kind).into(),
            debit: account(debit).into(),
            credit: account(credit).into(),
            amount: Some(entry.amount.into()),
            award_id: entry.award.map(|id| id.to_string()).unwrap_or_default(),
            subject: entry.subject.unwrap_or_default(),
            actor: entry.by.map(Into::into),
            booked_on: entry.booked_on.to_string(),
        }
    }
}

/// One account is called otherwise in our sentences.
fn account(account: Account) -> pb::ledger_entry::Account {
    match account {
        Account::Funds => pb::ledger_entry::Account::Funds,
        Account::Available => pb::ledger_entry::Account::Available,
        Account::Committed => pb::ledger_entry::Account::Committed,
        Account::Paid => pb::ledger_entry::Account::Paid,
        Account::WrittenOff => pb::ledger_entry::Account::WrittenOff,
    }
}
