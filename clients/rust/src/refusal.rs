//! Why the platform refused, typed: the `google.rpc.Status` that comes with every refusal, taken apart.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

use prost::Message;
use toadlane_proto::errors::v1::Reason;
use tonic::{Code, Status};
use tonic_types::StatusExt;

/// The domain of every reason of the platform.
const DOMAIN: &str = "toadlane";

/// One thing wrong with one field of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Path of the field in the request, such as `content.answers[2].text`.
    pub field: String,
    /// Identity of the rule, such as `string.max_len`.
    pub rule: String,
    /// What is wrong and what to do, for a person.
    pub says: String,
}

/// A refused call. Its text is for people; branch on `reason`, or on `code` where no server answered.
#[derive(Clone, Debug)]
pub struct Refusal {
    pub code: Code,
    /// Unspecified when the refusal did not come from the platform: a broken connection, a proxy.
    pub reason: Reason,
    pub message: String,
    /// Facts that go with the reason, such as `who_may` or `existing`.
    pub metadata: BTreeMap<String, String>,
    /// Every bad field at once.
    pub violations: Vec<Violation>,
    /// How long to wait at least before trying again with the same request id; absent where the platform asks for
    /// nothing.
    pub retry_after: Option<Duration>,
    /// The resource as it now is, beside `STALE_ETAG`: see [`Refusal::newer`]. A long one does not come along.
    pub newer: Option<Box<prost_types::Any>>,
}

impl Refusal {
    /// The resource as it now is, for a caller whose etag was old: the one that the call would have answered with.
    /// None when there is none, or it is no `M`.
    pub fn newer<M: Message + Default>(&self) -> Option<M> {
        M::decode(self.newer.as_ref()?.value.as_slice()).ok()
    }

    /// Whether the same request, with the same request id, may succeed later by itself. An old etag is not of this
    /// kind: the caller merges first.
    pub fn may_be_tried_again(&self) -> bool {
        let asked_for = self.retry_after.is_some() && self.reason != Reason::StaleEtag;
        // A proxy that cuts an answer short leaves no status behind, which tonic calls UNKNOWN. The platform never
        // does.
        let cut_short = self.code == Code::Unknown && self.reason == Reason::Unspecified;
        asked_for || cut_short || matches!(self.code, Code::Unavailable | Code::DeadlineExceeded)
    }
}

impl From<Status> for Refusal {
    fn from(status: Status) -> Refusal {
        let details = status.get_error_details();
        let (reason, metadata) = match details.error_info() {
            Some(info) if info.domain == DOMAIN => {
                let reason = Reason::from_str_name(&format!("REASON_{}", info.reason));
                (reason.unwrap_or(Reason::Unspecified), info.metadata.clone().into_iter().collect())
            }
            Some(_) | None => (Reason::Unspecified, BTreeMap::new()),
        };
        let fields = details.bad_request().map(|bad| bad.field_violations.clone()).unwrap_or_default();
        let violations = fields.into_iter().map(|field| Violation {
            field: field.field,
            rule: field.reason,
            says: field.description,
        });
        Refusal {
            code: status.code(),
            reason,
            message: status.message().to_string(),
            metadata,
            violations: violations.collect(),
            retry_after: details.retry_info().and_then(|info| info.retry_delay),
            newer: resource(&status).map(Box::new),
        }
    }
}

/// The one detail that is a message of the platform's own.
fn resource(status: &Status) -> Option<prost_types::Any> {
    let details = tonic_types::pb::Status::decode(status.details()).ok()?;
    details.details.into_iter().find(|detail| detail.type_url.contains("/toadlane."))
}

impl fmt::Display for Refusal {
    /// The message, then each violation that it does not name itself.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.message.is_empty() {
            write!(f, "{}", self.code.description())?;
        } else {
            f.write_str(&self.message)?;
        }
        let mut before = ": ";
        for violation in self.violations.iter().filter(|violation| !self.message.contains(&violation.says)) {
            write!(f, "{before}{}: {}", violation.field, violation.says)?;
            before = "; ";
        }
        Ok(())
    }
}

impl std::error::Error for Refusal {}

#[cfg(test)]
mod tests;
