//! Lists asked for: their page, bound to the request, and their filter.

use kit::cx::Cx;
use kit::fault::Violation;
use kit::ids::{AssessmentId, BidId, MeetingId, PersonId, RoundId};
use kit::paging::{Listed, Page};
use kit::wire::Reader;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toadlane_proto::grading::v1 as pb;

use super::reviews::state_name;

type Asked<T> = Result<T, Vec<Violation>>;

/// Reads what was asked; `bound` is the request with page size and token cleared.
fn listed<I, K>(cx: &Cx, of: (&str, &str), size: i32, token: &str, bound: &impl prost::Message) -> Asked<Listed<I, K>>
where
    I: std::str::FromStr<Err: std::fmt::Display>,
    K: Serialize + DeserializeOwned,
{
    let mut reader = Reader::new();
    let id = reader.id(of.0, of.1);
    let page = reader.page(cx, size, token, bound);
    reader.finish(id.zip(page).map(|(filter, page)| Listed { filter, page }))
}

/// The filter of a list of assessments.
#[derive(Clone, Debug)]
pub struct AssessmentsListed {
    pub round: Option<RoundId>,
    pub page: Page<String>,
}

pub fn assessments(cx: &Cx, wire: pb::ListAssessmentsRequest) -> Asked<AssessmentsListed> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let bound = pb::ListAssessmentsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    reader.finish(round.zip(page).map(|(round, page)| AssessmentsListed { round, page }))
}

pub fn members(cx: &Cx, wire: pb::ListPanelMembersRequest) -> Asked<Listed<AssessmentId, String>> {
    let bound = pb::ListPanelMembersRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn bids(cx: &Cx, wire: pb::ListAssessedBidsRequest) -> Asked<Listed<AssessmentId, i64>> {
    let bound = pb::ListAssessedBidsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

/// The filter of a list of interests.
#[derive(Clone, Debug)]
pub struct InterestsListed {
    pub assessment: AssessmentId,
    pub person: Option<PersonId>,
    pub page: Page<String>,
}

pub fn interests(cx: &Cx, wire: pb::ListInterestsRequest) -> Asked<InterestsListed> {
    let mut reader = Reader::new();
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let person = reader.id_or_none("person_id", &wire.person_id);
    let bound = pb::ListInterestsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let asked = (|| Some(InterestsListed { assessment: assessment?, person: person?, page: page? }))();
    reader.finish(asked)
}

/// The filter of a list of reviews.
#[derive(Clone, Debug)]
pub struct ReviewsListed {
    pub assessment: AssessmentId,
    pub bid: Option<BidId>,
    pub reviewer: Option<PersonId>,
    pub states: Vec<&'static str>,
    pub page: Page<String>,
}

pub fn reviews_listed(cx: &Cx, wire: pb::ListReviewsRequest) -> Asked<ReviewsListed> {
    let mut reader = Reader::new();
    let assessment = reader.id("assessment_id", &wire.assessment_id);
    let bid = reader.id_or_none("bid_id", &wire.bid_id);
    let reviewer = reader.id_or_none("reviewer_id", &wire.reviewer_id);
    let states = wire.states().filter_map(state_name).collect();
    let bound = pb::ListReviewsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let asked = (|| {
        let (bid, reviewer) = (bid?, reviewer?);
        Some(ReviewsListed { assessment: assessment?, bid, reviewer, states, page: page? })
    })();
    reader.finish(asked)
}

pub fn meetings(cx: &Cx, wire: pb::ListMeetingsRequest) -> Asked<Listed<AssessmentId, (i64, String)>> {
    let bound = pb::ListMeetingsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn quorums(cx: &Cx, wire: pb::ListQuorumsRequest) -> Asked<Listed<MeetingId, i64>> {
    let bound = pb::ListQuorumsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("meeting_id", &wire.meeting_id), wire.page_size, &wire.page_token, &bound)
}

pub fn recommendations(cx: &Cx, wire: pb::ListRecommendationsRequest) -> Asked<Listed<AssessmentId, (i64, i32)>> {
    let bound = pb::ListRecommendationsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn determinations(cx: &Cx, wire: pb::ListDeterminationsRequest) -> Asked<Listed<AssessmentId, i64>> {
    let bound = pb::ListDeterminationsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("assessment_id", &wire.assessment_id), wire.page_size, &wire.page_token, &bound)
}

pub fn outcomes(cx: &Cx, wire: pb::ListOutcomesRequest) -> Asked<Listed<RoundId, i64>> {
    let bound = pb::ListOutcomesRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    listed(cx, ("round_id", &wire.round_id), wire.page_size, &wire.page_token, &bound)
}
