//! Messages of rounds, bids and the registry, as grading keeps them.

use kit::call::{band, board, criterion, question, scale, text};
use kit::ids::{BidId, OrgId, PersonId, RoundId};
use kit::language::Language;
use kit::neighbour::Unusable;
use kit::wire::{Reader, read};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

use crate::app::{Concerned, Pinned};
use crate::bid::{Answer, AssessedBid, Attachment, Party};
use crate::call::{Call, Instrument, Published, Rubric};
use crate::panel::Seat;
use crate::panel::derive::Organisation;
use crate::panel::near_miss::Hint;

/// A round as it is graded. None for a draft and for one that was called off.
pub fn call(wire: rounds::Round) -> Result<Option<Call>, Unusable> {
    use rounds::round::State as Wire;
    match wire.state() {
        Wire::Unspecified | Wire::Draft | Wire::Cancelled => Ok(None),
        Wire::Scheduled | Wire::Open | Wire::Closed => {
            read(format!("round {}", wire.id), |reader| from_round(reader, wire)).map(Some)
        }
    }
}

/// The rules of a round, as bids are judged by them.
fn from_round(reader: &mut Reader, wire: rounds::Round) -> Option<Call> {
    let round = reader.id("id", &wire.id);
    let announces = wire.timetable.and_then(|timetable| timetable.announces);
    let announces = reader.required("timetable.announces", announces);
    let announces = announces.and_then(|announces| reader.deadline("timetable.announces", announces));
    let rules = reader.required("rules", wire.rules)?;
    let title = text(reader, "rules.title", rules.title);
    let boards = reader.each("rules.boards", rules.boards, board);
    let instruments = reader.each("rules.instruments", rules.instruments, instrument);
    let questions = reader.each("rules.form.questions", rules.form.unwrap_or_default().questions, question);
    let criteria = reader.each("rules.criteria", rules.criteria, criterion);
    let scale = reader.required("rules.scale", rules.scale).map(|wire| scale(reader, "rules.scale", wire));
    let bands = rules.bands.into_iter().map(band).collect();
    let rubric = Rubric { criteria, scale: scale?, bands, non_voting_may_score: rules.non_voting_seats_may_score };
    let (round, title, announces) = (round?, title?, announces?);
    Some(Call { round, reference: rules.reference, title, rubric, boards, instruments, questions, announces })
}

fn instrument(reader: &mut Reader, field: &str, wire: rounds::Instrument) -> Option<Instrument> {
    let name = text(reader, &format!("{field}.name"), wire.name);
    let pot = reader.money(&format!("{field}.pot"), wire.pot);
    let floor = reader.money(&format!("{field}.floor"), wire.floor);
    let ceiling = reader.money(&format!("{field}.ceiling"), wire.ceiling);
    Some(Instrument { code: wire.code, name: name?, pot: pot?, floor: floor?, ceiling: ceiling? })
}

/// What an event says of a round that is being graded. None for what grading does not follow.
pub fn published(wire: rounds::Round) -> Result<Option<(RoundId, Published)>, Unusable> {
    use rounds::round::State as Wire;
    read(format!("round {}", wire.id), |reader| {
        let round = reader.id("id", &wire.id)?;
        let published = match wire.state() {
            Wire::Unspecified | Wire::Draft => None,
            Wire::Cancelled => Some(Published::Cancelled { reason: wire.reason }),
            Wire::Scheduled | Wire::Open | Wire::Closed => {
                match wire.timetable.and_then(|timetable| timetable.announces) {
                    None => None,
                    Some(wire) => Some(Published::Announces(reader.deadline("timetable.announces", wire)?)),
                }
            }
        };
        Some(published.map(|published| (round, published)))
    })
}

/// Where a received bid stands, as far as grading needs it.
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
    Ok((read(format!("bid {}", wire.id), |reader| reader.id("id", &wire.id))?, standing))
}

/// An eligible bid at its present revision, with its answers. What its parties are called, and whether it can be
/// funded in part, is not known here.
pub fn bid(wire: bids::Bid) -> Result<Pinned, Unusable> {
    read(format!("bid {}", wire.id), |reader| from_bid(reader, wire))
}

fn from_bid(reader: &mut Reader, wire: bids::Bid) -> Option<Pinned> {
    let id = reader.id("id", &wire.id);
    let applicant = reader.id("applicant_organisation_id", &wire.applicant_organisation_id);
    let organisations = reader.each("participants", wire.participants, |reader, field, participant| {
        reader.id(&format!("{field}.organisation_id"), &participant.organisation_id)
    });
    let attachments = reader.each("attachments", wire.attachments, attachment);
    let was_asked = !wire.participations.is_empty();
    let parts = reader.each("participations", wire.participations, participation);
    let mut hints = reader.each("declared_conflicts", wire.declared_conflicts, declared_conflict);
    let content = reader.required("content", wire.content)?;
    let language = Language::of_wire(content.language()).unwrap_or(Language::En);
    let requested = reader.money("content.requested", content.requested);
    let lead = reader.id_or_none("content.lead_organisation_id", &content.lead_organisation_id);
    let payee = reader.id_or_none("content.payee_organisation_id", &content.payee_organisation_id);
    // Where the content names nobody else, the applicant leads and is paid.
    let applicant = applicant?;
    let (lead, payee) = (lead?.unwrap_or(applicant), payee?.unwrap_or(applicant));
    let mut confirmed = Vec::new();
    for (organisation, state) in parts {
        use bids::participation::State as Wire;
        match state {
            Wire::Confirmed => confirmed.push(organisation),
            Wire::Asked => hints.push(Hint::Asked { organisation }),
            Wire::Left => hints.push(Hint::Left { organisation }),
            Wire::Declined | Wire::Unspecified => {}
        }
    }
    let answer = |bids::Answer { question_id, text }| Answer { question: question_id, text };
    let bid = AssessedBid {
        id: id?,
        number: wire.number,
        title: content.title,
        summary: content.summary,
        language,
        instrument: content.instrument,
        requested: requested?,
        months: content.months,
        applicant: Party::unnamed(applicant),
        lead,
        payee,
        participants: others(applicant, [&[lead, payee], &*organisations].concat()),
        partners: content.partners,
        revision: wire.revision,
        digest: wire.content_sha256,
        attachments,
        scalable: false,
        // An older bid says nothing of who was asked: all who are named take part.
        confirmed: was_asked.then_some(confirmed),
    };
    Some(Pinned { bid, answers: content.answers.into_iter().map(answer).collect(), hints })
}

fn participation(
    reader: &mut Reader,
    field: &str,
    wire: bids::Participation,
) -> Option<(OrgId, bids::participation::State)> {
    let state = wire.state();
    Some((reader.id(&format!("{field}.organisation_id"), &wire.organisation_id)?, state))
}

fn declared_conflict(reader: &mut Reader, field: &str, wire: bids::DeclaredConflict) -> Option<Hint> {
    use bids::declared_conflict::Whose;
    let words = wire.words;
    Some(match reader.required(&format!("{field}.whose"), wire.whose)? {
        Whose::PersonId(id) => Hint::OfPerson { person: reader.id(&format!("{field}.person_id"), &id)?, words },
        Whose::OrganisationId(id) => {
            Hint::OfOrganisation { organisation: reader.id(&format!("{field}.organisation_id"), &id)?, words }
        }
        Whose::Name(name) => Hint::OfName { name, words },
    })
}

/// All but the applicant, each once.
fn others(applicant: OrgId, mut organisations: Vec<OrgId>) -> Vec<Party> {
    let mut seen = std::collections::HashSet::from([applicant]);
    organisations.retain(|id| seen.insert(*id));
    organisations.into_iter().map(Party::unnamed).collect()
}

fn attachment(reader: &mut Reader, field: &str, wire: bids::Attachment) -> Option<Attachment> {
    let bids::Attachment { id, file_name, media_type, size_bytes, sha256 } = wire;
    Some(Attachment { id: reader.id(&format!("{field}.id"), &id)?, file_name, media_type, size_bytes, sha256 })
}

/// Who sits on a seat, by name, and the seat.
pub fn seat(wire: registry::Seat) -> Result<(PersonId, String, Seat), Unusable> {
    read(format!("seat {}", wire.id), |reader| {
        let board = reader.id("board_id", &wire.board_id);
        let organisation = reader.id("organisation_id", &wire.organisation_id);
        let person = reader.id("person_id", &wire.person_id);
        let seat = Seat { board: board?, organisation: organisation?, voting: wire.voting };
        Some((person?, wire.person_name, seat))
    })
}

/// Somebody's name, and the organisations for which they work: their own, and those of their roles at councils.
pub fn person(wire: registry::Person) -> Result<(String, Vec<OrgId>), Unusable> {
    use registry::Role;
    let council = [Role::ApplicantOfficer, Role::Certifier, Role::CouncilAdministrator];
    let of_roles = wire.grants.into_iter().filter(|grant| council.contains(&grant.role()));
    let ids = std::iter::once(wire.organisation_id).chain(of_roles.map(|grant| grant.organisation_id)).collect();
    Ok((wire.name, organisations(format!("person {}", wire.id), ids)?))
}

/// Whether somebody has a duty for the network or in the learning from it, and which organisations are their own: their
/// home, and all that they have a role for.
pub fn concerned(wire: registry::Person) -> Result<Concerned, Unusable> {
    let has_duty = wire.grants.iter().any(|grant| is_duty(grant.role()));
    let ids = std::iter::once(wire.organisation_id).chain(wire.grants.into_iter().map(|grant| grant.organisation_id));
    Ok(Concerned { has_duty, organisations: organisations(format!("person {}", wire.id), ids.collect())? })
}

fn is_duty(role: registry::Role) -> bool {
    use registry::Role;
    match role {
        Role::NetworkAdministrator
        | Role::RoundManager
        | Role::PanelChair
        | Role::Clerk
        | Role::FinanceOfficer
        | Role::LearningConsultant
        | Role::Editor
        | Role::Auditor
        | Role::DataProtectionOfficer => true,
        Role::Unspecified | Role::ApplicantOfficer | Role::Certifier | Role::Reviewer | Role::CouncilAdministrator => {
            false
        }
    }
}

/// An organisation's names, the official one first, and its predecessors and successors.
pub fn organisation(wire: registry::Organisation) -> Result<Organisation, Unusable> {
    let what = format!("organisation {}", wire.id);
    let details = read(what.as_str(), |reader| reader.required("details", wire.details))?;
    let names = [details.name, details.name_cy, details.short_name];
    let relatives = organisations(what, [wire.predecessor_ids, details.successor_ids].concat())?;
    Ok(Organisation { names: names.into_iter().filter(|name| !name.is_empty()).collect(), relatives })
}

fn organisations(what: String, ids: Vec<String>) -> Result<Vec<OrgId>, Unusable> {
    read(what, |reader| Some(reader.ids("organisation_ids", ids)))
}
