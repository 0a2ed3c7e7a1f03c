//! What bids knows of earlier awards.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::OrgId;
use kit::time::Timestamp;

use crate::bid::Bid;
use crate::earlier::{Project, Report};
use crate::schema::{project, report};

/// In place of what was known of it.
pub fn put_report(conn: &mut Conn, report: &Report) -> Result<(), DbError> {
    let row = (
        report::id.eq(report.id),
        report::organisation_id.eq(report.organisation),
        report::due_at.eq(report.due_at),
        report::awaited.eq(report.awaited),
    );
    diesel::delete(report::table.find(report.id)).execute(conn)?;
    diesel::insert_into(report::table).values(row).execute(conn)?;
    Ok(())
}

/// In place of what was known of it.
pub fn put_project(conn: &mut Conn, project: &Project) -> Result<(), DbError> {
    let row = (
        project::award_id.eq(project.award),
        project::bid_id.eq(project.bid),
        project::lead_id.eq(project.lead),
        project::live.eq(project.live),
    );
    diesel::delete(project::table.find(project.award)).execute(conn)?;
    diesel::insert_into(project::table).values(row).execute(conn)?;
    Ok(())
}

/// How many reports these organisations owe that are overdue at an instant.
pub fn n_overdue(conn: &mut Conn, organisations: &[OrgId], now: Timestamp) -> Result<i64, DbError> {
    Ok(report::table
        .filter(report::organisation_id.eq_any(organisations))
        .filter(report::awaited.eq(true))
        .filter(report::due_at.le(now))
        .count()
        .get_result(conn)?)
}

/// How many live projects the lead of a bid leads, besides that of this very bid.
pub fn n_live_besides(conn: &mut Conn, bid: &Bid) -> Result<i64, DbError> {
    Ok(project::table
        .filter(project::lead_id.eq(bid.lead()))
        .filter(project::live.eq(true))
        .filter(project::bid_id.ne(bid.id))
        .count()
        .get_result(conn)?)
}
