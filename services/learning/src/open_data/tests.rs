use kit::time::at;

use super::*;

pub fn an_award() -> Award {
    Award {
        reference: "r3-2020-09".to_string(),
        title: "Plymouth Diabeaters".to_string(),
        summary: "Food growing, delivery and cooking for people with type 2 diabetes.".to_string(),
        applied_for: Money::pence(150_000),
        awarded: Money::pence(150_000),
        disbursed: Money::pence(150_000),
        decided_on: "2020-01-31".to_string(),
        starts_on: "2020-02-01".to_string(),
        ends_on: "2020-12-31".to_string(),
        is_completed: false,
        is_gone: false,
        principles: vec!["co-production".to_string()],
        updated_at: at("2020-02-05T12:00:00Z"),
        recipient: Recipient {
            name: "Plymouth City Council".to_string(),
            short_name: "Plymouth".to_string(),
            org_id: "GB-LAE-PLY".to_string(),
            code: "PLY".to_string(),
            gss_code: "E06000026".to_string(),
            authority_type: "UA".to_string(),
            kind: RecipientKind::LocalAuthority,
            website: "https://www.plymouth.gov.uk/".to_string(),
        },
    }
}

pub fn a_round() -> Round {
    Round {
        reference: "r3-2020".to_string(),
        title: "2020 Policy Prototypes: Health & Social Care".to_string(),
        theme: "Health and social care".to_string(),
        programme: "policy-prototypes".to_string(),
        announced_on: "2020-02-01".to_string(),
    }
}

fn found(award: Award) -> Vec<String> {
    let awards = [award];
    let package = package(&Publisher::default(), &a_round(), &awards);
    checks::findings(&package, &awards, at("2021-04-01T12:00:00Z"))
}

#[test]
fn a_sound_award_has_no_findings() {
    assert_eq!(found(an_award()), Vec::<String>::new());
}

#[test]
fn the_checks_of_the_standard_find_what_a_person_should_look_at() {
    let says = |change: fn(&mut Award)| {
        let mut award = an_award();
        change(&mut award);
        found(award).into_iter().map(|says| says.split_once(": ").unwrap().1.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(says(|one| one.summary += " Ask jo@council.example."), ["the description holds an e-mail address"]);
    assert_eq!(says(|one| one.awarded = Money::pence(0)), ["the amount awarded is zero"]);
    assert_eq!(says(|one| one.decided_on = "2021-05-01".to_string()), ["the award date lies in the future"]);
    assert_eq!(says(|one| one.ends_on = "2019-12-31".to_string()), ["the planned end lies before the start"]);
    assert_eq!(says(|one| one.ends_on = "2050-12-31".to_string()), Vec::<String>::new());
    assert_eq!(says(|one| one.ends_on = "2051-01-01".to_string()), ["a planned date lies far away"]);
    assert_eq!(says(|one| one.summary = one.title.clone()), ["title and description are the same"]);
    assert_eq!(says(|one| one.title = "x".repeat(141)), ["the title is longer than 140 characters"]);
    assert_eq!(says(|one| one.reference = "r3 2020".to_string()).len(), 1);
}

#[test]
fn a_town_council_has_an_identifier_of_the_publishers_own_and_a_place_by_name() {
    let town = Recipient {
        name: "Burntwood Town Council".to_string(),
        short_name: String::new(),
        org_id: String::new(),
        code: String::new(),
        gss_code: String::new(),
        authority_type: String::new(),
        kind: RecipientKind::LocalCouncil,
        website: String::new(),
    };
    let grant = grant(&Publisher::default(), &a_round(), &Award { recipient: town, ..an_award() });
    assert_eq!(grant.recipient_organization[0].id, "360G-example-org-burntwood-tc");
    assert_eq!((grant.beneficiary_location[0].id.as_str(), grant.location_scope), ("burntwood", "GLS060"));
    assert!(grant.recipient_organization[0].location.is_empty());
}

#[test]
fn an_award_that_ended_before_any_payment_leaves_the_file_and_is_told() {
    let awards = [an_award(), Award { reference: "r3-2020-10".to_string(), is_gone: true, ..an_award() }];
    let package = package(&Publisher::default(), &a_round(), &awards);
    assert_eq!(package.grants.len(), 1);
    let findings = checks::findings(&package, &awards, at("2021-04-01T12:00:00Z"));
    assert_eq!(findings, ["r3-2020-10: left out, it ended before any payment"]);
}

#[test]
fn sums_are_numbers_in_pounds_with_pence_only_where_there_are_some() {
    let json = |pence| serde_json::to_string(&Pounds(pence)).unwrap();
    assert_eq!((json(150_000).as_str(), json(150_050).as_str(), json(1).as_str()), ("1500", "1500.5", "0.01"));
    assert_eq!(Pounds(150_050).to_string(), "1500.50");
    assert_eq!([Pounds(-1), Pounds(-150_000)].map(|sum| sum.to_string()), ["-0.01", "-1500"]);
}
