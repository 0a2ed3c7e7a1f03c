//! What falls due by the clock: offers expire, and payments that wait for a day become due.

use kit::caller::Area;
use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AwardId, PaymentId};
use kit::time::Timestamp;

use super::money::release;
use super::{payments, save};
use crate::error::Error;
use crate::events::{Happened, PaymentHappened};
use crate::payment::{State, Step};
use crate::state;
use crate::store;

/// An offer that nobody accepted lapses, and its money returns to the pot.
pub fn lapse(tx: &mut Tx, id: AwardId, now: Timestamp) -> Result<(), Error> {
    let award = store::get(tx, id)?;
    // It may have moved on since it was looked for.
    let expired = matches!(award.state, state::State::Offered(offer) if offer.expires_at <= now);
    if !expired {
        return Ok(());
    }
    let cx = Cx::of_area(Area::Awards, now);
    let new = award.step(state::Step::Lapse, "", now)?;
    let lapsed = save(tx, &cx, &award, new, Happened::AwardLapsed)?;
    release(tx, &cx, &lapsed.award, "the offer expired")
}

/// A payment whose day has come.
pub fn fall_due(tx: &mut Tx, id: PaymentId, now: Timestamp) -> Result<(), Error> {
    let payment = store::payment(tx, id)?;
    if payment.state != State::Planned {
        return Ok(());
    }
    let award = store::get(tx, payment.award)?;
    let due = payment.step(Step::FallDue, "", now)?;
    payments::save(tx, &Cx::of_area(Area::Awards, now), &award, &payment, due, PaymentHappened::FellDue)?;
    Ok(())
}
