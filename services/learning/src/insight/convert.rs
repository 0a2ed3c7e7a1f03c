//! Insights as the wire has them.

use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use super::{Answer, Insight};

impl From<Insight> for pb::Insight {
    fn from(insight: Insight) -> pb::Insight {
        pb::Insight {
            id: insight.id.to_string(),
            etag: etag(insight.version),
            commission_id: insight.commission.to_string(),
            text: insight.text,
            conditions: insight.conditions,
            passage_ids: insight.passages.iter().map(ToString::to_string).collect(),
            state: wire_enum::<pb::insight::State>(insight.state).into(),
            answer_by: insight.state.answer_by().and_then(wire_time),
            answers: insight.answers.into_iter().map(Into::into).collect(),
            interest_declared: insight.interest_declared,
            reason: insight.reason,
            created_at: wire_time(insight.created_at),
            updated_at: wire_time(insight.updated_at),
        }
    }
}

impl From<Answer> for pb::CouncilAnswer {
    fn from(Answer { organisation, said }: Answer) -> pb::CouncilAnswer {
        let organisation_id = organisation.to_string();
        match said {
            None => pb::CouncilAnswer { organisation_id, ..Default::default() },
            Some(said) => pb::CouncilAnswer {
                organisation_id,
                agrees: Some(said.agrees),
                comment: said.comment,
                answered_at: wire_time(said.at),
                answered_by: said.by.map(Into::into),
            },
        }
    }
}

impl Shown for Insight {
    type Wire = pb::Insight;
}
