//! Our field rules and Buf's own validator on the same bytes, and proof that the comparison would notice.
//!
//! Needs a Python with `protovalidate` 2.1 and `protobuf`, named by TOADLANE_TEST_PYTHON; `./infra/test` provides it.

mod requests;

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::process::Command;

use kit::rules::Rules;
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, MessageDescriptor, ReflectMessage, Value};
use protox::file::{ChainFileResolver, GoogleFileResolver, IncludeFileResolver};

/// What one validator found in one message: field path and rule id.
type Found = BTreeSet<(String, String)>;

#[test]
fn the_rules_of_the_contract_are_those_of_bufs_validator() {
    agree("the contract", toadlane_proto::pool().clone(), toadlane_proto::DESCRIPTORS.to_vec());
}

#[test]
fn every_rule_that_is_known_is_that_of_bufs_validator() {
    let mut resolver = ChainFileResolver::new();
    resolver.add(IncludeFileResolver::new(concat!(env!("CARGO_MANIFEST_DIR"), "/field_rules").into()));
    resolver.add(IncludeFileResolver::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../proto").into()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("every_rule.proto").unwrap();
    let descriptors = compiler.encode_file_descriptor_set();
    agree("every_rule.proto", DescriptorPool::decode(descriptors.as_slice()).unwrap(), descriptors);
}

/// Compares both validators, then takes one rule of each kind out of ours and expects the comparison to fail.
fn agree(name: &str, pool: DescriptorPool, descriptors: Vec<u8>) {
    let rules = Rules::new(&pool).unwrap();
    let requests = requests::of(&pool, &rules);
    let judged = judged_by_buf(name, &descriptors, &requests);
    assert_eq!(judged.len(), requests.len());

    let n_invalid = judged.iter().filter(|found| !found.is_empty()).count();
    let share = n_invalid as f64 / requests.len() as f64;
    println!("{name}: {} messages, {n_invalid} of them invalid ({:.0} %)", requests.len(), share * 100.0);
    if let Some((message, buf, ours)) = first_difference(&rules, &requests, &judged) {
        let only = |a: &Found, b: &Found| a.difference(b).cloned().collect::<Vec<_>>();
        panic!(
            "{}: only Buf finds {:?}, only we find {:?} in {}",
            message.descriptor().full_name(),
            only(&buf, &ours),
            only(&ours, &buf),
            shown(message),
        );
    }
    assert!(share >= 0.4, "too few invalid messages to mean much: {share}");

    let kinds = kinds_of_rules(&pool);
    for (kind, places) in &kinds {
        let noticed = places.iter().any(|place| {
            let rules = Rules::new(&without(&pool, &descriptors, place, kind)).unwrap();
            first_difference(&rules, &requests, &judged).is_some()
        });
        assert!(noticed, "{name}: nothing notices when a rule {kind} is lost, of those on {places:?}");
    }
    println!("{name}: losing one rule is noticed for each of {:?}", kinds.keys().collect::<Vec<_>>());
}

fn first_difference<'a>(
    rules: &Rules,
    requests: &'a [DynamicMessage],
    judged: &[Found],
) -> Option<(&'a DynamicMessage, Found, Found)> {
    requests.iter().zip(judged).find_map(|(message, buf)| {
        let ours: Found = rules.check(message).into_iter().map(|found| (found.field, found.rule)).collect();
        (*buf != ours).then(|| (message, buf.clone(), ours))
    })
}

/// The bytes in a form for `protoc --decode`: printing the message itself does not end for recursive types.
fn shown(message: &DynamicMessage) -> String {
    let bytes = message.encode_to_vec();
    let hex: String = bytes.iter().take(1000).map(|byte| format!("{byte:02x}")).collect();
    format!("{} bytes {hex}", bytes.len())
}

fn judged_by_buf(name: &str, descriptors: &[u8], requests: &[DynamicMessage]) -> Vec<Found> {
    let python = std::env::var("TOADLANE_TEST_PYTHON")
        .expect("TOADLANE_TEST_PYTHON must name a Python with protovalidate 2.1 and protobuf; ./infra/test sets it");
    let folder = std::env::temp_dir().join(format!("toadlane-field-rules-{}-{}", std::process::id(), name.len()));
    std::fs::create_dir_all(&folder).unwrap();
    std::fs::write(folder.join("descriptors"), descriptors).unwrap();
    let mut file = BufWriter::new(File::create(folder.join("messages")).unwrap());
    for message in requests {
        for part in [message.descriptor().full_name().as_bytes(), &message.encode_to_vec()] {
            file.write_all(&u32::try_from(part.len()).unwrap().to_le_bytes()).unwrap();
            file.write_all(part).unwrap();
        }
    }
    file.flush().unwrap();
    let output = Command::new(python)
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("field_rules/validate.py"))
        .args([folder.join("descriptors"), folder.join("messages")])
        .output()
        .unwrap();
    std::fs::remove_dir_all(&folder).unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let lines = String::from_utf8(output.stdout).unwrap();
    lines.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Where each kind of rule stands, among all messages that a request may hold: kind to full names of fields and oneofs.
fn kinds_of_rules(pool: &DescriptorPool) -> BTreeMap<String, Vec<String>> {
    let mut kinds: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for message in requests::reachable(pool) {
        for field in message.fields() {
            for kind in kinds_within(&field.options(), "") {
                kinds.entry(kind).or_default().push(field.full_name().to_string());
            }
        }
        for oneof in message.oneofs() {
            for kind in kinds_within(&oneof.options(), "oneof ") {
                kinds.entry(kind).or_default().push(oneof.full_name().to_string());
            }
        }
    }
    kinds
}

fn kinds_within(options: &DynamicMessage, before: &str) -> Vec<String> {
    let mut kinds = Vec::new();
    for (_, rules) in options.extensions().filter(|(extension, _)| extension.number() == 1159) {
        leaves(rules.as_message().unwrap(), before, &mut kinds);
    }
    kinds
}

fn leaves(rules: &DynamicMessage, path: &str, kinds: &mut Vec<String>) {
    for (field, value) in rules.fields() {
        let path = format!("{path}{}", field.name());
        match value {
            Value::Message(inner) if inner.descriptor().full_name().starts_with("buf.") => {
                leaves(inner, &format!("{path}."), kinds);
            }
            // A rule that is off is no rule to lose.
            Value::Bool(false) if !path.ends_with("const") => {}
            _ => kinds.push(path),
        }
    }
}

/// The same contract with one rule of one field (or oneof) taken out.
fn without(pool: &DescriptorPool, descriptors: &[u8], place: &str, kind: &str) -> DescriptorPool {
    let set: MessageDescriptor = pool.get_message_by_name("google.protobuf.FileDescriptorSet").unwrap();
    let mut set = DynamicMessage::decode(set, descriptors).unwrap();
    let mut taken = 0;
    for file in list(&mut set, "file") {
        let package = file.get_field_by_name("package").unwrap().as_str().unwrap().to_string();
        for message in list(file, "message_type") {
            take_out(message, &package, place, kind, &mut taken);
        }
    }
    assert_eq!(taken, 1, "{kind} of {place}");
    DescriptorPool::decode(set.encode_to_vec().as_slice()).unwrap()
}

fn take_out(message: &mut DynamicMessage, outer: &str, place: &str, kind: &str, taken: &mut usize) {
    let full_name = |within: &str, message: &DynamicMessage| {
        format!("{within}.{}", message.get_field_by_name("name").unwrap().as_str().unwrap())
    };
    let name = full_name(outer, message);
    let (held_by, kind_within) = match kind.strip_prefix("oneof ") {
        Some(kind) => ("oneof_decl", kind),
        None => ("field", kind),
    };
    for member in list(message, held_by).filter(|member| full_name(&name, member) == place) {
        let options = member.get_field_by_name_mut("options").unwrap().as_message_mut().unwrap();
        let (_, rules) = options.extensions_mut().find(|(extension, _)| extension.number() == 1159).unwrap();
        let mut rules = rules.as_message_mut().unwrap();
        let mut path = kind_within.split('.').peekable();
        while let Some(part) = path.next() {
            if path.peek().is_none() {
                rules.clear_field_by_name(part);
                *taken += 1;
                break;
            }
            rules = rules.get_field_by_name_mut(part).unwrap().as_message_mut().unwrap();
        }
    }
    for inner in list(message, "nested_type") {
        take_out(inner, &name, place, kind, taken);
    }
}

fn list<'a>(message: &'a mut DynamicMessage, name: &str) -> impl Iterator<Item = &'a mut DynamicMessage> {
    let items = message.get_field_by_name_mut(name).unwrap().as_list_mut().unwrap();
    items.iter_mut().map(|item| item.as_message_mut().unwrap())
}
