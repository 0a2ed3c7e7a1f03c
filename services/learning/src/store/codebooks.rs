//! Codebooks.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::CodebookId;
use kit::stored::{from_json, json, parsed};

use crate::codebook::Codebook;
use crate::error::{Error, Newer};
use crate::schema::codebook;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = codebook)]
struct Row {
    id: String,
    version: i64,
    name: String,
    versions: String,
}

impl From<&Codebook> for Row {
    fn from(codebook: &Codebook) -> Row {
        let (id, versions) = (codebook.id.to_string(), json(&codebook.versions));
        Row { id, version: codebook.version, name: codebook.name.clone(), versions }
    }
}

impl TryFrom<Row> for Codebook {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Codebook, DbError> {
        Ok(Codebook { id: parsed(&row.id)?, version: row.version, name: row.name, versions: from_json(&row.versions)? })
    }
}

pub fn codebook(tx: &mut Tx, id: CodebookId) -> Result<Codebook, Error> {
    let row = codebook::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(Codebook::try_from(row.ok_or(Error::NotFound { what: "codebook" })?)?)
}

pub fn insert_codebook(tx: &mut Tx, new: &Codebook) -> Result<(), DbError> {
    diesel::insert_into(codebook::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update_codebook(tx: &mut Tx, old: &Codebook, new: &Codebook) -> Result<(), Error> {
    let of_old_version =
        codebook::table.filter(codebook::id.eq(new.id.to_string())).filter(codebook::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Codebook(codebook(tx, new.id)?)));
    }
    Ok(())
}

pub fn page_of_codebooks(tx: &mut Tx, after: Option<String>, limit: i64) -> Result<Vec<Codebook>, DbError> {
    let mut query = codebook::table.into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(codebook::id.gt(after));
    }
    let rows: Vec<Row> = query.order(codebook::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Codebook::try_from).collect()
}
