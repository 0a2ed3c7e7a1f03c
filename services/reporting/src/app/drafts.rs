//! Drafts: revised, with evidence added and removed.

use kit::cx::{Cx, Target};
use kit::db::{Conn, Tx};
use kit::ids::{EvidenceId, ReportId};
use kit::refusal::Refusal;

use super::{load_live_for, save, write_revision};
use crate::content::{Content, Evidence, Paper};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::report::{Report, ReportNow};

/// Most files that a report has.
const MOST_FILES: usize = 20;

#[derive(Clone, Debug)]
pub struct UpdateReport {
    pub target: Target<ReportId>,
    pub content: Content,
}

pub fn update_report(tx: &mut Tx, cx: &Cx, cmd: &UpdateReport) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Edit, &cmd.target)?;
    let content = cmd.content.clone().written_over(&report.paper.content, report.award.framework_version);
    let paper = Paper { content, evidence: report.paper.evidence.clone() };
    revise(tx, cx, &report, paper)
}

/// The report, if it takes one more file: looked at before the bytes are sent, and again once they are kept.
///
/// # Errors
/// As [`crate::policy::check`], [`Report::expect_award`] and [`Report::expect_editable`] do.
/// [`Refusal::Stale`] for a caller who read an older version. [`Refusal::Invalid`] when it has no room.
pub fn load_for_evidence(conn: &mut Conn, cx: &Cx, target: &Target<ReportId>) -> Result<Report, Error> {
    let report = load_live_for(conn, cx, Action::Edit, target)?;
    report.expect_editable()?;
    if report.paper.evidence.len() >= MOST_FILES {
        let says = format!("a report has at most {MOST_FILES} files; take one out first");
        return Err(Refusal::bad_field("evidence", "max_items", says).into());
    }
    Ok(report)
}

/// Adds a file whose bytes are already kept.
pub fn add_evidence(tx: &mut Tx, cx: &Cx, target: &Target<ReportId>, file: &Evidence) -> Result<ReportNow, Error> {
    let report = load_for_evidence(tx, cx, target)?;
    let mut paper = report.paper.clone();
    paper.evidence.push(file.clone());
    revise(tx, cx, &report, paper)
}

#[derive(Clone, Debug)]
pub struct RemoveEvidence {
    pub target: Target<ReportId>,
    pub file: EvidenceId,
}

pub fn remove_evidence(tx: &mut Tx, cx: &Cx, cmd: &RemoveEvidence) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Edit, &cmd.target)?;
    report.evidence(cmd.file)?;
    let mut paper = report.paper.clone();
    paper.evidence.retain(|file| file.id != cmd.file);
    revise(tx, cx, &report, paper)
}

fn revise(tx: &mut Tx, cx: &Cx, old: &Report, paper: Paper) -> Result<ReportNow, Error> {
    let new = old.revise(paper, cx.now)?;
    write_revision(tx, cx, &new)?;
    save(tx, cx, old, new, Happened::ReportRevised)
}
