//! The councils of the United Kingdom, put into a registry that is new. Licence and attribution: data/ATTRIBUTION.md.

use std::collections::HashMap;

use kit::db::{DbError, Tx};
use kit::ids::OrgId;
use kit::time::Timestamp;
use serde::Deserialize;

use crate::dates::RegisterDate;
use crate::error::Error;
use crate::organisation::{Details, Kind, Nation, Organisation};
use crate::store::organisations;

const COUNCILS: &str = include_str!("../data/uk-councils.csv");

#[derive(Debug, Deserialize)]
struct Row {
    code: String,
    official_name: String,
    short_name: String,
    official_name_cy: String,
    org_id: String,
    gss_code: String,
    former_gss_codes: String,
    r#type: String,
    type_name: String,
    nation: String,
    region: String,
    county_code: String,
    combined_authority_code: String,
    start_date: String,
    end_date: String,
    replaced_by: String,
    gov_uk_slug: String,
    website: String,
}

/// Enters every council, predecessors and successors linked, unless the registry holds one of them already. Returns
/// how many were entered. No events are published for them; other services ask for the ones they need.
///
/// # Errors
/// [`Error::Db`] when storage fails or the data cannot be read, [`kit::refusal::Refusal::Invalid`] for a council in it
/// that contradicts itself.
pub fn seed(tx: &mut Tx, now: Timestamp) -> Result<usize, Error> {
    if !organisations::lacks_registers(tx)? {
        return Ok(0);
    }
    let councils = councils(now)?;
    for council in &councils {
        organisations::insert_alone(tx, council)?;
    }
    for council in &councils {
        organisations::insert_links(tx, council)?;
    }
    Ok(councils.len())
}

fn councils(now: Timestamp) -> Result<Vec<Organisation>, Error> {
    let rows: Vec<Row> =
        csv::Reader::from_reader(COUNCILS.as_bytes()).deserialize().collect::<Result<_, _>>().map_err(bad)?;
    let mut known: HashMap<&str, (OrgId, RegisterDate)> = HashMap::with_capacity(rows.len());
    for row in &rows {
        known.insert(&row.code, (OrgId::new(), row.start_date.parse().map_err(bad)?));
    }
    let mut councils = Vec::with_capacity(rows.len());
    for row in &rows {
        let mut successors = Vec::new();
        let mut began = Vec::new();
        for code in listed(&row.replaced_by) {
            let (id, start) = known.get(code).ok_or_else(|| bad(format!("{}: unknown successor {code}", row.code)))?;
            successors.push(*id);
            began.push(*start);
        }
        let (id, _) = known[row.code.as_str()];
        councils.push(Organisation::create(id, details(row, successors)?, &began, now)?);
    }
    Ok(councils)
}

fn details(row: &Row, successors: Vec<OrgId>) -> Result<Details, Error> {
    let kind = match row.r#type.as_str() {
        "COMB" | "SRA" => Kind::StrategicAuthority,
        _ => Kind::PrincipalCouncil,
    };
    let nation: Nation = row.nation.parse().map_err(|_| bad(format!("{}: unknown nation", row.code)))?;
    Ok(Details {
        kind,
        name: row.official_name.clone(),
        name_cy: row.official_name_cy.clone(),
        short_name: row.short_name.clone(),
        code: row.code.clone(),
        org_id: row.org_id.clone(),
        gss_code: row.gss_code.clone(),
        former_gss_codes: listed(&row.former_gss_codes).map(str::to_string).collect(),
        authority_type: row.r#type.clone(),
        authority_type_name: row.type_name.clone(),
        nation: Some(nation),
        region: row.region.clone(),
        county_code: row.county_code.clone(),
        combined_authority_code: row.combined_authority_code.clone(),
        start_date: row.start_date.parse().map_err(bad)?,
        end_date: row.end_date.parse().map_err(bad)?,
        successors,
        gov_uk_slug: row.gov_uk_slug.clone(),
        website: row.website.clone(),
        legal_body: true,
    })
}

fn listed(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(',').map(str::trim).filter(|item| !item.is_empty())
}

fn bad(cause: impl std::fmt::Display) -> Error {
    Error::Db(DbError::Inconsistent(format!("the council data that comes with toadlane: {cause}")))
}

#[cfg(test)]
mod tests;
