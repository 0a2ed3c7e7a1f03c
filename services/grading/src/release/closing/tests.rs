use kit::call::Criterion;
use kit::ids::{AssessmentId, MeetingId, OrgId};
use kit::time::at;

use super::*;
use crate::deciding::decision::Basis;
use crate::marking::ranking::{CriterionResult, SettledBy};
use crate::samples::{a_bid, a_call, a_rubric};

/// Bids ranked in order, all below no minimum, with their decisions.
struct Line {
    bids: Vec<AssessedBid>,
    ranking: Ranking,
    determinations: Vec<Determination>,
}

fn line(outcomes: &[(Outcome, i64)]) -> Line {
    let mut line = Line {
        bids: Vec::new(),
        ranking: Ranking { bids: Vec::new(), open_ties: Vec::new() },
        determinations: Vec::new(),
    };
    for (place, &(outcome, pence)) in outcomes.iter().enumerate() {
        let rank = place + 1;
        let bid = a_bid(rank as i64);
        let total = Fraction::new(100, rank as u128).unwrap();
        line.ranking.bids.push(ranked(&bid, rank, Some(total)));
        line.determinations.push(Determination {
            assessment: AssessmentId::new(),
            bid: bid.id,
            version: 1,
            outcome,
            amount: Some(Money::pence(pence)).filter(|_| pence > 0),
            conditions: Vec::new(),
            reason: String::new(),
            basis: Basis::Meeting(MeetingId::new()),
            decided_on: "2020-01-28".parse().unwrap(),
            recorded_at: at("2020-01-28T12:00:00Z"),
        });
        line.bids.push(bid);
    }
    line
}

fn ranked(bid: &AssessedBid, rank: usize, total: Option<Fraction>) -> Ranked {
    Ranked {
        bid: bid.id,
        number: bid.number,
        rank,
        tied: false,
        settled_by: SettledBy::Total,
        total,
        grade: String::new(),
        below_minimum: Vec::new(),
        criteria: Vec::new(),
        n_reviews: 2,
    }
}

impl Line {
    fn closed(&self) -> Vec<Closed<'_>> {
        closed(&self.bids, &self.ranking, &self.determinations).unwrap()
    }

    fn departures(&self) -> Vec<String> {
        departures(&self.closed())
    }
}

const FULL: i64 = 150_000;

#[test]
fn funding_down_the_line_or_all_of_it_departs_from_nothing() {
    let down = line(&[(Outcome::Fund, FULL), (Outcome::FundInPart, 50_000), (Outcome::Reserve, FULL)]);
    assert!(down.departures().is_empty());
    assert!(line(&[(Outcome::Fund, FULL); 13]).departures().is_empty());
}

#[test]
fn funding_a_bid_below_one_that_could_be_funded_departs_from_the_line() {
    let skipping = line(&[(Outcome::Decline, 0), (Outcome::Fund, FULL)]);
    let expected = "\u{201c}Bid 2\u{201d} is funded and ranks below \u{201c}Bid 1\u{201d}, which is not";
    assert_eq!(skipping.departures(), [expected]);
}

#[test]
fn a_bid_below_its_minimum_a_referred_one_and_one_of_another_instrument_are_not_passed_over() {
    let mut below = line(&[(Outcome::Decline, 0), (Outcome::Fund, FULL)]);
    below.ranking.bids[0].below_minimum.push("need".to_string());
    assert!(below.departures().is_empty());
    let mut referred = line(&[(Outcome::Decline, 0), (Outcome::Fund, FULL)]);
    referred.ranking.bids[0] = ranked(&referred.bids[0], 0, None);
    assert!(referred.departures().is_empty());
    let mut lab = line(&[(Outcome::Decline, 0), (Outcome::Fund, FULL)]);
    lab.bids[0].instrument = "policy_lab".to_string();
    assert!(lab.departures().is_empty());
}

#[test]
fn funding_a_bid_below_a_minimum_departs_from_the_line() {
    let mut below = line(&[(Outcome::Fund, FULL)]);
    below.ranking.bids[0].below_minimum.push("need".to_string());
    assert_eq!(below.departures(), ["\u{201c}Bid 1\u{201d} is funded and lies below the minimum on need"]);
}

#[test]
fn a_pot_may_be_given_away_to_the_penny_and_not_one_more() {
    let (call, to_the_penny) =
        (a_call(), line(&[(Outcome::Fund, FULL), (Outcome::Fund, FULL), (Outcome::Reserve, FULL)]));
    assert_eq!(over_commitments(&call, &to_the_penny.closed()), Ok(Vec::new()));
    let a_penny_more = line(&[(Outcome::Fund, FULL), (Outcome::Fund, FULL), (Outcome::FundInPart, 1)]);
    let expected = vec!["£3,000.01 is given for policy_prototype; its pot holds £3,000.00".to_string()];
    assert_eq!(over_commitments(&call, &a_penny_more.closed()), Ok(expected));
}

#[test]
fn a_tie_matters_where_its_bids_are_decided_apart_or_wait_together() {
    let tied = |first, second| {
        let mut line = line(&[(first, 0), (second, 0)]);
        line.ranking.open_ties.push(Tie { rank: 1, bids: line.bids.iter().map(|bid| bid.id).collect() });
        ties_that_matter(&line.ranking, &line.closed()).len()
    };
    assert_eq!(tied(Outcome::Fund, Outcome::Fund), 0);
    assert_eq!(tied(Outcome::Decline, Outcome::Decline), 0);
    assert_eq!(tied(Outcome::Fund, Outcome::Reserve), 1);
    assert_eq!(tied(Outcome::Reserve, Outcome::Reserve), 1);
}

#[test]
fn the_reserve_list_counts_by_rank_and_for_each_instrument() {
    let mut line =
        line(&[(Outcome::Fund, FULL), (Outcome::Reserve, FULL), (Outcome::Reserve, FULL), (Outcome::Reserve, FULL)]);
    line.bids[2].instrument = "policy_lab".to_string();
    let places = reserve_places(&line.closed());
    let of = |n: usize| places.get(&line.bids[n].id).copied();
    assert_eq!([of(0), of(1), of(2), of(3)], [None, Some(1), Some(1), Some(2)]);
}

#[test]
fn a_bid_without_a_decision_is_named() {
    let mut line = line(&[(Outcome::Fund, FULL), (Outcome::Fund, FULL)]);
    line.determinations.pop();
    assert_eq!(closed(&line.bids, &line.ranking, &line.determinations).unwrap_err(), [line.bids[1].id]);
}

#[test]
fn a_principle_is_met_from_the_minimum_or_half_of_the_highest_mark_on() {
    let criterion = |code: &str, minimum, principle: &str| Criterion {
        minimum,
        principle: principle.to_string(),
        ..crate::samples::criterion(code, 1)
    };
    let criteria =
        vec![criterion("a", Some(3), "learning"), criterion("b", None, "innovation"), criterion("c", None, "")];
    let rubric = Rubric { criteria, ..a_rubric() };
    let met = |marks: [(u128, u128); 3]| {
        let results = marks.map(|(numerator, denominator)| CriterionResult {
            criterion: String::new(),
            mark: Some(Fraction::new(numerator, denominator).unwrap()),
            agreed: false,
            mean: None,
            n_marks: 1,
            n_cannot_judge: 0,
            spread: 0,
        });
        let bid = AssessedBid { lead: OrgId::new(), ..a_bid(1) };
        principles_met(&rubric, &Ranked { criteria: results.to_vec(), ..ranked(&bid, 1, None) })
    };
    assert_eq!(met([(3, 1), (5, 2), (5, 1)]), ["innovation", "learning"]);
    assert!(met([(299, 100), (249, 100), (5, 1)]).is_empty());
}
