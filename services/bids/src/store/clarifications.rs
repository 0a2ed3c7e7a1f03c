//! Clarifications and their answers.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{BidId, ClarificationId, OrgId};
use kit::refusal::Refusal;
use kit::stored::{found, inconsistent};
use kit::time::Timestamp;

use crate::clarification::{Answer, Clarification};
use crate::error::Error;
use crate::schema::clarification;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clarification, treat_none_as_null = true)]
struct Row {
    id: ClarificationId,
    bid_id: BidId,
    version: i64,
    question: String,
    answer_by: Timestamp,
    asked_at: Timestamp,
    asked_by: String,
    asked_by_organisation: Option<OrgId>,
    answer: Option<String>,
    answered_at: Option<Timestamp>,
    answered_by: Option<String>,
    answered_by_organisation: Option<OrgId>,
}

impl From<&Clarification> for Row {
    fn from(clarification: &Clarification) -> Row {
        let answer = clarification.answer.as_ref();
        Row {
            id: clarification.id,
            bid_id: clarification.bid,
            version: clarification.version,
            question: clarification.question.clone(),
            answer_by: clarification.answer_by,
            asked_at: clarification.asked_at,
            asked_by: clarification.asked_by.subject.clone(),
            asked_by_organisation: clarification.asked_by.organisation,
            answer: answer.map(|answer| answer.text.clone()),
            answered_at: answer.map(|answer| answer.at),
            answered_by: answer.map(|answer| answer.by.subject.clone()),
            answered_by_organisation: answer.and_then(|answer| answer.by.organisation),
        }
    }
}

impl TryFrom<Row> for Clarification {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Clarification, DbError> {
        let answer = match (row.answer, row.answered_at, row.answered_by) {
            (None, None, None) => None,
            (Some(text), Some(at), Some(subject)) => {
                Some(Answer { text, at, by: Actor { subject, organisation: row.answered_by_organisation } })
            }
            (_, _, _) => return Err(inconsistent(format!("clarification {}: half an answer", row.id))),
        };
        Ok(Clarification {
            id: row.id,
            bid: row.bid_id,
            version: row.version,
            question: row.question,
            answer_by: row.answer_by,
            asked_at: row.asked_at,
            asked_by: Actor { subject: row.asked_by, organisation: row.asked_by_organisation },
            answer,
        })
    }
}

pub fn insert_clarification(conn: &mut Conn, new: &Clarification) -> Result<(), DbError> {
    diesel::insert_into(clarification::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

/// A clarification of this very bid.
pub fn clarification(conn: &mut Conn, bid: BidId, id: ClarificationId) -> Result<Clarification, Error> {
    let of_bid = clarification::table.find(id).filter(clarification::bid_id.eq(bid));
    let row = found::<_, Error>(of_bid.select(Row::as_select()).first(conn), "clarification")?;
    Ok(row.try_into()?)
}

pub fn update_clarification(conn: &mut Conn, old: &Clarification, new: &Clarification) -> Result<(), Error> {
    let of_old_version = clarification::table.find(new.id).filter(clarification::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(clarification(conn, new.bid, new.id)?).into());
    }
    Ok(())
}

/// Clarifications of a bid, oldest first.
pub fn page_of_clarifications(
    conn: &mut Conn,
    bid: BidId,
    after: Option<ClarificationId>,
    limit: i64,
) -> Result<Vec<Clarification>, DbError> {
    let mut query = clarification::table.filter(clarification::bid_id.eq(bid)).into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(clarification::id.gt(after));
    }
    let rows: Vec<Row> = query.order(clarification::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Clarification::try_from).collect()
}
