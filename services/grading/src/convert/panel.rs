//! Assessments, their panel, bids and interests, to the wire.

use kit::ids::OrgId;
use kit::language::Language;
use kit::wire::{etag, wire_name, wire_time};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use crate::app::reading::BidText;
use crate::assessment::{AssessmentNow, Board, Settings};
use crate::bid::{Answer, AssessedBid, Attachment, Party};
use crate::call::{Anchor, Band, Choice, Criterion, Part, Question, Rubric, Scale, Text};
use crate::panel::MemberNow;
use crate::panel::interest::{Interest, Kind, State as InterestState};
use crate::state::Stage;

impl From<AssessmentNow> for pb::Assessment {
    fn from(now: AssessmentNow) -> pb::Assessment {
        let AssessmentNow { assessment, as_of } = now;
        let state = assessment.state;
        pb::Assessment {
            id: assessment.id.to_string(),
            etag: etag(assessment.version),
            round_id: assessment.call.round.to_string(),
            round_reference: assessment.call.reference,
            state: stage(state.stage()).into(),
            boards: assessment.boards.into_iter().map(board).collect(),
            rubric: Some(rubric(assessment.call.rubric)),
            settings: Some(settings(assessment.settings)),
            opened_at: wire_time(assessment.opened_at),
            moderation_at: state.moderation_at().and_then(wire_time),
            determination_at: state.determination_at().and_then(wire_time),
            decided_at: state.decided_at().and_then(wire_time),
            announces: Some(assessment.call.announces.into()),
            announced_at: state.announced_at().and_then(wire_time),
            reason: assessment.reason,
            as_of: wire_time(as_of),
        }
    }
}

fn stage(stage: Stage) -> pb::assessment::State {
    pb::assessment::State::from_str_name(&wire_name(stage.name(), "STATE_")).unwrap_or_default()
}

fn board(board: Board) -> pb::AssessingBoard {
    pb::AssessingBoard {
        board_id: board.id.to_string(),
        name: board.name,
        part: part(board.part).into(),
        quorum: number(board.quorum),
    }
}

/// A count on the wire. None of ours comes near its end.
pub fn number(count: usize) -> i32 {
    i32::try_from(count).unwrap_or(i32::MAX)
}

fn rubric(rubric: Rubric) -> pb::Rubric {
    pb::Rubric {
        criteria: rubric.criteria.into_iter().map(criterion).collect(),
        scale: Some(scale(rubric.scale)),
        bands: rubric.bands.into_iter().map(band).collect(),
        non_voting_seats_may_score: rubric.non_voting_may_score,
    }
}

fn settings(settings: Settings) -> pb::AssessmentSettings {
    pb::AssessmentSettings {
        reviews_due: wire_time(settings.reviews_due),
        least_reviews: number(settings.least_reviews),
        tie_criterion: settings.tie_criterion,
        letters_ahead_minutes: settings.letters_ahead_minutes,
        scaling_question_id: settings.scaling_question.unwrap_or_default(),
    }
}

impl From<MemberNow> for pb::PanelMember {
    fn from(now: MemberNow) -> pb::PanelMember {
        let MemberNow { member, rubric } = now;
        let mut boards: Vec<String> = member.seats.iter().map(|seat| seat.board.to_string()).collect();
        boards.sort();
        boards.dedup();
        pb::PanelMember {
            person_id: member.person.to_string(),
            voting: member.votes(),
            may_score: member.may_score(&rubric),
            name: member.name,
            organisation_ids: member.organisations.iter().map(OrgId::to_string).collect(),
            board_ids: boards,
            substitute_for: member.stands_in_for.map(|person| person.to_string()).unwrap_or_default(),
            declared_at: member.declared_at.and_then(wire_time),
        }
    }
}

/// A bid without its text.
pub fn assessed_bid(bid: AssessedBid) -> pb::AssessedBid {
    pb::AssessedBid {
        bid_id: bid.id.to_string(),
        number: bid.number,
        title: bid.title,
        instrument: bid.instrument,
        requested: Some(bid.requested.into()),
        applicant: Some(party(bid.applicant)),
        participants: bid.participants.into_iter().map(party).collect(),
        partners: bid.partners,
        revision: bid.revision,
        content_sha256: bid.digest,
        content: None,
        questions: Vec::new(),
        attachments: bid.attachments.into_iter().map(attachment).collect(),
    }
}

/// A bid with its text, and the questions that it answers.
pub fn with_text(text: BidText) -> pb::AssessedBid {
    let BidText { bid, answers, call } = text;
    let content = content(bid.clone(), answers);
    let questions = call.questions.into_iter().map(question).collect();
    pb::AssessedBid { content: Some(content), questions, ..assessed_bid(bid) }
}

fn content(bid: AssessedBid, answers: Vec<Answer>) -> bids::BidContent {
    let language = Language::to_wire(Some(bid.language));
    let answer = |one: Answer| bids::Answer { question_id: one.question, text: one.text };
    bids::BidContent {
        title: bid.title,
        summary: bid.summary,
        language: language.into(),
        instrument: bid.instrument,
        requested: Some(bid.requested.into()),
        months: bid.months,
        lead_organisation_id: bid.lead.to_string(),
        payee_organisation_id: bid.payee.to_string(),
        partners: bid.partners,
        answers: answers.into_iter().map(answer).collect(),
    }
}

fn party(party: Party) -> pb::BidParty {
    pb::BidParty { organisation_id: party.organisation.to_string(), name: party.name }
}

fn attachment(file: Attachment) -> bids::Attachment {
    bids::Attachment {
        id: file.id.to_string(),
        file_name: file.file_name,
        media_type: file.media_type,
        size_bytes: file.size_bytes,
        sha256: file.sha256,
    }
}

impl From<Interest> for pb::Interest {
    fn from(one: Interest) -> pb::Interest {
        use pb::interest::State as Wire;
        let (state, reason, decided_at) = match one.state {
            InterestState::Declared => (Wire::Declared, String::new(), None),
            InterestState::Recused { reason, at } => (Wire::Recused, reason, wire_time(at)),
            InterestState::Cleared { reason, at } => (Wire::Cleared, reason, wire_time(at)),
        };
        pb::Interest {
            id: one.id.to_string(),
            etag: etag(one.version),
            assessment_id: one.assessment.to_string(),
            person_id: one.person.to_string(),
            bid_id: one.bid.to_string(),
            kind: kind(one.kind).into(),
            note: one.note,
            state: state.into(),
            reason,
            declared_at: wire_time(one.declared_at),
            decided_at,
        }
    }
}

fn kind(kind: Kind) -> pb::interest::Kind {
    pb::interest::Kind::from_str_name(&wire_name(kind.name(), "KIND_")).unwrap_or_default()
}

pub fn text(text: Text) -> types::LocalizedText {
    types::LocalizedText { en: text.en, cy: text.cy }
}

pub fn part(part: Part) -> rounds::grading_board::Part {
    rounds::grading_board::Part::from_str_name(&wire_name(part.name(), "PART_")).unwrap_or_default()
}

fn criterion(criterion: Criterion) -> rounds::Criterion {
    rounds::Criterion {
        code: criterion.code,
        name: Some(text(criterion.name)),
        guidance: criterion.guidance.map(text),
        weight: criterion.weight,
        minimum_mark: criterion.minimum,
        principle: criterion.principle,
    }
}

fn scale(scale: Scale) -> rounds::Scale {
    let anchor = |anchor: Anchor| rounds::Anchor { mark: anchor.mark, text: Some(text(anchor.text)) };
    rounds::Scale { min: scale.min, max: scale.max, anchors: scale.anchors.into_iter().map(anchor).collect() }
}

fn band(band: Band) -> rounds::GradeBand {
    rounds::GradeBand { grade: band.grade, at_least: band.at_least }
}

fn question(question: Question) -> rounds::Question {
    let kind = rounds::question::Type::from_str_name(&wire_name(question.kind.name(), "TYPE_")).unwrap_or_default();
    let option = |one: Choice| rounds::QuestionOption { code: one.code, label: Some(text(one.label)) };
    rounds::Question {
        id: question.id,
        label: Some(text(question.label)),
        help: question.help.map(text),
        r#type: kind.into(),
        required: question.required,
        word_limit: question.word_limit,
        options: question.options.into_iter().map(option).collect(),
        condition: question.condition.map(|one| rounds::Condition { question_id: one.question, equals: one.equals }),
    }
}
