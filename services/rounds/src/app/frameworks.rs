//! Frameworks: created, and reworded in new versions.

use kit::call::Text;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{FrameworkId, OrgId};
use kit::refusal::Refusal;

use crate::error::Error;
use crate::framework::{Framework, Wording};
use crate::policy::{self, Action};
use crate::store;

/// The framework as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<FrameworkId>) -> Result<Framework, Error> {
    let framework = store::framework(tx, target.id)?;
    policy::check_at_large(&cx.caller, action, "framework")?;
    framework.expect_version(target.version)?;
    Ok(framework)
}

#[derive(Clone, Debug)]
pub struct CreateFramework {
    pub id: FrameworkId,
    pub name: Text,
    pub owner: OrgId,
    pub wording: Wording,
}

/// `owner` is the organisation, if the registry holds it, asked beforehand.
pub fn create_framework(
    tx: &mut Tx,
    cx: &Cx,
    owner: &Option<OrgId>,
    cmd: &CreateFramework,
) -> Result<Framework, Error> {
    policy::check_at_large(&cx.caller, Action::CreateFramework, "framework")?;
    if *owner != Some(cmd.owner) {
        let says = "the registry holds no such organisation";
        return Err(Refusal::bad_field("owner_organisation_id", "organisation.unknown", says).into());
    }
    let framework = Framework::new(cmd.id, cmd.name.clone(), cmd.owner, cmd.wording.clone(), cx.now)?;
    store::insert_framework(tx, &framework)?;
    Ok(framework)
}

#[derive(Clone, Debug)]
pub struct AddFrameworkVersion {
    pub target: Target<FrameworkId>,
    pub wording: Wording,
}

pub fn add_framework_version(tx: &mut Tx, cx: &Cx, cmd: &AddFrameworkVersion) -> Result<Framework, Error> {
    let framework = load_for(tx, cx, Action::AddVersion, &cmd.target)?;
    let new = framework.add_version(cmd.wording.clone(), cx.now)?;
    store::update_framework(tx, &framework, &new)?;
    Ok(new)
}

#[derive(Clone, Debug)]
pub struct UpdateFrameworkVersion {
    pub target: Target<FrameworkId>,
    pub number: i32,
    pub wording: Wording,
}

pub fn update_framework_version(tx: &mut Tx, cx: &Cx, cmd: &UpdateFrameworkVersion) -> Result<Framework, Error> {
    let framework = load_for(tx, cx, Action::UpdateVersion, &cmd.target)?;
    let new = framework.reword(cmd.number, cmd.wording.clone(), cx.now)?;
    store::update_framework(tx, &framework, &new)?;
    Ok(new)
}
