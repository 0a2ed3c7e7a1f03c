//! Insights: those who read the corpus see them whole; councils see those they were asked about, with their own answers
//! alone.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{InsightId, OrgId};
use kit::paging::{Counted, Listed};

use super::Insight;
use super::store::{self, Filter};
use crate::commission::access::{expect_open, visible};
use crate::commission::{self, Commission, Visible};
use crate::error::Error;
use crate::passage;
use crate::policy::{self, Action};

/// The insight and its commission, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: InsightId) -> Result<(Insight, Commission), Error> {
    let insight = store::get(conn, id)?;
    let commission = commission::store::get(conn, insight.commission)?;
    let facts = policy::insight_facts(&commission, &insight, cited(conn, &insight)?);
    policy::check(&cx.caller, action, &facts, "insight")?;
    Ok((insight, commission))
}

/// The councils that it cites, whether they were asked or not.
fn cited(conn: &mut Conn, insight: &Insight) -> Result<Vec<OrgId>, Error> {
    let passages = passage::store::named(conn, &insight.passages)?;
    let mut councils: Vec<OrgId> = passages.into_iter().map(|passage| passage.organisation).collect();
    councils.sort();
    councils.dedup();
    Ok(councils)
}

pub fn insight(conn: &mut Conn, cx: &Cx, id: &InsightId) -> Result<Insight, Error> {
    let (insight, commission) = seen(conn, cx, Action::SeeInsight, *id)?;
    if !policy::reads_whole(&cx.caller, &commission) {
        return Ok(insight.with_answers_of(&policy::councils_of(&cx.caller)));
    }
    expect_open(cx, Action::SeeInsight, &commission)?;
    Ok(insight)
}

pub fn insights(conn: &mut Conn, cx: &Cx, list: &Listed<Filter, InsightId>) -> Result<Counted<Insight>, Error> {
    let Listed { filter, page } = list;
    let visible = visible(conn, cx, filter.commission)?;
    let mut rows = store::page(conn, filter, &visible, page.after, page.limit())?;
    if let Visible::About(councils) = &visible {
        rows = rows.into_iter().map(|insight| insight.with_answers_of(councils)).collect();
    }
    let n_insights = store::n_insights(conn, filter, &visible)?;
    Ok(page.found(rows, |insight| insight.id).of_all(n_insights, cx.now))
}
