//! Assessments, with the rules and boards that they were opened with, to the wire.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::grading::v1 as pb;

use super::number;
use crate::assessment::{Assessment, AssessmentNow, Board, Settings};
use crate::call::Rubric;

impl From<Assessment> for pb::Assessment {
    fn from(assessment: Assessment) -> pb::Assessment {
        let state = assessment.state;
        pb::Assessment {
            id: assessment.id.to_string(),
            etag: etag(assessment.version),
            round_id: assessment.call.round.to_string(),
            round_reference: assessment.call.reference,
            state: wire_enum::<pb::assessment::State>(state.stage()).into(),
            boards: assessment.boards.into_iter().map(pb::AssessingBoard::from).collect(),
            rubric: Some(assessment.call.rubric.into()),
            settings: Some(assessment.settings.into()),
            opened_at: wire_time(assessment.opened_at),
            moderation_at: state.moderation_at().and_then(wire_time),
            determination_at: state.determination_at().and_then(wire_time),
            decided_at: state.decided_at().and_then(wire_time),
            announces: Some(assessment.call.announces.into()),
            announced_at: state.announced_at().and_then(wire_time),
            reason: assessment.reason,
            as_of: None,
        }
    }
}

impl Shown for Assessment {
    type Wire = pb::Assessment;
}

impl From<AssessmentNow> for pb::Assessment {
    fn from(AssessmentNow { assessment, as_of }: AssessmentNow) -> pb::Assessment {
        pb::Assessment { as_of: wire_time(as_of), ..assessment.into() }
    }
}

impl From<Board> for pb::AssessingBoard {
    fn from(Board { id, name, part, quorum }: Board) -> pb::AssessingBoard {
        pb::AssessingBoard { board_id: id.to_string(), name, part: part.wire().into(), quorum: number(quorum) }
    }
}

impl From<Rubric> for pb::Rubric {
    fn from(rubric: Rubric) -> pb::Rubric {
        pb::Rubric {
            criteria: rubric.criteria.into_iter().map(Into::into).collect(),
            scale: Some(rubric.scale.into()),
            bands: rubric.bands.into_iter().map(Into::into).collect(),
            non_voting_seats_may_score: rubric.non_voting_may_score,
        }
    }
}

impl From<Settings> for pb::AssessmentSettings {
    fn from(settings: Settings) -> pb::AssessmentSettings {
        pb::AssessmentSettings {
            reviews_due: wire_time(settings.reviews_due),
            least_reviews: number(settings.least_reviews),
            tie_criterion: settings.tie_criterion,
            letters_ahead_minutes: settings.letters_ahead_minutes,
            scaling_question_id: settings.scaling_question.unwrap_or_default(),
        }
    }
}
