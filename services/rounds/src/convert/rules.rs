//! Rules and dates as the wire has them.

use kit::wire::wire_name;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::round::Timetable;
use crate::rules::{
    Anchor, AttachmentRules, BoardPart, Condition, Criterion, Form, GradeBand, GradingBoard, Instrument, LeadCounts,
    LeadLimit, MembershipClass, OverdueReports, Programme, Question, QuestionKind, QuestionOption, Rules, Scale, Text,
};

pub fn text(Text { en, cy }: Text) -> types::LocalizedText {
    types::LocalizedText { en, cy }
}

pub fn rules(rules: Rules) -> pb::RoundRules {
    let programme = |Programme { code, title }| pb::Programme { code, title: Some(text(title)) };
    let attachments = |AttachmentRules { media_types, max_count, max_bytes_each }| pb::AttachmentRules {
        media_types,
        max_count,
        max_bytes_each,
    };
    let band = |GradeBand { grade, at_least }| pb::GradeBand { grade, at_least };
    pb::RoundRules {
        reference: rules.reference,
        programme: rules.programme.map(programme),
        title: Some(text(rules.title)),
        theme: rules.theme.map(text),
        framework_id: rules.framework.map_or_else(String::new, |used| used.id.to_string()),
        framework_version: rules.framework.map_or(0, |used| used.version),
        instruments: rules.instruments.into_iter().map(instrument).collect(),
        form: rules.form.map(form),
        attachments: rules.attachments.map(attachments),
        criteria: rules.criteria.into_iter().map(criterion).collect(),
        scale: rules.scale.map(scale),
        bands: rules.bands.into_iter().map(band).collect(),
        non_voting_seats_may_score: rules.non_voting_seats_may_score,
        boards: rules.boards.into_iter().map(board).collect(),
        eligibility: Some(pb::EligibilitySettings { overdue_reports: overdue_reports(rules.overdue_reports).into() }),
        grace_seconds: rules.grace_seconds,
    }
}

fn instrument(instrument: Instrument) -> pb::Instrument {
    let LeadLimit { counts, at_most } = instrument.lead_limit;
    let class = |class: MembershipClass| membership_class(class).into();
    pb::Instrument {
        code: instrument.code,
        name: Some(text(instrument.name)),
        pot: instrument.pot.map(Into::into),
        floor: instrument.floor.map(Into::into),
        ceiling: instrument.ceiling.map(Into::into),
        months_min: instrument.months_min,
        months_max: instrument.months_max,
        admitted_classes: instrument.admitted_classes.into_iter().map(class).collect(),
        lead_limit: Some(pb::LeadLimit { counts: lead_counts(counts).into(), at_most }),
    }
}

fn form(Form { version, title_max_chars, summary_max_words, questions }: Form) -> pb::Form {
    let questions = questions.into_iter().map(question).collect();
    pb::Form { version, title_max_chars, summary_max_words, questions }
}

fn question(question: Question) -> pb::Question {
    let Question { id, label, help, kind, required, word_limit, options, condition } = question;
    let option = |QuestionOption { code, label }| pb::QuestionOption { code, label: Some(text(label)) };
    pb::Question {
        id,
        label: Some(text(label)),
        help: help.map(text),
        r#type: question_kind(kind).into(),
        required,
        word_limit,
        options: options.into_iter().map(option).collect(),
        condition: condition.map(|Condition { question_id, equals }| pb::Condition { question_id, equals }),
    }
}

fn criterion(criterion: Criterion) -> pb::Criterion {
    let Criterion { code, name, guidance, weight, minimum_mark, principle } = criterion;
    let (name, guidance) = (Some(text(name)), guidance.map(text));
    pb::Criterion { code, name, guidance, weight, minimum_mark, principle }
}

fn scale(Scale { min, max, anchors }: Scale) -> pb::Scale {
    let anchor = |Anchor { mark, text }| pb::Anchor { mark, text: Some(self::text(text)) };
    pb::Scale { min, max, anchors: anchors.into_iter().map(anchor).collect() }
}

fn board(GradingBoard { board, part }: GradingBoard) -> pb::GradingBoard {
    pb::GradingBoard { board_id: board.to_string(), part: board_part(part).into() }
}

// Each has the same name in the contract, which a test holds.

fn membership_class(class: MembershipClass) -> registry::MembershipClass {
    registry::MembershipClass::from_str_name(&wire_name(class.into(), "MEMBERSHIP_CLASS_")).unwrap_or_default()
}

fn lead_counts(counts: LeadCounts) -> pb::lead_limit::Counts {
    pb::lead_limit::Counts::from_str_name(&wire_name(counts.into(), "COUNTS_")).unwrap_or_default()
}

fn question_kind(kind: QuestionKind) -> pb::question::Type {
    pb::question::Type::from_str_name(&wire_name(kind.into(), "TYPE_")).unwrap_or_default()
}

fn board_part(part: BoardPart) -> pb::grading_board::Part {
    pb::grading_board::Part::from_str_name(&wire_name(part.into(), "PART_")).unwrap_or_default()
}

fn overdue_reports(effect: OverdueReports) -> pb::eligibility_settings::OverdueReports {
    let name = wire_name(effect.into(), "OVERDUE_REPORTS_");
    pb::eligibility_settings::OverdueReports::from_str_name(&name).unwrap_or_default()
}

pub fn timetable(timetable: Timetable) -> pb::Timetable {
    pb::Timetable {
        opens: timetable.opens.map(Into::into),
        closes: timetable.closes.map(Into::into),
        announces: timetable.announces.map(Into::into),
        interim_report_due: timetable.interim_report_due.map(Into::into),
        final_report_due: timetable.final_report_due.map(Into::into),
    }
}

#[cfg(test)]
mod tests;
