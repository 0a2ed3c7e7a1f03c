//! Ranking: from marks to an order, by plain functions on exact fractions that anyone can replay (rules 13 to 16).
//!
//! The same input gives the same answer, in whatever order it is given. A caller who may not see a bid gets a new
//! ranking of the others: leave its entry out, and take it out of the casting decisions. Nothing here knows of
//! recusals, clocks or rows.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use std::cmp::Ordering;

use kit::call::Criterion;
use kit::ids::{BidId, OrgId};
use kit::money::Money;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::bid::AssessedBid;
use crate::call::Rubric;
use crate::marking::fraction::{Fraction, TooLarge};
use crate::marking::moderation::{AgreedMark, Casting};
use crate::marking::review::{self, Mark};

/// Name and version of this arithmetic. A change that gives another result anywhere gives it another number.
pub const RULE_VERSION: &str = "toadlane/weighted-mean/2";

/// Versions that it replays. In the first one a casting decision said nothing of the total that it was for, and by that
/// it is known here: nothing else differs.
pub const REPLAYED: [&str; 2] = ["toadlane/weighted-mean/1", RULE_VERSION];

/// What the round and the assessment say about ranking.
#[derive(Clone, Copy, Debug)]
pub struct Rules<'a> {
    pub rubric: &'a Rubric,
    pub tie_criterion: &'a str,
}

/// A bid with all that its place rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    pub bid: BidId,
    pub number: i64,
    pub applicant: OrgId,
    pub requested: Money,
    /// The marks of each review that counts.
    pub reviews: Vec<Vec<Mark>>,
    pub agreed: Vec<AgreedMark>,
}

/// Bids in their order: those below a minimum after all that meet theirs (rule 16), those without a total last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranking {
    /// Best first.
    pub bids: Vec<Ranked>,
    pub open_ties: Vec<Tie>,
}

/// A bid at its place, with its total (rule 14) and what settled the place (rule 15).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ranked {
    pub bid: BidId,
    pub number: i64,
    /// From 1; 0 for a bid without a total.
    pub rank: usize,
    pub tied: bool,
    pub settled_by: SettledBy,
    /// None while a criterion that counts has no mark.
    pub total: Option<Fraction>,
    pub grade: String,
    pub below_minimum: Vec<String>,
    pub criteria: Vec<CriterionResult>,
    pub n_reviews: usize,
}

/// What reviews and panel make of one criterion of a bid, with how many marks that rests on (rule 13).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CriterionResult {
    pub criterion: String,
    /// The agreed mark, or the mean of the marks.
    pub mark: Option<Fraction>,
    pub agreed: bool,
    pub mean: Option<Fraction>,
    pub n_marks: usize,
    pub n_cannot_judge: usize,
    pub spread: i32,
}

/// What settled a place among bids with the same total (rule 15).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum SettledBy {
    Total,
    TieCriterion,
    FewerAwards,
    LowerRequest,
    Casting,
    Nothing,
}

/// Bids that no rule tells apart, by identity.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tie {
    pub rank: usize,
    pub bids: Vec<BidId>,
}

/// A review as far as it can count: of which bid, the name of its state, and its marks.
pub type Reviewed<'a> = (BidId, &'a str, &'a [Mark]);

/// These bids with all that counts for each: the marks of the reviews that are handed in, and those that were agreed.
pub fn entries(bids: &[AssessedBid], reviews: &[Reviewed], agreed: &[(BidId, &[AgreedMark])]) -> Vec<Entry> {
    let entry = |bid: &AssessedBid| {
        let counted = reviews.iter().filter(|(reviewed, state, _)| *reviewed == bid.id && review::counts(state));
        let agreed = agreed.iter().find(|(moderated, _)| *moderated == bid.id);
        Entry {
            bid: bid.id,
            number: bid.number,
            applicant: bid.applicant.organisation,
            requested: bid.requested,
            reviews: counted.map(|(_, _, marks)| marks.to_vec()).collect(),
            agreed: agreed.map(|(_, marks)| marks.to_vec()).unwrap_or_default(),
        }
    };
    bids.iter().map(entry).collect()
}

/// Ranks these bids.
///
/// # Errors
/// [`TooLarge`] when the marks make a number larger than can be counted, which the limits of the contract rule out.
pub fn rank(rules: Rules, entries: &[Entry], castings: &[Casting]) -> Result<Ranking, TooLarge> {
    let mut scored = Vec::with_capacity(entries.len());
    for entry in entries {
        scored.push(score(rules.rubric, rules.tie_criterion, entry)?);
    }
    let (mut ranked, unranked): (Vec<_>, Vec<_>) = scored.into_iter().partition(|scored| scored.total.is_some());
    ranked.sort_by(|one, other| by_standing(one, other).then(one.bid.cmp(&other.bid)));
    let mut ranking = Ranking { bids: Vec::with_capacity(entries.len()), open_ties: Vec::new() };
    let mut better: Vec<OrgId> = Vec::new();
    for group in ranked.chunk_by(|one, other| by_standing(one, other) == Ordering::Equal) {
        let mut group = group.to_vec();
        for scored in &mut group {
            scored.n_better_of_council = better.iter().filter(|&&applicant| applicant == scored.applicant).count();
        }
        better.extend(group.iter().map(|scored| scored.applicant));
        place(&mut ranking, group, castings);
    }
    ranking.bids.extend(without_total(unranked));
    Ok(ranking)
}

/// A bid with its result, on its way to a place.
#[derive(Clone)]
struct Scored {
    bid: BidId,
    number: i64,
    applicant: OrgId,
    requested: Money,
    total: Option<Fraction>,
    grade: String,
    below_minimum: Vec<String>,
    criteria: Vec<CriterionResult>,
    n_reviews: usize,
    tie_mark: Option<Fraction>,
    /// Bids of the same council ranked above with another total.
    n_better_of_council: usize,
}

fn score(rubric: &Rubric, tie_criterion: &str, entry: &Entry) -> Result<Scored, TooLarge> {
    let mut criteria = Vec::with_capacity(rubric.criteria.len());
    for criterion in &rubric.criteria {
        criteria.push(result(criterion, entry)?);
    }
    let total = total(rubric, &criteria)?;
    let below = rubric.criteria.iter().zip(&criteria).filter(|(criterion, result)| is_below(criterion, result));
    Ok(Scored {
        bid: entry.bid,
        number: entry.number,
        applicant: entry.applicant,
        requested: entry.requested,
        grade: total.map(|total| grade(rubric, total)).unwrap_or_default(),
        total,
        below_minimum: below.map(|(criterion, _)| criterion.code.clone()).collect(),
        tie_mark: criteria.iter().find(|result| result.criterion == tie_criterion).and_then(|result| result.mark),
        criteria,
        n_reviews: entry.reviews.len(),
        n_better_of_council: 0,
    })
}

/// What the reviews and the panel say of one criterion. Reviewers who cannot judge, and missing reviews, lower the
/// divisor, never the mark (rule 13).
///
/// # Errors
/// [`TooLarge`] when the marks make a number larger than can be counted.
pub fn result(criterion: &Criterion, entry: &Entry) -> Result<CriterionResult, TooLarge> {
    let of_criterion = entry.reviews.iter().flatten().filter(|mark| mark.criterion == criterion.code);
    let (mut marks, mut n_cannot_judge) = (Vec::new(), 0);
    for mark in of_criterion {
        match mark.mark {
            Some(given) => marks.push(given),
            None => n_cannot_judge += 1,
        }
    }
    let mean = mean(&marks)?;
    let agreed = entry.agreed.iter().find(|agreed| agreed.criterion == criterion.code);
    Ok(CriterionResult {
        criterion: criterion.code.clone(),
        mark: agreed.map(|agreed| whole(agreed.mark)).or(mean),
        agreed: agreed.is_some(),
        mean,
        n_marks: marks.len(),
        n_cannot_judge,
        spread: marks.iter().max().zip(marks.iter().min()).map_or(0, |(most, least)| most.saturating_sub(*least)),
    })
}

/// A mark as a fraction. The scale keeps it from being negative.
fn whole(mark: i32) -> Fraction {
    Fraction::whole(u32::try_from(mark).unwrap_or(0))
}

fn mean(marks: &[i32]) -> Result<Option<Fraction>, TooLarge> {
    let mut sum = Fraction::ZERO;
    for &mark in marks {
        sum = sum.plus(whole(mark))?;
    }
    match u32::try_from(marks.len()) {
        Ok(0) => Ok(None),
        Ok(n_marks) => sum.over(n_marks).map(Some),
        Err(_) => Err(TooLarge),
    }
}

/// Rule 14: the weighted mean as a part of the highest mark, times 100, unrounded. None while a criterion that counts
/// has no mark: its weight never moves to the others.
fn total(rubric: &Rubric, criteria: &[CriterionResult]) -> Result<Option<Fraction>, TooLarge> {
    let (mut sum, mut weights) = (Fraction::ZERO, 0_u32);
    for (criterion, result) in rubric.criteria.iter().zip(criteria) {
        let weight = weight(criterion);
        match result.mark {
            Some(mark) => sum = sum.plus(mark.times(weight)?)?,
            None if weight == 0 => {}
            None => return Ok(None),
        }
        weights = weights.checked_add(weight).ok_or(TooLarge)?;
    }
    let highest = u32::try_from(rubric.scale.max).unwrap_or(0);
    if weights == 0 || highest == 0 {
        return Ok(None);
    }
    Ok(Some(sum.times(100)?.over(weights)?.over(highest)?))
}

fn weight(criterion: &Criterion) -> u32 {
    u32::try_from(criterion.weight).unwrap_or(0)
}

/// Criteria that count and have no mark: what keeps a bid from having a total.
pub fn unmarked<'a>(rubric: &'a Rubric, ranked: &Ranked) -> Vec<&'a Criterion> {
    let results = rubric.criteria.iter().zip(&ranked.criteria);
    let unmarked = results.filter(|(criterion, result)| weight(criterion) > 0 && result.mark.is_none());
    unmarked.map(|(criterion, _)| criterion).collect()
}

fn grade(rubric: &Rubric, total: Fraction) -> String {
    let band = rubric.bands.iter().find(|band| total >= whole(band.at_least));
    band.map(|band| band.grade.clone()).unwrap_or_default()
}

/// Rule 16. What nobody judged is below nothing.
fn is_below(criterion: &Criterion, result: &CriterionResult) -> bool {
    criterion.minimum.zip(result.mark).is_some_and(|(minimum, mark)| mark < whole(minimum))
}

/// Better first: those that meet every minimum (rule 16), then by total. Equal for bids that only rule 15 can part.
fn by_standing(one: &Scored, other: &Scored) -> Ordering {
    let below = |scored: &Scored| !scored.below_minimum.is_empty();
    below(one).cmp(&below(other)).then(other.total.cmp(&one.total))
}

/// One of the rules that part bids of the same total, with what it compares.
type Parting = (SettledBy, fn(&Scored, &Scored) -> Ordering);

/// Rule 15 up to the casting decision, in its order. Submission order is never among them.
const PARTINGS: [Parting; 3] = [
    (SettledBy::TieCriterion, |one, other| other.tie_mark.cmp(&one.tie_mark)),
    (SettledBy::FewerAwards, |one, other| one.n_better_of_council.cmp(&other.n_better_of_council)),
    (SettledBy::LowerRequest, |one, other| one.requested.minor_units.cmp(&other.requested.minor_units)),
];

/// Places bids of one standing after those already ranked.
fn place(ranking: &mut Ranking, group: Vec<Scored>, castings: &[Casting]) {
    let tied = group.len() > 1;
    for (bids, settled_by) in part(group, SettledBy::Total, &PARTINGS, castings) {
        let rank = ranking.bids.len() + 1;
        if bids.len() > 1 {
            ranking.open_ties.push(Tie { rank, bids: bids.iter().map(|scored| scored.bid).collect() });
        }
        ranking.bids.extend(bids.into_iter().map(|scored| ranked(scored, rank, tied, settled_by)));
    }
}

/// Parts a group by one rule after the other. Each part comes with what settled its place; several bids in one part
/// are an open tie, by identity.
fn part(
    mut group: Vec<Scored>,
    settled_by: SettledBy,
    partings: &[Parting],
    castings: &[Casting],
) -> Vec<(Vec<Scored>, SettledBy)> {
    if group.len() == 1 {
        return vec![(group, settled_by)];
    }
    let Some(((by, compare), rest)) = partings.split_first() else {
        return cast(group, castings);
    };
    group.sort_by(|one, other| compare(one, other).then(one.bid.cmp(&other.bid)));
    let parts = group.chunk_by(|one, other| compare(one, other) == Ordering::Equal);
    parts.flat_map(|equals| part(equals.to_vec(), *by, rest, castings)).collect()
}

/// The latest casting decision for exactly this tie orders it; without one the tie stays open.
fn cast(mut group: Vec<Scored>, castings: &[Casting]) -> Vec<(Vec<Scored>, SettledBy)> {
    let tied: Vec<BidId> = group.iter().map(|scored| scored.bid).collect();
    let total = group.first().and_then(|scored| scored.total);
    match castings.iter().rev().find(|casting| casting.binds(&tied, total)) {
        None => vec![(group, SettledBy::Nothing)],
        Some(casting) => {
            group.sort_by_key(|scored| casting.bids.iter().position(|&bid| bid == scored.bid));
            group.into_iter().map(|scored| (vec![scored], SettledBy::Casting)).collect()
        }
    }
}

/// Bids that have no place, by number.
fn without_total(mut unranked: Vec<Scored>) -> impl Iterator<Item = Ranked> {
    unranked.sort_by_key(|scored| (scored.number, scored.bid));
    unranked.into_iter().map(|scored| ranked(scored, 0, false, SettledBy::Nothing))
}

fn ranked(scored: Scored, rank: usize, tied: bool, settled_by: SettledBy) -> Ranked {
    Ranked {
        bid: scored.bid,
        number: scored.number,
        rank,
        tied,
        settled_by,
        total: scored.total,
        grade: scored.grade,
        below_minimum: scored.below_minimum,
        criteria: scored.criteria,
        n_reviews: scored.n_reviews,
    }
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;
