//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::history::Line;
use kit::ids::{AwardId, ExtensionId, OrgId, PaymentId, RecoveryId, RoundId, VariationId};
use kit::paging::{Found, Listed};
use kit::time::Timestamp;

use crate::agreement::{Agreement, Change};
use crate::award::{Award, AwardNow, Met};
use crate::error::Error;
use crate::extension::Extension;
use crate::ledger::{Entry, Pot};
use crate::payee::PayeeCheck;
use crate::payment::Payment;
use crate::policy::{self, Action};
use crate::recovery::Recovery;
use crate::store::{self, Filter, MoneyFilter, Totals, Visible};
use crate::variation::Variation;

/// A page of awards, and the totals of all pages.
pub struct AwardsFound {
    pub awards: Found<AwardNow>,
    pub totals: Totals,
    pub as_of: Timestamp,
}

/// A page of the versions of an agreement, and how the conditions are met that all of them have.
pub struct AgreementsFound {
    pub agreements: Found<Agreement>,
    pub met: Vec<Option<Met>>,
}

/// A payment as its reader may see it: a council is not told who approved and instructed it.
pub struct PaymentSeen {
    pub payment: Payment,
    pub with_hands: bool,
}

/// The identity of an award, or of what belongs to one: the way to the award, and so to its pot.
pub trait OfAward: Copy + Send + 'static {
    /// The award, if the caller may see what belongs to it.
    fn award(self, conn: &mut Conn, cx: &Cx) -> Result<Award, Error>;
}

impl OfAward for AwardId {
    fn award(self, conn: &mut Conn, cx: &Cx) -> Result<Award, Error> {
        seen(conn, cx, Action::See, self)
    }
}

impl OfAward for PaymentId {
    fn award(self, conn: &mut Conn, cx: &Cx) -> Result<Award, Error> {
        Ok(payment_for(conn, cx, Action::See, self)?.0)
    }
}

impl OfAward for RecoveryId {
    fn award(self, conn: &mut Conn, cx: &Cx) -> Result<Award, Error> {
        Ok(recovery_for(conn, cx, Action::See, self)?.0)
    }
}

/// The award, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: AwardId) -> Result<Award, Error> {
    seen_of(conn, cx, action, id, "award")
}

/// The same for what belongs to an award.
fn seen_of(conn: &mut Conn, cx: &Cx, action: Action, id: AwardId, what: &'static str) -> Result<Award, Error> {
    let award = store::get(conn, id)?;
    policy::check_of(&cx.caller, action, &award, what)?;
    Ok(award)
}

/// The award, if there is one and the caller may see it.
pub fn seen_if_any(conn: &mut Conn, cx: &Cx, id: AwardId) -> Result<Option<Award>, DbError> {
    let award = store::get_all(conn, &[id])?.pop();
    Ok(award.filter(|award| policy::check(&cx.caller, Action::See, award).is_ok()))
}

/// The award, if the caller may ask for this change of it. The network alone asks for a novation.
pub fn seen_to_vary(conn: &mut Conn, cx: &Cx, id: AwardId, change: &Change) -> Result<Award, Error> {
    let action = match change.successor {
        Some(_) => Action::RequestNovation,
        None => Action::RequestVariation,
    };
    seen(conn, cx, action, id)
}

/// A variation with its award, if the caller may decide on it.
pub fn variation_to_decide(conn: &mut Conn, cx: &Cx, id: VariationId) -> Result<(Award, Variation), Error> {
    let variation = store::variation(conn, id)?;
    let award = seen_of(conn, cx, Action::DecideVariation, variation.award, "variation")?;
    Ok((award, variation))
}

/// A payment with its award, if the caller may do this with it.
pub fn payment_for(conn: &mut Conn, cx: &Cx, action: Action, id: PaymentId) -> Result<(Award, Payment), Error> {
    let payment = store::payment(conn, id)?;
    let award = seen_of(conn, cx, action, payment.award, "payment")?;
    Ok((award, payment))
}

/// A recovery with its award, if the caller may do this with it.
pub fn recovery_for(conn: &mut Conn, cx: &Cx, action: Action, id: RecoveryId) -> Result<(Award, Recovery), Error> {
    let recovery = store::recovery(conn, id)?;
    let award = seen_of(conn, cx, action, recovery.award, "recovery")?;
    Ok((award, recovery))
}

/// The caller's own awards from the offer on, and for who oversees them all that there are.
fn visible(cx: &Cx) -> Visible {
    match policy::sees_all(&cx.caller) {
        true => Visible::All,
        false => Visible::Own(policy::reads_for_all(&cx.caller)),
    }
}

/// Lets a caller read about a round as a whole, who may see an award of it.
fn expect_seen_round(conn: &mut Conn, cx: &Cx, round: RoundId, what: &'static str) -> Result<(), Error> {
    match store::has_visible_in_round(conn, round, &visible(cx))? {
        true => Ok(()),
        false => Err(Error::NotFound { what }),
    }
}

pub fn award(conn: &mut Conn, cx: &Cx, id: &AwardId) -> Result<AwardNow, Error> {
    Ok(AwardNow { award: seen(conn, cx, Action::See, *id)?, as_of: cx.now })
}

pub fn awards(conn: &mut Conn, cx: &Cx, asked: &Listed<Filter, (i64, AwardId)>) -> Result<AwardsFound, Error> {
    let Listed { filter, page } = asked;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, page.after, page.limit())?;
    let now = |award| AwardNow { award, as_of: cx.now };
    let awards = page.found(rows.into_iter().map(now).collect(), |now| (now.award.bid.number, now.award.id));
    Ok(AwardsFound { awards, totals: store::totals(conn, filter, &visible)?, as_of: cx.now })
}

pub fn agreements(conn: &mut Conn, cx: &Cx, asked: &Listed<AwardId, i32>) -> Result<AgreementsFound, Error> {
    let award = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::agreements(conn, award.id, asked.page.after.unwrap_or(0), asked.page.limit())?;
    Ok(AgreementsFound { agreements: asked.page.found(rows, |version| version.terms.version), met: award.met })
}

pub fn history(conn: &mut Conn, cx: &Cx, asked: &Listed<AwardId, i64>) -> Result<Found<Line>, Error> {
    let award = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::history(conn, award.id, asked.page.after.unwrap_or(0), asked.page.limit())?;
    Ok(asked.page.found(rows, |line| line.sequence))
}

pub fn variations(conn: &mut Conn, cx: &Cx, asked: &Listed<AwardId, VariationId>) -> Result<Found<Variation>, Error> {
    let award = seen(conn, cx, Action::See, asked.filter)?;
    let rows = store::variations(conn, award.id, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |variation| variation.id))
}

pub fn extension(conn: &mut Conn, cx: &Cx, id: &ExtensionId) -> Result<Extension, Error> {
    let extension = store::extension(conn, *id)?;
    expect_seen_round(conn, cx, extension.round, "extension")?;
    Ok(extension)
}

pub fn extensions(conn: &mut Conn, cx: &Cx, asked: &Listed<RoundId, ExtensionId>) -> Result<Found<Extension>, Error> {
    expect_seen_round(conn, cx, asked.filter, "round")?;
    let rows = store::extensions(conn, asked.filter, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |extension| extension.id))
}

pub fn payment(conn: &mut Conn, cx: &Cx, id: &PaymentId) -> Result<PaymentSeen, Error> {
    let (_, payment) = payment_for(conn, cx, Action::See, *id)?;
    Ok(PaymentSeen { payment, with_hands: sees_books(cx) })
}

pub fn payments(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<MoneyFilter, (AwardId, i32)>,
) -> Result<(Found<PaymentSeen>, Timestamp), Error> {
    let rows = store::page_of_payments(conn, &asked.filter, &visible(cx), asked.page.after, asked.page.limit())?;
    let seen = |payment| PaymentSeen { payment, with_hands: sees_books(cx) };
    let key = |seen: &PaymentSeen| (seen.payment.award, seen.payment.sequence);
    Ok((asked.page.found(rows.into_iter().map(seen).collect(), key), cx.now))
}

fn sees_books(cx: &Cx) -> bool {
    policy::check_at_large(&cx.caller, Action::SeeBooks, "payment").is_ok()
}

pub fn recovery(conn: &mut Conn, cx: &Cx, id: &RecoveryId) -> Result<Recovery, Error> {
    Ok(recovery_for(conn, cx, Action::See, *id)?.1)
}

pub fn recoveries(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<MoneyFilter, RecoveryId>,
) -> Result<(Found<Recovery>, Timestamp), Error> {
    let rows = store::page_of_recoveries(conn, &asked.filter, &visible(cx), asked.page.after, asked.page.limit())?;
    Ok((asked.page.found(rows, |recovery| recovery.id), cx.now))
}

pub fn payee_checks(conn: &mut Conn, cx: &Cx, asked: &Listed<OrgId, i64>) -> Result<Found<PayeeCheck>, Error> {
    policy::check_at_large(&cx.caller, Action::SeeBooks, "organisation")?;
    let rows = store::payee_checks(conn, asked.filter, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |check| check.sequence))
}

pub fn pot(conn: &mut Conn, cx: &Cx, (round, instrument): &(RoundId, String)) -> Result<(Pot, Timestamp), Error> {
    policy::check_at_large(&cx.caller, Action::SeeBooks, "pot")?;
    Ok((store::pot(conn, *round, instrument)?, cx.now))
}

pub fn entries(conn: &mut Conn, cx: &Cx, asked: &Listed<(RoundId, String), i64>) -> Result<Found<Entry>, Error> {
    let (pot, _) = pot(conn, cx, &asked.filter)?;
    let rows = store::entries(conn, pot.round, &pot.instrument, asked.page.after.unwrap_or(0), asked.page.limit())?;
    Ok(asked.page.found(rows, |entry| entry.sequence))
}
