//! Who is on the panel.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::{AssessmentId, PersonId};
use kit::stored::{from_json, json, parsed, parsed_option};
use kit::time::Timestamp;

use crate::panel::Member;
use crate::schema::member;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = member)]
struct Row {
    assessment_id: String,
    person_id: String,
    name: String,
    seats: String,
    organisations: String,
    stands_in_for: Option<String>,
    declared_at: Option<i64>,
}

impl TryFrom<Row> for Member {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Member, DbError> {
        Ok(Member {
            person: parsed(&row.person_id)?,
            name: row.name,
            seats: from_json(&row.seats)?,
            organisations: from_json(&row.organisations)?,
            stands_in_for: parsed_option(row.stands_in_for.as_deref())?,
            declared_at: row.declared_at.map(Timestamp::from_micros),
        })
    }
}

pub fn insert_member(tx: &mut Tx, assessment: AssessmentId, new: &Member) -> Result<(), DbError> {
    let row = Row {
        assessment_id: assessment.to_string(),
        person_id: new.person.to_string(),
        name: new.name.clone(),
        seats: json(&new.seats),
        organisations: json(&new.organisations),
        stands_in_for: new.stands_in_for.map(|person| person.to_string()),
        declared_at: new.declared_at.map(Timestamp::micros),
    };
    diesel::insert_into(member::table).values(row).execute(tx)?;
    Ok(())
}

/// Writes what can change: where a member belongs, and when they declared their interests.
pub fn update_member(tx: &mut Tx, assessment: AssessmentId, new: &Member) -> Result<(), DbError> {
    diesel::update(member::table.find((assessment.to_string(), new.person.to_string())))
        .set((
            member::organisations.eq(json(&new.organisations)),
            member::declared_at.eq(new.declared_at.map(Timestamp::micros)),
        ))
        .execute(tx)?;
    Ok(())
}

pub fn member(tx: &mut Tx, assessment: AssessmentId, person: PersonId) -> Result<Option<Member>, DbError> {
    let found = member::table.find((assessment.to_string(), person.to_string()));
    let row: Option<Row> = found.select(Row::as_select()).first(tx).optional()?;
    row.map(Member::try_from).transpose()
}

/// The whole panel, by identity.
pub fn members(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Member>, DbError> {
    page_of_members(tx, assessment, "", i64::MAX)
}

/// One page of it, from after a person on.
pub fn page_of_members(tx: &mut Tx, assessment: AssessmentId, after: &str, limit: i64) -> Result<Vec<Member>, DbError> {
    let rows: Vec<Row> = member::table
        .filter(member::assessment_id.eq(assessment.to_string()))
        .filter(member::person_id.gt(after))
        .order(member::person_id.asc())
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Member::try_from).collect()
}
