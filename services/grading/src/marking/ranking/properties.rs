//! What must hold of every ranking, tried on thousands of them.

use kit::call::Scale;
use kit::ids::PersonId;
use kit::time::at;
use proptest::prelude::*;

use super::*;
use crate::samples::{a_rubric, criterion};

/// How many cases: each is a whole ranking.
const CASES: u32 = 500;

prop_compose! {
    fn a_mark(max: i32)(mark in prop_oneof![3 => (0..=max).prop_map(Some), 1 => Just(None)]) -> Option<i32> { mark }
}

/// A rubric of up to six criteria, some of weight 0, some with a minimum.
fn rubrics() -> impl Strategy<Value = Rubric> {
    let criteria = prop::collection::vec((0..4_i32, prop::option::of(0..6_i32)), 1..6);
    (criteria, 1..10_i32).prop_map(|(criteria, max)| {
        let criteria = criteria.into_iter().enumerate().map(|(n, (weight, minimum))| {
            let minimum = minimum.filter(|&minimum| minimum <= max);
            Criterion { minimum, ..criterion(&format!("c{n}"), weight * 10) }
        });
        Rubric { criteria: criteria.collect(), scale: Scale { min: 0, max, anchors: Vec::new() }, ..a_rubric() }
    })
}

/// Marks of up to five reviews of one bid: per review one entry a criterion; the outer `None` is a gap.
fn reviews(rubric: &Rubric) -> impl Strategy<Value = Vec<Vec<Mark>>> + use<> {
    let codes: Vec<String> = rubric.criteria.iter().map(|criterion| criterion.code.clone()).collect();
    let one = prop::collection::vec(prop::option::weighted(0.8, a_mark(rubric.scale.max)), codes.len());
    prop::collection::vec(one, 0..5).prop_map(move |reviews| {
        let marks = |given: Vec<Option<Option<i32>>>| {
            let pairs = codes.iter().zip(given);
            let told = pairs.filter_map(|(code, mark)| mark.map(|mark| (code, mark)));
            told.map(|(code, mark)| Mark { criterion: code.clone(), mark, reason: String::new() }).collect()
        };
        reviews.into_iter().map(marks).collect()
    })
}

/// A rubric with bids of few councils and few requests, so that ties of every kind come up.
fn rounds() -> impl Strategy<Value = (Rubric, Vec<Entry>)> {
    let councils: Vec<OrgId> = (0..3).map(|_| OrgId::new()).collect();
    rubrics().prop_flat_map(move |rubric| {
        let councils = councils.clone();
        let bids = prop::collection::vec((0..3_usize, 0..2_i64, reviews(&rubric)), 1..9);
        bids.prop_map(move |bids| {
            let entries = bids.into_iter().enumerate().map(|(n, (council, request, reviews))| Entry {
                bid: BidId::new(),
                number: n as i64 + 1,
                applicant: councils[council],
                requested: Money::pence(1000 + request),
                reviews,
                agreed: Vec::new(),
            });
            (rubric.clone(), entries.collect())
        })
    })
}

fn ranked_of(rubric: &Rubric, entries: &[Entry], castings: &[Casting]) -> Ranking {
    rank(Rules { rubric, tie_criterion: "c0" }, entries, castings).unwrap()
}

fn total_of(rubric: &Rubric, entry: &Entry) -> Option<Fraction> {
    ranked_of(rubric, std::slice::from_ref(entry), &[]).bids[0].total
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(CASES))]

    /// Every mark of one criterion a point higher raises the total by exactly the criterion's published share of a
    /// point, whichever marks are missing anywhere.
    #[test]
    fn the_effective_weight_of_a_criterion_is_its_published_weight((rubric, entries) in rounds(), pick in 0..6_usize) {
        let criterion = &rubric.criteria[pick % rubric.criteria.len()];
        let weights: i32 = rubric.criteria.iter().map(|criterion| criterion.weight).sum();
        for entry in &entries {
            let mut lowered = entry.clone();
            let marks = lowered.reviews.iter_mut().flatten().filter(|mark| mark.criterion == criterion.code);
            let mut n_marks = 0;
            for mark in marks {
                mark.mark = mark.mark.map(|mark| mark.min(rubric.scale.max - 1));
                n_marks += usize::from(mark.mark.is_some());
            }
            let mut raised = lowered.clone();
            for mark in raised.reviews.iter_mut().flatten().filter(|mark| mark.criterion == criterion.code) {
                mark.mark = mark.mark.map(|mark| mark + 1);
            }
            if let (Some(before), Some(after)) = (total_of(&rubric, &lowered), total_of(&rubric, &raised)) {
                let a_point = Fraction::whole(if n_marks > 0 { 100 } else { 0 });
                let (weights, max) = (u32::try_from(weights).unwrap(), u32::try_from(rubric.scale.max).unwrap());
                let share = a_point.times(weight(criterion)).unwrap().over(weights).unwrap().over(max).unwrap();
                prop_assert_eq!(before.plus(share).unwrap(), after);
            }
        }
    }

    /// A review that says so counts as one that does not have the criterion.
    #[test]
    fn cannot_judge_never_lowers_a_bid((rubric, entries) in rounds()) {
        for entry in &entries {
            let mut without = entry.clone();
            for review in &mut without.reviews {
                review.retain(|mark| mark.mark.is_some());
            }
            prop_assert_eq!(total_of(&rubric, entry), total_of(&rubric, &without));
        }
    }

    #[test]
    fn the_order_of_bids_and_reviews_makes_no_difference((rubric, entries) in rounds(), seed in any::<u64>()) {
        let mut shuffled = entries.clone();
        shuffled.sort_by_key(|entry| (entry.number as u64).wrapping_mul(seed | 1));
        for entry in &mut shuffled {
            entry.reviews.reverse();
        }
        prop_assert_eq!(ranked_of(&rubric, &entries, &[]), ranked_of(&rubric, &shuffled, &[]));
    }

    #[test]
    fn totals_lie_between_0_and_100_and_places_count_from_1((rubric, entries) in rounds()) {
        let ranking = ranked_of(&rubric, &entries, &[]);
        prop_assert_eq!(ranking.bids.len(), entries.len());
        for (place, one) in ranking.bids.iter().enumerate() {
            if let Some(total) = one.total {
                prop_assert!(total <= Fraction::whole(100));
                prop_assert!(one.rank >= 1 && one.rank <= place + 1);
            } else {
                prop_assert_eq!(one.rank, 0);
            }
        }
    }

    /// Submission order decides nothing: numbers can be dealt out anew without moving a bid that has a total.
    #[test]
    fn submission_order_never_settles_a_place((rubric, entries) in rounds()) {
        let mut renumbered = entries.clone();
        for entry in &mut renumbered {
            entry.number = 1000 - entry.number;
        }
        let places = |entries: &[Entry]| -> Vec<(BidId, usize)> {
            let ranking = ranked_of(&rubric, entries, &[]);
            ranking.bids.iter().filter(|one| one.rank > 0).map(|one| (one.bid, one.rank)).collect()
        };
        prop_assert_eq!(places(&entries), places(&renumbered));
    }

    /// A casting decision on every tie leaves none open, and moves no bid out of its tie.
    #[test]
    fn casting_settles_ties_and_nothing_else((rubric, entries) in rounds()) {
        let open = ranked_of(&rubric, &entries, &[]);
        let castings: Vec<_> = open.open_ties.iter().map(|tie| Casting {
            bids: tie.bids.iter().rev().copied().collect(),
            chair: PersonId::new(),
            reason: String::new(),
            at: at("2020-01-28T12:00:00Z"),
            total: open.bids.iter().find(|one| one.bid == tie.bids[0]).and_then(|one| one.total),
        }).collect();
        let cast = ranked_of(&rubric, &entries, &castings);
        prop_assert!(cast.open_ties.is_empty());
        for tie in &open.open_ties {
            let places: Vec<_> = cast.bids.iter().filter(|one| tie.bids.contains(&one.bid)).map(|one| one.rank).collect();
            prop_assert_eq!(places, (tie.rank..tie.rank + tie.bids.len()).collect::<Vec<_>>());
        }
    }
}
