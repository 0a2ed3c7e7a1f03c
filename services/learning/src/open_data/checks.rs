//! What the checks of 360Giving's own tool would find, for a person to look at. Accuracy first, then usefulness.

use kit::time::{Date, Timestamp};

use super::{Award, Grant, Package};

const LONGEST_TITLE: usize = 140;

/// Findings of a package, and what was left out of it and why (rule 33: the change log).
pub fn findings(package: &Package, awards: &[Award], now: Timestamp) -> Vec<String> {
    let today = Date::today(now).to_string();
    let mut findings = Vec::new();
    for grant in &package.grants {
        let found = accuracy(grant, &today).into_iter().chain(usefulness(grant));
        findings.extend(found.map(|says| format!("{}: {says}", grant.id)));
    }
    for award in awards.iter().filter(|award| award.is_gone) {
        findings.push(format!("{}: left out, it ended before any payment", award.reference));
    }
    findings
}

fn accuracy(grant: &Grant, today: &str) -> Vec<String> {
    let mut found = Vec::new();
    if grant.amount_awarded.0 == 0 {
        found.push("the amount awarded is zero".to_string());
    }
    if grant.amount_applied_for.0 == 0 {
        found.push("the amount applied for is zero".to_string());
    }
    for (field, text) in [("title", &grant.title), ("description", &grant.description)] {
        if text.split(char::is_whitespace).any(is_address) {
            found.push(format!("the {field} holds an e-mail address"));
        }
    }
    if grant.award_date.as_str() > today {
        found.push("the award date lies in the future".to_string());
    }
    for (what, dates) in [("planned", &grant.planned_dates), ("actual", &grant.actual_dates)] {
        for period in dates {
            if period.start_date > period.end_date {
                found.push(format!("the {what} end lies before the start"));
            }
            let far = |day: &str| !("1995".."2051").contains(&day);
            if far(&period.start_date) || far(&period.end_date) {
                found.push(format!("a {what} date lies far away"));
            }
        }
    }
    if grant.actual_dates.iter().any(|dates| dates.end_date.as_str() > today) {
        found.push("the actual end lies in the future".to_string());
    }
    let ids = grant.recipient_organization.iter().map(|organisation| &organisation.id).chain([&grant.id]);
    for id in ids.filter(|id| id.chars().any(|letter| letter.is_whitespace() || letter.is_control() || letter == '/')) {
        found.push(format!("the identifier {id:?} holds a sign that does not belong there"));
    }
    found
}

fn usefulness(grant: &Grant) -> Vec<String> {
    let mut found = Vec::new();
    if grant.title == grant.description {
        found.push("title and description are the same".to_string());
    }
    if grant.title.chars().count() > LONGEST_TITLE {
        found.push(format!("the title is longer than {LONGEST_TITLE} characters"));
    }
    if grant.description.is_empty() {
        found.push("there is no description".to_string());
    }
    for recipient in grant.recipient_organization.iter().filter(|recipient| recipient.id.starts_with("360G-")) {
        found.push(format!("{} has no identifier of a register", recipient.name));
    }
    if grant.beneficiary_location.iter().all(|place| place.geo_code.is_empty()) {
        found.push("the place has no code".to_string());
    }
    found
}

/// Something, an at sign, something with a dot.
fn is_address(word: &str) -> bool {
    let word = word.trim_matches(|letter: char| !letter.is_alphanumeric());
    word.split_once('@').is_some_and(|(name, domain)| !name.is_empty() && domain.trim_end_matches('.').contains('.'))
}
