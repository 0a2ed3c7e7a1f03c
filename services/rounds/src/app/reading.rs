//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from
//! `policy.rs`.

use std::collections::BTreeSet;

use kit::cx::Cx;
use kit::db::Conn;
use kit::fault::Violation;
use kit::ids::{BoardId, FrameworkId, OrgId, RoundId};
use kit::paging::{Counted, Found, Listed};

use crate::error::Error;
use crate::framework::Framework;
use crate::policy::{self, Action};
use crate::round::{Entry, Known, Round, RoundNow};
use crate::store::{self, Filter, Visible};

/// A thing as a list shows it: a round without the questions of its form, a framework without its statements.
pub struct Summary<T>(pub T);

/// What keeps a round from being scheduled, in the version that was looked at.
pub struct Checked {
    pub missing: Vec<Violation>,
    pub version: i64,
}

/// The round, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: RoundId) -> Result<Round, Error> {
    let round = store::get(conn, id)?;
    policy::check(&cx.caller, action, &round)?;
    Ok(round)
}

pub fn round(conn: &mut Conn, cx: &Cx, id: &RoundId) -> Result<RoundNow, Error> {
    Ok(RoundNow { round: seen(conn, cx, Action::SeeRound, *id)?, as_of: cx.now })
}

/// Which rounds the caller sees in lists.
fn visible(cx: &Cx) -> Visible {
    if policy::sees_drafts(&cx.caller) { Visible::All } else { Visible::Published }
}

pub fn rounds(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, RoundId>) -> Result<Counted<Summary<RoundNow>>, Error> {
    let Listed { filter, page } = list;
    let visible = visible(cx);
    let rows = store::page(conn, filter, visible, page.after, page.limit())?;
    let n_rounds = store::n_rounds(conn, filter, visible)?;
    let found = page.found(rows, |round| round.id).map(|round| Summary(RoundNow { round, as_of: cx.now }));
    Ok(found.of_all(n_rounds, cx.now))
}

/// `boards` are those of the round's boards that the registry holds, asked beforehand.
pub fn check(conn: &mut Conn, cx: &Cx, round: &Round, boards: &BTreeSet<BoardId>) -> Result<Checked, Error> {
    let known = known(conn, round, boards)?;
    Ok(Checked { missing: round.missing(&known, cx.now)?, version: round.version })
}

/// What exists of the things that a round's rules name.
pub fn known(conn: &mut Conn, round: &Round, boards: &BTreeSet<BoardId>) -> Result<Known, Error> {
    let framework = match round.rules.framework {
        Some(used) => store::framework_version(conn, used)?,
        None => None,
    };
    Ok(Known { framework, boards: boards.clone() })
}

pub fn history(conn: &mut Conn, cx: &Cx, list: &Listed<RoundId, i64>) -> Result<Found<Entry>, Error> {
    let round = seen(conn, cx, Action::SeeRound, list.filter)?;
    let rows = store::history(conn, round.id, list.page.after.unwrap_or(0), list.page.limit())?;
    Ok(list.page.found(rows, |entry| entry.line.sequence))
}

pub fn framework(conn: &mut Conn, cx: &Cx, id: &FrameworkId) -> Result<Framework, Error> {
    policy::check_at_large(&cx.caller, Action::SeeFramework, "framework")?;
    store::framework(conn, *id)
}

/// All frameworks, or those of one owner.
pub fn frameworks(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<Option<OrgId>, FrameworkId>,
) -> Result<Counted<Summary<Framework>>, Error> {
    let Listed { filter: owner, page } = list;
    policy::check_at_large(&cx.caller, Action::SeeFramework, "framework")?;
    let rows = store::page_of_frameworks(conn, *owner, page.after, page.limit())?;
    let n_frameworks = store::n_frameworks(conn, *owner)?;
    Ok(page.found(rows, |framework| framework.id).map(Summary).of_all(n_frameworks, cx.now))
}
