//! The round as far as it was played: the network that called for it, and its bids.

use toadlane_proto::bids::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;

use crate::network::Network;

/// One bid as it was handed in.
#[derive(Clone)]
pub struct SubmittedBid {
    pub order: u32,
    pub council: String,
    pub title: String,
    pub client_reference: String,
    pub bid: pb::Bid,
    pub receipt: pb::Receipt,
}

/// The round after its close.
pub struct Round {
    pub network: Network,
    pub round: rounds::Round,
    /// In the order of their submission.
    pub bids: Vec<SubmittedBid>,
}

impl Round {
    pub fn bid(&self, bid_id: &str) -> Option<&SubmittedBid> {
        self.bids.iter().find(|submitted| submitted.bid.id == bid_id)
    }

    pub fn number_of(&self, bid_id: &str) -> i64 {
        self.bid(bid_id).map_or(0, |submitted| submitted.bid.number)
    }
}
