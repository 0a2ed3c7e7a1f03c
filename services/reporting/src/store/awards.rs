//! The awards as reporting keeps them.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::AwardId;
use kit::stored::{self, inconsistent, parsed};
use kit::working_days::Calendar;

use crate::award::{Award, Ended};
use crate::schema::award;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = award, treat_none_as_null = true)]
pub struct AwardRow {
    id: String,
    round_id: String,
    bid_id: String,
    reference: String,
    title: String,
    holder_id: String,
    amount_minor: i64,
    currency: String,
    framework_version: i32,
    calendar: String,
    ended: Option<String>,
}

impl From<&Award> for AwardRow {
    fn from(award: &Award) -> AwardRow {
        AwardRow {
            id: award.id.to_string(),
            round_id: award.round.to_string(),
            bid_id: award.bid.to_string(),
            reference: award.reference.clone(),
            title: award.title.clone(),
            holder_id: award.holder.to_string(),
            amount_minor: award.amount.minor_units,
            currency: award.amount.currency.as_str().to_string(),
            framework_version: award.framework_version,
            calendar: calendar_name(award.calendar).to_string(),
            ended: award.ended.map(|ended| ended.name().to_string()),
        }
    }
}

impl TryFrom<AwardRow> for Award {
    type Error = DbError;

    fn try_from(row: AwardRow) -> Result<Award, DbError> {
        let ended = match row.ended.as_deref() {
            None => None,
            Some("withdrawn") => Some(Ended::Withdrawn),
            Some("terminated") => Some(Ended::Terminated),
            Some(other) => return Err(inconsistent(format!("award {}: {other} is no end", row.id))),
        };
        let calendars = [Calendar::EnglandAndWales, Calendar::Scotland, Calendar::NorthernIreland];
        let calendar = calendars.into_iter().find(|&calendar| calendar_name(calendar) == row.calendar);
        Ok(Award {
            id: parsed(&row.id)?,
            round: parsed(&row.round_id)?,
            bid: parsed(&row.bid_id)?,
            reference: row.reference,
            title: row.title,
            holder: parsed(&row.holder_id)?,
            amount: stored::money(row.amount_minor, &row.currency)?,
            framework_version: row.framework_version,
            calendar: calendar
                .ok_or_else(|| inconsistent(format!("award {}: {} is no calendar", row.id, row.calendar)))?,
            ended,
        })
    }
}

/// None when no report of it was ever asked for.
pub fn award(tx: &mut Tx, id: AwardId) -> Result<Option<Award>, DbError> {
    let row = award::table.find(id.to_string()).select(AwardRow::as_select()).first(tx).optional()?;
    row.map(Award::try_from).transpose()
}

pub fn insert_award(tx: &mut Tx, award: &Award) -> Result<(), DbError> {
    diesel::insert_into(award::table).values(AwardRow::from(award)).execute(tx)?;
    Ok(())
}

pub fn update_award(tx: &mut Tx, award: &Award) -> Result<(), DbError> {
    diesel::update(award::table.find(award.id.to_string())).set(AwardRow::from(award)).execute(tx)?;
    Ok(())
}

fn calendar_name(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::EnglandAndWales => "england_and_wales",
        Calendar::Scotland => "scotland",
        Calendar::NorthernIreland => "northern_ireland",
    }
}
