//! What falls due by the clock: reviews lapse, letters are released, decisions become public.

use kit::caller::Role;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AssessmentId, ReviewId};
use kit::time::Timestamp;

use super::reviews::settle_review;
use super::settle;
use crate::error::Error;
use crate::events::Happened;
use crate::review::{self, State};
use crate::state::Step;
use crate::store;

/// Ends a review that was not handed in when it was due.
pub fn lapse(tx: &mut Tx, id: ReviewId, now: Timestamp) -> Result<(), Error> {
    lapse_review(tx, &Cx::of_role(Role::Grading, now), id)
}

/// The same in the name of whoever goes on with the assessment.
pub fn lapse_review(tx: &mut Tx, cx: &Cx, id: ReviewId) -> Result<(), Error> {
    let old = store::review(tx, id)?;
    // It may have been handed in, or ended, since it was looked for.
    if !State::OPEN.contains(&old.state.name()) {
        return Ok(());
    }
    let new = old.step(review::Step::Lapse, "", cx.now)?;
    settle_review(tx, cx, &old, new, review::Step::Lapse, "")?;
    Ok(())
}

/// Takes the next step that the clock has brought about. False when there is none.
pub fn tick(tx: &mut Tx, id: AssessmentId, now: Timestamp) -> Result<bool, Error> {
    let old = store::assessment(tx, id)?;
    let Some(step) = old.due(now) else {
        return Ok(false);
    };
    let happened = match step {
        Step::Inform => Happened::BiddersInformed,
        Step::Announce => Happened::Announced,
        Step::StartModeration | Step::StartDetermination | Step::ReturnToModeration | Step::Close | Step::Cancel => {
            return Ok(false);
        }
    };
    let new = old.step(step, "", now)?;
    settle(tx, &Cx::of_role(Role::Grading, now), &old, new, happened, "")?;
    Ok(true)
}
