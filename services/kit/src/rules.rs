//! The field rules of the contract, checked before a handler runs.
//!
//! [`Rules`] reads `buf.validate` from the descriptors once, at start; at run time nothing is looked up by option. Buf
//! defines what a rule means: `tests/field_rules` compares this module with their validator on the same bytes. A rule
//! that is not known here stops the start, so that none is ever ignored. Not here: rules across fields, anything that
//! needs state (rules of the services), and CEL.

mod compile;
mod layer;
mod test;
mod typed;
mod wire;

#[cfg(test)]
mod tests;
#[cfg(test)]
mod wire_tests;

use std::collections::HashMap;

use prost_reflect::{DescriptorPool, DynamicMessage, FieldDescriptor, Kind, OneofDescriptor, ReflectMessage, Value};

use crate::fault::Violation;
pub use layer::{Asked, Checked, RulesLayer};
use test::Test;

/// Why the rules cannot be built: a fault of the contract, found at start.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("{field}: the rule {rule} is not known here, or not for this type; add it to kit::rules or leave it out")]
    Unsupported { field: String, rule: String },
    #[error("{field}: the pattern {pattern} is not an expression of this engine")]
    Pattern { field: String, pattern: String, source: Box<regex::Error> },
    #[error(
        "{field}: the pattern {pattern} may mean something else to RE2; write classes such as \\d or \\s out ([0-9], [\\x00-\\x20])"
    )]
    PatternDiffers { field: String, pattern: String },
    #[error("{field}: is a map, whose bytes have no order, so no digest either; use a repeated message")]
    Map { field: String },
    #[error("{0}: the contract has no such RPC to set a limit for")]
    NoSuchRpc(String),
}

/// Every field rule of every message type of the contract, ready to be checked.
pub struct Rules {
    plans: Vec<Plan>,
    by_name: HashMap<String, usize>,
}

/// What holds for one message type.
struct Plan {
    /// Those with a rule, or with a message that has one within.
    fields: Vec<Field>,
    /// The oneofs of which exactly one field must be set.
    oneofs: Vec<OneofDescriptor>,
    /// How the fields lie in the bytes, by number.
    wire: HashMap<u32, wire::Field>,
}

/// What holds for one field.
struct Field {
    descriptor: FieldDescriptor,
    required: bool,
    /// A value that is not set (or zero, without presence) meets no further rule.
    skip_unset: bool,
    /// Rules on the whole list; empty for a field that is not repeated.
    list: Vec<Test>,
    item: Item,
}

impl Field {
    fn has_rule(&self) -> bool {
        self.required || !self.list.is_empty() || !self.item.rules.is_empty()
    }
}

/// What holds for a value, or for each item of a list.
#[derive(Default)]
struct Item {
    rules: Vec<Test>,
    skip_zero: bool,
    /// The plan of the message that the value is.
    message: Option<usize>,
}

impl Rules {
    /// Reads the rules of every message in the pool, less Google's and Buf's own files.
    ///
    /// # Errors
    /// A rule that is not supported, or not on a field of this type; a pattern that does not compile or that RE2 would
    /// read otherwise; a map field.
    pub fn new(pool: &DescriptorPool) -> Result<Rules, Error> {
        compile::rules(pool)
    }

    /// Every violation in the message and the messages within, in the order of field numbers.
    ///
    /// A message whose type is not in the pool has no rules.
    pub fn check(&self, message: &DynamicMessage) -> Vec<Violation> {
        let mut found = Vec::new();
        if let Some(plan) = self.by_name.get(message.descriptor().full_name()) {
            self.walk(*plan, message, &mut String::new(), &mut found);
        }
        found
    }

    fn walk(&self, plan: usize, message: &DynamicMessage, path: &mut String, found: &mut Vec<Violation>) {
        let plan = &self.plans[plan];
        for oneof in &plan.oneofs {
            if !oneof.fields().any(|field| message.has_field(&field)) {
                let names: Vec<String> = oneof.fields().map(|field| field.name().to_string()).collect();
                let says = format!("one of {} must be given", names.join(", "));
                found.push(Violation::new(joined(path, oneof.name()), "required", says));
            }
        }
        for field in &plan.fields {
            let end = path.len();
            if end > 0 {
                path.push('.');
            }
            path.push_str(field.descriptor.name());
            self.field(field, message, path, found);
            path.truncate(end);
        }
    }

    fn field(&self, field: &Field, message: &DynamicMessage, path: &mut String, found: &mut Vec<Violation>) {
        let is_set = message.has_field(&field.descriptor);
        if field.required && !is_set {
            found.push(Violation::new(path.as_str(), "required", "must be given"));
            return;
        }
        if field.skip_unset && !is_set {
            return;
        }
        let value = message.get_field(&field.descriptor);
        for rule in &field.list {
            report(rule, &value, path, found);
        }
        let kind = field.descriptor.kind();
        let Value::List(items) = value.as_ref() else {
            return self.item(&field.item, &value, &kind, path, found);
        };
        let end = path.len();
        for (index, item) in items.iter().enumerate() {
            path.push_str(&format!("[{index}]"));
            self.item(&field.item, item, &kind, path, found);
            path.truncate(end);
        }
    }

    fn item(&self, item: &Item, value: &Value, kind: &Kind, path: &mut String, found: &mut Vec<Violation>) {
        if item.skip_zero && value.is_default(kind) {
            return;
        }
        for rule in &item.rules {
            report(rule, value, path, found);
        }
        if let (Some(plan), Value::Message(message)) = (item.message, value) {
            self.walk(plan, message, path, found);
        }
    }
}

fn report(rule: &Test, value: &Value, path: &str, found: &mut Vec<Violation>) {
    if let Some((id, says)) = rule.broken_by(value) {
        found.push(Violation::new(path, id, says));
    }
}

fn joined(path: &str, name: &str) -> String {
    if path.is_empty() { name.to_string() } else { format!("{path}.{name}") }
}
