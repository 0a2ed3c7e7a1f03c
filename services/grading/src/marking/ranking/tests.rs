use kit::ids::PersonId;
use kit::time::at;

use super::*;
use crate::samples::{a_rubric, criterion};

/// A bid with the marks of each review, in the order of the rubric's criteria; -1 stands for "cannot judge".
fn entry(number: i64, reviews: &[&[i32]]) -> Entry {
    let rubric = a_rubric();
    let marks = |given: &&[i32]| {
        let pairs = rubric.criteria.iter().zip(given.iter());
        let marks = pairs.map(|(criterion, &mark)| Mark {
            criterion: criterion.code.clone(),
            mark: Some(mark).filter(|&mark| mark >= 0),
            reason: String::new(),
        });
        marks.collect()
    };
    Entry {
        bid: BidId::new(),
        number,
        applicant: OrgId::new(),
        requested: Money::pence(150_000),
        reviews: reviews.iter().map(marks).collect(),
        agreed: Vec::new(),
    }
}

fn ranked_with(rubric: &Rubric, entries: &[Entry], castings: &[Casting]) -> Ranking {
    rank(Rules { rubric, tie_criterion: "difference" }, entries, castings).unwrap()
}

fn ranked_of(entries: &[Entry]) -> Ranking {
    ranked_with(&a_rubric(), entries, &[])
}

/// Number, rank, whether tied and what settled it, in the order of the ranking.
fn places(ranking: &Ranking) -> Vec<(i64, usize, bool, SettledBy)> {
    ranking.bids.iter().map(|one| (one.number, one.rank, one.tied, one.settled_by)).collect()
}

fn total(entry: &Entry) -> Option<Fraction> {
    ranked_of(std::slice::from_ref(entry)).bids[0].total
}

fn fraction(numerator: u128, denominator: u128) -> Option<Fraction> {
    Some(Fraction::new(numerator, denominator).unwrap())
}

#[test]
fn the_total_is_the_weighted_mean_as_a_part_of_the_highest_mark() {
    // (3 * (4 + 3) / 2 + 1 * (2 + 5) / 2) / 4 / 5 * 100
    assert_eq!(total(&entry(1, &[&[4, 2], &[3, 5]])), fraction(70, 1));
    assert_eq!(total(&entry(1, &[&[4, 2], &[3, 5], &[3, 3]])), fraction(200, 3));
}

#[test]
fn marks_of_a_crafted_record_lie_as_far_apart_as_can_be_told() {
    let mut crafted = entry(1, &[&[1, 1], &[1, 1]]);
    crafted.reviews[0][0].mark = Some(i32::MIN);
    crafted.reviews[1][0].mark = Some(i32::MAX);
    let found = result(&a_rubric().criteria[0], &crafted).unwrap();
    assert_eq!(found.spread, i32::MAX);
}

#[test]
fn an_agreed_mark_takes_the_place_of_the_mean_which_stays_beside_it() {
    let mut moderated = entry(1, &[&[4, 2], &[3, 5]]);
    let agreed = AgreedMark { criterion: "need".to_string(), mark: 4, reason: "agreed".to_string() };
    moderated.agreed.push(agreed);
    let ranking = ranked_of(&[moderated]);
    let need = &ranking.bids[0].criteria[1];
    assert_eq!((need.agreed, need.mark, need.mean, need.spread), (true, fraction(4, 1), fraction(7, 2), 3));
    assert_eq!(ranking.bids[0].total, fraction(145, 2));
}

#[test]
fn who_cannot_judge_lowers_the_divisor_and_not_the_mark() {
    let judged = entry(1, &[&[4, 2], &[4, -1], &[4]]);
    let need = ranked_of(std::slice::from_ref(&judged)).bids[0].criteria[1].clone();
    assert_eq!((need.mark, need.n_marks, need.n_cannot_judge), (fraction(2, 1), 1, 1));
    assert_eq!(total(&judged), total(&entry(1, &[&[4, 2]])));
}

#[test]
fn a_criterion_that_counts_and_has_no_mark_leaves_the_bid_without_a_total_and_without_a_place() {
    let rubric = a_rubric();
    let (unjudged, judged) = (entry(1, &[&[5, -1]]), entry(2, &[&[1, 1]]));
    let ranking = ranked_of(&[unjudged, judged]);
    assert_eq!(places(&ranking), [(2, 1, false, SettledBy::Total), (1, 0, false, SettledBy::Nothing)]);
    let codes: Vec<_> = unmarked(&rubric, &ranking.bids[1]).iter().map(|criterion| criterion.code.as_str()).collect();
    assert_eq!(codes, ["need"]);
}

#[test]
fn a_criterion_of_weight_zero_is_shown_and_not_counted() {
    let mut rubric = a_rubric();
    rubric.criteria[1].weight = 0;
    let ranking = ranked_with(&rubric, &[entry(1, &[&[4, -1]])], &[]);
    assert_eq!(ranking.bids[0].total, fraction(80, 1));
    assert!(unmarked(&rubric, &ranking.bids[0]).is_empty());
}

#[test]
fn totals_are_compared_unrounded() {
    // 66.666.. and 66.65: the same to one decimal, apart in the ranking; and 2/3 beats what rounds to the same.
    let ranking = ranked_of(&[entry(1, &[&[3, 4], &[4, 2], &[3, 3]]), entry(2, &[&[4, 2], &[3, 5], &[3, 3]])]);
    assert_eq!(places(&ranking)[0].1, 1);
    assert_eq!(ranking.bids[0].total, fraction(200, 3));
    assert_eq!(ranking.bids[0].total.unwrap().shown(), "66.67");
}

#[test]
fn a_grade_is_that_of_the_first_band_which_the_unrounded_total_reaches() {
    let grades: Vec<_> = [&[4, 4], &[4, 3], &[2, 4], &[0, 0]].map(|marks: &[i32; 2]| entry(1, &[marks])).to_vec();
    let grades: Vec<_> = grades.iter().map(|one| ranked_of(std::slice::from_ref(one)).bids[0].grade.clone()).collect();
    assert_eq!(grades, ["A", "B", "C", "D"]);
}

#[test]
fn a_tie_goes_to_the_higher_mark_on_the_tie_criterion() {
    // 3 * 3 + 1 * 4 = 3 * 4 + 1 * 1
    let ranking = ranked_of(&[entry(1, &[&[3, 4]]), entry(2, &[&[4, 1]])]);
    assert_eq!(places(&ranking), [(2, 1, true, SettledBy::TieCriterion), (1, 2, true, SettledBy::TieCriterion)]);
}

#[test]
fn then_to_the_council_with_fewer_bids_ranked_above_with_another_total() {
    let (mut first, top) = (entry(1, &[&[3, 3]]), entry(2, &[&[5, 5]]));
    first.applicant = top.applicant;
    let other = entry(3, &[&[3, 3]]);
    let ranking = ranked_of(&[first, top, other]);
    let expected =
        [(2, 1, false, SettledBy::Total), (3, 2, true, SettledBy::FewerAwards), (1, 3, true, SettledBy::FewerAwards)];
    assert_eq!(places(&ranking), expected);
}

#[test]
fn then_to_the_lower_request() {
    let (dear, mut cheap) = (entry(1, &[&[3, 3]]), entry(2, &[&[3, 3]]));
    cheap.requested = Money::pence(149_999);
    assert_eq!(places(&ranked_of(&[dear, cheap]))[0], (2, 1, true, SettledBy::LowerRequest));
}

#[test]
fn what_no_rule_settles_stays_an_open_tie_and_shares_a_place() {
    let tied = [entry(1, &[&[3, 3]]), entry(2, &[&[3, 3]]), entry(3, &[&[1, 1]])];
    let ranking = ranked_of(&tied);
    assert_eq!(ranking.bids.iter().map(|one| one.rank).collect::<Vec<_>>(), [1, 1, 3]);
    let mut ids = vec![tied[0].bid, tied[1].bid];
    ids.sort();
    assert_eq!(ranking.open_ties, [Tie { rank: 1, bids: ids }]);
}

fn casting(bids: &[&Entry]) -> Casting {
    let bids = bids.iter().map(|one| one.bid).collect();
    let (reason, at) = ("by the chair".to_string(), at("2020-01-28T12:00:00Z"));
    Casting { bids, chair: PersonId::new(), reason, at, total: fraction(60, 1) }
}

/// G-C5: a casting decided between other bids, or the same ones at other marks, in silence.
#[test]
fn a_casting_decision_binds_exactly_the_tie_that_it_named() {
    let tied = [entry(1, &[&[3, 3]]), entry(2, &[&[3, 3]]), entry(3, &[&[3, 3]])];
    let numbers = |ranking: &Ranking| places(ranking).iter().map(|place| place.0).collect::<Vec<_>>();
    let of_all = casting(&[&tied[2], &tied[0], &tied[1]]);
    let ranking = ranked_with(&a_rubric(), &tied, std::slice::from_ref(&of_all));
    assert_eq!((numbers(&ranking), ranking.open_ties.len()), (vec![3, 1, 2], 0));
    // A smaller tie is another one, and so is a larger one.
    let of_two = casting(&[&tied[1], &tied[0]]);
    assert_eq!(ranked_with(&a_rubric(), &tied[..2], std::slice::from_ref(&of_all)).open_ties.len(), 1);
    assert_eq!(ranked_with(&a_rubric(), &tied, std::slice::from_ref(&of_two)).open_ties.len(), 1);
    // And the same bids at other marks.
    let better = [0, 1].map(|place: usize| Entry { bid: tied[place].bid, ..entry(1, &[&[4, 4]]) });
    assert_eq!(ranked_with(&a_rubric(), &tied[..2], std::slice::from_ref(&of_two)).open_ties.len(), 0);
    assert_eq!(ranked_with(&a_rubric(), &better, &[of_two]).open_ties.len(), 1);
    // Somebody who does not see the last bid finds the others in the order that was cast.
    let seen = of_all.without(&[tied[2].bid]);
    assert_eq!(numbers(&ranked_with(&a_rubric(), &tied[..2], &[seen])), [1, 2]);
}

#[test]
fn a_pair_that_was_cast_is_found_where_it_is_turned_round() {
    let tied = [entry(1, &[&[3, 3]]), entry(2, &[&[3, 3]]), entry(3, &[&[3, 3]])];
    let [one, two, three] = [0, 1, 2].map(|place: usize| tied[place].bid);
    let (cast, total) = (casting(&[&tied[0], &tied[1]]), fraction(60, 1));
    assert_eq!(cast.parted_otherwise(&[two, three, one], total), Some((one, two)));
    assert_eq!(cast.parted_otherwise(&[one, three, two], total), None);
    assert_eq!(cast.parted_otherwise(&[two, one], fraction(80, 1)), None, "that is another tie");
}

/// As in records of the first version, which replay for ever.
#[test]
fn the_latest_casting_decision_without_a_total_that_names_all_of_a_tie_settles_it() {
    let tied = [entry(1, &[&[3, 3]]), entry(2, &[&[3, 3]]), entry(3, &[&[3, 3]])];
    let casting = |bids: &[&Entry]| Casting { total: None, ..casting(bids) };
    let of_two = casting(&[&tied[2], &tied[0]]);
    let (early, late) = (casting(&[&tied[0], &tied[1], &tied[2]]), casting(&[&tied[1], &tied[2], &tied[0]]));
    let ranking = ranked_with(&a_rubric(), &tied, &[early, late.clone(), of_two.clone()]);
    assert_eq!(places(&ranking).iter().map(|place| place.0).collect::<Vec<_>>(), [2, 3, 1]);
    assert_eq!(ranking.bids[0].settled_by, SettledBy::Casting);
    // Somebody who does not see the second bid finds the decision on the other two.
    let without = ranked_with(&a_rubric(), &[tied[0].clone(), tied[2].clone()], &[late, of_two]);
    assert_eq!(places(&without).iter().map(|place| place.0).collect::<Vec<_>>(), [3, 1]);
}

#[test]
fn a_bid_below_a_minimum_comes_after_all_that_meet_theirs_whatever_its_total() {
    let mut rubric = a_rubric();
    rubric.criteria[1].minimum = Some(3);
    let ranking = ranked_with(&rubric, &[entry(1, &[&[5, 2]]), entry(2, &[&[1, 3]])], &[]);
    assert_eq!(places(&ranking).iter().map(|place| place.0).collect::<Vec<_>>(), [2, 1]);
    assert_eq!(ranking.bids[1].below_minimum, ["need"]);
    assert!(ranking.bids[1].total > ranking.bids[0].total);
}

#[test]
fn a_minimum_is_compared_with_the_unrounded_mark() {
    let mut rubric = a_rubric();
    rubric.criteria[1].minimum = Some(3);
    // A mean of 2.99..: three threes but for one two among many.
    let mut reviews: Vec<&[i32]> = vec![&[3, 3]; 59];
    reviews.push(&[3, 2]);
    assert_eq!(ranked_with(&rubric, &[entry(1, &reviews)], &[]).bids[0].below_minimum, ["need"]);
}

#[test]
fn a_rubric_without_any_weight_ranks_nothing() {
    let rubric = Rubric { criteria: vec![criterion("difference", 0)], ..a_rubric() };
    assert_eq!(ranked_with(&rubric, &[entry(1, &[&[3]])], &[]).bids[0].total, None);
}
