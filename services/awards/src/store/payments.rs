//! Payments.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Conn, DbError};
use kit::ids::{AwardId, OrgId, PaymentId, ReportId};
use kit::refusal::Refusal;
use kit::stored::{self, found, inconsistent};
use kit::time::{Date, Timestamp};

use super::lists::{MoneyFilter, Visible, of_awards};
use crate::error::Error;
use crate::payment::{Destination, Payment, Sent, State, Trigger};
use crate::report::Overdue;
use crate::schema::{award, payment};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = payment, treat_none_as_null = true)]
struct Row {
    id: PaymentId,
    award_id: AwardId,
    sequence: i32,
    version: i64,
    amount_minor: i64,
    currency: String,
    due_by: String,
    due_on: Option<Date>,
    state: String,
    approved_by: Option<String>,
    approved_by_organisation: Option<OrgId>,
    instructed_by: Option<String>,
    instructed_by_organisation: Option<OrgId>,
    bank_reference: Option<String>,
    paid_on: Option<Date>,
    reason: String,
    updated_at: Timestamp,
    held_report_id: Option<ReportId>,
    held_since: Option<Timestamp>,
    payee_id: Option<OrgId>,
    payee_check: Option<i64>,
    account_reference: Option<String>,
    instructed_at: Option<Timestamp>,
}

impl From<&Payment> for Row {
    fn from(payment: &Payment) -> Row {
        let (approved_by, sent) = (payment.state.approved_by(), payment.state.sent());
        let to = payment.destination();
        Row {
            id: payment.id,
            award_id: payment.award,
            sequence: payment.sequence,
            version: payment.version,
            amount_minor: payment.amount.minor_units,
            currency: payment.amount.currency.as_str().to_string(),
            due_by: payment.trigger.name().to_string(),
            due_on: payment.trigger.due_on(),
            state: payment.state.name().to_string(),
            approved_by: approved_by.map(|actor| actor.subject.clone()),
            approved_by_organisation: approved_by.and_then(|actor| actor.organisation),
            instructed_by: sent.map(|sent| sent.instructed_by.subject.clone()),
            instructed_by_organisation: sent.and_then(|sent| sent.instructed_by.organisation),
            bank_reference: sent.map(|sent| sent.bank_reference.clone()),
            paid_on: payment.state.paid_on(),
            reason: payment.reason.clone(),
            updated_at: payment.updated_at,
            held_report_id: payment.held_for.map(|overdue| overdue.report),
            held_since: payment.held_for.map(|overdue| overdue.since),
            payee_id: to.map(|to| to.payee),
            payee_check: to.map(|to| to.check),
            account_reference: to.map(|to| to.account_reference.clone()),
            instructed_at: to.map(|to| to.at),
        }
    }
}

impl TryFrom<Row> for Payment {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Payment, DbError> {
        let trigger = match (row.due_by.as_str(), row.due_on) {
            ("active", None) => Trigger::Active,
            ("final_report", None) => Trigger::FinalReport,
            ("day", Some(day)) => Trigger::Day(day),
            (due_by, _) => return Err(inconsistent(format!("payment {}: due by {due_by}", row.id))),
        };
        let held_for = match (row.held_report_id, row.held_since) {
            (Some(report), Some(since)) => Some(Overdue { report, since }),
            (None, None) => None,
            (_, _) => return Err(inconsistent(format!("payment {}: held for half a report", row.id))),
        };
        Ok(Payment {
            id: row.id,
            award: row.award_id,
            sequence: row.sequence,
            version: row.version,
            amount: stored::money(row.amount_minor, &row.currency)?,
            trigger,
            state: state_of(&row)?,
            held_for,
            reason: row.reason,
            updated_at: row.updated_at,
        })
    }
}

fn state_of(row: &Row) -> Result<State, DbError> {
    let actor = |subject: &Option<String>, organisation| subject.clone().map(|subject| Actor { subject, organisation });
    let approved_by = actor(&row.approved_by, row.approved_by_organisation);
    let instructed_by = actor(&row.instructed_by, row.instructed_by_organisation);
    let to = destination(row)?;
    let sent = match (approved_by.clone(), instructed_by, row.bank_reference.clone()) {
        (Some(approved_by), Some(instructed_by), Some(bank_reference)) => {
            Some(Sent { approved_by, instructed_by, bank_reference, to })
        }
        (_, None, None) => None,
        (_, _, _) => return Err(inconsistent(format!("payment {}: half instructed", row.id))),
    };
    match (row.state.as_str(), approved_by, sent, row.paid_on) {
        ("planned", None, None, None) => Ok(State::Planned),
        ("due", None, None, None) => Ok(State::Due),
        ("on_hold", None, None, None) => Ok(State::OnHold),
        ("cancelled", None, None, None) => Ok(State::Cancelled),
        ("approved", Some(by), None, None) => Ok(State::Approved { by }),
        ("instructed", _, Some(sent), None) => Ok(State::Instructed(sent)),
        ("paid", _, Some(sent), Some(on)) => Ok(State::Paid { sent, on }),
        ("reconciled", _, Some(sent), Some(on)) => Ok(State::Reconciled { sent, on }),
        (state, ..) => Err(inconsistent(format!("payment {}: {state} does not fit who acted", row.id))),
    }
}

fn destination(row: &Row) -> Result<Option<Destination>, DbError> {
    match (row.payee_id, row.payee_check, row.account_reference.clone(), row.instructed_at) {
        (Some(payee), Some(check), Some(account_reference), Some(at)) => {
            Ok(Some(Destination { payee, check, account_reference, at }))
        }
        (None, None, None, None) => Ok(None),
        (_, _, _, _) => Err(inconsistent(format!("payment {}: half addressed", row.id))),
    }
}

pub fn insert_payment(conn: &mut Conn, payment: &Payment) -> Result<(), DbError> {
    diesel::insert_into(payment::table).values(Row::from(payment)).execute(conn)?;
    Ok(())
}

/// The payment as it now is.
pub fn payment(conn: &mut Conn, id: PaymentId) -> Result<Payment, Error> {
    let row = payment::table.find(id).select(Row::as_select()).first(conn);
    Ok(Payment::try_from(found::<_, Error>(row, "payment")?)?)
}

/// The payments of an award, in their order.
pub fn payments_of(conn: &mut Conn, award: AwardId) -> Result<Vec<Payment>, DbError> {
    let rows: Vec<Row> = payment::table
        .filter(payment::award_id.eq(award))
        .order(payment::sequence.asc())
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Replaces the version it was made from.
pub fn update_payment(conn: &mut Conn, old: &Payment, new: &Payment) -> Result<(), Error> {
    let of_old_version = payment::table.find(new.id).filter(payment::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(payment(conn, new.id)?).into());
    }
    Ok(())
}

/// One page, by award and instalment.
pub fn page_of_payments(
    conn: &mut Conn,
    filter: &MoneyFilter,
    visible: &Visible,
    after: Option<(AwardId, i32)>,
    limit: i64,
) -> Result<Vec<Payment>, DbError> {
    let mut query = of_awards!(payment, filter, visible);
    if let Some((award, sequence)) = after {
        let later = payment::award_id.gt(award);
        query = query.filter(later.or(payment::award_id.eq(award).and(payment::sequence.gt(sequence))));
    }
    let rows: Vec<Row> = query
        .order((payment::award_id.asc(), payment::sequence.asc()))
        .limit(limit)
        .select(Row::as_select())
        .load(conn)?;
    rows.into_iter().map(Payment::try_from).collect()
}

/// Planned payments of active awards whose day has come.
pub fn due_on_day(conn: &mut Conn, today: Date, limit: i64) -> Result<Vec<PaymentId>, DbError> {
    Ok(payment::table
        .inner_join(award::table)
        .filter(payment::state.eq("planned"))
        .filter(payment::due_on.le(today))
        .filter(award::state.eq("active"))
        .order(payment::id.asc())
        .limit(limit)
        .select(payment::id)
        .load(conn)?)
}
