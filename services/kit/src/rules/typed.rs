//! The rules of one type (`string`, `int32`, ..) as [`Test`]s, each with its sentence.

use prost_reflect::{DynamicMessage, EnumDescriptor, FieldDescriptor, Kind as Type, ReflectMessage, Value};
use regex::Regex;

use super::Error;
use super::test::{Bound, Kind, Range, Size, Test, number};

/// The tests that the rules of one type (`string`, `int32`, ..) amount to.
pub(super) fn tests(
    name: &str,
    field: &FieldDescriptor,
    rule: &str,
    rules: &DynamicMessage,
) -> Result<Vec<Test>, Error> {
    let mut tests = Vec::new();
    let mut range = Range { low: None, high: None };
    for (part, value) in entries(name, rules)? {
        let id = format!("{rule}.{part}");
        let bound = |included| Some(Bound { at: number(&value), included });
        let test = match (rule, field.kind()) {
            ("string", Type::String) => text(name, id, &part, &value)?,
            ("bytes", Type::Bytes) => bytes(name, id, &part, &value)?,
            ("bool", Type::Bool) if part == "const" => {
                let want = value.as_bool().unwrap_or_default();
                Some(Test { id, wants: format!("must be {want}"), kind: Kind::Bool(want) })
            }
            ("enum", Type::Enum(values)) => numbers(name, id, &part, &value, Some(&values))?,
            ("int32", Type::Int32) | ("int64", Type::Int64) | ("uint32", Type::Uint32) | ("uint64", Type::Uint64) => {
                match part.as_str() {
                    "lt" => range.high = bound(false),
                    "lte" => range.high = bound(true),
                    "gt" => range.low = bound(false),
                    "gte" => range.low = bound(true),
                    _ => tests.extend(numbers(name, id, &part, &value, None)?),
                }
                None
            }
            ("timestamp", Type::Message(message)) if message.full_name() == "google.protobuf.Timestamp" => {
                match part.as_str() {
                    "lt" => range.high = bound(false),
                    "lte" => range.high = bound(true),
                    "gt" => range.low = bound(false),
                    "gte" => range.low = bound(true),
                    _ => return Err(unsupported(name, &id)),
                }
                None
            }
            _ => return Err(unsupported(name, &id)),
        };
        tests.extend(test);
    }
    if range.low.is_some() || range.high.is_some() {
        tests.push(ranged(rule, range));
    }
    Ok(tests)
}

fn text(name: &str, id: String, part: &str, value: &Value) -> Result<Option<Test>, Error> {
    let chars = |n: u64| counted(n, "character");
    let bytes = |n: u64| counted(n, "byte");
    Ok(Some(match (part, value) {
        ("const", Value::String(want)) => {
            Test { id, wants: format!("must be \"{want}\""), kind: Kind::Text(want.clone()) }
        }
        ("len", Value::U64(n)) => size(id, Size::Exactly(*n), chars(*n), Kind::Chars),
        ("min_len", Value::U64(n)) => size(id, Size::AtLeast(*n), chars(*n), Kind::Chars),
        ("max_len", Value::U64(n)) => size(id, Size::AtMost(*n), chars(*n), Kind::Chars),
        ("min_bytes", Value::U64(n)) => size(id, Size::AtLeast(*n), bytes(*n), Kind::TextBytes),
        ("max_bytes", Value::U64(n)) => size(id, Size::AtMost(*n), bytes(*n), Kind::TextBytes),
        ("pattern", Value::String(pattern)) => {
            Test { id, wants: format!("must match {pattern}"), kind: Kind::Matches(compiled(name, pattern)?) }
        }
        ("prefix", Value::String(prefix)) => {
            Test { id, wants: format!("must begin with \"{prefix}\""), kind: Kind::Prefix(prefix.clone()) }
        }
        ("in", Value::List(want)) => {
            let (names, set) = words(want);
            Test { id, wants: format!("must be one of {names}"), kind: Kind::TextIn(set.into_iter().collect()) }
        }
        ("not_in", Value::List(want)) => {
            let (names, set) = words(want);
            Test { id, wants: format!("must be none of {names}"), kind: Kind::TextNotIn(set.into_iter().collect()) }
        }
        ("email", Value::Bool(true)) => Test { id, wants: "must be an e-mail address".to_string(), kind: Kind::Email },
        ("uuid", Value::Bool(true)) => {
            Test { id, wants: "must be a UUID with its hyphens".to_string(), kind: Kind::Uuid }
        }
        ("email" | "uuid", Value::Bool(false)) => return Ok(None),
        _ => return Err(unsupported(name, &id)),
    }))
}

fn bytes(name: &str, id: String, part: &str, value: &Value) -> Result<Option<Test>, Error> {
    let bytes = |n: u64| counted(n, "byte");
    Ok(Some(match (part, value) {
        ("len", Value::U64(n)) => size(id, Size::Exactly(*n), bytes(*n), Kind::Bytes),
        ("min_len", Value::U64(n)) => size(id, Size::AtLeast(*n), bytes(*n), Kind::Bytes),
        ("max_len", Value::U64(n)) => size(id, Size::AtMost(*n), bytes(*n), Kind::Bytes),
        _ => return Err(unsupported(name, &id)),
    }))
}

/// Rules on a number as such; of an enum, the sentence gives the names.
fn numbers(
    name: &str,
    id: String,
    part: &str,
    value: &Value,
    values: Option<&EnumDescriptor>,
) -> Result<Option<Test>, Error> {
    let called = |n: &i128| {
        let value = values.zip(i32::try_from(*n).ok()).and_then(|(values, n)| values.get_value(n));
        value.map_or_else(|| n.to_string(), |value| value.name().to_string())
    };
    let all = |list: &[Value]| list.iter().map(number).collect::<Vec<i128>>();
    let listed = |list: &[i128]| list.iter().map(called).collect::<Vec<_>>().join(", ");
    Ok(Some(match (part, value) {
        ("defined_only", Value::Bool(false)) => return Ok(None),
        ("defined_only", Value::Bool(true)) => {
            let Some(values) = values else {
                return Err(unsupported(name, &id));
            };
            let set = values.values().map(|value| i128::from(value.number())).collect();
            let wants = format!("must be a value that {} declares", values.name());
            Test { id, wants, kind: Kind::NumberIn(set) }
        }
        ("const", want @ (Value::I32(_) | Value::I64(_) | Value::U32(_) | Value::U64(_))) => {
            let want = number(want);
            Test { id, wants: format!("must be {}", called(&want)), kind: Kind::Number(want) }
        }
        ("in", Value::List(want)) => {
            let want = all(want);
            let wants = format!("must be one of {}", listed(&want));
            Test { id, wants, kind: Kind::NumberIn(want.into_iter().collect()) }
        }
        ("not_in", Value::List(want)) => {
            let want = all(want);
            let wants = format!("must be none of {}", listed(&want));
            Test { id, wants, kind: Kind::NumberNotIn(want.into_iter().collect()) }
        }
        _ => return Err(unsupported(name, &id)),
    }))
}

/// Both bounds together are one rule, named for both (`int32.gte_lte`).
fn ranged(rule: &str, range: Range) -> Test {
    let below = range.low.map(|bound| if bound.included { "gte" } else { "gt" });
    let above = range.high.map(|bound| if bound.included { "lte" } else { "lt" });
    let mut id = [below, above].into_iter().flatten().collect::<Vec<_>>().join("_");
    if range.is_inverted() {
        id.push_str("_exclusive");
    }
    let is_time = rule == "timestamp";
    let low = range.low.map(|bound| match (is_time, bound.included) {
        (false, true) => format!("at least {}", bound.at),
        (false, false) => format!("more than {}", bound.at),
        (true, true) => format!("at {} or after", instant(bound.at)),
        (true, false) => format!("after {}", instant(bound.at)),
    });
    let high = range.high.map(|bound| match (is_time, bound.included) {
        (false, true) => format!("at most {}", bound.at),
        (false, false) => format!("less than {}", bound.at),
        (true, true) => format!("at {} or before", instant(bound.at)),
        (true, false) => format!("before {}", instant(bound.at)),
    });
    let and = if range.is_inverted() { " or " } else { " and " };
    let wants = format!("must be {}", [low, high].into_iter().flatten().collect::<Vec<_>>().join(and));
    Test { id: format!("{rule}.{id}"), wants, kind: Kind::Range(range) }
}

fn instant(nanos: i128) -> String {
    jiff::Timestamp::from_nanosecond(nanos).map_or_else(|_| format!("{nanos} ns"), |instant| instant.to_string())
}

pub(super) fn size(id: String, size: Size, counted: String, kind: fn(Size) -> Kind) -> Test {
    let how = match size {
        Size::Exactly(_) => "exactly",
        Size::AtLeast(_) => "at least",
        Size::AtMost(_) => "at most",
    };
    Test { id, wants: format!("{how} {counted}"), kind: kind(size) }
}

pub(super) fn counted(n: u64, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

fn words(list: &[Value]) -> (String, Vec<String>) {
    let words: Vec<String> = list.iter().filter_map(Value::as_str).map(str::to_string).collect();
    (words.join(", "), words)
}

fn compiled(name: &str, pattern: &str) -> Result<Regex, Error> {
    if may_differ_in_re2(pattern) {
        return Err(Error::PatternDiffers { field: name.to_string(), pattern: pattern.to_string() });
    }
    Regex::new(pattern).map_err(|error| Error::Pattern {
        field: name.to_string(),
        pattern: pattern.to_string(),
        source: Box::new(error),
    })
}

/// Whether RE2, in which the contract is written, may read a pattern otherwise than this engine: `\d`, `\w`, `\s` and
/// `\b` are ASCII there and Unicode here, and a class knows no other class or set operation within it.
fn may_differ_in_re2(pattern: &str) -> bool {
    let mut chars = pattern.chars().peekable();
    let mut in_class = false;
    while let Some(char) = chars.next() {
        let next = chars.peek().copied();
        match (char, in_class) {
            ('\\', _) => {
                if next.is_none_or(|escaped| "dDwWsSbB".contains(escaped)) {
                    return true;
                }
                chars.next();
            }
            ('[', true) => return true,
            ('[', false) => in_class = true,
            (']', true) => in_class = false,
            ('&' | '-' | '~', true) if next == Some(char) => return true,
            _ => {}
        }
    }
    false
}

/// The fields that are set in an option, none of them unknown.
pub(super) fn entries(name: &str, rules: &DynamicMessage) -> Result<Vec<(String, Value)>, Error> {
    if let Some(unknown) = rules.unknown_fields().next() {
        return Err(unsupported(name, &format!("{} number {}", rules.descriptor().name(), unknown.number())));
    }
    if let Some((extension, _)) = rules.extensions().next() {
        return Err(unsupported(name, extension.full_name()));
    }
    Ok(rules.fields().map(|(field, value)| (field.name().to_string(), value.clone())).collect())
}

pub(super) fn unsupported(field: &str, rule: &str) -> Error {
    Error::Unsupported { field: field.to_string(), rule: rule.to_string() }
}
