//! What became of a thing, line by line: written with each of its versions, and never changed.

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
        use $crate::db::{DbError, Tx};
        use $crate::history::Line;
        use $crate::stored;
        use $crate::time::Timestamp;

        #[derive(Queryable, Selectable, Insertable)]
        // Else the statement of an option that is none is never kept prepared.
        #[diesel(table_name = $table, treat_none_as_default_value = false)]
        struct Row {
            $subject: String,
            sequence: i64,
            happened_at: i64,
            actor: String,
            actor_organisation: Option<String>,
            step: String,
            from_state: Option<String>,
            to_state: String,
            reason: String,
        }

        impl TryFrom<Row> for Line {
            type Error = DbError;

            fn try_from(row: Row) -> Result<Line, DbError> {
                Ok(Line {
                    sequence: row.sequence,
                    at: Timestamp::from_micros(row.happened_at),
                    by: stored::actor(row.actor, row.actor_organisation.as_deref())?,
                    step: row.step,
                    from: row.from_state,
                    to: row.to_state,
                    reason: row.reason,
                })
            }
        }

        pub fn insert_history(tx: &mut Tx, of: $id, line: Line) -> Result<(), DbError> {
            let row = Row {
                $subject: of.to_string(),
                sequence: line.sequence,
                happened_at: line.at.micros(),
                actor: line.by.subject,
                actor_organisation: line.by.organisation.map(|id| id.to_string()),
                step: line.step,
                from_state: line.from,
                to_state: line.to,
                reason: line.reason,
            };
            diesel::insert_into($table::table).values(row).execute(tx)?;
            Ok(())
        }

        /// Oldest first, from above a sequence on.
        pub fn history(tx: &mut Tx, of: $id, above: i64, limit: i64) -> Result<Vec<Line>, DbError> {
            let rows: Vec<Row> = $table::table
                .filter($table::$subject.eq(of.to_string()))
                .filter($table::sequence.gt(above))
                .order($table::sequence.asc())
                .limit(limit)
                .select(Row::as_select())
                .load(tx)?;
            rows.into_iter().map(Line::try_from).collect()
        }
    };
}
