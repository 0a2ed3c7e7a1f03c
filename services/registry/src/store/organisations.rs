//! Organisations, with their former codes and their successors.

use std::collections::HashMap;

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use kit::db::{Backend, Conn, DbError, taken_meanwhile};
use kit::fault::Violation;
use kit::fold::fold;
use kit::ids::OrgId;
use kit::refusal::Refusal;
use kit::stored::{parsed, parsed_option};
use kit::time::{Date, Timestamp};

use super::{Key, grouped};
use crate::dates::RegisterDate;
use crate::error::Error;
use crate::organisation::{Details, Kind, Nation, Organisation};
use crate::schema::{former_gss_code, organisation, successor};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = organisation, treat_none_as_null = true)]
struct Row {
    id: OrgId,
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
    abolished_from: Option<Date>,
    gov_uk_slug: String,
    website: String,
    legal_body: bool,
    sort_name: String,
    haystack: String,
    created_at: Timestamp,
    updated_at: Timestamp,
}

impl From<&Organisation> for Row {
    fn from(organisation: &Organisation) -> Row {
        let details = organisation.details.clone();
        Row {
            id: organisation.id,
            version: organisation.version,
            kind: details.kind.to_string(),
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
            nation: details.nation.map(|nation| nation.to_string()),
            region: details.region,
            county_code: details.county_code,
            combined_authority_code: details.combined_authority_code,
            start_date: details.start_date.to_string(),
            end_date: details.end_date.to_string(),
            abolished_from: organisation.abolished_from,
            gov_uk_slug: details.gov_uk_slug,
            website: details.website,
            legal_body: details.legal_body,
            created_at: organisation.created_at,
            updated_at: organisation.updated_at,
        }
    }
}

fn organisation_of(row: Row, former_gss_codes: Vec<String>, successors: Vec<OrgId>) -> Result<Organisation, DbError> {
    Ok(Organisation {
        id: row.id,
        version: row.version,
        details: Details {
            kind: parsed(&row.kind)?,
            name: row.name,
            name_cy: row.name_cy,
            short_name: row.short_name,
            code: row.code,
            org_id: row.org_id,
            gss_code: row.gss_code,
            former_gss_codes,
            authority_type: row.authority_type,
            authority_type_name: row.authority_type_name,
            nation: parsed_option(row.nation.as_deref())?,
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
        abolished_from: row.abolished_from,
        created_at: row.created_at,
        updated_at: row.updated_at,
    })
}

pub fn get(conn: &mut Conn, id: OrgId) -> Result<Organisation, Error> {
    Ok(find(conn, id)?.ok_or(Refusal::NotFound { what: "organisation" })?)
}

fn find(conn: &mut Conn, id: OrgId) -> Result<Option<Organisation>, DbError> {
    let row: Option<Row> = organisation::table.find(id).select(Row::as_select()).first(conn).optional()?;
    Ok(complete(conn, row.into_iter().collect())?.pop())
}

/// Whether the councils of the registers were never entered. The network itself, which `toadlane admin first` enters
/// before the first start, has no code of a register.
pub fn lacks_registers(conn: &mut Conn) -> Result<bool, DbError> {
    let coded = organisation::table.filter(organisation::code.ne(""));
    let first: Option<String> = coded.select(organisation::id).first(conn).optional()?;
    Ok(first.is_none())
}

/// The organisation of a kind that was entered first.
pub fn first_of_kind(conn: &mut Conn, kind: Kind) -> Result<Option<OrgId>, DbError> {
    Ok(organisation::table
        .filter(organisation::kind.eq(kind.to_string()))
        .order((organisation::created_at.asc(), organisation::id.asc()))
        .select(organisation::id)
        .first(conn)
        .optional()?)
}

/// When each of these began.
///
/// # Errors
/// [`Refusal::Invalid`] naming those that do not exist.
pub fn began(conn: &mut Conn, successors: &[OrgId]) -> Result<Vec<RegisterDate>, Error> {
    let mut dates = Vec::with_capacity(successors.len());
    let mut wrong = Vec::new();
    for (place, id) in successors.iter().enumerate() {
        let date: Option<String> =
            organisation::table.find(id).select(organisation::start_date).first(conn).optional()?;
        match date {
            Some(date) => dates.push(parsed(&date)?),
            None => {
                let field = format!("details.successor_ids[{place}]");
                wrong.push(Violation::new(field, "exists", "no such organisation"));
            }
        }
    }
    Refusal::if_any(wrong)?;
    Ok(dates)
}

/// The organisations that each of these followed.
pub fn predecessors(conn: &mut Conn, ids: &[OrgId]) -> Result<HashMap<OrgId, Vec<OrgId>>, DbError> {
    let rows = successor::table
        .filter(successor::successor_id.eq_any(ids))
        .order(successor::organisation_id.asc())
        .select((successor::successor_id, successor::organisation_id))
        .load(conn)?;
    Ok(grouped(rows))
}

pub fn insert(conn: &mut Conn, organisation: &Organisation) -> Result<(), Error> {
    expect_free_codes(conn, organisation)?;
    insert_alone(conn, organisation)?;
    Ok(insert_links(conn, organisation)?)
}

/// The row without what refers to others: those may not be there yet while a registry is seeded.
pub fn insert_alone(conn: &mut Conn, organisation: &Organisation) -> Result<(), Error> {
    diesel::insert_into(organisation::table).values(Row::from(organisation)).execute(conn).map_err(taken_meanwhile)?;
    Ok(())
}

pub fn insert_links(conn: &mut Conn, organisation: &Organisation) -> Result<(), DbError> {
    for (place, code) in (0_i32..).zip(&organisation.details.former_gss_codes) {
        let owner = former_gss_code::organisation_id.eq(organisation.id);
        let row = (owner, former_gss_code::place.eq(place), former_gss_code::gss_code.eq(code));
        diesel::insert_into(former_gss_code::table).values(row).execute(conn)?;
    }
    for (place, follower) in (0_i32..).zip(&organisation.details.successors) {
        let owner = successor::organisation_id.eq(organisation.id);
        let row = (owner, successor::place.eq(place), successor::successor_id.eq(follower));
        diesel::insert_into(successor::table).values(row).execute(conn)?;
    }
    Ok(())
}

/// Replaces the version it was made from.
pub fn update(conn: &mut Conn, old: &Organisation, new: &Organisation) -> Result<(), Error> {
    expect_free_codes(conn, new)?;
    let of_old_version = organisation::table.find(new.id).filter(organisation::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn).map_err(taken_meanwhile)?;
    if n_changed == 0 {
        return Err(Refusal::stale(get(conn, new.id)?).into());
    }
    diesel::delete(former_gss_code::table.filter(former_gss_code::organisation_id.eq(new.id))).execute(conn)?;
    diesel::delete(successor::table.filter(successor::organisation_id.eq(new.id))).execute(conn)?;
    Ok(insert_links(conn, new)?)
}

/// Names the organisation that has one of these codes.
fn expect_free_codes(conn: &mut Conn, organisation: &Organisation) -> Result<(), Error> {
    let Details { code, org_id, gss_code, .. } = &organisation.details;
    let by_code: Condition = Box::new(organisation::code.eq(code.clone()));
    let by_org_id: Condition = Box::new(organisation::org_id.eq(org_id.clone()));
    let by_gss_code: Condition = Box::new(organisation::gss_code.eq(gss_code.clone()));
    let codes = [
        ("details.code", code, by_code),
        ("details.org_id", org_id, by_org_id),
        ("details.gss_code", gss_code, by_gss_code),
    ];
    for (field, value, has_it) in codes {
        if value.is_empty() {
            continue;
        }
        let other: Option<String> = organisation::table
            .filter(has_it)
            .filter(organisation::id.ne(organisation.id))
            .select(organisation::id)
            .first(conn)
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
    /// Only those that exist, or that no longer do.
    pub current: Option<bool>,
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

fn filtered(filter: &Filter, today: Date) -> organisation::BoxedQuery<'static, Backend> {
    let mut query = organisation::table.into_boxed();
    if !filter.search.is_empty() {
        query = query.filter(found_by(&filter.search));
    }
    if let Some(kind) = filter.kind {
        query = query.filter(organisation::kind.eq(kind.to_string()));
    }
    if let Some(nation) = filter.nation {
        query = query.filter(organisation::nation.assume_not_null().eq(nation.to_string()));
    }
    if let Some(wanted) = filter.current {
        let gone = organisation::abolished_from.assume_not_null().le(today);
        query = match wanted {
            true => query.filter(organisation::abolished_from.is_null().or(diesel::dsl::not(gone))),
            false => query.filter(organisation::abolished_from.is_not_null().and(gone)),
        };
    }
    query
}

/// One page, by folded name.
pub fn page(
    conn: &mut Conn,
    filter: &Filter,
    today: Date,
    after: Option<Key<OrgId>>,
    limit: i64,
) -> Result<Vec<Organisation>, DbError> {
    let mut query = filtered(filter, today);
    if let Some((name, id)) = after {
        let same_name = organisation::sort_name.eq(name.clone()).and(organisation::id.gt(id));
        query = query.filter(organisation::sort_name.gt(name).or(same_name));
    }
    let query = query.order((organisation::sort_name.asc(), organisation::id.asc())).limit(limit);
    let rows = query.select(Row::as_select()).load(conn)?;
    complete(conn, rows)
}

/// How many match on all pages.
pub fn n_organisations(conn: &mut Conn, filter: &Filter, today: Date) -> Result<i64, DbError> {
    Ok(filtered(filter, today).count().get_result(conn)?)
}

/// Adds to rows what other tables keep of them.
fn complete(conn: &mut Conn, rows: Vec<Row>) -> Result<Vec<Organisation>, DbError> {
    let ids: Vec<OrgId> = rows.iter().map(|row| row.id).collect();
    let codes = former_gss_code::table
        .filter(former_gss_code::organisation_id.eq_any(&ids))
        .order((former_gss_code::organisation_id.asc(), former_gss_code::place.asc()))
        .select((former_gss_code::organisation_id, former_gss_code::gss_code))
        .load(conn)?;
    let followers = successor::table
        .filter(successor::organisation_id.eq_any(&ids))
        .order((successor::organisation_id.asc(), successor::place.asc()))
        .select((successor::organisation_id, successor::successor_id))
        .load(conn)?;
    let (mut codes, mut followers) = (grouped::<OrgId, _>(codes), grouped::<OrgId, _>(followers));
    let mut organisations = Vec::with_capacity(rows.len());
    for row in rows {
        let former_gss_codes = codes.remove(&row.id).unwrap_or_default();
        let successors = followers.remove(&row.id).unwrap_or_default();
        organisations.push(organisation_of(row, former_gss_codes, successors)?);
    }
    Ok(organisations)
}
