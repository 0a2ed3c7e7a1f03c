//! Requests made ready and answers remembered: each gets an identity of its own, is a dry run or not, and names the
//! etag that was answered last, so that the tables of cases say only what a request is about.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Mutex;
use std::time::Duration;

use kit::ids::EventId;
use prost::Message;
use prost_reflect::{DynamicMessage, Kind, MethodDescriptor, ReflectMessage, Value};
use tonic::Code;

use super::callers::Caller;
use super::wire::{Answer, USUAL_LIMIT, Wire};
use crate::contract;

/// Whether a request that can be tried without effect is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Run {
    Dry,
    Real,
}

pub struct Asking {
    wire: Wire,
    /// By identity, of everything that has one.
    etags: Mutex<BTreeMap<String, String>>,
    /// The same of what has revisions: who signs off names the present one.
    revisions: Mutex<BTreeMap<String, i32>>,
}

impl Asking {
    pub fn over(wire: Wire) -> Asking {
        Asking { wire, etags: Mutex::default(), revisions: Mutex::default() }
    }

    pub async fn ask(&self, rpc: &MethodDescriptor, caller: &Caller, messages: &[Vec<u8>], run: Run) -> Answer {
        self.ask_until(USUAL_LIMIT, usize::MAX, rpc, caller, messages, run).await
    }

    /// The same for a stream without an end.
    pub async fn ask_until(
        &self,
        limit: Duration,
        n_messages: usize,
        rpc: &MethodDescriptor,
        caller: &Caller,
        messages: &[Vec<u8>],
        run: Run,
    ) -> Answer {
        let messages = messages.iter().map(|message| self.made_ready(rpc, message, run)).collect();
        let token = caller.token();
        let answer = self.wire.call_for(limit, n_messages, &path(rpc), token.as_deref(), messages).await;
        if answer.status.code() == Code::Ok && (run == Run::Real || !can_be_dry(rpc)) {
            for message in &answer.messages {
                self.remember(&read(rpc, message));
            }
        }
        answer
    }

    /// Does something for real, as the set-up of a scene does.
    pub async fn made<M: Message + Default>(&self, caller: &Caller, rpc: &str, message: &impl Message) -> M {
        self.made_of(caller, rpc, &[message.encode_to_vec()]).await
    }

    /// The same with a stream of messages.
    pub async fn made_of<M: Message + Default>(&self, caller: &Caller, rpc: &str, messages: &[Vec<u8>]) -> M {
        let answer = self.ask(&named(rpc), caller, messages, Run::Real).await;
        assert_eq!(answer.status.code(), Code::Ok, "{rpc} as {}: {:?}", caller.subject, answer.status);
        M::decode(answer.messages[0].as_slice()).expect("the answer is what the contract says")
    }

    fn made_ready(&self, rpc: &MethodDescriptor, message: &[u8], run: Run) -> Vec<u8> {
        let mut message = DynamicMessage::decode(rpc.input(), message).expect("a case is about its own RPC");
        self.complete(&mut message, run);
        if rpc.name() == "SignOffReport" {
            self.name_revision(&mut message);
        }
        message.encode_to_vec()
    }

    fn name_revision(&self, message: &mut DynamicMessage) {
        let of = message.get_field_by_name("report_id").and_then(|id| id.as_str().map(str::to_string));
        if let Some(revision) =
            of.and_then(|id| self.revisions.lock().unwrap().get(&id).copied().filter(|number| *number > 0))
        {
            message.set_field_by_name("revision", Value::I32(revision));
        }
    }

    fn complete(&self, message: &mut DynamicMessage, run: Run) {
        for field in message.descriptor().fields() {
            let value = match field.name() {
                "request_id" => Value::String(request_id()),
                "validate_only" => Value::Bool(run == Run::Dry),
                "etag" => Value::String(self.etag_for(message, field.number())),
                // A stream carries these in its first message.
                "header" if message.has_field(&field) => {
                    let Value::Message(mut header) = message.get_field(&field).into_owned() else { continue };
                    self.complete(&mut header, run);
                    Value::Message(header)
                }
                _ => continue,
            };
            message.set_field(&field, value);
        }
    }

    /// The etag of what a request is about: the nearest field before `etag` that names something with one.
    fn etag_for(&self, message: &DynamicMessage, before: u32) -> String {
        let etags = self.etags.lock().unwrap();
        let is_moderation = message.descriptor().name() == "ModerateBidRequest";
        let ids = (1..before).rev().filter_map(|number| match message.get_field_by_number(number)?.into_owned() {
            Value::String(bid_id) if is_moderation => etags.get(&moderation_of(&bid_id)).cloned(),
            Value::String(id) => etags.get(&id).cloned(),
            _ => None,
        });
        // An etag that was never answered, for what does not exist.
        ids.into_iter().next().unwrap_or_else(|| "1".to_string())
    }

    fn remember(&self, answered: &DynamicMessage) {
        let text = |name: &str| match answered.get_field_by_name(name)?.into_owned() {
            Value::String(text) if !text.is_empty() => Some(text),
            _ => None,
        };
        // What was settled about a bid has an etag and no name of its own.
        let id = match answered.descriptor().name() {
            "Moderation" => text("bid_id").map(|bid_id| moderation_of(&bid_id)),
            _ => text("id"),
        };
        if let (Some(id), Some(etag)) = (id, text("etag")) {
            if let Some(Value::I32(revision)) = answered.get_field_by_name("revision").map(Cow::into_owned) {
                let mut revisions = self.revisions.lock().unwrap();
                let known = revisions.entry(id.clone()).or_default();
                *known = revision.max(*known);
            }
            self.etags.lock().unwrap().insert(id, etag);
        }
        for field in answered.descriptor().fields().filter(|field| answered.has_field(field)) {
            match answered.get_field(&field).into_owned() {
                Value::Message(inner) => self.remember(&inner),
                Value::List(rows) => rows.iter().filter_map(Value::as_message).for_each(|row| self.remember(row)),
                _ => {}
            }
        }
    }
}

fn moderation_of(bid_id: &str) -> String {
    format!("moderation of {bid_id}")
}

/// The identities of the rows of a list's answer, in its one repeated field.
pub fn rows(rpc: &MethodDescriptor, answer: &Answer) -> Vec<String> {
    let mut ids = Vec::new();
    let output = rpc.output();
    let lists = || output.fields().filter(|field| field.is_list() && matches!(field.kind(), Kind::Message(_)));
    for message in &answer.messages {
        let message = read(rpc, message);
        for list in lists() {
            let value = message.get_field(&list);
            for row in value.as_list().unwrap_or_default() {
                let named = ["id", "bid_id", "person_id"];
                let id = row.as_message().and_then(|row| named.iter().find_map(|name| row.get_field_by_name(name)));
                ids.extend(id.and_then(|id| id.as_str().map(str::to_string)));
            }
        }
    }
    ids
}

pub fn read(rpc: &MethodDescriptor, message: &[u8]) -> DynamicMessage {
    DynamicMessage::decode(rpc.output(), message).expect("the answer is what the contract says")
}

pub fn path(rpc: &MethodDescriptor) -> String {
    format!("/{}/{}", rpc.parent_service().full_name(), rpc.name())
}

pub fn can_be_dry(rpc: &MethodDescriptor) -> bool {
    rpc.input().get_field_by_name("validate_only").is_some()
}

/// The RPC of this name; none of ours shares it.
pub fn named(name: &str) -> MethodDescriptor {
    let mut found = contract::rpcs().into_iter().filter(|rpc| rpc.name() == name);
    let one = found.next().unwrap_or_else(|| panic!("no RPC is called {name}"));
    assert!(found.next().is_none(), "two RPCs are called {name}");
    one
}

/// Another identity of the same kind, or another text of the same length, that nothing has.
pub fn absent(about: &str) -> String {
    match about.split_once('_') {
        Some((kind, rest)) if kind.len() == 3 && rest.len() == 32 => format!("{kind}_{}", hex()),
        Some(_) | None => format!("{}z", &about[..about.len() - 1]),
    }
}

/// 32 hexadecimal digits of a UUID that is nobody's.
fn hex() -> String {
    EventId::new().to_string().split_off("evt_".len())
}

fn request_id() -> String {
    let hex = hex();
    [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..]].join("-")
}
