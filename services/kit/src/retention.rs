//! What a store forgets by itself, and after how long. The relay sweeps, now and then and in small batches.
//!
//! - The answer to a request is kept for those who repeat it (rule 6, AIP-155): 30 days by the server's clock, longer
//!   than anybody tries again and than a round's close and its disputes about what was received. In `registry`, whose
//!   answers are about people, it is 7. Repeated later it is a new request, and meets what the first one left.
//! - That an event was taken is kept for 90 days of real time. Its sender can send it again for a week, and a broker
//!   only as long as it waits for an acknowledgement.
//!
//! Not here: the outbox, which is the relay's, and what services forget of their own. The newest version taken of each
//! subject stays: it is one row for each, and without it an older event would count as new.

use diesel::prelude::*;

use crate::caller::Area;
use crate::db::kept::idempotency;
use crate::db::{Conn, Db, DbError};
use crate::outbox::inbox;
use crate::time::Timestamp;

const DAY_S: i64 = 24 * 3600;
const TAKEN_KEPT_S: i64 = 90 * DAY_S;
/// Rows that one transaction removes: others who write do not wait for more.
const MOST_PER_BATCH: i64 = 500;

fn answers_kept_s(area: Area) -> i64 {
    match area {
        Area::Registry => 7 * DAY_S,
        Area::Rounds | Area::Bids | Area::Grading | Area::Awards | Area::Reporting | Area::Learning => 30 * DAY_S,
    }
}

/// Removes what a store has kept for long enough.
///
/// # Errors
/// Those of the store. What was removed until then stays removed.
pub async fn sweep(db: &Db, area: Area, real_now: Timestamp) -> Result<(), DbError> {
    let answered_before = db.clock().now().plus_seconds(-answers_kept_s(area));
    while batch(db, move |conn| forget_answers(conn, answered_before)).await? {}
    let taken_before = real_now.plus_seconds(-TAKEN_KEPT_S);
    while batch(db, move |conn| forget_taken(conn, taken_before)).await? {}
    Ok(())
}

async fn batch(db: &Db, forget: impl Fn(&mut Conn) -> Result<bool, DbError> + Send + 'static) -> Result<bool, DbError> {
    db.work(Some("retention".to_string()), move |tx| forget(tx)).await
}

/// Whether there may be more.
fn forget_answers(conn: &mut Conn, before: Timestamp) -> Result<bool, DbError> {
    let old = idempotency::table.filter(idempotency::answered_at.lt(before.micros()));
    let by_age = old.order(idempotency::answered_at.asc()).select(idempotency::answered_at);
    let last: Option<i64> = by_age.offset(MOST_PER_BATCH - 1).first(conn).optional()?;
    let until = last.unwrap_or(before.micros() - 1);
    diesel::delete(idempotency::table.filter(idempotency::answered_at.le(until))).execute(conn)?;
    Ok(last.is_some())
}

/// Whether there may be more. Identities of events sort by the millisecond in which they were made.
fn forget_taken(conn: &mut Conn, before: Timestamp) -> Result<bool, DbError> {
    let before = format!("evt_{:012x}", before.micros() / 1000);
    let by_age = inbox::table.filter(inbox::event_id.lt(&before)).order(inbox::event_id.asc());
    let last: Option<String> = by_age.offset(MOST_PER_BATCH).select(inbox::event_id).first(conn).optional()?;
    let more = last.is_some();
    diesel::delete(inbox::table.filter(inbox::event_id.lt(last.unwrap_or(before)))).execute(conn)?;
    Ok(more)
}

#[cfg(test)]
mod tests {
    use diesel_migrations::{EmbeddedMigrations, embed_migrations};
    use toadlane_proto::types::v1::Event;

    use super::*;
    use crate::cx::Cx;
    use crate::db::kept::AnswerRow;
    use crate::db::{OpenError, Storage};
    use crate::outbox::{self, Take};
    use crate::testing::stores::{each_db, move_clock};
    use crate::time::at;

    const MIGRATIONS: EmbeddedMigrations = embed_migrations!("src/db/tests/migrations");
    const BEGINS: &str = "2020-01-10T12:00:00Z";

    fn open(storage: &Storage) -> Result<Db, OpenError> {
        Db::open(storage, "kept", MIGRATIONS, Some(at(BEGINS)))
    }

    fn cx(request_id: &str, now: &str) -> Cx {
        let rpc = "/toadlane.bids.v1.BidsService/CreateBid".to_string();
        Cx { rpc, request_id: Some(request_id.to_string()), ..Cx::of_area(Area::Bids, at(now)) }
    }

    async fn is_kept(db: &Db, request_id: &str) -> bool {
        db.replay::<Event>(&cx(request_id, BEGINS)).await.unwrap().is_some()
    }

    async fn answer(db: &Db, request_id: &str, now: &str) {
        let answered: Result<Event, DbError> = db.write(&cx(request_id, now), |_| Ok(Event::default())).await;
        answered.unwrap();
    }

    /// C-1.12a: the answers of all time were kept, and were half of a store.
    #[tokio::test]
    async fn an_answer_is_kept_for_thirty_days_of_the_servers_clock_and_no_longer() {
        each_db(open, async |db| {
            answer(&db, "first", BEGINS).await;
            answer(&db, "second", "2020-01-10T12:00:01Z").await;
            move_clock(&db, "2020-02-09T12:00:00Z").await;
            sweep(&db, Area::Bids, at(BEGINS)).await.unwrap();
            assert!(is_kept(&db, "first").await);
            move_clock(&db, "2020-02-09T12:00:01Z").await;
            sweep(&db, Area::Bids, at(BEGINS)).await.unwrap();
            assert!(!is_kept(&db, "first").await && is_kept(&db, "second").await);
        })
        .await;
    }

    /// C-1.12a: names and addresses stood in answers long after they were changed.
    #[tokio::test]
    async fn an_answer_about_people_is_kept_for_a_week() {
        each_db(open, async |db| {
            answer(&db, "first", BEGINS).await;
            move_clock(&db, "2020-01-17T12:00:01Z").await;
            sweep(&db, Area::Bids, at(BEGINS)).await.unwrap();
            assert!(is_kept(&db, "first").await);
            sweep(&db, Area::Registry, at(BEGINS)).await.unwrap();
            assert!(!is_kept(&db, "first").await);
        })
        .await;
    }

    #[tokio::test]
    async fn more_than_a_batch_is_swept_at_once() {
        each_db(open, async |db| {
            db.work(None, |tx| {
                for second in 0..2 * MOST_PER_BATCH + 1 {
                    let row = AnswerRow {
                        caller: "role:bids".to_string(),
                        rpc: "/an/Rpc".to_string(),
                        request_id: second.to_string(),
                        digest: Vec::new(),
                        answer: Vec::new(),
                        answered_at: at(BEGINS).plus_seconds(second),
                    };
                    let conn: &mut Conn = tx;
                    diesel::insert_into(idempotency::table).values(row).execute(conn)?;
                }
                Ok::<(), DbError>(())
            })
            .await
            .unwrap();
            let left = async || {
                db.read(|conn| Ok::<i64, DbError>(idempotency::table.count().get_result(conn)?)).await.unwrap()
            };
            move_clock(&db, "2020-02-09T12:16:40Z").await;
            sweep(&db, Area::Bids, at(BEGINS)).await.unwrap();
            assert_eq!(left().await, 1, "the last one is of 12:16:40");
        })
        .await;
    }

    /// C-1.12a: the identity of each event was kept for ever.
    #[tokio::test]
    async fn that_an_event_was_taken_is_kept_for_ninety_days_of_real_time() {
        each_db(open, async |db| {
            let event = |made: &str| Event {
                id: format!("evt_{:012x}7000800000000000abcd", at(made).micros() / 1000),
                subject: "bid".to_string(),
                version: 1,
                ..Event::default()
            };
            let take =
                async |event: Event| db.work(None, move |tx| outbox::take(tx, &event, at(BEGINS))).await.unwrap();
            let (old, new) = (event("2026-08-01T00:00:00Z"), event("2026-08-01T00:00:01Z"));
            for event in [&old, &new] {
                assert_eq!(take(event.clone()).await, Take::First);
            }
            sweep(&db, Area::Bids, at("2026-10-30T00:00:00Z")).await.unwrap();
            assert_eq!((take(old.clone()).await, take(new.clone()).await), (Take::Again, Take::Again));
            sweep(&db, Area::Bids, at("2026-10-30T00:00:01Z")).await.unwrap();
            assert_eq!((take(old).await, take(new).await), (Take::First, Take::Again));
        })
        .await;
    }
}
