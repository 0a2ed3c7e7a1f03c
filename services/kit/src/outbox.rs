//! Events as rows: a fact is written in the transaction that makes it true, and published afterwards.

use diesel::prelude::*;
use prost::{Message, Name};
use prost_types::Any;
use toadlane_proto::types::v1 as pb;

use crate::cx::Cx;
use crate::db::kept::EventRow;
pub use crate::db::kept::outbox;
use crate::db::{Conn, DbError, Tx};
use crate::fault::any;
use crate::ids::EventId;
use crate::time::Timestamp;

diesel::table! {
    inbox (event_id) {
        event_id -> Text,
        taken_at -> BigInt,
    }
}

diesel::table! {
    inbox_version (subject) {
        subject -> Text,
        version -> BigInt,
    }
}

/// A fact to be published.
#[derive(Clone, Debug)]
pub struct Fact {
    /// Past-tense name with its package, such as `toadlane.bids.v1.BidSubmitted`.
    pub kind: &'static str,
    pub subject: String,
    /// Version of the subject after the fact.
    pub version: i64,
    /// The resource as it now is.
    pub resource: Any,
}

impl Fact {
    pub fn of<M: Name>(kind: &'static str, subject: impl ToString, version: i64, resource: &M) -> Fact {
        Fact { kind, subject: subject.to_string(), version, resource: any(resource) }
    }
}

/// Writes a fact down, to be published after the commit. Its row goes in with those of its batch, so it may not be put
/// within a transaction inside the write: it would outlive that one's rollback.
pub fn put(tx: &mut Tx, cx: &Cx, at: Timestamp, fact: Fact) -> Result<(), DbError> {
    let id = EventId::new();
    let organisation_id = cx.caller.organisation.map(|id| id.to_string()).unwrap_or_default();
    let event = pb::Event {
        id: id.to_string(),
        r#type: fact.kind.to_string(),
        subject: fact.subject.clone(),
        version: fact.version,
        happened_at: Some(at.into()),
        actor: Some(pb::Actor { subject: cx.caller.subject.to_string(), organisation_id }),
        resource: Some(fact.resource),
    };
    tx.keep_event(EventRow {
        id,
        kind: fact.kind,
        subject: fact.subject,
        version: fact.version,
        happened_at: at,
        body: event.encode_to_vec(),
    });
    Ok(())
}

/// What a consumer does with an event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Take {
    /// It is new: let it have its effect, in this same transaction.
    First,
    /// It was taken before.
    Again,
    /// A newer version of its subject was taken before.
    Older,
}

/// Records that an event is taken: each identity once, and no version older than the one held.
pub fn take(conn: &mut Conn, event: &pb::Event, now: Timestamp) -> Result<Take, DbError> {
    let row = (inbox::event_id.eq(&event.id), inbox::taken_at.eq(now.micros()));
    let n_new = crate::each_backend!(conn, conn => diesel::insert_into(inbox::table)
        .values(&row)
        .on_conflict_do_nothing()
        .execute(conn))?;
    if n_new == 0 {
        return Ok(Take::Again);
    }
    let held: Option<i64> =
        inbox_version::table.find(&event.subject).select(inbox_version::version).first(conn).optional()?;
    if held.is_some_and(|held| held > event.version) {
        return Ok(Take::Older);
    }
    let row = (inbox_version::subject.eq(&event.subject), inbox_version::version.eq(event.version));
    crate::each_backend!(conn, conn => diesel::insert_into(inbox_version::table)
        .values(&row)
        .on_conflict(inbox_version::subject)
        .do_update()
        .set(inbox_version::version.eq(event.version))
        .execute(conn))?;
    Ok(Take::First)
}

/// A published event and its place in the order of publication.
#[derive(Clone, Debug)]
pub struct Published {
    pub position: i64,
    pub event: pb::Event,
}

/// Events published after a position, oldest first.
pub fn after(conn: &mut Conn, position: i64, limit: i64) -> Result<Vec<Published>, DbError> {
    let rows: Vec<(Option<i64>, Vec<u8>)> = outbox::table
        .filter(outbox::position.gt(position))
        .order(outbox::position.asc())
        .limit(limit)
        .select((outbox::position, outbox::body))
        .load(conn)?;
    let mut found = Vec::with_capacity(rows.len());
    for (position, body) in rows {
        let (Some(position), Ok(event)) = (position, pb::Event::decode(body.as_slice())) else {
            return Err(DbError::Inconsistent("an event in the outbox cannot be read".to_string()));
        };
        found.push(Published { position, event });
    }
    Ok(found)
}

/// The first and the last position that are kept; none when nothing is.
pub fn bounds(conn: &mut Conn) -> Result<Option<(i64, i64)>, DbError> {
    use diesel::dsl::{max, min};
    // Asked apart: SQLite looks an end of an index up, but walks it all when both are asked at once.
    let first: Option<i64> = outbox::table.select(min(outbox::position)).first(conn)?;
    let last: Option<i64> = outbox::table.select(max(outbox::position)).first(conn)?;
    Ok(first.zip(last))
}
