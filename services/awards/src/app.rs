//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it;
//! the exception is an id first used inside the transaction.

mod delivery;
mod extensions;
mod money;
mod offers;
mod payees;
mod payments;
mod prepare;
pub mod reading;
mod recoveries;
mod reports;
mod ticker;
mod variations;

pub use delivery::{
    ConfirmCondition, NameAward, TerminateAward, close_award, complete_award, confirm_condition, name_award,
    reopen_award, resume_award, suspend_award, terminate_award,
};
pub use extensions::{ExtendAwards, extend_awards};
pub use offers::{AcceptAward, accept_award, call_reserve, offer_award, refuse_award, withdraw_award};
pub use payees::{RecordPayeeCheck, record_payee_check};
pub use payments::{
    ConfirmPayment, InstructPayment, approve_payment, cancel_payment, confirm_payment, fail_payment, hold_payment,
    instruct_payment, reconcile_payment, release_payment,
};
pub use prepare::{PrepareAwards, prepare_awards};
pub use recoveries::{
    OpenRecovery, RecordReturn, open_recovery, reconcile_recovery, record_return, request_return, write_off_recovery,
};
pub use reports::take_report;
pub use ticker::{fall_due, lapse};
pub use variations::{
    AcceptVariation, Asked, DecideVariation, RequestVariation, Word, accept_variation, decide_variation,
    decline_variation, request_variation,
};

use kit::caller::Actor;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::history::Line;
use kit::ids::AwardId;
use kit::money::Money;
use kit::outbox;
use kit::time::Date;

use crate::award::{Award, AwardNow};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::ledger::{Kind, Posting};
use crate::policy::{self, Action};
use crate::store;

/// The award as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<AwardId>) -> Result<Award, Error> {
    let award = reading::seen(tx, cx, action, target.id)?;
    award.expect_version(target.version)?;
    Ok(award)
}

/// Who acts for the network.
fn network_actor(cx: &Cx) -> Actor {
    cx.caller.acting_for(policy::network_of(&cx.caller))
}

/// Who acts: for the council of an award if they are of it, for the network otherwise. Nobody of the council acts for
/// the network.
fn actor(cx: &Cx, award: &Award) -> Actor {
    match policy::council_of(&cx.caller, award) {
        Some(council) => cx.caller.acting_for(Some(council)),
        None => network_actor(cx),
    }
}

/// Saves the new version of an award with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Award, new: Award, happened: Happened) -> Result<AwardNow, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Award>, new: Award, happened: Happened) -> Result<AwardNow, Error> {
    // Every version is one line of history.
    let line = Line::first(new.version, new.updated_at, actor(cx, &new), happened.step(), new.state.name());
    let line = line.after(old.map(|old| old.state.name())).because(happened.has_reason(), &new.reason);
    store::insert_history(tx, new.id, line)?;
    let now = AwardNow { award: new, as_of: cx.now };
    outbox::put(tx, cx, now.award.updated_at, events::award(happened, &now))?;
    Ok(now)
}

/// Posts a sum to the ledger of an award's pot. `subject` is the payment or recovery that it is about.
fn post(tx: &mut Tx, cx: &Cx, award: &Award, kind: Kind, amount: Money, subject: Option<String>) -> Result<(), Error> {
    post_on(tx, cx, award, Date::today(cx.now), kind, amount, subject)
}

/// The same for a sum that counts on the bank's day.
fn post_on(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    booked_on: Date,
    kind: Kind,
    amount: Money,
    subject: Option<String>,
) -> Result<(), Error> {
    let pot = store::pot(tx, award.round, &award.instrument)?;
    let posting = Posting { kind, amount, award: Some(award.id), subject, by: actor(cx, award), booked_on };
    store::post(tx, &pot, posting, cx.now)?;
    Ok(())
}
