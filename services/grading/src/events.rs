//! The facts that grading publishes. Each carries the assessment, and none reveals anything about a single bid, since
//! anybody may subscribe.

use kit::outbox::Fact;
use strum::IntoStaticStr;
use toadlane_proto::grading::v1 as pb;

use crate::assessment::AssessmentNow;

/// What happened to an assessment, under the name of its event.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr)]
#[strum(prefix = "toadlane.grading.v1.")]
pub enum Happened {
    AssessmentOpened,
    ModerationStarted,
    DeterminationStarted,
    /// To go back is to moderate again.
    #[strum(to_string = "ModerationStarted")]
    ReturnedToModeration,
    AssessmentDecided,
    BiddersInformed,
    AnnouncementMoved,
    AssessmentAnnounced,
    AssessmentCancelled,
}

impl Happened {
    /// The step as history names it.
    pub fn step(self) -> &'static str {
        match self {
            Happened::AssessmentOpened => "open",
            Happened::ModerationStarted => "start_moderation",
            Happened::DeterminationStarted => "start_determination",
            Happened::ReturnedToModeration => "return_to_moderation",
            Happened::AssessmentDecided => "close",
            Happened::BiddersInformed => "inform",
            Happened::AnnouncementMoved => "move_announcement",
            Happened::AssessmentAnnounced => "announce",
            Happened::AssessmentCancelled => "cancel",
        }
    }
}

/// The fact as the outbox takes it.
pub fn fact(happened: Happened, now: &AssessmentNow) -> Fact {
    Fact::of(happened.into(), now.assessment.id, now.assessment.version, &pb::Assessment::from(now.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn to_go_back_publishes_that_moderation_started() {
        let kinds = [Happened::ModerationStarted, Happened::ReturnedToModeration].map(<&str>::from);
        assert_eq!(kinds, ["toadlane.grading.v1.ModerationStarted"; 2]);
    }
}
