//! Other services' messages, as bids keeps them.

use kit::call::{attachments, question};
use kit::names::named;
use kit::neighbour::Unusable;
use kit::wire::{Reader, read};
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use crate::call::{Call, Form, Instrument};
use crate::earlier::{Project, Report};
use crate::eligibility::Standing;

/// What the register said.
impl From<registry::Standing> for Standing {
    fn from(wire: registry::Standing) -> Standing {
        Standing {
            class: named(wire.membership_class()),
            name: wire.name,
            legal_body: wire.legal_body,
            abolished: wire.abolished,
            in_good_standing: wire.good_standing,
        }
    }
}

/// A round as bids keeps it. None for a draft, which has no window yet: to bids it does not exist.
pub fn call(wire: rounds::Round) -> Result<Option<Call>, Unusable> {
    use rounds::round::State as Wire;
    let cancelled = match wire.state() {
        Wire::Unspecified | Wire::Draft => return Ok(None),
        // As a draft.
        Wire::Cancelled if wire.opens_at.is_none() || wire.closes_at.is_none() => return Ok(None),
        Wire::Scheduled | Wire::Open | Wire::Closed => false,
        Wire::Cancelled => true,
    };
    read(format!("round {}", wire.id), |reader| {
        let (round, version) = (reader.id("id", &wire.id), reader.version(&wire.etag));
        let (opens_at, closes_at) = (reader.time("opens_at", wire.opens_at), reader.time("closes_at", wire.closes_at));
        let zone = wire.timetable.and_then(|timetable| timetable.closes).map_or_else(String::new, |closes| closes.zone);
        let rules = reader.required("rules", wire.rules)?;
        let overdue_reports = rules.eligibility.and_then(|eligibility| named(eligibility.overdue_reports()));
        Some(Call {
            round: round?,
            version: version?,
            reference: rules.reference,
            opens_at: opens_at?,
            closes_at: closes_at?,
            zone,
            cancelled,
            instruments: reader.each("rules.instruments", rules.instruments, instrument),
            form: form(reader, rules.form.unwrap_or_default()),
            attachments: attachments(rules.attachments.unwrap_or_default()),
            overdue_reports: overdue_reports.unwrap_or_default(),
        })
    })
    .map(Some)
}

fn instrument(reader: &mut Reader, field: &str, wire: rounds::Instrument) -> Option<Instrument> {
    use rounds::lead_limit::Counts;
    let admitted = wire.admitted_classes().filter_map(named).collect();
    let (lead_limit, live_limit) = match wire.lead_limit.as_ref().map(|limit| (limit.counts(), limit.at_most)) {
        Some((Counts::BidsInRound, most)) => (Some(i64::from(most)), None),
        Some((Counts::LiveProjects, most)) => (None, Some(i64::from(most))),
        Some((Counts::Nothing | Counts::Unspecified, _)) | None => (None, None),
    };
    let floor = reader.money(&format!("{field}.floor"), wire.floor);
    let ceiling = reader.money(&format!("{field}.ceiling"), wire.ceiling);
    Some(Instrument {
        code: wire.code,
        floor: floor?,
        ceiling: ceiling?,
        months_min: wire.months_min,
        months_max: wire.months_max,
        admitted,
        lead_limit,
        live_limit,
    })
}

fn form(reader: &mut Reader, wire: rounds::Form) -> Form {
    let rounds::Form { version, title_max_chars, summary_max_words, questions } = wire;
    let short = |reader: &mut Reader, field: &str, wire| question(reader, field, without_help(wire));
    let questions = reader.each("rules.form.questions", questions, short);
    Form { version, title_max_chars, summary_max_words, questions }
}

/// Every hand-in reads the call, and no rule looks at what helps to answer: of all the words, only the English label is
/// told to a bidder who has left a question out.
fn without_help(mut wire: rounds::Question) -> rounds::Question {
    wire.help = None;
    if let Some(label) = &mut wire.label {
        label.cy.clear();
    }
    for label in wire.options.iter_mut().filter_map(|option| option.label.as_mut()) {
        *label = types::LocalizedText::default();
    }
    wire
}

/// What an award says of its project.
pub fn project(wire: &awards::Award) -> Result<Project, Unusable> {
    use awards::award::State as Wire;
    let live = match wire.state() {
        Wire::Offered | Wire::Accepted | Wire::Active | Wire::Suspended | Wire::Completed => true,
        Wire::Unspecified | Wire::Prepared | Wire::Reserved | Wire::Closed => false,
        Wire::Refused | Wire::Lapsed | Wire::Withdrawn | Wire::Terminated => false,
    };
    read(format!("award {}", wire.id), |reader| {
        let (award, bid) = (reader.id("id", &wire.id), reader.id("bid_id", &wire.bid_id));
        let lead = reader.id("lead_organisation_id", &wire.lead_organisation_id);
        Some(Project { award: award?, bid: bid?, lead: lead?, live })
    })
}

/// What a report says of what is owed.
pub fn report(wire: &reporting::Report) -> Result<Report, Unusable> {
    use reporting::report::State as Wire;
    let awaited = match wire.state() {
        Wire::Scheduled | Wire::Open => true,
        // One that was given back was handed in.
        Wire::InDraft | Wire::AwaitingSignOff => wire.submitted_at.is_none(),
        Wire::Unspecified | Wire::Submitted | Wire::ChangesRequested | Wire::Accepted => false,
        Wire::Waived | Wire::Cancelled => false,
    };
    read(format!("report {}", wire.id), |reader| {
        let (id, organisation) = (reader.id("id", &wire.id), reader.id("organisation_id", &wire.organisation_id));
        let due_at = reader.time("due.instant", wire.due.as_ref().and_then(|due| due.instant));
        Some(Report { id: id?, organisation: organisation?, due_at: due_at?, awaited })
    })
}
