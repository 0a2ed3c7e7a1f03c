//! Other services' messages, as awards understands them.

use kit::ids::{AwardId, OrgId};
use kit::neighbour::{Unusable, unusable};
use kit::wire::{Reader, read};
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;

use crate::agreement::Condition;
use crate::award::FundedBid;
use crate::prepare::Outcome;
use crate::report::{AboutReport, Overdue};
use crate::round::{Decided, Instrument, Round};

pub fn round(wire: rounds::Round) -> Result<Round, Unusable> {
    read(format!("round {}", wire.id), |reader| {
        let id = reader.id("id", &wire.id);
        let rules = reader.required("rules", wire.rules)?;
        let timetable = wire.timetable.unwrap_or_default();
        let interim = reader.deadline_or_none("timetable.interim_report_due", timetable.interim_report_due);
        let last = reader.deadline_or_none("timetable.final_report_due", timetable.final_report_due);
        Some(Round {
            id: id?,
            reference: rules.reference,
            instruments: reader.each("rules.instruments", rules.instruments, instrument),
            interim_report_due: interim?,
            final_report_due: last?,
        })
    })
}

fn instrument(reader: &mut Reader, field: &str, wire: rounds::Instrument) -> Option<Instrument> {
    let pot = reader.money(&format!("{field}.pot"), wire.pot);
    let floor = reader.money(&format!("{field}.floor"), wire.floor);
    let ceiling = reader.money(&format!("{field}.ceiling"), wire.ceiling);
    Some(Instrument { code: wire.code, pot: pot?, floor: floor?, ceiling: ceiling? })
}

pub fn decided(wire: &grading::Assessment) -> Decided {
    use grading::assessment::State;
    match wire.state() {
        State::Unspecified | State::Reviewing | State::Moderation | State::Determination => Decided::NotYet,
        State::Cancelled => Decided::NotYet,
        State::Decided => Decided::InSecret,
        State::BiddersInformed | State::Announced => Decided::BiddersInformed,
    }
}

/// The organisation, if it exists no longer.
pub fn abolished(organisation: OrgId, wire: &registry::Standing) -> Option<OrgId> {
    wire.abolished.then_some(organisation)
}

/// Those that followed an organisation.
pub fn successors(wire: &registry::Standing) -> Vec<OrgId> {
    wire.successor_ids.iter().filter_map(|id| id.parse().ok()).collect()
}

/// The organisation, if money can be paid to it.
pub fn legal_payee(organisation: OrgId, wire: &registry::Standing) -> Option<OrgId> {
    (wire.legal_body && !wire.abolished).then_some(organisation)
}

/// What became of a bid. None where nothing is given and nothing is held in reserve.
pub fn outcome(wire: grading::Outcome) -> Result<Option<Outcome>, Unusable> {
    use grading::determination::Outcome as Wire;
    let is_reserve = match wire.outcome() {
        Wire::Fund | Wire::FundInPart => false,
        Wire::Reserve => true,
        Wire::Decline | Wire::Defer => return Ok(None),
        Wire::Unspecified => return Err(unusable(format!("outcome of bid {}", wire.bid_id), "a decision")),
    };
    let condition = |grading::GrantCondition { text, precedent }| Condition { text, precedent };
    read(format!("outcome of bid {}", wire.bid_id), |reader| {
        let place = Some(wire.reserve_place).filter(|place| *place > 0);
        let reserve_place = if is_reserve { reader.required("reserve_place", place) } else { None };
        let bid_id = reader.id("bid_id", &wire.bid_id);
        let applicant = reader.id("applicant_organisation_id", &wire.applicant_organisation_id);
        let lead = reader.id("lead_organisation_id", &wire.lead_organisation_id);
        let payee = reader.id("payee_organisation_id", &wire.payee_organisation_id);
        let requested = reader.money("requested", wire.requested);
        let amount = reader.money("amount", wire.amount);
        let bid = FundedBid {
            number: wire.number,
            revision: wire.revision,
            sha256: wire.content_sha256,
            title: wire.title,
            summary: wire.summary,
            decided_on: reader.date("decided_on", &wire.decided_on),
            principles_met: wire.principles_met,
        };
        Some(Outcome {
            id: AwardId::new(),
            bid_id: bid_id?,
            applicant: applicant?,
            lead: lead?,
            payee: payee?,
            instrument: wire.instrument,
            requested: requested?,
            amount: amount?,
            conditions: wire.conditions.into_iter().map(condition).collect(),
            months: wire.months,
            reserve_place,
            bid,
        })
    })
    .map(Some)
}

/// What an event says of a report. `State::Accepted` counts rather than the name of the event: an event that was
/// overtaken by a newer one of the same report is not seen.
pub fn about_report(wire: reporting::Report) -> Result<AboutReport, Unusable> {
    use reporting::report::{Kind, State};
    let is_accepted = wire.state() == State::Accepted && wire.kind() == Kind::Final;
    read(format!("report {}", wire.id), |reader| {
        let (award, report) = (reader.id("award_id", &wire.award_id)?, reader.id("id", &wire.id)?);
        let final_accepted_at = if is_accepted { reader.time("accepted_at", wire.accepted_at) } else { None };
        let due = wire.due.filter(|_| wire.overdue).and_then(|due| reader.time("due.instant", due.instant));
        Some(AboutReport { award, final_accepted_at, overdue: due.map(|since| Overdue { report, since }) })
    })
}
