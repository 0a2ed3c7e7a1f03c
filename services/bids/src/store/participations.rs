//! Who was asked to take part in a bid, and what they answered.

use std::collections::HashMap;

use diesel::prelude::*;
use kit::db::{Conn, DbError};
use kit::ids::{BidId, OrgId};
use kit::stored::{from_json, inconsistent, json, parsed};

use crate::participation::{Answer, Participation, State};
use crate::schema::participation;

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = participation, treat_none_as_default_value = false)]
struct Row {
    bid_id: BidId,
    organisation_id: OrgId,
    part: String,
    state: String,
    answer: Option<String>,
}

impl TryFrom<Row> for Participation {
    type Error = DbError;

    fn try_from(row: Row) -> Result<Participation, DbError> {
        let answer: Option<Answer> = row.answer.as_deref().map(from_json).transpose()?;
        let state = match (row.state.as_str(), answer) {
            ("asked", None) => State::Asked,
            ("confirmed", Some(answer)) => State::Confirmed(answer),
            ("declined", Some(answer)) => State::Declined(answer),
            ("left", Some(answer)) => State::Left(answer),
            (state, _) => return Err(inconsistent(format!("bid {}: {state} does not fit its answer", row.bid_id))),
        };
        Ok(Participation { organisation: row.organisation_id, part: parsed(&row.part)?, state })
    }
}

/// Those of each of these bids, in the order of parts and organisations.
pub fn participations(conn: &mut Conn, bids: &[BidId]) -> Result<HashMap<BidId, Vec<Participation>>, DbError> {
    let rows = participation::table.filter(participation::bid_id.eq_any(bids)).select(Row::as_select()).load(conn)?;
    let mut of_bid: HashMap<BidId, Vec<Participation>> = HashMap::new();
    for row in rows {
        of_bid.entry(row.bid_id).or_default().push(row.try_into()?);
    }
    for all in of_bid.values_mut() {
        all.sort_by_key(|one| (one.part, one.organisation));
    }
    Ok(of_bid)
}

/// Those of one bid.
pub fn participations_of(conn: &mut Conn, bid: BidId) -> Result<Vec<Participation>, DbError> {
    // Asked for by the one id, as the bid is.
    let rows = participation::table.filter(participation::bid_id.eq(bid)).select(Row::as_select()).load(conn)?;
    let mut all = rows.into_iter().map(Participation::try_from).collect::<Result<Vec<_>, _>>()?;
    all.sort_by_key(|one| (one.part, one.organisation));
    Ok(all)
}

/// Keeps these, in place of those before.
pub fn put_participations(conn: &mut Conn, bid: BidId, all: &[Participation]) -> Result<(), DbError> {
    diesel::delete(participation::table.filter(participation::bid_id.eq(bid))).execute(conn)?;
    for one in all {
        let row = Row {
            bid_id: bid,
            organisation_id: one.organisation,
            part: one.part.name().to_string(),
            state: one.state.name().to_string(),
            answer: one.state.answer().map(json),
        };
        diesel::insert_into(participation::table).values(row).execute(conn)?;
    }
    Ok(())
}
