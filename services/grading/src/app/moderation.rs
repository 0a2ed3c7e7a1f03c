//! What the panel settles about a bid, and ties on which its chair casts a vote.

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId};
use kit::refusal::Refusal;

use super::ranking::{castings, rank};
use super::reading::{RankingNow, enter, enter_bid};
use super::{Happening, OnBid, note};
use crate::error::Error;
use crate::marking::fraction::Fraction;
use crate::marking::moderation::{AgreedMark, Casting, Feedback, Moderation};
use crate::policy::Action;
use crate::state::Stage;
use crate::store;
use crate::view::View;

#[derive(Clone, Debug)]
pub struct ModerateBid {
    /// What is settled about a bid has no identity of its own.
    pub on: OnBid,
    pub version: i64,
    pub agreed: Vec<AgreedMark>,
    pub feedback: Vec<Feedback>,
}

pub fn moderate_bid(tx: &mut Tx, cx: &Cx, cmd: &ModerateBid) -> Result<Moderation, Error> {
    let (view, bid) = enter_bid(tx, cx, Action::Moderate, cmd.on)?;
    let assessment = &view.assessment;
    assessment.expect_stage(Stage::Moderation, "moderate")?;
    let old = store::moderation(tx, assessment.id, bid.id)?;
    old.expect_version(cmd.version)?;
    let new = old.settle(cmd.agreed.clone(), cmd.feedback.clone(), &assessment.call.rubric, cx.now)?;
    store::put_moderation(tx, &old, &new, cx.now)?;
    let settled = Happening::of("moderation", bid.id, new.version, "moderate", "settled");
    note(tx, cx, assessment.id, settled)?;
    Ok(new)
}

#[derive(Clone, Debug)]
pub struct CastTie {
    pub assessment: AssessmentId,
    /// The bids of the tie, best first.
    pub bids: Vec<BidId>,
    pub reason: String,
}

/// The chair's casting decision (rule 15), between all the bids of one tie as the chair sees it.
pub fn cast_tie(tx: &mut Tx, cx: &Cx, cmd: &CastTie) -> Result<RankingNow, Error> {
    for &bid in &cmd.bids {
        enter_bid(tx, cx, Action::CastTie, OnBid { assessment: cmd.assessment, bid })?;
    }
    let view = enter(tx, cx, Action::CastTie, cmd.assessment)?;
    let assessment = &view.assessment;
    assessment.expect_stage(Stage::Determination, "cast_tie")?;
    let chair = view.person().ok_or(Refusal::NotAllowed { who_may: "a panel chair" })?;
    let mut named = cmd.bids.clone();
    named.sort();
    let before = rank(tx, assessment, &view.hidden)?;
    if !before.open_ties.iter().any(|tie| tie.bids == named) {
        let says = "name all the bids of one open tie, each once";
        return Err(Refusal::bad_field("bid_ids", "ranking.tie", says).into());
    }
    let total = before.bids.iter().find(|ranked| named.contains(&ranked.bid)).and_then(|ranked| ranked.total);
    expect_pairs_kept(tx, &view, &cmd.bids, total)?;
    let casting = Casting { bids: cmd.bids.clone(), chair, reason: cmd.reason.clone(), at: cx.now, total };
    store::insert_casting(tx, assessment.id, &casting)?;
    let ranking = view.shows_ranking(rank(tx, assessment, &view.hidden)?);
    Ok(RankingNow { assessment: assessment.id, ranking, as_of: cx.now })
}

/// Refuses to turn round a pair that was cast in this tie before. Whoever does not see the bid that makes the tie
/// larger would read the turn, and learn of it.
fn expect_pairs_kept(tx: &mut Tx, view: &View, order: &[BidId], total: Option<Fraction>) -> Result<(), Error> {
    let earlier = castings(tx, view.assessment.id, &view.hidden)?;
    match earlier.iter().find_map(|casting| casting.parted_otherwise(order, total)) {
        None => Ok(()),
        Some((first, second)) => {
            let says = format!("{first} was cast before {second} already; keep them in this order");
            Err(Refusal::bad_field("bid_ids", "ranking.cast_pair", says).into())
        }
    }
}
