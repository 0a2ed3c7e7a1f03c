//! Parses requests about insights.

use kit::cx::Reasoned;
use kit::ids::{InsightId, PassageId};
use kit::names::row_names;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::insight::app;
use crate::insight::store::Filter;

/// Passages, each once, in the order in which they are cited.
fn passages(reader: &mut Reader, ids: Vec<String>) -> Vec<PassageId> {
    let mut passages: Vec<PassageId> = Vec::with_capacity(ids.len());
    for id in reader.ids("passage_ids", ids) {
        if !passages.contains(&id) {
            passages.push(id);
        }
    }
    passages
}

pub fn capture_insight(wire: pb::CaptureInsightRequest, reader: &mut Reader) -> Option<app::CaptureInsight> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let text = reader.text("text", &wire.text);
    let passages = passages(reader, wire.passage_ids);
    let (id, conditions) = (InsightId::new(), wire.conditions);
    Some(app::CaptureInsight { id, commission: commission?, text: text?, conditions, passages })
}

pub fn update_insight(wire: pb::UpdateInsightRequest, reader: &mut Reader) -> Option<app::UpdateInsight> {
    let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
    let text = reader.text("text", &wire.text);
    let passages = passages(reader, wire.passage_ids);
    let conditions = wire.conditions;
    Some(app::UpdateInsight { target: target?, text: text?, conditions, passages })
}

pub fn answer_insight(wire: pb::AnswerInsightRequest, reader: &mut Reader) -> Option<app::AnswerInsight> {
    let id = reader.id("insight_id", &wire.insight_id);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let (agrees, comment) = (wire.agrees, wire.comment);
    Some(app::AnswerInsight { id: id?, organisation: organisation?, agrees, comment })
}

/// The reason may be empty: where it is needed, the councils' answers say.
pub fn approve_insight(wire: pb::ApproveInsightRequest, reader: &mut Reader) -> Option<Reasoned<InsightId>> {
    let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
    Some(Reasoned { target: target?, reason: wire.reason })
}

pub fn list_insights(wire: pb::ListInsightsRequest, reader: &mut Reader) -> Option<Listed<Filter, InsightId>> {
    let commission = reader.id_or_none("commission_id", &wire.commission_id);
    let states = row_names(wire.states());
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: Filter { commission: commission?, states }, page: page? })
}
