//! Offers and the council's answer; and the reserve list, which is called on when money is free.

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{AwardId, OrgId, PersonId};
use kit::register::expect_word_of;
use kit::time::Date;

use super::money::{commit, make_due, release};
use super::{load_for, save};
use crate::award::AwardNow;
use crate::dates;
use crate::error::Error;
use crate::events::Happened;
use crate::payment::Trigger;
use crate::policy::{self, Action};
use crate::round::Decided;
use crate::state::{Acceptance, Offer, Step};
use crate::store;

/// Sends the terms. How far the decisions are was asked beforehand (rule 20).
pub fn offer_award(tx: &mut Tx, cx: &Cx, decided: &Decided, cmd: &Target<AwardId>) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Offer, cmd)?;
    let settings = store::round(tx, award.round)?.settings;
    let last = dates::days_after(Date::today(cx.now), settings.offer_days);
    let new = award.step(Step::Offer(Offer { expires_at: dates::end_of(last) }), "", cx.now)?;
    if *decided != Decided::BiddersInformed {
        return Err(Error::BiddersNotInformed);
    }
    save(tx, cx, &award, new, Happened::AwardOffered)
}

#[derive(Clone, Debug)]
pub struct AcceptAward {
    pub target: Target<AwardId>,
    pub certifier: PersonId,
    pub role: String,
    /// The version and digest that the certifier read.
    pub version: i32,
    pub digest: String,
    /// The scope note of rule 2, where the certifier gives one.
    pub scope: Option<String>,
}

/// `certifier_of` is the organisation of which the registry holds the certifier, asked beforehand.
pub fn accept_award(tx: &mut Tx, cx: &Cx, certifier_of: &Option<OrgId>, cmd: &AcceptAward) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Accept, &cmd.target)?;
    expect_word_of(&cx.caller, cmd.certifier, *certifier_of, award.applicant)?;
    let acceptance = Acceptance {
        certifier: cmd.certifier,
        role: cmd.role.clone(),
        version: cmd.version,
        digest: cmd.digest.clone(),
        at: cx.now,
        recorded_by: cx.caller.subject.to_string(),
    };
    let accepted = save(tx, cx, &award, award.accept(acceptance, cmd.scope.as_deref())?, Happened::AwardAccepted)?;
    activate(tx, cx, accepted)
}

/// Makes an accepted award active once nothing that must be met before is open; what waits for that becomes due.
pub fn activate(tx: &mut Tx, cx: &Cx, accepted: AwardNow) -> Result<AwardNow, Error> {
    let award = &accepted.award;
    if !award.has_all_precedent_met() {
        return Ok(accepted);
    }
    let active = save(tx, cx, award, award.step(Step::Activate, "", cx.now)?, Happened::AwardActivated)?;
    make_due(tx, cx, &active.award, Trigger::Active)?;
    Ok(active)
}

pub fn refuse_award(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<AwardId>) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::Refuse, &cmd.target)?;
    let new = award.step(Step::Refuse, &cmd.reason, cx.now)?;
    let refused = save(tx, cx, &award, new, Happened::AwardRefused)?;
    release(tx, cx, &refused.award, &cmd.reason)?;
    Ok(refused)
}

/// Rule 29: before anything is paid the sum is freed; after that it is a termination.
pub fn withdraw_award(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<AwardId>) -> Result<AwardNow, Error> {
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
    let withdrawn = save(tx, cx, &award, new, Happened::AwardWithdrawn)?;
    release(tx, cx, &withdrawn.award, &cmd.reason)?;
    Ok(withdrawn)
}

/// Commits freed money to the first of the reserve list (rule 18).
pub fn call_reserve(tx: &mut Tx, cx: &Cx, cmd: &Target<AwardId>) -> Result<AwardNow, Error> {
    let award = load_for(tx, cx, Action::CallReserve, cmd)?;
    let new = award.step(Step::CallReserve, "", cx.now)?;
    if let Some(first) = store::first_reserve(tx, &award)?.filter(|first| first.id != award.id) {
        return Err(Error::OutOfTurn { first: first.reference });
    }
    let prepared = store::round(tx, award.round)?;
    let called = save(tx, cx, &award, new, Happened::ReserveCalled)?;
    commit(tx, cx, &called.award, &prepared)?;
    Ok(called)
}
