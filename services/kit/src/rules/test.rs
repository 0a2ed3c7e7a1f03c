//! The tests of a value, and the sentence each gives the caller.
//!
//! The sentence says what is accepted. It never repeats the value, which may be personal.

use std::collections::HashSet;
use std::sync::LazyLock;

use prost_reflect::Value;
use regex::Regex;

/// One rule of one field. Numbers and enum values are `i128`, times nanoseconds since 1970.
pub(super) struct Test {
    /// Identity of the rule as Buf's validator reports it, such as `string.max_len`.
    pub id: String,
    /// What is accepted, for a person.
    pub wants: String,
    pub kind: Kind,
}

pub(super) enum Kind {
    Text(String),
    Chars(Size),
    TextBytes(Size),
    Matches(Regex),
    Prefix(String),
    TextIn(HashSet<String>),
    TextNotIn(HashSet<String>),
    Email,
    Uuid,
    Bytes(Size),
    Bool(bool),
    Number(i128),
    NumberIn(HashSet<i128>),
    NumberNotIn(HashSet<i128>),
    Range(Range),
    Items(Size),
    Unique,
}

#[derive(Clone, Copy)]
pub(super) enum Size {
    Exactly(u64),
    AtLeast(u64),
    AtMost(u64),
}

/// Bounds below and above. Where the lower lies above the upper, what lies between is refused instead.
#[derive(Clone, Copy)]
pub(super) struct Range {
    pub low: Option<Bound>,
    pub high: Option<Bound>,
}

#[derive(Clone, Copy)]
pub(super) struct Bound {
    pub at: i128,
    /// The bound itself is accepted.
    pub included: bool,
}

/// What HTML's e-mail input accepts, which is Buf's definition too.
static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let label = "[a-zA-Z0-9](?:[a-zA-Z0-9-]{0,61}[a-zA-Z0-9])?";
    Regex::new(&format!(r"^[a-zA-Z0-9.!#$%&'*+/=?^_`{{|}}~-]+@{label}(?:\.{label})*$"))
        .expect("the expression is constant and tested")
});

impl Test {
    /// The rule's identity and a sentence, if the value breaks it.
    pub fn broken_by(&self, value: &Value) -> Option<(String, String)> {
        let holds = match &self.kind {
            Kind::Text(want) => text(value) == want,
            Kind::Chars(size) => return self.sized(*size, text(value).chars().count()),
            Kind::TextBytes(size) => return self.sized(*size, text(value).len()),
            Kind::Matches(pattern) => pattern.is_match(text(value)),
            Kind::Prefix(prefix) => text(value).starts_with(prefix),
            Kind::TextIn(set) => set.contains(text(value)),
            Kind::TextNotIn(set) => !set.contains(text(value)),
            Kind::Email => return self.well_known(text(value), |text| EMAIL.is_match(text)),
            Kind::Uuid => return self.well_known(text(value), is_uuid),
            Kind::Bytes(size) => return self.sized(*size, bytes(value).len()),
            Kind::Bool(want) => value.as_bool() == Some(*want),
            Kind::Number(want) => number(value) == *want,
            Kind::NumberIn(set) => set.contains(&number(value)),
            Kind::NumberNotIn(set) => !set.contains(&number(value)),
            Kind::Range(range) => range.holds(number(value)),
            Kind::Items(size) => return self.sized(*size, list(value).len()),
            Kind::Unique => is_unique(list(value)),
        };
        (!holds).then(|| (self.id.clone(), self.wants.clone()))
    }

    fn sized(&self, size: Size, n: usize) -> Option<(String, String)> {
        let n = n as u64;
        let holds = match size {
            Size::Exactly(want) => n == want,
            Size::AtLeast(min) => n >= min,
            Size::AtMost(max) => n <= max,
        };
        (!holds).then(|| (self.id.clone(), format!("{}; this has {n}", self.wants)))
    }

    /// Buf tells an empty value from a wrong one.
    fn well_known(&self, text: &str, is_valid: impl Fn(&str) -> bool) -> Option<(String, String)> {
        if text.is_empty() {
            return Some((format!("{}_empty", self.id), format!("{}; this is empty", self.wants)));
        }
        (!is_valid(text)).then(|| (self.id.clone(), self.wants.clone()))
    }
}

impl Range {
    /// Whether the lower bound lies above the upper, so that what lies between is refused.
    pub fn is_inverted(&self) -> bool {
        matches!((self.low, self.high), (Some(low), Some(high)) if high.at < low.at)
    }

    fn holds(&self, n: i128) -> bool {
        let above = self.low.is_none_or(|low| n > low.at || (low.included && n == low.at));
        let below = self.high.is_none_or(|high| n < high.at || (high.included && n == high.at));
        if self.is_inverted() { above || below } else { above && below }
    }
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_unique(items: &[Value]) -> bool {
    let mut seen = HashSet::new();
    items.iter().all(|item| match item {
        Value::String(text) => seen.insert(text.as_bytes().to_vec()),
        Value::Bytes(bytes) => seen.insert(bytes.to_vec()),
        other => seen.insert(number(other).to_be_bytes().to_vec()),
    })
}

fn text(value: &Value) -> &str {
    value.as_str().expect("string rules are compiled for string fields only")
}

fn bytes(value: &Value) -> &[u8] {
    value.as_bytes().expect("bytes rules are compiled for bytes fields only")
}

fn list(value: &Value) -> &[Value] {
    value.as_list().expect("repeated rules are compiled for repeated fields only")
}

/// The number that a value is or stands for.
pub(super) fn number(value: &Value) -> i128 {
    match value {
        Value::Bool(is) => i128::from(*is),
        Value::I32(n) | Value::EnumNumber(n) => i128::from(*n),
        Value::I64(n) => i128::from(*n),
        Value::U32(n) => i128::from(*n),
        Value::U64(n) => i128::from(*n),
        Value::Message(time) => {
            let part = |name| time.get_field_by_name(name).map_or(0, |part| number(&part));
            part("seconds") * 1_000_000_000 + part("nanos")
        }
        Value::F32(_) | Value::F64(_) | Value::String(_) | Value::Bytes(_) | Value::List(_) | Value::Map(_) => {
            unreachable!("number rules are compiled for whole numbers, enums and timestamps only")
        }
    }
}
