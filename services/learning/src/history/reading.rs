//! Who reads the history of what: those who read by office all of it, consultants what is under a commission of theirs
//! as they read there, and councils what they were asked and what they answered. Nothing of it is taken back, so that a
//! consent can be shown when its document is gone.

use std::fmt;
use std::str::FromStr;

use kit::cx::Cx;
use kit::db::Conn;
use kit::history::Line;
use kit::ids::{BadId, CaseStudyId, CodebookId, CommissionId, DocumentId, InsightId, OrgId, PassageId, PublicationId};
use kit::paging::{Found, Listed};
use kit::refusal::Refusal;

use super::{Entry, store};
use crate::commission::access::expect_open;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{case_study, commission, insight, passage, publication};

/// What a history is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    Passage(PassageId),
    Insight(InsightId),
    CaseStudy(CaseStudyId),
    Publication(PublicationId),
    Commission(CommissionId),
    Codebook(CodebookId),
    Document(DocumentId),
}

impl FromStr for Subject {
    type Err = BadId;

    fn from_str(text: &str) -> Result<Subject, BadId> {
        match text.get(..4) {
            Some("ins_") => text.parse().map(Subject::Insight),
            Some("cst_") => text.parse().map(Subject::CaseStudy),
            Some("pub_") => text.parse().map(Subject::Publication),
            Some("com_") => text.parse().map(Subject::Commission),
            Some("cbk_") => text.parse().map(Subject::Codebook),
            Some("doc_") => text.parse().map(Subject::Document),
            Some(_) | None => text.parse().map(Subject::Passage),
        }
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Subject::Passage(id) => id.fmt(f),
            Subject::Insight(id) => id.fmt(f),
            Subject::CaseStudy(id) => id.fmt(f),
            Subject::Publication(id) => id.fmt(f),
            Subject::Commission(id) => id.fmt(f),
            Subject::Codebook(id) => id.fmt(f),
            Subject::Document(id) => id.fmt(f),
        }
    }
}

/// How much of a history a caller reads.
enum Part {
    Whole,
    /// What has to do with the consent of a council.
    Consents,
    /// What was done for these councils.
    Of(Vec<OrgId>),
}

const CONSENTS: [&str; 6] =
    ["ask_consent", "give_consent", "refuse_consent", "withdraw_consent", "consent_fell", "renew_consent"];

impl Part {
    fn holds(&self, line: &Line) -> bool {
        match self {
            Part::Whole => true,
            Part::Consents => CONSENTS.contains(&line.step.as_str()),
            Part::Of(councils) => line.by.organisation.is_some_and(|council| councils.contains(&council)),
        }
    }
}

/// Oldest first. To those who would read none of it there is none.
pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<Subject, i64>) -> Result<Found<Entry>, Error> {
    let Listed { filter: subject, page } = list;
    let part = part(conn, cx, *subject).map_err(|error| match error {
        // Nor is it said of what there is none.
        Error::Refused(Refusal::NotFound { .. }) => nothing(),
        other => other,
    })?;
    let above = page.after.unwrap_or(0);
    let limit = match part {
        Part::Whole => page.limit(),
        // A council is asked a few times in all.
        Part::Consents | Part::Of(_) => i64::MAX,
    };
    let mut lines = store::history(conn, subject.to_string(), above, limit)?;
    lines.retain(|line| part.holds(line));
    if lines.is_empty() && page.after.is_none() {
        return Err(nothing());
    }
    Ok(page.found(lines, |line| line.sequence).map(Entry))
}

fn nothing() -> Error {
    Refusal::NotFound { what: "history" }.into()
}

fn part(conn: &mut Conn, cx: &Cx, subject: Subject) -> Result<Part, Error> {
    if policy::reads_by_office(&cx.caller) {
        return Ok(Part::Whole);
    }
    let councils = policy::councils_of(&cx.caller);
    match subject {
        Subject::Passage(id) => {
            // Also where its document was withdrawn.
            let passage = passage::store::named(conn, &[id])?.pop().ok_or_else(nothing)?;
            match under(conn, cx, passage.commission, Vec::new()) {
                Ok(Part::Whole) => Ok(Part::Whole),
                _ if councils.contains(&passage.organisation) => Ok(Part::Consents),
                other => other,
            }
        }
        Subject::Insight(id) => {
            let insight = insight::store::get(conn, id)?;
            under(conn, cx, insight.commission, councils)
        }
        Subject::Publication(id) => {
            let publication = publication::store::get(conn, id)?;
            under(conn, cx, publication.commission, councils)
        }
        Subject::Commission(id) => under(conn, cx, id, Vec::new()),
        Subject::CaseStudy(id) => {
            case_study::reading::seen(conn, cx, Action::SeeCaseStudy, id)?;
            Ok(Part::Whole)
        }
        Subject::Codebook(_) => {
            policy::check_at_large(&cx.caller, Action::SeeCodebook, "history")?;
            Ok(Part::Whole)
        }
        Subject::Document(_) => Err(nothing()),
    }
}

/// What a consultant of the commission reads, or else what these councils do.
fn under(conn: &mut Conn, cx: &Cx, id: CommissionId, councils: Vec<OrgId>) -> Result<Part, Error> {
    let commission = commission::store::get(conn, id)?;
    if !policy::is_consultant(&cx.caller, &policy::commission_facts(&commission)) {
        return Ok(Part::Of(councils));
    }
    expect_open(cx, Action::SeePassage, &commission)?;
    Ok(Part::Whole)
}
