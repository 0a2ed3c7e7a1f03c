//! Checks of payees' accounts: written once; the latest counts.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Conn, DbError};
use kit::ids::OrgId;
use kit::time::Timestamp;

use crate::payee::PayeeCheck;
use crate::schema::payee_check;

/// Number, account, evidence, who checked, for whom, when, and from when it can be used.
type Row = (i64, String, String, String, Option<OrgId>, Timestamp, Timestamp);

pub fn insert_payee_check(conn: &mut Conn, check: &PayeeCheck) -> Result<(), DbError> {
    let row = (
        payee_check::organisation_id.eq(check.organisation),
        payee_check::sequence.eq(check.sequence),
        payee_check::account_reference.eq(&check.account_reference),
        payee_check::evidence.eq(&check.evidence),
        payee_check::checked_by.eq(&check.checked_by.subject),
        payee_check::checked_by_organisation.eq(check.checked_by.organisation),
        payee_check::checked_at.eq(check.checked_at),
        payee_check::usable_from.eq(check.usable_from),
    );
    diesel::insert_into(payee_check::table).values(row).execute(conn)?;
    Ok(())
}

pub fn latest_payee_check(conn: &mut Conn, organisation: OrgId) -> Result<Option<PayeeCheck>, DbError> {
    Ok(payee_checks(conn, organisation, None, 1)?.pop())
}

/// Checks of a payee, newest first, from below a sequence on.
pub fn payee_checks(
    conn: &mut Conn,
    organisation: OrgId,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<PayeeCheck>, DbError> {
    let rows: Vec<Row> = payee_check::table
        .filter(payee_check::organisation_id.eq(organisation))
        .filter(payee_check::sequence.lt(below.unwrap_or(i64::MAX)))
        .order(payee_check::sequence.desc())
        .limit(limit)
        .select((
            payee_check::sequence,
            payee_check::account_reference,
            payee_check::evidence,
            payee_check::checked_by,
            payee_check::checked_by_organisation,
            payee_check::checked_at,
            payee_check::usable_from,
        ))
        .load(conn)?;
    let check = |(sequence, account_reference, evidence, subject, acting_for, checked_at, usable_from): Row| {
        let checked_by = Actor { subject, organisation: acting_for };
        PayeeCheck { organisation, sequence, account_reference, evidence, checked_by, checked_at, usable_from }
    };
    Ok(rows.into_iter().map(check).collect())
}
