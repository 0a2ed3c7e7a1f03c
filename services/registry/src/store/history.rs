//! Every act on what the register holds: written once and never changed.

use diesel::dsl::max;

use crate::schema::history;

kit::history!(history, subject: String);

/// The place of the last line about a subject; 0 when there is none.
pub fn last_sequence(conn: &mut Conn, of: &str) -> Result<i64, DbError> {
    let last: Option<i64> =
        history::table.filter(history::subject.eq(of)).select(max(history::sequence)).first(conn)?;
    Ok(last.unwrap_or_default())
}
