use kit::call::Part;
use kit::ids::{AssessmentId, BoardId, MeetingId};
use kit::time::at;

use super::*;
use crate::deciding::decision::Basis;
use crate::samples::{a_bid, a_call};

fn letter(bid: &AssessedBid, outcome: Outcome, pence: i64, conditions: &[&str], feedback: &[(&str, &str)]) -> Text {
    let condition = |text: &&str| Condition { text: text.to_string(), precedent: true };
    let determination = Determination {
        assessment: AssessmentId::new(),
        bid: bid.id,
        version: 1,
        outcome,
        amount: Some(Money::pence(pence)).filter(|_| pence > 0),
        conditions: conditions.iter().map(condition).collect(),
        reason: "others met the need better".to_string(),
        basis: Basis::Meeting(MeetingId::new()),
        decided_on: "2020-01-28".parse().unwrap(),
        recorded_at: at("2020-01-28T12:00:00Z"),
    };
    let feedback: Vec<Feedback> = feedback
        .iter()
        .map(|(criterion, text)| Feedback { criterion: criterion.to_string(), text: text.to_string() })
        .collect();
    let (call, reserve_place) = (a_call(), (outcome == Outcome::Reserve).then_some(2));
    let board = |name: &str| Board { id: BoardId::new(), name: name.to_string(), part: Part::Joint, quorum: 3 };
    let boards = ["Executive Oversight Committee", "Values and Principles Board"].map(board);
    compose(Told {
        call: &call,
        bid,
        determination: &determination,
        boards: &boards,
        reserve_place,
        feedback: &feedback,
    })
}

#[test]
fn a_funded_bidder_reads_the_sum_and_the_conditions() {
    let bid = AssessedBid { title: "Diabeaters".to_string(), ..a_bid(9) };
    let letter = letter(&bid, Outcome::Fund, 150_000, &["name a lead officer"], &[]);
    let expected = "Dear Plymouth City Council,\n\n\
         Your bid \u{201c}Diabeaters\u{201d}, number 9 of 2020 policy prototypes (r3-2020), was decided on 28 January \
         2020.\n\n\
         We are glad to fund your project with £1,500.00, as you asked.\n\n\
         Conditions of the grant\n1. name a lead officer (before anything is paid)\n\n\
         What happens next: you are sent an offer with its terms, and a certifier of your council accepts or refuses \
         it by the day that it names.\n\n\
         Please keep this to yourselves until the announcement: noon on 4 February 2020.\n\n\
         For the Executive Oversight Committee and the Values and Principles Board\n";
    assert_eq!((letter.en.as_str(), letter.cy.as_str()), (expected, ""));
}

#[test]
fn a_declined_bidder_reads_why_and_the_feedback_in_the_order_of_the_criteria() {
    let letter = letter(&a_bid(1), Outcome::Decline, 0, &[], &[("need", "well shown"), ("difference", "not clear")]);
    assert!(letter.en.contains("Why we decided so\nothers met the need better\n"), "{}", letter.en);
    assert!(letter.en.contains("of your bid\ndifference: not clear\nneed: well shown\n"), "{}", letter.en);
}

#[test]
fn a_bidder_on_the_reserve_list_reads_the_place() {
    let letter = letter(&a_bid(1), Outcome::Reserve, 100_000, &[], &[]);
    assert!(letter.en.contains("It is number 2 on the reserve list and waits for £1,000.00."), "{}", letter.en);
}

#[test]
fn a_bid_in_welsh_is_answered_in_both_languages() {
    let bid = AssessedBid { language: Language::Cy, ..a_bid(1) };
    let letter = letter(&bid, Outcome::FundInPart, 100_000, &[], &[]);
    assert!(letter.en.contains("with £1,000.00. You asked for £1,500.00."), "{}", letter.en);
    assert!(letter.cy.starts_with("Annwyl Plymouth City Council,"), "{}", letter.cy);
    assert!(letter.cy.contains(" ar 28 Ionawr 2020."), "{}", letter.cy);
    assert!(
        letter.cy.ends_with("Ar ran Executive Oversight Committee a Values and Principles Board\n"),
        "{}",
        letter.cy
    );
    assert!(letter.cy.contains("gyda £1,000.00. Gofynnwyd am £1,500.00."), "{}", letter.cy);
}
