//! Parses requests, by service, into commands and list filters. Every bad field is reported at once; what the field
//! rules of the contract already check is not repeated here.

pub mod assessments;
pub mod decisions;
pub mod reviews;

use kit::wire::Reader;

use crate::app::OnBid;

fn on_bid(reader: &mut Reader, assessment: &str, bid: &str) -> Option<OnBid> {
    let assessment = reader.id("assessment_id", assessment);
    let bid = reader.id("bid_id", bid);
    Some(OnBid { assessment: assessment?, bid: bid? })
}
