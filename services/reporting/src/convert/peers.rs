//! Other services' messages, as reporting understands them.

use kit::deadline::Deadline;
use kit::language::Language;
use kit::neighbour::{Unusable, unusable};
use kit::time::{LONDON, Timestamp};
use kit::working_days::Calendar;
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

use crate::award::{Ended, Told};
use crate::prefill::{BidWords, Framework};

fn lacks(what: &'static str) -> Unusable {
    unusable("an award", what)
}

/// An award as it now is. None before it was accepted, and for one that never will be: it has no reports.
pub fn award(wire: awards::Award) -> Result<Option<Told>, Unusable> {
    use awards::award::State;
    let ended = match wire.state() {
        State::Unspecified | State::Prepared | State::Reserved | State::Offered | State::Refused | State::Lapsed => {
            return Ok(None);
        }
        State::Accepted | State::Active | State::Suspended | State::Completed | State::Closed => None,
        State::Withdrawn => Some(Ended::Withdrawn),
        State::Terminated => Some(Ended::Terminated),
    };
    let agreement = wire.agreement.ok_or_else(|| lacks("an agreement"))?;
    let final_due = agreement.final_report_due.map(Deadline::try_from).transpose()?;
    let zone = final_due.as_ref().map_or(LONDON, |due| &due.zone);
    Ok(Some(Told {
        id: wire.id.parse().map_err(|_| lacks("an identity"))?,
        round: wire.round_id.parse().map_err(|_| lacks("a round"))?,
        bid: wire.bid_id.parse().map_err(|_| lacks("a bid"))?,
        reference: wire.reference,
        title: wire.title,
        holder: wire.applicant_organisation_id.parse().map_err(|_| lacks("a holder"))?,
        amount: agreement.amount.and_then(|sum| sum.try_into().ok()).ok_or_else(|| lacks("a sum"))?,
        ended,
        assessed: wire.principles_met,
        starts_at: starts_at(&agreement.starts_on, zone)?,
        interim_due: agreement.interim_report_due.map(Deadline::try_from).transpose()?,
        final_due,
    }))
}

/// The first instant of a day in a zone; none where no day is given.
fn starts_at(day: &str, zone: &str) -> Result<Option<Timestamp>, Unusable> {
    if day.is_empty() {
        return Ok(None);
    }
    let bad = lacks("a first day that exists");
    let Ok(date) = day.parse::<jiff::civil::Date>() else { return Err(bad) };
    let zone = jiff::tz::TimeZone::get(zone).unwrap_or(jiff::tz::TimeZone::UTC);
    let Ok(start) = zone.to_timestamp(date.at(0, 0, 0, 0)) else { return Err(bad) };
    Ok(Some(Timestamp::from_micros(start.as_microsecond())))
}

/// What a bid said that its reports begin with.
pub fn bid_words(wire: bids::Bid, framework: Framework) -> BidWords {
    let content = wire.content.unwrap_or_default();
    let language = Language::of_wire(content.language());
    let answer = |question: &str| {
        let found = content.answers.iter().find(|answer| answer.question_id == question);
        found.map(|answer| answer.text.clone()).unwrap_or_default()
    };
    BidWords { language, principles: answer("principles"), measures: answer("measures"), framework }
}

/// The framework of a round in the version that the round names; its codes are not known where that version is not.
pub fn framework(version: i32, wire: rounds::Framework) -> Framework {
    let found = wire.versions.into_iter().find(|one| one.number == version).and_then(|one| one.wording);
    let codes = found.map(|wording| wording.statements.into_iter().map(|statement| statement.code).collect());
    Framework { version, codes }
}

/// Whose bank holidays an organisation keeps.
pub fn calendar(wire: &registry::Organisation) -> Calendar {
    use registry::Nation;
    match wire.details.as_ref().map_or(Nation::Unspecified, registry::OrganisationDetails::nation) {
        Nation::Unspecified | Nation::England | Nation::Wales => Calendar::EnglandAndWales,
        Nation::Scotland => Calendar::Scotland,
        Nation::NorthernIreland => Calendar::NorthernIreland,
    }
}
