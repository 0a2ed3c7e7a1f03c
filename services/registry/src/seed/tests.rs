use kit::time::at;

use super::*;

fn all() -> Vec<Organisation> {
    councils(at("2026-11-23T09:00:00Z")).unwrap()
}

fn of<'a>(all: &'a [Organisation], code: &str) -> &'a Organisation {
    all.iter().find(|council| council.details.code == code).unwrap()
}

#[test]
fn every_row_of_the_data_is_a_sound_organisation() {
    let all = all();
    let today = "2026-11-23".parse().unwrap();
    assert_eq!(all.len(), 470);
    assert_eq!(all.iter().filter(|council| council.exists_on(today)).count(), 397);
    assert_eq!(all.iter().filter(|council| !council.details.name_cy.is_empty()).count(), 22);
}

#[test]
fn a_divided_county_has_both_its_successors() {
    let all = all();
    let successors = [of(&all, "CBD").id, of(&all, "WAF").id];
    assert_eq!(of(&all, "CMA").details.successors, successors);
}

#[test]
fn both_ways_to_give_an_end_mean_the_successors_first_day() {
    let all = all();
    let gone = |code| of(&all, code).abolished_from.map(|day| day.to_string());
    assert_eq!(gone("AYL").as_deref(), Some("2020-04-01"), "given as its last day, 2020-03-31");
    assert_eq!(gone("ALL").as_deref(), Some("2023-04-01"), "given as the successor's first day");
    assert_eq!(gone("NIR-A").as_deref(), Some("2015-04-01"), "no successor is given");
    assert_eq!(gone("KIR"), None);
}

#[test]
fn dates_keep_their_precision_and_gaps_stay_gaps() {
    let all = all();
    assert_eq!(of(&all, "ABE").details.start_date.to_string(), "1996");
    assert_eq!(of(&all, "ABC").details.start_date.to_string(), "2015-04-01");
    assert_eq!(of(&all, "ADU").details.start_date.to_string(), "");
    assert_eq!(of(&all, "CBD").details.org_id, "");
    assert_eq!(of(&all, "GLG").details.former_gss_codes, ["S12000046", "S12000043"]);
}
