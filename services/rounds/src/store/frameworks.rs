//! Frameworks with their versions.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::call::Text;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{FrameworkId, OrgId};
use kit::refusal::Refusal;
use kit::stored::{from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::error::Error;
use crate::framework::{Framework, FrameworkVersion, VersionState};
use crate::rules::FrameworkUse;
use crate::schema::{framework, framework_version};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = framework)]
struct Row {
    id: FrameworkId,
    name_en: String,
    name_cy: String,
    owner_id: OrgId,
    version: i64,
    created_at: Timestamp,
    updated_at: Timestamp,
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = framework_version, treat_none_as_null = true)]
struct VersionRow {
    framework_id: FrameworkId,
    number: i32,
    label: String,
    wording: String,
    created_at: Timestamp,
    frozen_at: Option<Timestamp>,
}

impl From<&Framework> for Row {
    fn from(framework: &Framework) -> Row {
        Row {
            id: framework.id,
            name_en: framework.name.en.clone(),
            name_cy: framework.name.cy.clone(),
            owner_id: framework.owner,
            version: framework.version,
            created_at: framework.created_at,
            updated_at: framework.updated_at,
        }
    }
}

fn version_row(framework: FrameworkId, version: &FrameworkVersion) -> VersionRow {
    VersionRow {
        framework_id: framework,
        number: version.number,
        label: version.wording.label.clone(),
        wording: json(&version.wording),
        created_at: version.created_at,
        frozen_at: version.state.frozen_at(),
    }
}

impl TryFrom<VersionRow> for FrameworkVersion {
    type Error = DbError;

    fn try_from(row: VersionRow) -> Result<FrameworkVersion, DbError> {
        let frozen = row.frozen_at.map(|at| VersionState::Frozen { at });
        Ok(FrameworkVersion {
            number: row.number,
            state: frozen.unwrap_or(VersionState::Draft),
            wording: from_json(&row.wording)?,
            created_at: row.created_at,
        })
    }
}

/// The frameworks of these rows, in their order, each with its versions.
fn frameworks_of(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Framework>, DbError> {
    let ids: Vec<FrameworkId> = rows.iter().map(|row| row.id).collect();
    let version_rows: Vec<VersionRow> = framework_version::table
        .filter(framework_version::framework_id.eq_any(ids))
        .order(framework_version::number.asc())
        .select(VersionRow::as_select())
        .load(conn)?;
    let mut versions: HashMap<FrameworkId, Vec<FrameworkVersion>> = HashMap::with_capacity(rows.len());
    for row in version_rows {
        versions.entry(row.framework_id).or_default().push(row.try_into()?);
    }
    rows.into_iter().map(|row| framework_of(versions.remove(&row.id).unwrap_or_default(), row)).collect()
}

fn framework_of(versions: Vec<FrameworkVersion>, row: Row) -> Result<Framework, DbError> {
    if versions.is_empty() {
        return Err(inconsistent(format!("framework {} has no version", row.id)));
    }
    Ok(Framework {
        id: row.id,
        name: Text { en: row.name_en, cy: row.name_cy },
        owner: row.owner_id,
        version: row.version,
        versions,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

/// The framework as it now is.
pub fn framework(conn: &mut Conn, id: FrameworkId) -> Result<Framework, Error> {
    let found: Option<Row> = framework::table.find(id).select(Row::as_select()).first(conn).optional()?;
    let mut found = frameworks_of(conn, found.into_iter().collect())?;
    Ok(found.pop().ok_or(Refusal::NotFound { what: "framework" })?)
}

/// The version that a round names; none when there is no such.
pub fn framework_version(conn: &mut Conn, used: FrameworkUse) -> Result<Option<FrameworkVersion>, DbError> {
    let found: Option<VersionRow> = framework_version::table
        .find((used.id, used.version))
        .select(VersionRow::as_select())
        .first(conn)
        .optional()?;
    found.map(FrameworkVersion::try_from).transpose()
}

pub fn insert_framework(conn: &mut Conn, new: &Framework) -> Result<(), DbError> {
    diesel::insert_into(framework::table).values(Row::from(new)).execute(conn)?;
    for version in &new.versions {
        diesel::insert_into(framework_version::table).values(version_row(new.id, version)).execute(conn)?;
    }
    Ok(())
}

/// Replaces the version it was made from, with the wordings that changed or are new.
pub fn update_framework(conn: &mut Conn, old: &Framework, new: &Framework) -> Result<(), Error> {
    let of_old_version = framework::table.find(new.id).filter(framework::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(framework(conn, new.id)?).into());
    }
    for version in &new.versions {
        let row = version_row(new.id, version);
        match old.numbered(version.number) {
            None => {
                diesel::insert_into(framework_version::table).values(row).execute(conn)?;
            }
            Some(before) if before != version => {
                diesel::update(framework_version::table.find((new.id, version.number))).set(row).execute(conn)?;
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// All frameworks, or those of one organisation.
fn of_owner(owner: Option<OrgId>) -> framework::BoxedQuery<'static, Backend> {
    let query = framework::table.into_boxed();
    match owner {
        Some(owner) => query.filter(framework::owner_id.eq(owner)),
        None => query,
    }
}

/// Frameworks oldest first, from after an identity on; those of one organisation where it is given.
pub fn page_of_frameworks(
    conn: &mut Conn,
    owner: Option<OrgId>,
    after: Option<FrameworkId>,
    limit: i64,
) -> Result<Vec<Framework>, DbError> {
    let mut query = of_owner(owner);
    if let Some(after) = after {
        query = query.filter(framework::id.gt(after));
    }
    let rows: Vec<Row> = query.order(framework::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    frameworks_of(conn, rows)
}

/// How many frameworks there are, on all pages; those of one organisation where it is given.
pub fn n_frameworks(conn: &mut Conn, owner: Option<OrgId>) -> Result<i64, DbError> {
    Ok(of_owner(owner).count().get_result(conn)?)
}
