//! Clarifications and their answers.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::{BidId, ClarificationId};
use kit::stored::{self, inconsistent, parsed};
use kit::time::Timestamp;

use crate::clarification::{Answer, Clarification};
use crate::error::{Error, Newer};
use crate::schema::clarification;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = clarification, treat_none_as_null = true)]
struct Row {
    id: String,
    bid_id: String,
    version: i64,
    question: String,
    answer_by: i64,
    asked_at: i64,
    asked_by: String,
    asked_by_organisation: Option<String>,
    answer: Option<String>,
    answered_at: Option<i64>,
    answered_by: Option<String>,
    answered_by_organisation: Option<String>,
}

impl From<&Clarification> for Row {
    fn from(one: &Clarification) -> Row {
        let answer = one.answer.as_ref();
        Row {
            id: one.id.to_string(),
            bid_id: one.bid.to_string(),
            version: one.version,
            question: one.question.clone(),
            answer_by: one.answer_by.micros(),
            asked_at: one.asked_at.micros(),
            asked_by: one.asked_by.subject.clone(),
            asked_by_organisation: one.asked_by.organisation.map(|id| id.to_string()),
            answer: answer.map(|answer| answer.text.clone()),
            answered_at: answer.map(|answer| answer.at.micros()),
            answered_by: answer.map(|answer| answer.by.subject.clone()),
            answered_by_organisation: answer.and_then(|answer| answer.by.organisation).map(|id| id.to_string()),
        }
    }
}

impl TryFrom<Row> for Clarification {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Clarification, DbError> {
        let answer = match (row.answer, row.answered_at, row.answered_by) {
            (None, None, None) => None,
            (Some(text), Some(at), Some(subject)) => {
                let by = stored::actor(subject, row.answered_by_organisation.as_deref())?;
                Some(Answer { text, at: Timestamp::from_micros(at), by })
            }
            (_, _, _) => return Err(inconsistent(format!("clarification {}: half an answer", row.id))),
        };
        Ok(Clarification {
            id: parsed(&row.id)?,
            bid: parsed(&row.bid_id)?,
            version: row.version,
            question: row.question,
            answer_by: Timestamp::from_micros(row.answer_by),
            asked_at: Timestamp::from_micros(row.asked_at),
            asked_by: stored::actor(row.asked_by, row.asked_by_organisation.as_deref())?,
            answer,
        })
    }
}

pub fn insert_clarification(tx: &mut Tx, new: &Clarification) -> Result<(), DbError> {
    diesel::insert_into(clarification::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

/// A clarification of this very bid.
pub fn clarification(tx: &mut Tx, bid: BidId, id: ClarificationId) -> Result<Clarification, Error> {
    let found: Option<Row> = clarification::table
        .filter(clarification::id.eq(id.to_string()))
        .filter(clarification::bid_id.eq(bid.to_string()))
        .select(Row::as_select())
        .first(tx)
        .optional()?;
    match found {
        Some(row) => Ok(row.try_into()?),
        None => Err(Error::NotFound { what: "clarification" }),
    }
}

pub fn update_clarification(tx: &mut Tx, old: &Clarification, new: &Clarification) -> Result<(), Error> {
    let of_old_version = clarification::table
        .filter(clarification::id.eq(new.id.to_string()))
        .filter(clarification::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Clarification(clarification(tx, new.bid, new.id)?)));
    }
    Ok(())
}

/// Clarifications of a bid, oldest first.
pub fn clarifications(tx: &mut Tx, bid: BidId, after: &str, limit: i64) -> Result<Vec<Clarification>, DbError> {
    let rows: Vec<Row> = clarification::table
        .filter(clarification::bid_id.eq(bid.to_string()))
        .filter(clarification::id.gt(after))
        .order(clarification::id.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Clarification::try_from).collect()
}
