//! From the options in the descriptors to [`Rules`].
//!
//! Every field that is set in an option is either understood here or an error.

use std::collections::HashMap;

use prost_reflect::{
    DescriptorPool, DynamicMessage, FieldDescriptor, Kind as Type, MessageDescriptor, OneofDescriptor, Value,
};

use super::test::{Kind, Size, Test};
use super::typed::{counted, entries, size, tests, unsupported};
use super::{Error, Field, Item, Plan, Rules, wire};

/// The number under which Buf's options stand, on fields, oneofs and messages alike.
const OPTION: u32 = 1159;
/// Rules of one's own making, which need CEL.
const PREDEFINED: u32 = 1160;

const IGNORE_UNSPECIFIED: i32 = 0;
const IGNORE_IF_ZERO_VALUE: i32 = 1;
const IGNORE_ALWAYS: i32 = 3;

pub(super) fn rules(pool: &DescriptorPool) -> Result<Rules, Error> {
    let mut compiler = Compiler { messages: Vec::new(), by_name: HashMap::new() };
    for message in pool.all_messages() {
        let name = message.full_name();
        if !name.starts_with("google.") && !name.starts_with("buf.") {
            compiler.index(&message);
        }
    }
    let mut plans = Vec::new();
    // Compiling one message may find another: those of Google that ours hold.
    while let Some(message) = compiler.messages.get(plans.len()).cloned() {
        plans.push(compiler.plan(&message)?);
    }
    keep_checked(&mut plans);
    Ok(Rules { plans, by_name: compiler.by_name })
}

/// Leaves out the fields that need no look at run time: without a rule, and without a message that has one within.
fn keep_checked(plans: &mut [Plan]) {
    let mut checked: Vec<bool> =
        plans.iter().map(|plan| !plan.oneofs.is_empty() || plan.fields.iter().any(Field::has_rule)).collect();
    loop {
        let holds_checked =
            |plan: &Plan| plan.fields.iter().any(|field| field.item.message.is_some_and(|at| checked[at]));
        let Some(next) = (0..plans.len()).find(|at| !checked[*at] && holds_checked(&plans[*at])) else {
            break;
        };
        checked[next] = true;
    }
    for plan in plans {
        plan.fields.retain(|field| field.has_rule() || field.item.message.is_some_and(|at| checked[at]));
    }
}

struct Compiler {
    messages: Vec<MessageDescriptor>,
    by_name: HashMap<String, usize>,
}

impl Compiler {
    fn index(&mut self, message: &MessageDescriptor) -> usize {
        if let Some(index) = self.by_name.get(message.full_name()) {
            return *index;
        }
        self.by_name.insert(message.full_name().to_string(), self.messages.len());
        self.messages.push(message.clone());
        self.messages.len() - 1
    }

    fn plan(&mut self, message: &MessageDescriptor) -> Result<Plan, Error> {
        if options(message.full_name(), &message.options())?.is_some() {
            return Err(unsupported(message.full_name(), "message"));
        }
        let mut oneofs = Vec::new();
        for oneof in message.oneofs() {
            if oneof_required(&oneof)? {
                oneofs.push(oneof);
            }
        }
        let mut fields = Vec::new();
        let mut wire = HashMap::new();
        for field in message.fields() {
            if field.is_map() {
                return Err(Error::Map { field: field.full_name().to_string() });
            }
            wire.insert(field.number(), self.wire(&field));
            if let Some(field) = self.field(field)? {
                fields.push(field);
            }
        }
        Ok(Plan { fields, oneofs, wire })
    }

    fn wire(&mut self, field: &FieldDescriptor) -> wire::Field {
        let kind = match field.kind() {
            Type::Message(inner) => wire::Kind::Message(self.index(&inner)),
            Type::String => wire::Kind::Text,
            Type::Bytes => wire::Kind::Single,
            _ if !field.is_list() => wire::Kind::Single,
            Type::Float | Type::Fixed32 | Type::Sfixed32 => wire::Kind::Packed32,
            Type::Double | Type::Fixed64 | Type::Sfixed64 => wire::Kind::Packed64,
            Type::Bool
            | Type::Enum(_)
            | Type::Int32
            | Type::Int64
            | Type::Uint32
            | Type::Uint64
            | Type::Sint32
            | Type::Sint64 => wire::Kind::PackedVarint,
        };
        wire::Field { name: field.name().to_string(), kind }
    }

    /// What holds for a field, or nothing where its rules are to be ignored or there are none.
    fn field(&mut self, descriptor: FieldDescriptor) -> Result<Option<Field>, Error> {
        let name = descriptor.full_name().to_string();
        let mut field = Field {
            required: false,
            skip_unset: descriptor.supports_presence(),
            list: Vec::new(),
            item: Item::default(),
            descriptor,
        };
        if let Type::Message(inner) = field.descriptor.kind() {
            field.item.message = Some(self.index(&inner));
        }
        let Some(rules) = options(&name, &field.descriptor.options())? else {
            return Ok(Some(field));
        };
        for (rule, value) in entries(&name, &rules)? {
            match (rule.as_str(), &value) {
                ("required", Value::Bool(required)) => field.required = *required,
                ("ignore", Value::EnumNumber(IGNORE_UNSPECIFIED)) => {}
                ("ignore", Value::EnumNumber(IGNORE_IF_ZERO_VALUE)) => field.skip_unset = true,
                ("ignore", Value::EnumNumber(IGNORE_ALWAYS)) => return Ok(None),
                ("repeated", Value::Message(rules)) if field.descriptor.is_list() => list(&name, rules, &mut field)?,
                (rule, Value::Message(rules)) if !field.descriptor.is_list() => {
                    field.item.rules = tests(&name, &field.descriptor, rule, rules)?;
                }
                _ => return Err(unsupported(&name, &rule)),
            }
        }
        Ok(Some(field))
    }
}

fn oneof_required(oneof: &OneofDescriptor) -> Result<bool, Error> {
    let mut required = false;
    if let Some(rules) = options(oneof.full_name(), &oneof.options())? {
        for (rule, value) in entries(oneof.full_name(), &rules)? {
            match (rule.as_str(), value) {
                ("required", Value::Bool(is)) => required = is,
                _ => return Err(unsupported(oneof.full_name(), &rule)),
            }
        }
    }
    Ok(required)
}

fn list(name: &str, rules: &DynamicMessage, field: &mut Field) -> Result<(), Error> {
    for (rule, value) in entries(name, rules)? {
        let id = format!("repeated.{rule}");
        let items = |n: u64| counted(n, "item");
        match (rule.as_str(), &value) {
            ("min_items", Value::U64(n)) => field.list.push(size(id, Size::AtLeast(*n), items(*n), Kind::Items)),
            ("max_items", Value::U64(n)) => field.list.push(size(id, Size::AtMost(*n), items(*n), Kind::Items)),
            ("unique", Value::Bool(false)) => {}
            ("unique", Value::Bool(true)) if is_whole(&field.descriptor.kind()) => {
                field.list.push(Test { id, wants: "no item may stand here twice".to_string(), kind: Kind::Unique });
            }
            ("items", Value::Message(rules)) => items_of(name, rules, field)?,
            _ => return Err(unsupported(name, &id)),
        }
    }
    Ok(())
}

fn items_of(name: &str, rules: &DynamicMessage, field: &mut Field) -> Result<(), Error> {
    let is_message = matches!(field.descriptor.kind(), Type::Message(_));
    for (rule, value) in entries(name, rules)? {
        match (rule.as_str(), &value) {
            ("ignore", Value::EnumNumber(IGNORE_UNSPECIFIED)) => {}
            ("ignore", Value::EnumNumber(IGNORE_IF_ZERO_VALUE)) if !is_message => field.item.skip_zero = true,
            ("ignore", Value::EnumNumber(IGNORE_ALWAYS)) => {
                field.item = Item::default();
                return Ok(());
            }
            (rule, Value::Message(rules)) => field.item.rules = tests(name, &field.descriptor, rule, rules)?,
            _ => return Err(unsupported(name, &format!("repeated.items.{rule}"))),
        }
    }
    Ok(())
}

/// Buf's option, if it is set. One that our schema does not declare stands among the unknown fields.
fn options(name: &str, options: &DynamicMessage) -> Result<Option<DynamicMessage>, Error> {
    if options.unknown_fields().any(|field| [OPTION, PREDEFINED].contains(&field.number())) {
        return Err(unsupported(name, "of an undeclared kind"));
    }
    let mut found = None;
    for (extension, value) in options.extensions() {
        match (extension.number(), value) {
            (OPTION, Value::Message(rules)) => found = Some(rules.clone()),
            (PREDEFINED, _) => return Err(unsupported(name, "predefined")),
            _ => {}
        }
    }
    Ok(found)
}

/// The kinds of which a list can be `unique`.
fn is_whole(kind: &Type) -> bool {
    !matches!(kind, Type::Message(_) | Type::Float | Type::Double)
}
