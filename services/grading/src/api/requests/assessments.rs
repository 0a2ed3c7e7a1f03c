//! Requests of AssessmentsService.

use kit::ids::{AssessmentId, InterestId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::grading::v1 as pb;

use super::on_bid;
use crate::app::{self, OnBid};
use crate::assessment::Settings;
use crate::panel::interest::Step;
use crate::store::InterestFilter;

/// How many reviews a bid must have at least, whatever the manager says, and how many where they say nothing (rule 13).
const LEAST_REVIEWS: usize = 2;
const DEFAULT_REVIEWS: usize = 3;

pub fn open_assessment(wire: pb::OpenAssessmentRequest, reader: &mut Reader) -> Option<app::OpenAssessment> {
    let round = reader.id("round_id", &wire.round_id);
    let reviews_due = reader.time("reviews_due", wire.reviews_due);
    let least_reviews = match usize::try_from(wire.least_reviews) {
        Ok(0) => Some(DEFAULT_REVIEWS),
        Ok(least) if least >= LEAST_REVIEWS => Some(least),
        Ok(_) | Err(_) => reader.take("least_reviews", "int32.gte", Err("ask for at least two reviews of a bid")),
    };
    let settings = Settings {
        reviews_due: reviews_due?,
        least_reviews: least_reviews?,
        tie_criterion: wire.tie_criterion,
        letters_ahead_minutes: wire.letters_ahead_minutes,
        scaling_question: Some(wire.scaling_question_id).filter(|id| !id.is_empty()),
    };
    Some(app::OpenAssessment { id: AssessmentId::new(), round: round?, settings })
}

pub fn add_substitute(wire: pb::AddSubstituteRequest, reader: &mut Reader) -> Option<app::AddSubstitute> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let person = reader.id("person_id", &wire.person_id);
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let stands_in_for = reader.id("substitute_for", &wire.substitute_for);
    let (assessment, person, organisation) = (assessment?, person?, organisation?);
    Some(app::AddSubstitute { assessment, person, organisation, stands_in_for: stands_in_for? })
}

fn declared(reader: &mut Reader, field: &str, wire: pb::DeclaredInterest) -> Option<app::Declared> {
    let bid = reader.id(&format!("{field}.bid_id"), &wire.bid_id);
    let kind = reader.named(&format!("{field}.kind"), wire.kind());
    let note = reader.text(&format!("{field}.note"), &wire.note);
    Some(app::Declared { id: InterestId::new(), bid: bid?, kind: kind?, note: note? })
}

pub fn declare_interests(wire: pb::DeclareInterestsRequest, reader: &mut Reader) -> Option<app::DeclareInterests> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let interests = reader.each("interests", wire.interests, declared);
    Some(app::DeclareInterests { assessment: assessment?, interests })
}

pub fn record_interest(wire: pb::RecordInterestRequest, reader: &mut Reader) -> Option<app::RecordInterest> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let person = reader.id("person_id", &wire.person_id);
    let interest = reader.required("interest", wire.interest);
    let interest = interest.and_then(|interest| declared(reader, "interest", interest));
    let near_miss = reader.id_or_none("near_miss_id", &wire.near_miss_id);
    let (assessment, person) = (assessment?, person?);
    Some(app::RecordInterest { assessment, person, interest: interest?, near_miss: near_miss? })
}

pub fn answer_interest(wire: pb::AnswerInterestRequest, reader: &mut Reader) -> Option<app::AnswerInterest> {
    let target = reader.target("interest_id", &wire.interest_id, &wire.etag);
    let answer = reader.text("answer", &wire.answer);
    Some(app::AnswerInterest { target: target?, answer: answer? })
}

pub fn decide_interest(wire: pb::DecideInterestRequest, reader: &mut Reader) -> Option<app::DecideInterest> {
    let target = reader.target("interest_id", &wire.interest_id, &wire.etag);
    let step = match wire.state() {
        pb::interest::State::Recused => Some(Step::Recuse),
        pb::interest::State::Cleared => Some(Step::Clear),
        pb::interest::State::Unspecified | pb::interest::State::Declared | pb::interest::State::Recorded => None,
    };
    let step = reader.known("state", step);
    let reason = reader.text("reason", &wire.reason);
    Some(app::DecideInterest { target: target?, step: step?, reason: reason? })
}

pub fn close_assessment(wire: pb::CloseAssessmentRequest, reader: &mut Reader) -> Option<app::CloseAssessment> {
    let target = reader.target("assessment_id", &wire.assessment_id, &wire.etag);
    let (departure_reason, over_commitment_reason) = (wire.departure_reason, wire.over_commitment_reason);
    Some(app::CloseAssessment { target: target?, departure_reason, over_commitment_reason })
}

pub fn get_assessed_bid(wire: pb::GetAssessedBidRequest, reader: &mut Reader) -> Option<OnBid> {
    on_bid(reader, &wire.assessment_id, &wire.bid_id)
}

pub fn list_interests(
    wire: pb::ListInterestsRequest,
    reader: &mut Reader,
) -> Option<Listed<InterestFilter, InterestId>> {
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let person = reader.id_or_none("person_id", &wire.person_id);
    let page = reader.page(wire.page_size, &wire.page_token);
    Some(Listed { filter: InterestFilter { assessment: assessment?, person: person? }, page: page? })
}
