//! Checks of payees, as the wire shows them.

use kit::wire::wire_time;
use toadlane_proto::awards::v1 as pb;

use crate::payee::PayeeCheck;

impl From<PayeeCheck> for pb::PayeeCheck {
    fn from(check: PayeeCheck) -> pb::PayeeCheck {
        pb::PayeeCheck {
            organisation_id: check.organisation.to_string(),
            account_reference: check.account_reference,
            evidence: check.evidence,
            checked_by: Some(check.checked_by.into()),
            checked_at: wire_time(check.checked_at),
            usable_from: wire_time(check.usable_from),
        }
    }
}
