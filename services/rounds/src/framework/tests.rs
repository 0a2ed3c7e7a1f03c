use kit::time::at;

use super::*;
use crate::samples::{a_statement, text};

fn wording(label: &str, codes: &[&str]) -> Wording {
    let statements = codes.iter().map(|code| a_statement(code)).collect();
    Wording { label: label.to_string(), statements, mappings: Vec::new() }
}

fn mapping(previous_code: &str, codes: &[&str]) -> Mapping {
    let codes = codes.iter().map(|code| code.to_string()).collect();
    Mapping { previous_code: previous_code.to_string(), codes }
}

fn a_framework() -> Framework {
    let first = wording("2019", &["co-production", "learning"]);
    Framework::new(FrameworkId::new(), text("Principles"), OrgId::new(), first, at("2019-05-01T10:00:00Z")).unwrap()
}

fn rules_of(refusal: Refusal) -> Vec<String> {
    match refusal {
        Refusal::Invalid(violations) => violations.into_iter().map(|violation| violation.rule).collect(),
        other => panic!("not a list of violations: {other}"),
    }
}

#[test]
fn a_framework_begins_with_a_draft() {
    let framework = a_framework();
    assert_eq!((framework.newest().number, framework.newest().state), (1, VersionState::Draft));
}

#[test]
fn a_draft_version_can_be_worded_again_and_a_frozen_one_cannot() {
    let now = at("2019-06-01T10:00:00Z");
    let framework = a_framework().reword(1, wording("2019", &["innovation"]), now).unwrap();
    assert!(framework.newest().has_statement("innovation"));
    let refused = framework.freeze(1, now).unwrap().reword(1, wording("2019", &["learning"]), now).unwrap_err();
    assert!(matches!(refused, Error::VersionFrozen { number: 1, .. }));
}

#[test]
fn a_version_that_does_not_exist_cannot_be_worded() {
    let refused = a_framework().reword(2, wording("2020", &["learning"]), at("2019-06-01T10:00:00Z")).unwrap_err();
    assert!(matches!(refused, Error::VersionNotFound { number: 2 }));
}

#[test]
fn a_new_version_freezes_the_one_before() {
    let now = at("2020-05-01T10:00:00Z");
    let framework = a_framework().add_version(wording("2020", &["co-production", "learning"]), now).unwrap();
    assert_eq!(framework.versions[0].state, VersionState::Frozen { at: now });
    assert_eq!((framework.newest().number, framework.newest().state), (2, VersionState::Draft));
}

#[test]
fn a_version_is_frozen_once_and_keeps_that_date() {
    let framework = a_framework().freeze(1, at("2020-01-01T10:00:00Z")).unwrap();
    assert_eq!(framework.newest().state, VersionState::Frozen { at: at("2020-01-01T10:00:00Z") });
    assert_eq!(framework.freeze(1, at("2020-02-01T10:00:00Z")), None);
}

#[test]
fn a_statement_that_loses_its_code_must_be_mapped() {
    let now = at("2020-05-01T10:00:00Z");
    let unmapped = wording("2020", &["co-production", "sharing"]);
    assert_eq!(rules_of(a_framework().add_version(unmapped, now).unwrap_err()), ["framework.not_mapped"]);
    let mapped = wording("2020", &["co-production", "sharing"]);
    let mapped = Wording { mappings: vec![mapping("learning", &["sharing"])], ..mapped };
    assert!(a_framework().add_version(mapped, now).is_ok());
}

#[test]
fn a_dropped_statement_is_mapped_to_nothing_and_a_split_one_to_several() {
    let now = at("2020-05-01T10:00:00Z");
    let next = wording("2020", &["design", "commissioning"]);
    let mappings = vec![mapping("co-production", &["design", "commissioning"]), mapping("learning", &[])];
    assert!(a_framework().add_version(Wording { mappings, ..next }, now).is_ok());
}

#[test]
fn everything_wrong_with_a_wording_is_said_at_once() {
    let next = wording("2019", &["learning", "learning"]);
    let mappings = vec![mapping("unheard-of", &["unwritten"]), mapping("unheard-of", &[])];
    let refused = a_framework().add_version(Wording { mappings, ..next }, at("2020-05-01T10:00:00Z")).unwrap_err();
    let expected = [
        "framework.label_taken",
        "framework.code_twice",
        "framework.unknown_code",
        "framework.unknown_code",
        "framework.unknown_code",
        "framework.mapped_twice",
        "framework.not_mapped",
    ];
    assert_eq!(rules_of(refused), expected);
}

#[test]
fn a_first_version_maps_nothing() {
    let first = Wording { mappings: vec![mapping("learning", &[])], ..wording("2019", &["learning"]) };
    let now = at("2019-05-01T10:00:00Z");
    let refused = Framework::new(FrameworkId::new(), text("Principles"), OrgId::new(), first, now).unwrap_err();
    assert_eq!(rules_of(refused), ["framework.unknown_code"]);
}
