//! Rules and dates, from the wire and to it.

use kit::money::Money;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::{money, text, to_text};
use crate::round::{LaterDates, Timetable};
use crate::rules::{
    Anchor, AttachmentRules, BoardPart, Condition, Criterion, Form, FrameworkUse, GradeBand, GradingBoard, Instrument,
    LeadCounts, LeadLimit, MembershipClass, OverdueReports, Programme, Question, QuestionKind, QuestionOption, Rules,
    Scale, Text,
};

pub fn rules(reader: &mut Reader, wire: Option<pb::RoundRules>) -> Option<Rules> {
    let wire = reader.needed("rules", wire)?;
    let framework = match wire.framework_id.as_str() {
        "" => None,
        id => reader.id("rules.framework_id", id).map(|id| FrameworkUse { id, version: wire.framework_version }),
    };
    let overdue_reports = match wire.eligibility.unwrap_or_default().overdue_reports() {
        pb::eligibility_settings::OverdueReports::Unspecified | pb::eligibility_settings::OverdueReports::Ignore => {
            OverdueReports::Ignore
        }
        pb::eligibility_settings::OverdueReports::Warn => OverdueReports::Warn,
        pb::eligibility_settings::OverdueReports::Block => OverdueReports::Block,
    };
    Some(Rules {
        reference: wire.reference,
        programme: wire.programme.and_then(|wire| programme(reader, wire)),
        title: text(reader, "rules.title", wire.title)?,
        theme: wire.theme.map(written),
        framework,
        instruments: reader.each("rules.instruments", wire.instruments, instrument),
        form: wire.form.map(|wire| form(reader, wire)),
        attachments: wire.attachments.map(|wire| AttachmentRules {
            media_types: wire.media_types,
            max_count: wire.max_count,
            max_bytes_each: wire.max_bytes_each,
        }),
        criteria: reader.each("rules.criteria", wire.criteria, criterion),
        scale: wire.scale.map(|wire| scale(reader, wire)),
        bands: wire.bands.into_iter().map(|wire| GradeBand { grade: wire.grade, at_least: wire.at_least }).collect(),
        non_voting_seats_may_score: wire.non_voting_seats_may_score,
        boards: reader.each("rules.boards", wire.boards, board),
        overdue_reports,
        grace_seconds: wire.grace_seconds,
    })
}

fn programme(reader: &mut Reader, wire: pb::Programme) -> Option<Programme> {
    Some(Programme { code: wire.code, title: text(reader, "rules.programme.title", wire.title)? })
}

fn instrument(reader: &mut Reader, field: &str, wire: pb::Instrument) -> Option<Instrument> {
    let classes = wire.admitted_classes.clone();
    Some(Instrument {
        name: text(reader, &format!("{field}.name"), wire.name)?,
        pot: money(reader, &format!("{field}.pot"), wire.pot),
        floor: money(reader, &format!("{field}.floor"), wire.floor),
        ceiling: money(reader, &format!("{field}.ceiling"), wire.ceiling),
        months_min: wire.months_min,
        months_max: wire.months_max,
        admitted_classes: reader.each(&format!("{field}.admitted_classes"), classes, membership_class),
        lead_limit: match wire.lead_limit {
            None => LeadLimit { counts: LeadCounts::Nothing, at_most: 0 },
            Some(wire) => lead_limit(reader, &format!("{field}.lead_limit"), wire)?,
        },
        code: wire.code,
    })
}

fn membership_class(reader: &mut Reader, field: &str, number: i32) -> Option<MembershipClass> {
    match registry::MembershipClass::try_from(number) {
        Ok(registry::MembershipClass::Full) => Some(MembershipClass::Full),
        Ok(registry::MembershipClass::Associate) => Some(MembershipClass::Associate),
        Ok(registry::MembershipClass::Affiliate) => Some(MembershipClass::Affiliate),
        Ok(registry::MembershipClass::Supporter) => Some(MembershipClass::Supporter),
        Ok(registry::MembershipClass::Unspecified) | Err(_) => reader.known(field, None),
    }
}

fn lead_limit(reader: &mut Reader, field: &str, wire: pb::LeadLimit) -> Option<LeadLimit> {
    use pb::lead_limit::Counts;
    let counts = match Counts::try_from(wire.counts) {
        Ok(Counts::Nothing) => LeadCounts::Nothing,
        Ok(Counts::BidsInRound) => LeadCounts::BidsInRound,
        Ok(Counts::LiveProjects) => LeadCounts::LiveProjects,
        Ok(Counts::Unspecified) | Err(_) => return reader.known(&format!("{field}.counts"), None),
    };
    Some(LeadLimit { counts, at_most: wire.at_most })
}

fn form(reader: &mut Reader, wire: pb::Form) -> Form {
    Form {
        version: 0,
        title_max_chars: wire.title_max_chars,
        summary_max_words: wire.summary_max_words,
        questions: reader.each("rules.form.questions", wire.questions, question),
    }
}

fn question(reader: &mut Reader, field: &str, wire: pb::Question) -> Option<Question> {
    use pb::question::Type;
    let kind = match Type::try_from(wire.r#type) {
        Ok(Type::ShortText) => QuestionKind::ShortText,
        Ok(Type::LongText) => QuestionKind::LongText,
        Ok(Type::Choice) => QuestionKind::Choice,
        Ok(Type::Choices) => QuestionKind::Choices,
        Ok(Type::Number) => QuestionKind::Number,
        Ok(Type::Money) => QuestionKind::Money,
        Ok(Type::Date) => QuestionKind::Date,
        Ok(Type::YesNo) => QuestionKind::YesNo,
        Ok(Type::Unspecified) | Err(_) => return reader.known(&format!("{field}.type"), None),
    };
    Some(Question {
        id: wire.id,
        label: text(reader, &format!("{field}.label"), wire.label)?,
        help: wire.help.map(written),
        kind,
        required: wire.required,
        word_limit: wire.word_limit,
        options: reader.each(&format!("{field}.options"), wire.options, |reader, field, wire: pb::QuestionOption| {
            Some(QuestionOption { code: wire.code, label: text(reader, &format!("{field}.label"), wire.label)? })
        }),
        condition: wire.condition.map(|wire| Condition { question_id: wire.question_id, equals: wire.equals }),
    })
}

fn criterion(reader: &mut Reader, field: &str, wire: pb::Criterion) -> Option<Criterion> {
    Some(Criterion {
        code: wire.code,
        name: text(reader, &format!("{field}.name"), wire.name)?,
        guidance: wire.guidance.map(written),
        weight: wire.weight,
        minimum_mark: wire.minimum_mark,
        principle: wire.principle,
    })
}

fn scale(reader: &mut Reader, wire: pb::Scale) -> Scale {
    let anchors = reader.each("rules.scale.anchors", wire.anchors, |reader, field, wire: pb::Anchor| {
        Some(Anchor { mark: wire.mark, text: super::text(reader, &format!("{field}.text"), wire.text)? })
    });
    Scale { min: wire.min, max: wire.max, anchors }
}

fn board(reader: &mut Reader, field: &str, wire: pb::GradingBoard) -> Option<GradingBoard> {
    use pb::grading_board::Part;
    let part = match Part::try_from(wire.part) {
        Ok(Part::Joint) => BoardPart::Joint,
        Ok(Part::Recommends) => BoardPart::Recommends,
        Ok(Part::Determines) => BoardPart::Determines,
        Ok(Part::Unspecified) | Err(_) => return reader.known(&format!("{field}.part"), None),
    };
    Some(GradingBoard { board: reader.id(&format!("{field}.board_id"), &wire.board_id)?, part })
}

pub fn timetable(reader: &mut Reader, wire: Option<pb::Timetable>) -> Timetable {
    let wire = wire.unwrap_or_default();
    let mut date = |name: &str, wire: Option<types::Deadline>| {
        wire.and_then(|wire| reader.deadline(&format!("timetable.{name}"), wire))
    };
    Timetable {
        opens: date("opens", wire.opens),
        closes: date("closes", wire.closes),
        announces: date("announces", wire.announces),
        interim_report_due: date("interim_report_due", wire.interim_report_due),
        final_report_due: date("final_report_due", wire.final_report_due),
    }
}

pub fn later_dates(reader: &mut Reader, wire: Option<pb::LaterDates>) -> Option<LaterDates> {
    let wire = reader.needed("dates", wire)?;
    let closes = reader.needed("dates.closes", wire.closes)?;
    Some(LaterDates {
        closes: reader.deadline("dates.closes", closes)?,
        announces: wire.announces.and_then(|wire| reader.deadline("dates.announces", wire)),
        interim_report_due: wire.interim_report_due.and_then(|wire| reader.deadline("dates.interim_report_due", wire)),
        final_report_due: wire.final_report_due.and_then(|wire| reader.deadline("dates.final_report_due", wire)),
    })
}

fn written(wire: types::LocalizedText) -> Text {
    Text { en: wire.en, cy: wire.cy }
}

pub fn to_rules(rules: Rules) -> pb::RoundRules {
    use pb::eligibility_settings::OverdueReports as Wire;
    let overdue_reports = match rules.overdue_reports {
        OverdueReports::Ignore => Wire::Ignore,
        OverdueReports::Warn => Wire::Warn,
        OverdueReports::Block => Wire::Block,
    };
    pb::RoundRules {
        reference: rules.reference,
        programme: rules
            .programme
            .map(|programme| pb::Programme { code: programme.code, title: Some(to_text(programme.title)) }),
        title: Some(to_text(rules.title)),
        theme: rules.theme.map(to_text),
        framework_id: rules.framework.map_or_else(String::new, |used| used.id.to_string()),
        framework_version: rules.framework.map_or(0, |used| used.version),
        instruments: rules.instruments.into_iter().map(to_instrument).collect(),
        form: rules.form.map(|form| pb::Form {
            version: form.version,
            title_max_chars: form.title_max_chars,
            summary_max_words: form.summary_max_words,
            questions: form.questions.into_iter().map(to_question).collect(),
        }),
        attachments: rules.attachments.map(|rules| pb::AttachmentRules {
            media_types: rules.media_types,
            max_count: rules.max_count,
            max_bytes_each: rules.max_bytes_each,
        }),
        criteria: rules.criteria.into_iter().map(to_criterion).collect(),
        scale: rules.scale.map(to_scale),
        bands: rules
            .bands
            .into_iter()
            .map(|band| pb::GradeBand { grade: band.grade, at_least: band.at_least })
            .collect(),
        non_voting_seats_may_score: rules.non_voting_seats_may_score,
        boards: rules.boards.into_iter().map(to_board).collect(),
        eligibility: Some(pb::EligibilitySettings { overdue_reports: overdue_reports.into() }),
        grace_seconds: rules.grace_seconds,
    }
}

fn to_instrument(instrument: Instrument) -> pb::Instrument {
    let class = |class: &MembershipClass| match class {
        MembershipClass::Full => registry::MembershipClass::Full.into(),
        MembershipClass::Associate => registry::MembershipClass::Associate.into(),
        MembershipClass::Affiliate => registry::MembershipClass::Affiliate.into(),
        MembershipClass::Supporter => registry::MembershipClass::Supporter.into(),
    };
    let counts = match instrument.lead_limit.counts {
        LeadCounts::Nothing => pb::lead_limit::Counts::Nothing,
        LeadCounts::BidsInRound => pb::lead_limit::Counts::BidsInRound,
        LeadCounts::LiveProjects => pb::lead_limit::Counts::LiveProjects,
    };
    pb::Instrument {
        code: instrument.code,
        name: Some(to_text(instrument.name)),
        pot: instrument.pot.map(Money::into),
        floor: instrument.floor.map(Money::into),
        ceiling: instrument.ceiling.map(Money::into),
        months_min: instrument.months_min,
        months_max: instrument.months_max,
        admitted_classes: instrument.admitted_classes.iter().map(class).collect(),
        lead_limit: Some(pb::LeadLimit { counts: counts.into(), at_most: instrument.lead_limit.at_most }),
    }
}

fn to_question(question: Question) -> pb::Question {
    use pb::question::Type;
    let kind = match question.kind {
        QuestionKind::ShortText => Type::ShortText,
        QuestionKind::LongText => Type::LongText,
        QuestionKind::Choice => Type::Choice,
        QuestionKind::Choices => Type::Choices,
        QuestionKind::Number => Type::Number,
        QuestionKind::Money => Type::Money,
        QuestionKind::Date => Type::Date,
        QuestionKind::YesNo => Type::YesNo,
    };
    let option = |option: QuestionOption| pb::QuestionOption { code: option.code, label: Some(to_text(option.label)) };
    pb::Question {
        id: question.id,
        label: Some(to_text(question.label)),
        help: question.help.map(to_text),
        r#type: kind.into(),
        required: question.required,
        word_limit: question.word_limit,
        options: question.options.into_iter().map(option).collect(),
        condition: question
            .condition
            .map(|condition| pb::Condition { question_id: condition.question_id, equals: condition.equals }),
    }
}

fn to_criterion(criterion: Criterion) -> pb::Criterion {
    pb::Criterion {
        code: criterion.code,
        name: Some(to_text(criterion.name)),
        guidance: criterion.guidance.map(to_text),
        weight: criterion.weight,
        minimum_mark: criterion.minimum_mark,
        principle: criterion.principle,
    }
}

fn to_scale(scale: Scale) -> pb::Scale {
    let anchor = |anchor: Anchor| pb::Anchor { mark: anchor.mark, text: Some(to_text(anchor.text)) };
    pb::Scale { min: scale.min, max: scale.max, anchors: scale.anchors.into_iter().map(anchor).collect() }
}

fn to_board(board: GradingBoard) -> pb::GradingBoard {
    let part = match board.part {
        BoardPart::Joint => pb::grading_board::Part::Joint,
        BoardPart::Recommends => pb::grading_board::Part::Recommends,
        BoardPart::Determines => pb::grading_board::Part::Determines,
    };
    pb::GradingBoard { board_id: board.board.to_string(), part: part.into() }
}

pub fn to_timetable(timetable: Timetable) -> pb::Timetable {
    pb::Timetable {
        opens: timetable.opens.map(Into::into),
        closes: timetable.closes.map(Into::into),
        announces: timetable.announces.map(Into::into),
        interim_report_due: timetable.interim_report_due.map(Into::into),
        final_report_due: timetable.final_report_due.map(Into::into),
    }
}
