use kit::ids::{BoardId, OrgId, PersonId};
use kit::money::Money;

use super::*;
use crate::marking::moderation::AgreedMark;
use crate::marking::ranking::{Rules, rank};
use crate::marking::review::Mark;
use crate::panel::Seat;
use crate::samples::{a_rubric, an_assessment};

/// A bid whose reviews give the first criterion these marks, each with its reason, and the second a 3.
fn entry(given: &[(i32, &str)]) -> Entry {
    let review = |&(mark, reason): &(i32, &str)| {
        let of = |code: &str, mark, reason: &str| Mark {
            criterion: code.to_string(),
            mark: Some(mark),
            reason: reason.to_string(),
        };
        vec![of("difference", mark, reason), of("need", 3, "")]
    };
    Entry {
        bid: BidId::new(),
        number: 1,
        applicant: OrgId::new(),
        requested: Money::pence(150_000),
        reviews: given.iter().map(review).collect(),
        agreed: Vec::new(),
    }
}

fn panel(n: usize) -> Vec<Member> {
    let seat = || Seat { board: BoardId::new(), organisation: OrgId::new(), voting: true };
    (0..n).map(|_| Member::seated(PersonId::new(), String::new(), vec![seat()])).collect()
}

fn rules_broken(entry: &Entry, members: &[Member], conflicts: &Conflicts) -> Vec<String> {
    let rubric = a_rubric();
    let entries = std::slice::from_ref(entry);
    let ranking = rank(Rules { rubric: &rubric, tie_criterion: "difference" }, entries, &[]).unwrap();
    let found = unsettled(&rubric, members, conflicts, entries, &ranking);
    found.into_iter().map(|violation| violation.rule).collect()
}

fn apart(entry: &Entry) -> Vec<String> {
    rules_broken(entry, &panel(3), &Conflicts::default())
}

#[test]
fn marks_two_apart_need_a_reason_each_or_an_agreed_mark() {
    assert!(apart(&entry(&[(2, ""), (3, "")])).is_empty());
    assert_eq!(apart(&entry(&[(2, ""), (4, "")])), ["assessment.apart"]);
    assert_eq!(apart(&entry(&[(2, "why"), (4, "")])), ["assessment.apart"]);
    assert!(apart(&entry(&[(2, "why"), (4, "why")])).is_empty());
    // The one in the middle lies apart from nobody.
    assert!(apart(&entry(&[(2, "why"), (3, ""), (4, "why")])).is_empty());
    let agreed = AgreedMark { criterion: "difference".to_string(), mark: 3, reason: "talked over".to_string() };
    assert!(apart(&Entry { agreed: vec![agreed], ..entry(&[(2, ""), (4, "")]) }).is_empty());
}

#[test]
fn a_criterion_that_nobody_judged_is_named_unless_nobody_is_free_to_judge_it() {
    let (unread, members) = (entry(&[]), panel(2));
    assert_eq!(rules_broken(&unread, &members, &Conflicts::default()), ["assessment.unmarked"; 2]);
    let all: Conflicts = members.iter().map(|member| (member.person, unread.bid)).collect();
    assert!(rules_broken(&unread, &members, &all).is_empty());
}

#[test]
fn a_bid_needs_the_least_number_of_reviews_or_one_by_everyone_who_is_free() {
    let (assessment, members) = (an_assessment(), panel(3));
    let short = entry(&[(3, "")]);
    let few = |conflicts: &Conflicts| too_few_reviews(&assessment, &members, conflicts, std::slice::from_ref(&short));
    assert_eq!(few(&Conflicts::default()).len(), 1);
    let but_one: Conflicts = members[1..].iter().map(|member| (member.person, short.bid)).collect();
    assert!(few(&but_one).is_empty());
}
