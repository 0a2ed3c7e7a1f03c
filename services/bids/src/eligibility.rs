//! Eligibility: pass-or-fail rules tried before review, each with the reason of its result (rule 9).

use kit::time::Timestamp;

use crate::bid::Bid;
use crate::call::{Call, Class};

/// An eligibility rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rule {
    Member,
    AdmittedClass,
    NotAbolished,
    PayeeIsLegalBody,
    Amount,
    Period,
    LeadLimit,
}

/// The result of one rule.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Finding {
    pub rule: Rule,
    pub met: bool,
    pub reason: String,
}

/// What the register says of an organisation on one day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub name: String,
    pub legal_body: bool,
    pub abolished: bool,
    /// None when it was no member.
    pub class: Option<Class>,
    pub in_good_standing: bool,
}

/// What is known about the organisations of a bid on the day of the close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standings {
    pub day: Timestamp,
    pub lead: Standing,
    pub payee: Standing,
}

/// Tries every rule. `n_led` is how many received bids the lead organisation has for this instrument in this round,
/// this one included.
pub fn screen(bid: &Bid, call: &Call, standings: &Standings, n_led: i64) -> Vec<Finding> {
    let finding = |rule, met, reason: String| Finding { rule, met, reason };
    let (lead, payee) = (&standings.lead, &standings.payee);
    let day = standings.day.in_words(&call.zone);
    let mut findings = vec![
        match (lead.class, lead.in_good_standing) {
            (Some(_), true) => finding(Rule::Member, true, format!("{} was a member at {day}", lead.name)),
            (Some(_), false) => finding(
                Rule::Member,
                false,
                format!("the membership of {} was suspended at {day}", lead.name),
            ),
            (None, _) => finding(
                Rule::Member,
                false,
                format!("{} was no member at {day}", lead.name),
            ),
        },
        finding(
            Rule::NotAbolished,
            !lead.abolished,
            format!(
                "{} {} at {day}",
                lead.name,
                if lead.abolished {
                    "no longer existed"
                } else {
                    "existed"
                }
            ),
        ),
        finding(
            Rule::PayeeIsLegalBody,
            payee.legal_body,
            format!(
                "{} {} a legal body",
                payee.name,
                if payee.legal_body { "is" } else { "is not" }
            ),
        ),
    ];
    let Some(instrument) = call.instrument(&bid.paper.content.instrument) else {
        let reason = format!("the round offers no {}", bid.paper.content.instrument);
        findings.push(finding(Rule::AdmittedClass, false, reason));
        return findings;
    };
    let admitted = lead
        .class
        .is_some_and(|class| instrument.admitted.contains(&class));
    findings.push(match lead.class {
        Some(class) => finding(
            Rule::AdmittedClass,
            admitted,
            format!(
                "{class:?} members {} lead a bid",
                if admitted { "may" } else { "may not" }
            ),
        ),
        None => finding(
            Rule::AdmittedClass,
            false,
            "only members may lead a bid".to_string(),
        ),
    });
    let sum = bid.paper.content.requested;
    let in_range = sum.is_some_and(|sum| {
        sum.currency == instrument.floor.currency
            && (instrument.floor.minor_units..=instrument.ceiling.minor_units).contains(&sum.minor_units)
    });
    let asked = sum.map_or_else(|| "nothing".to_string(), |sum| sum.to_string());
    let range = format!(
        "asks for {asked}; the range is {} to {}",
        instrument.floor, instrument.ceiling
    );
    findings.push(finding(Rule::Amount, in_range, range));
    let months = bid.paper.content.months;
    findings.push(finding(
        Rule::Period,
        (instrument.months_min..=instrument.months_max).contains(&months),
        format!(
            "runs {months} months; the range is {} to {}",
            instrument.months_min, instrument.months_max
        ),
    ));
    findings.push(match instrument.lead_limit {
        None => finding(Rule::LeadLimit, true, "the round sets no lead limit".to_string()),
        Some(limit) => finding(
            Rule::LeadLimit,
            n_led <= limit,
            format!("{} leads {n_led} of at most {limit} bids", lead.name),
        ),
    });
    findings
}
