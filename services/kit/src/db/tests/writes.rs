//! What a write promises to its caller, and to its neighbours in the batch.

use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::future::join_all;

use super::*;

#[tokio::test]
async fn two_writes_that_each_read_what_the_other_writes_do_not_both_commit() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let (one, other) = (open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap());
        let seeded = one.work(None, |tx| put(tx, "a", 1).and_then(|()| put(tx, "b", 1)));
        seeded.await.unwrap();
        let meeting = Meeting::default();
        let leave = |db: Db, id: &'static str| {
            let meeting = meeting.clone();
            async move {
                let left = db.work(None, move |tx| {
                    let both = amount(tx, "a")?.unwrap() + amount(tx, "b")?.unwrap();
                    meeting.attend();
                    if both < 2 {
                        return Err(Refused::Rule);
                    }
                    Ok(set(tx, id, 0)?)
                });
                left.await
            }
        };
        let (a, b) = tokio::join!(leave(one.clone(), "a"), leave(other, "b"));
        assert!(a.is_ok() != b.is_ok(), "{:?}: {a:?} and {b:?}", fresh.storage);
        assert!(matches!(a.and(b), Err(Refused::Rule)));
    }
}

#[tokio::test]
async fn one_of_eight_always_stays_when_each_may_leave_while_another_stays() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let dbs = [open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap()];
        for round in 0..10 {
            let name = move |n: usize| format!("{round}-{n}");
            let seeded = dbs[0].work(None, move |tx| (0..8).try_for_each(|n| put(tx, &name(n), 1)));
            seeded.await.unwrap();
            let leaving = (0..8).map(|n| {
                dbs[n % 2].work(None, move |tx| {
                    let mut n_there = 0;
                    for other in 0..8 {
                        n_there += amount(tx, &name(other))?.unwrap();
                    }
                    if n_there == 1 {
                        return Err(Refused::Rule);
                    }
                    Ok(set(tx, &name(n), 0)?)
                })
            });
            let left = join_all(leaving).await;
            assert_eq!(left.iter().filter(|left| left.is_ok()).count(), 7, "{left:?}");
        }
    }
}

#[tokio::test]
async fn no_update_is_lost() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let dbs = [open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap()];
        dbs[0].work(None, |tx| put(tx, "a", 0)).await.unwrap();
        let adding = (0..60).map(|n| {
            dbs[n % 2].work(None, |tx| {
                let before = amount(tx, "a")?.unwrap();
                set(tx, "a", before + 1)
            })
        });
        for added in join_all(adding).await {
            added.unwrap();
        }
        let after = dbs[1].read(|tx| amount(tx, "a")).await.unwrap();
        assert_eq!(after, Some(60));
    }
}

/// What happens to the fourth of ten in one batch.
async fn batch_of_ten(db: &Db, fourth: fn(&mut Tx) -> Result<(), Refused>) -> Vec<Result<(), Refused>> {
    let open = hold(db).await;
    let writes = (0..10).map(|n| {
        db.work(lane(), move |tx| {
            put(tx, &n.to_string(), n)?;
            if n == 4 { fourth(tx) } else { Ok(()) }
        })
    });
    let (answers, ()) = tokio::join!(join_all(writes), async { drop(open) });
    answers
}

fn all_but_the_fourth(answers: &[Result<(), Refused>]) -> bool {
    answers.iter().enumerate().all(|(n, answer)| answer.is_ok() == (n != 4))
}

const WITHOUT_THE_FOURTH: [&str; 9] = ["0", "1", "2", "3", "5", "6", "7", "8", "9"];

#[tokio::test]
async fn a_refused_write_leaves_nothing_behind_and_its_neighbours_stand() {
    each_db(open, async |db| {
        let answers = batch_of_ten(&db, |_| Err(Refused::Rule)).await;
        assert!(all_but_the_fourth(&answers), "{answers:?}");
        assert!(matches!(answers[4], Err(Refused::Rule)));
        assert_eq!(ids(&db).await, WITHOUT_THE_FOURTH);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_breaks_a_constraint_fails_alone() {
    each_db(open, async |db| {
        let answers = batch_of_ten(&db, |tx| Ok(put(tx, "negative", -1)?)).await;
        assert!(all_but_the_fourth(&answers), "{answers:?}");
        assert!(matches!(answers[4], Err(Refused::Db(DbError::Query(_)))), "{answers:?}");
        assert_eq!(ids(&db).await, WITHOUT_THE_FOURTH);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_panics_fails_alone() {
    each_db(open, async |db| {
        let answers = batch_of_ten(&db, |_| panic!("a bug in a rule")).await;
        assert!(all_but_the_fourth(&answers), "{answers:?}");
        assert!(matches!(answers[4], Err(Refused::Db(DbError::Panicked(_)))));
        assert_eq!(ids(&db).await, WITHOUT_THE_FOURTH);
    })
    .await;
}

#[tokio::test]
async fn a_write_that_panics_in_a_transaction_of_its_own_fails_alone() {
    each_db(open, async |db| {
        let answers = batch_of_ten(&db, |tx| {
            tx.transaction(|conn| {
                put(conn, "within", 1).unwrap();
                panic!("a bug in a rule")
            })
            .map_err(|error: diesel::result::Error| Refused::Db(error.into()))
        })
        .await;
        assert!(all_but_the_fourth(&answers), "{answers:?}");
        assert_eq!(ids(&db).await, WITHOUT_THE_FOURTH);
    })
    .await;
}

#[tokio::test]
async fn a_transaction_inside_a_write_is_a_savepoint_of_it() {
    each_db(open, async |db| {
        let refused = db.work(None, |tx| {
            let within = tx.transaction(|conn| {
                put(conn, "within", 1).unwrap();
                Ok::<(), diesel::result::Error>(())
            });
            within.map_err(DbError::from)?;
            Err::<(), Refused>(Refused::Rule)
        });
        assert!(matches!(refused.await, Err(Refused::Rule)));
        assert_eq!(ids(&db).await, Vec::<String>::new());
    })
    .await;
}

/// PostgreSQL turns the COMMIT after a failed statement into a rollback that looks like success.
#[tokio::test]
async fn a_write_that_goes_on_after_a_failed_statement_is_answered_with_what_was_stored() {
    each_db(open, async |db| {
        let answers = batch_of_ten(&db, |tx| {
            let _ = put(tx, "4", 4);
            Ok(())
        })
        .await;
        let stored = ids(&db).await;
        for (n, answer) in answers.iter().enumerate() {
            assert_eq!(answer.is_ok(), stored.contains(&n.to_string()), "{n}: {answer:?}");
            assert!(answer.is_ok() || n == 4, "{n}: {answer:?}");
            assert!(!matches!(answer, Err(Refused::Db(DbError::Contention))), "{answer:?}");
        }
        // The same with nobody beside it.
        let alone = db.work(None, |tx| {
            put(tx, "alone", 1)?;
            let _ = put(tx, "alone", 1);
            Ok::<(), DbError>(())
        });
        assert_eq!(alone.await.is_ok(), ids(&db).await.contains(&"alone".to_string()));
        db.work(None, |tx| put(tx, "after", 1)).await.unwrap();
    })
    .await;
}

/// A refusal may rest on a neighbour's row that is not yet committed, and may never be.
#[tokio::test]
async fn a_refusal_is_answered_after_the_commit() {
    each_db(open, async |db| {
        let open = hold(&db).await;
        let (mut asked, (finish, wait)) = (Vec::new(), mpsc::channel::<()>());
        let (begin, begun) = oneshot::channel();
        let (wait, begin) = (Mutex::new(wait), Mutex::new(Some(begin)));
        let writing = db.clone();
        asked.push(tokio::spawn(async move { writing.work(lane(), |tx| Ok::<(), Refused>(put(tx, "a", 1)?)).await }));
        tokio::task::yield_now().await;
        let refusing = db.clone();
        asked.push(tokio::spawn(async move {
            let refused = refusing.work(lane(), |tx| match amount(tx, "a")? {
                Some(_) => Err(Refused::Rule),
                None => Ok(()),
            });
            refused.await
        }));
        tokio::task::yield_now().await;
        let last = db.clone();
        asked.push(tokio::spawn(async move {
            let written = last.work(lane(), move |_| {
                if let Some(begin) = begin.lock().unwrap().take() {
                    begin.send(()).unwrap();
                }
                let _ = wait.lock().unwrap().recv();
                Ok::<(), Refused>(())
            });
            written.await
        }));
        tokio::task::yield_now().await;
        drop(open);
        begun.await.unwrap();
        assert!(asked.iter().all(|answer| !answer.is_finished()));
        drop(finish);
        let answers = join_all(asked).await;
        assert!(matches!(answers[1], Ok(Err(Refused::Rule))), "{answers:?}");
    })
    .await;
}

#[tokio::test]
async fn a_stale_snapshot_runs_the_batch_again_and_all_of_it_commits() {
    let fresh = Fresh::postgres();
    let (one, other) = (open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap());
    one.work(None, |tx| put(tx, "a", 0)).await.unwrap();
    let (meeting, n_runs) = (Meeting::default(), Arc::new(AtomicUsize::new(0)));
    let open = hold(&one).await;
    let count = |db: Db, key: Option<String>, id: &'static str| {
        let (meeting, n_runs) = (meeting.clone(), n_runs.clone());
        async move {
            let counted = db.work(key, move |tx| {
                n_runs.fetch_add(1, Ordering::SeqCst);
                let before = amount(tx, "a")?.unwrap();
                if id != "neighbour" {
                    meeting.attend();
                }
                put(tx, id, 1)?;
                set(tx, "a", before + 1)
            });
            counted.await
        }
    };
    let (neighbour, a, b, ()) = tokio::join!(
        count(one.clone(), lane(), "neighbour"),
        count(one.clone(), lane(), "one"),
        count(other, None, "other"),
        async { drop(open) }
    );
    neighbour.and(a).and(b).unwrap();
    assert_eq!(one.read(|tx| amount(tx, "a")).await.unwrap(), Some(3));
    // Three writes, and one transaction of them had to run again.
    assert!(n_runs.load(Ordering::SeqCst) > 3);
}

#[tokio::test]
async fn a_write_that_meets_a_twin_runs_again_and_finds_it() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let (one, other) = (open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap());
        let meeting = Meeting::default();
        let take = |db: Db| {
            let meeting = meeting.clone();
            async move {
                let taken = db.work(None, move |tx| {
                    let there = amount(tx, "a")?;
                    meeting.attend();
                    if there.is_some() {
                        return Err(Refused::Rule);
                    }
                    let row = (account::id.eq("a"), account::amount.eq(1));
                    Ok(diesel::insert_into(account::table).values(row).execute(&mut **tx).map_err(taken_meanwhile)?)
                });
                taken.await
            }
        };
        let (a, b) = tokio::join!(take(one), take(other));
        assert!(a.is_ok() != b.is_ok(), "{:?}: {a:?} and {b:?}", fresh.storage);
        assert!(matches!(a.and(b), Err(Refused::Rule)));
    }
}

#[tokio::test]
async fn a_write_whose_twin_is_nowhere_to_be_found_runs_again_a_few_times_and_ends_as_try_again() {
    each_db(open, async |db| {
        db.work(None, |tx| put(tx, "a", 1)).await.unwrap();
        let n_runs = Arc::new(AtomicUsize::new(0));
        let counted = n_runs.clone();
        let blind = db.work(None, move |tx| {
            counted.fetch_add(1, Ordering::SeqCst);
            let row = (account::id.eq("a"), account::amount.eq(2));
            Ok::<_, Refused>(
                diesel::insert_into(account::table).values(row).execute(&mut **tx).map_err(taken_meanwhile)?,
            )
        });
        let Err(Refused::Db(error)) = blind.await else { panic!("written twice") };
        assert!(matches!(error, DbError::Contention), "{error:?}");
        assert!(n_runs.load(Ordering::SeqCst) > 1);
        assert_eq!(db.read(|tx| amount(tx, "a")).await.unwrap(), Some(1));
    })
    .await;
}

#[tokio::test]
async fn a_write_whose_caller_left_before_it_began_is_skipped() {
    each_db(open, async |db| {
        let open = hold(&db).await;
        let left = db.clone();
        let left = tokio::spawn(async move { left.work(lane(), |tx| put(tx, "left", 1)).await });
        tokio::task::yield_now().await;
        left.abort();
        assert!(left.await.unwrap_err().is_cancelled());
        let (stayed, ()) = tokio::join!(db.work(lane(), |tx| put(tx, "stayed", 1)), async { drop(open) });
        stayed.unwrap();
        assert_eq!(ids(&db).await, ["stayed"]);
    })
    .await;
}

#[tokio::test]
async fn writes_of_one_key_run_one_after_the_other_in_every_process() {
    let fresh = Fresh::postgres();
    let dbs = [open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap()];
    dbs[0].work(None, |tx| put(tx, "a", 0)).await.unwrap();
    let (n_inside, n_runs) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let writes = (0..40).map(|n| {
        let (n_inside, n_runs) = (n_inside.clone(), n_runs.clone());
        dbs[n % 2].work(Some("round".to_string()), move |tx| {
            n_runs.fetch_add(1, Ordering::SeqCst);
            let n_others = n_inside.fetch_add(1, Ordering::SeqCst);
            let before = amount(tx, "a")?.unwrap();
            set(tx, "a", before + 1)?;
            n_inside.fetch_sub(1, Ordering::SeqCst);
            assert_eq!(n_others, 0, "two writes of one key ran at once");
            Ok::<(), DbError>(())
        })
    });
    for write in join_all(writes).await {
        write.unwrap();
    }
    assert_eq!(n_runs.load(Ordering::SeqCst), 40, "no write had to run again");
}

#[tokio::test]
async fn many_keys_are_all_served() {
    each_db(open, async |db| {
        let writes = (0..300).map(|n| {
            let key = (n % 7 != 0).then(|| format!("key {}", n % 50));
            db.work(key, move |tx| put(tx, &n.to_string(), n))
        });
        for write in join_all(writes).await {
            write.unwrap();
        }
        assert_eq!(ids(&db).await.len(), 300);
    })
    .await;
}

#[tokio::test]
async fn a_reader_cannot_write() {
    each_db(open, async |db| {
        let written = db.read(|tx| put(tx, "a", 1)).await;
        assert!(matches!(written, Err(DbError::Query(_))), "{written:?}");
        assert_eq!(ids(&db).await, Vec::<String>::new());
    })
    .await;
}

#[tokio::test]
async fn a_read_sees_one_moment() {
    each_db(open, async |db| {
        db.work(None, |tx| put(tx, "a", 1)).await.unwrap();
        let (begin, begun) = oneshot::channel();
        let (written, wait) = mpsc::channel::<()>();
        let (begin, wait) = (Mutex::new(Some(begin)), Mutex::new(wait));
        let reading = db.read(move |tx| {
            let before = amount(tx, "a")?;
            begin.lock().unwrap().take().unwrap().send(()).unwrap();
            let _ = wait.lock().unwrap().recv();
            Ok::<_, DbError>((before, amount(tx, "a")?))
        });
        let writing = async {
            begun.await.unwrap();
            db.work(None, |tx| set(tx, "a", 2)).await.unwrap();
            drop(written);
        };
        let (seen, ()) = tokio::join!(reading, writing);
        assert_eq!(seen.unwrap(), (Some(1), Some(1)));
    })
    .await;
}

#[tokio::test]
async fn a_connection_that_dies_under_a_write_says_try_again_and_the_next_write_has_a_new_one() {
    let fresh = Fresh::postgres();
    let db = open(&fresh.storage).unwrap();
    let died = db.work(None, |tx| {
        put(tx, "lost", 1)?;
        tx.batch_execute("SELECT pg_terminate_backend(pg_backend_pid())")?;
        put(tx, "never", 1)
    });
    let error = died.await.unwrap_err();
    assert!(matches!(error, DbError::Unreachable), "{error:?}");
    assert_eq!(error.fault().code, tonic::Code::Unavailable);
    db.work(None, |tx| put(tx, "next", 1)).await.unwrap();
    assert_eq!(ids(&db).await, ["next"]);
}

/// As after a restart of PostgreSQL: every connection at hand is dead, and nothing can have happened on it.
#[tokio::test]
async fn connections_that_died_while_idle_are_replaced_unseen() {
    let fresh = Fresh::postgres();
    let Storage::Postgres { url } = &fresh.storage else { unreachable!("it was made so") };
    let db = open(&fresh.storage).unwrap();
    for round in 0..5 {
        let mut admin = diesel::PgConnection::establish(url).unwrap();
        admin
            .batch_execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                 WHERE datname = current_database() AND pid <> pg_backend_pid()",
            )
            .unwrap();
        for n in 0..8 {
            let key = (n % 2 == 0).then(|| format!("key {n}"));
            db.work(key, move |tx| put(tx, &format!("{round}-{n}"), 1)).await.unwrap();
        }
        assert_eq!(ids(&db).await.len(), 8 * (round + 1));
    }
}
