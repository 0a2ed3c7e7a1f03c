//! Says of each message which shape it has, so that what is the same for all of a shape is written once.
//!
//! Only a message with exactly the fields of a shape has it, besides `request_id` and `validate_only`, which the layer
//! above the services reads. One that gets a further field loses the shape: what reads it no longer compiles, and the
//! field cannot be forgotten.

use std::fmt::Write;

use prost_types::field_descriptor_proto::{Label, Type};
use prost_types::{DescriptorProto, EnumDescriptorProto, FieldDescriptorProto, FileDescriptorSet};

/// Implementations of the traits in `src/shapes.rs`, as Rust.
pub fn implement(set: &FileDescriptorSet) -> String {
    let mut code = String::new();
    for file in set.file.iter().filter(|file| file.package().starts_with("toadlane.")) {
        let module = file.package().replacen("toadlane.", "crate::", 1).replace('.', "::");
        for message in &file.message_type {
            of_message(&mut code, &module, message);
        }
        for one in &file.enum_type {
            of_enum(&mut code, &module, one);
        }
    }
    code
}

fn of_message(code: &mut String, module: &str, message: &DescriptorProto) {
    let nested = format!("{module}::{}", snake(message.name()));
    for one in &message.enum_type {
        of_enum(code, &nested, one);
    }
    let path = format!("{module}::{}", message.name());
    let fields: Vec<&FieldDescriptorProto> =
        message.field.iter().filter(|field| !matches!(field.name(), "request_id" | "validate_only")).collect();
    let names: Vec<&str> = fields.iter().map(|field| field.name()).collect();
    let Some(first) = fields.first() else { return };
    if message.name().ends_with("Request") && is_text(first) && first.name().ends_with("_id") && rest_is_plain(&fields)
    {
        request(code, &path, first.name(), &names[1..]);
    } else if first.label() == Label::Repeated && names.get(1) == Some(&"next_page_token") {
        page(code, &path, &rust_type(module, first), first.name(), &names[2..]);
    }
}

/// A request that is about one thing, which its first field names.
fn request(code: &mut String, path: &str, id: &str, rest: &[&str]) {
    let shape = match rest {
        [] => "OfOne",
        ["etag"] => "Step",
        ["etag", "reason"] => "ReasonedStep",
        ["page_size", "page_token"] => "ListOf",
        _ => return,
    };
    let parts = [&[id], rest].concat().iter().map(|name| format!("self.{name}")).collect::<Vec<_>>().join(", ");
    let types = match shape {
        "OfOne" => "String",
        "Step" => "(String, String)",
        "ReasonedStep" => "(String, String, String)",
        _ => "(String, i32, String)",
    };
    let parts = if rest.is_empty() { parts } else { format!("({parts})") };
    writeln!(
        code,
        "impl {shape} for {path} {{ const ID: &'static str = \"{id}\"; fn parts(self) -> {types} {{ {parts} }} }}"
    )
    .expect("a string grows");
}

/// A page of a list.
fn page(code: &mut String, path: &str, row: &str, rows: &str, rest: &[&str]) {
    let (shape, more) = match rest {
        [] => ("Page", ""),
        ["as_of"] => ("DatedPage", ", as_of: prost_types::Timestamp"),
        ["total_size", "as_of"] => ("CountedPage", ", total_size: i64, as_of: prost_types::Timestamp"),
        _ => return,
    };
    let more_fields = match shape {
        "Page" => "",
        "DatedPage" => ", as_of: Some(as_of)",
        _ => ", total_size, as_of: Some(as_of)",
    };
    writeln!(
        code,
        "impl {shape} for {path} {{ type Row = {row}; fn of({rows}: Vec<{row}>, next_page_token: String{more}) -> Self \
         {{ Self {{ {rows}, next_page_token{more_fields} }} }} }}"
    )
    .expect("a string grows");
}

fn of_enum(code: &mut String, module: &str, one: &EnumDescriptorProto) {
    let path = format!("{module}::{}", one.name());
    let Some(prefix) = one.value.first().and_then(|zero| zero.name().strip_suffix("UNSPECIFIED")) else { return };
    writeln!(
        code,
        "impl WireEnum for {path} {{ const PREFIX: &'static str = \"{prefix}\"; \
         fn of_name(name: &str) -> Option<Self> {{ Self::from_str_name(name) }} \
         fn wire_name(self) -> &'static str {{ self.as_str_name() }} }}"
    )
    .expect("a string grows");
}

fn is_text(field: &FieldDescriptorProto) -> bool {
    field.r#type() == Type::String && field.label() != Label::Repeated && !field.proto3_optional()
}

/// Whether all but the first are texts, or sizes of pages.
fn rest_is_plain(fields: &[&FieldDescriptorProto]) -> bool {
    fields.iter().skip(1).all(|field| is_text(field) || (field.name() == "page_size" && field.r#type() == Type::Int32))
}

/// A message of the same package, which the rows of all lists are.
fn rust_type(module: &str, field: &FieldDescriptorProto) -> String {
    format!("{module}::{}", field.type_name().rsplit('.').next().unwrap_or_default())
}

/// `GradingBoard` as `grading_board`, as the module of its nested types is called.
fn snake(name: &str) -> String {
    let mut snake = String::new();
    for (nth, letter) in name.chars().enumerate() {
        if letter.is_uppercase() && nth > 0 {
            snake.push('_');
        }
        snake.extend(letter.to_lowercase());
    }
    snake
}
