//! Changes of one award's agreement. An approved one writes the next version and never changes an earlier one.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AwardId, OrgId, VariationId};
use kit::outbox;

use super::money::{replan, void_approvals};
use super::{council_actor, network_actor, reading, save};
use crate::agreement::Change;
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::store;
use crate::variation::{Decision, State, Variation};

/// What the register says of the organisations that a change names, asked beforehand.
#[derive(Clone, Debug, Default)]
pub struct Register {
    /// The organisation of the award at the time, if it exists no longer.
    pub abolished: Option<OrgId>,
    /// Those that followed it.
    pub successors: Vec<OrgId>,
    /// The payee named, if money can be paid to it.
    pub legal_payee: Option<OrgId>,
}

impl Register {
    /// Rule 28: an award goes to a successor alone, and the choice among several is named. Money goes to a legal body.
    fn expect_allows(&self, award: &Award, change: &Change) -> Result<(), Error> {
        if let Some(successor) = change.successor {
            // The facts must be about the present organisation: it may have changed since they were asked.
            if self.abolished != Some(award.applicant) {
                return Err(Error::NotAbolished);
            }
            if !self.successors.contains(&successor) {
                return Err(Error::NotASuccessor);
            }
        }
        match change.payee {
            Some(payee) if self.legal_payee != Some(payee) => Err(Error::PayeeIsNoLegalBody),
            Some(_) | None => Ok(()),
        }
    }
}

#[derive(Clone, Debug)]
pub struct RequestVariation {
    pub id: VariationId,
    pub award: AwardId,
    pub change: Change,
    pub reason: String,
}

/// Asks for a change that could be approved as things stand.
pub fn request_variation(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &RequestVariation,
) -> Result<Variation, Error> {
    let award = reading::seen_to_vary(tx, cx, cmd.award, &cmd.change)?;
    let prepared = store::round(tx, award.round)?;
    award.expect_variable(&cmd.change, prepared.instrument(&award.instrument)?, cx.now)?;
    register.expect_allows(&award, &cmd.change)?;
    let variation = Variation {
        id: cmd.id,
        award: award.id,
        version: 1,
        change: cmd.change.clone(),
        reason: cmd.reason.clone(),
        extension: None,
        requested_by: council_actor(cx, &award),
        requested_at: cx.now,
        state: State::Requested,
    };
    store::insert_variation(tx, &variation)?;
    outbox::put(tx, cx, cx.now, &events::variation(&variation))?;
    Ok(variation)
}

#[derive(Clone, Debug)]
pub struct DecideVariation {
    pub target: Target<VariationId>,
    pub approve: bool,
    pub reason: String,
}

pub fn decide_variation(tx: &mut Tx, cx: &Cx, register: &Register, cmd: &DecideVariation) -> Result<Variation, Error> {
    let (award, old) = reading::variation_to_decide(tx, cx, cmd.target.id)?;
    old.expect_version(cmd.target.version)?;
    let decision = Decision { by: network_actor(cx), at: cx.now, reason: cmd.reason.clone() };
    if !cmd.approve {
        let refused = old.decide(None, decision)?;
        store::update_variation(tx, &old, &refused)?;
        outbox::put(tx, cx, cx.now, &events::variation(&refused))?;
        return Ok(refused);
    }
    let approved = old.decide(Some(award.agreement.terms.version + 1), decision)?;
    register.expect_allows(&award, &old.change)?;
    let prepared = store::round(tx, award.round)?;
    let varied = award.vary(&old.change, prepared.instrument(&award.instrument)?, old.id, cx.now)?;
    save(tx, cx, &award, &varied, Happened::Varied)?;
    if (varied.applicant, varied.payee()) != (award.applicant, award.payee()) {
        void_approvals(tx, cx, &varied)?;
    }
    replan(tx, cx, &award, &varied, &old.reason)?;
    store::update_variation(tx, &old, &approved)?;
    outbox::put(tx, cx, cx.now, &events::variation(&approved))?;
    Ok(approved)
}
