//! What a report says before anybody has written in it: taken from the bid and from the award, so that no council is
//! asked twice.

use kit::language::Language;
use kit::money::Money;

use crate::award::Told;
use crate::content::{Content, Measure, PrincipleRecord};
use crate::kind::Kind;

/// Most measures that a report has.
const MOST_MEASURES: usize = 100;
/// Longest name of a measure, in characters.
const LONGEST_NAME: usize = 300;
/// Longest baseline and target.
const LONGEST_LEVEL: usize = 100;
/// Longest method.
const LONGEST_METHOD: usize = 2000;

/// What a bid said that its reports begin with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct BidWords {
    pub language: Option<Language>,
    /// Its answer to the question `principles`: codes separated by commas.
    pub principles: String,
    /// Its answer to the question `measures`: one a line.
    pub measures: String,
    pub framework: Framework,
}

/// The framework of the bid's round.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Framework {
    /// 0 where the round has none.
    pub version: i32,
    /// None where they are not known: then every code that could be one counts.
    pub codes: Option<Vec<String>>,
}

/// The first revision of a report.
pub fn content(kind: Kind, award: &Told, bid: &BidWords) -> Content {
    let nothing = Money { minor_units: 0, currency: award.amount.currency };
    let (spent, forecast) = match kind {
        Kind::Interim => (nothing, award.amount),
        Kind::Final => (award.amount, nothing),
    };
    Content {
        language: bid.language,
        measures: measures(&bid.measures),
        principles: principles(bid, &award.assessed),
        spent: Some(spent),
        forecast: Some(forecast),
        ..Default::default()
    }
}

/// What the bid claimed, then what the panel found besides; evidenced is neither (rule 34).
fn principles(bid: &BidWords, assessed: &[String]) -> Vec<PrincipleRecord> {
    let known = |code: &&str| match &bid.framework.codes {
        Some(codes) => codes.iter().any(|known| known == code),
        None => is_code(code),
    };
    let claimed: Vec<&str> = bid.principles.split(',').map(str::trim).filter(known).collect();
    let mut records: Vec<PrincipleRecord> = Vec::new();
    for code in claimed.iter().copied().chain(assessed.iter().map(String::as_str)) {
        if records.iter().all(|record| record.principle != code) {
            records.push(PrincipleRecord {
                principle: code.to_string(),
                framework_version: bid.framework.version,
                claimed: claimed.contains(&code),
                assessed: assessed.iter().any(|found| found == code),
                ..Default::default()
            });
        }
    }
    records
}

/// Whether a text could be the code of a principle, as the contract has it.
fn is_code(text: &str) -> bool {
    let good = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_' || byte == b'-';
    text.len() <= 60 && text.starts_with(|first: char| first.is_ascii_lowercase()) && text.bytes().all(good)
}

fn measures(answer: &str) -> Vec<Measure> {
    let lines = answer.lines().map(str::trim).filter(|line| !line.is_empty());
    lines.map(measure).take(MOST_MEASURES).collect()
}

/// One line: `name | baseline | target | method`, or else a name alone.
fn measure(line: &str) -> Measure {
    let fits = |text: &str, most: usize| text.chars().count() <= most;
    let parts: Vec<&str> = line.split('|').map(str::trim).collect();
    match parts[..] {
        [name, baseline, target, method]
            if !name.is_empty()
                && fits(name, LONGEST_NAME)
                && fits(baseline, LONGEST_LEVEL)
                && fits(target, LONGEST_LEVEL)
                && fits(method, LONGEST_METHOD) =>
        {
            Measure {
                name: name.to_string(),
                baseline: baseline.to_string(),
                target: target.to_string(),
                method: method.to_string(),
                ..Default::default()
            }
        }
        _ => Measure { name: line.chars().take(LONGEST_NAME).collect(), ..Default::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_four_parts_is_a_measure_and_any_other_line_is_the_name_of_one() {
        let answer = "households | 0 | 3 | visits\n\n three events in 2020/21 \na | b\n | 0 | 3 | x\n";
        let found = measures(answer);
        let names: Vec<&str> = found.iter().map(|measure| measure.name.as_str()).collect();
        assert_eq!(names, ["households", "three events in 2020/21", "a | b", "| 0 | 3 | x"]);
        assert_eq!((found[0].baseline.as_str(), found[0].target.as_str()), ("0", "3"));
        assert_eq!(found[0].method, "visits");
        let long = measures(&"é".repeat(400));
        assert_eq!(long[0].name.chars().count(), 300);
        let long_target = measures(&format!("households | 0 | {} | visits", "x".repeat(101)));
        assert!(long_target[0].name.starts_with("households | 0 | xxx"));
    }

    #[test]
    fn claimed_and_assessed_are_kept_apart_and_nothing_is_evidenced_yet() {
        let bid = BidWords {
            principles: "learning, innovation,learning, Sunshine, unknown".to_string(),
            framework: Framework {
                version: 3,
                codes: Some(["learning", "innovation", "walking-the-talk"].map(str::to_string).to_vec()),
            },
            ..Default::default()
        };
        let found = principles(&bid, &["innovation".to_string(), "walking-the-talk".to_string()]);
        let said: Vec<_> =
            found.iter().map(|record| (record.principle.as_str(), record.claimed, record.assessed)).collect();
        assert_eq!(said, [("learning", true, false), ("innovation", true, true), ("walking-the-talk", false, true)]);
        assert!(found.iter().all(|record| record.framework_version == 3 && !record.evidenced));
        let unknown = BidWords { framework: Framework::default(), ..bid };
        let codes: Vec<String> = principles(&unknown, &[]).into_iter().map(|record| record.principle).collect();
        assert_eq!(codes, ["learning", "innovation", "unknown"]);
    }
}
