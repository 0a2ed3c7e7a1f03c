//! Meetings.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{AssessmentId, MeetingId};
use kit::stored::{from_json, json, named, parsed};
use kit::time::Timestamp;

use crate::call::Part;
use crate::error::{Error, Newer};
use crate::meeting::{Account, Meeting};
use crate::schema::meeting;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = meeting)]
struct Row {
    id: String,
    assessment_id: String,
    version: i64,
    part: String,
    held_at: i64,
    place: String,
    present: String,
    chair_id: String,
    minutes: String,
}

impl From<&Meeting> for Row {
    fn from(meeting: &Meeting) -> Row {
        Row {
            id: meeting.id.to_string(),
            assessment_id: meeting.assessment.to_string(),
            version: meeting.version,
            part: meeting.part.name().to_string(),
            held_at: meeting.held_at.micros(),
            place: meeting.account.place.clone(),
            present: json(&meeting.account.present),
            chair_id: meeting.account.chair.to_string(),
            minutes: meeting.account.minutes.clone(),
        }
    }
}

impl TryFrom<Row> for Meeting {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Meeting, DbError> {
        let (present, chair) = (from_json(&row.present)?, parsed(&row.chair_id)?);
        Ok(Meeting {
            id: parsed(&row.id)?,
            version: row.version,
            assessment: parsed(&row.assessment_id)?,
            part: named(&[Part::Joint, Part::Recommends, Part::Determines], Part::name, &row.part)?,
            held_at: Timestamp::from_micros(row.held_at),
            account: Account { place: row.place, present, chair, minutes: row.minutes },
        })
    }
}

pub fn insert_meeting(tx: &mut Tx, new: &Meeting) -> Result<(), DbError> {
    diesel::insert_into(meeting::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

pub fn meeting(tx: &mut Tx, id: MeetingId) -> Result<Meeting, Error> {
    let found: Option<Row> = meeting::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    match found {
        Some(row) => Ok(row.try_into()?),
        None => Err(Error::NotFound { what: "meeting" }),
    }
}

/// Writes the new version over the one it was made from.
pub fn update_meeting(tx: &mut Tx, old: &Meeting, new: &Meeting) -> Result<(), Error> {
    let of_old_version =
        meeting::table.filter(meeting::id.eq(new.id.to_string())).filter(meeting::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Meeting(self::meeting(tx, new.id)?)));
    }
    Ok(())
}

/// All meetings, oldest first.
pub fn meetings(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Meeting>, DbError> {
    page_of_meetings(tx, assessment, None, i64::MAX)
}

/// One page of them, from after an instant and an identity on.
pub fn page_of_meetings(
    tx: &mut Tx,
    assessment: AssessmentId,
    after: Option<(i64, String)>,
    limit: i64,
) -> Result<Vec<Meeting>, DbError> {
    let mut query = meeting::table.filter(meeting::assessment_id.eq(assessment.to_string())).into_boxed::<Backend>();
    if let Some((held_at, id)) = after {
        let later = meeting::held_at.gt(held_at);
        query = query.filter(later.or(meeting::held_at.eq(held_at).and(meeting::id.gt(id))));
    }
    let rows: Vec<Row> =
        query.order((meeting::held_at.asc(), meeting::id.asc())).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Meeting::try_from).collect()
}
