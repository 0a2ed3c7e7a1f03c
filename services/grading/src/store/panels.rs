//! The panel, and staff who declared; interests, and what is hidden from whom.

use diesel::prelude::*;
use kit::db::{Backend, Conn, DbError};
use kit::ids::{AssessmentId, BidId, InterestId, OrgId, PersonId};
use kit::stored::{found, from_json, inconsistent, json, parsed};
use kit::time::Timestamp;

use crate::error::Error;
use crate::panel::Member;
use crate::panel::interest::{Answered, Interest, Origin, State};
use crate::panel::quorum::Conflicts;
use crate::schema::{interest, involved, member, staff_declaration};

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = member)]
struct MemberRow {
    assessment_id: AssessmentId,
    person_id: PersonId,
    name: String,
    seats: String,
    organisations: String,
    stands_in_for: Option<PersonId>,
    declared_at: Option<Timestamp>,
    left_at: Option<Timestamp>,
    referred: String,
}

impl TryFrom<MemberRow> for Member {
    type Error = DbError;

    fn try_from(row: MemberRow) -> Result<Member, DbError> {
        Ok(Member {
            person: row.person_id,
            name: row.name,
            seats: from_json(&row.seats)?,
            organisations: from_json(&row.organisations)?,
            stands_in_for: row.stands_in_for,
            declared_at: row.declared_at,
            left_at: row.left_at,
            referred: from_json(&row.referred)?,
        })
    }
}

pub fn insert_member(conn: &mut Conn, assessment: AssessmentId, new: &Member) -> Result<(), DbError> {
    let row = MemberRow {
        assessment_id: assessment,
        person_id: new.person,
        name: new.name.clone(),
        seats: json(&new.seats),
        organisations: json(&new.organisations),
        stands_in_for: new.stands_in_for,
        declared_at: new.declared_at,
        left_at: new.left_at,
        referred: json(&new.referred),
    };
    diesel::insert_into(member::table).values(row).execute(conn)?;
    Ok(())
}

/// Writes what can change: where a member belongs, when they declared their interests and when they left, and the bids
/// for which alone they sit.
pub fn update_member(conn: &mut Conn, assessment: AssessmentId, new: &Member) -> Result<(), DbError> {
    diesel::update(member::table.find((assessment, new.person)))
        .set((
            member::organisations.eq(json(&new.organisations)),
            member::declared_at.eq(new.declared_at),
            member::left_at.eq(new.left_at),
            member::referred.eq(json(&new.referred)),
        ))
        .execute(conn)?;
    Ok(())
}

/// Keeps when somebody of staff declared their interests last.
pub fn put_declaration(
    conn: &mut Conn,
    assessment: AssessmentId,
    person: PersonId,
    at: Timestamp,
) -> Result<(), DbError> {
    let of_person = staff_declaration::table.find((assessment, person));
    let n_changed = diesel::update(of_person).set(staff_declaration::declared_at.eq(at)).execute(conn)?;
    if n_changed == 0 {
        let of_person = (staff_declaration::assessment_id.eq(assessment), staff_declaration::person_id.eq(person));
        let row = (of_person, staff_declaration::declared_at.eq(at));
        diesel::insert_into(staff_declaration::table).values(row).execute(conn)?;
    }
    Ok(())
}

pub fn member(conn: &mut Conn, assessment: AssessmentId, person: PersonId) -> Result<Option<Member>, DbError> {
    let of_person = member::table.find((assessment, person));
    let row: Option<MemberRow> = of_person.select(MemberRow::as_select()).first(conn).optional()?;
    row.map(Member::try_from).transpose()
}

/// The whole panel, by identity.
pub fn members(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Member>, DbError> {
    page_of_members(conn, assessment, &[], None, i64::MAX)
}

/// One page of it but for these people, from after a person on.
pub fn page_of_members(
    conn: &mut Conn,
    assessment: AssessmentId,
    but: &[PersonId],
    after: Option<PersonId>,
    limit: i64,
) -> Result<Vec<Member>, DbError> {
    let mut query = member::table
        .filter(member::assessment_id.eq(assessment))
        .filter(member::person_id.ne_all(but))
        .into_boxed::<Backend>();
    if let Some(after) = after {
        query = query.filter(member::person_id.gt(after));
    }
    let rows: Vec<MemberRow> =
        query.order(member::person_id.asc()).limit(limit).select(MemberRow::as_select()).load(conn)?;
    rows.into_iter().map(Member::try_from).collect()
}

#[derive(Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = interest, treat_none_as_null = true)]
struct InterestRow {
    id: InterestId,
    assessment_id: AssessmentId,
    person_id: PersonId,
    bid_id: BidId,
    version: i64,
    kind: String,
    origin: String,
    note: String,
    state: String,
    reason: String,
    declared_at: Timestamp,
    decided_at: Option<Timestamp>,
    recorded_by: Option<PersonId>,
    was_seen: bool,
    answer: String,
    answered_at: Option<Timestamp>,
}

impl From<&Interest> for InterestRow {
    fn from(interest: &Interest) -> InterestRow {
        let (reason, decided_at) = match &interest.state {
            State::Declared | State::Recorded => (String::new(), None),
            State::Recused { reason, at } | State::Cleared { reason, at } => (reason.clone(), Some(*at)),
        };
        InterestRow {
            id: interest.id,
            assessment_id: interest.assessment,
            person_id: interest.person,
            bid_id: interest.bid,
            version: interest.version,
            kind: interest.kind.name().to_string(),
            origin: interest.origin.name().to_string(),
            note: interest.note.clone(),
            state: interest.state.name().to_string(),
            reason,
            declared_at: interest.declared_at,
            decided_at,
            recorded_by: interest.recorded_by,
            was_seen: interest.was_seen,
            answer: interest.answer.as_ref().map(|answer| answer.words.clone()).unwrap_or_default(),
            answered_at: interest.answer.as_ref().map(|answer| answer.at),
        }
    }
}

impl TryFrom<InterestRow> for Interest {
    type Error = DbError;

    fn try_from(row: InterestRow) -> Result<Interest, DbError> {
        let state = match (row.state.as_str(), row.decided_at) {
            ("declared", None) => State::Declared,
            ("recorded", None) => State::Recorded,
            ("recused", Some(at)) => State::Recused { reason: row.reason, at },
            ("cleared", Some(at)) => State::Cleared { reason: row.reason, at },
            (state, _) => return Err(inconsistent(format!("interest {}: {state} does not fit", row.id))),
        };
        Ok(Interest {
            id: row.id,
            version: row.version,
            assessment: row.assessment_id,
            person: row.person_id,
            bid: row.bid_id,
            kind: parsed(&row.kind)?,
            origin: parsed(&row.origin)?,
            note: row.note,
            state,
            declared_at: row.declared_at,
            recorded_by: row.recorded_by,
            was_seen: row.was_seen,
            answer: row.answered_at.map(|at| Answered { words: row.answer, at }),
        })
    }
}

pub fn insert_interest(conn: &mut Conn, new: &Interest) -> Result<(), DbError> {
    diesel::insert_into(interest::table).values(InterestRow::from(new)).execute(conn)?;
    Ok(())
}

pub fn interest(conn: &mut Conn, id: InterestId) -> Result<Interest, Error> {
    let row: InterestRow =
        found::<_, Error>(interest::table.find(id).select(InterestRow::as_select()).first(conn), "interest")?;
    Ok(row.try_into()?)
}

/// Replaces the version it was made from.
pub fn update_interest(conn: &mut Conn, old: &Interest, new: &Interest) -> Result<(), Error> {
    let of_old_version = interest::table.find(new.id).filter(interest::version.eq(old.version));
    let n_changed = diesel::update(of_old_version).set(InterestRow::from(new)).execute(conn)?;
    // What is newer may name a bid that its reader may not know of.
    if n_changed == 0 { Err(DbError::Meanwhile.into()) } else { Ok(()) }
}

/// Bids that do not exist for a person to whom these organisations are their own.
pub fn hidden_from(
    conn: &mut Conn,
    assessment: AssessmentId,
    person: PersonId,
    own: &[OrgId],
) -> Result<Vec<BidId>, DbError> {
    let mut hidden: Vec<BidId> = interest::table
        .filter(interest::assessment_id.eq(assessment))
        .filter(interest::person_id.eq(person))
        .filter(interest::state.ne_all(State::OPEN))
        .select(interest::bid_id)
        .load(conn)?;
    let of_own: Vec<BidId> = involved::table
        .filter(involved::assessment_id.eq(assessment))
        .filter(involved::organisation_id.eq_any(own))
        .select(involved::bid_id)
        .load(conn)?;
    hidden.extend(of_own);
    hidden.sort();
    hidden.dedup();
    Ok(hidden)
}

/// Who is kept from which bid.
pub fn conflicts(conn: &mut Conn, assessment: AssessmentId) -> Result<Conflicts, DbError> {
    let pairs: Vec<(PersonId, BidId)> = interest::table
        .filter(interest::assessment_id.eq(assessment))
        .filter(interest::state.ne_all(State::OPEN))
        .select((interest::person_id, interest::bid_id))
        .load(conn)?;
    Ok(pairs.into_iter().collect())
}

/// Whether the register showed a link of this person to this bid before.
pub fn is_derived(conn: &mut Conn, person: PersonId, bid: BidId) -> Result<bool, DbError> {
    let derived = interest::table
        .filter(interest::person_id.eq(person))
        .filter(interest::bid_id.eq(bid))
        .filter(interest::origin.eq(Origin::Derived.name()));
    Ok(derived.count().get_result::<i64>(conn)? > 0)
}

/// All interests of an assessment, by identity.
pub fn interests(conn: &mut Conn, assessment: AssessmentId) -> Result<Vec<Interest>, DbError> {
    let rows: Vec<InterestRow> = interest::table
        .filter(interest::assessment_id.eq(assessment))
        .order(interest::id.asc())
        .select(InterestRow::as_select())
        .load(conn)?;
    rows.into_iter().map(Interest::try_from).collect()
}

/// Which interests are asked for.
#[derive(Clone, Copy, Debug)]
pub struct InterestFilter {
    pub assessment: AssessmentId,
    pub person: Option<PersonId>,
}

/// Which interests a caller sees.
#[derive(Clone, Debug)]
pub struct VisibleInterests {
    /// Those that somebody declared themselves or that others recorded of them; none for systems and roles.
    pub told: Option<PersonId>,
    /// All but those in these bids; none for somebody who sees their own alone.
    pub all_but: Option<Vec<BidId>>,
}

/// One page by identity, from after one on.
pub fn page_of_interests(
    conn: &mut Conn,
    filter: &InterestFilter,
    visible: &VisibleInterests,
    after: Option<InterestId>,
    limit: i64,
) -> Result<Vec<Interest>, DbError> {
    let own = interest::person_id.eq_any(visible.told).and(interest::origin.ne(Origin::Derived.name()));
    let mut query = interest::table.filter(interest::assessment_id.eq(filter.assessment)).into_boxed::<Backend>();
    query = match &visible.all_but {
        Some(hidden) => query.filter(own.or(interest::bid_id.ne_all(hidden))),
        None => query.filter(own),
    };
    if let Some(after) = after {
        query = query.filter(interest::id.gt(after));
    }
    if let Some(person) = filter.person {
        query = query.filter(interest::person_id.eq(person));
    }
    let rows: Vec<InterestRow> =
        query.order(interest::id.asc()).limit(limit).select(InterestRow::as_select()).load(conn)?;
    rows.into_iter().map(Interest::try_from).collect()
}

/// Whether one of these bids does not exist for a person to whom these organisations are their own.
pub fn are_hidden(conn: &mut Conn, person: PersonId, own: &[OrgId], bids: &[BidId]) -> Result<bool, DbError> {
    let hiding = interest::table
        .filter(interest::person_id.eq(person))
        .filter(interest::bid_id.eq_any(bids))
        .filter(interest::state.ne_all(State::OPEN));
    let of_own = involved::table.filter(involved::bid_id.eq_any(bids)).filter(involved::organisation_id.eq_any(own));
    let n_hiding: i64 = hiding.count().get_result(conn)?;
    let n_of_own: i64 = of_own.count().get_result(conn)?;
    Ok(n_hiding + n_of_own > 0)
}
