//! Messages of rounds, bids and the registry, as grading keeps them.

use kit::deadline::Deadline;
use kit::ids::{BidId, OrgId, PersonId};
use kit::language::Language;
use kit::money::Money;
use kit::neighbour::{Unusable, unusable};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use super::named;
use crate::bid::{Answer, AssessedBid, Attachment, Party};
use crate::call::{
    Anchor, Band, Call, Choice, Condition, Criterion, GradingBoard, Instrument, Question, QuestionKind, RoundNow,
    Rubric, Scale, Text,
};
use crate::panel::Seat;
use crate::panel::derive::{Organisation, Register};

/// A round as it is graded. None for a draft and for one that was called off.
pub fn call(wire: rounds::Round) -> Result<Option<Call>, Unusable> {
    use rounds::round::State as Wire;
    match wire.state() {
        Wire::Unspecified | Wire::Draft | Wire::Cancelled => Ok(None),
        Wire::Scheduled | Wire::Open | Wire::Closed => Ok(Some(from_round(wire)?)),
    }
}

/// What an event says of a round that is being graded. None for what grading does not follow.
pub fn round_now(wire: rounds::Round) -> Result<Option<RoundNow>, Unusable> {
    use rounds::round::State as Wire;
    match wire.state() {
        Wire::Unspecified | Wire::Draft => Ok(None),
        Wire::Cancelled => Ok(Some(RoundNow::Cancelled { reason: wire.reason })),
        Wire::Scheduled | Wire::Open | Wire::Closed => {
            let announces = wire.timetable.and_then(|timetable| timetable.announces);
            announces.map(Deadline::try_from).transpose().map(|announces| announces.map(RoundNow::Announces))
        }
    }
}

/// The rules of a round, as bids are judged by them.
fn from_round(wire: rounds::Round) -> Result<Call, Unusable> {
    let rules = wire.rules.ok_or_else(|| unusable("a round", "rules"))?;
    let announces = wire.timetable.and_then(|timetable| timetable.announces);
    let scale = rules.scale.ok_or_else(|| unusable("a round", "a scale"))?;
    let rubric = Rubric {
        criteria: rules.criteria.into_iter().map(criterion).collect::<Result<_, _>>()?,
        scale: self::scale(scale)?,
        bands: rules.bands.into_iter().map(|band| Band { grade: band.grade, at_least: band.at_least }).collect(),
        non_voting_may_score: rules.non_voting_seats_may_score,
    };
    let questions = rules.form.unwrap_or_default().questions;
    Ok(Call {
        round: wire.id.parse().map_err(|_| unusable("a round", "an identity"))?,
        reference: rules.reference,
        title: text(rules.title, "a title")?,
        rubric,
        boards: rules.boards.into_iter().map(board).collect::<Result<_, _>>()?,
        instruments: rules.instruments.into_iter().map(instrument).collect::<Result<_, _>>()?,
        questions: questions.into_iter().map(question).collect::<Result<_, _>>()?,
        announces: announces.ok_or_else(|| unusable("a round", "an announcement"))?.try_into()?,
    })
}

fn text(wire: Option<types::LocalizedText>, lacks: &'static str) -> Result<Text, Unusable> {
    text_or_none(wire).ok_or_else(|| unusable("a round", lacks))
}

fn text_or_none(wire: Option<types::LocalizedText>) -> Option<Text> {
    wire.map(|wire| Text { en: wire.en, cy: wire.cy })
}

fn criterion(wire: rounds::Criterion) -> Result<Criterion, Unusable> {
    Ok(Criterion {
        code: wire.code,
        name: text(wire.name, "a name for each criterion")?,
        guidance: text_or_none(wire.guidance),
        weight: wire.weight,
        minimum: wire.minimum_mark,
        principle: wire.principle,
    })
}

fn scale(wire: rounds::Scale) -> Result<Scale, Unusable> {
    let anchor =
        |anchor: rounds::Anchor| Ok(Anchor { mark: anchor.mark, text: text(anchor.text, "a text for each anchor")? });
    let anchors = wire.anchors.into_iter().map(anchor).collect::<Result<_, Unusable>>()?;
    Ok(Scale { min: wire.min, max: wire.max, anchors })
}

fn board(wire: rounds::GradingBoard) -> Result<GradingBoard, Unusable> {
    let board = wire.board_id.parse().map_err(|_| unusable("a round", "boards that can be read"))?;
    let part = named(wire.part().as_str_name(), "PART_").ok_or_else(|| unusable("a round", "a part for each board"))?;
    Ok(GradingBoard { board, part })
}

fn instrument(wire: rounds::Instrument) -> Result<Instrument, Unusable> {
    let sum = |sum: Option<types::Money>, lacks| {
        sum.and_then(|sum| Money::try_from(sum).ok()).ok_or_else(|| unusable("a round", lacks))
    };
    Ok(Instrument {
        code: wire.code,
        name: text(wire.name, "a name for each instrument")?,
        pot: sum(wire.pot, "a pot for each instrument")?,
        floor: sum(wire.floor, "a floor for each instrument")?,
        ceiling: sum(wire.ceiling, "a ceiling for each instrument")?,
    })
}

fn question(wire: rounds::Question) -> Result<Question, Unusable> {
    let kind = named(wire.r#type().as_str_name(), "TYPE_").unwrap_or(QuestionKind::ShortText);
    let option =
        |one: rounds::QuestionOption| Ok(Choice { code: one.code, label: text(one.label, "a label for each option")? });
    Ok(Question {
        id: wire.id,
        label: text(wire.label, "a label for each question")?,
        help: text_or_none(wire.help),
        kind,
        required: wire.required,
        word_limit: wire.word_limit,
        options: wire.options.into_iter().map(option).collect::<Result<_, Unusable>>()?,
        condition: wire.condition.map(|one| Condition { question: one.question_id, equals: one.equals }),
    })
}

/// The state of a received bid, as far as grading needs it.
pub enum Standing {
    Eligible,
    /// Somebody has yet to decide on it.
    Undecided(&'static str),
    /// Ineligible, withdrawn or refused.
    Out,
}

pub fn standing(wire: &bids::Bid) -> Result<(BidId, Standing), Unusable> {
    use bids::bid::State as Wire;
    let standing = match wire.state() {
        Wire::Eligible => Standing::Eligible,
        Wire::Submitted => Standing::Undecided("submitted"),
        Wire::HeldLate => Standing::Undecided("held late"),
        Wire::Unspecified
        | Wire::Draft
        | Wire::Ineligible
        | Wire::Withdrawn
        | Wire::NotSubmitted
        | Wire::RejectedLate => Standing::Out,
    };
    Ok((bid_id(wire)?, standing))
}

fn bid_id(wire: &bids::Bid) -> Result<BidId, Unusable> {
    wire.id.parse().map_err(|_| unusable("a bid", "an identity"))
}

fn organisation_id(text: &str) -> Result<OrgId, Unusable> {
    text.parse().map_err(|_| unusable("a bid", "an organisation that can be read"))
}

/// An organisation of the content; empty means the applicant.
fn or_applicant(text: &str, applicant: OrgId) -> Result<OrgId, Unusable> {
    if text.is_empty() { Ok(applicant) } else { organisation_id(text) }
}

/// Every organisation that has to do with a bid, the applicant first, each once.
pub fn organisations_of(wire: &bids::Bid) -> Result<Vec<OrgId>, Unusable> {
    let content = wire.content.as_ref().ok_or_else(|| unusable("a bid", "content"))?;
    let applicant = organisation_id(&wire.applicant_organisation_id)?;
    let mut found = vec![applicant];
    for id in [&content.lead_organisation_id, &content.payee_organisation_id] {
        found.push(or_applicant(id, applicant)?);
    }
    for participant in &wire.participants {
        found.push(organisation_id(&participant.organisation_id)?);
    }
    let mut seen = std::collections::HashSet::new();
    found.retain(|id| seen.insert(*id));
    Ok(found)
}

/// An eligible bid at its present revision, with its answers. Whether it can be funded in part is not known here.
pub fn bid(wire: bids::Bid, register: &Register) -> Result<(AssessedBid, Vec<Answer>), Unusable> {
    let id = bid_id(&wire)?;
    let mut parties = organisations_of(&wire)?
        .into_iter()
        .map(|organisation| Party { organisation, name: register.name(organisation) });
    let applicant = parties.next().ok_or_else(|| unusable("a bid", "an applicant"))?;
    let participants = parties.collect();
    let content = wire.content.ok_or_else(|| unusable("a bid", "content"))?;
    let requested = content.requested.clone().and_then(|sum| Money::try_from(sum).ok());
    let language = Language::of_wire(content.language()).unwrap_or(Language::En);
    let answers = content.answers.into_iter().map(|one| Answer { question: one.question_id, text: one.text });
    let bid = AssessedBid {
        id,
        number: wire.number,
        title: content.title,
        summary: content.summary,
        language,
        instrument: content.instrument,
        requested: requested.ok_or_else(|| unusable("a bid", "a sum asked for"))?,
        months: content.months,
        lead: or_applicant(&content.lead_organisation_id, applicant.organisation)?,
        payee: or_applicant(&content.payee_organisation_id, applicant.organisation)?,
        applicant,
        participants,
        partners: content.partners,
        revision: wire.revision,
        digest: wire.content_sha256,
        attachments: wire.attachments.into_iter().map(attachment).collect::<Result<_, _>>()?,
        scalable: false,
    };
    Ok((bid, answers.collect()))
}

fn attachment(wire: bids::Attachment) -> Result<Attachment, Unusable> {
    Ok(Attachment {
        id: wire.id.parse().map_err(|_| unusable("an attachment", "an identity"))?,
        file_name: wire.file_name,
        media_type: wire.media_type,
        size_bytes: wire.size_bytes,
        sha256: wire.sha256,
    })
}

/// Who sits on a seat, by name, and the seat.
pub fn seat(wire: registry::Seat) -> Result<(PersonId, String, Seat), Unusable> {
    let seat = Seat {
        board: wire.board_id.parse().map_err(|_| unusable("a seat", "a board"))?,
        organisation: wire.organisation_id.parse().map_err(|_| unusable("a seat", "an organisation"))?,
        voting: wire.voting,
    };
    let person = wire.person_id.parse().map_err(|_| unusable("a seat", "a person"))?;
    Ok((person, wire.person_name, seat))
}

/// Somebody's name, and the organisations for which they work: their own, and those of their roles at councils.
pub fn person(wire: registry::Person) -> Result<(String, Vec<OrgId>), Unusable> {
    use registry::Role;
    let council = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];
    let of_roles = wire.grants.iter().filter(|grant| council.contains(&grant.role()));
    let mut organisations = Vec::new();
    for id in std::iter::once(&wire.organisation_id).chain(of_roles.map(|grant| &grant.organisation_id)) {
        organisations.push(id.parse().map_err(|_| unusable("a person", "an organisation that can be read"))?);
    }
    Ok((wire.name, organisations))
}

/// An organisation's names, the official one first, and its predecessors and successors.
pub fn organisation(wire: registry::Organisation) -> Result<Organisation, Unusable> {
    let details = wire.details.ok_or_else(|| unusable("an organisation", "details"))?;
    let names = [details.name, details.name_cy, details.short_name];
    let mut relatives = Vec::new();
    for id in wire.predecessor_ids.iter().chain(&details.successor_ids) {
        relatives.push(id.parse().map_err(|_| unusable("an organisation", "relatives that can be read"))?);
    }
    Ok(Organisation { names: names.into_iter().filter(|name| !name.is_empty()).collect(), relatives })
}
