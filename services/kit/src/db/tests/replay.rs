//! The same request again (AIP-155), and the dry run (AIP-163).

use futures_util::future::join_all;
use toadlane_proto::bids::v1::Bid;
use toadlane_proto::types::v1::Event;

use super::*;
use crate::caller::Area;
use crate::cx::Cx;
use crate::outbox::{self, Fact};
use crate::time::at;

fn cx(request_id: &str, content: u8) -> Cx {
    Cx {
        rpc: "/toadlane.bids.v1.BidsService/CreateBid".to_string(),
        request_id: Some(request_id.to_string()),
        digest: [content; 32],
        ..Cx::of_area(Area::Bids, at("2020-01-10T12:00:00Z"))
    }
}

/// A write that makes a new row each time that it has an effect.
async fn create(db: &Db, cx: &Cx) -> Result<Event, Refused> {
    db.write(cx, |tx| {
        let id = uuid::Uuid::now_v7().to_string();
        put(tx, &id, 1)?;
        Ok(Event { id, ..Event::default() })
    })
    .await
}

#[tokio::test]
async fn a_repeated_request_is_answered_as_before_and_has_no_second_effect() {
    each_db(open, async |db| {
        assert_eq!(db.replay::<Event>(&cx("one", 1)).await.unwrap(), None);
        let first = create(&db, &cx("one", 1)).await.unwrap();
        assert_eq!(db.replay::<Event>(&cx("one", 1)).await.unwrap(), Some(first.clone()));
        // Also where it came past the look-up.
        assert_eq!(create(&db, &cx("one", 1)).await.unwrap(), first);
        assert_eq!(ids(&db).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn what_a_write_has_to_know_is_read_only_for_a_request_that_is_new() {
    each_db(open, async |db| {
        let look = async |cx: Cx| db.replay_or(&cx, |tx| Ok::<_, Refused>(amount(tx, "known")?)).await;
        assert!(matches!(look(cx("one", 1)).await, Ok(Replay::<Event, _>::New(None))));
        let first = create(&db, &cx("one", 1)).await.unwrap();
        assert!(matches!(look(cx("one", 1)).await, Ok(Replay::Answered(again)) if again == first));
        assert!(matches!(look(cx("one", 2)).await, Err(Refused::Db(DbError::RequestIdReused))));
        // A dry run is not answered by what was done in earnest.
        let dry = Cx { validate_only: true, ..cx("one", 1) };
        assert!(matches!(look(dry).await, Ok(Replay::<Event, _>::New(None))));
    })
    .await;
}

#[tokio::test]
async fn the_same_id_from_another_caller_or_for_another_rpc_is_another_request() {
    each_db(open, async |db| {
        create(&db, &cx("one", 1)).await.unwrap();
        let mut other = cx("one", 1);
        other.caller = crate::caller::Caller::area(Area::Rounds);
        assert_eq!(db.replay::<Event>(&other).await.unwrap(), None);
        let mut other = cx("one", 1);
        other.rpc = "/toadlane.bids.v1.BidsService/SubmitBid".to_string();
        assert_eq!(db.replay::<Event>(&other).await.unwrap(), None);
    })
    .await;
}

#[tokio::test]
async fn the_same_id_with_other_content_is_refused() {
    each_db(open, async |db| {
        create(&db, &cx("one", 1)).await.unwrap();
        let looked_up = db.replay::<Event>(&cx("one", 2)).await;
        assert!(matches!(looked_up, Err(DbError::RequestIdReused)));
        // Both were under way at once: neither look-up found the other.
        let written = create(&db, &cx("one", 2)).await;
        assert!(matches!(written, Err(Refused::Db(DbError::RequestIdReused))), "{written:?}");
        assert_eq!(ids(&db).await.len(), 1);
    })
    .await;
}

#[tokio::test]
async fn a_refused_request_stores_no_answer() {
    each_db(open, async |db| {
        let refused: Result<Event, Refused> = db.write(&cx("one", 1), |_| Err::<Event, _>(Refused::Rule)).await;
        assert!(matches!(refused, Err(Refused::Rule)));
        create(&db, &cx("one", 1)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_dry_run_writes_nothing_and_leaves_its_id_free() {
    each_db(open, async |db| {
        let mut dry = cx("one", 1);
        dry.validate_only = true;
        create(&db, &dry).await.unwrap();
        assert_eq!(ids(&db).await, Vec::<String>::new());
        assert_eq!(db.replay::<Event>(&cx("one", 1)).await.unwrap(), None);
        create(&db, &cx("one", 1)).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn twins_have_one_effect_and_the_same_answer() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        let dbs = [open(&fresh.storage).unwrap(), open(&fresh.storage).unwrap()];
        for round in 0..10 {
            let cx = cx(&format!("request {round}"), 1);
            let twins = (0..8).map(|n| create(&dbs[n % 2], &cx));
            let answers = join_all(twins).await;
            let first = answers[0].as_ref().unwrap();
            assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer == first)), "{answers:?}");
            assert_eq!(ids(&dbs[0]).await.len(), round + 1);
        }
    }
}

/// A write with an event, which is refused if it is the fourth.
async fn tell(db: &Db, n: u8) -> Result<Event, Refused> {
    let asked = cx(&n.to_string(), n);
    let of = asked.clone();
    db.write_keyed(&asked, "lane", move |tx| {
        let fact = Fact::of("toadlane.bids.v1.BidCreated", n, 1, &Bid::default());
        put(tx, &n.to_string(), 1)?;
        outbox::put(tx, &of, of.now, fact)?;
        if n == 4 { Err(Refused::Rule) } else { Ok(Event { id: n.to_string(), ..Event::default() }) }
    })
    .await
}

#[tokio::test]
async fn of_a_batch_those_answers_and_events_are_kept_whose_write_is() {
    each_db(open, async |db| {
        let held = hold(&db).await;
        let (told, ()) = tokio::join!(join_all((0..10).map(|n| tell(&db, n))), async { drop(held) });
        let kept = |n: &u8| *n != 4;
        for (n, told) in (0..).zip(&told) {
            assert_eq!(told.is_ok(), kept(&n), "{n}: {told:?}");
            assert_eq!(db.replay::<Event>(&cx(&n.to_string(), n)).await.unwrap().is_some(), kept(&n), "{n}");
        }
        let of_events = outbox::outbox::table.select(outbox::outbox::subject).order(outbox::outbox::subject.asc());
        let subjects = db.read(move |tx| Ok::<Vec<String>, DbError>(of_events.load(tx)?)).await.unwrap();
        assert_eq!(subjects, (0..10).filter(kept).map(|n| n.to_string()).collect::<Vec<_>>());
    })
    .await;
}

#[tokio::test]
async fn twins_in_one_batch_get_one_answer_and_their_neighbours_stand() {
    each_db(open, async |db| {
        let held = hold(&db).await;
        let twin = |id: &'static str| {
            let asked = cx("twin", 1);
            let db = db.clone();
            async move {
                let made = db.write_keyed::<Event, _, _, _>(&asked, "lane", move |tx| {
                    put(tx, id, 1)?;
                    Ok::<_, Refused>(Event { id: id.to_string(), ..Event::default() })
                });
                made.await
            }
        };
        let all = async { tokio::join!(twin("one"), twin("other"), tell(&db, 1)) };
        let ((one, other, neighbour), ()) = tokio::join!(all, async { drop(held) });
        assert_eq!(one.unwrap(), other.unwrap());
        neighbour.unwrap();
        assert_eq!(ids(&db).await.len(), 2, "one twin and the neighbour");
    })
    .await;
}
