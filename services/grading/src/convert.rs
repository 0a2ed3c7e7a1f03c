//! Wire to command, and domain to wire. Every bad field is reported at once; what the field rules of the contract
//! already hold is not said again here.

mod assessments;
mod decisions;
mod lists;
mod peers;
mod requests;
mod reviews;

pub use assessments::{assessed_bid, assessment, interest, panel_member, with_text};
pub use decisions::{determination, letter, meeting, outcome, quorum, recommendation, record};
pub use lists::{
    list_assessed_bids, list_assessments, list_determinations, list_interests, list_meetings, list_outcomes,
    list_panel_members, list_quorums, list_recommendations, list_reviews,
};
pub use peers::{Standing, bid, call, organisation, organisations_of, person, round_now, seat, standing};
pub use requests::{AcceptReview, CancelReview, DeclineReview, ReturnReview};
pub use reviews::{moderation, ranking, review};

use kit::wire::any;
use prost::Message;
use prost_types::Any;
use toadlane_proto::grading::v1 as pb;

use crate::assessment::AssessmentNow;
use crate::error::Newer;

pub const ASSESSMENT: &str = "toadlane.grading.v1.Assessment";
pub const INTEREST: &str = "toadlane.grading.v1.Interest";
pub const REVIEW: &str = "toadlane.grading.v1.Review";
pub const MODERATION: &str = "toadlane.grading.v1.Moderation";
pub const MEETING: &str = "toadlane.grading.v1.Meeting";

/// The present version for the details of a refusal. Of an assessment without the instant, which is not at hand.
pub fn newer_as_any(newer: Newer) -> Any {
    match newer {
        Newer::Assessment(newer) => {
            let as_of = newer.opened_at;
            let wire = pb::Assessment { as_of: None, ..assessment(AssessmentNow { assessment: newer, as_of }) };
            any(ASSESSMENT, wire.encode_to_vec())
        }
        Newer::Interest(newer) => any(INTEREST, interest(newer).encode_to_vec()),
        Newer::Review(newer) => any(REVIEW, review(newer).encode_to_vec()),
        Newer::Moderation(newer) => any(MODERATION, moderation(newer).encode_to_vec()),
        Newer::Meeting(newer) => any(MEETING, meeting(newer).encode_to_vec()),
    }
}

/// An answer that names bids. A stored one is given again only while the caller may see all of them.
pub trait NamesBids {
    fn bid_ids(&self) -> Vec<&str>;
}

impl NamesBids for pb::Assessment {
    fn bid_ids(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl NamesBids for pb::PanelMember {
    fn bid_ids(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl NamesBids for pb::Meeting {
    fn bid_ids(&self) -> Vec<&str> {
        Vec::new()
    }
}

impl NamesBids for pb::Interest {
    fn bid_ids(&self) -> Vec<&str> {
        vec![&self.bid_id]
    }
}

impl NamesBids for pb::AssignReviewsResponse {
    fn bid_ids(&self) -> Vec<&str> {
        self.reviews.iter().map(|review| review.bid_id.as_str()).collect()
    }
}

impl NamesBids for pb::Review {
    fn bid_ids(&self) -> Vec<&str> {
        vec![&self.bid_id]
    }
}

impl NamesBids for pb::Moderation {
    fn bid_ids(&self) -> Vec<&str> {
        vec![&self.bid_id]
    }
}

impl NamesBids for pb::Ranking {
    fn bid_ids(&self) -> Vec<&str> {
        self.bids.iter().map(|ranked| ranked.bid_id.as_str()).collect()
    }
}

impl NamesBids for pb::Recommendation {
    fn bid_ids(&self) -> Vec<&str> {
        vec![&self.bid_id]
    }
}

impl NamesBids for pb::Determination {
    fn bid_ids(&self) -> Vec<&str> {
        vec![&self.bid_id]
    }
}
