//! Checks of payees' accounts (rules 21, 22).

use kit::cx::Cx;
use kit::db::Tx;
use kit::ids::OrgId;
use kit::outbox;

use super::network_actor;
use crate::error::Error;
use crate::events;
use crate::payee::PayeeCheck;
use crate::policy::{self, Action};
use crate::store;

#[derive(Clone, Debug)]
pub struct RecordPayeeCheck {
    pub organisation: OrgId,
    pub account_reference: String,
    pub evidence: String,
}

pub fn record_payee_check(tx: &mut Tx, cx: &Cx, cmd: &RecordPayeeCheck) -> Result<PayeeCheck, Error> {
    policy::check_concerning(&cx.caller, Action::CheckPayee, vec![cmd.organisation], "organisation")?;
    let latest = store::latest_payee_check(tx, cmd.organisation)?;
    let check = PayeeCheck {
        organisation: cmd.organisation,
        sequence: latest.as_ref().map_or(1, |latest| latest.sequence + 1),
        account_reference: cmd.account_reference.clone(),
        evidence: cmd.evidence.clone(),
        checked_by: network_actor(cx),
        checked_at: cx.now,
        usable_from: PayeeCheck::usable_from(latest.as_ref(), &cmd.account_reference, cx.now),
    };
    store::insert_payee_check(tx, &check)?;
    outbox::put(tx, cx, cx.now, events::payee_checked(&check))?;
    Ok(check)
}
