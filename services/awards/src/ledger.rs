//! The ledger of a pot, in double entry: every posting moves a sum from one account to another, and no account but the
//! one that the money comes from ever falls below zero (rule 1). So nothing is given twice, and no penny is lost.

use kit::caller::Actor;
use kit::ids::{AwardId, RoundId};
use kit::money::{Currency, Money};
use kit::time::{Date, Timestamp};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error::Error;

/// What a posting moves money between.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Account {
    /// Where the pot comes from.
    Funds,
    /// Free to be committed.
    Available,
    /// Promised and not paid.
    Committed,
    /// Paid, and neither come back nor given up.
    Paid,
    #[strum(serialize = "written off")]
    WrittenOff,
}

/// Why money moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    SetAside,
    Commit,
    Release,
    Pay,
    Return,
    WriteOff,
}

impl Kind {
    /// Where money goes, and where it comes from.
    pub fn debit_and_credit(self) -> (Account, Account) {
        match self {
            Kind::SetAside => (Account::Available, Account::Funds),
            Kind::Commit => (Account::Committed, Account::Available),
            Kind::Release => (Account::Available, Account::Committed),
            Kind::Pay => (Account::Paid, Account::Committed),
            // What comes back is free again, and may call a reserve (rule 18).
            Kind::Return => (Account::Available, Account::Paid),
            Kind::WriteOff => (Account::WrittenOff, Account::Paid),
        }
    }

    /// The name in rows.
    pub fn name(self) -> &'static str {
        self.into()
    }
}

/// The money set aside for one instrument of a round. Sums are in the minor unit of its currency.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pot {
    pub round: RoundId,
    pub instrument: String,
    pub currency: Currency,
    /// All that ever came from the funds.
    pub total: i64,
    pub available: i64,
    pub committed: i64,
    pub paid: i64,
    pub written_off: i64,
    /// Number of the latest posting.
    pub n_entries: i64,
    /// Why it holds more than the round set aside, where the deciding body recorded that.
    pub over_commitment_reason: String,
}

/// A pot as an answer shows it: with the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PotNow {
    pub pot: Pot,
    pub as_of: Timestamp,
}

/// What is to be posted: a sum, and what it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Posting {
    pub kind: Kind,
    pub amount: Money,
    /// None for the funds of the pot.
    pub award: Option<AwardId>,
    /// The payment or recovery.
    pub subject: Option<String>,
    pub by: Actor,
    /// The day on which it counts: of the bank for what was paid or came back, of the posting otherwise.
    pub booked_on: Date,
}

/// One posting. It is never changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Counts from 1 within the pot, without gaps.
    pub sequence: i64,
    pub at: Timestamp,
    pub kind: Kind,
    pub amount: Money,
    /// None for the funds of the pot.
    pub award: Option<AwardId>,
    /// The payment or recovery.
    pub subject: Option<String>,
    /// None for a posting that is older than this.
    pub by: Option<Actor>,
    pub booked_on: Date,
}

impl Pot {
    /// A pot into which nothing was put yet.
    pub fn empty(round: RoundId, instrument: &str, currency: Currency) -> Pot {
        let instrument = instrument.to_string();
        let over_commitment_reason = String::new();
        Pot {
            round,
            instrument,
            currency,
            total: 0,
            available: 0,
            committed: 0,
            paid: 0,
            written_off: 0,
            n_entries: 0,
            over_commitment_reason,
        }
    }

    /// The key under which writes to one pot run one after the other.
    pub fn key(round: RoundId, instrument: &str) -> String {
        format!("{round}/{instrument}")
    }

    pub fn money(&self, minor_units: i64) -> Money {
        Money { minor_units, currency: self.currency }
    }

    /// The pot after a posting.
    ///
    /// # Errors
    /// [`Error::PotExhausted`] when more is to be committed than is free, [`Error::Money`] for what cannot be added.
    /// Any other account holds what is taken from it, or the books of an award were wrong: [`Error::Overdrawn`].
    pub fn post(&self, kind: Kind, amount: Money) -> Result<Pot, Error> {
        // Sums of another currency, and those that cannot be counted, are refused here.
        self.money(self.total).plus(amount)?;
        if amount.minor_units <= 0 {
            return Err(Error::Overdrawn { account: "a posting of nothing" });
        }
        let (debit, credit) = kind.debit_and_credit();
        let mut pot = Pot { n_entries: self.n_entries + 1, ..self.clone() };
        match credit {
            Account::Funds => pot.total += amount.minor_units,
            Account::Available if amount.minor_units > self.available => {
                return Err(Error::PotExhausted { available: self.money(self.available), needed: amount });
            }
            Account::Available | Account::Committed | Account::Paid | Account::WrittenOff => {
                *pot.balance(credit) -= amount.minor_units;
            }
        }
        *pot.balance(debit) += amount.minor_units;
        match pot.least() {
            0.. => Ok(pot),
            i64::MIN..0 => Err(Error::Overdrawn { account: credit.into() }),
        }
    }

    fn balance(&mut self, account: Account) -> &mut i64 {
        match account {
            Account::Funds => &mut self.total,
            Account::Available => &mut self.available,
            Account::Committed => &mut self.committed,
            Account::Paid => &mut self.paid,
            Account::WrittenOff => &mut self.written_off,
        }
    }

    fn least(&self) -> i64 {
        self.available.min(self.committed).min(self.paid).min(self.written_off)
    }
}

#[cfg(test)]
mod tests;
