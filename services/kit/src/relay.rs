//! Publishes what a service has written to its outbox, and marks it. At least once: consumers take each event once.

#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::time::{Duration, Instant};

use diesel::prelude::*;
use diesel::sql_types::{Array, BigInt, Nullable, Text};
use prost::Message;
use toadlane_proto::types::v1 as pb;

use crate::bus::{Bus, BusError, Receipt};
use crate::caller::Area;
use crate::db::{Conn, Db, DbError, Prepared};
use crate::outbox::outbox;
use crate::retention;
use crate::time::Timestamp;
use tokio_util::sync::CancellationToken;

const MOST_PER_PASS: i64 = 256;
/// Commits of other processes do not wake us, so the outbox is also looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const KEEP_PUBLISHED_S: i64 = 7 * 24 * 3600;
const SWEEP_EVERY: Duration = Duration::from_secs(600);
const MOST_PER_SWEEP: i64 = 1000;
/// Stands where the broker's sequence stood on an event that the broker has lost: above every real one, so that a
/// relay that starts anew finds it too.
const LOST: i64 = i64::MAX;

/// Why a pass of the relay ended early. It is tried again.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the outbox could not be read or marked")]
    Db(#[from] DbError),
    #[error("the bus does not take events")]
    Bus(#[from] BusError),
}

/// Publishes until the process stops.
pub async fn run(db: Db, bus: Bus, area: Area, stop: CancellationToken) {
    let changed = db.changed();
    let mut healthy = false;
    let mut swept_at = Instant::now();
    while !stop.is_cancelled() {
        if !healthy {
            healthy = settle(refill(&db, &bus, area).await, area);
        }
        if healthy {
            healthy = settle(pass(&db, &bus, area).await, area);
        }
        if swept_at.elapsed() > SWEEP_EVERY {
            let now = Timestamp::of_this_machine();
            healthy &= settle(sweep(&db, now).await.map_err(RelayError::Db), area);
            if let Err(error) = retention::sweep(&db, area, now).await {
                tracing::warn!(role = %area, error = %error, "what {area} has kept for long enough stays: {error}");
            }
            swept_at = Instant::now();
        }
        tokio::select! {
            () = changed.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.cancelled() => {}
        }
    }
}

fn settle(result: Result<(), RelayError>, area: Area) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(role = %area, error = %error, "events of {area} wait: {error}");
            false
        }
    }
}

/// Publishes all that waits, page by page.
async fn pass(db: &Db, bus: &Bus, area: Area) -> Result<(), RelayError> {
    loop {
        let (waiting, highest) = db.read(|conn| Ok::<_, DbError>((waiting(conn)?, highest_sequence(conn)?))).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut sent = Vec::with_capacity(waiting.len());
        let mut failed = None;
        for event in waiting {
            match bus.publish(area, &event).await {
                Ok(receipt) => sent.push((event.id, receipt)),
                Err(error) => {
                    failed = Some(error);
                    break;
                }
            }
        }
        let lost_from = came_back_older(&sent, highest);
        if let Some(lost_from) = lost_from {
            mark_lost(db, lost_from).await?;
        }
        // What was taken is marked also when a later one was not: it need not be sent again.
        if !sent.is_empty() {
            mark(db, sent).await?;
            db.published().notify_waiters();
        }
        if lost_from.is_some() {
            refill(db, bus, area).await?;
        }
        if let Some(error) = failed {
            return Err(error.into());
        }
    }
}

fn waiting(conn: &mut Conn) -> Result<Vec<pb::Event>, DbError> {
    let bodies: Vec<Vec<u8>> = outbox::table
        .filter(outbox::position.is_null())
        .order(outbox::id.asc())
        .limit(MOST_PER_PASS)
        .select(outbox::body)
        .load(conn)?;
    bodies.iter().map(|body| event_in(body)).collect()
}

fn event_in(body: &[u8]) -> Result<pb::Event, DbError> {
    pb::Event::decode(body).map_err(|_| DbError::Inconsistent("an event in the outbox cannot be read".to_string()))
}

/// The highest sequence that the broker ever gave; none where there is no broker.
fn highest_sequence(conn: &mut Conn) -> Result<Option<i64>, DbError> {
    let given = outbox::table.filter(outbox::broker_sequence.lt(LOST));
    Ok(given.select(diesel::dsl::max(outbox::broker_sequence)).first(conn)?)
}

/// A broker acknowledges before it has synced. One that came back older than our marks gives away sequences that it
/// gave before: what it had from the first of them on is lost.
fn came_back_older(sent: &[(String, Option<Receipt>)], highest: Option<i64>) -> Option<i64> {
    let new = sent.iter().filter_map(|(_, receipt)| *receipt).find(|receipt| !receipt.is_known)?;
    (new.sequence <= highest?).then_some(new.sequence)
}

/// Notes which events the broker has lost, before anything else changes: whoever comes next finds them.
async fn mark_lost(db: &Db, from: i64) -> Result<(), DbError> {
    db.work(Some("relay".to_string()), move |tx| {
        let conn: &mut Conn = tx;
        let lost = outbox::table.filter(outbox::broker_sequence.ge(from)).filter(outbox::broker_sequence.lt(LOST));
        diesel::update(lost).set(outbox::broker_sequence.eq(LOST)).execute(conn)?;
        Ok::<(), DbError>(())
    })
    .await
}

/// Gives each published event the next position. Under a key, so that two relays never give the same one.
async fn mark(db: &Db, sent: Vec<(String, Option<Receipt>)>) -> Result<(), DbError> {
    db.work(Some("relay".to_string()), move |tx| {
        let conn: &mut Conn = tx;
        let ids: Vec<&String> = sent.iter().map(|(id, _)| id).collect();
        let unmarked = outbox::table.filter(outbox::id.eq_any(ids)).filter(outbox::position.is_null());
        let unmarked: HashSet<String> = unmarked.select(outbox::id).load(conn)?.into_iter().collect();
        let last: Option<i64> = outbox::table.select(diesel::dsl::max(outbox::position)).first(conn)?;
        let new = sent.iter().filter(|(id, _)| unmarked.contains(id)).zip(last.unwrap_or(0) + 1..);
        let new = new.map(|((id, receipt), position)| Mark { id, position, sequence: receipt.map(|one| one.sequence) });
        Ok::<(), DbError>(write_marks(conn, &new.collect::<Vec<_>>(), Timestamp::of_this_machine())?)
    })
    .await
}

struct Mark<'a> {
    id: &'a str,
    position: i64,
    sequence: Option<i64>,
}

fn write_marks(conn: &mut Conn, marks: &[Mark<'_>], now: Timestamp) -> QueryResult<()> {
    match conn {
        // In one statement: a round trip for each event would take as long as what the events tell of.
        Conn::Postgres(conn) => {
            let together =
                "UPDATE outbox SET position = mark.position, published_at = $1, broker_sequence = mark.sequence
                FROM unnest($2, $3, $4) AS mark (id, position, sequence) WHERE outbox.id = mark.id";
            diesel::sql_query(together)
                .bind::<BigInt, _>(now.micros())
                .bind::<Array<Text>, _>(marks.iter().map(|mark| mark.id).collect::<Vec<_>>())
                .bind::<Array<BigInt>, _>(marks.iter().map(|mark| mark.position).collect::<Vec<_>>())
                .bind::<Array<Nullable<BigInt>>, _>(marks.iter().map(|mark| mark.sequence).collect::<Vec<_>>())
                .execute(conn)?;
        }
        Conn::Sqlite(conn) => {
            for mark in marks {
                let marked = diesel::update(outbox::table.find(mark.id)).set((
                    outbox::position.eq(mark.position),
                    outbox::published_at.eq(now.micros()),
                    outbox::broker_sequence.eq(mark.sequence),
                ));
                Prepared(marked).execute(conn)?;
            }
        }
    }
    Ok(())
}

/// Publishes again what the broker has lost: it holds no sequence as high as that of these rows.
async fn refill(db: &Db, bus: &Bus, area: Area) -> Result<(), RelayError> {
    let Some(last) = bus.last_sequence(area).await? else {
        return Ok(());
    };
    // Noted before anything is published, for that raises the last sequence of the broker.
    if db.read(highest_sequence).await?.is_some_and(|highest| highest > last) {
        mark_lost(db, last.saturating_add(1)).await?;
    }
    loop {
        let lost = db.read(lost).await?;
        if lost.is_empty() {
            return Ok(());
        }
        for event in lost {
            let receipt = bus.publish(area, &event).await?;
            db.work(Some("relay".to_string()), move |tx| {
                let conn: &mut Conn = tx;
                let row = outbox::table.find(&event.id);
                diesel::update(row)
                    .set(outbox::broker_sequence.eq(receipt.map(|receipt| receipt.sequence)))
                    .execute(conn)?;
                Ok::<(), DbError>(())
            })
            .await?;
        }
    }
}

fn lost(conn: &mut Conn) -> Result<Vec<pb::Event>, DbError> {
    let bodies: Vec<Vec<u8>> = outbox::table
        .filter(outbox::broker_sequence.eq(LOST))
        .order(outbox::position.asc())
        .limit(MOST_PER_PASS)
        .select(outbox::body)
        .load(conn)?;
    bodies.iter().map(|body| event_in(body)).collect()
}

/// Removes what was published long ago, from the oldest on. The newest position stays, so that positions never begin
/// again.
async fn sweep(db: &Db, now: Timestamp) -> Result<(), DbError> {
    let old = now.plus_seconds(-KEEP_PUBLISHED_S).micros();
    loop {
        let n_removed = db
            .work(Some("relay".to_string()), move |tx| {
                let conn: &mut Conn = tx;
                let last: Option<i64> = outbox::table.select(diesel::dsl::max(outbox::position)).first(conn)?;
                let oldest: Vec<(String, Option<i64>)> = outbox::table
                    .filter(outbox::position.lt(last.unwrap_or(0)))
                    .order(outbox::position.asc())
                    .limit(MOST_PER_SWEEP)
                    .select((outbox::id, outbox::published_at))
                    .load(conn)?;
                let ids: Vec<String> = oldest
                    .into_iter()
                    .take_while(|(_, published_at)| published_at.is_some_and(|published_at| published_at < old))
                    .map(|(id, _)| id)
                    .collect();
                // One by one: a list of ids would be a new statement for every length, which nothing caches.
                for id in &ids {
                    diesel::delete(outbox::table.find(id)).execute(conn)?;
                }
                Ok::<usize, DbError>(ids.len())
            })
            .await?;
        if n_removed == 0 {
            return Ok(());
        }
    }
}
