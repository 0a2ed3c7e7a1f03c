//! Organisations, with their former codes and their successors.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::db::{Backend, DbError, Tx, taken_meanwhile};
use kit::fault::Violation;
use kit::ids::OrgId;
use kit::stored::{named, parsed, parsed_option};
use kit::time::{Date, Timestamp};

use super::After;
use crate::dates::RegisterDate;
use crate::error::{Error, Newer};
use crate::organisation::{Details, Kind, Nation, Organisation, fold};
use crate::schema::{former_gss_code, organisation, successor};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organisation, treat_none_as_null = true)]
struct Row {
    id: String,
    version: i64,
    kind: String,
    name: String,
    name_cy: String,
    short_name: String,
    code: String,
    org_id: String,
    gss_code: String,
    authority_type: String,
    authority_type_name: String,
    nation: Option<String>,
    region: String,
    county_code: String,
    combined_authority_code: String,
    start_date: String,
    end_date: String,
    abolished_from: Option<String>,
    gov_uk_slug: String,
    website: String,
    legal_body: bool,
    sort_name: String,
    haystack: String,
    created_at: i64,
    updated_at: i64,
}

impl From<&Organisation> for Row {
    fn from(organisation: &Organisation) -> Row {
        let details = organisation.details.clone();
        Row {
            id: organisation.id.to_string(),
            version: organisation.version,
            kind: details.kind.name().to_string(),
            sort_name: fold(&details.name),
            haystack: details.haystack(),
            name: details.name,
            name_cy: details.name_cy,
            short_name: details.short_name,
            code: details.code,
            org_id: details.org_id,
            gss_code: details.gss_code,
            authority_type: details.authority_type,
            authority_type_name: details.authority_type_name,
            nation: details.nation.map(|nation| nation.name().to_string()),
            region: details.region,
            county_code: details.county_code,
            combined_authority_code: details.combined_authority_code,
            start_date: details.start_date.to_string(),
            end_date: details.end_date.to_string(),
            abolished_from: organisation.abolished_from.map(|day| day.to_string()),
            gov_uk_slug: details.gov_uk_slug,
            website: details.website,
            legal_body: details.legal_body,
            created_at: organisation.created_at.micros(),
            updated_at: organisation.updated_at.micros(),
        }
    }
}

fn organisation_of(row: Row, former_gss_codes: Vec<String>, successors: Vec<OrgId>) -> Result<Organisation, DbError> {
    let nation = row.nation.as_deref().map(|name| named(&Nation::ALL, Nation::name, name)).transpose()?;
    Ok(Organisation {
        id: parsed(&row.id)?,
        version: row.version,
        details: Details {
            kind: named(&Kind::ALL, Kind::name, &row.kind)?,
            name: row.name,
            name_cy: row.name_cy,
            short_name: row.short_name,
            code: row.code,
            org_id: row.org_id,
            gss_code: row.gss_code,
            former_gss_codes,
            authority_type: row.authority_type,
            authority_type_name: row.authority_type_name,
            nation,
            region: row.region,
            county_code: row.county_code,
            combined_authority_code: row.combined_authority_code,
            start_date: parsed(&row.start_date)?,
            end_date: parsed(&row.end_date)?,
            successors,
            gov_uk_slug: row.gov_uk_slug,
            website: row.website,
            legal_body: row.legal_body,
        },
        abolished_from: parsed_option(row.abolished_from.as_deref())?,
        created_at: Timestamp::from_micros(row.created_at),
        updated_at: Timestamp::from_micros(row.updated_at),
    })
}

pub fn get(tx: &mut Tx, id: OrgId) -> Result<Organisation, Error> {
    find(tx, id)?.ok_or(Error::NotFound { what: "organisation" })
}

fn find(tx: &mut Tx, id: OrgId) -> Result<Option<Organisation>, DbError> {
    let row: Option<Row> = organisation::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    Ok(complete(tx, row.into_iter().collect())?.pop())
}

/// Whether the councils of the registers were never entered. The network itself, which `toadlane admin first` enters
/// before the first start, has no code of a register.
pub fn lacks_registers(tx: &mut Tx) -> Result<bool, DbError> {
    let coded = organisation::table.filter(organisation::code.ne(""));
    let first: Option<String> = coded.select(organisation::id).first(tx).optional()?;
    Ok(first.is_none())
}

/// The organisation of a kind that was entered first.
pub fn first_of_kind(tx: &mut Tx, kind: Kind) -> Result<Option<OrgId>, DbError> {
    let first: Option<String> = organisation::table
        .filter(organisation::kind.eq(kind.name()))
        .order((organisation::created_at.asc(), organisation::id.asc()))
        .select(organisation::id)
        .first(tx)
        .optional()?;
    parsed_option(first.as_deref())
}

/// When each of these began.
///
/// # Errors
/// [`Error::Invalid`] naming those that do not exist.
pub fn began(tx: &mut Tx, successors: &[OrgId]) -> Result<Vec<RegisterDate>, Error> {
    let mut dates = Vec::with_capacity(successors.len());
    let mut wrong = Vec::new();
    for (place, id) in successors.iter().enumerate() {
        let date: Option<String> =
            organisation::table.find(id.to_string()).select(organisation::start_date).first(tx).optional()?;
        match date {
            Some(date) => dates.push(parsed(&date)?),
            None => {
                let field = format!("details.successor_ids[{place}]");
                wrong.push(Violation::new(field, "exists", "no such organisation"));
            }
        }
    }
    if wrong.is_empty() { Ok(dates) } else { Err(Error::Invalid(wrong)) }
}

/// The organisations that each of these followed.
pub fn predecessors(tx: &mut Tx, of: &[OrgId]) -> Result<HashMap<OrgId, Vec<OrgId>>, DbError> {
    let ids: Vec<String> = of.iter().map(OrgId::to_string).collect();
    let rows: Vec<(String, String)> = successor::table
        .filter(successor::successor_id.eq_any(ids))
        .order(successor::organisation_id.asc())
        .select((successor::successor_id, successor::organisation_id))
        .load(tx)?;
    let mut found: HashMap<OrgId, Vec<OrgId>> = HashMap::new();
    for (of, predecessor) in rows {
        found.entry(parsed(&of)?).or_default().push(parsed(&predecessor)?);
    }
    Ok(found)
}

pub fn insert(tx: &mut Tx, organisation: &Organisation) -> Result<(), Error> {
    expect_free_codes(tx, organisation)?;
    insert_alone(tx, organisation)?;
    Ok(insert_links(tx, organisation)?)
}

/// The row without what refers to others: those may not be there yet while a registry is seeded.
pub fn insert_alone(tx: &mut Tx, organisation: &Organisation) -> Result<(), Error> {
    diesel::insert_into(organisation::table).values(Row::from(organisation)).execute(tx).map_err(taken_meanwhile)?;
    Ok(())
}

pub fn insert_links(tx: &mut Tx, organisation: &Organisation) -> Result<(), DbError> {
    let id = organisation.id.to_string();
    for (place, code) in (0..).zip(&organisation.details.former_gss_codes) {
        diesel::insert_into(former_gss_code::table)
            .values((
                former_gss_code::organisation_id.eq(&id),
                former_gss_code::place.eq(place),
                former_gss_code::gss_code.eq(code),
            ))
            .execute(tx)?;
    }
    for (place, follower) in (0..).zip(&organisation.details.successors) {
        diesel::insert_into(successor::table)
            .values((
                successor::organisation_id.eq(&id),
                successor::place.eq(place),
                successor::successor_id.eq(follower.to_string()),
            ))
            .execute(tx)?;
    }
    Ok(())
}

/// Writes the new version over the one it was made from.
pub fn update(tx: &mut Tx, old: &Organisation, new: &Organisation) -> Result<(), Error> {
    expect_free_codes(tx, new)?;
    let id = new.id.to_string();
    let of_old_version =
        organisation::table.filter(organisation::id.eq(&id)).filter(organisation::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx).map_err(taken_meanwhile)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Organisation(Box::new(get(tx, new.id)?))));
    }
    diesel::delete(former_gss_code::table.filter(former_gss_code::organisation_id.eq(&id))).execute(tx)?;
    diesel::delete(successor::table.filter(successor::organisation_id.eq(&id))).execute(tx)?;
    Ok(insert_links(tx, new)?)
}

/// Names the organisation that has one of these codes.
fn expect_free_codes(tx: &mut Tx, organisation: &Organisation) -> Result<(), Error> {
    let Details { code, org_id, gss_code, .. } = &organisation.details;
    let by_code: Condition = Box::new(organisation::code.eq(code.clone()));
    let by_org_id: Condition = Box::new(organisation::org_id.eq(org_id.clone()));
    let by_gss_code: Condition = Box::new(organisation::gss_code.eq(gss_code.clone()));
    let asked = [
        ("details.code", code, by_code),
        ("details.org_id", org_id, by_org_id),
        ("details.gss_code", gss_code, by_gss_code),
    ];
    for (field, value, has_it) in asked {
        if value.is_empty() {
            continue;
        }
        let other: Option<String> = organisation::table
            .filter(has_it)
            .filter(organisation::id.ne(organisation.id.to_string()))
            .select(organisation::id)
            .first(tx)
            .optional()?;
        if let Some(existing) = other {
            return Err(Error::AlreadyExists { what: "organisation", field, existing });
        }
    }
    Ok(())
}

/// Which organisations.
#[derive(Clone, Debug)]
pub struct Filter {
    /// Empty means all.
    pub search: String,
    pub kind: Option<Kind>,
    pub nation: Option<Nation>,
    /// Only those that exist on a day, or that no longer do.
    pub exists: Option<(Date, bool)>,
}

type Condition = Box<dyn BoxableExpression<organisation::table, Backend, SqlType = Bool>>;

/// All words occur in names or website, or the whole is a code.
fn found_by(search: &str) -> Condition {
    let whole = search.trim().to_string();
    let upper = whole.to_uppercase();
    let had = former_gss_code::table
        .filter(former_gss_code::organisation_id.eq(organisation::id))
        .filter(former_gss_code::gss_code.eq(upper.clone()));
    let by_code: Condition = Box::new(
        organisation::code
            .eq(upper.clone())
            .or(organisation::gss_code.eq(upper.clone()))
            .or(organisation::org_id.eq_any([whole, upper]))
            .or(exists(had)),
    );
    // Folded words hold letters and digits alone, so nothing in them is a wildcard.
    let folded = fold(search);
    let mut by_words: Option<Condition> = None;
    for word in folded.split(' ').filter(|word| !word.is_empty()) {
        let has_word = organisation::haystack.like(format!("%{word}%"));
        by_words = Some(match by_words {
            None => Box::new(has_word),
            Some(before) => Box::new(before.and(has_word)),
        });
    }
    match by_words {
        Some(by_words) => Box::new(by_words.or(by_code)),
        None => by_code,
    }
}

fn filtered(filter: &Filter) -> organisation::BoxedQuery<'static, Backend> {
    let mut query = organisation::table.into_boxed();
    if !filter.search.is_empty() {
        query = query.filter(found_by(&filter.search));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(organisation::kind.eq(kind.name()));
    }
    if let Some(nation) = filter.nation {
        query = query.filter(organisation::nation.assume_not_null().eq(nation.name()));
    }
    if let Some((day, wanted)) = filter.exists {
        let gone = organisation::abolished_from.assume_not_null().le(day.to_string());
        query = match wanted {
            true => query.filter(organisation::abolished_from.is_null().or(diesel::dsl::not(gone))),
            false => query.filter(organisation::abolished_from.is_not_null().and(gone)),
        };
    }
    query
}

/// One page, by folded name.
pub fn page(tx: &mut Tx, filter: &Filter, after: After, limit: i64) -> Result<Vec<Organisation>, DbError> {
    let mut query = filtered(filter);
    if let Some((name, id)) = after {
        let same_name = organisation::sort_name.eq(name.clone()).and(organisation::id.gt(id));
        query = query.filter(organisation::sort_name.gt(name).or(same_name));
    }
    let rows: Vec<Row> = query
        .order((organisation::sort_name.asc(), organisation::id.asc()))
        .limit(limit)
        .select(Row::as_select())
        .load(tx)?;
    complete(tx, rows)
}

/// How many match on all pages.
pub fn count(tx: &mut Tx, filter: &Filter) -> Result<i64, DbError> {
    Ok(filtered(filter).count().get_result(tx)?)
}

/// Adds to rows what stands in other tables.
fn complete(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Organisation>, DbError> {
    let ids: Vec<String> = rows.iter().map(|row| row.id.clone()).collect();
    let codes: Vec<(String, String)> = former_gss_code::table
        .filter(former_gss_code::organisation_id.eq_any(ids.clone()))
        .order((former_gss_code::organisation_id.asc(), former_gss_code::place.asc()))
        .select((former_gss_code::organisation_id, former_gss_code::gss_code))
        .load(tx)?;
    let followers: Vec<(String, String)> = successor::table
        .filter(successor::organisation_id.eq_any(ids))
        .order((successor::organisation_id.asc(), successor::place.asc()))
        .select((successor::organisation_id, successor::successor_id))
        .load(tx)?;
    let (mut codes, mut followers) = (grouped(codes), grouped(followers));
    let mut organisations = Vec::with_capacity(rows.len());
    for row in rows {
        let of_row = followers.remove(&row.id).unwrap_or_default();
        let successors = of_row.iter().map(|id| parsed(id)).collect::<Result<_, _>>()?;
        let former_gss_codes = codes.remove(&row.id).unwrap_or_default();
        organisations.push(organisation_of(row, former_gss_codes, successors)?);
    }
    Ok(organisations)
}

fn grouped(rows: Vec<(String, String)>) -> HashMap<String, Vec<String>> {
    let mut groups: HashMap<String, Vec<String>> = HashMap::new();
    for (of, value) in rows {
        groups.entry(of).or_default().push(value);
    }
    groups
}
