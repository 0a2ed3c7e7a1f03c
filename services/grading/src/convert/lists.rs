//! Lists asked for: each a filter and a page, bound to the request. What a caller finds in those of one assessment is
//! for their sight to say.

use kit::cx::Cx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, MeetingId, RoundId};
use kit::paging::Listed;
use kit::wire::Reader;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toadlane_proto::grading::v1 as pb;

use super::reviews::state_name;
use crate::store::{AssessmentFilter, InterestFilter, ReviewFilter};
use crate::{policy, sight};

/// Reads what was asked; `bound` is the request with page size and token cleared.
fn listed<I, K>(
    cx: &Cx,
    of: (&str, &str),
    size: i32,
    token: &str,
    bound: &impl prost::Message,
) -> Result<Listed<I, K>, Vec<Violation>>
where
    I: std::str::FromStr<Err: std::fmt::Display>,
    K: Serialize + DeserializeOwned,
{
    let mut reader = Reader::new();
    let id = reader.id(of.0, of.1);
    let page = reader.page(cx, size, token, bound);
    reader.finish(id.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_assessments(
    cx: &Cx,
    wire: &pb::ListAssessmentsRequest,
) -> Result<Listed<AssessmentFilter>, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let bound = pb::ListAssessmentsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = AssessmentFilter {
        round: round.flatten(),
        all: policy::finds_all(&cx.caller),
        person: sight::person(&cx.caller),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

pub fn list_panel_members(cx: &Cx, wire: &pb::ListPanelMembersRequest) -> Result<Listed<AssessmentId>, Vec<Violation>> {
    let bound = pb::ListPanelMembersRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn list_assessed_bids(
    cx: &Cx,
    wire: &pb::ListAssessedBidsRequest,
) -> Result<Listed<AssessmentId, i64>, Vec<Violation>> {
    let bound = pb::ListAssessedBidsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn list_interests(cx: &Cx, wire: &pb::ListInterestsRequest) -> Result<Listed<InterestFilter>, Vec<Violation>> {
    let mut reader = Reader::new();
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let person = reader.id_or_none("person_id", &wire.person_id);
    let bound = pb::ListInterestsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = assessment.map(|assessment| InterestFilter { assessment, person: person.flatten() });
    reader.finish(filter.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_reviews(cx: &Cx, wire: &pb::ListReviewsRequest) -> Result<Listed<ReviewFilter>, Vec<Violation>> {
    let mut reader = Reader::new();
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let bid = reader.id_or_none("bid_id", &wire.bid_id);
    let reviewer = reader.id_or_none("reviewer_id", &wire.reviewer_id);
    let states = wire.states().filter_map(state_name).collect();
    let bound = pb::ListReviewsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let (bid, reviewer) = (bid.flatten(), reviewer.flatten());
    let filter = assessment.map(|assessment| ReviewFilter { assessment, bid, reviewer, states });
    reader.finish(filter.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_meetings(
    cx: &Cx,
    wire: &pb::ListMeetingsRequest,
) -> Result<Listed<AssessmentId, (i64, String)>, Vec<Violation>> {
    let bound = pb::ListMeetingsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn list_quorums(cx: &Cx, wire: &pb::ListQuorumsRequest) -> Result<Listed<MeetingId, i64>, Vec<Violation>> {
    let bound = pb::ListQuorumsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("meeting_id", &wire.meeting_id), wire.page_size, &wire.page_token, &bound)
}

pub fn list_recommendations(
    cx: &Cx,
    wire: &pb::ListRecommendationsRequest,
) -> Result<Listed<AssessmentId, (i64, i32)>, Vec<Violation>> {
    let bound = pb::ListRecommendationsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn list_determinations(
    cx: &Cx,
    wire: &pb::ListDeterminationsRequest,
) -> Result<Listed<AssessmentId, i64>, Vec<Violation>> {
    let bound = pb::ListDeterminationsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn list_outcomes(cx: &Cx, wire: &pb::ListOutcomesRequest) -> Result<Listed<RoundId, i64>, Vec<Violation>> {
    let bound = pb::ListOutcomesRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("round_id", &wire.round_id), wire.page_size, &wire.page_token, &bound)
}
