//! Rounds, awards and organisations as open data has them.

use kit::digest::digest;
use kit::ids::OrgId;
use kit::money::Money;
use kit::neighbour::{Unusable, unusable};
use kit::time::{Date, Timestamp};
use kit::wire::wire_time;
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use super::{Award, Recipient, RecipientKind, Round};
use crate::peers::convert;

/// When decisions of a round become public; none while no instant is set.
pub fn announced_at(round: &rounds::Round) -> Option<Timestamp> {
    let announces = round.timetable.as_ref()?.announces.as_ref()?;
    Timestamp::try_from(announces.instant?).ok()
}

pub fn open_round(wire: rounds::Round, announced_at: Timestamp) -> Result<Round, Unusable> {
    let theme = convert::theme(&wire);
    let announced_on = Date::today(announced_at).to_string();
    let rules = wire.rules.ok_or_else(|| unusable(format!("round {}", wire.id), "rules"))?;
    Ok(Round {
        reference: rules.reference,
        title: rules.title.unwrap_or_default().en,
        theme,
        programme: rules.programme.unwrap_or_default().code,
        announced_on,
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
    let lacks = |lacks| unusable(format!("award {}", wire.id), lacks);
    let money =
        |sum: Option<types::Money>, what| sum.and_then(|sum| Money::try_from(sum).ok()).ok_or_else(|| lacks(what));
    let agreement = wire.agreement.clone().ok_or_else(|| lacks("an agreement"))?;
    let awarded = money(agreement.amount, "an amount")?;
    let of_nothing = Money { minor_units: 0, ..awarded };
    let sum_or_nothing =
        |sum: Option<types::Money>| sum.and_then(|sum| Money::try_from(sum).ok()).unwrap_or(of_nothing);
    let (paid, returned) = (sum_or_nothing(wire.paid.clone()), sum_or_nothing(wire.returned.clone()));
    let back = Money { minor_units: -returned.minor_units, ..returned };
    let disbursed = paid.plus(back).map_err(|_| lacks("sums of one currency"))?;
    let updated_at = wire.updated_at.and_then(|at| Timestamp::try_from(at).ok());
    let is_over = matches!(wire.state(), State::Terminated | State::Withdrawn);
    Ok(Award {
        applied_for: money(wire.requested.clone(), "a sum that was asked for")?,
        awarded,
        disbursed,
        starts_on: agreement.starts_on,
        ends_on: agreement.ends_on,
        is_completed: matches!(wire.state(), State::Completed | State::Closed),
        is_gone: is_over && paid.minor_units == 0,
        updated_at: updated_at.ok_or_else(|| lacks("the instant of its last change"))?,
        recipient: recipient(payee),
        reference: wire.reference,
        title: wire.public_title,
        summary: wire.summary,
        decided_on: wire.decided_on,
        principles: wire.principles_met,
    })
}

/// Who is paid: by the agreement, else who asked.
pub fn payee_of(wire: &awards::Award) -> Result<OrgId, Unusable> {
    let payee = wire.agreement.as_ref().map(|agreement| &agreement.payee_organisation_id);
    let payee = payee.filter(|id| !id.is_empty()).unwrap_or(&wire.applicant_organisation_id);
    payee.parse().map_err(|_| unusable(format!("award {}", wire.id), "a payee"))
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
