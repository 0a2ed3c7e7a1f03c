//! Variations of awards.

use diesel::prelude::*;
use kit::caller::Actor;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AwardId, ExtensionId, OrgId, VariationId};
use kit::refusal::Refusal;
use kit::stored::{found, from_json, inconsistent, json};
use kit::time::Timestamp;

use crate::error::Error;
use crate::schema::variation;
use crate::variation::{Decision, State, Variation};

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = variation, treat_none_as_null = true)]
struct Row {
    id: VariationId,
    award_id: AwardId,
    version: i64,
    change: String,
    reason: String,
    extension_id: Option<ExtensionId>,
    requested_by: String,
    requested_by_organisation: Option<OrgId>,
    requested_at: Timestamp,
    state: String,
    written_version: Option<i32>,
    decided_by: Option<String>,
    decided_by_organisation: Option<OrgId>,
    decided_at: Option<Timestamp>,
    decision_reason: String,
    decision_reference: String,
    acceptance: Option<String>,
    decline_reason: String,
}

impl From<&Variation> for Row {
    fn from(variation: &Variation) -> Row {
        let decision = variation.state.decision();
        Row {
            id: variation.id,
            award_id: variation.award,
            version: variation.version,
            change: json(&variation.change),
            reason: variation.reason.clone(),
            extension_id: variation.extension,
            requested_by: variation.requested_by.subject.clone(),
            requested_by_organisation: variation.requested_by.organisation,
            requested_at: variation.requested_at,
            state: variation.state.name().to_string(),
            written_version: variation.state.version(),
            decided_by: decision.map(|decision| decision.by.subject.clone()),
            decided_by_organisation: decision.and_then(|decision| decision.by.organisation),
            decided_at: decision.map(|decision| decision.at),
            decision_reason: decision.map_or_else(String::new, |decision| decision.reason.clone()),
            decision_reference: decision.map_or_else(String::new, |decision| decision.reference.clone()),
            acceptance: variation.word.as_ref().map(json),
            decline_reason: variation.state.decline_reason().to_string(),
        }
    }
}

impl TryFrom<Row> for Variation {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Variation, DbError> {
        let decision = match (row.decided_by, row.decided_at) {
            (Some(subject), Some(at)) => Some(Decision {
                by: Actor { subject, organisation: row.decided_by_organisation },
                at,
                reason: row.decision_reason,
                reference: row.decision_reference,
            }),
            (_, _) => None,
        };
        let state = match (row.state.as_str(), row.written_version, decision) {
            ("requested", None, None) => State::Requested,
            ("awaiting_acceptance", None, Some(decision)) => State::AwaitingAcceptance(decision),
            ("approved", Some(version), Some(decision)) => State::Approved { version, decision },
            ("refused", None, Some(decision)) => State::Refused(decision),
            ("declined", None, Some(decision)) => State::Declined { decision, reason: row.decline_reason },
            (state, ..) => {
                return Err(inconsistent(format!("variation {}: {state} does not fit its decision", row.id)));
            }
        };
        Ok(Variation {
            id: row.id,
            award: row.award_id,
            version: row.version,
            change: from_json(&row.change)?,
            reason: row.reason,
            extension: row.extension_id,
            requested_by: Actor { subject: row.requested_by, organisation: row.requested_by_organisation },
            requested_at: row.requested_at,
            word: row.acceptance.as_deref().map(from_json).transpose()?,
            state,
        })
    }
}

pub fn insert_variation(conn: &mut Conn, variation: &Variation) -> Result<(), DbError> {
    diesel::insert_into(variation::table).values(Row::from(variation)).execute(conn)?;
    Ok(())
}

/// The variation as it now is.
pub fn variation(conn: &mut Conn, id: VariationId) -> Result<Variation, Error> {
    let row = variation::table.find(id).select(Row::as_select()).first(conn);
    Ok(Variation::try_from(found::<_, Error>(row, "variation")?)?)
}

/// Replaces the version it was made from.
pub fn update_variation(conn: &mut Conn, old: &Variation, new: &Variation) -> Result<(), Error> {
    let of_old_version = variation::table.find(new.id).filter(variation::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(conn)?;
    if n_changed == 0 {
        return Err(Refusal::stale(variation(conn, new.id)?).into());
    }
    Ok(())
}

/// Variations of an award, oldest first.
pub fn variations(
    conn: &mut Conn,
    award: AwardId,
    after: Option<VariationId>,
    limit: i64,
) -> Result<Vec<Variation>, DbError> {
    let mut query = variation::table.filter(variation::award_id.eq(award)).into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(variation::id.gt(after));
    }
    let rows: Vec<Row> = query.order(variation::id.asc()).limit(limit).select(Row::as_select()).load(conn)?;
    rows.into_iter().map(Variation::try_from).collect()
}
