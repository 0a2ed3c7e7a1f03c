//! Beginning, ending, suspending and restoring memberships.

use kit::call::MembershipClass;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{MembershipId, OrgId};
use kit::time::Date;

use super::{Change, Ending, record};
use crate::dates::Term;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::membership::Membership;
use crate::policy::{self, Action};
use crate::store::{memberships as store, organisations};

#[derive(Clone, Debug)]
pub struct AddMembership {
    pub id: MembershipId,
    pub organisation: OrgId,
    pub class: MembershipClass,
    pub from: Date,
    pub until: Option<Date>,
}

pub fn add_membership(tx: &mut Tx, cx: &Cx, cmd: &AddMembership) -> Result<Membership, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "membership")?;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let others = store::of_organisation(tx, organisation)?;
    let term = Term::new(cmd.from, cmd.until)?;
    let membership = Membership::begin(cmd.id, organisation, cmd.class, term, &others, cx.now)?;
    store::insert(tx, &membership)?;
    let change = Change::to(Some(organisation), in_words(&membership));
    record(tx, cx, membership, Happened::MembershipBegun, events::membership, change)
}

pub fn end_membership(tx: &mut Tx, cx: &Cx, cmd: &Ending<MembershipId>) -> Result<Membership, Error> {
    let membership = load_for(tx, cx, Action::ChangeRegister, &cmd.target)?;
    let ended = membership.end(cmd.until, cx.now)?;
    save(tx, cx, &membership, ended, Happened::MembershipEnded, "")
}

#[derive(Clone, Debug)]
pub struct SuspendMembership {
    pub target: Target<MembershipId>,
    pub from: Date,
    pub reason: String,
}

pub fn suspend_membership(tx: &mut Tx, cx: &Cx, cmd: &SuspendMembership) -> Result<Membership, Error> {
    let membership = load_for(tx, cx, Action::ChangeRegister, &cmd.target)?;
    let suspended = membership.suspend(cmd.from, &cmd.reason, cx.now)?;
    save(tx, cx, &membership, suspended, Happened::MembershipSuspended, &cmd.reason)
}

/// Ends the suspension.
pub fn restore_membership(tx: &mut Tx, cx: &Cx, cmd: &Ending<MembershipId>) -> Result<Membership, Error> {
    let membership = load_for(tx, cx, Action::ChangeRegister, &cmd.target)?;
    let restored = membership.restore(cmd.until, cx.now)?;
    save(tx, cx, &membership, restored, Happened::MembershipRestored, "")
}

/// The membership as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<MembershipId>) -> Result<Membership, Error> {
    policy::check_at_large(&cx.caller, action, "membership")?;
    let membership = store::get(tx, target.id)?;
    membership.expect_version(target.version)?;
    Ok(membership)
}

/// A membership as history keeps it.
fn in_words(membership: &Membership) -> String {
    let class: &str = membership.class.into();
    let mut words = format!("{class} {}", membership.term);
    for suspension in &membership.suspensions {
        words += &format!(", suspended {}", suspension.term);
    }
    words
}

/// Saves the new version of a membership with its event.
fn save(
    tx: &mut Tx,
    cx: &Cx,
    old: &Membership,
    new: Membership,
    happened: Happened,
    reason: &str,
) -> Result<Membership, Error> {
    store::update(tx, old, &new)?;
    let (from, reason) = (in_words(old), reason.to_string());
    let change = Change { from, reason, ..Change::to(Some(new.organisation), in_words(&new)) };
    record(tx, cx, new, happened, events::membership, change)
}
