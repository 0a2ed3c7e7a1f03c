use kit::time::at;

use super::*;
use crate::dates::day;

pub fn a_council() -> Details {
    Details {
        kind: Kind::PrincipalCouncil,
        name: "Kirklees Council".to_string(),
        name_cy: String::new(),
        short_name: "Kirklees".to_string(),
        code: "KIR".to_string(),
        org_id: "GB-LAE-KIR".to_string(),
        gss_code: "E08000034".to_string(),
        former_gss_codes: Vec::new(),
        authority_type: "MD".to_string(),
        authority_type_name: "Metropolitan district".to_string(),
        nation: Some(Nation::England),
        region: "Yorkshire and The Humber".to_string(),
        county_code: String::new(),
        combined_authority_code: "WYCA".to_string(),
        start_date: RegisterDate::Unknown,
        end_date: RegisterDate::Unknown,
        successors: Vec::new(),
        gov_uk_slug: "kirklees".to_string(),
        website: "https://www.kirklees.gov.uk/".to_string(),
        legal_body: true,
    }
}

/// A body that no register lists.
pub fn unlisted(kind: Kind, name: &str) -> Details {
    Details {
        kind,
        name: name.to_string(),
        short_name: String::new(),
        code: String::new(),
        org_id: String::new(),
        gss_code: String::new(),
        authority_type: String::new(),
        authority_type_name: String::new(),
        combined_authority_code: String::new(),
        gov_uk_slug: String::new(),
        website: String::new(),
        legal_body: kind != Kind::PoliticalGroup,
        ..a_council()
    }
}

fn enter(details: Details) -> Result<Organisation, Refusal> {
    Organisation::create(OrgId::new(), details, &[], at("2020-01-06T09:00:00Z"))
}

fn broken_rules(details: Details) -> Vec<String> {
    match enter(details) {
        Err(Refusal::Invalid(wrong)) => {
            wrong.into_iter().map(|violation| format!("{} {}", violation.field, violation.rule)).collect()
        }
        Ok(_) => Vec::new(),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn a_town_council_needs_no_code_at_all() {
    let burntwood = enter(unlisted(Kind::LocalCouncil, "Burntwood Town Council")).unwrap();
    assert_eq!(burntwood.short_name(), "Burntwood Town Council");
    assert!(burntwood.details.legal_body);
}

#[test]
fn a_political_group_is_no_legal_body() {
    let group = Details { legal_body: true, ..unlisted(Kind::PoliticalGroup, "Opposition group") };
    assert_eq!(broken_rules(group), ["details.legal_body political_group"]);
}

#[test]
fn everything_that_contradicts_itself_is_named_at_once() {
    let twice = OrgId::new();
    let details = Details {
        start_date: RegisterDate::Day(day("2023-04-01")),
        end_date: RegisterDate::Year(1996),
        successors: vec![twice, twice],
        former_gss_codes: vec!["E08000034".to_string()],
        org_id: "GB-LAE-RCH".to_string(),
        ..a_council()
    };
    let expected = [
        "details.end_date order",
        "details.successor_ids unique",
        "details.former_gss_codes unique",
        "details.org_id code",
    ];
    assert_eq!(broken_rules(details), expected);
}

#[test]
fn a_successor_needs_an_end_and_is_another_body() {
    let kirklees = enter(a_council()).unwrap();
    let details = Details { successors: vec![kirklees.id], ..a_council() };
    let Err(Refusal::Invalid(wrong)) = kirklees.update(details, &[], at("2020-01-07T09:00:00Z")) else {
        panic!("it followed itself")
    };
    assert_eq!(wrong.len(), 2, "{wrong:?}");
}

#[test]
fn an_amended_organisation_keeps_identity_and_birth_and_counts_on() {
    let kirklees = enter(a_council()).unwrap();
    let later = at("2020-02-01T09:00:00Z");
    let renamed = kirklees.update(Details { name: "Kirklees".to_string(), ..a_council() }, &[], later).unwrap();
    assert_eq!((renamed.id, renamed.version, renamed.created_at), (kirklees.id, 2, kirklees.created_at));
    assert_eq!(renamed.updated_at, later);
}

#[test]
fn a_council_exists_until_the_day_before_its_successor() {
    let details =
        Details { end_date: RegisterDate::Day(day("2023-04-01")), successors: vec![OrgId::new()], ..a_council() };
    let began = [RegisterDate::Day(day("2023-04-01"))];
    let allerdale = Organisation::create(OrgId::new(), details, &began, at("2020-01-06T09:00:00Z")).unwrap();
    assert!(allerdale.exists_on(day("2023-03-31")));
    assert!(!allerdale.exists_on(day("2023-04-01")));
}

#[test]
fn every_kind_and_nation_reads_back_by_its_name() {
    for &kind in Kind::VARIANTS {
        assert_eq!(kind.to_string().parse(), Ok(kind));
    }
    for &nation in Nation::VARIANTS {
        assert_eq!(nation.to_string().parse(), Ok(nation));
    }
}
