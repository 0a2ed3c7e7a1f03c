//! Changes of one award's agreement. An approved one writes the next version and never changes an earlier one.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AwardId, VariationId};
use kit::outbox;

use super::money::{replan, void_approvals};
use super::{council_actor, network_actor, reading};
use crate::agreement::Change;
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::store;
use crate::variation::{Decision, Standings, State, Variation};

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
    standings: &Standings,
    cmd: &RequestVariation,
) -> Result<Variation, Error> {
    let award = reading::seen_to_vary(tx, cx, cmd.award, &cmd.change)?;
    let prepared = store::round(tx, award.round)?;
    award.expect_variable(&cmd.change, prepared.instrument(&award.instrument)?, cx.now)?;
    standings.expect_allows(&award, &cmd.change)?;
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
    record(tx, cx, variation)
}

#[derive(Clone, Debug)]
pub struct DecideVariation {
    pub target: Target<VariationId>,
    pub approve: bool,
    pub reason: String,
}

pub fn decide_variation(
    tx: &mut Tx,
    cx: &Cx,
    standings: &Standings,
    cmd: &DecideVariation,
) -> Result<Variation, Error> {
    let (award, old) = load_for(tx, cx, &cmd.target)?;
    let decision = Decision { by: network_actor(cx), at: cx.now, reason: cmd.reason.clone() };
    if !cmd.approve {
        let refused = old.decide(None, decision)?;
        return save(tx, cx, &old, refused);
    }
    let approved = old.decide(Some(award.agreement.terms.version + 1), decision)?;
    standings.expect_allows(&award, &old.change)?;
    let prepared = store::round(tx, award.round)?;
    let varied = award.vary(&old.change, prepared.instrument(&award.instrument)?, old.id, cx.now)?;
    let varied = super::save(tx, cx, &award, varied, Happened::AwardVaried)?.award;
    if (varied.applicant, varied.payee()) != (award.applicant, award.payee()) {
        void_approvals(tx, cx, &varied)?;
    }
    replan(tx, cx, &award, &varied, &old.reason)?;
    save(tx, cx, &old, approved)
}

/// The variation as it is with its award, if the caller may decide on it and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, target: &Target<VariationId>) -> Result<(Award, Variation), Error> {
    let (award, variation) = reading::variation_to_decide(tx, cx, target.id)?;
    variation.expect_version(target.version)?;
    Ok((award, variation))
}

/// Saves the new version of a variation with its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Variation, new: Variation) -> Result<Variation, Error> {
    store::update_variation(tx, old, &new)?;
    record(tx, cx, new)
}

/// Writes the event, which its state names.
fn record(tx: &mut Tx, cx: &Cx, new: Variation) -> Result<Variation, Error> {
    outbox::put(tx, cx, cx.now, events::variation(&new))?;
    Ok(new)
}
