//! Parses requests about insights.

use kit::ids::{InsightId, PassageId};
use kit::paging::Listed;
use kit::wire::{Reader, row_name};
use toadlane_proto::learning::v1 as pb;

use crate::insight::app;
use crate::insight::store::InsightFilter;

/// Passages, each once, in the order in which they are cited.
fn passages(reader: &mut Reader, ids: Vec<String>) -> Vec<PassageId> {
    let mut passages: Vec<PassageId> = Vec::with_capacity(ids.len());
    for id in reader.each("passage_ids", ids, |reader, field, id| reader.id(field, &id)) {
        if !passages.contains(&id) {
            passages.push(id);
        }
    }
    passages
}

pub fn capture_insight(wire: pb::CaptureInsightRequest, reader: &mut Reader) -> Option<app::CaptureInsight> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let text = reader.said("text", &wire.text);
    let passages = passages(reader, wire.passage_ids);
    let (id, conditions) = (InsightId::new(), wire.conditions);
    Some(app::CaptureInsight { id, commission: commission?, text: text?, conditions, passages })
}

pub fn update_insight(wire: pb::UpdateInsightRequest, reader: &mut Reader) -> Option<app::UpdateInsight> {
    let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
    let text = reader.said("text", &wire.text);
    let passages = passages(reader, wire.passage_ids);
    let conditions = wire.conditions;
    Some(app::UpdateInsight { target: target?, text: text?, conditions, passages })
}

pub fn check_insight(wire: pb::CheckInsightRequest, reader: &mut Reader) -> Option<app::CheckInsight> {
    let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
    Some(app::CheckInsight { target: target? })
}

pub fn answer_insight(wire: pb::AnswerInsightRequest, reader: &mut Reader) -> Option<app::AnswerInsight> {
    let id = reader.id("insight_id", &wire.insight_id);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let (agrees, comment) = (wire.agrees, wire.comment);
    Some(app::AnswerInsight { id: id?, organisation: organisation?, agrees, comment })
}

pub fn approve_insight(wire: pb::ApproveInsightRequest, reader: &mut Reader) -> Option<app::ApproveInsight> {
    let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
    Some(app::ApproveInsight { target: target?, reason: wire.reason })
}

pub fn drop_insight(wire: pb::DropInsightRequest, reader: &mut Reader) -> Option<app::DropInsight> {
    let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
    let reason = reader.said("reason", &wire.reason);
    Some(app::DropInsight { target: target?, reason: reason? })
}

pub fn get_insight(wire: pb::GetInsightRequest, reader: &mut Reader) -> Option<InsightId> {
    reader.id("insight_id", &wire.insight_id)
}

pub fn list_insights(wire: pb::ListInsightsRequest, reader: &mut Reader) -> Option<Listed<InsightFilter, InsightId>> {
    let commission = reader.id_or_none("commission_id", &wire.commission_id);
    let states = wire.states().filter_map(|state| row_name(state.as_str_name(), "STATE_")).collect();
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: InsightFilter { commission: commission?, states }, page: page? })
}
