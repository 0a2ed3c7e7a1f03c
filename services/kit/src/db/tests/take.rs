//! The line that every RPC is: parsed, replayed, gathered, written and answered, in this order.

use std::sync::atomic::{AtomicUsize, Ordering};

use toadlane_proto::types::v1::Event;
use tonic::{Code, Request, Response, Status};

use super::*;
use crate::caller::{Area, Caller};
use crate::cx::{Arrived, Cx};
use crate::rules::Asked;
use crate::time::at;
use crate::wire::Reader;

impl From<Refused> for Status {
    fn from(refused: Refused) -> Status {
        Status::failed_precondition(refused.to_string())
    }
}

/// A request as the guard and the field rules pass it on.
fn request(request_id: &str, subject: &str) -> Request<Event> {
    let mut request = Request::new(Event { subject: subject.to_string(), ..Event::default() });
    let rpc = "/toadlane.bids.v1.BidsService/CreateBid".to_string();
    request.extensions_mut().insert(Arrived { now: at("2020-01-10T12:00:00Z"), rpc });
    request.extensions_mut().insert(Caller::area(Area::Bids));
    let digest = [subject.bytes().next().unwrap_or_default(); 32];
    request.extensions_mut().insert(Asked { request_id: Some(request_id.to_string()), validate_only: false, digest });
    request
}

/// What is asked: to create something of this name.
#[derive(Clone)]
struct Id(String);

fn parse(wire: Event, reader: &mut Reader) -> Option<Id> {
    reader.text("subject", &wire.subject).map(Id)
}

fn create(tx: &mut Tx, _: &Cx, Id(id): &Id) -> Result<Event, Refused> {
    if id == "refused" {
        return Err(Refused::Rule);
    }
    put(tx, id, 1)?;
    Ok(Event { id: id.clone(), ..Event::default() })
}

fn create_with(tx: &mut Tx, _: &Cx, amount: &i64, Id(id): &Id) -> Result<Event, Refused> {
    put(tx, id, *amount)?;
    Ok(Event { id: id.clone(), version: *amount, ..Event::default() })
}

fn told(answer: Result<Response<Event>, Status>) -> Result<String, Code> {
    answer.map(|answer| answer.into_inner().id).map_err(|status| status.code())
}

#[tokio::test]
async fn a_request_that_was_answered_is_answered_alike_and_nothing_is_gathered_for_it() {
    each_db(open, async |db| {
        let n_gathered = AtomicUsize::new(0);
        let gather = |_, _| {
            n_gathered.fetch_add(1, Ordering::SeqCst);
            std::future::ready(Ok::<_, Refused>(7))
        };
        for _ in 0..2 {
            assert_eq!(told(db.take_with(request("one", "a"), parse, gather, create_with).await), Ok("a".to_string()));
        }
        let other = db.take_with(request("one", "b"), parse, gather, create_with).await;
        assert_eq!(told(other), Err(Code::FailedPrecondition), "the identity was used for something else");
        assert_eq!((n_gathered.into_inner(), ids(&db).await), (1, vec!["a".to_string()]));
    })
    .await;
}

#[tokio::test]
async fn bad_fields_are_told_before_anything_else() {
    each_db(open, async |db| {
        assert_eq!(told(db.take(request("one", "a"), parse, create).await), Ok("a".to_string()));
        // The identity of an answered request, and no reading of the message: the fields come first.
        assert_eq!(told(db.take(request("one", " "), parse, create).await), Err(Code::InvalidArgument));
        assert_eq!(ids(&db).await, ["a"]);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_or_cannot_be_gathered_writes_nothing_and_may_be_tried_again() {
    each_db(open, async |db| {
        assert_eq!(told(db.take(request("one", "refused"), parse, create).await), Err(Code::FailedPrecondition));
        let none = |_, _| std::future::ready(Err::<i64, _>(Refused::Rule));
        assert_eq!(
            told(db.take_with(request("two", "b"), parse, none, create_with).await),
            Err(Code::FailedPrecondition)
        );
        let all = |_, _| std::future::ready(Ok::<_, Refused>(3));
        assert_eq!(told(db.take_with(request("two", "b"), parse, all, create_with).await), Ok("b".to_string()));
        assert_eq!(ids(&db).await, ["b"]);
    })
    .await;
}

#[tokio::test]
async fn writes_with_a_key_wait_for_each_other_and_those_without_for_none() {
    each_db(open, async |db| {
        let lane = |_: &Id| "lane".to_string();
        if matches!(db.read(|conn| Ok::<_, DbError>(matches!(conn, Conn::Postgres(_)))).await, Ok(true)) {
            let held = hold(&db).await;
            let keyed = db.take_keyed(request("one", "keyed"), parse, lane, create);
            let with = |_, Id(id): Id| {
                std::future::ready(Ok::<_, Refused>(Gathered { key: Some("lane".into()), facts: id.len() as i64 }))
            };
            let keyed_with = db.take_keyed_with(request("two", "with"), parse, with, create_with);
            tokio::pin!(keyed, keyed_with);
            let free = db.take(request("three", "free"), parse, create);
            let first = tokio::select! {
                answer = &mut keyed => told(answer),
                answer = &mut keyed_with => told(answer),
                answer = free => told(answer),
            };
            assert_eq!(first, Ok("free".to_string()));
            drop(held);
            assert_eq!((told(keyed.await), told(keyed_with.await)), (Ok("keyed".to_string()), Ok("with".to_string())));
        } else {
            assert_eq!(
                told(db.take_keyed(request("one", "keyed"), parse, lane, create).await),
                Ok("keyed".to_string())
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_answer_that_may_not_be_seen_any_more_is_not_replayed_whoever_looks_for_it() {
    each_db(open, async |db| {
        let db = db.replays_if(|_, _, answer| match answer.downcast_ref::<Event>() {
            Some(event) if event.id == "b" => Ok(()),
            Some(_) | None => Err(DbError::Hidden { what: "bid" }),
        });
        for (name, again) in [("a", Err(Code::FailedPrecondition)), ("b", Ok("b".to_string()))] {
            assert_eq!(told(db.take(request(name, name), parse, create).await), Ok(name.to_string()));
            assert_eq!(told(db.take(request(name, name), parse, create).await), again);
        }
        let looked_up = db.replay_or(&Cx::of(&request("a", "a")).unwrap(), |_| Ok::<_, Refused>(())).await;
        let looked_up: Result<Replay<Event, ()>, Refused> = looked_up;
        assert!(matches!(looked_up, Err(Refused::Db(DbError::Hidden { .. }))));
        // Refused by its rule, and by then its twin has been answered.
        let late = request("a", "a");
        let cx = Cx::of(&late).unwrap();
        let refused: Result<Event, Refused> = db.write(&cx, |_| Err::<Event, _>(Refused::Rule)).await;
        assert!(matches!(refused, Err(Refused::Rule)), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_read_is_shown_as_the_wire_has_it() {
    each_db(open, async |db| {
        db.work(None, |tx| put(tx, "a", 7)).await.unwrap();
        let read = |conn: &mut Conn, _: &Cx, Id(id): &Id| amount(conn, id)?.ok_or(Refused::Rule);
        let show = |version| Event { version, ..Event::default() };
        let shown = db.show(request("", "a"), parse, read, show).await.unwrap().into_inner();
        assert_eq!(shown.version, 7);
        assert_eq!(db.show(request("", "b"), parse, read, show).await.unwrap_err().code(), Code::FailedPrecondition);
        assert_eq!(db.show(request("", ""), parse, read, show).await.unwrap_err().code(), Code::InvalidArgument);
    })
    .await;
}
