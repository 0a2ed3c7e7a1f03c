//! A bid as the panel reads it: the revision that was pinned when the assessment was opened. It never changes here.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

use kit::ids::{AttachmentId, BidId, OrgId};
use kit::language::Language;
use kit::money::Money;
use serde::{Deserialize, Serialize};

/// An eligible bid at its pinned revision, with the parties and files that it had then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessedBid {
    pub id: BidId,
    /// Submission order. It never orders a ranking.
    pub number: i64,
    pub title: String,
    pub summary: String,
    pub language: Language,
    pub instrument: String,
    pub requested: Money,
    pub months: i32,
    pub applicant: Party,
    pub lead: OrgId,
    pub payee: OrgId,
    /// Those that lead, take part or are paid, besides the applicant.
    pub participants: Vec<Party>,
    /// By name, also those that no register lists.
    pub partners: Vec<String>,
    pub revision: i32,
    pub digest: String,
    pub attachments: Vec<Attachment>,
    /// Whether the bidder said that it can be funded in part (rule 18).
    pub scalable: bool,
    /// Those besides the applicant that were asked to take part and confirmed; none for a bid in which nobody was
    /// asked, as in every older one: there all who are named take part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<Vec<OrgId>>,
}

/// An organisation that has to do with a bid, by the name it had when the assessment was opened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    pub organisation: OrgId,
    pub name: String,
}

/// What the bidder answers to one question of the call's form, as text whatever the kind of question.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub question: String,
    pub text: String,
}

/// A file of the pinned revision, by name and digest. Its bytes are not kept here.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub id: AttachmentId,
    pub file_name: String,
    pub media_type: String,
    pub size_bytes: i64,
    pub sha256: String,
}

impl Party {
    /// Before the register was asked.
    pub fn unnamed(organisation: OrgId) -> Party {
        Party { organisation, name: String::new() }
    }
}

impl AssessedBid {
    /// The applicant and all who lead, take part or are paid.
    pub fn parties_mut(&mut self) -> impl Iterator<Item = &mut Party> {
        std::iter::once(&mut self.applicant).chain(&mut self.participants)
    }

    /// The organisations that have a part in it. Naming one gives it none: it is asked, and confirms.
    pub fn parties(&self) -> impl Iterator<Item = OrgId> {
        let named =
            || [self.lead, self.payee].into_iter().chain(self.participants.iter().map(|party| party.organisation));
        let others = self.confirmed.clone().unwrap_or_else(|| named().collect());
        std::iter::once(self.applicant.organisation).chain(others)
    }
}
