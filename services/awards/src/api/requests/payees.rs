//! Requests about checks of payees.

use kit::ids::OrgId;
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::awards::v1 as pb;

use crate::app;

pub fn record_payee_check(wire: pb::RecordPayeeCheckRequest, reader: &mut Reader) -> Option<app::RecordPayeeCheck> {
    let organisation = reader.id("organisation_id", &wire.organisation_id);
    let account_reference = reader.said("account_reference", &wire.account_reference);
    let evidence = reader.said("evidence", &wire.evidence);
    Some(app::RecordPayeeCheck {
        organisation: organisation?,
        account_reference: account_reference?,
        evidence: evidence?,
    })
}

pub fn list_payee_checks(wire: pb::ListPayeeChecksRequest, reader: &mut Reader) -> Option<Listed<OrgId, i64>> {
    reader.listed("organisation_id", &wire.organisation_id, wire.page_size, &wire.page_token)
}
