//! Requests at and beyond the limits of their rules, made from the descriptors alone.

use std::collections::{BTreeMap, HashSet};

use bytes::Bytes;
use kit::rules::Rules;
use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, MessageDescriptor, ReflectMessage, Value};
use regex_syntax::hir::{Class, Hir, HirKind};

/// Every request of the pool: valid, with each field at and beyond each limit, and with several fields so.
pub fn of(pool: &DescriptorPool, rules: &Rules) -> Vec<DynamicMessage> {
    let mut all = Vec::new();
    let mut chance = Chance(0x2020);
    for input in inputs(pool) {
        let base = base(&input, rules, &mut Vec::new());
        let broken = rules.check(&base);
        assert!(broken.is_empty(), "no valid {} could be made: {broken:?}", input.full_name());
        let single = variants(&base, rules, &mut Vec::new());
        let invalid: Vec<&DynamicMessage> = single.iter().filter(|one| !rules.check(one).is_empty()).collect();
        for one in &single {
            // Half begin with an invalid field: with chance alone, most messages would be valid.
            let mut several =
                if chance.below(2) == 0 || invalid.is_empty() { one } else { invalid[chance.below(invalid.len())] }
                    .clone();
            for _ in 0..1 + chance.below(4) {
                let other = &single[chance.below(single.len())];
                let fields: Vec<FieldDescriptor> = input.fields().collect();
                let field = &fields[chance.below(fields.len())];
                several.clear_field(field);
                if other.has_field(field) {
                    several.set_field(field, other.get_field(field).into_owned());
                }
            }
            all.push(several);
        }
        all.push(DynamicMessage::new(input));
        all.push(base);
        all.extend(single);
    }
    all
}

/// Every message that a request of the pool is or may hold.
pub fn reachable(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    let mut found: Vec<MessageDescriptor> = Vec::new();
    let mut open = inputs(pool);
    while let Some(message) = open.pop() {
        if !found.contains(&message) {
            open.extend(message.fields().filter_map(|field| field.kind().as_message().cloned()));
            found.push(message);
        }
    }
    found
}

fn inputs(pool: &DescriptorPool) -> Vec<MessageDescriptor> {
    let mut inputs = BTreeMap::new();
    for service in pool.services() {
        for method in service.methods() {
            inputs.insert(method.input().full_name().to_string(), method.input());
        }
    }
    inputs.into_values().collect()
}

/// A message with every field set to something valid, as far as that ends.
fn base(message: &MessageDescriptor, rules: &Rules, outer: &mut Vec<String>) -> DynamicMessage {
    let mut made = DynamicMessage::new(message.clone());
    outer.push(message.full_name().to_string());
    for field in message.fields() {
        let is_taken = field.containing_oneof().is_some_and(|oneof| oneof.fields().any(|other| made.has_field(&other)));
        if is_taken {
            continue;
        }
        // What the field is checked for when it stands alone.
        let is_valid = |value: &Value| {
            let mut alone = DynamicMessage::new(message.clone());
            alone.set_field(&field, value.clone());
            let within = |path: &str| {
                path.strip_prefix(field.name())
                    .is_some_and(|rest| !rest.starts_with(char::is_alphanumeric) && !rest.starts_with('_'))
            };
            rules.check(&alone).iter().all(|found| !within(&found.field))
        };
        if let Some(value) = candidates(&field, rules, outer).into_iter().find(is_valid) {
            made.set_field(&field, value);
        }
    }
    outer.pop();
    made
}

/// The message with one field changed, in every way that its rules suggest.
fn variants(base: &DynamicMessage, rules: &Rules, outer: &mut Vec<String>) -> Vec<DynamicMessage> {
    let mut all = Vec::new();
    let name = base.descriptor().full_name().to_string();
    if outer.contains(&name) {
        return all;
    }
    for field in base.descriptor().fields() {
        let mut absent = base.clone();
        absent.clear_field(&field);
        all.push(absent);
        outer.push(name.clone());
        let mut values = candidates(&field, rules, outer);
        if let Kind::Message(message) = field.kind() {
            let inner = self::base(&message, rules, outer);
            for inner in variants(&inner, rules, outer) {
                values.push(if field.is_list() {
                    Value::List(vec![Value::Message(inner)])
                } else {
                    Value::Message(inner)
                });
            }
        }
        outer.pop();
        for value in values {
            let mut changed = base.clone();
            changed.set_field(&field, value);
            all.push(changed);
        }
    }
    all
}

/// Values for a field, some valid and some not; the first that are valid are the plain ones.
fn candidates(field: &FieldDescriptor, rules: &Rules, outer: &mut Vec<String>) -> Vec<Value> {
    let options = Options::of(field);
    if !field.is_list() {
        return items(field, &options, rules, outer);
    }
    let items = items(field, &options.within("repeated").within("items"), rules, outer);
    let list = options.within("repeated");
    let mut sizes = HashSet::from([0, 1, 2, 3]);
    for n in [list.number("min_items"), list.number("max_items")].into_iter().flatten() {
        sizes.extend([n.saturating_sub(1), n, n + 1]);
    }
    let mut sizes: Vec<u64> = sizes.into_iter().filter(|n| *n <= 2000).collect();
    sizes.sort_unstable_by_key(|n| (*n == 0, *n));
    let mut lists = Vec::new();
    for n in sizes {
        // Now and then all the same, then each different: `unique` tells them apart.
        for shift in 0..items.len().min(8) {
            lists.push((0..n as usize).map(|at| items[(shift + at) % items.len()].clone()).collect());
            lists.push(vec![items[shift].clone(); n as usize]);
        }
    }
    lists.extend(items.iter().map(|item| vec![item.clone()]));
    if let Some(first) = items.first() {
        lists.extend(items.iter().map(|item| vec![first.clone(), item.clone()]));
    }
    lists.into_iter().map(Value::List).collect()
}

fn items(field: &FieldDescriptor, options: &Options, rules: &Rules, outer: &mut Vec<String>) -> Vec<Value> {
    match field.kind() {
        Kind::Message(message) if message.full_name() == "google.protobuf.Timestamp" => {
            times(&message, &options.within("timestamp"))
        }
        Kind::Message(message) if outer.contains(&message.full_name().to_string()) => {
            vec![Value::Message(DynamicMessage::new(message))]
        }
        Kind::Message(message) => {
            vec![Value::Message(base(&message, rules, outer)), Value::Message(DynamicMessage::new(message))]
        }
        Kind::String => texts(&options.within("string")).into_iter().map(Value::String).collect(),
        Kind::Bytes => {
            let sizes = sizes(&options.within("bytes"), &["len", "min_len", "max_len"]);
            let bytes = |n: &usize| [Bytes::from(vec![0; *n]), Bytes::from(vec![0xff; *n])];
            sizes.iter().flat_map(bytes).map(Value::Bytes).collect()
        }
        Kind::Bool => vec![Value::Bool(true), Value::Bool(false)],
        Kind::Enum(values) => {
            let declared: Vec<i32> = values.values().map(|value| value.number()).collect();
            let mut all: Vec<i32> = declared.iter().copied().filter(|n| *n != 0).collect();
            all.extend([0, -1, i32::MAX, declared.iter().max().map_or(1, |n| n + 1)]);
            all.into_iter().map(Value::EnumNumber).collect()
        }
        Kind::Int32 => whole(options, "int32", i32::MIN.into(), i32::MAX.into(), |n| Value::I32(n as i32)),
        Kind::Int64 => whole(options, "int64", i64::MIN.into(), i64::MAX.into(), |n| Value::I64(n as i64)),
        Kind::Uint32 => whole(options, "uint32", 0, u32::MAX.into(), |n| Value::U32(n as u32)),
        Kind::Uint64 => whole(options, "uint64", 0, u64::MAX.into(), |n| Value::U64(n as u64)),
        Kind::Double => [0.0, 1.0, -0.5].map(Value::F64).to_vec(),
        other => panic!("{}: make requests with a {other:?} here", field.full_name()),
    }
}

fn whole(options: &Options, rule: &str, min: i128, max: i128, value: fn(i128) -> Value) -> Vec<Value> {
    let mut all = vec![1, 2, 0, min, max];
    for n in options.within(rule).numbers() {
        all.extend([n, n - 1, n + 1]);
    }
    all.into_iter().filter(|n| (min..=max).contains(n)).map(value).collect()
}

fn times(message: &MessageDescriptor, options: &Options) -> Vec<Value> {
    let mut all = vec![(1_585_000_000, 0), (0, 0), (-5, 999_999_999), (253_402_300_799, 0)];
    for time in options.messages() {
        let part = |name| Options(Some(time.clone())).number_of(name);
        let (seconds, nanos) = (part("seconds"), part("nanos"));
        all.extend([(seconds, nanos), (seconds, nanos + 1), (seconds - 1, 999_999_999), (seconds + 1, 0)]);
    }
    let made = |(seconds, nanos): (i64, i64)| {
        let mut time = DynamicMessage::new(message.clone());
        time.set_field_by_name("seconds", Value::I64(seconds));
        time.set_field_by_name("nanos", Value::I32(nanos as i32));
        Value::Message(time)
    };
    all.into_iter().map(made).collect()
}

fn texts(options: &Options) -> Vec<String> {
    let mut all = Vec::new();
    for pattern in options.words("pattern") {
        for extra in [0, 1, 2, 7, 30] {
            all.extend(matching(&regex_syntax::parse(&pattern).unwrap(), extra));
        }
        for text in all.clone() {
            let mut shorter: Vec<char> = text.chars().collect();
            shorter.pop();
            let shorter: String = shorter.into_iter().collect();
            all.extend([format!("{text}a"), format!("{text}\n"), format!(" {text}"), format!("{shorter}ŵ"), shorter]);
            all.push(text.to_uppercase());
        }
    }
    if options.is_on("uuid") {
        let uuid = "0190a1b2-c3d4-7e5f-8a9b-0c1d2e3f4a5b";
        all.extend([uuid.to_string(), uuid.to_uppercase(), uuid.replace('-', ""), format!("{{{uuid}}}")]);
        all.extend([format!("{uuid}\n"), uuid.replace('0', "g"), format!("urn:uuid:{uuid}"), uuid[..35].to_string()]);
        all.push("0190a1b2c3d4-7e5f-8a9b-0c1d-2e3f4a5b".to_string());
    }
    if options.is_on("email") {
        let emails = "ann@gwynedd.example a@b a@b..c a@.b ŵ@b.cy a@ŵ.cy @b a@ a.@b .a@b a@-b a@b- a@b.c- a@[1.2.3.4] \"a\"@b a+b@c a@@b";
        all.extend(emails.split(' ').map(str::to_string));
        all.extend([63, 64].map(|n| format!("a@{}.c", "b".repeat(n))));
        all.extend(["a@b\n".to_string(), "a b@c".to_string()]);
    }
    for prefix in options.words("prefix") {
        all.extend([format!("{prefix}x"), prefix.clone(), prefix.to_uppercase(), format!(" {prefix}")]);
        all.push(prefix.chars().skip(1).collect());
    }
    for word in ["const", "in", "not_in"].iter().flat_map(|rule| options.words(rule)) {
        all.extend([word.clone(), format!("{word}x"), word.to_uppercase()]);
    }
    all.push("plain".to_string());
    for n in sizes(options, &["len", "min_len", "max_len", "min_bytes", "max_bytes"]) {
        all.push("a".repeat(n));
        all.push("🐸".repeat(n));
        // Long texts would only make the test slow.
        if n <= 1000 {
            all.extend(["ŵ".repeat(n), "ŵ".repeat(n / 2), "🐸".repeat(n / 4), "e\u{302}".repeat(n / 2)]);
        }
    }
    all
}

fn sizes(options: &Options, names: &[&str]) -> Vec<usize> {
    let mut sizes = vec![1, 0];
    for n in names.iter().filter_map(|name| options.number(name)) {
        sizes.extend([n as usize, n as usize + 1, (n as usize).saturating_sub(1)]);
    }
    sizes
}

/// Texts that match an expression, with up to `extra` repetitions more than it asks for.
fn matching(hir: &Hir, extra: u32) -> Vec<String> {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => vec![String::new()],
        HirKind::Literal(literal) => vec![String::from_utf8(literal.0.to_vec()).unwrap()],
        HirKind::Class(Class::Unicode(class)) => {
            let ends = class.ranges().iter().flat_map(|range| [range.start(), range.end()]);
            let (plain, odd): (Vec<char>, Vec<char>) = ends.partition(char::is_ascii_graphic);
            let inside = class.ranges().iter().any(|range| (range.start()..=range.end()).contains(&'n'));
            let chosen = if inside { Some('n') } else { plain.first().or(odd.first()).copied() };
            chosen.into_iter().chain(plain.last().copied()).map(String::from).collect()
        }
        HirKind::Class(Class::Bytes(_)) => panic!("a pattern over bytes"),
        HirKind::Repetition(repetition) => {
            let n = (repetition.min + extra).min(repetition.max.unwrap_or(u32::MAX));
            matching(&repetition.sub, extra).iter().map(|text| text.repeat(n as usize)).collect()
        }
        HirKind::Capture(capture) => matching(&capture.sub, extra),
        HirKind::Alternation(parts) => parts.iter().flat_map(|part| matching(part, extra)).collect(),
        HirKind::Concat(parts) => {
            let mut all = vec![String::new()];
            for part in parts {
                let ends = matching(part, extra);
                all = all.iter().flat_map(|text| ends.iter().map(move |end| format!("{text}{end}"))).take(20).collect();
            }
            all
        }
    }
}

/// The rules of a field, or a part of them, as they stand in the descriptor.
struct Options(Option<DynamicMessage>);

impl Options {
    fn of(field: &FieldDescriptor) -> Options {
        let options = field.options();
        let rules = options.extensions().find(|(extension, _)| extension.number() == 1159);
        Options(rules.and_then(|(_, rules)| rules.as_message().cloned()))
    }

    fn get(&self, name: &str) -> Option<Value> {
        let rules = self.0.as_ref()?;
        rules.has_field_by_name(name).then(|| rules.get_field_by_name(name))?.map(|value| value.into_owned())
    }

    fn within(&self, name: &str) -> Options {
        Options(self.get(name).and_then(|value| value.as_message().cloned()))
    }

    fn is_on(&self, name: &str) -> bool {
        self.get(name) == Some(Value::Bool(true))
    }

    fn number(&self, name: &str) -> Option<u64> {
        self.get(name).and_then(|value| value.as_u64())
    }

    fn number_of(&self, name: &str) -> i64 {
        let value = self.get(name);
        value.and_then(|value| value.as_i64().or(value.as_i32().map(i64::from))).unwrap_or(0)
    }

    fn words(&self, name: &str) -> Vec<String> {
        match self.get(name) {
            Some(Value::String(word)) => vec![word],
            Some(Value::List(words)) => words.iter().filter_map(|word| word.as_str().map(str::to_string)).collect(),
            _ => Vec::new(),
        }
    }

    fn messages(&self) -> Vec<DynamicMessage> {
        let Some(rules) = &self.0 else { return Vec::new() };
        rules.fields().filter_map(|(_, value)| value.as_message().cloned()).collect()
    }

    /// Every number in the rules.
    fn numbers(&self) -> Vec<i128> {
        let one = |value: &Value| match value {
            Value::I32(n) => Some(i128::from(*n)),
            Value::I64(n) => Some(i128::from(*n)),
            Value::U32(n) => Some(i128::from(*n)),
            Value::U64(n) => Some(i128::from(*n)),
            _ => None,
        };
        let Some(rules) = &self.0 else { return Vec::new() };
        let all = rules.fields().flat_map(|(_, value)| match value {
            Value::List(values) => values.iter().filter_map(one).collect::<Vec<_>>(),
            value => one(value).into_iter().collect(),
        });
        all.collect()
    }
}

/// Chance that is the same on every run.
struct Chance(u64);

impl Chance {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % n as u64) as usize
    }
}
