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

/// What the registry said beforehand of somebody who comes onto the panel.
#[derive(Clone, Debug)]
pub struct SubstituteFacts {
    pub name: String,
    /// On whatever boards.
    pub n_seats: usize,
    pub register: Register,
}

pub fn add_substitute(tx: &mut Tx, cx: &Cx, facts: &SubstituteFacts, cmd: &AddSubstitute) -> Result<MemberNow, Error> {
    let sight = enter(tx, cx, Action::AddSubstitute, cmd.assessment)?;
    // A substitute holds a seat: who sits reads bids as the panel does and by no other duty (rule 10).
    if facts.n_seats == 0 {
        let says = "a substitute holds a seat, with or without a vote: let the registry give them one first";
        return Err(Error::invalid("person_id", "panel.substitute", says));
    }
    sight.assessment.expect_open("add_substitute")?;
    let member = store::member(tx, cmd.assessment, cmd.stands_in_for)?;
    let member = member.ok_or(Error::NotFound { what: "panel member" })?;
    if store::member(tx, cmd.assessment, cmd.person)?.is_some() {
        return Err(Error::OnPanelAlready);
    }
    let substitute = member.substitute(cmd.person, facts.name.clone(), cmd.organisation)?;
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
    derive(tx, cx, &sight.assessment, &facts.register)?;
    let member = store::member(tx, cmd.assessment, cmd.person)?.ok_or(Error::NotFound { what: "panel member" })?;
    Ok(MemberNow { member, rubric: sight.assessment.call.rubric })
}
