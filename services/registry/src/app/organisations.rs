//! Creating and updating organisations.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::OrgId;
use kit::outbox;

use super::reading;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::organisation::{Details, Organisation, OrganisationNow};
use crate::policy::{self, Action};
use crate::store::organisations as store;

#[derive(Clone, Debug)]
pub struct CreateOrganisation {
    pub id: OrgId,
    pub details: Details,
}

pub fn create_organisation(tx: &mut Tx, cx: &Cx, cmd: &CreateOrganisation) -> Result<OrganisationNow, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "organisation")?;
    let began = store::began(tx, &cmd.details.successors)?;
    let organisation = Organisation::enter(cmd.id, cmd.details.clone(), &began, cx.now)?;
    store::insert(tx, &organisation)?;
    record(tx, cx, Happened::OrganisationEntered, organisation)
}

#[derive(Clone, Debug)]
pub struct UpdateOrganisation {
    pub target: Target<OrgId>,
    pub details: Details,
}

pub fn update_organisation(tx: &mut Tx, cx: &Cx, cmd: &UpdateOrganisation) -> Result<OrganisationNow, Error> {
    policy::check_at_large(&cx.caller, Action::ChangeRegister, "organisation")?;
    let old = store::get(tx, cmd.target.id)?;
    old.expect_version(cmd.target.version)?;
    let began = store::began(tx, &cmd.details.successors)?;
    let new = old.amend(cmd.details.clone(), &began, cx.now)?;
    store::update(tx, &old, &new)?;
    record(tx, cx, Happened::OrganisationAmended, new)
}

fn record(tx: &mut Tx, cx: &Cx, happened: Happened, organisation: Organisation) -> Result<OrganisationNow, Error> {
    let now = reading::now(tx, cx, organisation)?;
    outbox::put(tx, cx, cx.now, &events::organisation(happened, &now))?;
    Ok(now)
}
