//! The facts that reporting publishes. Each carries the report as the network may read it: without its content until it
//! is submitted, never with the text of its answers, and with no name or address of a person.

use kit::outbox::Fact;
use prost::Message;

use crate::convert;
use crate::policy;
use crate::report::ReportNow;

/// What happened to a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Scheduled,
    Opened,
    Rescheduled,
    Novated,
    Revised,
    SignOffRequested,
    SignedOff,
    Submitted,
    ChangesRequested,
    Accepted,
    AddendumAdded,
    Waived,
    Released,
    ReleaseWithdrawn,
    Cancelled,
    /// At an offset in days (rule 24). It changes nothing, so history has no line of it.
    Reminded(i32),
}

impl Happened {
    /// The name of the event, in the past tense, and the step as history names it.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Happened::Scheduled => ("toadlane.reporting.v1.ReportScheduled", "schedule"),
            Happened::Opened => ("toadlane.reporting.v1.ReportOpened", "open"),
            Happened::Rescheduled => ("toadlane.reporting.v1.ReportRescheduled", "reschedule"),
            Happened::Novated => ("toadlane.reporting.v1.ReportNovated", "novate"),
            Happened::Revised => ("toadlane.reporting.v1.ReportRevised", "edit"),
            Happened::SignOffRequested => ("toadlane.reporting.v1.SignOffRequested", "request_sign_off"),
            Happened::SignedOff => ("toadlane.reporting.v1.ReportSignedOff", "sign_off"),
            Happened::Submitted => ("toadlane.reporting.v1.ReportSubmitted", "submit"),
            Happened::ChangesRequested => ("toadlane.reporting.v1.ChangesRequested", "request_changes"),
            Happened::Accepted => ("toadlane.reporting.v1.ReportAccepted", "accept"),
            Happened::AddendumAdded => ("toadlane.reporting.v1.AddendumAdded", "add_addendum"),
            Happened::Waived => ("toadlane.reporting.v1.ReportWaived", "waive"),
            Happened::Released => ("toadlane.reporting.v1.ReportReleased", "release"),
            Happened::ReleaseWithdrawn => ("toadlane.reporting.v1.ReleaseWithdrawn", "withdraw_release"),
            Happened::Cancelled => ("toadlane.reporting.v1.ReportCancelled", "cancel"),
            Happened::Reminded(_) => ("toadlane.reporting.v1.ReportReminded", "remind"),
        }
    }

    pub fn step(self) -> &'static str {
        self.names().1
    }

    /// Whether it is the network's act, and not the council's; an addendum may be either's.
    pub fn by_network(self) -> bool {
        use Happened::*;
        match self {
            ChangesRequested | Accepted | Waived => true,
            Scheduled | Opened | Rescheduled | Novated | Revised | SignOffRequested | SignedOff | Submitted => false,
            AddendumAdded | Released | ReleaseWithdrawn | Cancelled | Reminded(_) => false,
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            ChangesRequested | Waived | Cancelled => true,
            Scheduled | Opened | Rescheduled | Novated | Revised | SignOffRequested | SignedOff | Submitted => false,
            Accepted | AddendumAdded | Released | ReleaseWithdrawn | Reminded(_) => false,
        }
    }
}

/// The fact as the outbox takes it.
pub fn fact(happened: Happened, now: &ReportNow) -> Fact {
    let whole = policy::facts(&now.report).handed_in;
    let mut resource = convert::without_texts(ReportNow { whole, ..now.clone() }.into());
    resource.sign_off = None;
    for change in &mut resource.requested_changes {
        change.says.clear();
    }
    if let Some(release) = &mut resource.release {
        release.contact.clear();
    }
    if let Happened::Reminded(offset) = happened {
        resource.reminder_offset_days = Some(offset);
    }
    Fact {
        kind: happened.names().0,
        subject: now.report.id.to_string(),
        version: now.report.version,
        resource_type: convert::REPORT,
        resource: resource.encode_to_vec(),
    }
}
