//! Opening a store: settings read back, migrations run, workers started. A store that cannot be trusted stops the
//! start with one sentence.

use std::collections::HashSet;
use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::migration::{Migration, MigrationSource};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::connector::{Connector, Kind, trust};
use super::queue::Queue;
use super::worker::Worker;
use super::{Conn, Db, Inner, OpenError, Storage};
use crate::clock::Clock;
use crate::time::Timestamp;

const KIT: EmbeddedMigrations = embed_migrations!("migrations");
const MOST_PER_BATCH: usize = 64;
/// Reads that wait share a snapshot, which begins after all of them were asked. Few: they are answered together.
const MOST_READS_PER_BATCH: usize = 8;
const POSTGRES_WRITERS: usize = 4;
const READERS: usize = 4;

diesel::table! {
    clock (only_row) {
        only_row -> BigInt,
        instant -> BigInt,
    }
}

impl Db {
    /// Opens the store of a service, brings it up to date and starts its workers.
    ///
    /// `held` puts a clock row into a new store; an existing one keeps what it has.
    pub fn open(
        storage: &Storage,
        name: &'static str,
        migrations: EmbeddedMigrations,
        held: Option<Timestamp>,
    ) -> Result<Db, OpenError> {
        let setup = Connector { storage: storage.clone(), name, clock: Clock::real(), kind: Kind::Writer };
        let mut conn = setup.connect()?;
        if let Storage::Sqlite { .. } = storage {
            trust(&mut conn, name, storage)?;
        }
        let fresh = migrate(&mut conn, name, &migrations)?;
        let clock = held_clock(&mut conn, held.filter(|_| fresh))
            .map_err(|cause| OpenError::Migration { name, cause: cause.to_string() })?;
        drop(conn);

        let n_writers = match storage {
            Storage::Sqlite { .. } => 1,
            Storage::Postgres { .. } => POSTGRES_WRITERS,
        };
        // Made first: where a worker does not start, dropping it ends those that did.
        let db = Db {
            inner: Arc::new(Inner {
                name,
                writers: Arc::new(Queue::new(MOST_PER_BATCH, matches!(storage, Storage::Postgres { .. }))),
                readers: Arc::new(Queue::new(MOST_READS_PER_BATCH, false)),
                clock,
                changed: Arc::default(),
                published: Arc::default(),
            }),
            may_replay: |_, _, _| Ok(()),
        };
        let kinds = [(Kind::Writer, n_writers, &db.inner.writers), (Kind::Reader, READERS, &db.inner.readers)];
        for (kind, n_workers, queue) in kinds {
            for _ in 0..n_workers {
                let connector = Connector { clock: db.inner.clock.clone(), kind, ..setup.clone() };
                let first = connector.connect()?;
                let worker = Worker { connector, queue: queue.clone(), kind, changed: db.inner.changed.clone() };
                let thread = std::thread::Builder::new().name(format!("{name}-db"));
                thread
                    .spawn(move || worker.run(first))
                    .map_err(|cause| OpenError::Unreachable { name, cause: cause.to_string() })?;
            }
        }
        Ok(db)
    }

    /// Moves the held clock of this store forward. False when it follows real time, or is ahead of this already.
    pub async fn move_clock(&self, to: Timestamp) -> Result<bool, super::DbError> {
        let moved = self
            .work(None, move |tx| {
                let conn: &mut Conn = tx;
                let row = clock::table.filter(clock::instant.le(to.micros()));
                Ok::<usize, super::DbError>(diesel::update(row).set(clock::instant.eq(to.micros())).execute(conn)?)
            })
            .await?;
        self.inner.clock.move_to(to);
        Ok(moved == 1)
    }
}

/// Brings the store up to date. True when it was empty before.
fn migrate(tx: &mut Conn, name: &'static str, own: &EmbeddedMigrations) -> Result<bool, OpenError> {
    let failed = |cause: String| OpenError::Migration { name, cause };
    match tx {
        Conn::Sqlite(conn) => run_migrations(conn, name, own),
        Conn::Postgres(conn) => {
            // Two processes may start together: one migrates, the other then finds nothing to do.
            conn.batch_execute("SELECT pg_advisory_lock(7302026)").map_err(|cause| failed(cause.to_string()))?;
            conn.batch_execute(&format!("CREATE SCHEMA IF NOT EXISTS {name}"))
                .map_err(|cause| failed(cause.to_string()))?;
            let fresh = run_migrations(conn, name, own)?;
            // In PL/pgSQL, which plans it once for each connection; a function in SQL is planned for each statement.
            conn.batch_execute(
                "CREATE OR REPLACE FUNCTION toadlane_now() RETURNS BIGINT LANGUAGE plpgsql VOLATILE AS $$ BEGIN
                     RETURN COALESCE((SELECT instant FROM clock),
                                     (extract(epoch FROM clock_timestamp()) * 1000000)::bigint);
                 END $$",
            )
            .map_err(|cause| failed(cause.to_string()))?;
            // Apart: sent together they are one transaction, and the lock would be given up before its commit.
            conn.batch_execute("SELECT pg_advisory_unlock(7302026)").map_err(|cause| failed(cause.to_string()))?;
            Ok(fresh)
        }
    }
}

fn run_migrations<C, DB>(conn: &mut C, name: &'static str, own: &EmbeddedMigrations) -> Result<bool, OpenError>
where
    DB: diesel::backend::Backend,
    C: MigrationHarness<DB>,
    EmbeddedMigrations: MigrationSource<DB>,
{
    let failed =
        |cause: Box<dyn std::error::Error + Send + Sync>| OpenError::Migration { name, cause: cause.to_string() };
    let mut known: HashSet<String> = HashSet::new();
    for source in [&KIT, own] {
        let migrations: Vec<Box<dyn Migration<DB>>> = source.migrations().map_err(failed)?;
        for migration in migrations {
            let version = migration.name().version().to_string();
            if !known.insert(version.clone()) {
                let cause = format!("two migrations have the version {version}, and one of them would never run");
                return Err(OpenError::Migration { name, cause });
            }
        }
    }
    let applied = conn.applied_migrations().map_err(failed)?;
    if let Some(newer) = applied.iter().find(|version| !known.contains(&version.to_string())) {
        return Err(OpenError::Newer { name, migration: newer.to_string() });
    }
    for source in [&KIT, own] {
        for migration in source.migrations().map_err(failed)? {
            if !applied.contains(&migration.name().version()) {
                conn.run_migration(&migration).map_err(failed)?;
            }
        }
    }
    Ok(applied.is_empty())
}

fn held_clock(tx: &mut Conn, start: Option<Timestamp>) -> QueryResult<Clock> {
    if let Some(start) = start {
        diesel::insert_into(clock::table)
            .values((clock::only_row.eq(1_i64), clock::instant.eq(start.micros())))
            .execute(tx)?;
    }
    let held: Option<i64> = clock::table.select(clock::instant).first(tx).optional()?;
    Ok(match held {
        Some(micros) => Clock::held(Timestamp::from_micros(micros)),
        None => Clock::real(),
    })
}
