//! A round's rules, both ways: as rounds publishes them, and as an assessment shows them.

use kit::money::Money;
use kit::wire::wire_time;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::facts::{BadFact, bad};
use crate::call::{
    Anchor, Band, Call, Choice, Condition, Criterion, Deadline, GradingBoard, Instrument, Part, Question, QuestionKind,
    Rubric, Scale, Text,
};

pub fn from_round(wire: pb::Round) -> Result<Call, BadFact> {
    let rules = wire.rules.ok_or(bad("a round", "rules"))?;
    let announces = wire.timetable.and_then(|timetable| timetable.announces);
    let scale = rules.scale.ok_or(bad("a round", "a scale"))?;
    let rubric = Rubric {
        criteria: rules.criteria.into_iter().map(criterion).collect::<Result<_, _>>()?,
        scale: self::scale(scale)?,
        bands: rules.bands.into_iter().map(|band| Band { grade: band.grade, at_least: band.at_least }).collect(),
        non_voting_may_score: rules.non_voting_seats_may_score,
    };
    let questions = rules.form.unwrap_or_default().questions;
    Ok(Call {
        round: wire.id.parse().map_err(|_| bad("a round", "an identity"))?,
        reference: rules.reference,
        title: text(rules.title, "a title")?,
        rubric,
        boards: rules.boards.into_iter().map(board).collect::<Result<_, _>>()?,
        instruments: rules.instruments.into_iter().map(instrument).collect::<Result<_, _>>()?,
        questions: questions.into_iter().map(question).collect::<Result<_, _>>()?,
        announces: deadline(announces.ok_or(bad("a round", "an announcement"))?)?,
    })
}

pub fn deadline(wire: types::Deadline) -> Result<Deadline, BadFact> {
    let instant = wire.instant.and_then(|instant| instant.try_into().ok());
    Ok(Deadline {
        instant: instant.ok_or(bad("a deadline", "an instant"))?,
        zone: wire.zone,
        announced: wire.announced,
    })
}

fn text(wire: Option<types::LocalizedText>, lacks: &'static str) -> Result<Text, BadFact> {
    text_or_none(wire).ok_or(bad("a round", lacks))
}

fn text_or_none(wire: Option<types::LocalizedText>) -> Option<Text> {
    wire.map(|wire| Text { en: wire.en, cy: wire.cy })
}

fn criterion(wire: pb::Criterion) -> Result<Criterion, BadFact> {
    Ok(Criterion {
        code: wire.code,
        name: text(wire.name, "a name for each criterion")?,
        guidance: text_or_none(wire.guidance),
        weight: wire.weight,
        minimum: wire.minimum_mark,
        principle: wire.principle,
    })
}

fn scale(wire: pb::Scale) -> Result<Scale, BadFact> {
    let anchor =
        |anchor: pb::Anchor| Ok(Anchor { mark: anchor.mark, text: text(anchor.text, "a text for each anchor")? });
    let anchors = wire.anchors.into_iter().map(anchor).collect::<Result<_, BadFact>>()?;
    Ok(Scale { min: wire.min, max: wire.max, anchors })
}

fn board(wire: pb::GradingBoard) -> Result<GradingBoard, BadFact> {
    let board = wire.board_id.parse().map_err(|_| bad("a round", "boards that can be read"))?;
    let part = part(wire.part()).ok_or(bad("a round", "a part for each board"))?;
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

fn instrument(wire: pb::Instrument) -> Result<Instrument, BadFact> {
    let sum =
        |sum: Option<types::Money>, lacks| sum.and_then(|sum| Money::try_from(sum).ok()).ok_or(bad("a round", lacks));
    Ok(Instrument {
        code: wire.code,
        name: text(wire.name, "a name for each instrument")?,
        pot: sum(wire.pot, "a pot for each instrument")?,
        floor: sum(wire.floor, "a floor for each instrument")?,
        ceiling: sum(wire.ceiling, "a ceiling for each instrument")?,
    })
}

fn question(wire: pb::Question) -> Result<Question, BadFact> {
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
        options: wire.options.into_iter().map(option).collect::<Result<_, BadFact>>()?,
        condition: wire.condition.map(|one| Condition { question: one.question_id, equals: one.equals }),
    })
}

pub fn to_text(text: Text) -> types::LocalizedText {
    types::LocalizedText { en: text.en, cy: text.cy }
}

pub fn to_deadline(deadline: Deadline) -> types::Deadline {
    types::Deadline { instant: wire_time(deadline.instant), zone: deadline.zone, announced: deadline.announced }
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
