use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use http_body::{Body as _, Frame};
use http_body_util::{BodyExt, Full, StreamBody};
use prost::Message;
use prost_reflect::{DescriptorPool, DynamicMessage, ReflectMessage, Value};
use protox::file::{ChainFileResolver, File, FileResolver, GoogleFileResolver, IncludeFileResolver};
use tonic::body::Body;
use tonic::{Code, Status};
use tonic_types::StatusExt;
use tower::{Layer, Service};

use super::wire::MAX_VALUES;
use super::{Asked, Error, Rules, RulesLayer};

const CONTRACT: &str = r#"
syntax = "proto3";
package t.v1;
import "buf/validate/validate.proto";
import "google/protobuf/timestamp.proto";

enum Kind { KIND_UNSPECIFIED = 0; KIND_GRANT = 1; KIND_LOAN = 3; }

message Ask {
  string request_id = 1 [(buf.validate.field).ignore = IGNORE_IF_ZERO_VALUE, (buf.validate.field).string.uuid = true];
  bool validate_only = 2;
  string title = 3 [(buf.validate.field).string = {min_len: 1, max_len: 5}];
  int32 pages = 4 [(buf.validate.field).int32 = {gte: 0, lte: 9}];
  repeated string tags = 5 [(buf.validate.field).repeated = {max_items: 2, unique: true, items: {string: {max_len: 3}}}];
  repeated Answer answers = 6;
  Kind kind = 7 [(buf.validate.field).enum = {defined_only: true, not_in: [3]}];
  optional string note = 8 [(buf.validate.field).string.prefix = "n:"];
  google.protobuf.Timestamp after = 9 [(buf.validate.field).timestamp.gt = {seconds: 86400}];
  Answer hidden = 10 [(buf.validate.field).ignore = IGNORE_ALWAYS];
  repeated uint32 numbers = 11;
  repeated Empty empties = 12;
}

message Empty {}

message Answer {
  string text = 1 [(buf.validate.field).string.max_len = 3];
  Answer inner = 2;
  oneof choice {
    option (buf.validate.oneof).required = true;
    bool yes = 3;
    bytes file = 4 [(buf.validate.field).bytes.max_len = 2];
  }
}

service Asks {
  rpc Put(Ask) returns (Ask);
  rpc PutLarge(Ask) returns (Ask);
  rpc Stream(stream Ask) returns (Ask);
}
"#;

/// Files whose text is given.
struct Given(Vec<(&'static str, String)>);

impl FileResolver for Given {
    fn open_file(&self, name: &str) -> Result<File, protox::Error> {
        match self.0.iter().find(|(given, _)| *given == name) {
            Some((_, source)) => File::from_source(name, source),
            None => Err(protox::Error::file_not_found(name)),
        }
    }
}

fn pool_of(files: Vec<(&'static str, String)>) -> DescriptorPool {
    let mut resolver = ChainFileResolver::new();
    resolver.add(Given(files));
    resolver.add(IncludeFileResolver::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../../proto").into()));
    resolver.add(GoogleFileResolver::new());
    let mut compiler = protox::Compiler::with_file_resolver(resolver);
    compiler.include_imports(true).open_file("t.proto").unwrap();
    DescriptorPool::decode(compiler.encode_file_descriptor_set().as_slice()).unwrap()
}

fn pool() -> DescriptorPool {
    pool_of(vec![("t.proto", CONTRACT.to_string())])
}

/// The contract with other fields in one message, and more on top.
fn built(fields: &str, top: &str) -> Result<Rules, Error> {
    let head = "syntax = \"proto3\"; package t.v1; import \"buf/validate/validate.proto\";";
    Rules::new(&pool_of(vec![("t.proto", format!("{head} {top} message Ask {{ {fields} }}"))]))
}

fn ask(text: &str) -> DynamicMessage {
    message("t.v1.Ask", text)
}

/// A message from its fields as `name=value`; a value in quotes is text, another a number.
fn message(name: &str, fields: &str) -> DynamicMessage {
    let mut message = DynamicMessage::new(pool().get_message_by_name(name).unwrap());
    for field in fields.split_whitespace() {
        let (name, text) = field.split_once('=').unwrap();
        let value = match message.descriptor().get_field_by_name(name).unwrap().kind() {
            prost_reflect::Kind::String => Value::String(text.to_string()),
            prost_reflect::Kind::Bool => Value::Bool(text == "true"),
            prost_reflect::Kind::Enum(_) => Value::EnumNumber(text.parse().unwrap()),
            prost_reflect::Kind::Bytes => Value::Bytes(Bytes::from(text.to_string())),
            _ => Value::I32(text.parse().unwrap()),
        };
        message.set_field_by_name(name, value);
    }
    message
}

fn broken(message: &DynamicMessage) -> Vec<String> {
    let found = Rules::new(&pool()).unwrap().check(message);
    found.into_iter().map(|violation| format!("{} {}", violation.field, violation.rule)).collect()
}

#[test]
fn a_message_at_its_limits_breaks_nothing() {
    assert_eq!(broken(&ask("title=abcŵ🐸 pages=9 kind=1")), [""; 0]);
}

#[test]
fn every_violation_is_named_at_once_by_its_path() {
    let answer = |text: &str| Value::Message(message("t.v1.Answer", text));
    let mut inner = message("t.v1.Answer", "yes=true");
    inner.set_field_by_name("inner", answer("file=abc"));
    let mut ask = ask("request_id=no pages=10 kind=3 note=x");
    ask.set_field_by_name("tags", Value::List(["a", "abcd", "a"].map(|tag| Value::String(tag.to_string())).to_vec()));
    ask.set_field_by_name(
        "answers",
        Value::List(vec![answer("text=abcd yes=true"), answer(""), Value::Message(inner)]),
    );
    ask.set_field_by_name("hidden", answer("text=abcd"));
    let want = [
        "request_id string.uuid",
        "title string.min_len",
        "pages int32.gte_lte",
        "tags repeated.max_items",
        "tags repeated.unique",
        "tags[1] string.max_len",
        "answers[0].text string.max_len",
        "answers[1].choice required",
        "answers[2].inner.file bytes.max_len",
        "kind enum.not_in",
        "note string.prefix",
    ];
    assert_eq!(broken(&ask), want);
}

#[test]
fn a_violation_says_what_is_accepted_and_how_far_off_the_value_is() {
    let says = |text| Rules::new(&pool()).unwrap().check(&ask(text)).remove(0).says;
    assert_eq!(says("title=sixsix"), "at most 5 characters; this has 6");
    assert_eq!(says("pages=1"), "at least 1 character; this has 0");
    assert_eq!(says("title=a pages=10"), "must be at least 0 and at most 9");
    assert_eq!(says("title=a kind=3"), "must be none of KIND_LOAN");
    assert_eq!(says("title=a kind=2"), "must be a value that Kind declares");
    let mut early = ask("title=a");
    let mut time = DynamicMessage::new(pool().get_message_by_name("google.protobuf.Timestamp").unwrap());
    time.set_field_by_name("seconds", Value::I64(86400));
    early.set_field_by_name("after", Value::Message(time));
    assert_eq!(Rules::new(&pool()).unwrap().check(&early)[0].says, "must be after 1970-01-02T00:00:00Z");
}

#[test]
fn a_rule_that_is_not_known_here_stops_the_start_by_name() {
    let schema = include_str!("../../../../proto/buf/validate/validate.proto");
    let schema =
        schema.replace("  optional string prefix = 7;", "  optional string prefix = 7;\n  optional string suffix = 8;");
    let text = "syntax = \"proto3\"; package t.v1; import \"buf/validate/validate.proto\";
        message Ask { string a = 1 [(buf.validate.field).string.suffix = \"x\"]; }";
    let pool = pool_of(vec![("buf/validate/validate.proto", schema), ("t.proto", text.to_string())]);
    let error = Rules::new(&pool).err().unwrap();
    assert!(matches!(&error, Error::Unsupported { field, rule } if field == "t.v1.Ask.a" && rule == "string.suffix"));
}

#[test]
fn a_rule_that_the_schema_does_not_declare_stops_the_start() {
    let full = pool_of(vec![("t.proto", CONTRACT.to_string())]);
    // The same descriptors without the schema: the options are then unknown fields.
    let mut set =
        prost_reflect::prost_types::FileDescriptorSet { file: full.file_descriptor_protos().cloned().collect() };
    set.file.retain(|file| !file.name().starts_with("buf/"));
    let mut bytes = Vec::new();
    for file in full.files().filter(|file| !file.name().starts_with("buf/")) {
        let mut file = DynamicMessage::decode(
            full.get_message_by_name("google.protobuf.FileDescriptorProto").unwrap(),
            file.encode_to_vec().as_slice(),
        )
        .unwrap();
        let kept = |value: &Value| value.as_str().is_none_or(|name| !name.starts_with("buf/"));
        file.get_field_by_name_mut("dependency").unwrap().as_list_mut().unwrap().retain(kept);
        prost::encoding::message::encode(1, &file, &mut bytes);
    }
    let error = Rules::new(&DescriptorPool::decode(bytes.as_slice()).unwrap()).err().unwrap();
    assert!(matches!(&error, Error::Unsupported { field, .. } if field == "t.v1.Ask.request_id"), "{error}");
}

#[test]
fn a_rule_of_another_type_stops_the_start() {
    for (field, rule) in [
        ("int32 a = 1 [(buf.validate.field).string.min_len = 1];", "string.min_len"),
        ("int32 a = 1 [(buf.validate.field).int64.gt = 1];", "int64.gt"),
        ("string a = 1 [(buf.validate.field).repeated.min_items = 1];", "repeated.min_items"),
        ("repeated string a = 1 [(buf.validate.field).string.min_len = 1];", "string"),
        ("repeated Ask a = 1 [(buf.validate.field).repeated.unique = true];", "repeated.unique"),
        ("repeated string a = 1 [(buf.validate.field).repeated.items.required = true];", "repeated.items.required"),
    ] {
        let error = built(field, "").err().unwrap();
        assert!(matches!(&error, Error::Unsupported { rule: found, .. } if found == rule), "{error}");
    }
}

#[test]
fn a_map_stops_the_start() {
    assert!(
        matches!(built("map<string, string> a = 1;", "").err().unwrap(), Error::Map { field } if field == "t.v1.Ask.a")
    );
}

#[test]
fn a_pattern_that_re2_reads_otherwise_stops_the_start() {
    for pattern in [r"^\\d+$", r"\\bx", "[a[b]]", "[a&&b]", "[a--b]", r"x\\"] {
        let error = built(&format!("string a = 1 [(buf.validate.field).string.pattern = \"{pattern}\"];"), "").err();
        assert!(matches!(error, Some(Error::PatternDiffers { .. })), "{pattern}");
    }
    for pattern in ["^x{2,1}$", "(", "(?=x)"] {
        let error = built(&format!("string a = 1 [(buf.validate.field).string.pattern = \"{pattern}\"];"), "").err();
        assert!(matches!(error, Some(Error::Pattern { .. })), "{pattern}");
    }
    assert!(
        built(r#"string a = 1 [(buf.validate.field).string.pattern = "^[^/\\\\\\x00-\\x1f-]+\\.x$"];"#, "").is_ok()
    );
}

/// What reached the handler.
#[derive(Clone, Default)]
struct Seen(Arc<Mutex<Vec<Option<Asked>>>>, Arc<Mutex<Vec<Result<Bytes, Status>>>>);

impl Seen {
    fn asked(&self) -> Asked {
        self.0.lock().unwrap().last().unwrap().clone().unwrap()
    }
}

fn layer() -> RulesLayer {
    RulesLayer::new(&pool(), &["/t.v1.Asks/PutLarge"], 4 * 1024 * 1024).unwrap()
}

async fn call(layer: &RulesLayer, rpc: &str, body: Body) -> (Seen, Option<Status>) {
    let seen = Seen::default();
    let handler = seen.clone();
    let mut service = layer.layer(tower::service_fn(move |request: http::Request<Body>| {
        let handler = handler.clone();
        async move {
            handler.0.lock().unwrap().push(request.extensions().get::<Asked>().cloned());
            let mut body = request.into_body();
            while let Some(frame) = body.frame().await {
                let frame = frame.map(|frame| frame.into_data().unwrap());
                handler.1.lock().unwrap().push(frame);
            }
            assert!(body.is_end_stream());
            Ok::<_, Infallible>(http::Response::new(Body::empty()))
        }
    }));
    let request = http::Request::post(format!("http://local/{rpc}")).body(body).unwrap();
    let response = service.call(request).await.unwrap();
    (seen, Status::from_header_map(response.headers()))
}

fn framed(message: &[u8]) -> Vec<u8> {
    let mut bytes = vec![0];
    bytes.extend((message.len() as u32).to_be_bytes());
    bytes.extend(message);
    bytes
}

fn body(bytes: impl Into<Bytes>) -> Body {
    Body::new(Full::new(bytes.into()))
}

/// A body in chunks of so many bytes, which never says how long it is.
fn chunked(bytes: &[u8], n: usize) -> Body {
    let chunks: Vec<_> =
        bytes.chunks(n).map(|chunk| Ok::<_, Status>(Frame::data(Bytes::copy_from_slice(chunk)))).collect();
    Body::new(StreamBody::new(tokio_stream::iter(chunks)))
}

#[tokio::test]
async fn a_valid_request_reaches_the_handler_unchanged_with_what_was_asked() {
    let bytes =
        framed(&ask("request_id=0190a1b2-0000-7000-8000-000000000001 title=a validate_only=true").encode_to_vec());
    let (seen, refusal) = call(&layer(), "t.v1.Asks/Put", chunked(&bytes, 3)).await;
    assert!(refusal.is_none());
    assert_eq!(seen.1.lock().unwrap()[0].as_ref().unwrap(), &bytes);
    assert_eq!(seen.asked().request_id.as_deref(), Some("0190a1b2-0000-7000-8000-000000000001"));
    assert!(seen.asked().validate_only);
}

#[tokio::test]
async fn the_digest_is_over_the_content_without_the_request_id() {
    async fn digest(bytes: Vec<u8>) -> [u8; 32] {
        let (seen, refusal) = call(&layer(), "t.v1.Asks/Put", body(framed(&bytes))).await;
        assert!(refusal.is_none(), "{refusal:?}");
        seen.asked().digest
    }
    let plain = ask("title=a pages=1").encode_to_vec();
    let named = ask("request_id=0190a1b2-0000-7000-8000-000000000001 title=a pages=1").encode_to_vec();
    let mut reordered = ask("pages=1").encode_to_vec();
    reordered.extend(ask("title=a").encode_to_vec());
    let mut unknown = plain.clone();
    unknown.extend([0x98, 0x06, 0x01]);
    let first = digest(plain).await;
    assert_eq!(first, digest(named).await);
    assert_eq!(first, digest(reordered).await);
    assert_ne!(first, digest(unknown).await);
    assert_ne!(first, digest(ask("title=a pages=2").encode_to_vec()).await);
}

#[tokio::test]
async fn the_digest_of_a_list_is_over_its_filter_and_not_over_the_place_in_it() {
    use toadlane_proto::bids::v1::ListBidsRequest;
    async fn digest(asked: ListBidsRequest) -> [u8; 32] {
        let layer = RulesLayer::new(toadlane_proto::pool(), &[], 1 << 20).unwrap();
        let bytes = body(framed(&asked.encode_to_vec()));
        let (seen, refusal) = call(&layer, "toadlane.bids.v1.BidsService/ListBids", bytes).await;
        assert!(refusal.is_none(), "{refusal:?}");
        seen.asked().digest
    }
    let all = ListBidsRequest::default();
    let elsewhere = ListBidsRequest { page_size: 7, page_token: "x".to_string(), ..all.clone() };
    let filtered = ListBidsRequest { client_reference: "K/1".to_string(), ..all.clone() };
    let first = digest(all).await;
    assert_eq!(first, digest(elsewhere).await);
    assert_ne!(first, digest(filtered).await);
}

#[tokio::test]
async fn a_request_that_breaks_a_rule_is_answered_with_every_violation() {
    let (seen, refusal) = call(&layer(), "t.v1.Asks/Put", body(framed(&ask("pages=10").encode_to_vec()))).await;
    let refusal = refusal.unwrap();
    assert_eq!(refusal.code(), Code::InvalidArgument);
    let found = refusal.get_details_bad_request().unwrap().field_violations;
    assert_eq!(found.iter().map(|found| found.field.as_str()).collect::<Vec<_>>(), ["title", "pages"]);
    assert_eq!(found[1].reason, "int32.gte_lte");
    assert!(seen.0.lock().unwrap().is_empty());
}

#[tokio::test]
async fn a_hopeless_request_gets_as_many_violations_as_a_header_holds() {
    let mut ask = ask("title=a");
    ask.set_field_by_name("answers", Value::List(vec![Value::Message(message("t.v1.Answer", "")); 500]));
    let (_, refusal) = call(&layer(), "t.v1.Asks/Put", body(framed(&ask.encode_to_vec()))).await;
    let refusal = refusal.unwrap();
    assert_eq!(refusal.message(), "500 fields are not valid; each is named in the details (here the first 40 of 500)");
    assert!(refusal.details().len() < 6000);
}

async fn refusal(rpc: &str, body: Body) -> (Code, String) {
    let (seen, refusal) = call(&layer(), rpc, body).await;
    assert!(seen.0.lock().unwrap().is_empty(), "the handler was reached");
    let refusal = refusal.unwrap();
    (refusal.code(), refusal.message().to_string())
}

#[tokio::test]
async fn a_unary_call_with_no_message_or_two_is_unimplemented_as_grpc_has_it() {
    let one = framed(&ask("title=a").encode_to_vec());
    assert_eq!(refusal("t.v1.Asks/Put", Body::empty()).await.0, Code::Unimplemented);
    assert_eq!(refusal("t.v1.Asks/Put", body([one.clone(), one.clone()].concat())).await.0, Code::Unimplemented);
    assert_eq!(refusal("t.v1.Asks/Put", chunked(&[one, vec![0]].concat(), 1)).await.0, Code::Unimplemented);
}

#[tokio::test]
async fn a_request_that_ends_within_its_message_is_refused() {
    let one = framed(&ask("title=a").encode_to_vec());
    assert_eq!(refusal("t.v1.Asks/Put", body(one[..3].to_vec())).await.0, Code::InvalidArgument);
    assert_eq!(refusal("t.v1.Asks/Put", body(one[..one.len() - 1].to_vec())).await.0, Code::InvalidArgument);
}

/// A message of exactly so many bytes: a title and an unknown field.
fn of_size(n: usize) -> Vec<u8> {
    let mut bytes = ask("title=a").encode_to_vec();
    let fill = n - bytes.len();
    let len = if fill > 16384 + 5 { 3 } else { 2 };
    prost::encoding::bytes::encode(100, &vec![1_u8; fill - 2 - len], &mut bytes);
    assert_eq!(bytes.len(), n);
    bytes
}

#[tokio::test]
async fn a_message_over_the_limit_of_its_rpc_is_refused_from_its_header() {
    for (rpc, limit) in [("t.v1.Asks/Put", 64 * 1024), ("t.v1.Asks/PutLarge", 1024 * 1024)] {
        let (_, passed) = call(&layer(), rpc, chunked(&framed(&of_size(limit)), 16384)).await;
        assert!(passed.is_none(), "{passed:?}");
        let header = framed(&of_size(limit + 1))[..5].to_vec();
        let (code, message) = refusal(rpc, body(header)).await;
        assert_eq!(code, Code::ResourceExhausted);
        assert_eq!(message, format!("the message is larger than {} KiB, the limit of this RPC", limit / 1024));
    }
}

#[tokio::test]
async fn a_compressed_message_is_left_to_tonic() {
    let mut bytes = framed(b"any");
    bytes[0] = 1;
    let (seen, refusal) = call(&layer(), "t.v1.Asks/Put", body(bytes)).await;
    assert!(refusal.is_none());
    assert_eq!(seen.0.lock().unwrap()[0], None);
}

#[tokio::test]
async fn text_that_is_not_utf8_is_refused_by_the_name_of_its_field() {
    let mut bytes = ask("title=a").encode_to_vec();
    bytes.extend([0x32, 0x03, 0x0a, 0x01, 0xff]);
    let (code, message) = refusal("t.v1.Asks/Put", body(framed(&bytes))).await;
    assert_eq!((code, message.as_str()), (Code::InvalidArgument, "answers.text: must be text in UTF-8"));
}

#[tokio::test]
async fn bytes_that_are_no_such_message_are_refused() {
    for bytes in [&b"\x1a\x7fx"[..], b"\x18\x01", b"\xff\xff", b"\x07", b"\x0b"] {
        let (code, message) = refusal("t.v1.Asks/Put", body(framed(bytes))).await;
        assert_eq!(code, Code::InvalidArgument);
        assert!(message.starts_with("the bytes are not a t.v1.Ask: "), "{message}");
    }
}

#[tokio::test]
async fn a_message_that_would_unfold_in_memory_is_not_decoded() {
    // Empty messages, items of a packed list, unknown fields and groups: two bytes or one each.
    let title = ask("title=a").encode_to_vec();
    let mut packed = title.clone();
    prost::encoding::bytes::encode(11, &vec![1_u8; MAX_VALUES], &mut packed);
    let repeated = |item: &[u8]| [title.clone(), item.repeat(MAX_VALUES)].concat();
    for bytes in [repeated(&[0x62, 0x00]), packed, repeated(&[0x78, 0x01]), repeated(&[0x7b, 0x7c])] {
        let (code, message) = refusal("t.v1.Asks/Put", body(framed(&bytes))).await;
        assert_eq!(code, Code::ResourceExhausted, "{message}");
        assert_eq!(message, "the message holds more than 20000 values, the limit of every RPC");
    }
    let mut fits = title;
    prost::encoding::bytes::encode(11, &vec![1_u8; MAX_VALUES - 2], &mut fits);
    let (_, passed) = call(&layer(), "t.v1.Asks/Put", body(framed(&fits))).await;
    assert!(passed.is_none(), "{passed:?}");
}

#[tokio::test]
async fn messages_nested_without_end_are_refused() {
    let mut bytes = Vec::new();
    for _ in 0..5000 {
        let inner = std::mem::take(&mut bytes);
        prost::encoding::bytes::encode(2, &inner, &mut bytes);
    }
    let mut request = Vec::new();
    prost::encoding::bytes::encode(6, &bytes, &mut request);
    assert_eq!(refusal("t.v1.Asks/Put", body(framed(&request))).await.0, Code::InvalidArgument);
}

#[tokio::test]
async fn bodies_in_flight_are_capped_until_the_answer_begins() {
    let layer = RulesLayer::new(&pool(), &[], 8 * 1024).unwrap();
    let six = || framed(&of_size(6 * 1024));
    let (began, go) = (Arc::new(tokio::sync::Notify::new()), Arc::new(tokio::sync::Notify::new()));
    let mut slow = layer.layer(tower::service_fn({
        let (began, go) = (began.clone(), go.clone());
        move |_: http::Request<Body>| {
            let (began, go) = (began.clone(), go.clone());
            async move {
                began.notify_one();
                go.notified().await;
                Ok::<_, Infallible>(http::Response::new(Body::empty()))
            }
        }
    }));
    let request = http::Request::post("http://local/t.v1.Asks/Put").body(body(six())).unwrap();
    let first = tokio::spawn(slow.call(request));
    began.notified().await;
    let (_, refusal) = call(&layer, "t.v1.Asks/Put", body(six())).await;
    let refusal = refusal.unwrap();
    assert_eq!(refusal.code(), Code::ResourceExhausted);
    assert!(refusal.get_details_retry_info().is_some());
    // Roles have room of their own.
    let mut of_a_role = http::Request::post("http://local/t.v1.Asks/Put").body(body(six())).unwrap();
    of_a_role.extensions_mut().insert(crate::caller::Caller::area(crate::caller::Area::Bids));
    let of_a_role = tokio::spawn(slow.call(of_a_role));
    began.notified().await;
    go.notify_one();
    go.notify_one();
    first.await.unwrap().unwrap();
    of_a_role.await.unwrap().unwrap();
    assert!(call(&layer, "t.v1.Asks/Put", body(six())).await.1.is_none());
}

#[tokio::test]
async fn an_rpc_that_the_contract_does_not_know_passes_untouched() {
    let (seen, refusal) = call(&layer(), "grpc.health.v1.Health/Check", body("anything")).await;
    assert!(refusal.is_none());
    assert_eq!(seen.1.lock().unwrap()[0].as_ref().unwrap(), "anything");
}

#[test]
fn a_limit_for_an_rpc_that_does_not_exist_stops_the_start() {
    assert!(matches!(RulesLayer::new(&pool(), &["/t.v1.Asks/Gone"], 1024), Err(Error::NoSuchRpc(_))));
}

#[tokio::test]
async fn a_stream_is_passed_on_message_by_message() {
    let messages = ["title=a", "title=b", "title=cc"].map(|text| framed(&ask(text).encode_to_vec()));
    for n in [1, 3, 7, 1000] {
        let (seen, refusal) = call(&layer(), "t.v1.Asks/Stream", chunked(&messages.concat(), n)).await;
        assert!(refusal.is_none());
        assert_eq!(seen.asked(), Asked::default());
        let passed: Vec<Bytes> = seen.1.lock().unwrap().iter().map(|message| message.clone().unwrap()).collect();
        assert_eq!(passed, messages);
    }
}

#[tokio::test]
async fn a_stream_ends_at_its_first_bad_message_with_the_reason() {
    let good = framed(&ask("title=a").encode_to_vec());
    let large = framed(&of_size(1024 * 1024 + 1));
    for (second, code) in [
        (framed(&ask("title=sixsix").encode_to_vec()), Code::InvalidArgument),
        (good[..4].to_vec(), Code::InvalidArgument),
        (large[..5].to_vec(), Code::ResourceExhausted),
    ] {
        let (seen, _) = call(&layer(), "t.v1.Asks/Stream", body([good.clone(), second].concat())).await;
        let passed = seen.1.lock().unwrap();
        assert_eq!(passed.len(), 2);
        assert_eq!(passed[0].as_ref().unwrap(), &good);
        let refusal = passed[1].as_ref().unwrap_err();
        assert_eq!(refusal.code(), code);
        assert!(refusal.get_details_error_info().is_some());
    }
}

#[tokio::test]
async fn a_stream_gives_back_its_room_as_it_is_read() {
    let layer = RulesLayer::new(&pool(), &[], 64 * 1024).unwrap();
    let others = layer.clone();
    let mut service = layer.layer(tower::service_fn(move |request: http::Request<Body>| {
        let others = others.clone();
        async move {
            let mut body = request.into_body();
            let mut n_read = 0;
            while let Some(message) = body.frame().await {
                assert!(message.is_ok());
                n_read += 1;
                // The stream goes on, but nothing of it is held here now.
                let other = body_of(60 * 1024);
                assert!(call(&others, "t.v1.Asks/Put", other).await.1.is_none());
            }
            assert_eq!(n_read, 3);
            Ok::<_, Infallible>(http::Response::new(Body::empty()))
        }
    }));
    // Each message ends with its chunk.
    let message = framed(&of_size(40 * 1024 - 5));
    let body = chunked(&message.repeat(3), 8 * 1024);
    service.call(http::Request::post("http://local/t.v1.Asks/Stream").body(body).unwrap()).await.unwrap();
}

fn body_of(n: usize) -> Body {
    body(framed(&of_size(n)))
}

#[tokio::test]
async fn an_empty_stream_and_a_known_length_are_passed_on_as_such() {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let sizes = seen.clone();
    let mut service = layer().layer(tower::service_fn(move |request: http::Request<Body>| {
        sizes.lock().unwrap().push((request.body().is_end_stream(), request.body().size_hint().exact()));
        async { Ok::<_, Infallible>(http::Response::new(Body::empty())) }
    }));
    let one = framed(&ask("title=a").encode_to_vec());
    let len = one.len() as u64;
    for body in [Body::empty(), body(one)] {
        service.call(http::Request::post("http://local/t.v1.Asks/Stream").body(body).unwrap()).await.unwrap();
    }
    assert_eq!(*seen.lock().unwrap(), [(true, Some(0)), (false, Some(len))]);
}
