//! Pages of lists as the wire has them.

use kit::history::Line;
use kit::money::{Currency, Money};
use kit::paging::Found;
use kit::time::Timestamp;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::types::v1 as types;

use super::{agreement, history_entry};
use crate::app::reading::{AgreementsFound, AwardsFound, PaymentSeen};
use crate::extension::Extension;
use crate::ledger::Entry;
use crate::payee::PayeeCheck;
use crate::recovery::Recovery;
use crate::variation::Variation;

pub fn awards(found: AwardsFound) -> pb::ListAwardsResponse {
    let (awards, next_page_token) = found.awards.wire(pb::Award::from);
    pb::ListAwardsResponse {
        awards,
        next_page_token,
        total_size: found.totals.n_awards,
        total_awarded: total(found.totals.awarded_minor),
        total_paid: total(found.totals.paid_minor),
        total_returned: total(found.totals.returned_minor),
        as_of: Some(found.as_of.into()),
    }
}

/// A total of a list, in pounds.
fn total(minor_units: i64) -> Option<types::Money> {
    Some(Money { minor_units, currency: Currency::GBP }.into())
}

pub fn agreements(found: AgreementsFound) -> pb::ListAgreementsResponse {
    let (agreements, next_page_token) = found.agreements.wire(|version| agreement(version, &found.met));
    pb::ListAgreementsResponse { agreements, next_page_token }
}

pub fn history(found: Found<Line>) -> pb::ListAwardHistoryResponse {
    let (entries, next_page_token) = found.wire(history_entry);
    pb::ListAwardHistoryResponse { entries, next_page_token }
}

pub fn variations(found: Found<Variation>) -> pb::ListVariationsResponse {
    let (variations, next_page_token) = found.wire(pb::Variation::from);
    pb::ListVariationsResponse { variations, next_page_token }
}

pub fn extensions(found: Found<Extension>) -> pb::ListExtensionsResponse {
    let (extensions, next_page_token) = found.wire(pb::Extension::from);
    pb::ListExtensionsResponse { extensions, next_page_token }
}

pub fn payments((found, as_of): (Found<PaymentSeen>, Timestamp)) -> pb::ListPaymentsResponse {
    let (payments, next_page_token) = found.wire(pb::Payment::from);
    pb::ListPaymentsResponse { payments, next_page_token, as_of: Some(as_of.into()) }
}

pub fn recoveries((found, as_of): (Found<Recovery>, Timestamp)) -> pb::ListRecoveriesResponse {
    let (recoveries, next_page_token) = found.wire(pb::Recovery::from);
    pb::ListRecoveriesResponse { recoveries, next_page_token, as_of: Some(as_of.into()) }
}

pub fn payee_checks(found: Found<PayeeCheck>) -> pb::ListPayeeChecksResponse {
    let (checks, next_page_token) = found.wire(pb::PayeeCheck::from);
    pb::ListPayeeChecksResponse { checks, next_page_token }
}

pub fn entries(found: Found<Entry>) -> pb::ListLedgerEntriesResponse {
    let (entries, next_page_token) = found.wire(pb::LedgerEntry::from);
    pb::ListLedgerEntriesResponse { entries, next_page_token }
}
