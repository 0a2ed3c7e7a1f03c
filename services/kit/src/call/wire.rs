//! The parts of a round from the wire and back. A [`Reader`] reads those that a round manager sends, and those that
//! `rounds` publishes.

use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::{
    Anchor, AttachmentRules, Band, Choice, Condition, Criterion, GradingBoard, MembershipClass, Part, Question,
    QuestionKind, Scale, Text,
};
use crate::names::{named, wire_enum};
use crate::wire::Reader;

pub fn text(reader: &mut Reader, field: &str, wire: Option<types::LocalizedText>) -> Option<Text> {
    reader.required(field, wire).map(Text::from)
}

pub fn text_or_none(wire: Option<types::LocalizedText>) -> Option<Text> {
    wire.map(Text::from)
}

pub fn question(reader: &mut Reader, field: &str, wire: pb::Question) -> Option<Question> {
    let kind = match named(wire.r#type()) {
        // A newer `rounds` may know more kinds; its round is taken all the same.
        None if reader.is_of_neighbour() => Some(QuestionKind::LongText),
        kind => reader.known(&format!("{field}.type"), kind),
    };
    let label = text(reader, &format!("{field}.label"), wire.label);
    let options = reader.each(&format!("{field}.options"), wire.options, choice);
    let condition = |pb::Condition { question_id, equals }| Condition { question: question_id, equals };
    Some(Question {
        id: wire.id,
        label: label?,
        help: text_or_none(wire.help),
        kind: kind?,
        required: wire.required,
        word_limit: wire.word_limit,
        options,
        condition: wire.condition.map(condition),
    })
}

fn choice(reader: &mut Reader, field: &str, wire: pb::QuestionOption) -> Option<Choice> {
    Some(Choice { code: wire.code, label: text(reader, &format!("{field}.label"), wire.label)? })
}

pub fn attachments(wire: pb::AttachmentRules) -> AttachmentRules {
    let pb::AttachmentRules { media_types, max_count, max_bytes_each } = wire;
    AttachmentRules { media_types, max_count, max_bytes_each }
}

pub fn criterion(reader: &mut Reader, field: &str, wire: pb::Criterion) -> Option<Criterion> {
    let pb::Criterion { code, name, guidance, weight, minimum_mark, principle } = wire;
    let name = text(reader, &format!("{field}.name"), name)?;
    Some(Criterion { code, name, guidance: text_or_none(guidance), weight, minimum: minimum_mark, principle })
}

pub fn scale(reader: &mut Reader, field: &str, wire: pb::Scale) -> Scale {
    let anchors = reader.each(&format!("{field}.anchors"), wire.anchors, anchor);
    Scale { min: wire.min, max: wire.max, anchors }
}

fn anchor(reader: &mut Reader, field: &str, wire: pb::Anchor) -> Option<Anchor> {
    Some(Anchor { mark: wire.mark, text: text(reader, &format!("{field}.text"), wire.text)? })
}

pub fn band(pb::GradeBand { grade, at_least }: pb::GradeBand) -> Band {
    Band { grade, at_least }
}

pub fn board(reader: &mut Reader, field: &str, wire: pb::GradingBoard) -> Option<GradingBoard> {
    let part = reader.named(&format!("{field}.part"), wire.part());
    let board = reader.id(&format!("{field}.board_id"), &wire.board_id);
    Some(GradingBoard { board: board?, part: part? })
}

impl From<types::LocalizedText> for Text {
    fn from(types::LocalizedText { en, cy }: types::LocalizedText) -> Text {
        Text { en, cy }
    }
}

impl From<Text> for types::LocalizedText {
    fn from(Text { en, cy }: Text) -> types::LocalizedText {
        types::LocalizedText { en, cy }
    }
}

impl From<Question> for pb::Question {
    fn from(question: Question) -> pb::Question {
        let Question { id, label, help, kind, required, word_limit, options, condition } = question;
        let option = |Choice { code, label }| pb::QuestionOption { code, label: Some(label.into()) };
        let condition = condition.map(|Condition { question, equals }| pb::Condition { question_id: question, equals });
        pb::Question {
            id,
            label: Some(label.into()),
            help: help.map(Into::into),
            r#type: wire_enum::<pb::question::Type>(kind).into(),
            required,
            word_limit,
            options: options.into_iter().map(option).collect(),
            condition,
        }
    }
}

impl From<AttachmentRules> for pb::AttachmentRules {
    fn from(rules: AttachmentRules) -> pb::AttachmentRules {
        let AttachmentRules { media_types, max_count, max_bytes_each } = rules;
        pb::AttachmentRules { media_types, max_count, max_bytes_each }
    }
}

impl From<Criterion> for pb::Criterion {
    fn from(criterion: Criterion) -> pb::Criterion {
        let Criterion { code, name, guidance, weight, minimum, principle } = criterion;
        let (name, guidance) = (Some(name.into()), guidance.map(Into::into));
        pb::Criterion { code, name, guidance, weight, minimum_mark: minimum, principle }
    }
}

impl From<Scale> for pb::Scale {
    fn from(Scale { min, max, anchors }: Scale) -> pb::Scale {
        let anchor = |Anchor { mark, text }| pb::Anchor { mark, text: Some(text.into()) };
        pb::Scale { min, max, anchors: anchors.into_iter().map(anchor).collect() }
    }
}

impl From<Band> for pb::GradeBand {
    fn from(Band { grade, at_least }: Band) -> pb::GradeBand {
        pb::GradeBand { grade, at_least }
    }
}

impl From<GradingBoard> for pb::GradingBoard {
    fn from(GradingBoard { board, part }: GradingBoard) -> pb::GradingBoard {
        pb::GradingBoard { board_id: board.to_string(), part: part.wire().into() }
    }
}

impl Part {
    pub fn wire(self) -> pb::grading_board::Part {
        wire_enum(self)
    }
}

impl MembershipClass {
    pub fn wire(self) -> toadlane_proto::registry::v1::MembershipClass {
        wire_enum(self)
    }
}
