//! Exact fractions that are never negative: totals are compared unrounded (rule 14).
//!
//! No sum here overflows for what the contract admits. A mean of n marks has a divisor of n, and a bid has at most
//! [`crate::marking::review::MOST_PER_BID`] reviews, so every denominator of a sum divides lcm(1..60), under 10^25.
//! With 50 criteria of weight 10,000 and marks up to 100 the numerator stays under 5·10^7 · 10^25, times 100 for the
//! scale: 5·10^34, and its denominator under 10^25 · 500,000 · 100. A `u128` reaches 3·10^38. The operations are
//! checked all the same, and comparing multiplies nothing.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// A fraction in lowest terms.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fraction {
    numerator: u128,
    denominator: u128,
}

/// A number is larger than can be counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the marks make a number larger than can be counted")]
pub struct TooLarge;

impl Fraction {
    pub const ZERO: Fraction = Fraction { numerator: 0, denominator: 1 };

    /// # Errors
    /// [`TooLarge`] when the denominator is 0.
    pub fn new(numerator: u128, denominator: u128) -> Result<Fraction, TooLarge> {
        if denominator == 0 {
            return Err(TooLarge);
        }
        let divisor = gcd(numerator, denominator);
        Ok(Fraction { numerator: numerator / divisor, denominator: denominator / divisor })
    }

    pub fn whole(number: u32) -> Fraction {
        Fraction { numerator: u128::from(number), denominator: 1 }
    }

    pub fn numerator(self) -> u128 {
        self.numerator
    }

    pub fn denominator(self) -> u128 {
        self.denominator
    }

    /// # Errors
    /// [`TooLarge`] when the sum, before it is reduced, takes more than 128 bits.
    pub fn plus(self, other: Fraction) -> Result<Fraction, TooLarge> {
        let common = gcd(self.denominator, other.denominator);
        let (own, others) = (other.denominator / common, self.denominator / common);
        let left = self.numerator.checked_mul(own).ok_or(TooLarge)?;
        let right = other.numerator.checked_mul(others).ok_or(TooLarge)?;
        let denominator = self.denominator.checked_mul(own).ok_or(TooLarge)?;
        Fraction::new(left.checked_add(right).ok_or(TooLarge)?, denominator)
    }

    /// # Errors
    /// [`TooLarge`] when the product takes more than 128 bits.
    pub fn times(self, factor: u32) -> Result<Fraction, TooLarge> {
        let divisor = gcd(u128::from(factor), self.denominator);
        let numerator = self.numerator.checked_mul(u128::from(factor) / divisor).ok_or(TooLarge)?;
        Fraction::new(numerator, self.denominator / divisor)
    }

    /// # Errors
    /// [`TooLarge`] when the divisor is 0, or the denominator takes more than 128 bits.
    pub fn over(self, divisor: u32) -> Result<Fraction, TooLarge> {
        let common = gcd(u128::from(divisor), self.numerator).max(1);
        let denominator = self.denominator.checked_mul(u128::from(divisor) / common).ok_or(TooLarge)?;
        Fraction::new(self.numerator / common, denominator)
    }

    /// To two decimals, half away from zero: for people, never for ranking.
    pub fn shown(self) -> String {
        let (whole, rest) = (self.numerator / self.denominator, self.numerator % self.denominator);
        let (mut hundredths, rest) = hundredths(rest, self.denominator);
        if rest >= self.denominator - rest {
            hundredths += 1;
        }
        format!("{}.{:02}", whole + hundredths / 100, hundredths % 100)
    }
}

/// `rest * 100 / denominator` and what remains, for a `rest` below the denominator, digit by digit.
fn hundredths(rest: u128, denominator: u128) -> (u128, u128) {
    let (mut found, mut rest) = (0, rest);
    for _ in 0..2 {
        let mut digit = 0;
        let step = rest;
        // Ten additions rather than a product, which could overflow where the denominator is large.
        let mut left = 0_u128;
        for _ in 0..10 {
            if left >= denominator - step {
                left -= denominator - step;
                digit += 1;
            } else {
                left += step;
            }
        }
        (found, rest) = (found * 10 + digit, left);
    }
    (found, rest)
}

fn gcd(a: u128, b: u128) -> u128 {
    let (mut a, mut b) = (a, b);
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

impl Ord for Fraction {
    /// By their continued fractions, so that nothing is multiplied.
    fn cmp(&self, other: &Fraction) -> Ordering {
        let (mut left, mut right) = (*self, *other);
        let ordering = |found: Ordering, turned: bool| if turned { found.reverse() } else { found };
        let mut turned = false;
        loop {
            let wholes = (left.numerator / left.denominator).cmp(&(right.numerator / right.denominator));
            let (rest, others) = (left.numerator % left.denominator, right.numerator % right.denominator);
            if wholes != Ordering::Equal {
                return ordering(wholes, turned);
            }
            if rest == 0 || others == 0 {
                return ordering(rest.min(1).cmp(&others.min(1)), turned);
            }
            left = Fraction { numerator: left.denominator, denominator: rest };
            right = Fraction { numerator: right.denominator, denominator: others };
            turned = !turned;
        }
    }
}

impl PartialOrd for Fraction {
    fn partial_cmp(&self, other: &Fraction) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl fmt::Debug for Fraction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.numerator, self.denominator)
    }
}

/// Decimal texts in JSON: the numbers can be larger than JSON's.
#[derive(Serialize, Deserialize)]
struct Written {
    numerator: String,
    denominator: String,
}

impl Serialize for Fraction {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        Written { numerator: self.numerator.to_string(), denominator: self.denominator.to_string() }.serialize(to)
    }
}

impl<'de> Deserialize<'de> for Fraction {
    fn deserialize<D: serde::Deserializer<'de>>(from: D) -> Result<Fraction, D::Error> {
        let written = Written::deserialize(from)?;
        let numerator = written.numerator.parse().map_err(serde::de::Error::custom)?;
        let denominator = written.denominator.parse().map_err(serde::de::Error::custom)?;
        Fraction::new(numerator, denominator).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests;
