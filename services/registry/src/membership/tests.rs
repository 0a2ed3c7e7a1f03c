use kit::time::at;
use strum::VariantArray;

use super::*;
use crate::dates::day;

const NOW: &str = "2020-01-06T09:00:00Z";

fn term(from: &str, until: &str) -> Term {
    Term { from: day(from), until: (!until.is_empty()).then(|| day(until)) }
}

fn a_membership(class: MembershipClass, term: Term) -> Membership {
    Membership::begin(MembershipId::new(), OrgId::new(), class, term, &[], at(NOW)).unwrap()
}

#[test]
fn the_class_is_read_as_at_a_day() {
    let associate = a_membership(MembershipClass::Associate, term("2018-04-01", "2019-04-01"));
    let full = a_membership(MembershipClass::Full, term("2019-04-01", ""));
    let on = |text| standing_on(&[associate.clone(), full.clone()], day(text)).class;
    assert_eq!(on("2018-03-31"), None);
    assert_eq!(on("2019-03-31"), Some(MembershipClass::Associate));
    assert_eq!(on("2019-04-01"), Some(MembershipClass::Full));
}

#[test]
fn a_member_that_left_is_none_from_its_last_day_on() {
    let left = a_membership(MembershipClass::Full, term("2018-04-01", "")).end(day("2020-03-16"), at(NOW)).unwrap();
    assert!(standing_on(std::slice::from_ref(&left), day("2020-03-15")).good);
    assert_eq!(standing_on(&[left], day("2020-03-16")), Standing { class: None, good: false });
}

#[test]
fn good_standing_is_read_as_at_a_day_too() {
    let member = a_membership(MembershipClass::Full, term("2018-04-01", ""));
    let suspended = member.suspend(day("2019-06-01"), "subscription not paid", at(NOW)).unwrap();
    let restored = suspended.restore(day("2019-09-01"), at(NOW)).unwrap();
    let good = |text| standing_on(std::slice::from_ref(&restored), day(text)).good;
    assert_eq!(["2019-05-31", "2019-06-01", "2019-08-31", "2019-09-01"].map(good), [true, false, false, true]);
    assert_eq!(restored.version, 3);
}

#[test]
fn a_suspended_member_keeps_its_class() {
    let member = a_membership(MembershipClass::Associate, term("2018-04-01", ""));
    let suspended = member.suspend(day("2019-06-01"), "subscription not paid", at(NOW)).unwrap();
    let standing = standing_on(&[suspended], day("2020-01-01"));
    assert_eq!(standing, Standing { class: Some(MembershipClass::Associate), good: false });
}

#[test]
fn memberships_of_one_organisation_never_overlap() {
    let first = a_membership(MembershipClass::Associate, term("2018-04-01", ""));
    let begin = |from: &str, others: &[Membership]| {
        let term = term(from, "");
        Membership::begin(MembershipId::new(), first.organisation, MembershipClass::Full, term, others, at(NOW))
    };
    let refused = begin("2019-04-01", std::slice::from_ref(&first)).unwrap_err();
    assert!(matches!(refused, Error::Overlap { existing, .. } if existing == first.id.to_string()));
    let ended = first.end(day("2019-04-01"), at(NOW)).unwrap();
    assert!(begin("2019-04-01", &[ended]).is_ok());
}

#[test]
fn a_suspension_lies_within_the_membership_and_after_the_last_one() {
    let member = a_membership(MembershipClass::Full, term("2018-04-01", "2020-04-01"));
    assert!(matches!(member.suspend(day("2018-03-31"), "", at(NOW)), Err(Error::OutsideTerm { .. })));
    assert!(matches!(member.suspend(day("2020-04-01"), "", at(NOW)), Err(Error::OutsideTerm { .. })));
    let suspended = member.suspend(day("2019-01-01"), "", at(NOW)).unwrap();
    assert!(matches!(
        suspended.suspend(day("2019-02-01"), "", at(NOW)),
        Err(Error::Refused(Refusal::IllegalStep { .. }))
    ));
    assert!(matches!(suspended.restore(day("2018-12-31"), at(NOW)), Err(Error::EndBeforeStart { .. })));
    let restored = suspended.restore(day("2019-03-01"), at(NOW)).unwrap();
    assert!(matches!(restored.restore(day("2019-04-01"), at(NOW)), Err(Error::Refused(Refusal::IllegalStep { .. }))));
    assert!(matches!(restored.suspend(day("2019-02-28"), "", at(NOW)), Err(Error::OutsideTerm { .. })));
    assert!(restored.suspend(day("2019-03-01"), "", at(NOW)).is_ok());
}

#[test]
fn every_class_reads_back_by_its_name() {
    for &class in MembershipClass::VARIANTS {
        assert_eq!(<&str>::from(class).parse(), Ok(class));
    }
}
