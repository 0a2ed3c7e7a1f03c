//! Checks of payees' accounts: written once; the latest counts.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::OrgId;
use kit::stored::{self, parsed};
use kit::time::Timestamp;

use crate::payee::PayeeCheck;
use crate::schema::payee_check;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = payee_check)]
struct Row {
    organisation_id: String,
    sequence: i64,
    account_reference: String,
    evidence: String,
    checked_by: String,
    checked_by_organisation: Option<String>,
    checked_at: i64,
    usable_from: i64,
}

impl From<&PayeeCheck> for Row {
    fn from(check: &PayeeCheck) -> Row {
        Row {
            organisation_id: check.organisation.to_string(),
            sequence: check.sequence,
            account_reference: check.account_reference.clone(),
            evidence: check.evidence.clone(),
            checked_by: check.checked_by.subject.clone(),
            checked_by_organisation: check.checked_by.organisation.map(|id| id.to_string()),
            checked_at: check.checked_at.micros(),
            usable_from: check.usable_from.micros(),
        }
    }
}

impl TryFrom<Row> for PayeeCheck {
    type Error = DbError;

    fn try_from(row: Row) -> Result<PayeeCheck, DbError> {
        Ok(PayeeCheck {
            organisation: parsed(&row.organisation_id)?,
            sequence: row.sequence,
            account_reference: row.account_reference,
            evidence: row.evidence,
            checked_by: stored::actor(row.checked_by, row.checked_by_organisation.as_deref())?,
            checked_at: Timestamp::from_micros(row.checked_at),
            usable_from: Timestamp::from_micros(row.usable_from),
        })
    }
}

pub fn insert_payee_check(tx: &mut Tx, check: &PayeeCheck) -> Result<(), DbError> {
    diesel::insert_into(payee_check::table).values(Row::from(check)).execute(tx)?;
    Ok(())
}

pub fn latest_payee_check(tx: &mut Tx, organisation: OrgId) -> Result<Option<PayeeCheck>, DbError> {
    Ok(payee_checks(tx, organisation, None, 1)?.pop())
}

/// Checks of a payee, newest first, from below a sequence on.
pub fn payee_checks(
    tx: &mut Tx,
    organisation: OrgId,
    below: Option<i64>,
    limit: i64,
) -> Result<Vec<PayeeCheck>, DbError> {
    let rows: Vec<Row> = payee_check::table
        .filter(payee_check::organisation_id.eq(organisation.to_string()))
        .filter(payee_check::sequence.lt(below.unwrap_or(i64::MAX)))
        .order(payee_check::sequence.desc())
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(PayeeCheck::try_from).collect()
}
