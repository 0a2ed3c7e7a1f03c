//! Every promise of the store, on both engines unless only one can break it.

mod batches;
mod opening;
mod replay;
mod take;
mod writes;

use std::sync::{Arc, Condvar, Mutex, mpsc};
use std::time::Duration;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, embed_migrations};

use super::*;
use crate::testing::stores::{Fresh, each_db};

const MIGRATIONS: EmbeddedMigrations = embed_migrations!("src/db/tests/migrations");

diesel::table! {
    account (id) {
        id -> Text,
        amount -> BigInt,
    }
}

#[derive(Debug, thiserror::Error)]
enum Refused {
    #[error("not this one")]
    Rule,
    #[error("storage failed")]
    Db(#[from] DbError),
}

fn open(storage: &Storage) -> Result<Db, OpenError> {
    Db::open(storage, "accounts", MIGRATIONS, None)
}

fn put(conn: &mut Conn, id: &str, amount: i64) -> Result<(), DbError> {
    diesel::insert_into(account::table).values((account::id.eq(id), account::amount.eq(amount))).execute(conn)?;
    Ok(())
}

fn amount(conn: &mut Conn, id: &str) -> Result<Option<i64>, DbError> {
    Ok(account::table.find(id).select(account::amount).first(conn).optional()?)
}

fn set(conn: &mut Conn, id: &str, amount: i64) -> Result<(), DbError> {
    diesel::update(account::table.find(id)).set(account::amount.eq(amount)).execute(conn)?;
    Ok(())
}

async fn ids(db: &Db) -> Vec<String> {
    let ids =
        db.read(|tx| Ok::<Vec<String>, DbError>(account::table.select(account::id).order(account::id.asc()).load(tx)?));
    ids.await.unwrap()
}

/// Keeps the lane of the key "lane" (on SQLite: the writer) busy until what it gives is dropped: what is put there
/// meanwhile becomes one batch.
async fn hold(db: &Db) -> mpsc::Sender<()> {
    let (open, opened) = mpsc::channel();
    let (begin, begun) = oneshot::channel();
    let (opened, begin) = (Mutex::new(opened), Mutex::new(Some(begin)));
    let db = db.clone();
    tokio::spawn(async move {
        let held = db.work(lane(), move |_| {
            if let Some(begin) = begin.lock().unwrap().take() {
                begin.send(()).unwrap();
            }
            let _ = opened.lock().unwrap().recv();
            Ok::<(), DbError>(())
        });
        held.await
    });
    begun.await.unwrap();
    open
}

fn lane() -> Option<String> {
    Some("lane".to_string())
}

/// Where closures of two transactions wait for each other, once. On SQLite there is only one at a time, so none waits
/// for long.
#[derive(Clone, Default)]
struct Meeting(Arc<(Mutex<usize>, Condvar)>);

impl Meeting {
    fn attend(&self) {
        let (n_there, arrived) = &*self.0;
        let mut n = n_there.lock().unwrap();
        *n += 1;
        arrived.notify_all();
        let _ = arrived.wait_timeout_while(n, Duration::from_millis(300), |n| *n < 2);
    }
}
