//! Extensions of whole rounds: written once and never changed.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{ExtensionId, OrgId, RoundId};
use kit::stored::{found, from_json, json};
use kit::time::{Date, Timestamp};

use crate::error::Error;
use crate::extension::{Dates, Extension};
use crate::schema::extension;

#[derive(Queryable, Selectable)]
#[diesel(table_name = extension)]
struct Row {
    id: ExtensionId,
    round_id: RoundId,
    reason: String,
    ends_on: Option<Date>,
    interim_report_due: Option<String>,
    final_report_due: Option<String>,
    n_varied: i32,
    made_at: Timestamp,
    made_by: String,
    made_by_organisation: Option<OrgId>,
}

impl TryFrom<Row> for Extension {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Extension, DbError> {
        Ok(Extension {
            id: row.id,
            round: row.round_id,
            reason: row.reason,
            dates: Dates {
                ends_on: row.ends_on,
                interim_report_due: row.interim_report_due.as_deref().map(from_json).transpose()?,
                final_report_due: row.final_report_due.as_deref().map(from_json).transpose()?,
            },
            n_varied: row.n_varied,
            made_at: row.made_at,
            made_by: Actor { subject: row.made_by, organisation: row.made_by_organisation },
        })
    }
}

pub fn insert_extension(conn: &mut Conn, new: &Extension) -> Result<(), DbError> {
    let row = (
        extension::id.eq(new.id),
        extension::round_id.eq(new.round),
        extension::reason.eq(&new.reason),
        extension::ends_on.eq(new.dates.ends_on),
        extension::interim_report_due.eq(new.dates.interim_report_due.as_ref().map(json)),
        extension::final_report_due.eq(new.dates.final_report_due.as_ref().map(json)),
        extension::n_varied.eq(new.n_varied),
        extension::made_at.eq(new.made_at),
        extension::made_by.eq(&new.made_by.subject),
        extension::made_by_organisation.eq(new.made_by.organisation),
    );
    diesel::insert_into(extension::table).values(row).execute(conn)?;
    Ok(())
}

pub fn extension(conn: &mut Conn, id: ExtensionId) -> Result<Extension, Error> {
    let row = extension::table.find(id).select(Row::as_select()).first(conn);
    Ok(Extension::try_from(found::<_, Error>(row, "extension")?)?)
}

/// Extensions of a round, oldest first.
pub fn extensions(
    conn: &mut Conn,
    round: RoundId,
    after: Option<ExtensionId>,
    limit: i64,
) -> Result<Vec<Extension>, DbError> {
    let mut query = extension::table.filter(extension::round_id.eq(round)).into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(extension::id.gt(after));
    }
    let rows: Vec<Row> = query.order(extension::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Extension::try_from).collect()
}
