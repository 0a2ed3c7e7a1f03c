//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use kit::cx::Cx;
use kit::db::Conn;
use kit::fault::Violation;
use kit::ids::{BoardId, FrameworkId, OrgId, RoundId};
use kit::paging::{Found, Listed};
use kit::time::Timestamp;

use crate::error::Error;
use crate::framework::Framework;
use crate::policy::{self, Action, Facts};
use crate::round::{Entry, Known, Round, RoundNow};
use crate::store::{self, RoundFilter, Visible};

/// A page of a list, how many rows there are on all pages, and when that was so.
pub struct Counted<T> {
    pub page: Found<T>,
    pub total: i64,
    pub as_of: Timestamp,
}

/// The round, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: RoundId) -> Result<Round, Error> {
    let round = store::round(conn, id)?;
    policy::check(&cx.caller, action, &Facts::of(&round))?;
    Ok(round)
}

pub fn round(conn: &mut Conn, cx: &Cx, id: &RoundId) -> Result<RoundNow, Error> {
    Ok(RoundNow { round: seen(conn, cx, Action::SeeRound, *id)?, as_of: cx.now })
}

pub fn rounds(conn: &mut Conn, cx: &Cx, asked: &Listed<RoundFilter, RoundId>) -> Result<Counted<RoundNow>, Error> {
    let Listed { filter, page } = asked;
    let visible = if policy::sees_drafts(&cx.caller) { Visible::All } else { Visible::Published };
    let rows = store::page_of_rounds(conn, filter, visible, page.after, page.limit())?;
    let rows = rows.into_iter().map(|round| RoundNow { round, as_of: cx.now }).collect();
    let total = store::n_rounds(conn, filter, visible)?;
    Ok(Counted { page: page.found(rows, |now| now.round.id), total, as_of: cx.now })
}

/// What keeps a round from being scheduled, and the version that was looked at. `boards` are those of its boards that
/// the registry holds, asked beforehand.
pub fn check(conn: &mut Conn, cx: &Cx, round: &Round, boards: &[BoardId]) -> Result<(Vec<Violation>, i64), Error> {
    let known = known(conn, round, boards)?;
    Ok((round.missing(&known, cx.now)?, round.version))
}

/// What exists of the things that a round's rules name.
pub fn known(conn: &mut Conn, round: &Round, boards: &[BoardId]) -> Result<Known, Error> {
    let framework = match round.rules.framework {
        Some(used) => store::framework_version(conn, used)?,
        None => None,
    };
    Ok(Known { framework, boards: boards.to_vec() })
}

pub fn history(conn: &mut Conn, cx: &Cx, asked: &Listed<RoundId, i64>) -> Result<Found<Entry>, Error> {
    let round = seen(conn, cx, Action::SeeRound, asked.filter)?;
    let rows = store::history(conn, round.id, asked.page.after.unwrap_or(0), asked.page.limit())?;
    Ok(asked.page.found(rows, |entry| entry.line.sequence))
}

pub fn framework(conn: &mut Conn, cx: &Cx, id: &FrameworkId) -> Result<Framework, Error> {
    policy::check(&cx.caller, Action::SeeFramework, &Facts::Published)?;
    store::framework(conn, *id)
}

/// All frameworks, or those of one owner.
pub fn frameworks(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<Option<OrgId>, FrameworkId>,
) -> Result<Counted<Framework>, Error> {
    policy::check(&cx.caller, Action::SeeFramework, &Facts::Published)?;
    let rows = store::page_of_frameworks(conn, asked.filter, asked.page.after, asked.page.limit())?;
    let total = store::n_frameworks(conn, asked.filter)?;
    Ok(Counted { page: asked.page.found(rows, |framework| framework.id), total, as_of: cx.now })
}
