use kit::refusal::Refusal;
use kit::time::at;

use super::*;
use crate::samples::{a_bid, a_call};

fn violations(result: Result<(), Refusal>) -> Vec<String> {
    match result {
        Ok(()) => Vec::new(),
        Err(Refusal::Invalid(violations)) => {
            violations.into_iter().map(|one| format!("{}: {}", one.field, one.says)).collect()
        }
        Err(other) => vec![other.to_string()],
    }
}

fn decided(outcome: Outcome, bid: &AssessedBid, pence: Option<i64>) -> Vec<String> {
    violations(outcome.check(bid, &a_call(), pence.map(Money::pence), &[]))
}

#[test]
fn to_fund_is_to_give_exactly_what_was_asked() {
    let bid = a_bid(1);
    assert!(decided(Outcome::Fund, &bid, Some(150_000)).is_empty());
    for other in [None, Some(149_999), Some(150_001)] {
        assert_eq!(decided(Outcome::Fund, &bid, other), ["amount: to fund as asked is to give £1,500.00"]);
    }
}

#[test]
fn a_part_is_less_than_the_request_within_the_instrument_and_only_where_the_project_scales() {
    let (fixed, scalable) = (a_bid(1), AssessedBid { scalable: true, ..a_bid(2) });
    let unscaled = ["amount: the bidder did not say that the project can be funded in part"];
    assert_eq!(decided(Outcome::FundInPart, &fixed, Some(100_000)), unscaled);
    assert!(decided(Outcome::FundInPart, &scalable, Some(100_000)).is_empty());
    assert!(decided(Outcome::FundInPart, &scalable, Some(50_000)).is_empty());
    assert_eq!(decided(Outcome::FundInPart, &scalable, Some(49_999)), ["amount: give £500.00 to £1,500.00"]);
    let whole = ["amount: a part is less than the £1,500.00 that was asked for"];
    assert_eq!(decided(Outcome::FundInPart, &scalable, Some(150_000)), whole);
    let more = ["amount: at most the £1,500.00 that was asked for"];
    assert_eq!(decided(Outcome::FundInPart, &scalable, Some(150_001)), more);
    assert_eq!(decided(Outcome::FundInPart, &scalable, None), ["amount: say how much"]);
}

#[test]
fn a_reserve_waits_for_its_request_or_a_part_of_it_and_the_declined_for_nothing() {
    let bid = a_bid(1);
    assert!(decided(Outcome::Reserve, &bid, Some(150_000)).is_empty());
    assert_eq!(decided(Outcome::Reserve, &bid, Some(100_000)).len(), 1);
    assert!(decided(Outcome::Decline, &bid, None).is_empty());
    assert_eq!(decided(Outcome::Defer, &bid, Some(1)), ["amount: nothing is given; leave the amount out"]);
    let condition = [Condition { text: "report early".to_string(), precedent: false }];
    let refused = violations(Outcome::Decline.check(&bid, &a_call(), None, &condition));
    assert_eq!(refused, ["conditions: nothing is given; leave the conditions out"]);
}

#[test]
fn advice_to_fund_on_conditions_names_them_and_advice_to_fund_names_none() {
    let advised = |advice: Advice, conditions: &[Condition]| {
        violations(advice.check(&a_bid(1), &a_call(), Some(Money::pence(150_000)), conditions))
    };
    let condition = [Condition { text: "report early".to_string(), precedent: false }];
    assert_eq!(advised(Advice::FundWithConditions, &[]), ["conditions: name the conditions"]);
    assert!(advised(Advice::FundWithConditions, &condition).is_empty());
    assert!(advised(Advice::Fund, &[]).is_empty());
    let refused = advised(Advice::Fund, &condition);
    assert_eq!(refused, ["conditions: advise to fund with conditions, or leave the conditions out"]);
}

fn recommendation(sequence: i32, returned: bool) -> Recommendation {
    let meeting = MeetingId::new();
    Recommendation {
        assessment: AssessmentId::new(),
        bid: BidId::new(),
        sequence,
        advice: Advice::Fund,
        amount: None,
        conditions: Vec::new(),
        reason: String::new(),
        meeting,
        recorded_at: at("2020-01-28T10:00:00Z"),
        referred_back: returned.then(|| Referral { meeting, question: "who pays for the bus?".to_string() }),
    }
}

#[test]
fn a_bid_is_returned_once_and_after_the_second_time_only_the_joint_meeting_acts() {
    let (returned, standing) = (|n| recommendation(n, true), |n| recommendation(n, false));
    assert_eq!(Turn::after(false, &[]), Turn::Joint);
    assert_eq!(Turn::after(true, &[]), Turn::Recommending);
    assert_eq!(Turn::after(true, &[standing(1)]), Turn::Determining);
    assert_eq!(Turn::after(true, &[returned(1)]), Turn::Recommending);
    assert_eq!(Turn::after(true, &[returned(1), standing(2)]), Turn::Determining);
    assert_eq!(Turn::after(true, &[returned(1), returned(2)]), Turn::Joint);
}

#[test]
fn a_bid_on_which_the_recommending_board_has_nobody_free_goes_to_the_determining_one() {
    let nobody = Quorum { n_entitled: 0, n_awaited: 0, n_present: 0, needed: 2 };
    let everybody = Quorum { n_entitled: 2, ..nobody };
    assert_eq!(Turn::Recommending.given(nobody), Turn::Determining);
    assert_eq!(Turn::Recommending.given(everybody), Turn::Recommending);
    assert_eq!(Turn::Joint.given(nobody), Turn::Joint);
}

#[test]
fn another_board_decides_with_its_own_quorum_of_voters_without_an_interest() {
    let voters: Vec<PersonId> = (0..3).map(|_| PersonId::new()).collect();
    let other = OtherBoard { board: BoardId::new(), quorum: 2, free_voters: voters.clone() };
    assert!(violations(other.check(&voters)).is_empty());
    assert!(violations(other.check(&voters[..2])).is_empty());
    assert_eq!(violations(other.check(&voters[..1])), ["deciders: the board needs at least 2 voters"]);
    assert_eq!(violations(other.check(&[voters[0], voters[0]])), ["deciders[1]: name each person once"]);
    let stranger = violations(other.check(&[voters[0], PersonId::new()]));
    assert_eq!(
        stranger,
        ["deciders[1]: this person was not seated for the bid, has yet to declare, or has an interest in it"]
    );
}
