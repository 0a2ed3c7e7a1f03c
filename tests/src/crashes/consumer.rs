//! A consumer of the events of `bids`, as another service would be one: a process, a store and a table of its own. It
//! counts how often each event has had its effect.

use std::future::pending;
use std::process::{Child, Command, Stdio};

use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};
use kit::bus::Bus;
use kit::caller::Area;
use kit::db::{Conn, Db, DbError, Storage, Tx};
use kit::outbox::{self, Take};
use kit::time::Timestamp;
use toadlane_proto::types::v1::Event;
use tokio_util::sync::CancellationToken;

use crate::child;
use crate::platform::provided;

pub const PART: &str = "consumer";
const STORE: &str = "TOADLANE_TEST_CONSUMER_STORE";
const BROKER: &str = "TOADLANE_TEST_CONSUMER_NATS";
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("src/crashes/migrations");

diesel::table! {
    effect (event_id) {
        event_id -> Text,
        n_times -> BigInt,
    }
}

/// The process of the consumer.
pub struct Consumer {
    command: Command,
    child: Child,
}

impl Consumer {
    pub fn start(storage: &Storage, nats: &str) -> Consumer {
        let store = match storage {
            Storage::Sqlite { folder, .. } => folder.display().to_string(),
            Storage::Postgres { url } => url.clone(),
        };
        let mut command = child::to_play(PART);
        command.env(STORE, store).env(BROKER, nats).stdout(Stdio::null());
        let child = command.spawn().expect("this binary can be started");
        Consumer { command, child }
    }

    /// Ends it without a word (SIGKILL).
    pub fn kill(&mut self) {
        self.child.kill().expect("it was started by us");
        self.child.wait().expect("it was started by us");
    }

    pub fn start_again(&mut self) {
        self.child = self.command.spawn().expect("it was started before");
    }
}

impl Drop for Consumer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

pub fn open(storage: &Storage) -> Db {
    Db::open(storage, "consumer", MIGRATIONS, None).expect("the consumer's store opens")
}

/// The part of the child: takes events until it is killed.
pub async fn consume() {
    let store = provided(STORE);
    let db = open(&match store.starts_with("postgres://") {
        true => Storage::Postgres { url: store },
        false => Storage::sqlite(store.into()),
    });
    let bus = Bus::nats(&provided(BROKER)).await.expect("the broker's address is one");
    let stop = CancellationToken::new();
    bus.subscribe(Area::Bids, "counting", &stop, &db, |db, event| async move {
        Ok(db.work(None, move |tx| take(tx, &event)).await?)
    });
    pending().await
}

/// One that comes after a newer one of its subject is taken too.
fn take(tx: &mut Tx, event: &Event) -> Result<(), DbError> {
    match outbox::take(tx, event, Timestamp::of_this_machine())? {
        Take::First | Take::Older => count(tx, &event.id),
        Take::Again => Ok(()),
    }
}

fn count(conn: &mut Conn, event_id: &str) -> Result<(), DbError> {
    let row = (effect::event_id.eq(event_id), effect::n_times.eq(1_i64));
    kit::each_backend!(conn, conn => diesel::insert_into(effect::table)
        .values(row)
        .on_conflict(effect::event_id)
        .do_update()
        .set(effect::n_times.eq(effect::n_times + 1))
        .execute(conn))?;
    Ok(())
}

/// Each event that had an effect, and how often, by its identity.
pub fn effects(conn: &mut Conn) -> Result<Vec<(String, i64)>, DbError> {
    Ok(effect::table.order(effect::event_id.asc()).load(conn)?)
}
