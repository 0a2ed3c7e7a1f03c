//! Rule 23: one act moves the dates of every live award of a round.

use kit::cx::Cx;
use kit::db::Tx;
use kit::history::Line;
use kit::ids::{ExtensionId, RoundId, VariationId};
use kit::outbox;

use super::{network_actor, save};
use crate::agreement::Change;
use crate::award::Award;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::extension::{Dates, Extension};
use crate::money_history::MoneyLine;
use crate::policy::{self, Action};
use crate::prepare::Prepared;
use crate::store;
use crate::variation::{Decision, State, Variation};

#[derive(Clone, Debug)]
pub struct ExtendAwards {
    pub id: ExtensionId,
    pub round: RoundId,
    pub reason: String,
    pub dates: Dates,
}

pub fn extend_awards(tx: &mut Tx, cx: &Cx, cmd: &ExtendAwards) -> Result<Extension, Error> {
    let live = store::live_in_round(tx, cmd.round)?;
    let parties = live.iter().flat_map(Award::parties).collect();
    policy::check_concerning(&cx.caller, Action::Extend, parties, "round")?;
    let prepared = store::round(tx, cmd.round)?;
    let mut extension = Extension {
        id: cmd.id,
        round: cmd.round,
        reason: cmd.reason.clone(),
        dates: cmd.dates.clone(),
        n_varied: 0,
        made_at: cx.now,
        made_by: network_actor(cx),
    };
    cmd.dates.whole().expect_ahead(cx.now)?;
    let changes = cmd.dates.changes(live)?;
    extension.n_varied = i32::try_from(changes.len()).expect("a round has fewer awards than that");
    store::insert_extension(tx, &extension)?;
    for (award, change) in changes {
        vary(tx, cx, &prepared, &extension, &award, change)?;
    }
    outbox::put(tx, cx, cx.now, events::extended(&extension))?;
    Ok(extension)
}

fn vary(
    tx: &mut Tx,
    cx: &Cx,
    prepared: &Prepared,
    extension: &Extension,
    award: &Award,
    change: Change,
) -> Result<(), Error> {
    // Nobody has named it yet, so a closure that runs twice may make it anew.
    let id = VariationId::new();
    let varied = award.vary(&change, prepared.instrument(&award.instrument)?, id, cx.now)?;
    let (by, reason) = (extension.made_by.clone(), extension.reason.clone());
    let decision = Decision { by, at: cx.now, reason, reference: String::new() };
    let variation = Variation {
        id,
        award: award.id,
        version: 1,
        change,
        reason: extension.reason.clone(),
        extension: Some(extension.id),
        requested_by: extension.made_by.clone(),
        requested_at: cx.now,
        word: None,
        state: State::Approved { version: varied.agreement.terms.version, decision },
    };
    save(tx, cx, award, varied, Happened::AwardVaried)?;
    store::insert_variation(tx, &variation)?;
    let line = Line::first(1, cx.now, extension.made_by.clone(), "extend", variation.state.name());
    let line = line.because(true, &extension.reason);
    Ok(store::insert_money_line(tx, &MoneyLine::of_variation(None, &variation, line))?)
}
