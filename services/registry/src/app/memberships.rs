//! Beginning, ending, suspending and restoring memberships.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{MembershipId, OrgId};
use kit::outbox;
use kit::time::Date;

use crate::dates::Term;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::membership::{Class, Membership};
use crate::policy::{self, Action};
use crate::store::{memberships as store, organisations};

#[derive(Clone, Debug)]
pub struct AddMembership {
    pub id: MembershipId,
    pub organisation: OrgId,
    pub class: Class,
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
    outbox::put(tx, cx, cx.now, &events::membership(Happened::MembershipBegun, &membership))?;
    Ok(membership)
}

#[derive(Clone, Debug)]
pub struct EndMembership {
    pub target: Target<MembershipId>,
    pub until: Date,
}

pub fn end_membership(tx: &mut Tx, cx: &Cx, cmd: &EndMembership) -> Result<Membership, Error> {
    let membership = load_for(tx, cx, &cmd.target)?;
    let ended = membership.end(cmd.until, cx.now)?;
    save(tx, cx, &membership, ended, Happened::MembershipEnded)
}

#[derive(Clone, Debug)]
pub struct SuspendMembership {
    pub target: Target<MembershipId>,
    pub from: Date,
    pub reason: String,
}

pub fn suspend_membership(tx: &mut Tx, cx: &Cx, cmd: &SuspendMembership) -> Result<Membership, Error> {
    let membership = load_for(tx, cx, &cmd.target)?;
    let suspended = membership.suspend(cmd.from, &cmd.reason, cx.now)?;
    save(tx, cx, &membership, suspended, Happened::MembershipSuspended)
}

#[derive(Clone, Debug)]
pub struct RestoreMembership {
    pub target: Target<MembershipId>,
    pub until: Date,
}

pub fn restore_membership(tx: &mut Tx, cx: &Cx, cmd: &RestoreMembership) -> Result<Membership, Error> {
    let membership = load_for(tx, cx, &cmd.target)?;
    let restored = membership.restore(cmd.until, cx.now)?;
    save(tx, cx, &membership, restored, Happened::MembershipRestored)
}

/// The membership as it is, if the caller may change it and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, target: &Target<MembershipId>) -> Result<Membership, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "membership")?;
    let membership = store::get(tx, target.id)?;
    membership.expect_version(target.version)?;
    Ok(membership)
}

fn save(tx: &mut Tx, cx: &Cx, old: &Membership, new: Membership, happened: Happened) -> Result<Membership, Error> {
    store::update(tx, old, &new)?;
    outbox::put(tx, cx, cx.now, &events::membership(happened, &new))?;
    Ok(new)
}
