//! The awards as reporting keeps them.

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{AwardId, BidId, OrgId, RoundId};
use kit::stored::{inconsistent, money, parsed_option};
use kit::working_days::Calendar;

use crate::award::Award;
use crate::schema::award;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = award, treat_none_as_null = true)]
pub struct AwardRow {
    id: AwardId,
    round_id: RoundId,
    bid_id: BidId,
    reference: String,
    title: String,
    holder_id: OrgId,
    amount_minor: i64,
    currency: String,
    framework_version: i32,
    calendar: String,
    ended: Option<String>,
}

impl From<&Award> for AwardRow {
    fn from(award: &Award) -> AwardRow {
        AwardRow {
            id: award.id,
            round_id: award.round,
            bid_id: award.bid,
            reference: award.reference.clone(),
            title: award.title.clone(),
            holder_id: award.holder,
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
        Ok(Award {
            id: row.id,
            round: row.round_id,
            bid: row.bid_id,
            reference: row.reference,
            title: row.title,
            holder: row.holder_id,
            amount: money(row.amount_minor, &row.currency)?,
            framework_version: row.framework_version,
            calendar: calendar_of(&row.calendar)?,
            ended: parsed_option(row.ended.as_deref())?,
        })
    }
}

/// None when no report of it was ever asked for.
pub fn award(conn: &mut Conn, id: AwardId) -> Result<Option<Award>, DbError> {
    let row = award::table.find(id).select(AwardRow::as_select()).first(conn).optional()?;
    row.map(Award::try_from).transpose()
}

pub fn insert_award(conn: &mut Conn, award: &Award) -> Result<(), DbError> {
    diesel::insert_into(award::table).values(AwardRow::from(award)).execute(conn)?;
    Ok(())
}

pub fn update_award(conn: &mut Conn, award: &Award) -> Result<(), DbError> {
    diesel::update(award::table.find(award.id)).set(AwardRow::from(award)).execute(conn)?;
    Ok(())
}

const CALENDARS: [Calendar; 3] = [Calendar::EnglandAndWales, Calendar::Scotland, Calendar::NorthernIreland];

fn calendar_name(calendar: Calendar) -> &'static str {
    match calendar {
        Calendar::EnglandAndWales => "england_and_wales",
        Calendar::Scotland => "scotland",
        Calendar::NorthernIreland => "northern_ireland",
    }
}

fn calendar_of(name: &str) -> Result<Calendar, DbError> {
    let found = CALENDARS.into_iter().find(|&calendar| calendar_name(calendar) == name);
    found.ok_or_else(|| inconsistent(format!("{name}: no calendar has this name")))
}
