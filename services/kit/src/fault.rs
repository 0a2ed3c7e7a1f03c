//! Refusals as the wire shows them: one `google.rpc.Status` with reason, metadata and every violation at once.
//!
//! Each service maps its own errors to a [`Fault`] in one exhaustive `match`. Causes inside the platform are
//! logged once, here, and never shown.

use std::collections::BTreeMap;
use std::time::Duration;

use prost::encoding::{btree_map, string};
use prost::{Message, Name};
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

pub use toadlane_proto::errors::v1::Reason;

/// The domain of every reason (`google.rpc.ErrorInfo.domain`).
pub const DOMAIN: &str = "toadlane";

/// Details travel in base64 among the trailers, and common clients take 8 KiB of those: of a larger answer they would
/// see no word. So there is room for this many bytes of violations or of a newer resource.
const MOST_BYTES: usize = 5000;
const MOST_VIOLATIONS: usize = 40;

/// One thing wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Violation {
    /// Path of the field in the request, such as `content.answers[2].text`.
    pub field: String,
    /// Identity of the rule, such as `string.max_len` or `form.word_limit`.
    pub rule: String,
    /// What is wrong and what to do, for a person.
    pub says: String,
}

impl Violation {
    pub fn new(field: impl Into<String>, rule: impl Into<String>, says: impl Into<String>) -> Violation {
        Violation { field: field.into(), rule: rule.into(), says: says.into() }
    }

    /// Bytes that it takes in an answer: its texts, and what frames them.
    fn n_bytes(&self) -> usize {
        self.field.len() + self.rule.len() + self.says.len() + 16
    }
}

/// How many of the violations an answer has room to name.
fn n_named(violations: &[Violation]) -> usize {
    let mut left = MOST_BYTES;
    let fits = |violation: &&Violation| {
        let rest = left.checked_sub(violation.n_bytes());
        left = rest.unwrap_or(0);
        rest.is_some()
    };
    violations.iter().take(MOST_VIOLATIONS).take_while(fits).count()
}

/// A resource as it now is, for a caller who read an older version of it. Each is made a message where its others are.
pub trait Newer: std::fmt::Debug + Send + Sync {
    fn to_any(&self) -> prost_types::Any;
}

/// What is shown of a resource as one message: as newer than what a caller read, or with an event.
pub trait Shown: Clone + std::fmt::Debug + Send + Sync {
    type Wire: Name + From<Self>;

    fn shown(&self) -> Self::Wire {
        self.clone().into()
    }
}

impl<T: Shown> Newer for T {
    fn to_any(&self) -> prost_types::Any {
        any(&self.shown())
    }
}

/// A message under its full name.
pub fn any<M: Name>(message: &M) -> prost_types::Any {
    prost_types::Any { type_url: M::type_url(), value: message.encode_to_vec() }
}

/// A refusal before it becomes a [`Status`].
#[derive(Debug)]
pub struct Fault {
    pub code: Code,
    pub reason: Reason,
    /// Lower case, no full stop, says what to do.
    pub message: String,
    pub metadata: Vec<(&'static str, String)>,
    /// All of them; the answer names those that it has room for.
    pub violations: Vec<Violation>,
    pub retry_after: Option<Duration>,
    /// The resource as it now is, for a caller who read an older version. The answer has it if it has room for it.
    pub newer: Option<prost_types::Any>,
}

impl Fault {
    pub fn new(code: Code, reason: Reason, message: impl Into<String>) -> Fault {
        Fault {
            code,
            reason,
            message: message.into(),
            metadata: Vec::new(),
            violations: Vec::new(),
            retry_after: None,
            newer: None,
        }
    }

    pub fn with(mut self, key: &'static str, value: impl Into<String>) -> Fault {
        self.metadata.push((key, value.into()));
        self
    }

    /// A step that cannot be taken as things stand.
    pub fn precondition(reason: Reason, message: impl Into<String>) -> Fault {
        Fault::new(Code::FailedPrecondition, reason, message)
    }

    /// What shall be made is there.
    pub fn exists(message: impl Into<String>, existing: impl Into<String>) -> Fault {
        Fault::new(Code::AlreadyExists, Reason::AlreadyExists, message).with("existing", existing)
    }

    /// One bad field.
    pub fn bad_field(field: &str, rule: &str, says: impl Into<String>) -> Fault {
        Fault::invalid(vec![Violation::new(field, rule, says)])
    }

    /// Every bad field of a request at once.
    pub fn invalid(violations: Vec<Violation>) -> Fault {
        let message = match violations.len() {
            1 => format!("{}: {}", violations[0].field, violations[0].says),
            n => format!("{n} fields are not valid; each is named in the details"),
        };
        Fault { violations, ..Fault::new(Code::InvalidArgument, Reason::InvalidFields, message) }
    }

    /// The same answer for what does not exist and for what the caller may not know of.
    pub fn not_found(what: &str) -> Fault {
        Fault::new(Code::NotFound, Reason::NotFound, format!("no such {what}"))
    }

    /// The caller read an older version than the one that comes with this.
    pub fn stale(newer: &dyn Newer, message: impl Into<String>) -> Fault {
        Fault { newer: Some(newer.to_any()), ..Fault::new(Code::Aborted, Reason::StaleEtag, message) }
    }

    /// A part of the platform cannot be reached; the same request id may be tried again.
    pub fn try_again(message: impl Into<String>) -> Fault {
        Fault {
            retry_after: Some(Duration::from_millis(500)),
            ..Fault::new(Code::Unavailable, Reason::TryAgain, message)
        }
    }

    /// A fault of ours: the cause is logged here, once, and not shown.
    pub fn internal(cause: &(dyn std::error::Error + 'static)) -> Fault {
        let mut chain = cause.to_string();
        let mut next = cause.source();
        while let Some(inner) = next {
            chain.push_str(": ");
            chain.push_str(&inner.to_string());
            next = inner.source();
        }
        tracing::error!(error.chain = %chain, "a request failed by our own fault");
        Fault::new(Code::Internal, Reason::Internal, "the platform failed; the fault is in its log")
    }
}

impl From<Fault> for Status {
    fn from(mut fault: Fault) -> Status {
        let (n, n_named) = (fault.violations.len(), n_named(&fault.violations));
        if n_named < n {
            fault.violations.truncate(n_named);
            fault.message = format!("{} (here the first {n_named} of {n})", fault.message);
        }
        let mut common = ErrorDetails::new();
        if !fault.violations.is_empty() {
            let violations = fault.violations.into_iter().map(|violation| FieldViolation {
                field: violation.field,
                description: violation.says,
                reason: violation.rule,
                localized_message: None,
            });
            common.set_bad_request(violations.collect::<Vec<_>>());
        }
        if let Some(after) = fault.retry_after {
            common.set_retry_info(Some(after));
        }
        let status = Status::with_error_details(fault.code, fault.message, common);
        let newer = fault.newer.filter(|newer| newer.encoded_len() <= MOST_BYTES);
        with_own(&status, error_info(fault.reason, fault.metadata), newer)
    }
}

/// One bad field is all that is wrong.
impl From<Violation> for Status {
    fn from(violation: Violation) -> Status {
        Fault::invalid(vec![violation]).into()
    }
}

/// `google.rpc.ErrorInfo`, its metadata in one order: the same refusal is the same bytes, which the map of
/// `tonic_types` does not promise.
fn error_info(reason: Reason, metadata: Vec<(&'static str, String)>) -> prost_types::Any {
    let reason = reason.as_str_name().trim_start_matches("REASON_");
    let metadata: BTreeMap<String, String> =
        metadata.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
    let mut value = Vec::new();
    string::encode(1, &reason.to_string(), &mut value);
    string::encode(2, &DOMAIN.to_string(), &mut value);
    let text = (string::encode, string::encoded_len);
    btree_map::encode(text.0, text.1, text.0, text.1, 3, &metadata, &mut value);
    prost_types::Any { type_url: "type.googleapis.com/google.rpc.ErrorInfo".to_string(), value }
}

/// Puts before and after the common details of a status what `tonic_types` has no words for.
fn with_own(status: &Status, info: prost_types::Any, resource: Option<prost_types::Any>) -> Status {
    let common = tonic_types::pb::Status::decode(status.details()).unwrap_or_default();
    let details = [info].into_iter().chain(common.details).chain(resource).collect();
    let (code, message) = (i32::from(status.code()), status.message().to_string());
    let all = tonic_types::pb::Status { code, message, details };
    Status::with_details(status.code(), status.message(), all.encode_to_vec().into())
}

#[cfg(test)]
mod tests;
