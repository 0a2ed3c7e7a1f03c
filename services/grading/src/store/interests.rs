//! Interests, and what they hide from whom.

use diesel::prelude::*;
use kit::db::{Backend, DbError, Tx};
use kit::ids::{AssessmentId, BidId, InterestId, PersonId};
use kit::stored::{inconsistent, named, parsed};
use kit::time::Timestamp;

use super::texts;
use crate::error::{Error, Newer};
use crate::interest::{Interest, Kind, Origin, State};
use crate::quorum::Conflicts;
use crate::schema::interest;
use crate::sight::Sight;

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = interest, treat_none_as_null = true)]
struct Row {
    id: String,
    assessment_id: String,
    person_id: String,
    bid_id: String,
    version: i64,
    kind: String,
    origin: String,
    note: String,
    state: String,
    reason: String,
    declared_at: i64,
    decided_at: Option<i64>,
}

impl From<&Interest> for Row {
    fn from(interest: &Interest) -> Row {
        let (reason, decided_at) = match &interest.state {
            State::Declared => (String::new(), None),
            State::Recused { reason, at } | State::Cleared { reason, at } => (reason.clone(), Some(at.micros())),
        };
        Row {
            id: interest.id.to_string(),
            assessment_id: interest.assessment.to_string(),
            person_id: interest.person.to_string(),
            bid_id: interest.bid.to_string(),
            version: interest.version,
            kind: interest.kind.name().to_string(),
            origin: interest.origin.name().to_string(),
            note: interest.note.clone(),
            state: interest.state.name().to_string(),
            reason,
            declared_at: interest.declared_at.micros(),
            decided_at,
        }
    }
}

impl TryFrom<Row> for Interest {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Interest, DbError> {
        let state = match (row.state.as_str(), row.decided_at.map(Timestamp::from_micros)) {
            ("declared", None) => State::Declared,
            ("recused", Some(at)) => State::Recused { reason: row.reason, at },
            ("cleared", Some(at)) => State::Cleared { reason: row.reason, at },
            (state, _) => return Err(inconsistent(format!("interest {}: {state} does not fit", row.id))),
        };
        Ok(Interest {
            id: parsed(&row.id)?,
            version: row.version,
            assessment: parsed(&row.assessment_id)?,
            person: parsed(&row.person_id)?,
            bid: parsed(&row.bid_id)?,
            kind: named(&Kind::ALL, Kind::name, &row.kind)?,
            origin: named(&Origin::ALL, Origin::name, &row.origin)?,
            note: row.note,
            state,
            declared_at: Timestamp::from_micros(row.declared_at),
        })
    }
}

pub fn insert_interest(tx: &mut Tx, new: &Interest) -> Result<(), DbError> {
    diesel::insert_into(interest::table).values(Row::from(new)).execute(tx)?;
    Ok(())
}

pub fn interest(tx: &mut Tx, id: InterestId) -> Result<Interest, Error> {
    let found: Option<Row> = interest::table.find(id.to_string()).select(Row::as_select()).first(tx).optional()?;
    match found {
        Some(row) => Ok(row.try_into()?),
        None => Err(Error::NotFound { what: "interest" }),
    }
}

/// Writes the new version over the one it was made from.
pub fn update_interest(tx: &mut Tx, old: &Interest, new: &Interest) -> Result<(), Error> {
    let of_old_version =
        interest::table.filter(interest::id.eq(new.id.to_string())).filter(interest::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(Row::from(new)).execute(tx)?;
    if n_changed == 0 {
        return Err(Error::stale(Newer::Interest(self::interest(tx, new.id)?)));
    }
    Ok(())
}

/// Bids that do not exist for a person.
pub fn hidden_from(tx: &mut Tx, assessment: AssessmentId, person: PersonId) -> Result<Vec<BidId>, DbError> {
    let ids: Vec<String> = interest::table
        .filter(interest::assessment_id.eq(assessment.to_string()))
        .filter(interest::person_id.eq(person.to_string()))
        .filter(interest::state.ne("cleared"))
        .order(interest::bid_id.asc())
        .select(interest::bid_id)
        .distinct()
        .load(tx)?;
    ids.iter().map(|id| parsed(id)).collect()
}

/// Who is kept from which bid.
pub fn conflicts(tx: &mut Tx, assessment: AssessmentId) -> Result<Conflicts, DbError> {
    let pairs: Vec<(String, String)> = interest::table
        .filter(interest::assessment_id.eq(assessment.to_string()))
        .filter(interest::state.ne("cleared"))
        .select((interest::person_id, interest::bid_id))
        .load(tx)?;
    pairs.iter().map(|(person, bid)| Ok((parsed(person)?, parsed(bid)?))).collect()
}

/// Whether the register showed a link of this person to this bid before.
pub fn is_derived(tx: &mut Tx, person: PersonId, bid: BidId) -> Result<bool, DbError> {
    let derived = interest::table
        .filter(interest::person_id.eq(person.to_string()))
        .filter(interest::bid_id.eq(bid.to_string()))
        .filter(interest::origin.eq(Origin::Derived.name()));
    Ok(derived.count().get_result::<i64>(tx)? > 0)
}

/// All interests of an assessment, by identity.
pub fn interests(tx: &mut Tx, assessment: AssessmentId) -> Result<Vec<Interest>, DbError> {
    let rows: Vec<Row> = interest::table
        .filter(interest::assessment_id.eq(assessment.to_string()))
        .order(interest::id.asc())
        .select(Row::as_select())
        .load(tx)?;
    rows.into_iter().map(Interest::try_from).collect()
}

/// Which interests are asked for. What of them the caller may see is for their sight to say.
#[derive(Clone, Debug)]
pub struct InterestFilter {
    pub assessment: AssessmentId,
    pub person: Option<PersonId>,
}

/// One page by identity, from after one on: those that the caller declared themselves and, where they may see all,
/// those of bids that are not hidden.
pub fn page_of_interests(
    tx: &mut Tx,
    filter: &InterestFilter,
    sight: &Sight,
    after: &str,
    limit: i64,
) -> Result<Vec<Interest>, DbError> {
    let declarer = sight.person().map(|person| person.to_string()).unwrap_or_default();
    let own = interest::person_id.eq(declarer).and(interest::origin.eq(Origin::Declared.name()));
    let mut query = interest::table
        .filter(interest::assessment_id.eq(filter.assessment.to_string()))
        .filter(interest::id.gt(after.to_string()))
        .into_boxed::<Backend>();
    query = match sight.sees_all_interests() {
        true => query.filter(own.or(interest::bid_id.ne_all(texts(&sight.hidden)))),
        false => query.filter(own),
    };
    if let Some(person) = filter.person {
        query = query.filter(interest::person_id.eq(person.to_string()));
    }
    let rows: Vec<Row> = query.order(interest::id.asc()).limit(limit).select(Row::as_select()).load(tx)?;
    rows.into_iter().map(Interest::try_from).collect()
}

/// Whether one of these bids does not exist for a person.
pub fn are_hidden(tx: &mut Tx, person: PersonId, bids: &[BidId]) -> Result<bool, DbError> {
    let hiding = interest::table
        .filter(interest::person_id.eq(person.to_string()))
        .filter(interest::bid_id.eq_any(texts(bids)))
        .filter(interest::state.ne("cleared"));
    Ok(hiding.count().get_result::<i64>(tx)? > 0)
}
