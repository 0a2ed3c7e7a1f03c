//! The offer and what the council says to it; and the reserve that is called when money is free.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AwardId, OrgId};
use kit::time::Date;

use super::money::{commit, make_due, release};
use super::{now, open, settle};
use crate::award::{Award, AwardNow, Word};
use crate::dates;
use crate::error::Error;
use crate::events::Happened;
use crate::plan::Trigger;
use crate::policy::{self, Action};
use crate::state::{Offer, Step};
use crate::store;

/// Sends the terms. Whether bidders are informed was asked beforehand (rule 20).
pub fn offer(tx: &mut Tx, cx: &Cx, informed: bool, target: &Target<AwardId>) -> Result<AwardNow, Error> {
    let award = open(tx, cx, Action::Offer, target)?;
    let settings = store::round(tx, award.round)?.settings;
    let last = dates::days_after(Date::today(cx.now), settings.offer_days);
    let new = award.step(Step::Offer(Offer { expires_at: dates::end_of(last) }), "", cx.now)?;
    if !informed {
        return Err(Error::BiddersNotInformed);
    }
    settle(tx, cx, &award, &new, Happened::Offered)?;
    Ok(now(cx, new))
}

#[derive(Clone, Debug)]
pub struct AcceptAward {
    pub target: Target<AwardId>,
    pub word: Word,
}

/// `certifier_of` is the organisation of which the registry holds the certifier, asked beforehand.
pub fn accept(tx: &mut Tx, cx: &Cx, certifier_of: Option<OrgId>, cmd: &AcceptAward) -> Result<AwardNow, Error> {
    let award = open(tx, cx, Action::Accept, &cmd.target)?;
    if certifier_of != Some(award.applicant) {
        return Err(Error::NoSuchCertifier);
    }
    if !cx.caller.gives_word_of(cmd.word.certifier) {
        return Err(Error::NotAllowed { who_may: "only the certifier named" });
    }
    let word = Word { recorded_by: cx.caller.subject.to_string(), ..cmd.word.clone() };
    let accepted = award.accept(&word, cx.now)?;
    settle(tx, cx, &award, &accepted, Happened::Accepted)?;
    Ok(now(cx, activate(tx, cx, accepted)?))
}

/// Makes an accepted award active once nothing that must be met before is open; what waits for that becomes due.
pub fn activate(tx: &mut Tx, cx: &Cx, accepted: Award) -> Result<Award, Error> {
    if !accepted.has_all_precedent_met() {
        return Ok(accepted);
    }
    let active = accepted.step(Step::Activate, "", cx.now)?;
    settle(tx, cx, &accepted, &active, Happened::Activated)?;
    make_due(tx, cx, &active, Trigger::Active)?;
    Ok(active)
}

/// The council declines the offer, or takes its award back.
#[derive(Clone, Debug)]
pub struct GiveBack {
    pub target: Target<AwardId>,
    pub reason: String,
}

pub fn refuse(tx: &mut Tx, cx: &Cx, cmd: &GiveBack) -> Result<AwardNow, Error> {
    let award = open(tx, cx, Action::Refuse, &cmd.target)?;
    let new = award.step(Step::Refuse, &cmd.reason, cx.now)?;
    settle(tx, cx, &award, &new, Happened::Refused)?;
    release(tx, cx, &new, &cmd.reason)?;
    Ok(now(cx, new))
}

/// Rule 29: before anything is paid the sum is freed; after that it is a termination.
pub fn withdraw(tx: &mut Tx, cx: &Cx, cmd: &GiveBack) -> Result<AwardNow, Error> {
    let award = store::get(tx, cmd.target.id)?;
    let action = match award.state.offer() {
        Some(_) => Action::Withdraw,
        None => Action::WithdrawUnoffered,
    };
    policy::check(&cx.caller, action, &award)?;
    award.expect_version(cmd.target.version)?;
    let new = award.step(Step::Withdraw, &cmd.reason, cx.now)?;
    if store::payments_of(tx, award.id)?.iter().any(|payment| payment.state.sent().is_some()) {
        return Err(Error::PaidAlready);
    }
    settle(tx, cx, &award, &new, Happened::Withdrawn)?;
    release(tx, cx, &new, &cmd.reason)?;
    Ok(now(cx, new))
}

/// Commits freed money to the first of the reserve list (rule 18).
pub fn call_reserve(tx: &mut Tx, cx: &Cx, target: &Target<AwardId>) -> Result<AwardNow, Error> {
    let award = open(tx, cx, Action::CallReserve, target)?;
    let new = award.step(Step::CallReserve, "", cx.now)?;
    if let Some(first) = store::first_reserve(tx, &award)?.filter(|first| first.id != award.id) {
        return Err(Error::OutOfTurn { first: first.reference });
    }
    let prepared = store::round(tx, award.round)?;
    settle(tx, cx, &award, &new, Happened::ReserveCalled)?;
    commit(tx, cx, &new, &prepared)?;
    Ok(now(cx, new))
}
