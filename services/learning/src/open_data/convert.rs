//! Rounds, awards and organisations as open data has them.

use kit::digest::digest;
use kit::ids::OrgId;
use kit::money::Money;
use kit::neighbour::Unusable;
use kit::time::{Date, Timestamp};
use kit::wire::{read, wire_time};
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

use super::{Award, Recipient, RecipientKind, Round};
use crate::peers::convert;

/// When decisions of a round become public; none while no instant is set.
pub fn announced_at(round: &rounds::Round) -> Result<Option<Timestamp>, Unusable> {
    let announces = round.timetable.as_ref().and_then(|timetable| timetable.announces.as_ref());
    let instant = announces.and_then(|announces| announces.instant);
    read(format!("round {}", round.id), |reader| reader.time_or_none("timetable.announces.instant", instant))
}

pub fn open_round(wire: rounds::Round, announced_at: Timestamp) -> Result<Round, Unusable> {
    let theme = convert::theme(&wire);
    let announced_on = Date::today(announced_at).to_string();
    read(format!("round {}", wire.id), |reader| {
        let rules = reader.required("rules", wire.rules)?;
        Some(Round {
            reference: rules.reference,
            title: rules.title.unwrap_or_default().en,
            theme,
            programme: rules.programme.unwrap_or_default().code,
            announced_on,
        })
    })
}

/// Whether an award was ever agreed, so that it is, or was, in the file.
pub fn is_published(wire: &awards::Award) -> bool {
    use awards::award::State;
    match wire.state() {
        State::Accepted | State::Active | State::Suspended | State::Completed | State::Closed => true,
        State::Terminated | State::Withdrawn => wire.acceptance.is_some(),
        State::Unspecified | State::Prepared | State::Reserved | State::Offered | State::Refused | State::Lapsed => {
            false
        }
    }
}

pub fn award(wire: awards::Award, payee: &registry::Organisation) -> Result<Award, Unusable> {
    use awards::award::State;
    let state = wire.state();
    read(format!("award {}", wire.id), |reader| {
        let agreement = reader.required("agreement", wire.agreement)?;
        let awarded = reader.money("agreement.amount", agreement.amount)?;
        let of_nothing = Money { minor_units: 0, ..awarded };
        let paid = reader.money_or_none("paid", wire.paid)?.unwrap_or(of_nothing);
        let returned = reader.money_or_none("returned", wire.returned)?.unwrap_or(of_nothing);
        let back = Money { minor_units: -returned.minor_units, ..returned };
        let is_over = matches!(state, State::Terminated | State::Withdrawn);
        Some(Award {
            applied_for: reader.money("requested", wire.requested)?,
            awarded,
            disbursed: reader.take("returned", "currency", paid.plus(back))?,
            starts_on: agreement.starts_on,
            ends_on: agreement.ends_on,
            is_completed: matches!(state, State::Completed | State::Closed),
            is_gone: is_over && paid.minor_units == 0,
            updated_at: reader.time("updated_at", wire.updated_at)?,
            recipient: recipient(payee),
            reference: wire.reference,
            title: wire.public_title,
            summary: wire.summary,
            decided_on: wire.decided_on,
            principles: wire.principles_met,
        })
    })
}

/// Who is paid: by the agreement, else who asked.
pub fn payee_of(wire: &awards::Award) -> Result<OrgId, Unusable> {
    let payee = wire.agreement.as_ref().map(|agreement| &agreement.payee_organisation_id);
    let payee = payee.filter(|id| !id.is_empty()).unwrap_or(&wire.applicant_organisation_id);
    read(format!("award {}", wire.id), |reader| reader.id("payee_organisation_id", payee))
}

fn recipient(wire: &registry::Organisation) -> Recipient {
    use registry::organisation::Kind;
    let details = wire.details.clone().unwrap_or_default();
    let kind = match details.kind() {
        Kind::PrincipalCouncil | Kind::StrategicAuthority => RecipientKind::LocalAuthority,
        Kind::LocalCouncil => RecipientKind::LocalCouncil,
        Kind::Unspecified
        | Kind::PoliticalGroup
        | Kind::Network
        | Kind::Company
        | Kind::Charity
        | Kind::University
        | Kind::Other => RecipientKind::Other,
    };
    Recipient {
        name: details.name,
        short_name: details.short_name,
        org_id: details.org_id,
        code: details.code,
        gss_code: details.gss_code,
        authority_type: details.authority_type,
        kind,
        website: details.website,
    }
}

/// The file of a round, with its digest and what is to be looked at in it.
pub fn open_data(format: pb::open_data::Format, text: String, findings: Vec<String>, now: Timestamp) -> pb::OpenData {
    let sha256 = digest(text.as_bytes());
    pb::OpenData { format: format.into(), sha256, text, findings, as_of: wire_time(now) }
}
