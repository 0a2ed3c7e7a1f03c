//! The gate's row. [`take_place`] and [`close_intake`] update it, and that orders all bids of a round.

use diesel::dsl::case_when;
use diesel::prelude::*;
use kit::db::{DbError, Tx, toadlane_now};
use kit::ids::RoundId;
use kit::time::Timestamp;

use super::{inconsistent, parsed};
use crate::call::Call;
use crate::intake::{Intake, Place, Timing};
use crate::schema::intake;

fn call_of(json: &str) -> Result<Call, DbError> {
    serde_json::from_str(json).map_err(inconsistent)
}

/// The gate as it stands; none when the round is unknown here.
pub fn intake(tx: &mut Tx, round: RoundId) -> Result<Option<Intake>, DbError> {
    let found: Option<(String, Option<i64>, i64)> = intake::table
        .find(round.to_string())
        .select((intake::call, intake::closed_at, intake::last_number))
        .first(tx)
        .optional()?;
    match found {
        None => Ok(None),
        Some((call, closed_at, last_number)) => Ok(Some(Intake {
            call: call_of(&call)?,
            closed_at: closed_at.map(Timestamp::from_micros),
            last_number,
        })),
    }
}

/// What the gate gave, and the call as it then stood.
pub struct Gate {
    pub place: Place,
    pub call: Call,
}

/// Takes the next place of a round: the instant is that of this statement, and the number moves with it. A bid that
/// keeps its number moves nothing but the instant. None when the round is unknown here.
pub fn take_place(tx: &mut Tx, round: RoundId, keeps_number: bool) -> Result<Option<Gate>, DbError> {
    let n_new = if keeps_number { 0 } else { 1 };
    // Time never goes back in a round, even where the machine's clock does.
    let instant =
        case_when(intake::last_instant.gt(toadlane_now()), intake::last_instant).otherwise(toadlane_now());
    let open = intake::table
        .filter(intake::round_id.eq(round.to_string()))
        .filter(intake::closed_at.is_null());
    let taken: Option<(i64, i64, i64, i64, String)> = diesel::update(open)
        .set((
            intake::last_number.eq(intake::last_number + n_new),
            intake::last_instant.eq(instant),
        ))
        .returning((
            intake::last_number,
            intake::last_instant,
            intake::opens_at,
            intake::closes_at,
            intake::call,
        ))
        .get_result(tx)
        .optional()?;
    let Some((number, at, opens_at, closes_at, call)) = taken else {
        return after_close(tx, round);
    };
    let micros = Timestamp::from_micros;
    let place = Place::new(micros(at), micros(opens_at), micros(closes_at), number);
    match place.timing {
        Timing::InTime { .. } => {}
        // Outside the window nothing takes a number.
        Timing::Early | Timing::Late => give_back(tx, round, n_new)?,
    }
    Ok(Some(Gate {
        place,
        call: call_of(&call)?,
    }))
}

fn give_back(tx: &mut Tx, round: RoundId, n: i64) -> Result<(), DbError> {
    let row = intake::table.find(round.to_string());
    diesel::update(row)
        .set(intake::last_number.eq(intake::last_number - n))
        .execute(tx)?;
    Ok(())
}

fn after_close(tx: &mut Tx, round: RoundId) -> Result<Option<Gate>, DbError> {
    let Some(closed) = intake(tx, round)? else {
        return Ok(None);
    };
    let at = kit::db::instant(tx)?;
    Ok(Some(Gate {
        place: Place {
            at,
            timing: Timing::Late,
        },
        call: closed.call,
    }))
}

/// The next number, for a late bid that is admitted.
pub fn take_number(tx: &mut Tx, round: RoundId) -> Result<i64, DbError> {
    Ok(diesel::update(intake::table.find(round.to_string()))
        .set(intake::last_number.eq(intake::last_number + 1))
        .returning(intake::last_number)
        .get_result(tx)?)
}

/// Keeps a call, unless a newer version of it is held. A later close opens a closed gate again; a cancelled round is
/// closed. True when something changed.
pub fn put_call(tx: &mut Tx, call: &Call, now: Timestamp) -> Result<bool, DbError> {
    let held: Option<(i64, Option<i64>)> = intake::table
        .find(call.round.to_string())
        .select((intake::version, intake::closed_at))
        .first(tx)
        .optional()?;
    let json = serde_json::to_string(call).map_err(inconsistent)?;
    let window = (
        intake::version.eq(call.version),
        intake::opens_at.eq(call.opens_at.micros()),
        intake::closes_at.eq(call.closes_at.micros()),
        intake::call.eq(json),
    );
    match held {
        Some((version, _)) if version >= call.version => Ok(false),
        Some((_, closed_at)) => {
            let closed_at = match (call.cancelled, closed_at) {
                (true, None) => Some(now.micros()),
                (true, Some(closed_at)) => Some(closed_at),
                (false, Some(_)) if call.closes_at > now => None,
                (false, closed_at) => closed_at,
            };
            diesel::update(intake::table.find(call.round.to_string()))
                .set((window, intake::closed_at.eq(closed_at)))
                .execute(tx)?;
            Ok(true)
        }
        None => {
            let closed_at = call.cancelled.then_some(now.micros());
            diesel::insert_into(intake::table)
                .values((
                    intake::round_id.eq(call.round.to_string()),
                    window,
                    intake::closed_at.eq(closed_at),
                    intake::last_number.eq(0_i64),
                    intake::last_instant.eq(0_i64),
                ))
                .execute(tx)?;
            Ok(true)
        }
    }
}

/// Rounds whose close has come and whose gate still stands open.
pub fn due_intakes(tx: &mut Tx) -> Result<Vec<RoundId>, DbError> {
    let due: Vec<String> = intake::table
        .filter(intake::closed_at.is_null())
        .filter(intake::closes_at.le(toadlane_now()))
        .select(intake::round_id)
        .load(tx)?;
    due.iter().map(|round| parsed(round)).collect()
}

/// Closes the gate if its close has come. After this no bid can get a number by submitting.
pub fn close_intake(tx: &mut Tx, round: RoundId) -> Result<bool, DbError> {
    let due = intake::table
        .filter(intake::round_id.eq(round.to_string()))
        .filter(intake::closed_at.is_null())
        .filter(intake::closes_at.le(toadlane_now()));
    let n_closed = diesel::update(due)
        .set(intake::closed_at.eq(toadlane_now().nullable()))
        .execute(tx)?;
    Ok(n_closed == 1)
}
