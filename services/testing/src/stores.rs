//! Fresh stores for tests: the same async test on SQLite and on PostgreSQL.

use std::path::PathBuf;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};

use kit::db::{Db, DbError, OpenError, Storage};
use kit::outbox::outbox;
use kit::time::at;
use prost::Message;
use toadlane_proto::types::v1::Event;

/// Runs a test on an empty SQLite folder, then on an empty PostgreSQL database. Both are gone afterwards, also when
/// the test fails.
///
/// # Panics
/// When `TOADLANE_TEST_POSTGRES` is not set: nothing is skipped in silence.
pub async fn each_storage(test: impl AsyncFn(Storage)) {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        // Shown when the test fails.
        println!("on {:?}", fresh.storage);
        test(fresh.storage.clone()).await;
    }
}

/// The same with whatever a test works with opened on the store, such as a service with all around it.
///
/// # Panics
/// When `TOADLANE_TEST_POSTGRES` is not set.
pub async fn each_opened<H>(open: impl Fn(&Storage) -> H, test: impl AsyncFn(H)) {
    each_storage(|storage| test(open(&storage))).await;
}

/// Moves a store's clock, while its ticker has yet to notice.
///
/// # Panics
/// When the clock is not held, or would go back.
pub async fn move_clock(db: &Db, instant: &str) {
    assert!(db.move_clock(at(instant)).await.expect("the store is there"), "the clock goes on to {instant}");
}

/// The events that a service has written, in their order.
///
/// # Panics
/// When the store cannot be read.
pub async fn events(db: &Db) -> Vec<Event> {
    let bodies: Result<Vec<Vec<u8>>, DbError> =
        db.read(|conn| Ok(outbox::table.order(outbox::id.asc()).select(outbox::body).load(conn)?)).await;
    let read = |body: Vec<u8>| Event::decode(body.as_slice()).expect("it is an event");
    bodies.expect("the store can be read").into_iter().map(read).collect()
}

/// The names of the events that a service has written, in their order, without their package: `BidCreated`.
///
/// # Panics
/// When the store cannot be read.
pub async fn published(db: &Db) -> Vec<String> {
    events(db).await.iter().map(kit::watch::event_type).collect()
}

/// The same with a service's store opened: `each_db(|storage| open(storage, None), async |db| { .. })`.
///
/// # Panics
/// When `TOADLANE_TEST_POSTGRES` is not set, or the store does not open.
pub async fn each_db(open: impl Fn(&Storage) -> Result<Db, OpenError>, test: impl AsyncFn(Db)) {
    each_opened(|storage| open(storage).expect("a fresh store opens"), test).await;
}

/// Runs a store's migrations on both engines, takes them all back, and runs them again.
///
/// # Panics
/// When one cannot be run or taken back.
pub async fn migrations_there_and_back(migrations: fn() -> EmbeddedMigrations) {
    each_storage(async |storage| match storage {
        Storage::Sqlite { folder, .. } => {
            let file = folder.join("migrations.sqlite").display().to_string();
            there_and_back(&mut SqliteConnection::establish(&file).expect("a file can be made"), migrations);
        }
        Storage::Postgres { url } => {
            there_and_back(&mut PgConnection::establish(&url).expect("the database is there"), migrations);
        }
    })
    .await;
}

fn there_and_back<DB: diesel::backend::Backend>(
    conn: &mut impl MigrationHarness<DB>,
    migrations: fn() -> EmbeddedMigrations,
) {
    let n_applied = conn.run_pending_migrations(migrations()).expect("they run").len();
    assert_eq!(conn.revert_all_migrations(migrations()).expect("they can be taken back").len(), n_applied);
    assert_eq!(conn.run_pending_migrations(migrations()).expect("they run again").len(), n_applied);
}

/// An empty place for stores, removed when it is dropped.
pub struct Fresh {
    pub storage: Storage,
    remove: Remove,
}

enum Remove {
    Folder(PathBuf),
    Database { admin: String, database: String },
}

impl Fresh {
    /// # Panics
    /// When the folder for temporary files cannot be written.
    pub fn sqlite() -> Fresh {
        let folder = std::env::temp_dir().join(unique_name());
        std::fs::create_dir(&folder).expect("the folder for temporary files can be written");
        Fresh { storage: Storage::sqlite(folder.clone()), remove: Remove::Folder(folder) }
    }

    /// # Panics
    /// When `TOADLANE_TEST_POSTGRES` is not set or does not lead to a PostgreSQL.
    pub fn postgres() -> Fresh {
        let admin = std::env::var("TOADLANE_TEST_POSTGRES").expect(
            "TOADLANE_TEST_POSTGRES is not set: `./infra/test --with-servers cargo test ..` starts a PostgreSQL",
        );
        let database = unique_name();
        let mut conn = PgConnection::establish(&admin).expect("TOADLANE_TEST_POSTGRES leads to a PostgreSQL");
        conn.batch_execute(&format!("CREATE DATABASE {database}"))
            .expect("the user of TOADLANE_TEST_POSTGRES may create databases");
        let (server, _) = admin.rsplit_once('/').expect("TOADLANE_TEST_POSTGRES ends in /database");
        Fresh {
            storage: Storage::Postgres { url: format!("{server}/{database}") },
            remove: Remove::Database { admin, database },
        }
    }
}

impl Drop for Fresh {
    fn drop(&mut self) {
        match &self.remove {
            // What cannot be removed is left behind; the test has its result by then.
            Remove::Folder(folder) => drop(std::fs::remove_dir_all(folder)),
            Remove::Database { admin, database } => {
                if let Ok(mut conn) = PgConnection::establish(admin) {
                    let _ = conn.batch_execute(&format!("DROP DATABASE IF EXISTS {database} WITH (FORCE)"));
                }
            }
        }
    }
}

fn unique_name() -> String {
    format!("toadlane_test_{}", uuid::Uuid::now_v7().simple())
}
