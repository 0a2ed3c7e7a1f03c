//! Substitutes, where recusals break a quorum (rule 11).

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::{AssessmentId, OrgId, PersonId};

use super::interests::derive;
use super::{Happening, enter, note};
use crate::derive::Register;
use crate::error::Error;
use crate::panel::MemberNow;
use crate::policy::Action;
use crate::store;

#[derive(Clone, Copy, Debug)]
pub struct AddSubstitute {
    pub assessment: AssessmentId,
    pub person: PersonId,
    pub organisation: OrgId,
    pub stands_in_for: PersonId,
}

/// `name` and `register` are what the registry says of the person, asked beforehand.
pub fn add_substitute(
    tx: &mut Tx,
    cx: &Cx,
    name: &str,
    register: &Register,
    cmd: &AddSubstitute,
) -> Result<MemberNow, Error> {
    let sight = enter(tx, cx, Action::AddSubstitute, cmd.assessment)?;
    sight.assessment.expect_open("add_substitute")?;
    let member = store::member(tx, cmd.assessment, cmd.stands_in_for)?;
    let member = member.ok_or(Error::NotFound { what: "panel member" })?;
    if store::member(tx, cmd.assessment, cmd.person)?.is_some() {
        return Err(Error::OnPanelAlready);
    }
    let substitute = member.substitute(cmd.person, name.to_string(), cmd.organisation)?;
    store::insert_member(tx, cmd.assessment, &substitute)?;
    let happening = Happening {
        what: "member",
        subject: format!("{}/{}", cmd.assessment, cmd.person),
        version: 1,
        step: "add_substitute",
        from: None,
        to: "on the panel",
        reason: "",
    };
    note(tx, cx, cmd.assessment, happening)?;
    derive(tx, cx, &sight.assessment, register)?;
    let member = store::member(tx, cmd.assessment, cmd.person)?.ok_or(Error::NotFound { what: "panel member" })?;
    Ok(MemberNow { member, rubric: sight.assessment.call.rubric })
}
