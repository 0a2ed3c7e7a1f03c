//! What stops a start, in which words; and the clock that a store holds.

use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;

use super::*;
use crate::time::{Timestamp, at};

fn url(fresh: &Fresh) -> String {
    match &fresh.storage {
        Storage::Postgres { url } => url.clone(),
        Storage::Sqlite { .. } => unreachable!("only PostgreSQL has a URL"),
    }
}

fn file(fresh: &Fresh) -> PathBuf {
    match &fresh.storage {
        Storage::Sqlite { folder, .. } => folder.join("accounts.sqlite"),
        Storage::Postgres { .. } => unreachable!("only SQLite has a file"),
    }
}

fn words(storage: &Storage) -> String {
    match open(storage) {
        Ok(_) => "it opened".to_string(),
        Err(error) => error.to_string(),
    }
}

fn at_url(url: &str) -> Storage {
    Storage::Postgres { url: url.to_string() }
}

#[tokio::test]
async fn a_store_opens_again_and_keeps_what_it_has() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let db = open(&fresh.storage).unwrap();
        db.work(None, |tx| put(tx, "a", 1)).await.unwrap();
        drop(db);
        assert_eq!(ids(&open(&fresh.storage).unwrap()).await, ["a"]);
    }
}

#[tokio::test]
async fn stores_that_open_at_once_migrate_once() {
    let fresh = Fresh::postgres();
    let opening: Vec<_> = (0..4)
        .map(|_| {
            let storage = fresh.storage.clone();
            std::thread::spawn(move || open(&storage).map(drop))
        })
        .collect();
    for opened in opening {
        opened.join().unwrap().unwrap();
    }
}

#[test]
fn a_file_that_is_no_database_is_said_to_be_damaged() {
    let fresh = Fresh::sqlite();
    std::fs::write(file(&fresh), "this is not a database, whatever its name says".repeat(100)).unwrap();
    let words = words(&fresh.storage);
    assert!(words.contains("is damaged") && words.contains("restore it from a backup"), "{words}");
}

#[tokio::test]
async fn a_file_with_a_broken_page_is_said_to_be_damaged() {
    let fresh = Fresh::sqlite();
    let db = open(&fresh.storage).unwrap();
    for n in 0..200 {
        db.work(None, move |tx| put(tx, &format!("{n:0>200}"), 1)).await.unwrap();
    }
    drop(db);
    let copy = Fresh::sqlite();
    // Through SQLite itself: the last pages may still be in the log beside the file.
    let mut whole = diesel::SqliteConnection::establish(&file(&fresh).display().to_string()).unwrap();
    // The workers of the dropped store may still be closing it.
    whole.batch_execute("PRAGMA busy_timeout = 5000").unwrap();
    whole.batch_execute(&format!("VACUUM INTO '{}'", file(&copy).display())).unwrap();
    let mut bytes = std::fs::read(file(&copy)).unwrap();
    let from = bytes.len() - 20_000;
    bytes[from..].fill(0xA5);
    std::fs::write(file(&copy), bytes).unwrap();
    let words = words(&copy.storage);
    assert!(words.contains("is damaged"), "{words}");
}

#[test]
fn a_folder_that_is_not_there_is_not_called_damage() {
    let storage = Storage::sqlite(PathBuf::from("/nowhere/at/all"));
    let words = words(&storage);
    assert!(words.contains("cannot be used") && !words.contains("damaged"), "{words}");
}

#[tokio::test]
async fn a_store_of_a_newer_version_is_left_alone() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let db = open(&fresh.storage).unwrap();
        let newer = db.work(None, |tx| {
            Ok::<(), DbError>(
                tx.batch_execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('20991231000001')")?,
            )
        });
        newer.await.unwrap();
        drop(db);
        let words = words(&fresh.storage);
        assert!(words.contains("newer toadlane") && words.contains("20991231000001"), "{words}");
    }
}

/// A service's migration that bears the version of one of ours would never run, in silence.
#[test]
fn two_migrations_of_one_version_stop_the_start() {
    const CLASH: EmbeddedMigrations = embed_migrations!("src/db/tests/clash");
    let fresh = Fresh::sqlite();
    let refused = Db::open(&fresh.storage, "accounts", CLASH, None).err().expect("both are of one day");
    assert!(refused.to_string().contains("two migrations have the version 20261101000001"), "{refused}");
}

#[test]
fn a_database_that_may_lose_what_was_answered_is_refused() {
    let fresh = Fresh::postgres();
    let mut admin = diesel::PgConnection::establish(&url(&fresh)).unwrap();
    let set = |value: &str| {
        format!(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = {value}', current_database()); END $$"
        )
    };
    admin.batch_execute(&set("off")).unwrap();
    let words = words(&fresh.storage);
    assert!(words.contains("synchronous_commit = off") && words.contains("set it to on"), "{words}");
    admin.batch_execute(&set("remote_apply")).unwrap();
    open(&fresh.storage).expect("remote_apply promises more than on");
}

#[tokio::test]
async fn a_setting_that_becomes_unsafe_while_we_run_stops_new_connections() {
    let fresh = Fresh::postgres();
    let db = open(&fresh.storage).unwrap();
    let mut admin = diesel::PgConnection::establish(&url(&fresh)).unwrap();
    admin
        .batch_execute(
            "DO $$ BEGIN EXECUTE format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$;
             SELECT pg_terminate_backend(pid) FROM pg_stat_activity
             WHERE datname = current_database() AND pid <> pg_backend_pid()",
        )
        .unwrap();
    let refused = db.work(None, |tx| put(tx, "a", 1)).await;
    assert!(matches!(refused, Err(DbError::Unreachable)), "{refused:?}");
}

#[test]
#[cfg(not(feature = "postgres-tls"))]
fn an_address_that_asks_for_tls_is_told_which_build_has_it() {
    let fresh = Fresh::postgres();
    let words = words(&at_url(&format!("{}?sslmode=require", url(&fresh))));
    assert!(words.contains("build with --features postgres-tls"), "{words}");
}

#[test]
fn no_sentence_about_an_address_holds_its_password() {
    for address in [
        "postgres://toadlane:hunter2@127.0.0.1:1/toadlane",
        "postgres//toadlane:hunter2@127.0.0.1:1/toadlane",
        "postgres://toadlane:hunter2@127.0.0.1:hunter2/toadlane",
        "postgres://toadlane@127.0.0.1:1/toadlane?passwort=hunter2",
        "toadlane:hunter2",
    ] {
        let words = words(&at_url(address));
        assert!(!words.contains("hunter2"), "{words}");
        assert!(words.contains("--database"), "{words}");
        assert!(!format!("{:?}", at_url(address)).contains("hunter2"));
    }
}

#[tokio::test]
async fn files_are_for_their_owner_alone() {
    let fresh = Fresh::sqlite();
    std::fs::write(file(&fresh), "").unwrap();
    std::fs::set_permissions(file(&fresh), std::fs::Permissions::from_mode(0o644)).unwrap();
    let db = open(&fresh.storage).unwrap();
    db.work(None, |tx| put(tx, "a", 1)).await.unwrap();
    let folder = file(&fresh).parent().unwrap().to_path_buf();
    let mut n_files = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        n_files += 1;
    }
    assert!(n_files >= 2, "the log beside the file counts too");
}

#[tokio::test]
async fn a_held_clock_moves_forward_only_and_the_database_tells_the_same_time() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let start = at("2020-01-06T09:00:00Z");
        let held = |held| Db::open(&fresh.storage, "accounts", MIGRATIONS, held).unwrap();
        let db = held(Some(start));
        let told = |db: &Db| {
            let db = db.clone();
            async move {
                (db.clock().now(), db.read(instant).await.unwrap(), db.work(None, |tx| instant(tx)).await.unwrap())
            }
        };
        assert_eq!(told(&db).await, (start, start, start));
        let later = at("2020-01-10T12:00:00Z");
        assert!(db.move_clock(later).await.unwrap());
        assert!(!db.move_clock(start).await.unwrap());
        assert_eq!(told(&db).await, (later, later, later));
        drop(db);
        // What a store holds counts, not what the next start asks for.
        assert_eq!(told(&held(None)).await, (later, later, later));
        assert_eq!(told(&held(Some(start))).await, (later, later, later));
    }
}

#[tokio::test]
async fn a_store_without_a_held_clock_follows_real_time() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let db = open(&fresh.storage).unwrap();
        let before = Timestamp::of_this_machine();
        let told = db.read(instant).await.unwrap();
        let after = Timestamp::of_this_machine();
        assert!(before <= told && told <= after, "{before} {told} {after}");
        assert!(!db.move_clock(at("2099-01-01T00:00:00Z")).await.unwrap());
        assert!(db.read(instant).await.unwrap() < at("2099-01-01T00:00:00Z"));
    }
}
