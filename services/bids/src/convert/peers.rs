//! Other services' messages, as bids keeps them.

use kit::neighbour::{Unusable, unusable};
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;

use crate::call::{AttachmentRules, Call, Class, Condition, Form, Instrument, OverdueReports, Question, QuestionKind};
use crate::earlier::{Project, Report};
use crate::eligibility::Standing;

/// What the register said.
pub fn standing(wire: registry::Standing) -> Standing {
    use registry::MembershipClass as Wire;
    let class = match wire.membership_class() {
        Wire::Unspecified => None,
        Wire::Full => Some(Class::Full),
        Wire::Associate => Some(Class::Associate),
        Wire::Affiliate => Some(Class::Affiliate),
        Wire::Supporter => Some(Class::Supporter),
    };
    Standing {
        name: wire.name,
        legal_body: wire.legal_body,
        abolished: wire.abolished,
        class,
        in_good_standing: wire.good_standing,
    }
}

/// A round as bids keeps it. None for a draft, which has no window yet: to bids it does not exist.
pub fn call(wire: rounds::Round) -> Result<Option<Call>, Unusable> {
    let lacks = |lacks| unusable("a round", lacks);
    use rounds::round::State as Wire;
    let cancelled = match wire.state() {
        Wire::Unspecified | Wire::Draft => return Ok(None),
        Wire::Scheduled | Wire::Open | Wire::Closed => false,
        Wire::Cancelled => true,
    };
    let (Some(opens_at), Some(closes_at)) = (wire.opens_at, wire.closes_at) else {
        // Cancelled as a draft.
        return if cancelled { Ok(None) } else { Err(lacks("a window")) };
    };
    let rules = wire.rules.ok_or_else(|| lacks("rules"))?;
    let mut instruments = Vec::with_capacity(rules.instruments.len());
    for instrument in rules.instruments {
        instruments.push(self::instrument(instrument).ok_or_else(|| lacks("sums in its instruments"))?);
    }
    let attachments = rules.attachments.unwrap_or_default();
    Ok(Some(Call {
        round: wire.id.parse().map_err(|_| lacks("an identity"))?,
        version: wire.etag.parse().map_err(|_| lacks("a version in its etag"))?,
        reference: rules.reference,
        opens_at: opens_at.try_into().map_err(|_| lacks("a proper opening"))?,
        closes_at: closes_at.try_into().map_err(|_| lacks("a proper close"))?,
        zone: wire.timetable.and_then(|timetable| timetable.closes).map_or_else(String::new, |closes| closes.zone),
        cancelled,
        instruments,
        form: form(rules.form.unwrap_or_default()),
        attachments: AttachmentRules {
            media_types: attachments.media_types,
            max_count: usize::try_from(attachments.max_count).unwrap_or(0),
            max_bytes_each: attachments.max_bytes_each,
        },
        overdue_reports: overdue_reports(rules.eligibility.unwrap_or_default()),
    }))
}

fn overdue_reports(wire: rounds::EligibilitySettings) -> OverdueReports {
    use rounds::eligibility_settings::OverdueReports as Wire;
    match wire.overdue_reports() {
        Wire::Unspecified | Wire::Ignore => OverdueReports::Ignore,
        Wire::Warn => OverdueReports::Warn,
        Wire::Block => OverdueReports::Block,
    }
}

fn instrument(wire: rounds::Instrument) -> Option<Instrument> {
    use registry::MembershipClass as Wire;
    let mut admitted = Vec::new();
    for class in wire.admitted_classes() {
        match class {
            Wire::Unspecified => {}
            Wire::Full => admitted.push(Class::Full),
            Wire::Associate => admitted.push(Class::Associate),
            Wire::Affiliate => admitted.push(Class::Affiliate),
            Wire::Supporter => admitted.push(Class::Supporter),
        }
    }
    let (lead_limit, live_limit) = match wire.lead_limit.as_ref().map(|limit| (limit.counts(), limit.at_most)) {
        Some((rounds::lead_limit::Counts::BidsInRound, most)) => (Some(i64::from(most)), None),
        Some((rounds::lead_limit::Counts::LiveProjects, most)) => (None, Some(i64::from(most))),
        Some((rounds::lead_limit::Counts::Nothing | rounds::lead_limit::Counts::Unspecified, _)) | None => (None, None),
    };
    Some(Instrument {
        code: wire.code,
        floor: wire.floor?.try_into().ok()?,
        ceiling: wire.ceiling?.try_into().ok()?,
        months_min: wire.months_min,
        months_max: wire.months_max,
        admitted,
        lead_limit,
        live_limit,
    })
}

fn form(wire: rounds::Form) -> Form {
    use rounds::question::Type as Wire;
    let questions = wire.questions.into_iter().map(|question| {
        let kind = match question.r#type() {
            Wire::Unspecified | Wire::ShortText | Wire::LongText => QuestionKind::Text,
            Wire::Choice => QuestionKind::Choice,
            Wire::Choices => QuestionKind::Choices,
            Wire::Number => QuestionKind::Number,
            Wire::Money => QuestionKind::Money,
            Wire::Date => QuestionKind::Date,
            Wire::YesNo => QuestionKind::YesNo,
        };
        Question {
            id: question.id,
            label: question.label.unwrap_or_default().en,
            kind,
            required: question.required,
            word_limit: usize::try_from(question.word_limit).unwrap_or(0),
            options: question.options.into_iter().map(|option| option.code).collect(),
            condition: question
                .condition
                .map(|condition| Condition { question: condition.question_id, equals: condition.equals }),
        }
    });
    Form {
        version: wire.version,
        title_max_chars: usize::try_from(wire.title_max_chars).unwrap_or(0),
        summary_max_words: usize::try_from(wire.summary_max_words).unwrap_or(0),
        questions: questions.collect(),
    }
}

/// What an award says of its project.
pub fn project(wire: &awards::Award) -> Result<Project, Unusable> {
    use awards::award::State as Wire;
    let lacks = |lacks| unusable(format!("award {}", wire.id), lacks);
    let live = match wire.state() {
        Wire::Offered | Wire::Accepted | Wire::Active | Wire::Suspended | Wire::Completed => true,
        Wire::Unspecified | Wire::Prepared | Wire::Reserved | Wire::Closed => false,
        Wire::Refused | Wire::Lapsed | Wire::Withdrawn | Wire::Terminated => false,
    };
    Ok(Project {
        award: wire.id.parse().map_err(|_| lacks("an identity"))?,
        bid: wire.bid_id.parse().map_err(|_| lacks("a bid"))?,
        lead: wire.lead_organisation_id.parse().map_err(|_| lacks("a lead"))?,
        live,
    })
}

/// What a report says of what is owed.
pub fn report(wire: &reporting::Report) -> Result<Report, Unusable> {
    use reporting::report::State as Wire;
    let lacks = |lacks| unusable(format!("report {}", wire.id), lacks);
    let awaited = match wire.state() {
        Wire::Scheduled | Wire::Open => true,
        // One that was given back was handed in.
        Wire::InDraft | Wire::AwaitingSignOff => wire.submitted_at.is_none(),
        Wire::Unspecified | Wire::Submitted | Wire::ChangesRequested | Wire::Accepted => false,
        Wire::Waived | Wire::Cancelled => false,
    };
    let due = wire.due.as_ref().and_then(|due| due.instant).ok_or_else(|| lacks("a due date"))?;
    Ok(Report {
        id: wire.id.parse().map_err(|_| lacks("an identity"))?,
        organisation: wire.organisation_id.parse().map_err(|_| lacks("an organisation"))?,
        due_at: due.try_into().map_err(|_| lacks("a proper due date"))?,
        awaited,
    })
}
