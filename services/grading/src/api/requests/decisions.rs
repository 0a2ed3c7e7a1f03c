//! Requests of DecisionsService.

use kit::fault::Violation;
use kit::ids::{BoardId, MeetingId};
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use super::on_bid;
use crate::app;
use crate::deciding::decision::{Basis, Condition};
use crate::deciding::meeting::Account;

fn account(reader: &mut Reader, place: String, present: Vec<String>, chair: &str, minutes: String) -> Option<Account> {
    let present = reader.ids("present", present);
    let chair = reader.id("chair_id", chair);
    Some(Account { place, present, chair: chair?, minutes })
}

pub fn record_meeting(wire: pb::RecordMeetingRequest, reader: &mut Reader) -> Option<app::RecordMeeting> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let part = reader.named("part", wire.part());
    let held_at = reader.time("held_at", wire.held_at);
    let account = account(reader, wire.place, wire.present, &wire.chair_id, wire.minutes);
    let id = MeetingId::new();
    Some(app::RecordMeeting { id, assessment: assessment?, part: part?, held_at: held_at?, account: account? })
}

pub fn update_meeting(wire: pb::UpdateMeetingRequest, reader: &mut Reader) -> Option<app::UpdateMeeting> {
    let target = reader.target("meeting_id", &wire.meeting_id, &wire.etag);
    let account = account(reader, wire.place, wire.present, &wire.chair_id, wire.minutes);
    Some(app::UpdateMeeting { target: target?, account: account? })
}

fn conditions(reader: &mut Reader, wire: Vec<pb::GrantCondition>) -> Vec<Condition> {
    reader.each("conditions", wire, |reader, field, condition| {
        let text = reader.text(&format!("{field}.text"), &condition.text)?;
        Some(Condition { text, precedent: condition.precedent })
    })
}

pub fn record_recommendation(
    wire: pb::RecordRecommendationRequest,
    reader: &mut Reader,
) -> Option<app::RecordRecommendation> {
    let on = on_bid(reader, &wire.assessment_id, &wire.bid_id);
    let advice = reader.named("advice", wire.advice());
    let amount = reader.money_or_none("amount", wire.amount);
    let conditions = conditions(reader, wire.conditions);
    let reason = reader.text("reason", &wire.reason);
    let meeting = reader.id("meeting_id", &wire.meeting_id);
    let (amount, reason) = (amount?, reason?);
    Some(app::RecordRecommendation { on: on?, advice: advice?, amount, conditions, reason, meeting: meeting? })
}

pub fn refer_back(wire: pb::ReferBackRequest, reader: &mut Reader) -> Option<app::ReferBack> {
    let on = on_bid(reader, &wire.assessment_id, &wire.bid_id);
    let meeting = reader.id("meeting_id", &wire.meeting_id);
    let question = reader.text("question", &wire.question);
    Some(app::ReferBack { on: on?, meeting: meeting?, question: question? })
}

pub fn refer_bid(wire: pb::ReferBidRequest, reader: &mut Reader) -> Option<app::ReferBid> {
    let on = on_bid(reader, &wire.assessment_id, &wire.bid_id);
    let board = reader.id("board_id", &wire.board_id);
    Some(app::ReferBid { on: on?, board: board? })
}

pub fn determine_bid(wire: pb::DetermineBidRequest, reader: &mut Reader) -> Option<app::DetermineBid> {
    let on = on_bid(reader, &wire.assessment_id, &wire.bid_id);
    let outcome = reader.named("outcome", wire.outcome());
    let basis = basis(reader, wire.basis(), &wire.meeting_id, wire.deciders, &wire.board_id);
    let decided_on = reader.date_or_none("decided_on", &wire.decided_on);
    let amount = reader.money_or_none("amount", wire.amount);
    let conditions = conditions(reader, wire.conditions);
    let reason = wire.reason;
    let (outcome, amount, basis, decided_on) = (outcome?, amount?, basis?, decided_on?);
    Some(app::DetermineBid { on: on?, outcome, amount, conditions, reason, basis, decided_on })
}

/// How a decision was taken. What belongs to another way of taking one must be left out.
fn basis(
    reader: &mut Reader,
    wire: pb::determination::Basis,
    meeting: &str,
    deciders: Vec<String>,
    board: &str,
) -> Option<Basis> {
    use pb::determination::Basis as Wire;
    let (has_meeting, has_deciders, has_board) = match wire {
        Wire::Unspecified => return reader.known("basis", None),
        Wire::Meeting => (true, false, false),
        Wire::Written => (false, true, false),
        Wire::OtherBoard => (false, true, true),
    };
    fits(reader, "meeting_id", meeting.is_empty(), has_meeting);
    fits(reader, "deciders", deciders.is_empty(), has_deciders);
    fits(reader, "board_id", board.is_empty(), has_board);
    let deciders = reader.ids("deciders", deciders);
    match wire {
        Wire::Unspecified => None,
        Wire::Meeting => reader.id_or_none::<MeetingId>("meeting_id", meeting)?.map(Basis::Meeting),
        Wire::Written => Some(Basis::Written { deciders }),
        Wire::OtherBoard => {
            let board = reader.id_or_none::<BoardId>("board_id", board)?;
            Some(Basis::OtherBoard { board: board?, deciders })
        }
    }
}

fn fits(reader: &mut Reader, field: &str, is_empty: bool, is_wanted: bool) {
    if is_empty && is_wanted {
        reader.add(Violation::new(field, "decision.basis", "give it: the decision rests on it"));
    } else if !is_empty && !is_wanted {
        reader.add(Violation::new(field, "decision.basis", "leave it out: the decision does not rest on it"));
    }
}
