//! What a report says: its content, the canonical bytes of a revision, and what in it can be asked about.
//!
//! A [`Paper`] is sealed: a field is added, here or to what it holds, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones are in `tests/golden/*paper.v1.json`.

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

/// A revision, and when it was last handed in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RevisionNow {
    pub revision: Revision,
    pub handed_in: Option<Timestamp>,
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
            "principles" => {
                principles.iter().any(|record| record.principle == key) && within(&["evidenced", "evidence"])
            }
            "levels" => levels.iter().any(|level| level.statement == key) && within(&["before", "after"]),
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
mod tests;
