//! Money: integer minor units with a currency, checked (rule 1).
//!
//! Sealed papers, terms and records contain it: its JSON must not change.

use std::fmt;

use toadlane_proto::types::v1 as pb;

/// An ISO 4217 code, three capital letters.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Currency([u8; 3]);

impl Currency {
    pub const GBP: Currency = Currency(*b"GBP");

    pub fn as_str(&self) -> &str {
        std::str::from_utf8(&self.0).expect("a currency is made of capital letters alone")
    }
}

impl fmt::Debug for Currency {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl serde::Serialize for Currency {
    fn serialize<S: serde::Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(self.as_str())
    }
}

impl<'de> serde::Deserialize<'de> for Currency {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Currency, D::Error> {
        let text = <std::borrow::Cow<'de, str>>::deserialize(from)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// A text is no sum of money.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum BadMoney {
    #[error("give the currency as three capital letters, such as GBP")]
    Currency,
    #[error("sums in different currencies cannot be added")]
    Mixed,
    #[error("the sum is larger than can be counted")]
    TooLarge,
}

impl std::str::FromStr for Currency {
    type Err = BadMoney;

    fn from_str(text: &str) -> Result<Currency, BadMoney> {
        match text.as_bytes() {
            [a, b, c] if [a, b, c].iter().all(|letter| letter.is_ascii_uppercase()) => Ok(Currency([*a, *b, *c])),
            _ => Err(BadMoney::Currency),
        }
    }
}

/// An exact sum in the minor unit of its currency (pence for GBP).
#[derive(Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub struct Money {
    pub minor_units: i64,
    pub currency: Currency,
}

impl Money {
    pub const fn pence(minor_units: i64) -> Money {
        Money { minor_units, currency: Currency::GBP }
    }

    pub fn plus(self, other: Money) -> Result<Money, BadMoney> {
        if self.currency != other.currency {
            return Err(BadMoney::Mixed);
        }
        let minor_units = self.minor_units.checked_add(other.minor_units).ok_or(BadMoney::TooLarge)?;
        Ok(Money { minor_units, ..self })
    }
}

impl fmt::Display for Money {
    /// `£1,500.00`, or `1,500.00 EUR` in another currency.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.minor_units < 0 { "-" } else { "" };
        let (whole, rest) = (self.minor_units.unsigned_abs() / 100, self.minor_units.unsigned_abs() % 100);
        let digits = whole.to_string();
        let mut grouped = String::new();
        for (place, digit) in digits.chars().enumerate() {
            if place > 0 && (digits.len() - place) % 3 == 0 {
                grouped.push(',');
            }
            grouped.push(digit);
        }
        match self.currency {
            Currency::GBP => write!(f, "{sign}£{grouped}.{rest:02}"),
            other => write!(f, "{sign}{grouped}.{rest:02} {}", other.as_str()),
        }
    }
}

impl fmt::Debug for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl From<Money> for pb::Money {
    fn from(money: Money) -> pb::Money {
        pb::Money { minor_units: money.minor_units, currency: money.currency.as_str().to_string() }
    }
}

impl TryFrom<pb::Money> for Money {
    type Error = BadMoney;

    fn try_from(wire: pb::Money) -> Result<Money, BadMoney> {
        Ok(Money { minor_units: wire.minor_units, currency: wire.currency.parse()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn money_is_printed_with_groups_and_pence() {
        assert_eq!(Money::pence(1_950_000).to_string(), "£19,500.00");
        assert_eq!(Money::pence(5).to_string(), "£0.05");
        assert_eq!(Money::pence(-123_456_789).to_string(), "-£1,234,567.89");
        let euros = Money { minor_units: 100, currency: "EUR".parse().unwrap() };
        assert_eq!(euros.to_string(), "1.00 EUR");
    }

    #[test]
    fn sums_of_two_currencies_or_beyond_counting_are_refused() {
        let euros = Money { minor_units: 1, currency: "EUR".parse().unwrap() };
        assert_eq!(Money::pence(1).plus(euros), Err(BadMoney::Mixed));
        assert_eq!(Money::pence(i64::MAX).plus(Money::pence(1)), Err(BadMoney::TooLarge));
        assert_eq!("gbp".parse::<Currency>(), Err(BadMoney::Currency));
    }
}
