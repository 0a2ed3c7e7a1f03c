//! Case studies.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{CaseStudyId, OrgId, RoundId};
use kit::stored::{from_json, json, named, parsed};
use kit::time::Timestamp;

use crate::case_study::{CaseStudy, State};
use crate::error::{Error, Newer};
use crate::schema::case_study;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = case_study, treat_none_as_null = true)]
struct Row {
    id: String,
    version: i64,
    revision: i32,
    sha256: String,
    organisation_id: String,
    round_id: Option<String>,
    text: String,
    state: String,
    created_at: i64,
    updated_at: i64,
}

impl From<&CaseStudy> for Row {
    fn from(case_study: &CaseStudy) -> Row {
        Row {
            id: case_study.id.to_string(),
            version: case_study.version,
            revision: case_study.revision,
            sha256: case_study.sha256.clone(),
            organisation_id: case_study.organisation.to_string(),
            round_id: case_study.text.round.map(|round| round.to_string()),
            text: json(&case_study.text),
            state: case_study.state.name().to_string(),
            created_at: case_study.created_at.micros(),
            updated_at: case_study.updated_at.micros(),
        }
    }
}

impl TryFrom<Row> for CaseStudy {
    type Error = DbError;

    fn try_from(row: Row) -> Result<CaseStudy, DbError> {
        Ok(CaseStudy {
            id: parsed(&row.id)?,
            version: row.version,
            revision: row.revision,
            sha256: row.sha256,
            organisation: parsed(&row.organisation_id)?,
            text: from_json(&row.text)?,
            state: named(&State::ALL, State::name, &row.state)?,
            created_at: Timestamp::from_micros(row.created_at),
            updated_at: Timestamp::from_micros(row.updated_at),
        })
    }
}

pub fn case_study(tx: &mut Tx, id: CaseStudyId) -> Result<CaseStudy, Error> {
    let row = case_study::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(CaseStudy::try_from(row.ok_or(Error::NotFound { what: "case study" })?)?)
}

pub fn insert_case_study(tx: &mut Tx, new: &CaseStudy) -> Result<(), DbError> {
    diesel::insert_into(case_study::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_case_study(tx: &mut Tx, old: &CaseStudy, new: &CaseStudy) -> Result<(), Error> {
    let of_old_version =
        case_study::table.filter(case_study::id.eq(new.id.to_string())).filter(case_study::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::CaseStudy(case_study(tx, new.id)?)));
    }
    Ok(())
}

/// Which case studies: what is asked for, within what the caller may see.
#[derive(Clone, Debug, Default)]
pub struct CaseStudyFilter {
    pub organisation: Option<OrgId>,
    pub all: bool,
    /// Councils for which the caller reads.
    pub councils: Vec<OrgId>,
    /// None for callers who are nobody's consultant; else the rounds that their commissions open. Those of no round
    /// are opened by any.
    pub consented_of: Option<Vec<RoundId>>,
}

fn filtered(filter: &CaseStudyFilter) -> case_study::BoxedQuery<'static, Backend> {
    let mut query = case_study::table.into_boxed::<Backend>();
    if !filter.all {
        let councils: Vec<String> = filter.councils.iter().map(OrgId::to_string).collect();
        let own = case_study::organisation_id.eq_any(councils);
        query = match &filter.consented_of {
            None => query.filter(own),
            Some(rounds) => {
                let rounds: Vec<String> = rounds.iter().map(RoundId::to_string).collect();
                let opened = case_study::round_id.is_null().or(case_study::round_id.assume_not_null().eq_any(rounds));
                query.filter(own.or(case_study::state.eq("consented").and(opened)))
            }
        };
    }
    if let Some(organisation) = filter.organisation {
        query = query.filter(case_study::organisation_id.eq(organisation.to_string()));
    }
    query
}

/// One page by identity.
pub fn page_of_case_studies(
    tx: &mut Tx,
    filter: &CaseStudyFilter,
    after: Option<String>,
    limit: i64,
) -> Result<Vec<CaseStudy>, DbError> {
    let mut query = filtered(filter);
    if let Some(after) = after {
        query = query.filter(case_study::id.gt(after));
    }
    let rows: Vec<Row> = query.order(case_study::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(CaseStudy::try_from).collect()
}

pub fn n_case_studies(tx: &mut Tx, filter: &CaseStudyFilter) -> Result<i64, DbError> {
    Ok(filtered(filter).count().get_result(tx)?)
}

pub(super) fn case_studies_named(tx: &mut Tx, ids: &[String]) -> Result<Vec<CaseStudy>, DbError> {
    let rows: Vec<Row> = case_study::table.filter(case_study::id.eq_any(ids)).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(CaseStudy::try_from).collect()
}
