//! Statements that a connection prepares once.

use diesel::backend::Backend;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, Query, QueryFragment, QueryId};
use diesel::query_dsl::RunQueryDsl;

/// An `UPDATE` with the same text each time, whatever its values: it always sets the same columns. Of itself Diesel
/// prepares no `UPDATE`, since a changeset may leave columns out, and PostgreSQL plans it anew each time. Statements
/// are known by their text, so this is safe even where the promise is broken: then each text is prepared once.
///
/// On [`Tx`](super::Tx) only for what returns something: `execute` there passes a reference on, and with it the promise
/// is lost.
pub struct Prepared<Q>(pub Q);

impl<Q, DB> QueryFragment<DB> for Prepared<Q>
where
    Q: QueryFragment<DB>,
    DB: Backend,
{
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, DB>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }

    fn is_safe_to_cache_prepared(&self, _: &DB) -> QueryResult<bool> {
        Ok(true)
    }
}

/// Known by its text.
impl<Q> QueryId for Prepared<Q> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl<Q: Query> Query for Prepared<Q> {
    type SqlType = Q::SqlType;
}

impl<Q, C> RunQueryDsl<C> for Prepared<Q> {}
