//! What writes and reads spare each other by being done together.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn writes_that_all_read_what_the_others_write_are_tried_until_they_succeed() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let dbs = [open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap()];
        let counting = (0..200).map(|n| {
            dbs[n % 2].work(None, move |tx| {
                let n_before: i64 = account::table.count().get_result(&mut **tx)?;
                put(tx, &n.to_string(), n_before)
            })
        });
        for counted in join_all(counting).await {
            counted.unwrap();
        }
        // Each saw all that came before it: no two counted the same.
        let seen = dbs[0].read(|tx| Ok::<_, DbError>(account::table.select(account::amount).load::<i64>(tx)?));
        let mut seen = seen.await.unwrap();
        seen.sort_unstable();
        assert_eq!(seen, (0..200).collect::<Vec<i64>>());
    }
}

/// Each reads what the others write: run at once they would fail each other, whatever their keys.
#[tokio::test]
async fn writes_of_different_keys_do_not_fail_each_other() {
    each_db(open, async |db| {
        let n_runs = Arc::new(AtomicUsize::new(0));
        let writes = (0..128).map(|n| {
            let n_runs = n_runs.clone();
            db.work(Some(format!("round {}", n % 16)), move |tx| {
                n_runs.fetch_add(1, Ordering::SeqCst);
                let n_before: i64 = account::table.count().get_result(&mut **tx)?;
                put(tx, &n.to_string(), n_before)
            })
        });
        for write in join_all(writes).await {
            write.unwrap();
        }
        assert_eq!(n_runs.load(Ordering::SeqCst), 128, "no write had to run again");
    })
    .await;
}

#[tokio::test]
async fn an_update_that_is_marked_so_is_prepared_once_for_each_connection() {
    let fresh = Fresh::postgres();
    let db = open(&fresh.storage).unwrap();
    let prepared = db.work(None, |tx| {
        put(tx, "a", 1)?;
        for amount in [2, 3] {
            let row = account::table.find("a");
            let updating = diesel::update(row).set(account::amount.eq(amount)).returning(account::amount);
            let _: i64 = Prepared(updating).get_result(&mut **tx)?;
        }
        let kept = "(SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'UPDATE%')";
        let n_kept: i64 = diesel::select(diesel::dsl::sql::<diesel::sql_types::BigInt>(kept)).get_result(&mut **tx)?;
        Ok::<_, DbError>((n_kept, amount(tx, "a")?))
    });
    assert_eq!(prepared.await.unwrap(), (1, Some(3)));
}

/// Puts a write into the one lane.
fn spawn<F>(db: &Db, write: F) -> tokio::task::JoinHandle<Result<(), Refused>>
where
    F: Fn(&mut Tx) -> Result<(), Refused> + Send + Sync + 'static,
{
    let db = db.clone();
    tokio::spawn(async move { db.work(Some("lane".to_string()), write).await })
}

/// The first run goes well and is undone with its batch, in which another write is refused; the second one panics.
#[tokio::test]
async fn a_write_whose_second_run_panics_is_not_answered_with_what_the_first_one_left() {
    each_db(open, async |db| {
        let (began, begun) = std::sync::mpsc::channel();
        let (let_go, held) = std::sync::mpsc::channel::<()>();
        let held = std::sync::Mutex::new(held);
        let blocking = spawn(&db, move |_| {
            began.send(()).unwrap();
            held.lock().unwrap().recv().unwrap();
            Ok(())
        });
        tokio::task::spawn_blocking(move || begun.recv().unwrap()).await.unwrap();
        let n_runs = Arc::new(AtomicUsize::new(0));
        let n_so_far = n_runs.clone();
        let panicking = spawn(&db, move |tx| {
            put(tx, "a", 1)?;
            assert_eq!(n_so_far.fetch_add(1, Ordering::SeqCst), 0, "no second time");
            Ok(())
        });
        let refused = spawn(&db, |_| Err(Refused::Rule));
        // Both wait in the lane by the time that it is free.
        tokio::task::yield_now().await;
        let_go.send(()).unwrap();
        blocking.await.unwrap().unwrap();
        let (panicking, refused) = (panicking.await.unwrap(), refused.await.unwrap());
        assert!(matches!(panicking, Err(Refused::Db(DbError::Panicked(_)))), "{panicking:?}");
        assert!(matches!(refused, Err(Refused::Rule)), "{refused:?}");
        assert_eq!((n_runs.load(Ordering::SeqCst), ids(&db).await.len()), (2, 0));
    })
    .await;
}

#[tokio::test]
async fn a_read_that_fails_leaves_those_beside_it_alone() {
    each_db(open, async |db| {
        let reads = (0..40).map(|n| {
            db.read(move |tx| {
                let found = amount(tx, "a")?;
                if n % 3 == 0 {
                    put(tx, "a", 1)?;
                }
                Ok::<_, DbError>(found)
            })
        });
        for (n, read) in join_all(reads).await.into_iter().enumerate() {
            assert_eq!(read.is_ok(), n % 3 != 0, "{n}: {read:?}");
        }
    })
    .await;
}
