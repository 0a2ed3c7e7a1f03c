//! Entering and amending organisations.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::OrgId;
use kit::outbox;
use kit::time::Date;

use super::OrganisationNow;
use crate::error::Error;
use crate::events::{self, OfOrganisation};
use crate::organisation::{Details, Organisation};
use crate::policy::{self, Action, Facts};
use crate::store::organisations as store;

#[derive(Clone, Debug)]
pub struct Create {
    pub id: OrgId,
    pub details: Details,
}

pub fn create(tx: &mut Tx, cx: &Cx, cmd: &Create) -> Result<OrganisationNow, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "organisation")?;
    let began = store::began(tx, &cmd.details.successors)?;
    let organisation = Organisation::enter(cmd.id, cmd.details.clone(), &began, cx.now)?;
    store::insert(tx, &organisation)?;
    record(tx, cx, OfOrganisation::Entered, organisation)
}

#[derive(Clone, Debug)]
pub struct Update {
    pub target: Target<OrgId>,
    pub details: Details,
}

pub fn update(tx: &mut Tx, cx: &Cx, cmd: &Update) -> Result<OrganisationNow, Error> {
    policy::check(&cx.caller, Action::ChangeRegister, &Facts::default(), "organisation")?;
    let old = store::get(tx, cmd.target.id)?;
    old.expect_version(cmd.target.version)?;
    let began = store::began(tx, &cmd.details.successors)?;
    let new = old.amend(cmd.details.clone(), &began, cx.now)?;
    store::update(tx, &old, &new)?;
    record(tx, cx, OfOrganisation::Amended, new)
}

fn record(
    tx: &mut Tx,
    cx: &Cx,
    happened: OfOrganisation,
    organisation: Organisation,
) -> Result<OrganisationNow, Error> {
    let predecessors = store::predecessors(tx, &[organisation.id])?.remove(&organisation.id).unwrap_or_default();
    let now = OrganisationNow { organisation, predecessors, today: Date::today(cx.now) };
    outbox::put(tx, cx, cx.now, &events::organisation(happened, &now))?;
    Ok(now)
}
