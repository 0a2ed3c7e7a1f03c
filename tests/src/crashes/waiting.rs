//! Events that wait in the outbox when a server starts: every consumer of the process takes them, also one that is wired
//! after the relay of their publisher.

use std::time::Duration;

use diesel::prelude::*;
use kit::db::{Db, DbError, Storage};
use kit::outbox::{inbox, outbox};
use kit::time::Timestamp;
use testing::stores::Fresh;

use super::books;
use crate::call::Host;
use crate::platform::{Platform, Process};
use testing::measured::say;

const N_ROUNDS: usize = 5;

#[tokio::test(flavor = "multi_thread")]
async fn events_that_wait_at_a_start_reach_every_consumer() {
    let mut platform = Platform::embedded(Fresh::sqlite(), None);
    let host = Host::set_up(&platform.deployment).await;
    for n in 0..N_ROUNDS {
        host.schedule(&format!("waits-{n}"), Timestamp::of_this_machine().plus_seconds(86_400)).await;
    }
    let storage = Storage::sqlite(platform.folder.join("data"));
    let (rounds, bids) = (rounds::open(&storage, None).unwrap(), bids::open(&storage, None).unwrap());
    // Each round is scheduled and opens at once: from then on nothing happens by itself.
    while books::taken(&bids).await.len() < 2 * N_ROUNDS {
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    let n_taken = books::taken_once(&rounds, &bids).await.len();

    assert_eq!(platform.processes[0].terminate(), Some(0));
    as_if_unpublished(&rounds, &bids).await;
    platform.processes[0] = Process::start(&mut platform.commands[0]);
    assert_eq!(books::taken_once(&rounds, &bids).await.len(), n_taken);
    say(format!("{n_taken} events that waited were taken"));
}

/// The stores as a kill leaves them between the writes of one service and their publication.
async fn as_if_unpublished(publisher: &Db, consumer: &Db) {
    let unmark = publisher.work(None, |tx| {
        let unmarked = (outbox::position.eq(None::<i64>), outbox::published_at.eq(None::<i64>));
        diesel::update(outbox::table).set(unmarked).execute(&mut **tx)?;
        Ok::<(), DbError>(())
    });
    unmark.await.unwrap();
    let forget = consumer.work(None, |tx| {
        diesel::delete(inbox::table).execute(&mut **tx)?;
        Ok::<(), DbError>(())
    });
    forget.await.unwrap();
}
