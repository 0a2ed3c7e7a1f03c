//! A round's rules, both ways: as rounds publishes them, and as an assessment shows them.

use kit::money::Money;
use kit::neighbour::{Unusable, unusable};
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::call::{
    Anchor, Band, Call, Choice, Condition, Criterion, GradingBoard, Instrument, Part, Question, QuestionKind, Rubric,
    Scale, Text,
};

pub fn from_round(wire: pb::Round) -> Result<Call, Unusable> {
    let rules = wire.rules.ok_or_else(|| unusable("a round", "rules"))?;
    let announces = wire.timetable.and_then(|timetable| timetable.announces);
    let scale = rules.scale.ok_or_else(|| unusable("a round", "a scale"))?;
    let rubric = Rubric {
        criteria: rules.criteria.into_iter().map(criterion).collect::<Result<_, _>>()?,
        scale: self::scale(scale)?,
        bands: rules.bands.into_iter().map(|band| Band { grade: band.grade, at_least: band.at_least }).collect(),
        non_voting_may_score: rules.non_voting_seats_may_score,
    };
    let questions = rules.form.unwrap_or_default().questions;
    Ok(Call {
        round: wire.id.parse().map_err(|_| unusable("a round", "an identity"))?,
        reference: rules.reference,
        title: text(rules.title, "a title")?,
        rubric,
        boards: rules.boards.into_iter().map(board).collect::<Result<_, _>>()?,
        instruments: rules.instruments.into_iter().map(instrument).collect::<Result<_, _>>()?,
        questions: questions.into_iter().map(question).collect::<Result<_, _>>()?,
        announces: announces.ok_or_else(|| unusable("a round", "an announcement"))?.try_into()?,
    })
}

fn text(wire: Option<types::LocalizedText>, lacks: &'static str) -> Result<Text, Unusable> {
    text_or_none(wire).ok_or_else(|| unusable("a round", lacks))
}

fn text_or_none(wire: Option<types::LocalizedText>) -> Option<Text> {
    wire.map(|wire| Text { en: wire.en, cy: wire.cy })
}

fn criterion(wire: pb::Criterion) -> Result<Criterion, Unusable> {
    Ok(Criterion {
        code: wire.code,
        name: text(wire.name, "a name for each criterion")?,
        guidance: text_or_none(wire.guidance),
        weight: wire.weight,
        minimum: wire.minimum_mark,
        principle: wire.principle,
    })
}

fn scale(wire: pb::Scale) -> Result<Scale, Unusable> {
    let anchor =
        |anchor: pb::Anchor| Ok(Anchor { mark: anchor.mark, text: text(anchor.text, "a text for each anchor")? });
    let anchors = wire.anchors.into_iter().map(anchor).collect::<Result<_, Unusable>>()?;
    Ok(Scale { min: wire.min, max: wire.max, anchors })
}

fn board(wire: pb::GradingBoard) -> Result<GradingBoard, Unusable> {
    let board = wire.board_id.parse().map_err(|_| unusable("a round", "boards that can be read"))?;
    let part = part(wire.part()).ok_or_else(|| unusable("a round", "a part for each board"))?;
    Ok(GradingBoard { board, part })
}

/// The part that the wire names; none for the unspecified one.
pub fn part(wire: pb::grading_board::Part) -> Option<Part> {
    match wire {
        pb::grading_board::Part::Unspecified => None,
        pb::grading_board::Part::Joint => Some(Part::Joint),
        pb::grading_board::Part::Recommends => Some(Part::Recommends),
        pb::grading_board::Part::Determines => Some(Part::Determines),
    }
}

fn instrument(wire: pb::Instrument) -> Result<Instrument, Unusable> {
    let sum = |sum: Option<types::Money>, lacks| {
        sum.and_then(|sum| Money::try_from(sum).ok()).ok_or_else(|| unusable("a round", lacks))
    };
    Ok(Instrument {
        code: wire.code,
        name: text(wire.name, "a name for each instrument")?,
        pot: sum(wire.pot, "a pot for each instrument")?,
        floor: sum(wire.floor, "a floor for each instrument")?,
        ceiling: sum(wire.ceiling, "a ceiling for each instrument")?,
    })
}

fn question(wire: pb::Question) -> Result<Question, Unusable> {
    use pb::question::Type as Wire;
    let kind = match wire.r#type() {
        Wire::Unspecified | Wire::ShortText => QuestionKind::ShortText,
        Wire::LongText => QuestionKind::LongText,
        Wire::Choice => QuestionKind::Choice,
        Wire::Choices => QuestionKind::Choices,
        Wire::Number => QuestionKind::Number,
        Wire::Money => QuestionKind::Money,
        Wire::Date => QuestionKind::Date,
        Wire::YesNo => QuestionKind::YesNo,
    };
    let option =
        |one: pb::QuestionOption| Ok(Choice { code: one.code, label: text(one.label, "a label for each option")? });
    Ok(Question {
        id: wire.id,
        label: text(wire.label, "a label for each question")?,
        help: text_or_none(wire.help),
        kind,
        required: wire.required,
        word_limit: wire.word_limit,
        options: wire.options.into_iter().map(option).collect::<Result<_, Unusable>>()?,
        condition: wire.condition.map(|one| Condition { question: one.question_id, equals: one.equals }),
    })
}

pub fn to_text(text: Text) -> types::LocalizedText {
    types::LocalizedText { en: text.en, cy: text.cy }
}

pub fn to_part(part: Part) -> pb::grading_board::Part {
    match part {
        Part::Joint => pb::grading_board::Part::Joint,
        Part::Recommends => pb::grading_board::Part::Recommends,
        Part::Determines => pb::grading_board::Part::Determines,
    }
}

pub fn to_criterion(criterion: Criterion) -> pb::Criterion {
    pb::Criterion {
        code: criterion.code,
        name: Some(to_text(criterion.name)),
        guidance: criterion.guidance.map(to_text),
        weight: criterion.weight,
        minimum_mark: criterion.minimum,
        principle: criterion.principle,
    }
}

pub fn to_scale(scale: Scale) -> pb::Scale {
    let anchor = |anchor: Anchor| pb::Anchor { mark: anchor.mark, text: Some(to_text(anchor.text)) };
    pb::Scale { min: scale.min, max: scale.max, anchors: scale.anchors.into_iter().map(anchor).collect() }
}

pub fn to_band(band: Band) -> pb::GradeBand {
    pb::GradeBand { grade: band.grade, at_least: band.at_least }
}

pub fn to_question(question: Question) -> pb::Question {
    use pb::question::Type as Wire;
    let kind = match question.kind {
        QuestionKind::ShortText => Wire::ShortText,
        QuestionKind::LongText => Wire::LongText,
        QuestionKind::Choice => Wire::Choice,
        QuestionKind::Choices => Wire::Choices,
        QuestionKind::Number => Wire::Number,
        QuestionKind::Money => Wire::Money,
        QuestionKind::Date => Wire::Date,
        QuestionKind::YesNo => Wire::YesNo,
    };
    let option = |one: Choice| pb::QuestionOption { code: one.code, label: Some(to_text(one.label)) };
    pb::Question {
        id: question.id,
        label: Some(to_text(question.label)),
        help: question.help.map(to_text),
        r#type: kind.into(),
        required: question.required,
        word_limit: question.word_limit,
        options: question.options.into_iter().map(option).collect(),
        condition: question.condition.map(|one| pb::Condition { question_id: one.question, equals: one.equals }),
    }
}
