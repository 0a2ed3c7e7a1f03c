//! Beginning, ending, suspending and restoring memberships.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{MembershipId, OrgId};
use kit::outbox;
use kit::time::Date;

use crate::dates::Term;
use crate::error::Error;
use crate::events::{self, OfMembership};
use crate::membership::{Class, Membership};
use crate::policy::{self, Action, Facts};
use crate::store::{memberships as store, organisations};

#[derive(Clone, Debug)]
pub struct Add {
    pub id: MembershipId,
    pub organisation: OrgId,
    pub class: Class,
    pub from: Date,
    pub until: Option<Date>,
}

pub fn add(tx: &mut Tx, cx: &Cx, cmd: &Add) -> Result<Membership, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "membership")?;
    let organisation = organisations::get(tx, cmd.organisation)?.id;
    let others = store::of_organisation(tx, organisation)?;
    let term = Term::new(cmd.from, cmd.until)?;
    let membership = Membership::begin(cmd.id, organisation, cmd.class, term, &others, cx.now)?;
    store::insert(tx, &membership)?;
    outbox::put(tx, cx, cx.now, &events::membership(OfMembership::Begun, &membership))?;
    Ok(membership)
}

#[derive(Clone, Debug)]
pub struct End {
    pub target: Target<MembershipId>,
    pub until: Date,
}

pub fn end(tx: &mut Tx, cx: &Cx, cmd: &End) -> Result<Membership, Error> {
    let membership = open(tx, cx, &cmd.target)?;
    let ended = membership.end(cmd.until, cx.now)?;
    settle(tx, cx, &membership, ended, OfMembership::Ended)
}

#[derive(Clone, Debug)]
pub struct Suspend {
    pub target: Target<MembershipId>,
    pub from: Date,
    pub reason: String,
}

pub fn suspend(tx: &mut Tx, cx: &Cx, cmd: &Suspend) -> Result<Membership, Error> {
    let membership = open(tx, cx, &cmd.target)?;
    let suspended = membership.suspend(cmd.from, &cmd.reason, cx.now)?;
    settle(tx, cx, &membership, suspended, OfMembership::Suspended)
}

#[derive(Clone, Debug)]
pub struct Restore {
    pub target: Target<MembershipId>,
    pub until: Date,
}

pub fn restore(tx: &mut Tx, cx: &Cx, cmd: &Restore) -> Result<Membership, Error> {
    let membership = open(tx, cx, &cmd.target)?;
    let restored = membership.restore(cmd.until, cx.now)?;
    settle(tx, cx, &membership, restored, OfMembership::Restored)
}

/// The membership as it is, if the caller may change it and read its present version.
fn open(tx: &mut Tx, cx: &Cx, target: &Target<MembershipId>) -> Result<Membership, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "membership")?;
    let membership = store::get(tx, target.id)?;
    membership.expect_version(target.version)?;
    Ok(membership)
}

fn settle(
    tx: &mut Tx,
    cx: &Cx,
    old: &Membership,
    new: Membership,
    happened: OfMembership,
) -> Result<Membership, Error> {
    store::update(tx, old, &new)?;
    outbox::put(tx, cx, cx.now, &events::membership(happened, &new))?;
    Ok(new)
}
