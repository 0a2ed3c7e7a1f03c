//! Pages of lists as the wire has them.

use kit::paging::Found;
use toadlane_proto::grading::v1 as pb;

use super::{assessed_bid, outcome, quorum};
use crate::app::reading::{Counted, OutcomeNow};
use crate::assessment::AssessmentNow;
use crate::bid::AssessedBid;
use crate::deciding::decision::{Determination, Recommendation};
use crate::deciding::meeting::Meeting;
use crate::marking::review::Review;
use crate::panel::MemberNow;
use crate::panel::interest::Interest;
use crate::panel::quorum::Quorum;

pub fn assessments(found: Found<AssessmentNow>) -> pb::ListAssessmentsResponse {
    let (assessments, next_page_token) = found.wire(pb::Assessment::from);
    pb::ListAssessmentsResponse { assessments, next_page_token }
}

pub fn members(found: Found<MemberNow>) -> pb::ListPanelMembersResponse {
    let (members, next_page_token) = found.wire(pb::PanelMember::from);
    pb::ListPanelMembersResponse { members, next_page_token }
}

pub fn bids(counted: Counted<AssessedBid>) -> pb::ListAssessedBidsResponse {
    let (bids, next_page_token) = counted.found.wire(assessed_bid);
    pb::ListAssessedBidsResponse { bids, next_page_token, total_size: counted.total_size }
}

pub fn interests(found: Found<Interest>) -> pb::ListInterestsResponse {
    let (interests, next_page_token) = found.wire(pb::Interest::from);
    pb::ListInterestsResponse { interests, next_page_token }
}

pub fn reviews(found: Found<Review>) -> pb::ListReviewsResponse {
    let (reviews, next_page_token) = found.wire(pb::Review::from);
    pb::ListReviewsResponse { reviews, next_page_token }
}

pub fn meetings(found: Found<Meeting>) -> pb::ListMeetingsResponse {
    let (meetings, next_page_token) = found.wire(pb::Meeting::from);
    pb::ListMeetingsResponse { meetings, next_page_token }
}

pub fn quorums(found: Found<(AssessedBid, Quorum)>) -> pb::ListQuorumsResponse {
    let (quorums, next_page_token) = found.wire(quorum);
    pb::ListQuorumsResponse { quorums, next_page_token }
}

pub fn recommendations(found: Found<(i64, Recommendation)>) -> pb::ListRecommendationsResponse {
    let (recommendations, next_page_token) = found.wire(|(_, recommendation)| recommendation.into());
    pb::ListRecommendationsResponse { recommendations, next_page_token }
}

pub fn determinations(found: Found<(i64, Determination)>) -> pb::ListDeterminationsResponse {
    let (determinations, next_page_token) = found.wire(|(_, determination)| determination.into());
    pb::ListDeterminationsResponse { determinations, next_page_token }
}

pub fn outcomes(counted: Counted<OutcomeNow>) -> pb::ListOutcomesResponse {
    let (outcomes, next_page_token) = counted.found.wire(outcome);
    let as_of = Some(counted.as_of.into());
    pb::ListOutcomesResponse { outcomes, next_page_token, total_size: counted.total_size, as_of }
}
