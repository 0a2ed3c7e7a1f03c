//! Drafts: revised, with evidence added and removed.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{EvidenceId, ReportId};

use super::{load_live_for, save, write_revision};
use crate::content::{Content, Evidence, Paper};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::report::{Report, ReportNow};

/// Most files that a report has. A setting.
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

/// Refuses one file more than a report may have.
pub fn check_room(report: &Report) -> Result<(), Error> {
    if report.paper.evidence.len() < MOST_FILES {
        return Ok(());
    }
    Err(Error::TooManyFiles { most: MOST_FILES })
}

/// Adds a file whose bytes are already kept.
pub fn add_evidence(tx: &mut Tx, cx: &Cx, target: &Target<ReportId>, file: &Evidence) -> Result<ReportNow, Error> {
    let report = load_live_for(tx, cx, Action::Edit, target)?;
    check_room(&report)?;
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
    report.file(cmd.file)?;
    let mut paper = report.paper.clone();
    paper.evidence.retain(|file| file.id != cmd.file);
    revise(tx, cx, &report, paper)
}

fn revise(tx: &mut Tx, cx: &Cx, old: &Report, paper: Paper) -> Result<ReportNow, Error> {
    let new = old.revise(paper, cx.now)?;
    write_revision(tx, cx, &new)?;
    save(tx, cx, old, new, Happened::Revised)
}
