//! The ranking of what the store holds.

use kit::db::Conn;
use kit::ids::{AssessmentId, BidId};

use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::error::Error;
use crate::marking::moderation::{Casting, Moderation};
use crate::marking::ranking::{self, Entry, Ranking, Reviewed, Rules};
use crate::marking::review::Review;
use crate::store;

/// The ranking of all bids but the hidden ones: as if these had never been handed in.
pub fn rank(conn: &mut Conn, assessment: &Assessment, hidden: &[BidId]) -> Result<Ranking, Error> {
    let entries = entries(conn, assessment.id, hidden)?;
    rank_entries(assessment, &entries, &store::castings(conn, assessment.id)?)
}

pub fn rank_entries(assessment: &Assessment, entries: &[Entry], castings: &[Casting]) -> Result<Ranking, Error> {
    let rules = Rules { rubric: &assessment.call.rubric, tie_criterion: &assessment.settings.tie_criterion };
    Ok(ranking::rank(rules, entries, castings)?)
}

/// All bids but the hidden ones, with the marks that count.
pub fn entries(conn: &mut Conn, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<Entry>, Error> {
    let bids = store::bids(conn, assessment, hidden)?;
    Ok(entries_of(&bids, &store::reviews(conn, assessment)?, &store::moderations(conn, assessment)?))
}

pub fn entries_of(bids: &[AssessedBid], reviews: &[Review], moderations: &[Moderation]) -> Vec<Entry> {
    let reviews: Vec<Reviewed> =
        reviews.iter().map(|review| (review.bid, review.state.name(), review.marks.as_slice())).collect();
    let agreed: Vec<_> = moderations.iter().map(|moderation| (moderation.bid, moderation.agreed.as_slice())).collect();
    ranking::entries(bids, &reviews, &agreed)
}
