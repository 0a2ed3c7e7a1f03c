//! Variations of awards, and extensions of whole rounds.

use diesel::prelude::*;
use kit::db::{DbError, Tx};
use kit::ids::{AwardId, ExtensionId, RoundId, VariationId};
use kit::stored::{self, from_json, inconsistent, json, parsed, parsed_option};
use kit::time::Timestamp;

use crate::error::{Error, Newer};
use crate::schema::{extension, variation};
use crate::variation::{Decision, Extension, State, Variation};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = variation, treat_none_as_null = true)]
struct VariationRow {
    id: String,
    award_id: String,
    version: i64,
    change: String,
    reason: String,
    extension_id: Option<String>,
    requested_by: String,
    requested_by_organisation: Option<String>,
    requested_at: i64,
    state: String,
    written_version: Option<i32>,
    decided_by: Option<String>,
    decided_by_organisation: Option<String>,
    decided_at: Option<i64>,
    decision_reason: String,
}

impl From<&Variation> for VariationRow {
    fn from(variation: &Variation) -> VariationRow {
        let decision = variation.state.decision();
        let written_version = match variation.state {
            State::Approved { version, .. } => Some(version),
            State::Requested | State::Refused(_) => None,
        };
        VariationRow {
            id: variation.id.to_string(),
            award_id: variation.award.to_string(),
            version: variation.version,
            change: json(&variation.change),
            reason: variation.reason.clone(),
            extension_id: variation.extension.map(|id| id.to_string()),
            requested_by: variation.requested_by.subject.clone(),
            requested_by_organisation: variation.requested_by.organisation.map(|id| id.to_string()),
            requested_at: variation.requested_at.micros(),
            state: variation.state.name().to_string(),
            written_version,
            decided_by: decision.map(|decision| decision.by.subject.clone()),
            decided_by_organisation: decision.and_then(|decision| decision.by.organisation).map(|id| id.to_string()),
            decided_at: decision.map(|decision| decision.at.micros()),
            decision_reason: decision.map_or_else(String::new, |decision| decision.reason.clone()),
        }
    }
}

impl TryFrom<VariationRow> for Variation {
    type Error = DbError;

    fn try_from(row: VariationRow) -> Result<Variation, DbError> {
        let decision = match (row.decided_by, row.decided_at) {
            (Some(by), Some(at)) => Some(Decision {
                by: stored::actor(by, row.decided_by_organisation.as_deref())?,
                at: Timestamp::from_micros(at),
                reason: row.decision_reason,
            }),
            (_, _) => None,
        };
        let state = match (row.state.as_str(), row.written_version, decision) {
            ("requested", None, None) => State::Requested,
            ("approved", Some(version), Some(decision)) => State::Approved { version, decision },
            ("refused", None, Some(decision)) => State::Refused(decision),
            (state, ..) => {
                return Err(inconsistent(format!("variation {}: {state} does not fit its decision", row.id)));
            }
        };
        Ok(Variation {
            id: parsed(&row.id)?,
            award: parsed(&row.award_id)?,
            version: row.version,
            change: from_json(&row.change)?,
            reason: row.reason,
            extension: parsed_option(row.extension_id.as_deref())?,
            requested_by: stored::actor(row.requested_by, row.requested_by_organisation.as_deref())?,
            requested_at: Timestamp::from_micros(row.requested_at),
            state,
        })
    }
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = extension)]
struct ExtensionRow {
    id: String,
    round_id: String,
    reason: String,
    ends_on: Option<String>,
    interim_report_due: Option<String>,
    final_report_due: Option<String>,
    n_varied: i32,
    made_at: i64,
    made_by: String,
    made_by_organisation: Option<String>,
}

impl From<&Extension> for ExtensionRow {
    fn from(extension: &Extension) -> ExtensionRow {
        ExtensionRow {
            id: extension.id.to_string(),
            round_id: extension.round.to_string(),
            reason: extension.reason.clone(),
            ends_on: extension.ends_on.map(|day| day.to_string()),
            interim_report_due: extension.interim_report_due.as_ref().map(json),
            final_report_due: extension.final_report_due.as_ref().map(json),
            n_varied: extension.n_varied,
            made_at: extension.made_at.micros(),
            made_by: extension.made_by.subject.clone(),
            made_by_organisation: extension.made_by.organisation.map(|id| id.to_string()),
        }
    }
}

impl TryFrom<ExtensionRow> for Extension {
    type Error = DbError;

    fn try_from(row: ExtensionRow) -> Result<Extension, DbError> {
        Ok(Extension {
            id: parsed(&row.id)?,
            round: parsed(&row.round_id)?,
            reason: row.reason,
            ends_on: parsed_option(row.ends_on.as_deref())?,
            interim_report_due: row.interim_report_due.as_deref().map(from_json).transpose()?,
            final_report_due: row.final_report_due.as_deref().map(from_json).transpose()?,
            n_varied: row.n_varied,
            made_at: Timestamp::from_micros(row.made_at),
            made_by: stored::actor(row.made_by, row.made_by_organisation.as_deref())?,
        })
    }
}

pub fn insert_variation(tx: &mut Tx, variation: &Variation) -> Result<(), DbError> {
    diesel::insert_into(variation::table).values(VariationRow::from(variation)).execute(tx)?;
    Ok(())
}

/// The variation as it now is.
pub fn variation(tx: &mut Tx, id: VariationId) -> Result<Variation, Error> {
    let row = variation::table.find(id.to_string()).select(VariationRow::as_select()).first(tx).optional()?;
    let row: VariationRow = row.ok_or(Error::NotFound { what: "variation" })?;
    Ok(Variation::try_from(row)?)
}

/// Writes the new version over the one it was made from.
pub fn update_variation(tx: &mut Tx, old: &Variation, new: &Variation) -> Result<(), Error> {
    let of_old_version =
        variation::table.filter(variation::id.eq(new.id.to_string())).filter(variation::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(VariationRow::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Variation(variation(tx, new.id)?)));
    }
    Ok(())
}

/// Variations of an award, oldest first, from after an identity on.
pub fn variations(tx: &mut Tx, award: AwardId, after: &str, limit: i64) -> Result<Vec<Variation>, DbError> {
    let rows: Vec<VariationRow> = variation::table
        .filter(variation::award_id.eq(award.to_string()))
        .filter(variation::id.gt(after))
        .order(variation::id.asc())
        .limit(limit)
        .select(VariationRow::as_select())
        .load(tx)?;
    rows.into_iter().map(Variation::try_from).collect()
}

pub fn insert_extension(tx: &mut Tx, extension: &Extension) -> Result<(), DbError> {
    diesel::insert_into(extension::table).values(ExtensionRow::from(extension)).execute(tx)?;
    Ok(())
}

pub fn extension(tx: &mut Tx, id: ExtensionId) -> Result<Extension, Error> {
    let row = extension::table.find(id.to_string()).select(ExtensionRow::as_select()).first(tx).optional()?;
    let row: ExtensionRow = row.ok_or(Error::NotFound { what: "extension" })?;
    Ok(Extension::try_from(row)?)
}

/// Extensions of a round, oldest first, from after an identity on.
pub fn extensions(tx: &mut Tx, round: RoundId, after: &str, limit: i64) -> Result<Vec<Extension>, DbError> {
    let rows: Vec<ExtensionRow> = extension::table
        .filter(extension::round_id.eq(round.to_string()))
        .filter(extension::id.gt(after))
        .order(extension::id.asc())
        .limit(limit)
        .select(ExtensionRow::as_select())
        .load(tx)?;
    rows.into_iter().map(Extension::try_from).collect()
}
