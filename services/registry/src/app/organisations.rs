//! Creating and updating organisations.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::OrgId;

use super::{Change, reading};
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
    let organisation = Organisation::create(cmd.id, cmd.details.clone(), &began, cx.now)?;
    store::insert(tx, &organisation)?;
    record(tx, cx, "", organisation, Happened::OrganisationEntered)
}

#[derive(Clone, Debug)]
pub struct UpdateOrganisation {
    pub target: Target<OrgId>,
    pub details: Details,
}

pub fn update_organisation(tx: &mut Tx, cx: &Cx, cmd: &UpdateOrganisation) -> Result<OrganisationNow, Error> {
    let organisation = load_for(tx, cx, Action::ChangeRegister, &cmd.target)?;
    let began = store::began(tx, &cmd.details.successors)?;
    let updated = organisation.update(cmd.details.clone(), &began, cx.now)?;
    save(tx, cx, &organisation, updated, Happened::OrganisationAmended)
}

/// The organisation as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<OrgId>) -> Result<Organisation, Error> {
    policy::check_at_large(&cx.caller, action, "organisation")?;
    let organisation = store::get(tx, target.id)?;
    organisation.expect_version(target.version)?;
    Ok(organisation)
}

/// Saves the new version of an organisation with its event.
fn save(
    tx: &mut Tx,
    cx: &Cx,
    old: &Organisation,
    new: Organisation,
    happened: Happened,
) -> Result<OrganisationNow, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, &in_words(old), new, happened)
}

/// An organisation as history keeps it.
fn in_words(organisation: &Organisation) -> String {
    let Details { kind, name, legal_body, successors, .. } = &organisation.details;
    let kind: &str = (*kind).into();
    let mut words = format!("{kind} {name}");
    if !legal_body {
        words += ", no legal body";
    }
    if let Some(day) = organisation.abolished_from {
        words += &format!(", abolished from {day}");
    }
    for successor in successors {
        words += &format!(", succeeded by {successor}");
    }
    words
}

/// Writes the event, with what follows from others and from the day.
fn record(tx: &mut Tx, cx: &Cx, from: &str, new: Organisation, happened: Happened) -> Result<OrganisationNow, Error> {
    let change = Change { from: from.to_string(), ..Change::to(Some(new.id), in_words(&new)) };
    let now = reading::now(tx, cx, new)?;
    super::record(tx, cx, now, happened, events::organisation, change)
}
