//! Other services' messages, as awards understands them.

use kit::deadline::Deadline;
use kit::ids::{AwardId, OrgId};
use kit::money::Money;
use kit::neighbour::{Unusable, unusable};
use kit::time::Timestamp;
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use crate::agreement::Condition;
use crate::award::FundedBid;
use crate::prepare::Outcome;
use crate::report::{AboutReport, Overdue};
use crate::round::{Decided, Instrument, Round};

fn needed<T>(of: &'static str, lacks: &'static str, value: Option<T>) -> Result<T, Unusable> {
    value.ok_or_else(|| unusable(of, lacks))
}

fn sum(of: &'static str, lacks: &'static str, wire: Option<types::Money>) -> Result<Money, Unusable> {
    needed(of, lacks, wire.and_then(|wire| wire.try_into().ok()))
}

fn id<T: std::str::FromStr>(of: &'static str, lacks: &'static str, text: &str) -> Result<T, Unusable> {
    needed(of, lacks, text.parse().ok())
}

pub fn round(wire: rounds::Round) -> Result<Round, Unusable> {
    const OF: &str = "a round";
    let rules = needed(OF, "rules", wire.rules)?;
    let timetable = wire.timetable.unwrap_or_default();
    let mut instruments = Vec::with_capacity(rules.instruments.len());
    for instrument in rules.instruments {
        instruments.push(Instrument {
            pot: sum(OF, "a pot", instrument.pot)?,
            floor: sum(OF, "a floor", instrument.floor)?,
            ceiling: sum(OF, "a ceiling", instrument.ceiling)?,
            code: instrument.code,
        });
    }
    Ok(Round {
        id: id(OF, "an identity", &wire.id)?,
        reference: rules.reference,
        instruments,
        interim_report_due: timetable.interim_report_due.map(Deadline::try_from).transpose()?,
        final_report_due: timetable.final_report_due.map(Deadline::try_from).transpose()?,
    })
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
    const OF: &str = "an outcome";
    let reserve_place = match wire.outcome() {
        Wire::Fund | Wire::FundInPart => None,
        Wire::Reserve => Some(needed(OF, "a place", Some(wire.reserve_place).filter(|place| *place > 0))?),
        Wire::Decline | Wire::Defer => return Ok(None),
        Wire::Unspecified => return Err(unusable(OF, "a decision")),
    };
    let applicant = id(OF, "an applicant", &wire.applicant_organisation_id)?;
    let conditions = wire.conditions.into_iter();
    Ok(Some(Outcome {
        id: AwardId::new(),
        bid_id: id(OF, "a bid", &wire.bid_id)?,
        applicant,
        lead: id(OF, "a lead", &wire.lead_organisation_id)?,
        payee: id(OF, "a payee", &wire.payee_organisation_id)?,
        instrument: wire.instrument,
        requested: sum(OF, "a request", wire.requested)?,
        amount: sum(OF, "a sum", wire.amount)?,
        conditions: conditions
            .map(|condition| Condition { text: condition.text, precedent: condition.precedent })
            .collect(),
        months: wire.months,
        reserve_place,
        bid: FundedBid {
            number: wire.number,
            revision: wire.revision,
            sha256: wire.content_sha256,
            title: wire.title,
            summary: wire.summary,
            decided_on: Some(id(OF, "a day", &wire.decided_on)?),
            principles_met: wire.principles_met,
        },
    }))
}

/// What an event says of a report. `State::Accepted` counts rather than the name of the event: an event that was
/// overtaken by a newer one of the same report is not seen.
pub fn about_report(wire: &reporting::Report) -> Result<AboutReport, Unusable> {
    use reporting::report::{Kind, State};
    const OF: &str = "a report";
    let accepted = wire.state() == State::Accepted && wire.kind() == Kind::Final;
    let instant = |at: Option<prost_types::Timestamp>| at.and_then(|at| Timestamp::try_from(at).ok());
    let final_accepted_at = match accepted {
        true => Some(needed(OF, "the instant of its acceptance", instant(wire.accepted_at))?),
        false => None,
    };
    let overdue = match wire.due.as_ref().and_then(|due| instant(due.instant)).filter(|_| wire.overdue) {
        Some(since) => Some(Overdue { report: id(OF, "an identity", &wire.id)?, since }),
        None => None,
    };
    Ok(AboutReport { award: id(OF, "an award", &wire.award_id)?, final_accepted_at, overdue })
}
