//! Commissions as a caller may see them.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{CommissionId, RoundId};
use kit::paging::{Found, Listed};

use super::access::commission_for;
use super::{CommissionNow, store};
use crate::error::Error;
use crate::policy::{self, Action};

pub fn commission(conn: &mut Conn, cx: &Cx, id: &CommissionId) -> Result<CommissionNow, Error> {
    let commission = commission_for(conn, cx, Action::SeeCommission, *id)?;
    Ok(CommissionNow { commission, as_of: cx.now })
}

/// Newest first: all, or those of a consultant.
pub fn commissions(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<Option<RoundId>, CommissionId>,
) -> Result<Found<CommissionNow>, Error> {
    let Listed { filter: round, page } = list;
    let rows = match policy::consultant(&cx.caller) {
        _ if policy::oversees(&cx.caller) => store::page(conn, None, *round, page.after, page.limit())?,
        None => Vec::new(),
        person => store::page(conn, person, *round, page.after, page.limit())?,
    };
    let found = page.found(rows, |commission| commission.id);
    Ok(found.map(|commission| CommissionNow { commission, as_of: cx.now }))
}
