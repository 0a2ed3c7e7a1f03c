//! Insights, with the councils that they were put to.

use diesel::dsl::exists;
use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{CommissionId, InsightId, OrgId, PersonId};
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use crate::error::{Error, Newer};
use crate::insight::{Insight, State};
use crate::schema::{insight, insight_council};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = insight, treat_none_as_null = true)]
struct Row {
    id: String,
    version: i64,
    commission_id: String,
    author: String,
    text: String,
    conditions: String,
    passages: String,
    state: String,
    answer_by: Option<i64>,
    answers: String,
    interest_declared: bool,
    reason: String,
    created_at: i64,
    updated_at: i64,
}

impl From<&Insight> for Row {
    fn from(insight: &Insight) -> Row {
        Row {
            id: insight.id.to_string(),
            version: insight.version,
            commission_id: insight.commission.to_string(),
            author: insight.author.to_string(),
            text: insight.text.clone(),
            conditions: insight.conditions.clone(),
            passages: json(&insight.passages),
            state: insight.state.name().to_string(),
            answer_by: insight.state.answer_by().map(Timestamp::micros),
            answers: json(&insight.answers),
            interest_declared: insight.interest_declared,
            reason: insight.reason.clone(),
            created_at: insight.created_at.micros(),
            updated_at: insight.updated_at.micros(),
        }
    }
}

impl TryFrom<Row> for Insight {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Insight, DbError> {
        let state = match (row.state.as_str(), row.answer_by.map(Timestamp::from_micros)) {
            ("captured", None) => State::Captured,
            ("checking", Some(answer_by)) => State::Checking { answer_by },
            ("checked", Some(answer_by)) => State::Checked { answer_by },
            ("approved", Some(answer_by)) => State::Approved { answer_by },
            ("used", Some(answer_by)) => State::Used { answer_by },
            ("dropped", answer_by) => State::Dropped { answer_by },
            (other, _) => return Err(inconsistent(format!("insight {}: state {other}", row.id))),
        };
        Ok(Insight {
            id: parsed(&row.id)?,
            version: row.version,
            commission: parsed(&row.commission_id)?,
            author: parsed(&row.author)?,
            text: row.text,
            conditions: row.conditions,
            passages: from_json(&row.passages)?,
            state,
            answers: from_json(&row.answers)?,
            interest_declared: row.interest_declared,
            reason: row.reason,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

pub fn insight(tx: &mut Tx, id: InsightId) -> Result<Insight, Error> {
    let row = insight::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(Insight::try_from(row.ok_or(Error::NotFound { what: "insight" })?)?)
}

pub fn insert_insight(tx: &mut Tx, new: &Insight) -> Result<(), DbError> {
    diesel::insert_into(insight::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

/// Writes the new version over the one it was made from, with the councils that it is put to.
pub fn update_insight(tx: &mut Tx, old: &Insight, new: &Insight) -> Result<(), Error> {
    let of_old_version =
        insight::table.filter(insight::id.eq(new.id.to_string())).filter(insight::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Insight(insight(tx, new.id)?)));
    }
    if old.councils() != new.councils() {
        let of_it = insight_council::table.filter(insight_council::insight_id.eq(new.id.to_string()));
        diesel::delete(of_it).execute(tx)?;
        for council in new.councils() {
            diesel::insert_into(insight_council::table)
                .values((
                    insight_council::insight_id.eq(new.id.to_string()),
                    insight_council::organisation_id.eq(council.to_string()),
                ))
                .execute(tx)?;
        }
    }
    Ok(())
}

/// Which insights: of a commission, or those about which these councils were asked.
#[derive(Clone, Debug, Default)]
pub struct InsightFilter {
    pub commission: Option<CommissionId>,
    pub councils: Vec<OrgId>,
    pub states: Vec<&'static str>,
}

fn filtered(filter: &InsightFilter) -> insight::BoxedQuery<'static, Backend> {
    let mut query = insight::table.into_boxed::<Backend>();
    query = match filter.commission {
        Some(commission) => query.filter(insight::commission_id.eq(commission.to_string())),
        None => {
            let councils: Vec<String> = filter.councils.iter().map(OrgId::to_string).collect();
            query.filter(exists(
                insight_council::table
                    .filter(insight_council::insight_id.eq(insight::id))
                    .filter(insight_council::organisation_id.eq_any(councils)),
            ))
        }
    };
    if !filter.states.is_empty() {
        query = query.filter(insight::state.eq_any(filter.states.clone()));
    }
    query
}

/// One page by identity.
pub fn page_of_insights(
    tx: &mut Tx,
    filter: &InsightFilter,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<Insight>, DbError> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        query = query.filter(insight::id.gt(after));
    }
    let rows: Vec<Row> = query.order(insight::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Insight::try_from).collect()
}

pub fn n_insights(tx: &mut Tx, filter: &InsightFilter) -> Result<i64, DbError> {
    Ok(filtered(filter).count().get_result(tx)?)
}

/// Insights whose councils' time has passed.
pub fn due_insights(tx: &mut Tx, now: Timestamp, limit: i64) -> Result<Vec<InsightId>, DbError> {
    let ids: Vec<String> = insight::table
        .filter(insight::state.eq("checking"))
        .filter(insight::answer_by.assume_not_null().le(now.micros()))
        .order(insight::answer_by.asc())
        .limit(limit)
        .select(insight::id)
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

/// What a consultant wrote under a commission.
pub fn insights_of_author(tx: &mut Tx, commission: CommissionId, author: PersonId) -> Result<Vec<Insight>, DbError> {
    let rows: Vec<Row> = insight::table
        .filter(insight::commission_id.eq(commission.to_string()))
        .filter(insight::author.eq(author.to_string()))
        .order(insight::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Insight::try_from).collect()
}

pub(super) fn insights_named(tx: &mut Tx, ids: &[String]) -> Result<Vec<Insight>, DbError> {
    let rows: Vec<Row> = insight::table.filter(insight::id.eq_any(ids)).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Insight::try_from).collect()
}
