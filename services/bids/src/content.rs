//! What a bid says: its content, the canonical bytes of a revision, and what differs between two.
//!
//! A [`Paper`] is sealed: a field is added, here or to what it holds, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones are in `tests/golden/*paper.v1.json`; since `.v2.json`
//! the participants are in it.

use kit::caller::Actor;
use kit::ids::{AttachmentId, BidId, OrgId};
use kit::language::Language;
use kit::money::Money;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

/// What a bid says. A draft may be incomplete.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Content {
    pub title: String,
    pub summary: String,
    pub language: Option<Language>,
    pub instrument: String,
    pub requested: Option<Money>,
    pub months: i32,
    /// None means the applicant.
    pub lead: Option<OrgId>,
    /// None means the applicant.
    pub payee: Option<OrgId>,
    pub partners: Vec<String>,
    pub answers: Vec<Answer>,
}

/// What a bid says to one question of its round's form, which `question` names by its id.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub text: String,
}

/// A file that belongs to a revision.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub id: AttachmentId,
    pub file_name: String,
    /// As found in the content.
    pub media_type: String,
    pub size_bytes: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

/// An organisation that takes part besides the applicant. It may never submit.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Participant {
    pub organisation: OrgId,
    pub may_edit: bool,
}

/// All that a sign-off covers: the content, the files by their digests, and who takes part.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paper {
    pub content: Content,
    pub attachments: Vec<Attachment>,
    /// None in the first papers: there they stood beside it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participants: Option<Vec<Participant>>,
}

impl Paper {
    /// The paper as RFC 8785 canonical JSON: the same bytes whatever wrote it, unlike protobuf's.
    pub fn canonical_json(&self) -> String {
        serde_json_canonicalizer::to_string(self).expect("a paper is made of texts and whole numbers under 2^53")
    }
}

/// What a bid says from one edit to the next. It does not change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    pub bid: BidId,
    pub number: i32,
    pub paper: Paper,
    /// The paper as it was written: the very bytes that the digest covers.
    pub canonical_json: String,
    pub digest: String,
    pub created_at: Timestamp,
    pub author: Actor,
    /// Number of the revision that it takes up again.
    pub restored_from: Option<i32>,
}

/// One difference between two papers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    pub field: String,
    pub before: String,
    pub after: String,
}

/// What differs between two papers, in the order of the content's fields.
pub fn compare(before: &Paper, after: &Paper) -> Vec<Change> {
    let (old, new) = (fields(before), fields(after));
    let mut changes = Vec::new();
    for (field, was) in &old {
        let is = new.iter().find(|(name, _)| name == field).map_or("", |(_, text)| text);
        if was != is {
            changes.push(Change { field: field.clone(), before: was.clone(), after: is.to_string() });
        }
    }
    for (field, is) in &new {
        if !is.is_empty() && !old.iter().any(|(name, _)| name == field) {
            changes.push(Change { field: field.clone(), before: String::new(), after: is.clone() });
        }
    }
    changes
}

fn fields(paper: &Paper) -> Vec<(String, String)> {
    let Paper { content, attachments, participants } = paper;
    let organisation = |id: &Option<OrgId>| id.map(|id| id.to_string()).unwrap_or_default();
    let language = match content.language {
        None => "",
        Some(Language::En) => "en",
        Some(Language::Cy) => "cy",
    };
    let mut fields = vec![
        ("title".to_string(), content.title.clone()),
        ("summary".to_string(), content.summary.clone()),
        ("language".to_string(), language.to_string()),
        ("instrument".to_string(), content.instrument.clone()),
        ("requested".to_string(), content.requested.map(|sum| sum.to_string()).unwrap_or_default()),
        ("months".to_string(), content.months.to_string()),
        ("lead_organisation_id".to_string(), organisation(&content.lead)),
        ("payee_organisation_id".to_string(), organisation(&content.payee)),
        ("partners".to_string(), content.partners.join("\n")),
    ];
    for answer in &content.answers {
        fields.push((format!("answers[{}].text", answer.question), answer.text.clone()));
    }
    for Participant { organisation, may_edit } in participants.iter().flatten() {
        let may = if *may_edit { "may edit" } else { "reads" };
        fields.push((format!("participants[{organisation}]"), may.to_string()));
    }
    for file in attachments {
        fields.push((format!("attachments[{}]", file.file_name), format!("{} {}", file.media_type, file.sha256)));
    }
    fields
}

#[cfg(test)]
mod tests;
