//! Commissions: creation, declarations of interests, end.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{CommissionId, OrgId, PersonId, RoundId};
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::access::commission_for;
use super::{Commission, CommissionNow, Declaration, store};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::insight;
use crate::policy::{self, Action};

#[derive(Clone, Debug)]
pub struct CreateCommission {
    pub id: CommissionId,
    pub title: String,
    pub organisation: OrgId,
    pub consultants: Vec<PersonId>,
    pub rounds: Vec<RoundId>,
    pub from: Timestamp,
    pub until: Timestamp,
}

pub fn create_commission(tx: &mut Tx, cx: &Cx, cmd: &CreateCommission) -> Result<CommissionNow, Error> {
    policy::check_at_large(&cx.caller, Action::MakeCommission, "commission")?;
    if cmd.from >= cmd.until {
        let says = "a commission ends after it begins";
        return Err(Refusal::bad_field("until", "timestamp.gt_from", says).into());
    }
    let commission = Commission {
        id: cmd.id,
        version: 1,
        title: cmd.title.clone(),
        organisation: cmd.organisation,
        consultants: cmd.consultants.clone(),
        rounds: cmd.rounds.clone(),
        from: cmd.from,
        until: cmd.until,
        declarations: Vec::new(),
        reason: String::new(),
        created_at: cx.now,
    };
    store::insert(tx, &commission)?;
    record(tx, cx, None, commission, Happened::CommissionCreated)
}

#[derive(Clone, Debug)]
pub struct DeclareConsultantInterests {
    pub id: CommissionId,
    pub organisations: Vec<OrgId>,
    pub note: String,
}

/// What the consultant wrote already on a council in which they now declare an interest is marked too.
pub fn declare_consultant_interests(
    tx: &mut Tx,
    cx: &Cx,
    cmd: &DeclareConsultantInterests,
) -> Result<CommissionNow, Error> {
    let commission = commission_for(tx, cx, Action::DeclareInterests, cmd.id)?;
    let person = cx.caller.person().ok_or(Refusal::NotFound { what: "commission" })?;
    let organisations = cmd.organisations.clone();
    let new = commission.declare(Declaration { person, organisations, note: cmd.note.clone(), at: cx.now });
    let now = save(tx, cx, &commission, new, Happened::InterestsDeclared)?;
    insight::app::mark_interests(tx, cx, &now.commission, person)?;
    Ok(now)
}

#[derive(Clone, Debug)]
pub struct EndCommission {
    pub target: Target<CommissionId>,
    pub until: Option<Timestamp>,
    pub reason: String,
}

pub fn end_commission(tx: &mut Tx, cx: &Cx, cmd: &EndCommission) -> Result<CommissionNow, Error> {
    let commission = commission_for(tx, cx, Action::EndCommission, cmd.target.id)?;
    commission.expect_version(cmd.target.version)?;
    let new = commission.end(cmd.until, &cmd.reason, cx.now)?;
    save(tx, cx, &commission, new, Happened::CommissionEnded)
}

/// Saves the new version of a commission with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Commission, new: Commission, happened: Happened) -> Result<CommissionNow, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Commission>,
    new: Commission,
    happened: Happened,
) -> Result<CommissionNow, Error> {
    let states = (old.map(|old| old.state(cx.now).name()), new.state(cx.now).name());
    let now = CommissionNow { commission: new, as_of: cx.now };
    note(tx, cx, happened, states, &now.commission.reason, None, events::commission(happened, &now))?;
    Ok(now)
}
