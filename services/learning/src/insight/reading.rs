//! Insights: those who read the corpus see them whole; councils see those they were asked about, with their own answers
//! alone.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::InsightId;
use kit::paging::{Counted, Listed};

use super::Insight;
use super::store::{self, Filter};
use crate::commission::access::{expect_open, visible};
use crate::commission::{self, Commission, Visible};
use crate::error::Error;
use crate::policy::{self, Action};

/// The insight and its commission, if the caller may do this with it.
pub fn seen(conn: &mut Conn, cx: &Cx, action: Action, id: InsightId) -> Result<(Insight, Commission), Error> {
    let insight = store::get(conn, id)?;
    let commission = commission::store::get(conn, insight.commission)?;
    policy::check(&cx.caller, action, &policy::insight_facts(&commission, &insight), "insight")?;
    Ok((insight, commission))
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
