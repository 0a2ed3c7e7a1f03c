//! Insights as the wire has them.

use kit::fault::Newer;
use kit::wire::{any, etag, wire_time};
use prost::Message;
use prost_types::Any;
use toadlane_proto::learning::v1 as pb;

use super::{Insight, State};
use crate::counted::Counted;

pub const INSIGHT: &str = "toadlane.learning.v1.Insight";

impl From<Insight> for pb::Insight {
    fn from(insight: Insight) -> pb::Insight {
        use pb::insight::State as Wire;
        let state = match insight.state {
            State::Captured => Wire::Captured,
            State::Checking { .. } => Wire::Checking,
            State::Checked { .. } => Wire::Checked,
            State::Approved { .. } => Wire::Approved,
            State::Used { .. } => Wire::Used,
            State::Dropped { .. } => Wire::Dropped,
        };
        let answers = insight.answers.into_iter().map(|answer| {
            let organisation_id = answer.organisation.to_string();
            match answer.said {
                None => pb::CouncilAnswer { organisation_id, ..Default::default() },
                Some(said) => pb::CouncilAnswer {
                    organisation_id,
                    agrees: Some(said.agrees),
                    comment: said.comment,
                    answered_at: wire_time(said.at),
                },
            }
        });
        pb::Insight {
            id: insight.id.to_string(),
            etag: etag(insight.version),
            commission_id: insight.commission.to_string(),
            text: insight.text,
            conditions: insight.conditions,
            passage_ids: insight.passages.iter().map(ToString::to_string).collect(),
            state: state.into(),
            answer_by: insight.state.answer_by().and_then(wire_time),
            answers: answers.collect(),
            interest_declared: insight.interest_declared,
            reason: insight.reason,
            created_at: wire_time(insight.created_at),
            updated_at: wire_time(insight.updated_at),
        }
    }
}

pub fn insights(found: Counted<Insight>) -> pb::ListInsightsResponse {
    let (insights, next_page_token) = found.page.wire(Into::into);
    pb::ListInsightsResponse { insights, next_page_token, total_size: found.n_rows, as_of: wire_time(found.as_of) }
}

impl Newer for Insight {
    fn to_any(&self) -> Any {
        any(INSIGHT, pb::Insight::from(self.clone()).encode_to_vec())
    }
}
