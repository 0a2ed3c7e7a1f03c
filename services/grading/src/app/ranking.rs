//! The ranking of what the store holds.

use kit::db::Conn;
use kit::ids::{AssessmentId, BidId};

use crate::assessment::Assessment;
use crate::bid::AssessedBid;
use crate::error::Error;
use crate::marking::moderation::{Casting, Moderation};
use crate::marking::ranking::{self, Entry, Ranking, Reviewed, Rules};
use crate::marking::review::Review;
use crate::panel::quorum::Conflicts;
use crate::store;

/// The ranking of all bids but the hidden ones: as if these had never been handed in.
pub fn rank(conn: &mut Conn, assessment: &Assessment, hidden: &[BidId]) -> Result<Ranking, Error> {
    let entries = entries(conn, assessment.id, hidden)?;
    rank_entries(assessment, &entries, &castings(conn, assessment.id, hidden)?)
}

/// The casting decisions on all bids but the hidden ones.
pub fn castings(conn: &mut Conn, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<Casting>, Error> {
    Ok(store::castings(conn, assessment)?.into_iter().map(|casting| casting.without(hidden)).collect())
}

pub fn rank_entries(assessment: &Assessment, entries: &[Entry], castings: &[Casting]) -> Result<Ranking, Error> {
    let rules = Rules { rubric: &assessment.call.rubric, tie_criterion: &assessment.settings.tie_criterion };
    Ok(ranking::rank(rules, entries, castings)?)
}

/// All bids but the hidden ones, with the marks that count.
pub fn entries(conn: &mut Conn, assessment: AssessmentId, hidden: &[BidId]) -> Result<Vec<Entry>, Error> {
    let (bids, conflicts) = (store::bids(conn, assessment, hidden)?, store::conflicts(conn, assessment)?);
    let (reviews, moderations) = (store::reviews(conn, assessment)?, store::moderations(conn, assessment)?);
    Ok(entries_of(&bids, &reviews, &moderations, &conflicts))
}

/// Marks of whoever is kept from a bid do not count, from whichever stage on; they count again once it is cleared.
pub fn entries_of(
    bids: &[AssessedBid],
    reviews: &[Review],
    moderations: &[Moderation],
    conflicts: &Conflicts,
) -> Vec<Entry> {
    let counted = reviews.iter().filter(|review| !conflicts.set_aside(review));
    let reviews: Vec<Reviewed> =
        counted.map(|review| (review.bid, review.state.name(), review.marks.as_slice())).collect();
    let agreed: Vec<_> = moderations.iter().map(|moderation| (moderation.bid, moderation.agreed.as_slice())).collect();
    ranking::entries(bids, &reviews, &agreed)
}
