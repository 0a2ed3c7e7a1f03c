//! The awards of a round, made from its determinations.

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::RoundId;
use kit::money::Money;
use kit::time::Date;

use super::money::commit;
use super::{network_actor, record};
use crate::error::Error;
use crate::events::Happened;
use crate::ledger::{Kind, Posting, Pot, PotNow};
use crate::policy::{self, Action};
use crate::prepare::{Decisions, Outcome, PrepareDone, Prepared};
use crate::round::{Instrument, Settings};
use crate::store;

#[derive(Clone, Debug)]
pub struct PrepareAwards {
    pub round: RoundId,
    pub settings: Settings,
    /// Why the deciding body gives more than a pot holds (rule 1).
    pub over_commitment_reason: String,
}

/// Opens the pots and makes all awards of a round. Rule 1: together they are at most what their pot holds, unless the
/// deciding body recorded why.
pub fn prepare_awards(tx: &mut Tx, cx: &Cx, decisions: &Decisions, cmd: &PrepareAwards) -> Result<PrepareDone, Error> {
    let outcomes = decisions.outcomes.as_deref().ok_or(Error::DecisionPending)?;
    let parties = outcomes.iter().flat_map(Outcome::parties).collect();
    policy::check_concerning(&cx.caller, Action::Prepare, parties, "round")?;
    let prepared = Prepared { round: decisions.round.clone(), settings: cmd.settings.clone() };
    store::insert_round(tx, &prepared, cx.now)?;
    for instrument in &prepared.round.instruments {
        open_pot(tx, cx, &prepared, instrument, outcomes, &cmd.over_commitment_reason)?;
    }
    let (mut n_prepared, mut n_reserved) = (0, 0);
    for outcome in outcomes {
        let award = prepared.award(outcome, cx.now)?;
        store::insert(tx, &award)?;
        let happened = match outcome.reserve_place {
            None => {
                commit(tx, cx, &award, &prepared)?;
                n_prepared += 1;
                Happened::AwardPrepared
            }
            Some(_) => {
                n_reserved += 1;
                Happened::AwardReserved
            }
        };
        record(tx, cx, None, award, happened)?;
    }
    let mut pots = Vec::with_capacity(prepared.round.instruments.len());
    for instrument in &prepared.round.instruments {
        let pot = store::pot(tx, cmd.round, &instrument.code)?;
        pots.push(PotNow { pot, as_of: cx.now });
    }
    Ok(PrepareDone { n_prepared, n_reserved, pots, as_of: cx.now })
}

/// Sets aside what the round says, and what is given beyond that where the deciding body recorded why.
fn open_pot(
    tx: &mut Tx,
    cx: &Cx,
    prepared: &Prepared,
    instrument: &Instrument,
    outcomes: &[Outcome],
    over_commitment_reason: &str,
) -> Result<(), Error> {
    let mut needed = Money { minor_units: 0, ..instrument.pot };
    let funded =
        outcomes.iter().filter(|outcome| outcome.instrument == instrument.code && outcome.reserve_place.is_none());
    for outcome in funded {
        needed = needed.plus(outcome.amount)?;
    }
    let beyond = needed.minor_units - instrument.pot.minor_units;
    if beyond > 0 && over_commitment_reason.is_empty() {
        return Err(Error::OverCommitted { pot: instrument.pot, needed });
    }
    let mut pot = Pot::empty(prepared.round.id, &instrument.code, instrument.pot.currency);
    if beyond > 0 {
        pot.over_commitment_reason = over_commitment_reason.to_string();
    }
    store::insert_pot(tx, &pot)?;
    for minor_units in [instrument.pot.minor_units, beyond] {
        if minor_units > 0 {
            let amount = pot.money(minor_units);
            let (by, booked_on) = (network_actor(cx), Date::today(cx.now));
            let posting = Posting { kind: Kind::SetAside, amount, award: None, subject: None, by, booked_on };
            pot = store::post(tx, &pot, posting, cx.now)?;
        }
    }
    Ok(())
}
