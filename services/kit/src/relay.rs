//! Publishes what a service has written to its outbox, and marks it. At least once: consumers take each event once.

use std::time::Duration;

use diesel::prelude::*;
use prost::Message;
use toadlane_proto::types::v1 as pb;

use crate::bus::{Bus, BusError};
use crate::caller::Role;
use crate::db::{Db, DbError};
use crate::outbox::outbox;
use crate::stop::Stop;
use crate::time::Timestamp;

const MOST_PER_PASS: i64 = 256;
/// Commits of other processes do not wake us, so the outbox is also looked at this often.
const LOOK_EVERY: Duration = Duration::from_millis(200);
const KEEP_PUBLISHED: i64 = 7 * 24 * 3600;

/// Why a pass of the relay ended early. It is tried again.
#[derive(Debug, thiserror::Error)]
enum RelayError {
    #[error("the outbox could not be read or marked")]
    Db(#[from] DbError),
    #[error("the bus does not take events")]
    Bus(#[from] BusError),
}

/// Publishes until the process stops.
pub async fn run(db: Db, bus: Bus, role: Role, stop: Stop) {
    let changed = db.changed();
    let mut healthy = false;
    while !stop.is_called() {
        if !healthy {
            healthy = settle(refill(&db, &bus, role).await, role);
        }
        if healthy {
            healthy = settle(pass(&db, &bus, role).await, role);
        }
        tokio::select! {
            () = changed.notified() => {}
            () = tokio::time::sleep(LOOK_EVERY) => {}
            () = stop.called() => {}
        }
    }
}

fn settle(result: Result<(), RelayError>, role: Role) -> bool {
    match result {
        Ok(()) => true,
        Err(error) => {
            tracing::warn!(role = %role, error = %error, "events of {role} wait: {error}");
            false
        }
    }
}

/// Publishes all that waits, page by page.
async fn pass(db: &Db, bus: &Bus, role: Role) -> Result<(), RelayError> {
    loop {
        let waiting = db.read(waiting).await?;
        if waiting.is_empty() {
            return Ok(());
        }
        let mut sent = Vec::with_capacity(waiting.len());
        for body in waiting {
            let event = pb::Event::decode(body.as_slice())
                .map_err(|_| DbError::Inconsistent("an event in the outbox cannot be read".to_string()))?;
            let sequence = bus.publish(role, &event).await?;
            sent.push((event.id, sequence));
        }
        mark(db, sent).await?;
        db.published().notify_waiters();
    }
}

fn waiting(tx: &mut crate::db::Tx) -> Result<Vec<Vec<u8>>, DbError> {
    Ok(outbox::table
        .filter(outbox::position.is_null())
        .order(outbox::id.asc())
        .limit(MOST_PER_PASS)
        .select(outbox::body)
        .load(tx)?)
}

/// Gives each published event the next position. Under a key, so that two relays never give the same one.
async fn mark(db: &Db, sent: Vec<(String, Option<i64>)>) -> Result<(), DbError> {
    db.work(Some("relay".to_string()), move |tx| {
        let now = Timestamp::of_this_machine();
        let last: Option<i64> = outbox::table
            .select(diesel::dsl::max(outbox::position))
            .first(tx)?;
        let mut position = last.unwrap_or(0);
        for (id, sequence) in &sent {
            let row = outbox::table
                .filter(outbox::id.eq(id))
                .filter(outbox::position.is_null());
            let n_marked = diesel::update(row)
                .set((
                    outbox::position.eq(position + 1),
                    outbox::published_at.eq(now.micros()),
                    outbox::broker_sequence.eq(sequence),
                ))
                .execute(tx)?;
            position += n_marked as i64;
        }
        let old = now.plus_seconds(-KEEP_PUBLISHED).micros();
        // The newest position stays, so that positions never begin again.
        diesel::delete(
            outbox::table
                .filter(outbox::published_at.lt(old))
                .filter(outbox::position.lt(position)),
        )
        .execute(tx)?;
        Ok::<(), DbError>(())
    })
    .await
}

/// A broker acknowledges before it has synced: one that came back older than our marks is filled again.
async fn refill(db: &Db, bus: &Bus, role: Role) -> Result<(), RelayError> {
    let Some(last) = bus.last_sequence(role).await? else {
        return Ok(());
    };
    let lost: Vec<Vec<u8>> = db
        .read(move |tx| {
            Ok::<_, DbError>(
                outbox::table
                    .filter(outbox::broker_sequence.gt(last))
                    .order(outbox::position.asc())
                    .select(outbox::body)
                    .load(tx)?,
            )
        })
        .await?;
    for body in lost {
        let event = pb::Event::decode(body.as_slice())
            .map_err(|_| DbError::Inconsistent("an event in the outbox cannot be read".to_string()))?;
        let sequence = bus.publish(role, &event).await?;
        db.work(None, move |tx| {
            let row = outbox::table.find(&event.id);
            diesel::update(row)
                .set(outbox::broker_sequence.eq(sequence))
                .execute(tx)?;
            Ok::<(), DbError>(())
        })
        .await?;
    }
    Ok(())
}
