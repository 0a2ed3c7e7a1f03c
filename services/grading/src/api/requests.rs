//! Parses requests, by service, into commands and list filters. Every bad field is reported at once; what the field
//! rules of the contract already check is not repeated here.

pub mod assessments;
pub mod decisions;
pub mod reviews;

use kit::ids::AssessmentId;
use kit::paging::Listed;
use kit::wire::Reader;

use crate::app::OnBid;

/// A page of what belongs to an assessment.
type OfAssessment<K> = Option<Listed<AssessmentId, K>>;

fn on_bid(reader: &mut Reader, assessment: &str, bid: &str) -> Option<OnBid> {
    let assessment = reader.id("assessment_id", assessment);
    let bid = reader.id("bid_id", bid);
    Some(OnBid { assessment: assessment?, bid: bid? })
}
