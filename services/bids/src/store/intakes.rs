//! The intake's row. [`take_place`] and [`close_intake`] update it, and that orders all bids of a round.

use diesel::dsl::case_when;
use diesel::prelude::*;
use kit::db::{Conn, DbError, Prepared, toadlane_now};
use kit::ids::RoundId;
use kit::stored::{from_json, json};
use kit::time::Timestamp;

use crate::bid::Bid;
use crate::call::Call;
use crate::intake::{Intake, Place, Timing};
use crate::schema::{bid, call, intake};

/// The intake as it stands; none when the round is unknown here.
pub fn intake(conn: &mut Conn, round: RoundId) -> Result<Option<Intake>, DbError> {
    let found: Option<(String, Option<Timestamp>, i64)> = intake::table
        .inner_join(call::table)
        .filter(intake::round_id.eq(round))
        .select((call::content, intake::closed_at, intake::last_number))
        .get_result(conn)
        .optional()?;
    match found {
        None => Ok(None),
        Some((call, closed_at, last_number)) => Ok(Some(Intake { call: from_json(&call)?, closed_at, last_number })),
    }
}

/// The close of a round that bids knows.
pub fn closes_at(conn: &mut Conn, round: RoundId) -> Result<Timestamp, DbError> {
    Ok(intake::table.find(round).select(intake::closes_at).get_result(conn)?)
}

/// What bids knows of a round that it knows.
pub fn call(conn: &mut Conn, round: RoundId) -> Result<Call, DbError> {
    let content: String = call::table.find(round).select(call::content).get_result(conn)?;
    from_json(&content)
}

/// What the intake gave, and which versions of call and bid then stood.
pub struct Taken {
    pub place: Place,
    pub call_version: i64,
    pub bid_version: i64,
}

/// Now, but never earlier than the round's last instant: time does not go back in a round, even where the clock does.
#[diesel::dsl::auto_type]
fn onward_now() -> _ {
    case_when(intake::last_instant.gt(toadlane_now()), intake::last_instant).otherwise(toadlane_now())
}

/// Takes the next place of a bid's round: the instant is that of this statement, and the number moves with it. A bid
/// that keeps its number moves nothing but the instant.
pub fn take_place(conn: &mut Conn, bid: &Bid) -> Result<Taken, DbError> {
    let n_new = if bid.state.receipt().is_some() { 0 } else { 1 };
    let version = bid::table.find(bid.id).select(bid::version).single_value();
    let open = intake::table.find(bid.round).filter(intake::closed_at.is_null());
    let taking = diesel::update(open)
        .set((intake::last_number.eq(intake::last_number + n_new), intake::last_instant.eq(onward_now())))
        .returning((
            intake::last_number,
            intake::last_late,
            intake::last_instant,
            intake::opens_at,
            intake::closes_at,
            intake::version,
            version.assume_not_null(),
        ));
    let taken: Option<(i64, i64, Timestamp, Timestamp, Timestamp, i64, i64)> =
        Prepared(taking).get_result(conn).optional()?;
    let Some((number, last_late, at, opens_at, closes_at, call_version, bid_version)) = taken else {
        return place_behind_close(conn, bid);
    };
    let place = Place::new(at, (opens_at, closes_at), number, last_late + 1);
    // Outside the window nothing takes a number.
    match place.timing {
        Timing::InTime { .. } => {}
        Timing::Early => give_back(conn, bid.round, n_new, 0)?,
        Timing::Late { .. } => give_back(conn, bid.round, n_new, 1)?,
    }
    Ok(Taken { place, call_version, bid_version })
}

fn give_back(conn: &mut Conn, round: RoundId, n_numbers: i64, n_late: i64) -> Result<(), DbError> {
    diesel::update(intake::table.find(round))
        .set((
            intake::last_number.eq(intake::last_number - n_numbers),
            intake::last_late.eq(intake::last_late + n_late),
        ))
        .execute(conn)?;
    Ok(())
}

fn place_behind_close(conn: &mut Conn, bid: &Bid) -> Result<Taken, DbError> {
    let version = bid::table.find(bid.id).select(bid::version).single_value();
    let (queue, at, call_version, bid_version): (i64, Timestamp, i64, i64) =
        diesel::update(intake::table.find(bid.round))
            .set((intake::last_late.eq(intake::last_late + 1), intake::last_instant.eq(onward_now())))
            .returning((intake::last_late, intake::last_instant, intake::version, version.assume_not_null()))
            .get_result(conn)?;
    let place = Place { at, timing: Timing::Late { queue } };
    Ok(Taken { place, call_version, bid_version })
}

/// The next number, for a late bid that is admitted.
pub fn take_number(conn: &mut Conn, round: RoundId) -> Result<i64, DbError> {
    Ok(diesel::update(intake::table.find(round))
        .set(intake::last_number.eq(intake::last_number + 1))
        .returning(intake::last_number)
        .get_result(conn)?)
}

/// Keeps the call of a round that is unknown here. False when it is known.
pub fn insert_call(conn: &mut Conn, call: &Call, now: Timestamp) -> Result<bool, DbError> {
    let row = (
        intake::round_id.eq(call.round),
        intake::version.eq(call.version),
        intake::opens_at.eq(call.opens_at),
        intake::closes_at.eq(call.closes_at),
        intake::closed_at.eq(call.cancelled.then_some(now)),
        intake::last_number.eq(0_i64),
        intake::last_late.eq(0_i64),
        intake::last_instant.eq(0_i64),
    );
    let n_new = kit::each_backend!(conn, conn => diesel::insert_into(intake::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    if n_new == 1 {
        let content = (call::round_id.eq(call.round), call::content.eq(json(call)));
        diesel::insert_into(call::table).values(content).execute(conn)?;
    }
    Ok(n_new == 1)
}

/// Keeps a call, unless as new a version of it is held. A later close opens a closed intake again; a cancelled round is
/// closed. True when something changed.
pub fn put_call(conn: &mut Conn, call: &Call, now: Timestamp) -> Result<bool, DbError> {
    if insert_call(conn, call, now)? {
        return Ok(true);
    }
    let row = intake::table.find(call.round).filter(intake::version.lt(call.version));
    let held: Option<Option<Timestamp>> = row.select(intake::closed_at).first(conn).optional()?;
    let Some(closed_at) = held else {
        return Ok(false);
    };
    let closed_at = match (call.cancelled, closed_at) {
        (true, None) => Some(now),
        (false, Some(_)) if call.closes_at > now => None,
        (true | false, closed_at) => closed_at,
    };
    diesel::update(row)
        .set((
            intake::version.eq(call.version),
            intake::opens_at.eq(call.opens_at),
            intake::closes_at.eq(call.closes_at),
            intake::closed_at.eq(closed_at),
        ))
        .execute(conn)?;
    let content = call::content.eq(json(call));
    diesel::update(call::table.find(call.round)).set(content).execute(conn)?;
    Ok(true)
}

/// Rounds whose close has come and whose intake is still open.
pub fn due_intakes(conn: &mut Conn, limit: i64) -> Result<Vec<RoundId>, DbError> {
    Ok(intake::table
        .filter(intake::closed_at.is_null())
        .filter(intake::closes_at.le(toadlane_now()))
        .order(intake::closes_at.asc())
        .limit(limit)
        .select(intake::round_id)
        .load(conn)?)
}

/// Closes the intake if its close has come. After this no bid can get a number by submitting.
pub fn close_intake(conn: &mut Conn, round: RoundId) -> Result<bool, DbError> {
    let due =
        intake::table.find(round).filter(intake::closed_at.is_null()).filter(intake::closes_at.le(toadlane_now()));
    let n_closed = diesel::update(due)
        .set((intake::closed_at.eq(onward_now().nullable()), intake::last_instant.eq(onward_now())))
        .execute(conn)?;
    Ok(n_closed == 1)
}
