//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::history::Line;
use kit::ids::{AwardId, ExtensionId, OrgId, PaymentId, RecoveryId, RoundId, VariationId};
use kit::paging::{Counted, Dated, Found, Listed};
use kit::refusal::Refusal;
use kit::time::Timestamp;

use crate::agreement::Change;
use crate::award::{AgreementNow, Award, AwardNow};
use crate::error::Error;
use crate::extension::Extension;
use crate::ledger::{Entry, PotNow};
use crate::money_history::{MoneyLine, Subject};
use crate::payee::PayeeCheck;
use crate::payment::Payment;
use crate::policy::{self, Action};
use crate::recovery::Recovery;
use crate::store::{self, Filter, MoneyFilter, Sums, Visible};
use crate::variation::{Variation, VariationNow};

/// A page of awards, and the sums of all pages.
pub struct AwardsFound {
    pub awards: Counted<AwardNow>,
    pub sums: Sums,
}

/// A payment as its reader may see it: a council is not told who approved and instructed it.
pub struct PaymentSeen {
    pub payment: Payment,
    pub names_people: bool,
}

/// A step of an award's money as its reader may see it: a council is not told who pays, nor by which run.
pub struct MoneyLineSeen {
    pub line: MoneyLine,
    pub names_people: bool,
}

/// Which awards are watched, of those that the watcher may see.
#[derive(Clone, Copy, Debug)]
pub struct Watched {
    pub round: Option<RoundId>,
    pub organisation: Option<OrgId>,
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

impl OfAward for VariationId {
    fn award(self, conn: &mut Conn, cx: &Cx) -> Result<Award, Error> {
        Ok(variation_for(conn, cx, Action::See, self)?.0)
    }
}

impl OfAward for RecoveryId {
    fn award(self, conn: &mut Conn, cx: &Cx) -> Result<Award, Error> {
        Ok(recovery_for(conn, cx, Action::See, self)?.0)
    }
}

/// The award, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: AwardId) -> Result<Award, Error> {
    seen_of(conn, cx, action, id, Vec::new(), "award")
}

/// The same for what belongs to an award, and may name more organisations.
fn seen_of(
    conn: &mut Conn,
    cx: &Cx,
    action: Action,
    id: AwardId,
    named: Vec<OrgId>,
    what: &'static str,
) -> Result<Award, Error> {
    let award = store::get(conn, id)?;
    policy::check_of(&cx.caller, action, &award, named, what)?;
    Ok(award)
}

/// The award that an event is about, if the watcher may see it and asked for it.
pub fn watched(conn: &mut Conn, cx: &Cx, watched: &Watched, subject: &str) -> Result<Option<AwardNow>, DbError> {
    // Facts about payments and the like have no award under their subject, and are passed over.
    let Ok(id) = subject.parse() else { return Ok(None) };
    let shown = |award: &Award| {
        let takes_part = |id| award.parties().contains(&id);
        watched.round.is_none_or(|round| award.round == round)
            && watched.organisation.is_none_or(takes_part)
            && policy::check(&cx.caller, Action::See, award).is_ok()
    };
    Ok(store::get_all(conn, &[id])?.pop().filter(shown).map(|award| AwardNow { award, as_of: cx.now }))
}

/// The award, if the caller may ask for this change of it. The network alone asks for a novation.
pub fn seen_to_vary(conn: &mut Conn, cx: &Cx, id: AwardId, change: &Change) -> Result<Award, Error> {
    let action = match change.successor {
        Some(_) => Action::RequestNovation,
        None => Action::RequestVariation,
    };
    seen_of(conn, cx, action, id, change.named(), "award")
}

/// A variation with its award, if the caller may do this with it. Nobody decides on one that names their own.
pub fn variation_for(conn: &mut Conn, cx: &Cx, action: Action, id: VariationId) -> Result<(Award, Variation), Error> {
    let variation = store::variation(conn, id)?;
    let award = seen_of(conn, cx, action, variation.award, variation.change.named(), "variation")?;
    Ok((award, variation))
}

/// A payment with its award, if the caller may do this with it. It may have gone to another payee than is paid now.
pub fn payment_for(conn: &mut Conn, cx: &Cx, action: Action, id: PaymentId) -> Result<(Award, Payment), Error> {
    let payment = store::payment(conn, id)?;
    let paid_to = payment.destination().map(|to| to.payee);
    let award = seen_of(conn, cx, action, payment.award, paid_to.into_iter().collect(), "payment")?;
    Ok((award, payment))
}

/// The award, if the caller may claim money of it back.
pub fn award_to_recover(conn: &mut Conn, cx: &Cx, id: AwardId) -> Result<Award, Error> {
    let paid_to = paid_to(conn, id)?;
    seen_of(conn, cx, Action::OpenRecovery, id, paid_to, "award")
}

/// A recovery with its award, if the caller may do this with it.
pub fn recovery_for(conn: &mut Conn, cx: &Cx, action: Action, id: RecoveryId) -> Result<(Award, Recovery), Error> {
    let recovery = store::recovery(conn, id)?;
    let paid_to = paid_to(conn, recovery.award)?;
    let award = seen_of(conn, cx, action, recovery.award, paid_to, "recovery")?;
    Ok((award, recovery))
}

/// Whom the bank was told to pay of an award, whoever is paid now.
fn paid_to(conn: &mut Conn, award: AwardId) -> Result<Vec<OrgId>, DbError> {
    let payments = store::payments_of(conn, award)?;
    Ok(payments.iter().filter_map(|payment| payment.destination().map(|to| to.payee)).collect())
}

/// The caller's own awards from the offer on, and for who oversees them all that there are.
fn visible(cx: &Cx) -> Visible {
    match policy::oversees(&cx.caller) {
        true => Visible::All,
        false => Visible::Own(cx.caller.organisations_where(policy::reads_for)),
    }
}

/// Lets a caller read about a round as a whole, who may see an award of it.
fn expect_seen_round(conn: &mut Conn, cx: &Cx, round: RoundId, what: &'static str) -> Result<(), Error> {
    match store::has_visible_in_round(conn, round, &visible(cx))? {
        true => Ok(()),
        false => Err(Refusal::NotFound { what }.into()),
    }
}

pub fn award(conn: &mut Conn, cx: &Cx, id: &AwardId) -> Result<AwardNow, Error> {
    Ok(AwardNow { award: seen(conn, cx, Action::See, *id)?, as_of: cx.now })
}

pub fn awards(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, (i64, AwardId)>) -> Result<AwardsFound, Error> {
    let Listed { filter, page } = list;
    let visible = visible(cx);
    let rows = store::page(conn, filter, &visible, page.after, page.limit())?;
    let found = page.found(rows, |award| (award.bid.number, award.id));
    let (n_awards, sums) = store::totals(conn, filter, &visible)?;
    let awards = found.map(|award| AwardNow { award, as_of: cx.now }).of_all(n_awards, cx.now);
    Ok(AwardsFound { awards, sums })
}

pub fn agreements(conn: &mut Conn, cx: &Cx, list: &Listed<AwardId, i32>) -> Result<Found<AgreementNow>, Error> {
    let award = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::agreements(conn, award.id, list.page.after.unwrap_or(0), list.page.limit())?;
    let found = list.page.found(rows, |(version, _)| version.terms.version);
    Ok(found.map(|(agreement, acceptance)| AgreementNow { agreement, met: award.met.clone(), acceptance }))
}

pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<AwardId, i64>) -> Result<Found<Line>, Error> {
    let award = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::history(conn, award.id, list.page.after.unwrap_or(0), list.page.limit())?;
    Ok(list.page.found(rows, |line| line.sequence))
}

pub fn variations(conn: &mut Conn, cx: &Cx, list: &Listed<AwardId, VariationId>) -> Result<Found<VariationNow>, Error> {
    let award = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::variations(conn, award.id, list.page.after, list.page.limit())?;
    let found = list.page.found(rows, |variation| variation.id);
    Ok(found.map(|variation| VariationNow { proposed: variation.proposed_to(&award), variation }))
}

pub fn money_history(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<AwardId, (Timestamp, String, i64)>,
) -> Result<Found<MoneyLineSeen>, Error> {
    let award = seen(conn, cx, Action::See, list.filter)?;
    let rows = store::money_history(conn, award.id, list.page.after.as_ref(), list.page.limit())?;
    let found = list.page.found(rows, |seen| (seen.line.at, seen.subject.to_string(), seen.line.sequence));
    let names_people = |line: &MoneyLine| match line.subject {
        // Who asks for a variation and who decides on it is no secret.
        Subject::Variation(_) => true,
        Subject::Payment(_) | Subject::Recovery(_) => sees_books(cx),
    };
    Ok(found.map(|line| MoneyLineSeen { names_people: names_people(&line), line }))
}

pub fn extension(conn: &mut Conn, cx: &Cx, id: &ExtensionId) -> Result<Extension, Error> {
    let extension = store::extension(conn, *id)?;
    expect_seen_round(conn, cx, extension.round, "extension")?;
    Ok(extension)
}

pub fn extensions(conn: &mut Conn, cx: &Cx, list: &Listed<RoundId, ExtensionId>) -> Result<Found<Extension>, Error> {
    expect_seen_round(conn, cx, list.filter, "round")?;
    let rows = store::extensions(conn, list.filter, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |extension| extension.id))
}

pub fn payment(conn: &mut Conn, cx: &Cx, id: &PaymentId) -> Result<PaymentSeen, Error> {
    let (_, payment) = payment_for(conn, cx, Action::See, *id)?;
    Ok(PaymentSeen { payment, names_people: sees_books(cx) })
}

pub fn payments(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<MoneyFilter, (AwardId, i32)>,
) -> Result<Dated<PaymentSeen>, Error> {
    let rows = store::page_of_payments(conn, &list.filter, &visible(cx), list.page.after, list.page.limit())?;
    let found = list.page.found(rows, |payment| (payment.award, payment.sequence));
    Ok(found.map(|payment| PaymentSeen { payment, names_people: sees_books(cx) }).as_of(cx.now))
}

fn sees_books(cx: &Cx) -> bool {
    policy::check_at_large(&cx.caller, Action::SeeBooks, "payment").is_ok()
}

pub fn recovery(conn: &mut Conn, cx: &Cx, id: &RecoveryId) -> Result<Recovery, Error> {
    Ok(recovery_for(conn, cx, Action::See, *id)?.1)
}

pub fn recoveries(conn: &mut Conn, cx: &Cx, list: &Listed<MoneyFilter, RecoveryId>) -> Result<Dated<Recovery>, Error> {
    let rows = store::page_of_recoveries(conn, &list.filter, &visible(cx), list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |recovery| recovery.id).as_of(cx.now))
}

pub fn payee_checks(conn: &mut Conn, cx: &Cx, list: &Listed<OrgId, i64>) -> Result<Found<PayeeCheck>, Error> {
    policy::check_at_large(&cx.caller, Action::SeeBooks, "organisation")?;
    let rows = store::payee_checks(conn, list.filter, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |check| check.sequence))
}

pub fn pot(conn: &mut Conn, cx: &Cx, (round, instrument): &(RoundId, String)) -> Result<PotNow, Error> {
    policy::check_at_large(&cx.caller, Action::SeeBooks, "pot")?;
    Ok(PotNow { pot: store::pot(conn, *round, instrument)?, as_of: cx.now })
}

pub fn entries(conn: &mut Conn, cx: &Cx, list: &Listed<(RoundId, String), i64>) -> Result<Found<Entry>, Error> {
    let PotNow { pot, .. } = pot(conn, cx, &list.filter)?;
    let rows = store::entries(conn, pot.round, &pot.instrument, list.page.after.unwrap_or(0), list.page.limit())?;
    Ok(list.page.found(rows, |entry| entry.sequence))
}
