//! Rules and dates as a round manager sends them.

use kit::call::{MembershipClass, attachments, band, board, criterion, question, scale, text, text_or_none};
use kit::names::named;
use kit::wire::Reader;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as pb;

use crate::round::{LaterDates, Timetable};
use crate::rules::{Form, FrameworkUse, Instrument, LeadCounts, LeadLimit, Programme, Rules};

pub fn rules(reader: &mut Reader, wire: Option<pb::RoundRules>) -> Option<Rules> {
    let wire = reader.required("rules", wire)?;
    let framework = reader.id_or_none("rules.framework_id", &wire.framework_id).flatten();
    let eligibility = wire.eligibility.unwrap_or_default();
    Some(Rules {
        reference: wire.reference,
        programme: wire.programme.and_then(|wire| programme(reader, wire)),
        title: text(reader, "rules.title", wire.title)?,
        theme: text_or_none(wire.theme),
        framework: framework.map(|id| FrameworkUse { id, version: wire.framework_version }),
        instruments: reader.each("rules.instruments", wire.instruments, instrument),
        form: wire.form.map(|wire| form(reader, wire)),
        attachments: wire.attachments.map(attachments),
        criteria: reader.each("rules.criteria", wire.criteria, criterion),
        scale: wire.scale.map(|wire| scale(reader, "rules.scale", wire)),
        bands: wire.bands.into_iter().map(band).collect(),
        non_voting_seats_may_score: wire.non_voting_seats_may_score,
        boards: reader.each("rules.boards", wire.boards, board),
        overdue_reports: named(eligibility.overdue_reports()).unwrap_or_default(),
        grace_seconds: wire.grace_seconds,
    })
}

fn programme(reader: &mut Reader, pb::Programme { code, title }: pb::Programme) -> Option<Programme> {
    Some(Programme { code, title: text(reader, "rules.programme.title", title)? })
}

fn instrument(reader: &mut Reader, field: &str, wire: pb::Instrument) -> Option<Instrument> {
    let name = text(reader, &format!("{field}.name"), wire.name)?;
    let pot = reader.money_or_none(&format!("{field}.pot"), wire.pot);
    let floor = reader.money_or_none(&format!("{field}.floor"), wire.floor);
    let ceiling = reader.money_or_none(&format!("{field}.ceiling"), wire.ceiling);
    let admitted_classes = reader.each(&format!("{field}.admitted_classes"), wire.admitted_classes, membership_class);
    let lead_limit = match wire.lead_limit {
        None => Some(LeadLimit { counts: LeadCounts::Nothing, at_most: 0 }),
        Some(wire) => lead_limit(reader, &format!("{field}.lead_limit"), wire),
    };
    Some(Instrument {
        code: wire.code,
        name,
        pot: pot?,
        floor: floor?,
        ceiling: ceiling?,
        months_min: wire.months_min,
        months_max: wire.months_max,
        admitted_classes,
        lead_limit: lead_limit?,
    })
}

fn membership_class(reader: &mut Reader, field: &str, number: i32) -> Option<MembershipClass> {
    reader.named(field, registry::MembershipClass::try_from(number).unwrap_or_default())
}

fn lead_limit(reader: &mut Reader, field: &str, wire: pb::LeadLimit) -> Option<LeadLimit> {
    Some(LeadLimit { counts: reader.named(&format!("{field}.counts"), wire.counts())?, at_most: wire.at_most })
}

/// Its version is counted here, whatever was written.
fn form(reader: &mut Reader, wire: pb::Form) -> Form {
    let pb::Form { version: _, title_max_chars, summary_max_words, questions } = wire;
    let questions = reader.each("rules.form.questions", questions, question);
    Form { version: 0, title_max_chars, summary_max_words, questions }
}

pub fn timetable(reader: &mut Reader, wire: Option<pb::Timetable>) -> Option<Timetable> {
    let wire = wire.unwrap_or_default();
    let opens = reader.deadline_or_none("timetable.opens", wire.opens);
    let closes = reader.deadline_or_none("timetable.closes", wire.closes);
    let announces = reader.deadline_or_none("timetable.announces", wire.announces);
    let interim_report_due = reader.deadline_or_none("timetable.interim_report_due", wire.interim_report_due);
    let final_report_due = reader.deadline_or_none("timetable.final_report_due", wire.final_report_due);
    Some(Timetable {
        opens: opens?,
        closes: closes?,
        announces: announces?,
        interim_report_due: interim_report_due?,
        final_report_due: final_report_due?,
    })
}

pub fn later_dates(reader: &mut Reader, wire: Option<pb::LaterDates>) -> Option<LaterDates> {
    let wire = reader.required("dates", wire)?;
    let closes = reader.required("dates.closes", wire.closes)?;
    let closes = reader.deadline("dates.closes", closes)?;
    let announces = reader.deadline_or_none("dates.announces", wire.announces);
    let interim_report_due = reader.deadline_or_none("dates.interim_report_due", wire.interim_report_due);
    let final_report_due = reader.deadline_or_none("dates.final_report_due", wire.final_report_due);
    Some(LaterDates {
        closes,
        announces: announces?,
        interim_report_due: interim_report_due?,
        final_report_due: final_report_due?,
    })
}
