//! Codebooks.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::CodebookId;
use kit::refusal::Refusal;
use kit::stored::{found, from_json, json};

use super::Codebook;
use crate::error::Error;
use crate::schema::codebook;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = codebook)]
struct Row {
    id: CodebookId,
    version: i64,
    name: String,
    versions: String,
}

impl From<&Codebook> for Row {
    fn from(codebook: &Codebook) -> Row {
        let (name, versions) = (codebook.name.clone(), json(&codebook.versions));
        Row { id: codebook.id, version: codebook.version, name, versions }
    }
}

impl TryFrom<Row> for Codebook {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Codebook, DbError> {
        Ok(Codebook { id: row.id, version: row.version, name: row.name, versions: from_json(&row.versions)? })
    }
}

pub fn get(conn: &mut Conn, id: CodebookId) -> Result<Codebook, Error> {
    let row = found::<_, Error>(codebook::table.find(id).select(Row::as_select()).first(conn), "codebook")?;
    Ok(Codebook::try_from(row)?)
}

pub fn insert(conn: &mut Conn, new: &Codebook) -> Result<(), DbError> {
    diesel::insert_into(codebook::table).values(Row::from(new)).execute(conn)?;
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Codebook, new: &Codebook) -> Result<(), Error> {
    let of_old_version = codebook::table.find(new.id).filter(codebook::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    Ok(())
}

/// One page by identity.
pub fn page(conn: &mut Conn, after: Option<CodebookId>, limit: i64) -> Result<Vec<Codebook>, DbError> {
    let mut query = codebook::table.into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(codebook::id.gt(after));
    }
    let rows: Vec<Row> = query.order(codebook::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Codebook::try_from).collect()
}
