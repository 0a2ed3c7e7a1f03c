use kit::caller::Actor;
use kit::ids::{AwardId, BidId, RoundId};
use kit::money::Money;
use kit::time::at;
use kit::working_days::Calendar;

use super::*;
use crate::content::Answer;

const NOW: &str = "2020-02-10T10:00:00Z";

fn due(instant: &str) -> Deadline {
    Deadline { instant: at(instant), zone: "Europe/London".to_string(), announced: "by then".to_string() }
}

fn told() -> Told {
    Told {
        id: AwardId::new(),
        round: RoundId::new(),
        bid: BidId::new(),
        reference: "r3-2020-09".to_string(),
        title: "Diabeaters".to_string(),
        holder: OrgId::new(),
        amount: Money::pence(150_000),
        ended: None,
        assessed: vec![],
        starts_at: Some(at("2020-03-01T00:00:00Z")),
        interim_due: Some(due("2020-07-01T00:00:00Z")),
        final_due: Some(due("2020-12-12T00:00:00Z")),
    }
}

fn a_report(kind: Kind) -> Report {
    let told = told();
    let award = told.held(1, Calendar::EnglandAndWales);
    let due = told.due(kind).unwrap();
    Report::scheduled(ReportId::new(), &award, kind, &told, due, Content::default(), at(NOW))
}

fn a_nil_return() -> Report {
    let content = Content { nil_return: true, nil_reason: "nothing yet".to_string(), ..Default::default() };
    let open = a_report(Kind::Interim).open(at("2020-03-01T00:00:00Z")).unwrap();
    open.revise(Paper { content, evidence: vec![] }, at("2020-06-01T10:00:00Z")).unwrap()
}

fn signed(report: &Report) -> Report {
    let at = report.updated_at;
    report.sign_off(report.revision, PersonId::new(), "chief executive".to_string(), "per".to_string(), at).unwrap()
}

#[test]
fn an_interim_report_opens_with_the_project_and_a_final_one_28_days_before_it_is_due() {
    assert_eq!(a_report(Kind::Interim).opens_at, at("2020-03-01T00:00:00Z"));
    assert_eq!(a_report(Kind::Final).opens_at, at("2020-11-14T00:00:00Z"));
    let soon = due("2020-02-09T00:00:00Z");
    assert_eq!(opens_at(Kind::Interim, &told(), &soon, at(NOW)), soon.instant);
}

#[test]
fn what_is_not_open_yet_says_from_when() {
    let refused = a_report(Kind::Final).revise(Paper::default(), at(NOW)).unwrap_err();
    assert_eq!(refused.to_string(), "the report can be written from 2020-11-14T00:00:00Z on");
}

#[test]
fn an_edit_voids_the_sign_off_and_what_is_not_signed_off_is_not_handed_in() {
    let signed = signed(&a_nil_return());
    let edited = signed.revise(signed.paper.clone(), at("2020-06-02T10:00:00Z")).unwrap();
    assert!(matches!(edited.submit(at("2020-06-03T10:00:00Z")), Err(Error::SignOffNeeded)));
    let submitted = signed.submit(at("2020-06-03T10:00:00Z")).unwrap();
    assert_eq!(submitted.state, State::Submitted { at: at("2020-06-03T10:00:00Z") });
}

#[test]
fn the_sign_off_of_another_revision_is_refused_with_the_present_one() {
    let report = a_nil_return();
    let refused = report.sign_off(1, PersonId::new(), "chief".to_string(), "per".to_string(), report.updated_at);
    assert!(matches!(refused, Err(Error::OtherRevision { present: 2 })));
}

#[test]
fn overdue_is_what_was_never_handed_in_by_the_due_instant() {
    let report = a_nil_return();
    assert!(!report.is_overdue(at("2020-06-30T23:59:59.999999Z")));
    assert!(report.is_overdue(at("2020-07-01T00:00:00Z")));
    let submitted = signed(&report).submit(at("2020-07-02T00:00:00Z")).unwrap();
    assert!(!submitted.is_overdue(at("2020-07-03T00:00:00Z")));
    let change = RequestedChange { field: "nil_reason".to_string(), says: "why?".to_string() };
    let back = submitted.request_changes(vec![change], "too short", at("2020-07-03T00:00:00Z")).unwrap();
    assert!(!back.is_overdue(at("2020-07-04T00:00:00Z")));
    assert_eq!(back.sign_off, None);
}

#[test]
fn a_moved_date_keeps_the_first_one_and_touches_no_accepted_report() {
    let report = a_report(Kind::Final);
    let later = due("2021-04-01T00:00:00Z");
    let moved = report.reschedule(&told(), &later, at("2020-03-24T10:00:00Z")).unwrap();
    assert_eq!((moved.due.instant, moved.originally_due.instant), (later.instant, at("2020-12-12T00:00:00Z")));
    assert_eq!(moved.opens_at, at("2021-03-04T00:00:00Z"));
    assert_eq!(moved.next_reminder.unwrap().at, at("2021-03-18T09:00:00Z"));
    let accepted = signed(&a_nil_return()).submit(at("2020-06-03T10:00:00Z")).unwrap();
    let accepted = accepted.accept(at("2020-06-05T10:00:00Z")).unwrap();
    assert!(accepted.reschedule(&told(), &later, at("2020-06-06T10:00:00Z")).is_err());
}

#[test]
fn more_spent_than_awarded_is_refused_with_a_sentence() {
    let open = a_report(Kind::Interim).open(at("2020-03-01T00:00:00Z")).unwrap();
    let content = Content { spent: Some(Money::pence(150_001)), ..Default::default() };
    let refused = open.revise(Paper { content, evidence: vec![] }, at("2020-03-02T00:00:00Z")).unwrap_err();
    assert!(refused.to_string().starts_with("£1,500.00 was awarded and £1,500.01 is more"), "{refused}");
}

#[test]
fn a_sum_that_an_award_shrank_below_does_not_keep_other_things_from_being_written() {
    let open = a_report(Kind::Interim).open(at("2020-03-01T00:00:00Z")).unwrap();
    let content = Content { spent: Some(Money::pence(140_000)), ..Default::default() };
    let draft = open.revise(Paper { content: content.clone(), evidence: vec![] }, at("2020-03-02T00:00:00Z")).unwrap();
    let award = Award { amount: Money::pence(100_000), ..draft.award.clone() };
    let shrunk = Report { award, ..draft };
    let content = Content { nil_reason: "more follows".to_string(), ..content };
    let revised = shrunk.revise(Paper { content: content.clone(), evidence: vec![] }, at("2020-03-03T00:00:00Z"));
    assert!(revised.unwrap().expect_complete().is_err());
    let content = Content { spent: Some(Money::pence(130_000)), ..content };
    assert!(shrunk.revise(Paper { content, evidence: vec![] }, at("2020-03-03T00:00:00Z")).is_err());
}

#[test]
fn an_accepted_report_takes_addenda_and_nothing_else() {
    let accepted = signed(&a_nil_return()).submit(at("2020-06-03T10:00:00Z")).unwrap();
    let accepted = accepted.accept(at("2020-06-05T10:00:00Z")).unwrap();
    let answers = vec![Answer { question: "progress".to_string(), text: "more".to_string() }];
    let paper = Paper { content: Content { answers, ..Default::default() }, evidence: vec![] };
    let refused = accepted.revise(paper, at("2020-06-06T10:00:00Z")).unwrap_err();
    assert_eq!(refused.to_string(), "an accepted report does not change; add an addendum");
    let author = Actor { subject: "per".to_string(), organisation: None };
    let added = accepted.add_addendum("a figure was wrong".to_string(), author.clone(), at("2020-06-06T10:00:00Z"));
    let added = added.unwrap().add_addendum("it is 4".to_string(), author, at("2020-06-07T10:00:00Z")).unwrap();
    assert_eq!(added.addenda.iter().map(|addendum| addendum.number).collect::<Vec<_>>(), [1, 2]);
    assert_eq!((added.digest, added.revision), (accepted.digest, accepted.revision));
}
