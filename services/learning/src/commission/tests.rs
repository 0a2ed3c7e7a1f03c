use kit::time::at;

use super::*;

pub fn a_commission() -> Commission {
    Commission {
        id: CommissionId::new(),
        version: 1,
        title: "The learning of the 2020 round".to_string(),
        organisation: OrgId::new(),
        consultants: vec![PersonId::new()],
        rounds: vec![RoundId::new()],
        from: at("2021-01-04T09:00:00Z"),
        until: at("2021-06-30T23:00:00Z"),
        declarations: Vec::new(),
        reason: String::new(),
        created_at: at("2020-12-01T09:00:00Z"),
    }
}

#[test]
fn a_commission_is_open_from_its_first_instant_and_no_more_at_its_last() {
    let commission = a_commission();
    assert_eq!(commission.state(commission.from.plus_micros(-1)), State::Planned);
    assert_eq!(commission.state(commission.from), State::Running);
    assert_eq!(commission.state(commission.until.plus_micros(-1)), State::Running);
    assert_eq!(commission.state(commission.until), State::Ended);
}

#[test]
fn an_end_is_moved_forward_only_and_never_into_the_past() {
    let commission = a_commission();
    let now = at("2021-02-01T09:00:00Z");
    assert_eq!(commission.end(None, "done", now).unwrap().state(now), State::Ended);
    assert!(commission.end(Some(commission.until), "longer", now).is_err());
    assert!(commission.end(Some(now.plus_micros(-1)), "past", now).is_err());
    let planned = commission.end(None, "called off", at("2020-12-24T09:00:00Z")).unwrap();
    assert_eq!(planned.state(commission.from), State::Ended);
}

#[test]
fn a_second_declaration_takes_the_place_of_the_first() {
    let (commission, council) = (a_commission(), OrgId::new());
    let person = commission.consultants[0];
    let declaration = |organisations| Declaration { person, organisations, note: String::new(), at: commission.from };
    let declared = commission.declare(declaration(vec![council]));
    assert!(declared.is_interested(person, &[council]));
    assert!(!declared.declare(declaration(vec![])).is_interested(person, &[council]));
}
