//! What closing an assessment rests on: whether the decisions leave the ranked line (rules 16 and 17), give more than
//! the pots hold (rule 1), or rest on an undecided tie (rule 15); and the places on the reserve list (rule 18).

use std::collections::HashMap;

use kit::ids::BidId;
use kit::money::{BadMoney, Money};

use crate::bid::AssessedBid;
use crate::call::{Call, Rubric};
use crate::deciding::decision::{Determination, Outcome};
use crate::marking::fraction::Fraction;
use crate::marking::ranking::{Ranked, Ranking, Tie};

/// A bid with its place and what was decided on it.
#[derive(Clone, Copy, Debug)]
pub struct Closed<'a> {
    pub bid: &'a AssessedBid,
    pub ranked: &'a Ranked,
    pub determination: &'a Determination,
}

/// The bids of a ranking in its order, each with its decision.
///
/// # Errors
/// The bids that have none.
pub fn closed<'a>(
    bids: &'a [AssessedBid],
    ranking: &'a Ranking,
    determinations: &'a [Determination],
) -> Result<Vec<Closed<'a>>, Vec<BidId>> {
    let bids: HashMap<BidId, &AssessedBid> = bids.iter().map(|bid| (bid.id, bid)).collect();
    let decided: HashMap<BidId, &Determination> = determinations.iter().map(|decided| (decided.bid, decided)).collect();
    let (mut found, mut undecided) = (Vec::with_capacity(ranking.bids.len()), Vec::new());
    for ranked in &ranking.bids {
        match (bids.get(&ranked.bid), decided.get(&ranked.bid)) {
            (Some(bid), Some(determination)) => found.push(Closed { bid, ranked, determination }),
            (_, _) => undecided.push(ranked.bid),
        }
    }
    if undecided.is_empty() { Ok(found) } else { Err(undecided) }
}

/// Where the decisions leave the ranked line: one sentence each. Bids of two instruments have pots of their own and
/// are not in one line; a bid without a total was referred and is in none.
pub fn departures(closed: &[Closed]) -> Vec<String> {
    let mut found = Vec::new();
    for funded in closed.iter().filter(|closed| closed.determination.outcome.is_funded()) {
        let title = &funded.bid.title;
        if !funded.ranked.below_minimum.is_empty() {
            let criteria = funded.ranked.below_minimum.join(", ");
            found.push(format!("\u{201c}{title}\u{201d} is funded and lies below the minimum on {criteria}"));
        }
        if let Some(passed) = closed.iter().find(|other| is_passed_over(other, funded)) {
            let other = &passed.bid.title;
            found.push(format!(
                "\u{201c}{title}\u{201d} is funded and ranks below \u{201c}{other}\u{201d}, which is not"
            ));
        }
    }
    found
}

/// Whether a bid that could be funded is not, while one below it is.
fn is_passed_over(other: &Closed, funded: &Closed) -> bool {
    let fundable = other.ranked.total.is_some() && other.ranked.below_minimum.is_empty();
    fundable
        && !other.determination.outcome.is_funded()
        && other.bid.instrument == funded.bid.instrument
        && funded.ranked.total.is_some()
        && other.ranked.rank < funded.ranked.rank
}

/// Where more is given than a pot holds: one sentence each.
///
/// # Errors
/// [`BadMoney::Mixed`] when sums of two currencies meet, which a round rules out, [`BadMoney::TooLarge`] for a sum
/// larger than can be counted.
pub fn over_commitments(call: &Call, closed: &[Closed]) -> Result<Vec<String>, BadMoney> {
    let mut found = Vec::new();
    for instrument in &call.instruments {
        let mut given = Money { minor_units: 0, ..instrument.pot };
        for closed in closed.iter().filter(|closed| closed.bid.instrument == instrument.code) {
            if let (true, Some(amount)) = (closed.determination.outcome.is_funded(), closed.determination.amount) {
                given = given.plus(amount)?;
            }
        }
        if given.minor_units > instrument.pot.minor_units {
            found.push(format!("{given} is given for {}; its pot holds {}", instrument.code, instrument.pot));
        }
    }
    Ok(found)
}

/// Open ties on which a decision rests: their bids are decided differently, or wait on the reserve list together.
pub fn ties_that_matter<'a>(ranking: &'a Ranking, closed: &[Closed]) -> Vec<&'a Tie> {
    let matters = |tie: &&Tie| {
        let of_tie = closed.iter().filter(|closed| tie.bids.contains(&closed.bid.id));
        let mut outcomes = of_tie.map(|closed| closed.determination.outcome);
        let first = outcomes.next();
        first == Some(Outcome::Reserve) || outcomes.any(|outcome| Some(outcome) != first)
    };
    ranking.open_ties.iter().filter(matters).collect()
}

/// Places on the reserve list of each instrument, from 1, in the order of the ranking (rule 18).
pub fn reserve_places(closed: &[Closed]) -> HashMap<BidId, i32> {
    let (mut places, mut taken) = (HashMap::new(), HashMap::<&str, i32>::new());
    for closed in closed.iter().filter(|closed| closed.determination.outcome == Outcome::Reserve) {
        let place = taken.entry(&closed.bid.instrument).or_default();
        *place += 1;
        places.insert(closed.bid.id, *place);
    }
    places
}

/// Codes of the principles that the panel found met (rule 34): those of criteria whose mark reaches their minimum, or
/// half of the highest mark where they have none.
pub fn principles_met(rubric: &Rubric, ranked: &Ranked) -> Vec<String> {
    let results = rubric.criteria.iter().zip(&ranked.criteria);
    let met = results.filter(|(criterion, result)| {
        let asked = |minimum: i32| Fraction::whole(u32::try_from(minimum).unwrap_or(0));
        let half = Fraction::whole(u32::try_from(rubric.scale.max).unwrap_or(0)).over(2);
        let least = criterion.minimum.map_or(half, |minimum| Ok(asked(minimum)));
        !criterion.principle.is_empty() && least.is_ok_and(|least| result.mark.is_some_and(|mark| mark >= least))
    });
    let mut codes: Vec<String> = met.map(|(criterion, _)| criterion.principle.clone()).collect();
    codes.sort();
    codes.dedup();
    codes
}

#[cfg(test)]
mod tests;
