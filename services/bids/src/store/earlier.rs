//! What bids knows of earlier awards.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::OrgId;
use kit::time::Timestamp;

use crate::bid::Bid;
use crate::earlier::{Project, Report};
use crate::schema::{project, report};

#[derive(Insertable)]
#[diesel(table_name = report)]
struct ReportRow {
    id: String,
    organisation_id: String,
    due_at: i64,
    awaited: bool,
}

impl From<&Report> for ReportRow {
    fn from(one: &Report) -> ReportRow {
        ReportRow {
            id: one.id.to_string(),
            organisation_id: one.organisation.to_string(),
            due_at: one.due_at.micros(),
            awaited: one.awaited,
        }
    }
}

#[derive(Insertable)]
#[diesel(table_name = project)]
struct ProjectRow {
    award_id: String,
    bid_id: String,
    lead_id: String,
    live: bool,
}

impl From<&Project> for ProjectRow {
    fn from(one: &Project) -> ProjectRow {
        ProjectRow {
            award_id: one.award.to_string(),
            bid_id: one.bid.to_string(),
            lead_id: one.lead.to_string(),
            live: one.live,
        }
    }
}

/// In place of what was known of it.
pub fn put_report(tx: &mut Tx, one: &Report) -> Result<(), DbError> {
    diesel::delete(report::table.find(one.id.to_string())).execute(tx)?;
    diesel::insert_into(report::table).values(ReportRow::from(one)).execute(tx)?;
    Ok(())
}

/// In place of what was known of it.
pub fn put_project(tx: &mut Tx, one: &Project) -> Result<(), DbError> {
    diesel::delete(project::table.find(one.award.to_string())).execute(tx)?;
    diesel::insert_into(project::table).values(ProjectRow::from(one)).execute(tx)?;
    Ok(())
}

/// How many reports these organisations owe that are overdue at an instant.
pub fn n_overdue(tx: &mut Tx, organisations: &[OrgId], now: Timestamp) -> Result<i64, DbError> {
    let ids: Vec<String> = organisations.iter().map(OrgId::to_string).collect();
    Ok(report::table
        .filter(report::organisation_id.eq_any(ids))
        .filter(report::awaited.eq(true))
        .filter(report::due_at.le(now.micros()))
        .count()
        .get_result(tx)?)
}

/// How many live projects the lead of a bid leads, besides that of this very bid.
pub fn n_live_besides(tx: &mut Tx, of: &Bid) -> Result<i64, DbError> {
    Ok(project::table
        .filter(project::lead_id.eq(of.lead().to_string()))
        .filter(project::live.eq(true))
        .filter(project::bid_id.ne(of.id.to_string()))
        .count()
        .get_result(tx)?)
}
