//! The report's own row, with its award, its newest revision and its addenda.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::digest::digest;
use kit::ids::{AwardId, OrgId, ReportId, RoundId};
use kit::refusal::Refusal;
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use super::awards::AwardRow;
use super::records::{addenda_of, paper_of};
use crate::award::Award;
use crate::error::Error;
use crate::kind::Kind;
use crate::reminder::Reminder;
use crate::report::{Addendum, Report};
use crate::schema::{award, report, revision};
use crate::state::State;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = report, treat_none_as_null = true)]
struct Row {
    id: ReportId,
    award_id: AwardId,
    round_id: RoundId,
    kind: String,
    organisation_id: OrgId,
    version: i64,
    state: String,
    handed_in_at: Option<Timestamp>,
    accepted_at: Option<Timestamp>,
    opens_at: Timestamp,
    due_at: Timestamp,
    due: String,
    originally_due: String,
    reminder_offset: Option<i32>,
    reminder_at: Option<Timestamp>,
    revision: i32,
    sign_off: Option<String>,
    requested_changes: String,
    to_learning: bool,
    release: String,
    reason: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Report> for Row {
    fn from(report: &Report) -> Row {
        Row {
            id: report.id,
            award_id: report.award.id,
            round_id: report.award.round,
            kind: report.kind.name().to_string(),
            organisation_id: report.organisation,
            version: report.version,
            state: report.state.name().to_string(),
            handed_in_at: report.state.handed_in(),
            accepted_at: report.state.accepted_at(),
            opens_at: report.opens_at,
            due_at: report.due.instant,
            due: json(&report.due),
            originally_due: json(&report.originally_due),
            reminder_offset: report.next_reminder.map(|next| next.offset),
            reminder_at: report.next_reminder.map(|next| next.at),
            revision: report.revision,
            sign_off: report.sign_off.as_ref().map(json),
            requested_changes: json(&report.requested_changes),
            to_learning: report.release.to_learning,
            release: json(&report.release),
            reason: report.reason.clone(),
            created_at: report.created_at,
            updated_at: report.updated_at,
        }
    }
}

fn report_of(row: Row, award: AwardRow, json: &str, addenda: Vec<Addendum>) -> Result<Report, DbError> {
    Ok(Report {
        state: state_of(&row)?,
        id: row.id,
        award: Award::try_from(award)?,
        kind: parsed(&row.kind)?,
        organisation: row.organisation_id,
        version: row.version,
        opens_at: row.opens_at,
        due: from_json(&row.due)?,
        originally_due: from_json(&row.originally_due)?,
        next_reminder: row.reminder_offset.zip(row.reminder_at).map(|(offset, at)| Reminder { offset, at }),
        revision: row.revision,
        paper: paper_of(json)?,
        digest: digest(json),
        sign_off: row.sign_off.as_deref().map(from_json).transpose()?,
        requested_changes: from_json(&row.requested_changes)?,
        addenda,
        release: from_json(&row.release)?,
        reason: row.reason,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

fn state_of(row: &Row) -> Result<State, DbError> {
    match (row.state.as_str(), row.handed_in_at, row.accepted_at) {
        ("scheduled", None, None) => Ok(State::Scheduled),
        ("open", None, None) => Ok(State::Open),
        ("in_draft", handed_in, None) => Ok(State::InDraft { handed_in }),
        ("awaiting_sign_off", handed_in, None) => Ok(State::AwaitingSignOff { handed_in }),
        ("submitted", Some(at), None) => Ok(State::Submitted { at }),
        ("changes_requested", Some(handed_in), None) => Ok(State::ChangesRequested { handed_in }),
        ("accepted", Some(handed_in), Some(at)) => Ok(State::Accepted { handed_in, at }),
        ("waived", None, None) => Ok(State::Waived),
        ("cancelled", None, None) => Ok(State::Cancelled),
        (state, _, _) => Err(inconsistent(format!("report {}: {state} does not fit its times", row.id))),
    }
}

/// The report as it now is.
pub fn get(conn: &mut Conn, id: ReportId) -> Result<Report, Error> {
    let found = get_all(conn, &[id])?.pop();
    Ok(found.ok_or(Refusal::NotFound { what: "report" })?)
}

/// The report of an award; none when it was not asked for.
pub fn of_award(conn: &mut Conn, award: AwardId, kind: Kind) -> Result<Option<Report>, DbError> {
    let id: Option<ReportId> = report::table
        .filter(report::award_id.eq(award))
        .filter(report::kind.eq(kind.name()))
        .select(report::id)
        .first(conn)
        .optional()?;
    match id {
        None => Ok(None),
        Some(id) => Ok(get_all(conn, &[id])?.pop()),
    }
}

/// The reports with these identities, in their order.
pub fn get_all(conn: &mut Conn, ids: &[ReportId]) -> Result<Vec<Report>, DbError> {
    let rows: Vec<(Row, AwardRow, String)> = report::table
        .inner_join(award::table)
        .inner_join(revision::table)
        .filter(revision::number.eq(report::revision))
        .filter(report::id.eq_any(ids))
        .select((Row::as_select(), AwardRow::as_select(), revision::canonical_json))
        .load(conn)?;
    let mut addenda = addenda_of(conn, ids)?;
    let mut found = HashMap::with_capacity(rows.len());
    for (row, award, json) in rows {
        let id = row.id;
        let report = report_of(row, award, &json, addenda.remove(&id).unwrap_or_default())?;
        found.insert(id, report);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

pub fn insert(conn: &mut Conn, new: &Report) -> Result<(), DbError> {
    diesel::insert_into(report::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

/// Replaces the version it was made from. False when that is no longer the present one: `app` refuses, for how much of
/// the newer one a refusal shows depends on the caller.
pub fn update(conn: &mut Conn, old: &Report, new: &Report) -> Result<bool, DbError> {
    let of_old_version = report::table.find(new.id).filter(report::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    Ok(n_changed == 1)
}
