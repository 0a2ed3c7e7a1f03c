//! The history of a thing, line by line: written with each of its versions, and never changed.

use crate::caller::Actor;
use crate::time::Timestamp;

/// One line of a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// The version of the subject that came of it; the first line is 1.
    pub sequence: i64,
    pub at: Timestamp,
    pub by: Actor,
    /// What was done, such as `submit`.
    pub step: String,
    /// Name of the state before; none for the first line.
    pub from: Option<String>,
    pub to: String,
    /// Empty where none is asked for.
    pub reason: String,
}

/// The history of one kind of thing, for a service's store: writes a line and reads a page of them. The table has the
/// columns of [`Line`] after the identity of its subject.
#[macro_export]
macro_rules! history {
    ($table:ident, $subject:ident: $id:ty) => {
        use diesel::prelude::*;
        use $crate::caller::Actor;
        use $crate::db::{Conn, DbError};
        use $crate::history::Line;
        use $crate::ids::OrgId;
        use $crate::time::Timestamp;

        #[derive(Queryable, Selectable, Insertable)]
        // Else the statement of an option that is none is never kept prepared.
        #[diesel(table_name = $table, treat_none_as_default_value = false)]
        struct Row {
            $subject: $id,
            sequence: i64,
            happened_at: Timestamp,
            actor: String,
            actor_organisation: Option<OrgId>,
            step: String,
            from_state: Option<String>,
            to_state: String,
            reason: String,
        }

        impl From<Row> for Line {
            fn from(row: Row) -> Line {
                Line {
                    sequence: row.sequence,
                    at: row.happened_at,
                    by: Actor { subject: row.actor, organisation: row.actor_organisation },
                    step: row.step,
                    from: row.from_state,
                    to: row.to_state,
                    reason: row.reason,
                }
            }
        }

        pub fn insert_history(conn: &mut Conn, of: $id, line: Line) -> Result<(), DbError> {
            let row = Row {
                $subject: of,
                sequence: line.sequence,
                happened_at: line.at,
                actor: line.by.subject,
                actor_organisation: line.by.organisation,
                step: line.step,
                from_state: line.from,
                to_state: line.to,
                reason: line.reason,
            };
            diesel::insert_into($table::table).values(row).execute(conn)?;
            Ok(())
        }

        /// Oldest first, from above a sequence on.
        pub fn history(conn: &mut Conn, of: $id, above: i64, limit: i64) -> Result<Vec<Line>, DbError> {
            let rows: Vec<Row> = $table::table
                .filter($table::$subject.eq(of))
                .filter($table::sequence.gt(above))
                .order($table::sequence.asc())
                .limit(limit)
                .select(Row::as_select())
                .load(conn)?;
            Ok(rows.into_iter().map(Line::from).collect())
        }
    };
}
