//! Whether a commission is open to a caller: the policy decides who, the commission when (rule 30).

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::CommissionId;

use super::{Commission, Visible, store};
use crate::error::Error;
use crate::policy::{self, Action};

/// The commission, if the caller may take this step on it or under it. To those from whom it is hidden it does not
/// exist.
pub fn commission_for(conn: &mut Conn, cx: &Cx, action: Action, id: CommissionId) -> Result<Commission, Error> {
    let commission = store::get(conn, id)?;
    policy::check(&cx.caller, action, &policy::commission_facts(&commission), "commission")?;
    Ok(commission)
}

/// The same, once it is open to the caller.
pub fn opened(conn: &mut Conn, cx: &Cx, action: Action, id: CommissionId) -> Result<Commission, Error> {
    let commission = commission_for(conn, cx, action, id)?;
    expect_open(cx, action, &commission)?;
    Ok(commission)
}

/// Refuses what the policy allows while the commission is not open for it. The corpus is open while it runs,
/// `from <= now < until`, to editors and auditors too. All else under it is open to its consultants while it runs and
/// once they have declared, and to those who read by another office at any time. Consultants do their own work as
/// consultants, whatever other office they hold.
///
/// # Errors
/// [`Error::NotBegun`] and [`Error::Ended`] outside its window, [`Error::DeclarationNeeded`] before the declaration.
pub fn expect_open(cx: &Cx, action: Action, commission: &Commission) -> Result<(), Error> {
    let is_consultant = policy::is_consultant(&cx.caller, &policy::commission_facts(commission));
    let as_consultant = action == Action::Draw || (is_consultant && !policy::reads_by_office(&cx.caller));
    if as_consultant || action == Action::ReadCorpus {
        commission.expect_running(cx.now)?;
    }
    if !as_consultant {
        return Ok(());
    }
    commission.expect_declared(cx.caller.person().ok_or(Error::DeclarationNeeded)?)
}

/// Which passages or insights a caller sees: all that is under the commission that they ask for, if they read its
/// corpus; without one, those about which councils of theirs were asked.
pub fn visible(conn: &mut Conn, cx: &Cx, commission: Option<CommissionId>) -> Result<Visible, Error> {
    let Some(id) = commission else { return Ok(Visible::About(policy::councils_of(&cx.caller))) };
    let commission = commission_for(conn, cx, Action::ReadCorpus, id)?;
    // Those who read by office can read what was drawn from the corpus when the corpus itself is shut again.
    expect_open(cx, Action::SeePassage, &commission)?;
    Ok(Visible::All)
}

/// The commissions that open their corpus to the caller at this instant.
pub fn opened_to(conn: &mut Conn, cx: &Cx) -> Result<Vec<Commission>, Error> {
    let Some(person) = policy::consultant(&cx.caller) else { return Ok(Vec::new()) };
    let mut running = store::running_for(conn, person, cx.now)?;
    running.retain(|commission| commission.expect_declared(person).is_ok());
    Ok(running)
}
