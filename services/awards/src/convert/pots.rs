//! Pots and their postings, as the wire shows them.

use kit::time::Timestamp;
use kit::wire::wire_time;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::ledger::{Account, Entry, Kind, Pot};

pub fn pot((pot, as_of): (Pot, Timestamp)) -> pb::Pot {
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

impl From<Entry> for pb::LedgerEntry {
    fn from(entry: Entry) -> pb::LedgerEntry {
        let kind = match entry.kind {
            Kind::SetAside => pb::ledger_entry::Kind::SetAside,
            Kind::Commit => pb::ledger_entry::Kind::Commit,
            Kind::Release => pb::ledger_entry::Kind::Release,
            Kind::Pay => pb::ledger_entry::Kind::Pay,
            Kind::Return => pb::ledger_entry::Kind::Return,
            Kind::WriteOff => pb::ledger_entry::Kind::WriteOff,
        };
        let (debit, credit) = entry.kind.debit_and_credit();
        pb::LedgerEntry {
            sequence: entry.sequence,
            at: wire_time(entry.at),
            kind: kind.into(),
            debit: account(debit).into(),
            credit: account(credit).into(),
            amount: Some(entry.amount.into()),
            award_id: entry.award.map(|id| id.to_string()).unwrap_or_default(),
            subject: entry.subject.unwrap_or_default(),
        }
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
