//! Frameworks with their versions.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{FrameworkId, OrgId};
use kit::stored::{from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use crate::error::{Error, Newer};
use crate::framework::{Framework, FrameworkVersion, VersionState};
use crate::rules::{FrameworkUse, Text};
use crate::schema::{framework, framework_version};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = framework)]
struct Row {
    id: String,
    name_en: String,
    name_cy: String,
    owner_id: String,
    version: i64,
    created_at: i64,
    updated_at: i64,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = framework_version, treat_none_as_null = true)]
struct VersionRow {
    framework_id: String,
    number: i32,
    label: String,
    wording: String,
    created_at: i64,
    frozen_at: Option<i64>,
}

impl From<&Framework> for Row {
    fn from(framework: &Framework) -> Row {
        Row {
            id: framework.id.to_string(),
            name_en: framework.name.en.clone(),
            name_cy: framework.name.cy.clone(),
            owner_id: framework.owner.to_string(),
            version: framework.version,
            created_at: framework.created_at.micros(),
            updated_at: framework.updated_at.micros(),
        }
    }
}

fn version_row(framework: FrameworkId, version: &FrameworkVersion) -> VersionRow {
    VersionRow {
        framework_id: framework.to_string(),
        number: version.number,
        label: version.wording.label.clone(),
        wording: json(&version.wording),
        created_at: version.created_at.micros(),
        frozen_at: match version.state {
            VersionState::Draft => None,
            VersionState::Frozen { at } => Some(at.micros()),
        },
    }
}

impl TryFrom<VersionRow> for FrameworkVersion {
    type Error = DbError;

    fn try_from(row: VersionRow) -> Result<FrameworkVersion, DbError> {
        let frozen = row.frozen_at.map(|at| VersionState::Frozen { at: Timestamp::from_micros(at) });
        Ok(FrameworkVersion {
            number: row.number,
            state: frozen.unwrap_or(VersionState::Draft),
            wording: from_json(&row.wording)?,
            created_at: Timestamp::from_micros(row.created_at),
        })
    }
}

/// The frameworks of these rows, in their order, each with its versions.
fn frameworks_of(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Framework>, DbError> {
    let ids: Vec<&str> = rows.iter().map(|row| row.id.as_str()).collect();
    let of_all: Vec<VersionRow> = framework_version::table
        .filter(framework_version::framework_id.eq_any(ids))
        .order(framework_version::number.asc())
        .select(VersionRow::as_select())
        .load(tx)?;
    let mut versions: HashMap<String, Vec<FrameworkVersion>> = HashMap::with_capacity(rows.len());
    for row in of_all {
        versions.entry(row.framework_id.clone()).or_default().push(row.try_into()?);
    }
    rows.into_iter().map(|row| framework_of(versions.remove(&row.id).unwrap_or_default(), row)).collect()
}

fn framework_of(versions: Vec<FrameworkVersion>, row: Row) -> Result<Framework, DbError> {
    if versions.is_empty() {
        return Err(inconsistent(format!("framework {} has no version", row.id)));
    }
    Ok(Framework {
        id: parsed(&row.id)?,
        name: Text { en: row.name_en, cy: row.name_cy },
        owner: parsed(&row.owner_id)?,
        version: row.version,
        versions,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

/// The framework as it now is.
pub fn framework(tx: &mut Tx, id: FrameworkId) -> Result<Framework, Error> {
    let found: Option<Row> = framework::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    let mut found = frameworks_of(tx, found.into_iter().collect())?;
    found.pop().ok_or(Error::NotFound { what: "framework" })
}

/// The version that a round names; none when there is no such.
pub fn framework_version(tx: &mut Tx, used: FrameworkUse) -> Result<Option<FrameworkVersion>, DbError> {
    let found: Option<VersionRow> = framework_version::table
        .find((used.id.to_string(), used.version))
        .select(VersionRow::as_select())
        .first(tx)
        .optional()?;
    found.map(FrameworkVersion::try_from).transpose()
}

pub fn insert_framework(tx: &mut Tx, new: &Framework) -> Result<(), DbError> {
    diesel::insert_into(framework::table).values(Row::from(new)).execute(tx)?;
    for version in &new.versions {
        diesel::insert_into(framework_version::table).values(version_row(new.id, version)).execute(tx)?;
    }
    Ok(())
}

/// Writes the new version over the one it was made from: versions that changed, and those that are new.
pub fn update_framework(tx: &mut Tx, old: &Framework, new: &Framework) -> Result<(), Error> {
    let of_old_version =
        framework::table.filter(framework::id.eq(new.id.to_string())).filter(framework::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Framework(framework(tx, new.id)?)));
    }
    for version in &new.versions {
        let row = version_row(new.id, version);
        match old.numbered(version.number) {
            None => {
                diesel::insert_into(framework_version::table).values(row).execute(tx)?;
            }
            Some(before) if before != version => {
                let one = framework_version::table.find((new.id.to_string(), version.number));
                diesel::update(one).set(row).execute(tx)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Frameworks oldest first, from above an identity on; those of one organisation where it is given.
pub fn page_of_frameworks(
    tx: &mut Tx,
    owner: Option<OrgId>,
    above: Option<&str>,
    limit: i64,
) -> Result<Vec<Framework>, DbError> {
    let mut query = framework::table.into_boxed::<Backend>();
    if let Some(owner) = owner {
        query = query.filter(framework::owner_id.eq(owner.to_string()));
    }
    if let Some(above) = above {
        query = query.filter(framework::id.gt(above));
    }
    let rows: Vec<Row> = query.order(framework::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    frameworks_of(tx, rows)
}

/// How many frameworks there are, on all pages; those of one organisation where it is given.
pub fn n_frameworks(tx: &mut Tx, owner: Option<OrgId>) -> Result<i64, DbError> {
    let mut query = framework::table.into_boxed::<Backend>();
    if let Some(owner) = owner {
        query = query.filter(framework::owner_id.eq(owner.to_string()));
    }
    Ok(query.count().get_result(tx)?)
}
