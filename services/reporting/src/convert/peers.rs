//! Other services' messages, as reporting understands them.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use kit::language::Language;
use kit::neighbour::Unusable;
use kit::time::{LONDON, Timestamp};
use kit::wire::read;
use kit::working_days::Calendar;
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

use crate::award::{Ended, Told};
use crate::prefill::{BidWords, Framework};

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
    let told = read(format!("award {}", wire.id), |reader| {
        let agreement = reader.required("agreement", wire.agreement)?;
        let amount = reader.money("agreement.amount", agreement.amount);
        let interim_due = reader.deadline_or_none("agreement.interim_report_due", agreement.interim_report_due)?;
        let final_due = reader.deadline_or_none("agreement.final_report_due", agreement.final_report_due)?;
        let zone = final_due.as_ref().map_or(LONDON, |due| &due.zone);
        let starts_at = match agreement.starts_on.as_str() {
            "" => None,
            day => reader.take("agreement.starts_on", "date", first_instant(day, zone)),
        };
        Some(Told {
            id: reader.id("id", &wire.id)?,
            round: reader.id("round_id", &wire.round_id)?,
            bid: reader.id("bid_id", &wire.bid_id)?,
            reference: wire.reference,
            title: wire.title,
            holder: reader.id("applicant_organisation_id", &wire.applicant_organisation_id)?,
            amount: amount?,
            ended,
            assessed: wire.principles_met,
            starts_at,
            interim_due,
            final_due,
        })
    });
    told.map(Some)
}

/// Of a day in a zone.
fn first_instant(day: &str, zone: &str) -> Result<Timestamp, jiff::Error> {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    let first = zone.to_timestamp(day.parse::<Date>()?.at(0, 0, 0, 0))?;
    Ok(Timestamp::from_micros(first.as_microsecond()))
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
    let found = wire.versions.into_iter().find(|found| found.number == version).and_then(|found| found.wording);
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
