//! Refusals as the wire shows them: one `google.rpc.Status` with reason, metadata and every violation at once.
//!
//! Each service maps its own errors to a [`Fault`] in one exhaustive `match`. Causes inside the platform are
//! logged once, here, and never shown.

use std::collections::HashMap;
use std::time::Duration;

use prost::Message;
use tonic::{Code, Status};
use tonic_types::{ErrorDetails, FieldViolation, StatusExt};

pub use toadlane_proto::errors::v1::Reason;

/// The domain of every reason (`google.rpc.ErrorInfo.domain`).
pub const DOMAIN: &str = "toadlane";

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
}

/// A refusal before it becomes a [`Status`].
#[derive(Debug)]
pub struct Fault {
    pub code: Code,
    pub reason: Reason,
    /// Lower case, no full stop, says what to do.
    pub message: String,
    pub metadata: Vec<(&'static str, String)>,
    pub violations: Vec<Violation>,
    pub retry_after: Option<Duration>,
    /// The resource as it now is, for a caller who read an older version.
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

    /// Every bad field of a request at once.
    pub fn invalid(violations: Vec<Violation>) -> Fault {
        let n = violations.len();
        let message = match n {
            1 => format!("{}: {}", violations[0].field, violations[0].says),
            _ => format!("{n} fields are not valid; each is named in the details"),
        };
        Fault { violations, ..Fault::new(Code::InvalidArgument, Reason::InvalidFields, message) }
    }

    /// The same answer for what does not exist and for what the caller may not know of.
    pub fn not_found(what: &str) -> Fault {
        Fault::new(Code::NotFound, Reason::NotFound, format!("no such {what}"))
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
    fn from(fault: Fault) -> Status {
        let metadata: HashMap<String, String> =
            fault.metadata.into_iter().map(|(key, value)| (key.to_string(), value)).collect();
        let reason = fault.reason.as_str_name().trim_start_matches("REASON_");
        let mut details = ErrorDetails::with_error_info(reason, DOMAIN, metadata);
        if !fault.violations.is_empty() {
            let violations = fault.violations.into_iter().map(|violation| FieldViolation {
                field: violation.field,
                description: violation.says,
                reason: violation.rule,
                localized_message: None,
            });
            details.set_bad_request(violations.collect::<Vec<_>>());
        }
        if let Some(after) = fault.retry_after {
            details.set_retry_info(Some(after));
        }
        let status = Status::with_error_details(fault.code, fault.message, details);
        match fault.newer {
            Some(newer) => with_resource(&status, newer),
            None => status,
        }
    }
}

/// Adds a resource to the details of a status; `tonic_types` knows the standard details only.
fn with_resource(status: &Status, resource: prost_types::Any) -> Status {
    let Ok(mut details) = tonic_types::pb::Status::decode(status.details()) else {
        return status.clone();
    };
    details.details.push(resource);
    Status::with_details(status.code(), status.message(), details.encode_to_vec().into())
}
