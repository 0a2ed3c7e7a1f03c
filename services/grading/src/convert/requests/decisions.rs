//! Requests of DecisionsService.

use kit::cx::Parse;
use kit::fault::Violation;
use kit::ids::{BoardId, MeetingId, PersonId};
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use crate::app;
use crate::convert::peers::part;
use crate::decision::{Advice, Basis, Condition, Outcome};
use crate::meeting::Account;

fn account(reader: &mut Reader, place: String, present: Vec<String>, chair: &str, minutes: String) -> Option<Account> {
    let present = people(reader, "present", present);
    let chair = reader.id("chair_id", chair);
    Some(Account { place, present, chair: chair?, minutes })
}

fn people(reader: &mut Reader, field: &str, ids: Vec<String>) -> Vec<PersonId> {
    reader.each(field, ids, |reader, field, id| reader.id(field, &id))
}

impl Parse for app::RecordMeeting {
    type Wire = pb::RecordMeetingRequest;

    fn parse(wire: Self::Wire) -> Result<app::RecordMeeting, Vec<Violation>> {
        let mut reader = Reader::new();
        let assessment = reader.id("assessment_id", &wire.assessment_id);
        let part = reader.known("part", part(wire.part()));
        let held_at = reader.time("held_at", wire.held_at);
        let account = account(&mut reader, wire.place, wire.present, &wire.chair_id, wire.minutes);
        let id = MeetingId::new();
        let command = (|| {
            Some(app::RecordMeeting { id, assessment: assessment?, part: part?, held_at: held_at?, account: account? })
        })();
        reader.finish(command)
    }
}

impl Parse for app::UpdateMeeting {
    type Wire = pb::UpdateMeetingRequest;

    fn parse(wire: Self::Wire) -> Result<app::UpdateMeeting, Vec<Violation>> {
        let mut reader = Reader::new();
        let target = reader.target("meeting_id", &wire.meeting_id, &wire.etag);
        let account = account(&mut reader, wire.place, wire.present, &wire.chair_id, wire.minutes);
        reader.finish(target.zip(account).map(|(target, account)| app::UpdateMeeting { target, account }))
    }
}

fn on_bid(reader: &mut Reader, assessment: &str, bid: &str) -> Option<app::OnBid> {
    let assessment = reader.id("assessment_id", assessment);
    let bid = reader.id("bid_id", bid);
    Some(app::OnBid { assessment: assessment?, bid: bid? })
}

fn conditions(reader: &mut Reader, wire: Vec<pb::GrantCondition>) -> Vec<Condition> {
    reader.each("conditions", wire, |reader, field, one| {
        let text = reader.said(&format!("{field}.text"), &one.text)?;
        Some(Condition { text, precedent: one.precedent })
    })
}

impl Parse for app::RecordRecommendation {
    type Wire = pb::RecordRecommendationRequest;

    fn parse(wire: Self::Wire) -> Result<app::RecordRecommendation, Vec<Violation>> {
        use pb::recommendation::Advice as Wire;
        let mut reader = Reader::new();
        let on = on_bid(&mut reader, &wire.assessment_id, &wire.bid_id);
        let advice = match wire.advice() {
            Wire::Unspecified => None,
            Wire::Fund => Some(Advice::Fund),
            Wire::FundInPart => Some(Advice::FundInPart),
            Wire::FundWithConditions => Some(Advice::FundWithConditions),
            Wire::Decline => Some(Advice::Decline),
            Wire::Defer => Some(Advice::Defer),
        };
        let advice = reader.known("advice", advice);
        let amount = reader.money_or_none("amount", wire.amount);
        let conditions = conditions(&mut reader, wire.conditions);
        let reason = reader.said("reason", &wire.reason);
        let meeting = reader.id("meeting_id", &wire.meeting_id);
        let command = (|| {
            let (amount, reason) = (amount?, reason?);
            Some(app::RecordRecommendation { on: on?, advice: advice?, amount, conditions, reason, meeting: meeting? })
        })();
        reader.finish(command)
    }
}

impl Parse for app::ReferBack {
    type Wire = pb::ReferBackRequest;

    fn parse(wire: Self::Wire) -> Result<app::ReferBack, Vec<Violation>> {
        let mut reader = Reader::new();
        let on = on_bid(&mut reader, &wire.assessment_id, &wire.bid_id);
        let meeting = reader.id("meeting_id", &wire.meeting_id);
        let question = reader.said("question", &wire.question);
        let command = (|| Some(app::ReferBack { on: on?, meeting: meeting?, question: question? }))();
        reader.finish(command)
    }
}

impl Parse for app::DetermineBid {
    type Wire = pb::DetermineBidRequest;

    fn parse(wire: Self::Wire) -> Result<app::DetermineBid, Vec<Violation>> {
        use pb::determination::Outcome as Wire;
        let mut reader = Reader::new();
        let on = on_bid(&mut reader, &wire.assessment_id, &wire.bid_id);
        let outcome = match wire.outcome() {
            Wire::Unspecified => None,
            Wire::Fund => Some(Outcome::Fund),
            Wire::FundInPart => Some(Outcome::FundInPart),
            Wire::Reserve => Some(Outcome::Reserve),
            Wire::Decline => Some(Outcome::Decline),
            Wire::Defer => Some(Outcome::Defer),
        };
        let outcome = reader.known("outcome", outcome);
        let basis = basis(&mut reader, wire.basis(), &wire.meeting_id, wire.deciders, &wire.board_id);
        let decided_on = reader.date_or_none("decided_on", &wire.decided_on);
        let amount = reader.money_or_none("amount", wire.amount);
        let conditions = conditions(&mut reader, wire.conditions);
        let reason = wire.reason;
        let command = (|| {
            let (outcome, amount, basis, decided_on) = (outcome?, amount?, basis?, decided_on?);
            Some(app::DetermineBid { on: on?, outcome, amount, conditions, reason, basis, decided_on })
        })();
        reader.finish(command)
    }
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
    let deciders = people(reader, "deciders", deciders);
    match wire {
        Wire::Unspecified => None,
        Wire::Meeting => reader.id_or_none::<MeetingId>("meeting_id", meeting)?.map(Basis::Meeting),
        Wire::Written => Some(Basis::Written { deciders }),
        Wire::OtherBoard => {
            let board = reader.id_or_none::<BoardId>("board_id", board)?;
            board.map(|board| Basis::OtherBoard { board, deciders })
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
