//! The facts that reporting publishes. Each carries the report as the network may read it: without its content until it
//! is submitted, never with the text of its answers, and with no name or address of a person.

use kit::outbox::Fact;
use strum::IntoStaticStr;

use crate::convert;
use crate::policy;
use crate::report::ReportNow;

/// What happened to a report, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.reporting.v1.")]
pub enum Happened {
    ReportScheduled,
    ReportOpened,
    ReportRescheduled,
    ReportNovated,
    ReportRevised,
    SignOffRequested,
    ReportSignedOff,
    ReportSubmitted,
    ChangesRequested,
    ReportAccepted,
    AddendumAdded,
    ReportWaived,
    ReportReleased,
    ReleaseWithdrawn,
    AddendumReleased,
    AddendumWithdrawn,
    ReportCancelled,
    /// At an offset in days (rule 24). It changes nothing, so history has no line of it.
    ReportReminded(i32),
}

impl Happened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            Happened::ReportScheduled => "schedule",
            Happened::ReportOpened => "open",
            Happened::ReportRescheduled => "reschedule",
            Happened::ReportNovated => "novate",
            Happened::ReportRevised => "edit",
            Happened::SignOffRequested => "request_sign_off",
            Happened::ReportSignedOff => "sign_off",
            Happened::ReportSubmitted => "submit",
            Happened::ChangesRequested => "request_changes",
            Happened::ReportAccepted => "accept",
            Happened::AddendumAdded => "add_addendum",
            Happened::ReportWaived => "waive",
            Happened::ReportReleased => "release",
            Happened::ReleaseWithdrawn => "withdraw_release",
            Happened::AddendumReleased => "release_addendum",
            Happened::AddendumWithdrawn => "withdraw_addendum",
            Happened::ReportCancelled => "cancel",
            Happened::ReportReminded(_) => "remind",
        }
    }

    /// Whether it is the network's act, and not the council's; an addendum may be either's.
    pub fn by_network(self) -> bool {
        use Happened::*;
        match self {
            ChangesRequested | ReportAccepted | ReportWaived => true,
            ReportScheduled | ReportOpened | ReportRescheduled | ReportNovated | ReportRevised => false,
            SignOffRequested | ReportSignedOff | ReportSubmitted | AddendumAdded => false,
            ReportReleased | ReleaseWithdrawn | AddendumReleased | AddendumWithdrawn => false,
            ReportCancelled | ReportReminded(_) => false,
        }
    }

    /// Whether a reason is given with it.
    pub fn has_reason(self) -> bool {
        use Happened::*;
        match self {
            ChangesRequested | ReportWaived | ReportCancelled => true,
            ReportScheduled | ReportOpened | ReportRescheduled | ReportNovated | ReportRevised => false,
            SignOffRequested | ReportSignedOff | ReportSubmitted | ReportAccepted | AddendumAdded => false,
            ReportReleased | ReleaseWithdrawn | AddendumReleased | AddendumWithdrawn => false,
            ReportReminded(_) => false,
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
    if let Happened::ReportReminded(offset) = happened {
        resource.reminder_offset_days = Some(offset);
    }
    Fact::of(happened.into(), now.report.id, now.report.version, &resource)
}
