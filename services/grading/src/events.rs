//! The facts that grading publishes. Each carries the assessment, and none reveals anything about a single bid, since
//! anybody may subscribe.

use kit::outbox::Fact;
use prost::Message;
use toadlane_proto::grading::v1 as pb;

use crate::assessment::AssessmentNow;
use crate::convert;

/// What happened to an assessment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happened {
    Opened,
    ModerationStarted,
    DeterminationStarted,
    ReturnedToModeration,
    Decided,
    BiddersInformed,
    AnnouncementMoved,
    Announced,
    Cancelled,
}

impl Happened {
    /// The name of the event, in the past tense, and the step as history names it. To go back is to moderate again.
    fn names(self) -> (&'static str, &'static str) {
        match self {
            Happened::Opened => ("toadlane.grading.v1.AssessmentOpened", "open"),
            Happened::ModerationStarted => ("toadlane.grading.v1.ModerationStarted", "start_moderation"),
            Happened::DeterminationStarted => ("toadlane.grading.v1.DeterminationStarted", "start_determination"),
            Happened::ReturnedToModeration => ("toadlane.grading.v1.ModerationStarted", "return_to_moderation"),
            Happened::Decided => ("toadlane.grading.v1.AssessmentDecided", "close"),
            Happened::BiddersInformed => ("toadlane.grading.v1.BiddersInformed", "inform"),
            Happened::AnnouncementMoved => ("toadlane.grading.v1.AnnouncementMoved", "move_announcement"),
            Happened::Announced => ("toadlane.grading.v1.AssessmentAnnounced", "announce"),
            Happened::Cancelled => ("toadlane.grading.v1.AssessmentCancelled", "cancel"),
        }
    }

    pub fn step(self) -> &'static str {
        self.names().1
    }
}

/// The fact as the outbox takes it.
pub fn fact(happened: Happened, now: &AssessmentNow) -> Fact {
    Fact {
        kind: happened.names().0,
        subject: now.assessment.id.to_string(),
        version: now.assessment.version,
        resource_type: convert::ASSESSMENT,
        resource: pb::Assessment::from(now.clone()).encode_to_vec(),
    }
}
