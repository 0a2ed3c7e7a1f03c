//! The history of a thing, line by line: written with each of its versions, and never changed.

use crate::caller::Actor;
use crate::names::wire_named;
use crate::time::Timestamp;
use crate::wire::wire_time;

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

impl Line {
    /// The line of a version that has none before it.
    pub fn first(sequence: i64, at: Timestamp, by: Actor, step: &str, to: &str) -> Line {
        Line { sequence, at, by, step: step.to_string(), from: None, to: to.to_string(), reason: String::new() }
    }

    /// The same line of a version that came of another.
    pub fn after(self, state: Option<&str>) -> Line {
        Line { from: state.map(str::to_string), ..self }
    }

    /// The same line with a reason, where its step has one.
    pub fn because(self, has_reason: bool, reason: &str) -> Line {
        if has_reason { Line { reason: reason.to_string(), ..self } } else { self }
    }
}

/// Lines as the wire has them, in each service that has such lists.
macro_rules! wire_entries {
    ($($area:ident: $state:ident),*) => {$(
        impl From<Line> for toadlane_proto::$area::v1::HistoryEntry {
            fn from(line: Line) -> toadlane_proto::$area::v1::HistoryEntry {
                use toadlane_proto::$area::v1::$state::State;
                toadlane_proto::$area::v1::HistoryEntry {
                    sequence: line.sequence,
                    at: wire_time(line.at),
                    actor: Some(line.by.into()),
                    step: line.step,
                    from_state: line.from.map_or(State::Unspecified, |name| wire_named(&name)).into(),
                    to_state: wire_named::<State>(&line.to).into(),
                    reason: line.reason,
                }
            }
        }
    )*};
}

wire_entries!(awards: award, bids: bid, reporting: report);

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
