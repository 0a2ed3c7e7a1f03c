//! What a report says: its content, the canonical bytes of a revision, and what in it can be asked about.
//!
//! A [`Paper`] is sealed: a field is added, here or to what it holds, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones lie in `tests/golden/*paper.v1.json`.

use kit::caller::Actor;
use kit::ids::{EvidenceId, ReportId};
use kit::language::Language;
use kit::money::Money;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

/// Questions that a report can answer. Which it must answer, its kind decides.
pub const QUESTIONS: [&str; 9] = [
    "progress",
    "early_learning",
    "outcomes",
    "people_involved",
    "what_did_not_work",
    "reusable_materials",
    "co_operative_difference",
    "slippage",
    "case_study",
];

/// What a report says. A draft may be incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub nil_return: bool,
    pub nil_reason: String,
    pub language: Option<Language>,
    pub answers: Vec<Answer>,
    pub measures: Vec<Measure>,
    pub principles: Vec<PrincipleRecord>,
    pub spent: Option<Money>,
    pub forecast: Option<Money>,
    pub levels: Vec<StatementLevel>,
}

/// What a council says to one of [`QUESTIONS`], which `question` names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub text: String,
}

/// One success measure.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Measure {
    pub name: String,
    pub unit: String,
    pub baseline: String,
    pub target: String,
    pub value: String,
    pub method: String,
    /// From 0 (none) to 5 (replicable), by the Nesta standards.
    pub evidence_level: i32,
}

/// One principle: claimed in the bid, assessed by the panel, evidenced here. The three are kept apart (rule 34).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrincipleRecord {
    pub principle: String,
    pub framework_version: i32,
    pub claimed: bool,
    pub assessed: bool,
    pub evidenced: bool,
    pub evidence: String,
}

/// The level of one statement of a framework before and after; empty for one that is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StatementLevel {
    pub statement: String,
    pub before: String,
    pub after: String,
}

/// A file that belongs to a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    pub id: EvidenceId,
    pub file_name: String,
    /// As found in the content.
    pub media_type: String,
    pub size_bytes: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// All that a sign-off covers: the content, and the files by their digests.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub content: Content,
    pub evidence: Vec<Evidence>,
}

/// What a report says from one edit to the next. It does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub report: ReportId,
    pub number: i32,
    pub paper: Paper,
    /// The paper as it was written: the very bytes that the digest covers.
    pub canonical_json: String,
    pub digest: String,
    pub created_at: Timestamp,
    pub author: Actor,
}

impl Paper {
    /// The paper as RFC 8785 canonical JSON: the same bytes whatever wrote it, unlike protobuf's.
    pub fn canonical_json(&self) -> String {
        serde_json_canonicalizer::to_string(self).expect("a paper is made of texts, flags and whole numbers under 2^53")
    }

    /// Whether a path leads to something in the paper, such as `answers[progress]` or `measures[2].value`.
    pub fn has(&self, path: &str) -> bool {
        let Content { measures, principles, levels, .. } = &self.content;
        let (head, rest) = path.split_once('[').unwrap_or((path, ""));
        let (key, field) = rest.split_once(']').unwrap_or(("", rest));
        let within = |fields: &[&str]| field.is_empty() || fields.iter().any(|name| field == format!(".{name}"));
        match head {
            "spent" | "forecast" | "nil_reason" | "language" | "evidence" if rest.is_empty() => true,
            "answers" => QUESTIONS.contains(&key) && within(&["text"]),
            "measures" => {
                let known = key.parse::<usize>().is_ok_and(|place| place < measures.len());
                known && within(&["name", "unit", "baseline", "target", "value", "method", "evidence_level"])
            }
            "principles" => principles.iter().any(|one| one.principle == key) && within(&["evidenced", "evidence"]),
            "levels" => levels.iter().any(|one| one.statement == key) && within(&["before", "after"]),
            "evidence" => self.evidence.iter().any(|file| file.id.to_string() == key) && field.is_empty(),
            _ => false,
        }
    }
}

impl Content {
    /// As a council wrote it over what was there. What bid and panel said of the principles is the server's to keep,
    /// for each version of the framework (rule 34): a council neither claims afterwards nor leaves a claim out.
    pub fn written_over(mut self, before: &Content, framework_version: i32) -> Content {
        for record in &mut self.principles {
            if record.framework_version == 0 {
                record.framework_version = framework_version;
            }
            let known = before.principles.iter().find(|known| known.is_same(record));
            record.claimed = known.is_some_and(|known| known.claimed);
            record.assessed = known.is_some_and(|known| known.assessed);
        }
        for known in before.principles.iter().filter(|known| known.claimed || known.assessed) {
            if !self.principles.iter().any(|record| record.is_same(known)) {
                let unsaid = PrincipleRecord { evidenced: false, evidence: String::new(), ..known.clone() };
                self.principles.push(unsaid);
            }
        }
        self
    }
}

impl PrincipleRecord {
    /// Whether two records are about the same principle in the same version of the framework.
    pub fn is_same(&self, other: &PrincipleRecord) -> bool {
        self.principle == other.principle && self.framework_version == other.framework_version
    }
}

#[cfg(test)]
mod tests {
    use kit::digest::digest;

    use super::*;

    fn record(principle: &str, framework_version: i32) -> PrincipleRecord {
        PrincipleRecord { principle: principle.to_string(), framework_version, ..Default::default() }
    }

    fn prefilled() -> Content {
        let claimed = PrincipleRecord { claimed: true, ..record("learning", 1) };
        let assessed = PrincipleRecord { assessed: true, ..record("innovation", 1) };
        Content { principles: vec![claimed, assessed], ..Default::default() }
    }

    #[test]
    fn the_canonical_json_has_sorted_keys_and_no_space_and_the_digest_covers_a_file() {
        let plain = Paper { content: Content { spent: Some(Money::pence(150_000)), ..prefilled() }, evidence: vec![] };
        let json = plain.canonical_json();
        assert!(json.starts_with(r#"{"content":{"answers":[],"forecast":null,"language":null,"levels":[]"#), "{json}");
        assert!(json.contains(r#""spent":{"currency":"GBP","minor_units":150000}"#), "{json}");
        let file = Evidence {
            id: "evd_0190163d8694739baea5966c26f8ad91".parse().unwrap(),
            file_name: "survey.csv".to_string(),
            media_type: "text/csv".to_string(),
            size_bytes: 4,
            sha256: "ab".repeat(32),
        };
        let with_file = Paper { evidence: vec![file], ..plain.clone() };
        assert_ne!(digest(&json), digest(with_file.canonical_json()));
    }

    #[test]
    fn the_first_papers_keep_their_bytes_and_their_digest() {
        for (sealed, sha256) in [
            (
                include_str!("../tests/golden/paper.v1.json"),
                "1b4671484e01f6fab738741e365de27cd269cbd4557bc75914eba015110b19b0",
            ),
            (
                include_str!("../tests/golden/nil_paper.v1.json"),
                "6641528519c05a087e49ceed01d730c956a09b22a2be828673f959ae5c5f2fc4",
            ),
        ] {
            let paper: Paper = testing::sealed::expect(sealed, sha256);
            assert_eq!(paper.canonical_json(), sealed);
        }
    }

    #[test]
    fn a_council_neither_claims_afterwards_nor_leaves_a_claim_out() {
        let boast = PrincipleRecord { claimed: true, assessed: true, evidenced: true, ..record("innovation", 0) };
        let written = Content { principles: vec![boast], ..Default::default() }.written_over(&prefilled(), 1);
        let said: Vec<_> = written
            .principles
            .iter()
            .map(|one| (one.principle.as_str(), one.claimed, one.assessed, one.evidenced))
            .collect();
        assert_eq!(said, [("innovation", false, true, true), ("learning", true, false, false)]);
    }

    #[test]
    fn a_principle_evidenced_in_a_later_version_of_the_framework_stands_beside_the_claim() {
        let later = PrincipleRecord { evidenced: true, ..record("learning", 2) };
        let written = Content { principles: vec![later], ..Default::default() }.written_over(&prefilled(), 1);
        let said: Vec<_> =
            written.principles.iter().map(|one| (one.framework_version, one.claimed, one.evidenced)).collect();
        assert_eq!(said, [(2, false, true), (1, true, false), (1, false, false)]);
    }

    #[test]
    fn only_what_the_report_has_can_be_asked_about() {
        let measure = Measure { name: "households".to_string(), ..Default::default() };
        let content = Content { measures: vec![measure], ..prefilled() };
        let paper = Paper { content, evidence: vec![] };
        for good in
            ["spent", "answers[progress]", "answers[outcomes].text", "measures[0].value", "principles[learning]"]
        {
            assert!(paper.has(good), "{good}");
        }
        for bad in ["", "answers", "answers[mood]", "measures[1]", "measures[0].colour", "spent[0]", "title"] {
            assert!(!paper.has(bad), "{bad}");
        }
    }
}
