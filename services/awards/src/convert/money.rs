//! Payments, recoveries, checks of payees, pots and postings, as the wire shows them.

use kit::money::{Currency, Money};
use kit::time::Timestamp;
use kit::wire::{etag, wire_date, wire_time};
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::app::PrepareDone;
use crate::ledger::{Account, Entry, Kind, Pot};
use crate::payee::PayeeCheck;
use crate::payment::{self, Payment};
use crate::plan::Trigger;
use crate::recovery::{self, Recovery};

impl From<Payment> for pb::Payment {
    fn from(one: Payment) -> pb::Payment {
        payment(one)
    }
}

impl From<Recovery> for pb::Recovery {
    fn from(one: Recovery) -> pb::Recovery {
        recovery(one)
    }
}

impl From<PayeeCheck> for pb::PayeeCheck {
    fn from(one: PayeeCheck) -> pb::PayeeCheck {
        payee_check(one)
    }
}

impl From<PrepareDone> for pb::PrepareAwardsResponse {
    fn from(done: PrepareDone) -> pb::PrepareAwardsResponse {
        pb::PrepareAwardsResponse {
            n_prepared: done.n_prepared,
            n_reserved: done.n_reserved,
            pots: done.pots.into_iter().map(|one| pot(one, done.as_of)).collect(),
            as_of: wire_time(done.as_of),
        }
    }
}

pub fn payment(one: Payment) -> pb::Payment {
    let (trigger, due_on) = match one.trigger {
        Trigger::Active => (pb::payment::Trigger::Active, None),
        Trigger::FinalReport => (pb::payment::Trigger::FinalReport, None),
        Trigger::Day(day) => (pb::payment::Trigger::Day, Some(day)),
    };
    let sent = one.state.sent();
    pb::Payment {
        id: one.id.to_string(),
        etag: etag(one.version),
        award_id: one.award.to_string(),
        sequence: one.sequence,
        amount: Some(one.amount.into()),
        state: payment_state(&one.state).into(),
        trigger: trigger.into(),
        due_on: wire_date(due_on),
        approved_by: one.state.approved_by().cloned().map(Into::into),
        instructed_by: sent.map(|sent| sent.instructed_by.clone().into()),
        bank_reference: sent.map(|sent| sent.bank_reference.clone()).unwrap_or_default(),
        paid_on: wire_date(one.state.paid_on()),
        reason: one.reason,
        updated_at: wire_time(one.updated_at),
    }
}

/// For the council, and for events: what was paid, but not by whose hands.
pub fn without_hands(mut payment: pb::Payment) -> pb::Payment {
    (payment.approved_by, payment.instructed_by) = (None, None);
    payment
}

fn payment_state(state: &payment::State) -> pb::payment::State {
    match state {
        payment::State::Planned => pb::payment::State::Planned,
        payment::State::Due => pb::payment::State::Due,
        payment::State::OnHold => pb::payment::State::OnHold,
        payment::State::Approved { .. } => pb::payment::State::Approved,
        payment::State::Instructed(_) => pb::payment::State::Instructed,
        payment::State::Paid { .. } => pb::payment::State::Paid,
        payment::State::Reconciled { .. } => pb::payment::State::Reconciled,
        payment::State::Cancelled => pb::payment::State::Cancelled,
    }
}

pub fn recovery(one: Recovery) -> pb::Recovery {
    let state = match one.state {
        recovery::State::Due => pb::recovery::State::Due,
        recovery::State::Requested => pb::recovery::State::Requested,
        recovery::State::PartReturned => pb::recovery::State::PartReturned,
        recovery::State::Returned => pb::recovery::State::Returned,
        recovery::State::Reconciled => pb::recovery::State::Reconciled,
        recovery::State::WrittenOff => pb::recovery::State::WrittenOff,
    };
    pb::Recovery {
        id: one.id.to_string(),
        etag: etag(one.version),
        award_id: one.award.to_string(),
        amount: Some(one.amount.into()),
        returned: Some(one.returned.into()),
        written_off: Some(one.written_off.into()),
        state: state.into(),
        reason: one.reason,
        opened_at: wire_time(one.opened_at),
        updated_at: wire_time(one.updated_at),
    }
}

pub fn payee_check(one: PayeeCheck) -> pb::PayeeCheck {
    pb::PayeeCheck {
        organisation_id: one.organisation.to_string(),
        account_reference: one.account_reference,
        evidence: one.evidence,
        checked_by: Some(one.checked_by.into()),
        checked_at: wire_time(one.checked_at),
        usable_from: wire_time(one.usable_from),
    }
}

pub fn pot(pot: Pot, as_of: Timestamp) -> pb::Pot {
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

pub fn entry(one: Entry) -> pb::LedgerEntry {
    let kind = match one.kind {
        Kind::SetAside => pb::ledger_entry::Kind::SetAside,
        Kind::Commit => pb::ledger_entry::Kind::Commit,
        Kind::Release => pb::ledger_entry::Kind::Release,
        Kind::Pay => pb::ledger_entry::Kind::Pay,
        Kind::Return => pb::ledger_entry::Kind::Return,
        Kind::WriteOff => pb::ledger_entry::Kind::WriteOff,
    };
    let (debit, credit) = one.kind.debit_and_credit();
    pb::LedgerEntry {
        sequence: one.sequence,
        at: wire_time(one.at),
        kind: kind.into(),
        debit: account(debit).into(),
        credit: account(credit).into(),
        amount: Some(one.amount.into()),
        award_id: one.award.map(|id| id.to_string()).unwrap_or_default(),
        subject: one.subject.unwrap_or_default(),
    }
}

fn account(account: Account) -> pb::ledger_entry::Account {
    match account {
        Account::Funds => pb::ledger_entry::Account::Funds,
        Account::Available => pb::ledger_entry::Account::Available,
        Account::Committed => pb::ledger_entry::Account::Committed,
        Account::Paid => pb::ledger_entry::Account::Paid,
        Account::WrittenOff => pb::ledger_entry::Account::WrittenOff,
    }
}

/// A total of a list, in pounds.
pub fn total(minor_units: i64) -> Option<types::Money> {
    Some(Money { minor_units, currency: Currency::GBP }.into())
}
