//! A look at the bytes of a message before it is decoded.
//!
//! Decoding costs far more memory than the bytes do: an empty message within takes two bytes on the wire and a hundred
//! in the heap, an item of a packed list one and fifty. So the size limit alone is not enough, and the values are
//! counted first. The scan also names a text that is not UTF-8, which the decoder does not. Bytes that make no sense
//! are left to the decoder to refuse.

use super::{Plan, joined};

/// How many values one message may hold, all messages within counted.
pub(super) const MAX_VALUES: usize = 20_000;

/// The decoder's own limit on messages within messages.
const MAX_DEPTH: usize = 100;

/// How a field lies in the bytes.
pub(super) struct Field {
    pub name: String,
    pub kind: Kind,
}

pub(super) enum Kind {
    Message(usize),
    Text,
    PackedVarint,
    Packed32,
    Packed64,
    Single,
}

/// Why a message is not decoded.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    TooManyValues,
    /// The path, without places in lists.
    NotUtf8(String),
}

/// Counts the values in a message of the type that `plan` describes.
pub(super) fn scan(plans: &[Plan], plan: usize, bytes: &[u8]) -> Result<(), Flaw> {
    Scan { plans, n_values: 0 }.message(plan, bytes, "", 0)
}

struct Scan<'a> {
    plans: &'a [Plan],
    n_values: usize,
}

impl Scan<'_> {
    fn message(&mut self, plan: usize, mut bytes: &[u8], path: &str, depth: usize) -> Result<(), Flaw> {
        while let Some(tag) = varint(&mut bytes) {
            self.count(1)?;
            let skipped = match tag & 7 {
                0 => varint(&mut bytes).is_some(),
                1 => take(&mut bytes, 8).is_some(),
                2 => match varint(&mut bytes).and_then(|len| take(&mut bytes, len)) {
                    Some(content) => {
                        let number = u32::try_from(tag >> 3).unwrap_or(0);
                        self.content(plan, number, content, path, depth)?;
                        true
                    }
                    None => false,
                },
                // The fields of a group follow as if they were our own, and are counted as such.
                3 | 4 => true,
                5 => take(&mut bytes, 4).is_some(),
                _ => false,
            };
            if !skipped {
                break;
            }
        }
        Ok(())
    }

    fn content(&mut self, plan: usize, number: u32, content: &[u8], path: &str, depth: usize) -> Result<(), Flaw> {
        let plans = self.plans;
        let Some(field) = plans[plan].wire.get(&number) else {
            return Ok(());
        };
        match field.kind {
            Kind::Message(inner) if depth < MAX_DEPTH => {
                self.message(inner, content, &joined(path, &field.name), depth + 1)
            }
            Kind::Text if std::str::from_utf8(content).is_err() => Err(Flaw::NotUtf8(joined(path, &field.name))),
            Kind::PackedVarint => self.count(content.iter().filter(|byte| **byte < 0x80).count()),
            Kind::Packed32 => self.count(content.len() / 4),
            Kind::Packed64 => self.count(content.len() / 8),
            Kind::Message(_) | Kind::Text | Kind::Single => Ok(()),
        }
    }

    fn count(&mut self, n: usize) -> Result<(), Flaw> {
        self.n_values += n;
        if self.n_values > MAX_VALUES { Err(Flaw::TooManyValues) } else { Ok(()) }
    }
}

fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut n = 0_u64;
    for shift in (0..70).step_by(7) {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        n |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Some(n);
        }
    }
    None
}

fn take<'a>(bytes: &mut &'a [u8], len: u64) -> Option<&'a [u8]> {
    let (content, rest) = bytes.split_at_checked(usize::try_from(len).ok()?)?;
    *bytes = rest;
    Some(content)
}
