//! Rules and dates as the wire has them.

use kit::call::MembershipClass;
use kit::names::wire_enum;
use toadlane_proto::rounds::v1 as pb;
use toadlane_proto::rounds::v1::eligibility_settings::OverdueReports;

use crate::round::Timetable;
use crate::rules::{Form, Instrument, LeadLimit, Programme, Rules};

impl From<Rules> for pb::RoundRules {
    fn from(rules: Rules) -> pb::RoundRules {
        let overdue_reports = wire_enum::<OverdueReports>(rules.overdue_reports).into();
        let programme = |Programme { code, title }: Programme| pb::Programme { code, title: Some(title.into()) };
        pb::RoundRules {
            reference: rules.reference,
            programme: rules.programme.map(programme),
            title: Some(rules.title.into()),
            theme: rules.theme.map(Into::into),
            framework_id: rules.framework.map_or_else(String::new, |used| used.id.to_string()),
            framework_version: rules.framework.map_or(0, |used| used.version),
            instruments: rules.instruments.into_iter().map(Into::into).collect(),
            form: rules.form.map(Into::into),
            attachments: rules.attachments.map(Into::into),
            criteria: rules.criteria.into_iter().map(Into::into).collect(),
            scale: rules.scale.map(Into::into),
            bands: rules.bands.into_iter().map(Into::into).collect(),
            non_voting_seats_may_score: rules.non_voting_seats_may_score,
            boards: rules.boards.into_iter().map(Into::into).collect(),
            eligibility: Some(pb::EligibilitySettings { overdue_reports }),
            grace_seconds: rules.grace_seconds,
        }
    }
}

impl From<Instrument> for pb::Instrument {
    fn from(instrument: Instrument) -> pb::Instrument {
        let class = |class: MembershipClass| class.wire().into();
        pb::Instrument {
            code: instrument.code,
            name: Some(instrument.name.into()),
            pot: instrument.pot.map(Into::into),
            floor: instrument.floor.map(Into::into),
            ceiling: instrument.ceiling.map(Into::into),
            months_min: instrument.months_min,
            months_max: instrument.months_max,
            admitted_classes: instrument.admitted_classes.into_iter().map(class).collect(),
            lead_limit: Some(instrument.lead_limit.into()),
        }
    }
}

impl From<LeadLimit> for pb::LeadLimit {
    fn from(LeadLimit { counts, at_most }: LeadLimit) -> pb::LeadLimit {
        pb::LeadLimit { counts: wire_enum::<pb::lead_limit::Counts>(counts).into(), at_most }
    }
}

impl From<Form> for pb::Form {
    fn from(Form { version, title_max_chars, summary_max_words, questions }: Form) -> pb::Form {
        let questions = questions.into_iter().map(Into::into).collect();
        pb::Form { version, title_max_chars, summary_max_words, questions }
    }
}

impl From<Timetable> for pb::Timetable {
    fn from(timetable: Timetable) -> pb::Timetable {
        pb::Timetable {
            opens: timetable.opens.map(Into::into),
            closes: timetable.closes.map(Into::into),
            announces: timetable.announces.map(Into::into),
            interim_report_due: timetable.interim_report_due.map(Into::into),
            final_report_due: timetable.final_report_due.map(Into::into),
        }
    }
}
