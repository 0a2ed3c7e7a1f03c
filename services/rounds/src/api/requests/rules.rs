//! Rules and dates as a round manager sends them.

use std::str::FromStr;

use kit::money::Money;
use kit::wire::{Reader, row_name};
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::types::v1 as types;

use crate::round::{LaterDates, Timetable};
use crate::rules::{
    Anchor, AttachmentRules, Condition, Criterion, Form, FrameworkUse, GradeBand, GradingBoard, Instrument, LeadCounts,
    LeadLimit, MembershipClass, OverdueReports, Programme, Question, QuestionOption, Rules, Scale, Text,
};

pub fn text(reader: &mut Reader, field: &str, wire: Option<types::LocalizedText>) -> Option<Text> {
    reader.needed(field, wire).map(written)
}

fn written(types::LocalizedText { en, cy }: types::LocalizedText) -> Text {
    Text { en, cy }
}

/// A sum; none where there is none.
fn money(reader: &mut Reader, field: &str, wire: Option<types::Money>) -> Option<Money> {
    reader.money_or_none(field, wire).flatten()
}

/// The value that has this name in the contract; a violation where the contract has no such value.
fn named<T: FromStr>(reader: &mut Reader, field: &str, name: Option<&str>, prefix: &str) -> Option<T> {
    let name = name.and_then(|name| row_name(name, prefix));
    reader.known(field, name.and_then(|name| name.parse().ok()))
}

pub fn rules(reader: &mut Reader, wire: Option<pb::RoundRules>) -> Option<Rules> {
    use pb::eligibility_settings::OverdueReports as Wire;
    let wire = reader.needed("rules", wire)?;
    let framework = match wire.framework_id.as_str() {
        "" => None,
        id => reader.id("rules.framework_id", id).map(|id| FrameworkUse { id, version: wire.framework_version }),
    };
    let overdue_reports = match wire.eligibility.unwrap_or_default().overdue_reports() {
        Wire::Unspecified | Wire::Ignore => OverdueReports::Ignore,
        Wire::Warn => OverdueReports::Warn,
        Wire::Block => OverdueReports::Block,
    };
    let attachments = |pb::AttachmentRules { media_types, max_count, max_bytes_each }| AttachmentRules {
        media_types,
        max_count,
        max_bytes_each,
    };
    let band = |pb::GradeBand { grade, at_least }| GradeBand { grade, at_least };
    Some(Rules {
        reference: wire.reference,
        programme: wire.programme.and_then(|wire| programme(reader, wire)),
        title: text(reader, "rules.title", wire.title)?,
        theme: wire.theme.map(written),
        framework,
        instruments: reader.each("rules.instruments", wire.instruments, instrument),
        form: wire.form.map(|wire| form(reader, wire)),
        attachments: wire.attachments.map(attachments),
        criteria: reader.each("rules.criteria", wire.criteria, criterion),
        scale: wire.scale.map(|wire| scale(reader, wire)),
        bands: wire.bands.into_iter().map(band).collect(),
        non_voting_seats_may_score: wire.non_voting_seats_may_score,
        boards: reader.each("rules.boards", wire.boards, board),
        overdue_reports,
        grace_seconds: wire.grace_seconds,
    })
}

fn programme(reader: &mut Reader, pb::Programme { code, title }: pb::Programme) -> Option<Programme> {
    Some(Programme { code, title: text(reader, "rules.programme.title", title)? })
}

fn instrument(reader: &mut Reader, field: &str, wire: pb::Instrument) -> Option<Instrument> {
    Some(Instrument {
        name: text(reader, &format!("{field}.name"), wire.name)?,
        pot: money(reader, &format!("{field}.pot"), wire.pot),
        floor: money(reader, &format!("{field}.floor"), wire.floor),
        ceiling: money(reader, &format!("{field}.ceiling"), wire.ceiling),
        months_min: wire.months_min,
        months_max: wire.months_max,
        admitted_classes: reader.each(&format!("{field}.admitted_classes"), wire.admitted_classes, membership_class),
        lead_limit: match wire.lead_limit {
            None => LeadLimit { counts: LeadCounts::Nothing, at_most: 0 },
            Some(wire) => lead_limit(reader, &format!("{field}.lead_limit"), wire)?,
        },
        code: wire.code,
    })
}

fn membership_class(reader: &mut Reader, field: &str, number: i32) -> Option<MembershipClass> {
    let class = registry::MembershipClass::try_from(number).ok();
    named(reader, field, class.map(|class| class.as_str_name()), "MEMBERSHIP_CLASS_")
}

fn lead_limit(reader: &mut Reader, field: &str, wire: pb::LeadLimit) -> Option<LeadLimit> {
    let counts = pb::lead_limit::Counts::try_from(wire.counts).ok().map(|counts| counts.as_str_name());
    let counts = named(reader, &format!("{field}.counts"), counts, "COUNTS_")?;
    Some(LeadLimit { counts, at_most: wire.at_most })
}

fn form(reader: &mut Reader, wire: pb::Form) -> Form {
    let pb::Form { version: _, title_max_chars, summary_max_words, questions } = wire;
    let questions = reader.each("rules.form.questions", questions, question);
    Form { version: 0, title_max_chars, summary_max_words, questions }
}

fn question(reader: &mut Reader, field: &str, wire: pb::Question) -> Option<Question> {
    let kind = pb::question::Type::try_from(wire.r#type).ok().map(|kind| kind.as_str_name());
    let kind = named(reader, &format!("{field}.type"), kind, "TYPE_")?;
    let condition = |pb::Condition { question_id, equals }| Condition { question_id, equals };
    Some(Question {
        id: wire.id,
        label: text(reader, &format!("{field}.label"), wire.label)?,
        help: wire.help.map(written),
        kind,
        required: wire.required,
        word_limit: wire.word_limit,
        options: reader.each(&format!("{field}.options"), wire.options, option),
        condition: wire.condition.map(condition),
    })
}

fn option(reader: &mut Reader, field: &str, wire: pb::QuestionOption) -> Option<QuestionOption> {
    Some(QuestionOption { code: wire.code, label: text(reader, &format!("{field}.label"), wire.label)? })
}

fn criterion(reader: &mut Reader, field: &str, wire: pb::Criterion) -> Option<Criterion> {
    let pb::Criterion { code, name, guidance, weight, minimum_mark, principle } = wire;
    let name = text(reader, &format!("{field}.name"), name)?;
    Some(Criterion { code, name, guidance: guidance.map(written), weight, minimum_mark, principle })
}

fn scale(reader: &mut Reader, pb::Scale { min, max, anchors }: pb::Scale) -> Scale {
    Scale { min, max, anchors: reader.each("rules.scale.anchors", anchors, anchor) }
}

fn anchor(reader: &mut Reader, field: &str, pb::Anchor { mark, text }: pb::Anchor) -> Option<Anchor> {
    Some(Anchor { mark, text: self::text(reader, &format!("{field}.text"), text)? })
}

fn board(reader: &mut Reader, field: &str, wire: pb::GradingBoard) -> Option<GradingBoard> {
    let part = pb::grading_board::Part::try_from(wire.part).ok().map(|part| part.as_str_name());
    let part = named(reader, &format!("{field}.part"), part, "PART_")?;
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
