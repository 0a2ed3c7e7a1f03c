//! Every RPC that reads, asked about everything that is known, with every filter, order and page size; the answers of
//! two servers compared whole.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Command;
use std::time::Duration;

use prost_reflect::{DynamicMessage, FieldDescriptor, Kind, MethodDescriptor, Value};

use super::branch::{Branch, Known, Step};
use crate::authorization::asking::path;
use crate::authorization::wire::{Answer, Wire};
use crate::contract;
use crate::platform::program;

/// These answer about the token itself and the session it is of, which live in real time, and differ with it.
const OF_THE_TOKEN: [&str; 2] = ["WhoAmI", "ListSessions"];
/// A stream without an end is read for so long; what there is to see comes at once.
const WATCHED_FOR: Duration = Duration::from_millis(250);
const LIMIT: Duration = Duration::from_secs(10);

/// The recused member at one of the two servers.
pub struct Reader {
    wire: Wire,
    address: String,
    token: String,
}

impl Reader {
    pub async fn of(branch: &Branch<'_>, email: &str) -> Reader {
        let token = branch.server.deployment.token(email).await.unwrap();
        Reader { wire: Wire::to(&branch.server.address), address: branch.server.address.clone(), token }
    }

    async fn ask(&self, rpc: &MethodDescriptor, request: &DynamicMessage) -> Answer {
        use prost::Message;
        let limit = if rpc.name().starts_with("Watch") { WATCHED_FOR } else { LIMIT };
        let messages = vec![request.encode_to_vec()];
        self.wire.call_for(limit, usize::MAX, &path(rpc), Some(&self.token), messages).await
    }

    fn board_pack(&self, assessment: &str) -> Vec<u8> {
        let mut export = Command::new(program());
        export.args(["export", "board-pack", "--address", &self.address, assessment]);
        let output = export.env("TOADLANE_TOKEN", &self.token).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    }
}

/// What was compared, and what differs.
#[derive(Default)]
pub struct Tally {
    n_compared: usize,
    n_answered: BTreeMap<String, usize>,
    differ: Vec<String>,
}

impl Tally {
    pub fn judge(&self, council: &str) {
        let n_answered = self.n_answered.values().filter(|n| **n > 0).count();
        let n_rpcs = self.n_answered.len();
        println!(
            "{council}: {} answers compared, of {n_rpcs} RPCs; {n_answered} of them had something to say",
            self.n_compared
        );
        assert!(self.differ.is_empty(), "{} differ:\n{}", self.differ.len(), self.differ.join("\n"));
        assert!(self.n_compared > 1000, "too little was asked");
    }
}

pub async fn compare(readers: &[Reader; 2], known: &Known, hidden: &str, step: Step, tally: &mut Tally) {
    let [one, other] = readers;
    for rpc in contract::rpcs().iter().filter(|rpc| !contract::changes(rpc) && !OF_THE_TOKEN.contains(&rpc.name())) {
        tally.n_answered.entry(rpc.name().to_string()).or_default();
        for request in requests(rpc, known, hidden) {
            let mut request = request;
            // A list is followed to its end; a hundred pages are more than any has.
            for _ in 0..100 {
                let (left, right) = tokio::join!(one.ask(rpc, &request), other.ask(rpc, &request));
                tally.n_compared += 1;
                if !left.messages.is_empty() {
                    *tally.n_answered.entry(rpc.name().to_string()).or_default() += 1;
                }
                if left.told() != right.told() {
                    let says =
                        format!("{} after {step:?}, asked {request}: {}", rpc.name(), difference(rpc, &left, &right));
                    tally.differ.push(says.chars().take(1500).collect());
                }
                let Some(next) = next_page(rpc, &request, &left) else { break };
                request = next;
            }
        }
    }
    for assessment in known.0.get("asm").into_iter().flatten() {
        tally.n_compared += 1;
        if one.board_pack(assessment) != other.board_pack(assessment) {
            tally.differ.push(format!("the board pack after {step:?}"));
        }
    }
}

/// The two answers as a person reads them.
fn difference(rpc: &MethodDescriptor, left: &Answer, right: &Answer) -> String {
    let shown = |answer: &Answer| {
        let read = |bytes: &Vec<u8>| DynamicMessage::decode(rpc.output(), bytes.as_slice()).map(|one| one.to_string());
        let messages: Vec<_> = answer.messages.iter().map(read).map(Result::unwrap_or_default).collect();
        format!("{:?} {:?} {messages:?} {:?}", answer.status.code(), answer.status.message(), answer.told().3)
    };
    let (left, right) = (shown(left), shown(right));
    let same = left.bytes().zip(right.bytes()).take_while(|(one, other)| one == other).count();
    let from = left.floor_char_boundary(same.saturating_sub(200));
    let of = |text: &str| text.get(from..).unwrap_or_default().chars().take(450).collect::<String>();
    format!("\n    {}\n    {}", of(&left), of(&right))
}

fn next_page(rpc: &MethodDescriptor, request: &DynamicMessage, answer: &Answer) -> Option<DynamicMessage> {
    let message = DynamicMessage::decode(rpc.output(), answer.messages.first()?.as_slice()).ok()?;
    let token = message.get_field_by_name("next_page_token")?.as_str()?.to_string();
    let field = rpc.input().get_field_by_name("page_token").filter(|_| !token.is_empty())?;
    let mut next = request.clone();
    next.set_field(&field, Value::String(token));
    Some(next)
}

/// Every combination of what a request is about, as it is and then with each of its other fields.
fn requests(rpc: &MethodDescriptor, known: &Known, hidden: &str) -> Vec<DynamicMessage> {
    let input = rpc.input();
    let mut bases = vec![DynamicMessage::new(input.clone())];
    for field in input.fields().filter(|field| !is_optional(field)) {
        let values = values(&field, known, hidden);
        if values.is_empty() {
            continue;
        }
        bases = bases.iter().flat_map(|base| values.iter().map(|value| with(base, &field, value.clone()))).collect();
    }
    let mut all = bases.clone();
    for field in input.fields().filter(is_optional).filter(|field| field.name() != "page_token") {
        let values = values(&field, known, hidden);
        all.extend(bases.iter().flat_map(|base| values.iter().map(|value| with(base, &field, value.clone()))));
    }
    all
}

fn with(base: &DynamicMessage, field: &FieldDescriptor, value: Value) -> DynamicMessage {
    let mut message = base.clone();
    message.set_field(field, value);
    message
}

/// What narrows or orders an answer, and what it is not about.
fn is_optional(field: &FieldDescriptor) -> bool {
    let rules = field.options().to_string();
    let is_id = rules.contains("_[0-9a-f]{32}");
    field.is_list()
        || rules.contains("IGNORE_IF_ZERO_VALUE")
        || (!is_id && !["instrument", "reference", "revision", "first", "second"].contains(&field.name()))
}

fn values(field: &FieldDescriptor, known: &Known, hidden: &str) -> Vec<Value> {
    let found = match field.kind() {
        Kind::String => texts(field, known, hidden).into_iter().map(Value::String).collect(),
        Kind::Bool => vec![Value::Bool(true)],
        Kind::Enum(of) => of.values().map(|value| Value::EnumNumber(value.number())).collect(),
        Kind::Int32 if field.name() == "page_size" => vec![Value::I32(1), Value::I32(500)],
        Kind::Int32 => [1, 2].map(Value::I32).to_vec(),
        Kind::Int64 => [1, 3].map(Value::I64).to_vec(),
        _ => Vec::new(),
    };
    match field.is_list() {
        true => found.into_iter().map(|value| Value::List(vec![value])).collect(),
        false => found,
    }
}

/// Identities of the kind that a field's rule asks for; words that the hidden bid has; codes that the round has.
fn texts(field: &FieldDescriptor, known: &Known, hidden: &str) -> Vec<String> {
    let rules = field.options().to_string();
    if let Some(at) = rules.find("_[0-9a-f]{32}") {
        let prefix = &rules[at.saturating_sub(3)..at];
        let mut ids: BTreeSet<String> = known.0.get(prefix).cloned().unwrap_or_default();
        if prefix == "bid" {
            ids.insert(hidden.to_string());
        }
        ids.insert(format!("{prefix}_{}", "0".repeat(32)));
        return ids.into_iter().collect();
    }
    let said: &[&str] = match field.name() {
        "instrument" => &["policy_prototype"],
        "criterion" => &["innovation"],
        "search" | "words" => &["Burntwood", "Connecting"],
        "client_reference" => &["BURNTWOOD-TC/2020/01", "STEVENAGE/2020/03"],
        "reference" | "award_reference" => &["r3-2020-01", "r3-2020-03"],
        "code" | "principle" | "theme" | "group" => &["learning"],
        _ => &[],
    };
    said.iter().map(ToString::to_string).collect()
}
