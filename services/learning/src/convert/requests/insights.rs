//! Requests about insights.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{InsightId, PassageId};
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::app;

fn passages(reader: &mut Reader, ids: Vec<String>) -> Vec<PassageId> {
    let mut passages: Vec<PassageId> = Vec::with_capacity(ids.len());
    for id in reader.each("passage_ids", ids, |reader, field, id| reader.id(field, &id)) {
        if !passages.contains(&id) {
            passages.push(id);
        }
    }
    passages
}

impl Parse for app::CaptureInsight {
    type Wire = pb::CaptureInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::CaptureInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let commission = reader.id("commission_id", &wire.commission_id);
        let text = reader.said("text", &wire.text);
        let passages = passages(&mut reader, wire.passage_ids);
        let (id, conditions) = (InsightId::new(), wire.conditions);
        let command =
            (|| Some(app::CaptureInsight { id, commission: commission?, text: text?, conditions, passages }))();
        reader.finish(command)
    }
}

impl Parse for app::UpdateInsight {
    type Wire = pb::UpdateInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::UpdateInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        let text = reader.said("text", &wire.text);
        let passages = passages(&mut reader, wire.passage_ids);
        let conditions = wire.conditions;
        let command = (|| Some(app::UpdateInsight { target: target?, text: text?, conditions, passages }))();
        reader.finish(command)
    }
}

impl Parse for app::CheckInsight {
    type Wire = pb::CheckInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::CheckInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        reader.finish(target.map(|target| app::CheckInsight { target }))
    }
}

impl Parse for app::AnswerInsight {
    type Wire = pb::AnswerInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::AnswerInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let id = reader.id("insight_id", &wire.insight_id);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let (agrees, comment) = (wire.agrees, wire.comment);
        let command = id.zip(organisation);
        reader.finish(command.map(|(id, organisation)| app::AnswerInsight { id, organisation, agrees, comment }))
    }
}

impl Parse for app::ApproveInsight {
    type Wire = pb::ApproveInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::ApproveInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        let reason = wire.reason;
        reader.finish(target.map(|target| app::ApproveInsight { target, reason }))
    }
}

impl Parse for app::DropInsight {
    type Wire = pb::DropInsightRequest;

    fn parse(wire: Self::Wire) -> Result<app::DropInsight, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("insight_id", &wire.insight_id, &wire.etag);
        let reason = reader.said("reason", &wire.reason);
        reader.finish(target.zip(reason).map(|(target, reason)| app::DropInsight { target, reason }))
    }
}
