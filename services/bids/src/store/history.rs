//! The record of a bid's transitions: written once and never changed.

use kit::ids::BidId;

use crate::schema::history;

kit::history!(history, bid_id: BidId);
