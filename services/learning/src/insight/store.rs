//! Insights, with the councils that were asked about them.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{CommissionId, InsightId, PersonId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json};
use kit::time::Timestamp;

use super::{Insight, State};
use crate::commission::Visible;
use crate::error::Error;
use crate::schema::{insight, insight_council};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = insight, treat_none_as_null = true)]
struct Row {
    id: InsightId,
    version: i64,
    commission_id: CommissionId,
    author: PersonId,
    text: String,
    conditions: String,
    passages: String,
    state: String,
    answer_by: Option<Timestamp>,
    answers: String,
    interest_declared: bool,
    reason: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Insight> for Row {
    fn from(insight: &Insight) -> Row {
        Row {
            id: insight.id,
            version: insight.version,
            commission_id: insight.commission,
            author: insight.author,
            text: insight.text.clone(),
            conditions: insight.conditions.clone(),
            passages: json(&insight.passages),
            state: insight.state.name().to_string(),
            answer_by: insight.state.answer_by(),
            answers: json(&insight.answers),
            interest_declared: insight.interest_declared,
            reason: insight.reason.clone(),
            created_at: insight.created_at,
            updated_at: insight.updated_at,
        }
    }
}

impl TryFrom<Row> for Insight {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Insight, DbError> {
        let state = match (row.state.as_str(), row.answer_by) {
            ("captured", None) => State::Captured,
            ("checking", Some(answer_by)) => State::Checking { answer_by },
            ("checked", Some(answer_by)) => State::Checked { answer_by },
            ("approved", Some(answer_by)) => State::Approved { answer_by },
            ("used", Some(answer_by)) => State::Used { answer_by },
            ("dropped", answer_by) => State::Dropped { answer_by },
            (other, _) => return Err(inconsistent(format!("insight {}: state {other}", row.id))),
        };
        Ok(Insight {
            id: row.id,
            version: row.version,
            commission: row.commission_id,
            author: row.author,
            text: row.text,
            conditions: row.conditions,
            passages: from_json(&row.passages)?,
            state,
            answers: from_json(&row.answers)?,
            interest_declared: row.interest_declared,
            reason: row.reason,
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn get(conn: &mut Conn, id: InsightId) -> Result<Insight, Error> {
    let row = found::<_, Error>(insight::table.find(id).select(Row::as_select()).first(conn), "insight")?;
    Ok(Insight::try_from(row)?)
}

pub fn insert(conn: &mut Conn, new: &Insight) -> Result<(), DbError> {
    diesel::insert_into(insight::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

/// Replaces the version it was made from, with the councils that it is put to.
pub fn update(conn: &mut Conn, old: &Insight, new: &Insight) -> Result<(), Error> {
    let of_old_version = insight::table.find(new.id).filter(insight::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        // A council's answer comes past here too: no council is shown what another said.
        return Err(Refusal::stale(get(conn, new.id)?.with_answers_of(&[])).into());
    }
    if old.councils() != new.councils() {
        let of_it = insight_council::table.filter(insight_council::insight_id.eq(new.id));
        diesel::delete(of_it).execute(conn)?;
        for council in new.councils() {
            diesel::insert_into(insight_council::table)
                .values((insight_council::insight_id.eq(new.id), insight_council::organisation_id.eq(council)))
                .execute(conn)?;
        }
    }
    Ok(())
}

/// Which insights are asked for: of a commission or of all, in any of these states.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    pub commission: Option<CommissionId>,
    pub states: Vec<String>,
}

fn filtered(filter: &Filter, visible: &Visible) -> insight::BoxedQuery<'static, Backend> {
    let mut query = insight::table.into_boxed::<Backend>();
    if let Some(commission) = filter.commission {
        query = query.filter(insight::commission_id.eq(commission));
    }
    if let Visible::About(councils) = visible {
        query = query.filter(exists(
            insight_council::table
                .filter(insight_council::insight_id.eq(insight::id))
                .filter(insight_council::organisation_id.eq_any(councils.clone())),
        ));
    }
    if !filter.states.is_empty() {
        query = query.filter(insight::state.eq_any(filter.states.clone()));
    }
    query
}

/// One page by identity.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    visible: &Visible,
    after: Option<InsightId>,
    limit: i64,
) -> Result<Vec<Insight>, DbError> {
    let mut query = filtered(filter, visible);
    if let Some(after) = after {
        query = query.filter(insight::id.gt(after));
    }
    let rows: Vec<Row> = query.order(insight::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Insight::try_from).collect()
}

/// How many those are on all pages.
pub fn n_insights(conn: &mut Conn, filter: &Filter, visible: &Visible) -> Result<i64, DbError> {
    Ok(filtered(filter, visible).count().get_result(conn)?)
}

/// Insights whose councils' time has passed.
pub fn due(conn: &mut Conn, now: Timestamp, limit: i64) -> Result<Vec<InsightId>, DbError> {
    Ok(insight::table
        .filter(insight::state.eq("checking"))
        .filter(insight::answer_by.assume_not_null().le(now))
        .order(insight::answer_by.asc())
        .limit(limit)
        .select(insight::id)
        .load(conn)?)
}

pub fn of_commission(conn: &mut Conn, commission: CommissionId) -> Result<Vec<Insight>, DbError> {
    let rows: Vec<Row> = insight::table
        .filter(insight::commission_id.eq(commission))
        .order(insight::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Insight::try_from).collect()
}

/// What a consultant wrote under a commission.
pub fn of_author(conn: &mut Conn, commission: CommissionId, author: PersonId) -> Result<Vec<Insight>, DbError> {
    let rows: Vec<Row> = insight::table
        .filter(insight::commission_id.eq(commission))
        .filter(insight::author.eq(author))
        .order(insight::id.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Insight::try_from).collect()
}

pub fn named(conn: &mut Conn, ids: &[InsightId]) -> Result<Vec<Insight>, DbError> {
    let rows: Vec<Row> = insight::table.filter(insight::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Insight::try_from).collect()
}
