//! Whether a `schema.rs` says what the migrations make. Diesel trusts it, and an error shows only when a row is read.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness};
use kit::db::{Conn, Storage};
use kit::each_backend;

use super::stores::each_storage;

/// Each column as `table.column type`, with ` null` behind it where it may be empty, a line each. Both engines call
/// the types as the migrations do.
const OF_SQLITE: &str = "(SELECT group_concat(t.name || '.' || c.name || ' ' || lower(c.type)
        || CASE c.\"notnull\" WHEN 0 THEN ' null' ELSE '' END, char(10))
    FROM sqlite_master t JOIN pragma_table_info(t.name) c
    WHERE t.type = 'table' AND t.name NOT IN ('__diesel_schema_migrations', 'sqlite_sequence'))";
const OF_POSTGRES: &str = "(SELECT string_agg(table_name || '.' || column_name || ' ' || data_type
        || CASE is_nullable WHEN 'YES' THEN ' null' ELSE '' END, chr(10))
    FROM information_schema.columns
    WHERE table_schema = current_schema() AND table_name <> '__diesel_schema_migrations')";

/// Compares the tables of a `schema.rs` with those that the migrations make, on both engines: names of tables and
/// columns, types, and what may be empty.
///
/// # Panics
/// When they differ; says what only one of them has.
pub async fn is_as_migrated(schema: &'static str, migrations: fn() -> EmbeddedMigrations) {
    each_storage(async |storage| {
        let (mut conn, sql) = match storage {
            Storage::Sqlite { folder, .. } => {
                let file = folder.join("schema.sqlite").display().to_string();
                (Conn::Sqlite(SqliteConnection::establish(&file).expect("a file can be made")), OF_SQLITE)
            }
            Storage::Postgres { url } => {
                (Conn::Postgres(PgConnection::establish(&url).expect("the database is there")), OF_POSTGRES)
            }
        };
        each_backend!(&mut conn, conn => conn.run_pending_migrations(migrations()).map(drop)).expect("they run");
        let found: String =
            diesel::select(diesel::dsl::sql::<Text>(sql)).get_result(&mut conn).expect("there are tables");
        let made: BTreeSet<String> = found.lines().map(str::to_string).collect();
        let written = columns(schema);
        let only = |some: &BTreeSet<String>, other| some.difference(other).cloned().collect::<Vec<_>>().join("\n  ");
        assert!(
            written == made,
            "only in schema.rs:\n  {}\nonly in what the migrations make:\n  {}",
            only(&written, &made),
            only(&made, &written)
        );
    })
    .await;
}

/// The columns that the `table!` macros of a file name, in the form of the queries above.
fn columns(schema: &str) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for declared in schema.split("table! {").skip(1) {
        let (table, rest) = declared.split_once('(').expect("a table names its key");
        let (body, _) = rest.split_once('}').expect("a table ends");
        for line in body.lines().map(str::trim).filter(|line| !line.starts_with("//")) {
            if let Some((column, sql_type)) = line.trim_end_matches(',').split_once(" -> ") {
                let column = column.trim_start_matches("r#");
                found.insert(format!("{}.{column} {}", table.trim(), in_sql(sql_type)));
            }
        }
    }
    found
}

#[allow(clippy::panic, reason = "a test fails by it; as a module of kit it is a test")]
fn in_sql(sql_type: &str) -> String {
    let inner = sql_type.strip_prefix("Nullable<").and_then(|rest| rest.strip_suffix('>'));
    let name = match inner.unwrap_or(sql_type) {
        "Text" => "text",
        "BigInt" => "bigint",
        "Integer" => "integer",
        "Bool" => "boolean",
        "Binary" => "bytea",
        other => panic!("{other} is new among the types of columns; say here what migrations call it"),
    };
    if inner.is_some() { format!("{name} null") } else { name.to_string() }
}
