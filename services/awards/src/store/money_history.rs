//! The steps of payments, recoveries and variations: written once and never changed.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::history::Line;
use kit::ids::{AwardId, OrgId};
use kit::stored::{self, inconsistent};
use kit::time::{Date, Timestamp};

use crate::money_history::{MoneyLine, Subject};
use crate::schema::money_history;

#[derive(Queryable, Selectable, Insertable)]
// Else the statement of an option that is none is never kept prepared.
#[diesel(table_name = money_history, treat_none_as_default_value = false)]
struct Row {
    subject: String,
    sequence: i64,
    award_id: AwardId,
    happened_at: Timestamp,
    actor: String,
    actor_organisation: Option<OrgId>,
    step: String,
    from_state: Option<String>,
    to_state: String,
    reason: String,
    amount_minor: Option<i64>,
    currency: Option<String>,
    reference: String,
    payee_id: Option<OrgId>,
    payee_check: Option<i64>,
    booked_on: Option<Date>,
}

impl From<&MoneyLine> for Row {
    fn from(told: &MoneyLine) -> Row {
        let line = told.line.clone();
        let (payee_id, payee_check) = told.to.unzip();
        Row {
            subject: told.subject.to_string(),
            sequence: line.sequence,
            award_id: told.award,
            happened_at: line.at,
            actor: line.by.subject,
            actor_organisation: line.by.organisation,
            step: line.step,
            from_state: line.from,
            to_state: line.to,
            reason: line.reason,
            amount_minor: told.amount.map(|amount| amount.minor_units),
            currency: told.amount.map(|amount| amount.currency.as_str().to_string()),
            reference: told.reference.clone(),
            payee_id,
            payee_check,
            booked_on: told.booked_on,
        }
    }
}

impl TryFrom<Row> for MoneyLine {
    type Error = DbError;

    fn try_from(row: Row) -> Result<MoneyLine, DbError> {
        let amount = match (row.amount_minor, row.currency) {
            (Some(minor_units), Some(currency)) => Some(stored::money(minor_units, &currency)?),
            (_, _) => None,
        };
        let line = Line {
            sequence: row.sequence,
            at: row.happened_at,
            by: Actor { subject: row.actor, organisation: row.actor_organisation },
            step: row.step,
            from: row.from_state,
            to: row.to_state,
            reason: row.reason,
        };
        Ok(MoneyLine {
            award: row.award_id,
            subject: subject(&row.subject)?,
            line,
            amount,
            reference: row.reference,
            to: row.payee_id.zip(row.payee_check),
            booked_on: row.booked_on,
        })
    }
}

fn subject(text: &str) -> Result<Subject, DbError> {
    let payment = text.parse().map(Subject::Payment);
    let found = payment.or_else(|_| text.parse().map(Subject::Recovery));
    let found = found.or_else(|_| text.parse().map(Subject::Variation));
    found.map_err(|_| inconsistent(format!("{text} has no history of money")))
}

pub fn insert_money_line(conn: &mut Conn, line: &MoneyLine) -> Result<(), DbError> {
    diesel::insert_into(money_history::table).values(Row::from(line)).execute(conn)?;
    Ok(())
}

/// Oldest first, from after an instant, subject and sequence on.
pub fn money_history(
    conn: &mut Conn,
    award: AwardId,
    after: Option<&(Timestamp, String, i64)>,
    limit: i64,
) -> Result<Vec<MoneyLine>, DbError> {
    let mut query = money_history::table.filter(money_history::award_id.eq(award)).into_boxed::<Backend>();
    if let Some((at, subject, sequence)) = after {
        let of_subject = money_history::subject.eq(subject).and(money_history::sequence.gt(*sequence));
        let at_once = money_history::happened_at.eq(*at).and(money_history::subject.gt(subject).or(of_subject));
        query = query.filter(money_history::happened_at.gt(*at).or(at_once));
    }
    let order = (money_history::happened_at.asc(), money_history::subject.asc(), money_history::sequence.asc());
    let rows: Vec<Row> = query.order(order).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(MoneyLine::try_from).collect()
}

/// Whether somebody took this step on a subject.
pub fn took_step(conn: &mut Conn, subject: Subject, step: &str, by: &str) -> Result<bool, DbError> {
    let of_subject = money_history::table.filter(money_history::subject.eq(subject.to_string()));
    let taken = of_subject.filter(money_history::step.eq(step)).filter(money_history::actor.eq(by));
    Ok(diesel::select(diesel::dsl::exists(taken)).get_result(conn)?)
}
