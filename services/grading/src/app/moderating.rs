//! What the panel settles about a bid, and ties that its chair casts.

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId};
use kit::time::Timestamp;

use super::{Happening, OnBid, enter, enter_bid, note};
use crate::assessment::Assessment;
use crate::error::Error;
use crate::moderation::{AgreedMark, Casting, Feedback, Moderation};
use crate::policy::Action;
use crate::ranking::{self, Ranking, Rules};
use crate::state::Stage;
use crate::store;

#[derive(Clone, Debug)]
pub struct ModerateBid {
    /// What is settled about a bid has no identity of its own.
    pub on: OnBid,
    pub version: i64,
    pub agreed: Vec<AgreedMark>,
    pub feedback: Vec<Feedback>,
}

pub fn moderate_bid(tx: &mut Tx, cx: &Cx, cmd: &ModerateBid) -> Result<Moderation, Error> {
    let (sight, bid) = enter_bid(tx, cx, Action::Moderate, cmd.on)?;
    let assessment = &sight.assessment;
    assessment.expect_stage(Stage::Moderation, "moderate")?;
    let old = store::moderation(tx, assessment.id, bid.id)?;
    old.expect_version(cmd.version)?;
    let new = old.settle(cmd.agreed.clone(), cmd.feedback.clone(), &assessment.call.rubric, cx.now)?;
    store::put_moderation(tx, &old, &new, cx.now)?;
    let happening = Happening {
        what: "moderation",
        subject: bid.id.to_string(),
        version: new.version,
        step: "moderate",
        from: None,
        to: "settled",
        reason: "",
    };
    note(tx, cx, assessment.id, happening)?;
    Ok(new)
}

/// The ranking of all bids but the hidden ones: as if these had never been handed in.
pub fn rank(tx: &mut Tx, assessment: &Assessment, hidden: &[BidId]) -> Result<Ranking, Error> {
    let entries = store::entries(tx, assessment.id, hidden)?;
    let castings = store::castings(tx, assessment.id)?;
    let rules = Rules { rubric: &assessment.call.rubric, tie_criterion: &assessment.settings.tie_criterion };
    Ok(ranking::rank(rules, &entries, &castings)?)
}

/// A ranking as an answer shows it.
#[derive(Clone, Debug)]
pub struct RankingNow {
    pub assessment: AssessmentId,
    pub ranking: Ranking,
    pub as_of: Timestamp,
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
    let sight = enter(tx, cx, Action::CastTie, cmd.assessment)?;
    let assessment = &sight.assessment;
    assessment.expect_stage(Stage::Determination, "cast_tie")?;
    let chair = sight.person().ok_or(Error::NotAllowed { who_may: "a panel chair" })?;
    let mut named = cmd.bids.clone();
    named.sort();
    let before = rank(tx, assessment, &sight.hidden)?;
    if !before.open_ties.iter().any(|tie| tie.bids == named) {
        let says = "name all the bids of one open tie, each once";
        return Err(Error::invalid("bid_ids", "ranking.tie", says));
    }
    let casting = Casting { bids: cmd.bids.clone(), chair, reason: cmd.reason.clone(), at: cx.now };
    store::insert_casting(tx, assessment.id, &casting)?;
    let ranking = rank(tx, assessment, &sight.hidden)?;
    Ok(RankingNow { assessment: assessment.id, ranking, as_of: cx.now })
}
