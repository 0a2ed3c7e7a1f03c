//! Changes of one award's agreement. One that is in force writes the next version and never changes an earlier one;
//! where it takes from what the council agreed to, it is in force with its certifier's word for it.

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::history::Line;
use kit::ids::{AwardId, OrgId, PersonId, VariationId};
use kit::outbox;
use kit::register::expect_word_of;

use super::money::{replan, void_approvals};
use super::{actor, network_actor, reading};
use crate::agreement::Change;
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::money_history::MoneyLine;
use crate::policy::{self, Action};
use crate::state::Acceptance;
use crate::store;
use crate::variation::{Decision, Standings, State, Step, Variation, VariationNow};

/// What other services say of what a variation names, asked beforehand.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub standings: Standings,
    /// The organisation of which the registry holds the certifier that is named.
    pub certifier_of: Option<OrgId>,
}

/// A certifier's word for the agreement as a variation would make it: the version and digest that they read.
#[derive(Clone, Debug)]
pub struct Word {
    pub certifier: PersonId,
    pub role: String,
    pub version: i32,
    pub digest: String,
}

#[derive(Clone, Debug)]
pub struct RequestVariation {
    pub id: VariationId,
    pub award: AwardId,
    pub change: Change,
    pub reason: String,
    /// Where the council agrees to exactly this already.
    pub word: Option<Word>,
}

/// Asks for a change that could be approved as things stand.
pub fn request_variation(tx: &mut Tx, cx: &Cx, asked: &Asked, cmd: &RequestVariation) -> Result<VariationNow, Error> {
    let award = reading::seen_to_vary(tx, cx, cmd.award, &cmd.change)?;
    let varied = vary(tx, cx, asked, &award, cmd.id, &cmd.change)?;
    let word = match &cmd.word {
        Some(word) => Some(expect_word(cx, asked, &award, &varied, word)?),
        None => None,
    };
    let variation = Variation {
        id: cmd.id,
        award: award.id,
        version: 1,
        change: cmd.change.clone(),
        reason: cmd.reason.clone(),
        extension: None,
        requested_by: actor(cx, &award),
        requested_at: cx.now,
        word,
        state: State::Requested,
    };
    store::insert_variation(tx, &variation)?;
    record(tx, cx, &award, None, variation, "request", &cmd.reason)
}

#[derive(Clone, Debug)]
pub struct DecideVariation {
    pub target: Target<VariationId>,
    pub approve: bool,
    pub reason: String,
    /// The meeting of the deciding body that it rests on; empty where none is named.
    pub reference: String,
}

pub fn decide_variation(tx: &mut Tx, cx: &Cx, asked: &Asked, cmd: &DecideVariation) -> Result<VariationNow, Error> {
    let (award, old) = load_for(tx, cx, Action::DecideVariation, &cmd.target)?;
    let (reason, reference) = (cmd.reason.clone(), cmd.reference.clone());
    let decision = Decision { by: network_actor(cx), at: cx.now, reason, reference };
    old.expect_of_another(&decision.by)?;
    if !cmd.approve {
        let refused = old.step(Step::Refuse(decision))?;
        return save(tx, cx, &award, &old, refused, "refuse", &cmd.reason);
    }
    let proposed = old.step(Step::Propose(decision.clone()))?;
    let varied = vary(tx, cx, asked, &award, old.id, &old.change)?;
    let limit = store::round(tx, award.round)?.settings.variation_limit;
    award.expect_decided(&varied, limit, &cmd.reference)?;
    // The word that came with the request is for exactly these terms, or for others than have come of it since.
    let given = old.word.clone().filter(|word| varied.agreement.expect(word.version, &word.digest).is_ok());
    if given.is_none() && award.needs_word_for(&varied) {
        let proposed = Variation { word: None, ..proposed };
        return save(tx, cx, &award, &old, proposed, "propose", &cmd.reason);
    }
    let approved = old.step(Step::Approve { version: varied.agreement.terms.version, decision })?;
    let varied = match &given {
        Some(word) if award.state.is_agreed() => varied.with_word(word.clone())?,
        Some(_) | None => varied,
    };
    let varied = put_in_force(tx, cx, &award, varied, &old)?;
    save(tx, cx, &varied, &old, Variation { word: given, ..approved }, "approve", &cmd.reason)
}

#[derive(Clone, Debug)]
pub struct AcceptVariation {
    pub target: Target<VariationId>,
    pub word: Word,
}

/// The council agrees to what the network approved: it is in force.
pub fn accept_variation(tx: &mut Tx, cx: &Cx, asked: &Asked, cmd: &AcceptVariation) -> Result<VariationNow, Error> {
    let (award, old) = load_for(tx, cx, Action::Accept, &cmd.target)?;
    let accepted = old.step(Step::Accept { version: cmd.word.version })?;
    let varied = vary(tx, cx, asked, &award, old.id, &old.change)?;
    let word = expect_word(cx, asked, &award, &varied, &cmd.word)?;
    let varied = put_in_force(tx, cx, &award, varied.with_word(word.clone())?, &old)?;
    save(tx, cx, &varied, &old, Variation { word: Some(word), ..accepted }, "accept", "")
}

/// The council declines what the network approved: the agreement holds as it was.
pub fn decline_variation(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<VariationId>) -> Result<VariationNow, Error> {
    let (award, old) = load_for(tx, cx, Action::Refuse, &cmd.target)?;
    let declined = old.step(Step::Decline { reason: cmd.reason.clone() })?;
    save(tx, cx, &award, &old, declined, "decline", &cmd.reason)
}

/// The award with a change, if that is possible as things stand.
fn vary(tx: &mut Tx, cx: &Cx, asked: &Asked, award: &Award, id: VariationId, change: &Change) -> Result<Award, Error> {
    let prepared = store::round(tx, award.round)?;
    let varied = award.vary(change, prepared.instrument(&award.instrument)?, id, cx.now)?;
    asked.standings.expect_allows(award, change)?;
    Ok(varied)
}

/// The word of a certifier of the award's council, for exactly these terms.
fn expect_word(cx: &Cx, asked: &Asked, award: &Award, varied: &Award, word: &Word) -> Result<Acceptance, Error> {
    policy::check(&cx.caller, Action::Accept, award)?;
    expect_word_of(&cx.caller, word.certifier, asked.certifier_of, award.applicant)?;
    varied.agreement.expect(word.version, &word.digest)?;
    Ok(Acceptance {
        certifier: word.certifier,
        role: word.role.clone(),
        version: word.version,
        digest: word.digest.clone(),
        at: cx.now,
        recorded_by: cx.caller.subject.to_string(),
    })
}

/// Lets a new version of the agreement hold, and brings payments and pot up with it.
fn put_in_force(tx: &mut Tx, cx: &Cx, award: &Award, varied: Award, variation: &Variation) -> Result<Award, Error> {
    let varied = super::save(tx, cx, award, varied, Happened::AwardVaried)?.award;
    if (varied.applicant, varied.payee()) != (award.applicant, award.payee()) {
        void_approvals(tx, cx, &varied)?;
    }
    replan(tx, cx, award, &varied, &variation.reason)?;
    Ok(varied)
}

/// The variation as it is with its award, if the caller may do this with it and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<VariationId>) -> Result<(Award, Variation), Error> {
    let (award, variation) = reading::variation_for(tx, cx, action, target.id)?;
    variation.expect_version(target.version)?;
    Ok((award, variation))
}

/// Saves the new version of a variation with its line of history and its event.
fn save(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    old: &Variation,
    new: Variation,
    step: &str,
    reason: &str,
) -> Result<VariationNow, Error> {
    store::update_variation(tx, old, &new)?;
    record(tx, cx, award, Some(old), new, step, reason)
}

/// Writes a line of history, and the event, which its state names.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    award: &Award,
    old: Option<&Variation>,
    new: Variation,
    step: &str,
    reason: &str,
) -> Result<VariationNow, Error> {
    let line = Line::first(new.version, cx.now, actor(cx, award), step, new.state.name()).because(true, reason);
    store::insert_money_line(tx, &MoneyLine::of_variation(old, &new, line))?;
    outbox::put(tx, cx, cx.now, events::variation(&new))?;
    Ok(VariationNow { proposed: new.proposed_to(award), variation: new })
}
