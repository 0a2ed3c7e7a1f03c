//! Pages of lists as the wire has them.

use kit::history::Line;
use kit::paging::Found;
use kit::time::Timestamp;
use toadlane_proto::bids::v1 as pb;

use super::{bid, clarification, duplicate, history_entry, revision, total_requested, without_answers};
use crate::bid::BidNow;
use crate::clarification::Clarification;
use crate::content::Revision;
use crate::duplicates::Pair;
use crate::store::Totals;

pub fn bids((found, totals, as_of): (Found<BidNow>, Totals, Timestamp)) -> pb::ListBidsResponse {
    let (bids, next_page_token) = found.wire(|now| without_answers(bid(now)));
    pb::ListBidsResponse {
        bids,
        next_page_token,
        total_size: totals.n_bids,
        total_requested: Some(total_requested(totals.requested_minor)),
        as_of: Some(as_of.into()),
    }
}

pub fn revisions(found: Found<Revision>) -> pb::ListRevisionsResponse {
    let (revisions, next_page_token) = found.wire(revision);
    pb::ListRevisionsResponse { revisions, next_page_token }
}

pub fn history(found: Found<Line>) -> pb::ListBidHistoryResponse {
    let (entries, next_page_token) = found.wire(history_entry);
    pb::ListBidHistoryResponse { entries, next_page_token }
}

pub fn clarifications(found: Found<Clarification>) -> pb::ListClarificationsResponse {
    let (clarifications, next_page_token) = found.wire(clarification);
    pb::ListClarificationsResponse { clarifications, next_page_token }
}

pub fn duplicates(found: Found<Pair>) -> pb::ListDuplicatesResponse {
    let (duplicates, next_page_token) = found.wire(duplicate);
    pb::ListDuplicatesResponse { duplicates, next_page_token }
}
