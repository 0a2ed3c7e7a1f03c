//! Eligibility: pass-or-fail rules applied before review, each with the reason of its result (rule 9).

use kit::call::{MembershipClass, OverdueReports};
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{IntoStaticStr, VariantArray};

use crate::call::{Call, Instrument};
use crate::content::Content;
use crate::earlier::Burden;

/// An eligibility rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, IntoStaticStr, VariantArray)]
#[serde(rename_all = "snake_case")]
#[strum(serialize_all = "snake_case")]
pub enum Rule {
    Member,
    AdmittedClass,
    NotAbolished,
    PayeeIsLegalBody,
    Amount,
    Period,
    LeadLimit,
    OverdueReports,
}

/// The result of one rule.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
    pub class: Option<MembershipClass>,
    pub in_good_standing: bool,
}

/// What is known about the organisations of a bid on the day of the close.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standings {
    pub day: Timestamp,
    pub applicant: Standing,
    pub lead: Standing,
    pub payee: Standing,
}

/// Tries every rule.
pub fn screen(content: &Content, call: &Call, standings: &Standings, burden: Burden) -> Vec<Finding> {
    let Standings { day, applicant, lead, payee } = standings;
    let day = day.in_words(&call.zone);
    // Nobody borrows a lead's membership: who asks is tried as who leads is. A payee need not be a member, for a
    // political group that is one has no legal body of its own.
    let mut findings = vec![
        of_each([applicant, lead], |one| member(one, &day)),
        of_each([applicant, lead, payee], |one| not_abolished(one, &day)),
        payee_is_legal_body(payee),
    ];
    match call.instrument(&content.instrument) {
        Some(instrument) => findings.extend([
            of_each([applicant, lead], |one| admitted_class(one, instrument)),
            amount(content, instrument),
            period(content, instrument),
            lead_limit(lead, instrument, burden),
        ]),
        None => {
            let reason = format!("the round offers no {}", content.instrument);
            findings.push(Finding { rule: Rule::AdmittedClass, met: false, reason });
        }
    }
    findings.push(overdue_reports(call.overdue_reports, burden.n_overdue));
    findings
}

/// One rule tried on each of these organisations, which may be the same: it is met where each meets it.
fn of_each<const N: usize>(organisations: [&Standing; N], rule: impl Fn(&Standing) -> Finding) -> Finding {
    let mut found: Vec<Finding> = Vec::with_capacity(N);
    for finding in organisations.into_iter().map(rule) {
        if !found.contains(&finding) {
            found.push(finding);
        }
    }
    let reasons: Vec<&str> = found.iter().map(|finding| finding.reason.as_str()).collect();
    Finding { rule: found[0].rule, met: found.iter().all(|finding| finding.met), reason: reasons.join("; ") }
}

fn member(organisation: &Standing, day: &str) -> Finding {
    let name = &organisation.name;
    let (met, reason) = match (organisation.class, organisation.in_good_standing) {
        (Some(_), true) => (true, format!("{name} was a member at {day}")),
        (Some(_), false) => (false, format!("the membership of {name} was suspended at {day}")),
        (None, _) => (false, format!("{name} was no member at {day}")),
    };
    Finding { rule: Rule::Member, met, reason }
}

fn not_abolished(organisation: &Standing, day: &str) -> Finding {
    let existed = if organisation.abolished { "no longer existed" } else { "existed" };
    let reason = format!("{} {existed} at {day}", organisation.name);
    Finding { rule: Rule::NotAbolished, met: !organisation.abolished, reason }
}

fn payee_is_legal_body(payee: &Standing) -> Finding {
    let is = if payee.legal_body { "is" } else { "is not" };
    let reason = format!("{} {is} a legal body", payee.name);
    Finding { rule: Rule::PayeeIsLegalBody, met: payee.legal_body, reason }
}

fn admitted_class(organisation: &Standing, instrument: &Instrument) -> Finding {
    let (met, reason) = match organisation.class {
        Some(class) if instrument.admitted.contains(&class) => (true, format!("{class:?} members may lead a bid")),
        Some(class) => (false, format!("{class:?} members may not lead a bid")),
        None => (false, "only members may lead a bid".to_string()),
    };
    Finding { rule: Rule::AdmittedClass, met, reason }
}

fn amount(content: &Content, instrument: &Instrument) -> Finding {
    let sum = content.requested;
    let asked = sum.map_or_else(|| "nothing".to_string(), |sum| sum.to_string());
    let reason = format!("asks for {asked}; the range is {} to {}", instrument.floor, instrument.ceiling);
    Finding { rule: Rule::Amount, met: sum.is_some_and(|sum| instrument.admits_sum(sum)), reason }
}

fn period(content: &Content, instrument: &Instrument) -> Finding {
    let months = content.months;
    let (least, most) = (instrument.months_min, instrument.months_max);
    let reason = format!("runs {months} months; the range is {least} to {most}");
    Finding { rule: Rule::Period, met: instrument.admits_months(months), reason }
}

fn lead_limit(lead: &Standing, instrument: &Instrument, burden: Burden) -> Finding {
    let (name, Burden { n_led, n_live, .. }) = (&lead.name, burden);
    let (met, reason) = match (instrument.lead_limit, instrument.live_limit) {
        (Some(limit), _) => (n_led <= limit, format!("{name} leads {n_led} of at most {limit} bids")),
        // This bid would add one.
        (None, Some(limit)) => {
            let projects = if n_live == 1 { "project" } else { "projects" };
            (n_live < limit, format!("{name} leads {n_live} live {projects}; at most {limit} at a time"))
        }
        (None, None) => (true, "the round sets no lead limit".to_string()),
    };
    Finding { rule: Rule::LeadLimit, met, reason }
}

fn overdue_reports(setting: OverdueReports, n_overdue: i64) -> Finding {
    let (met, reason) = match setting {
        OverdueReports::Ignore => (true, "the round does not look at earlier reports".to_string()),
        OverdueReports::Warn | OverdueReports::Block if n_overdue == 0 => {
            (true, "no report on an earlier award is overdue".to_string())
        }
        OverdueReports::Warn => (true, format!("{}; the round warns only", overdue(n_overdue))),
        OverdueReports::Block => (false, overdue(n_overdue)),
    };
    Finding { rule: Rule::OverdueReports, met, reason }
}

fn overdue(n_overdue: i64) -> String {
    match n_overdue {
        1 => "1 report on an earlier award is overdue".to_string(),
        n => format!("{n} reports on earlier awards are overdue"),
    }
}
