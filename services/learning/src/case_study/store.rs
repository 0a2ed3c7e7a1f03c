//! Case studies.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{CaseStudyId, OrgId, RoundId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, parsed};
use kit::time::Timestamp;

use super::CaseStudy;
use crate::error::Error;
use crate::passage::store::answered;
use crate::schema::case_study;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = case_study, treat_none_as_null = true)]
struct Row {
    id: CaseStudyId,
    version: i64,
    revision: i32,
    sha256: String,
    organisation_id: OrgId,
    round_id: Option<RoundId>,
    text: String,
    state: String,
    created_at: Timestamp,
    updated_at: Timestamp,
    answered_by: Option<String>,
    answered_at: Option<Timestamp>,
}

impl From<&CaseStudy> for Row {
    fn from(case_study: &CaseStudy) -> Row {
        Row {
            id: case_study.id,
            version: case_study.version,
            revision: case_study.revision,
            sha256: case_study.sha256.clone(),
            organisation_id: case_study.organisation,
            round_id: case_study.text.round,
            text: case_study.written.clone(),
            state: case_study.state.name().to_string(),
            created_at: case_study.created_at,
            updated_at: case_study.updated_at,
            answered_by: case_study.answered.as_ref().map(|answered| answered.by.subject.clone()),
            answered_at: case_study.answered.as_ref().map(|answered| answered.at),
        }
    }
}

impl TryFrom<Row> for CaseStudy {
    type Error = DbError;

    fn try_from(row: Row) -> Result<CaseStudy, DbError> {
        Ok(CaseStudy {
            id: row.id,
            version: row.version,
            revision: row.revision,
            sha256: row.sha256,
            organisation: row.organisation_id,
            text: from_json(&row.text)?,
            written: row.text,
            state: parsed(&row.state)?,
            answered: answered(row.answered_by, row.organisation_id, row.answered_at),
            created_at: row.created_at,
            updated_at: row.updated_at,
        })
    }
}

pub fn get(conn: &mut Conn, id: CaseStudyId) -> Result<CaseStudy, Error> {
    let row = found::<_, Error>(case_study::table.find(id).select(Row::as_select()).first(conn), "case study")?;
    Ok(CaseStudy::try_from(row)?)
}

pub fn insert(conn: &mut Conn, new: &CaseStudy) -> Result<(), DbError> {
    diesel::insert_into(case_study::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &CaseStudy, new: &CaseStudy) -> Result<(), Error> {
    let of_old_version = case_study::table.find(new.id).filter(case_study::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

/// Which case studies a caller sees.
#[derive(Clone, Debug)]
pub enum Visible {
    All,
    Of {
        /// Councils for which the caller reads.
        councils: Vec<OrgId>,
        /// None for callers who are nobody's consultant; else the rounds that their commissions open. Those of no round
        /// are opened by any.
        consented_of: Option<Vec<RoundId>>,
    },
}

fn filtered(council: Option<OrgId>, visible: &Visible) -> case_study::BoxedQuery<'static, Backend> {
    let mut query = case_study::table.into_boxed::<Backend>();
    if let Visible::Of { councils, consented_of } = visible {
        let own = case_study::organisation_id.eq_any(councils.clone());
        query = match consented_of.clone() {
            None => query.filter(own),
            Some(rounds) => {
                let opened = case_study::round_id.is_null().or(case_study::round_id.assume_not_null().eq_any(rounds));
                query.filter(own.or(case_study::state.eq("consented").and(opened)))
            }
        };
    }
    if let Some(council) = council {
        query = query.filter(case_study::organisation_id.eq(council));
    }
    query
}

/// One page by identity, of a council or of all.
pub fn page(
    conn: &mut Conn,
    council: Option<OrgId>,
    visible: &Visible,
    after: Option<CaseStudyId>,
    limit: i64,
) -> Result<Vec<CaseStudy>, DbError> {
    let mut query = filtered(council, visible);
    if let Some(after) = after {
        query = query.filter(case_study::id.gt(after));
    }
    let rows: Vec<Row> = query.order(case_study::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(CaseStudy::try_from).collect()
}

/// How many those are on all pages.
pub fn n_case_studies(conn: &mut Conn, council: Option<OrgId>, visible: &Visible) -> Result<i64, DbError> {
    Ok(filtered(council, visible).count().get_result(conn)?)
}

pub fn named(conn: &mut Conn, ids: &[CaseStudyId]) -> Result<Vec<CaseStudy>, DbError> {
    let rows: Vec<Row> = case_study::table.filter(case_study::id.eq_any(ids)).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(CaseStudy::try_from).collect()
}
