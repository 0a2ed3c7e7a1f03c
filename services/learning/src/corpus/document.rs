//! A document of the corpus: an accepted and released report at one revision, an addendum to one that its council
//! released by itself, or a case study at one consented version. Its text never changes.
//!
//! Sealed case studies hold [`Section`]s: see `case_study.rs` before you add a field.

use kit::ids::{CommissionId, DocumentId, OrgId, RoundId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::error::Error;

/// One revision of a source as the corpus holds it, with what it is searched and cited by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Document {
    pub id: DocumentId,
    /// Grows with every write to the corpus, so that an index knows what it has not seen.
    pub position: i64,
    pub kind: Kind,
    /// The report or case study, with its revision; of an addendum, those of its report.
    pub source: String,
    pub source_revision: i32,
    /// Number of the addendum within its report; 0 for all else.
    pub addendum: i32,
    /// Of the report, the addendum or the case study itself.
    pub source_sha256: String,
    /// None for a case study outside any round.
    pub round: Option<RoundId>,
    pub award_reference: String,
    pub title: String,
    pub organisation: OrgId,
    pub organisation_name: String,
    pub principles: Vec<String>,
    pub theme: String,
    pub group: String,
    pub sections: Vec<Section>,
    pub may_quote: bool,
    pub contact: String,
    /// Taken back by its council: in no read, search, count or export.
    pub withdrawn: bool,
    pub added_at: Timestamp,
    /// Since when the release holds that it rests on; none where its source does not say.
    pub released_at: Option<Timestamp>,
}

/// What a document was made from. Reports count revisions, case studies versions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    InterimReport,
    FinalReport,
    CaseStudy,
    Addendum,
}

/// A part of a text. Passages point into it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Section {
    pub key: String,
    pub heading: String,
    pub text: String,
}

/// What the corpus keeps of a council.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Council {
    pub name: String,
    /// Such as `metropolitan_district`.
    pub group: String,
}

/// Where a report or a case study comes from: what its document has beside its own words.
#[derive(Clone, Debug)]
pub struct Origin {
    pub organisation: OrgId,
    pub round: Option<RoundId>,
    pub council: Council,
    pub theme: String,
}

impl Kind {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// In words, for a list of sources.
    pub fn words(self) -> &'static str {
        match self {
            Kind::InterimReport => "interim report",
            Kind::FinalReport => "final report",
            Kind::CaseStudy => "case study",
            Kind::Addendum => "addendum",
        }
    }
}

impl Document {
    /// As lists, hits and events show it.
    pub fn without_text(self) -> Document {
        Document { sections: Vec::new(), ..self }
    }

    /// How it is named in a list of sources.
    pub fn citation(&self) -> String {
        let (name, title, words) = (&self.organisation_name, &self.title, self.kind.words());
        let revision = self.source_revision;
        match self.kind {
            Kind::InterimReport | Kind::FinalReport => format!("{name}: {title}, {words}, revision {revision}"),
            Kind::CaseStudy => format!("{name}: {title}, {words}, version {revision}"),
            Kind::Addendum => format!("{name}: {title}, {words} {} to revision {revision}", self.addendum),
        }
    }

    /// Whether it is the same part of the same source, at this revision or at another.
    pub fn is_of_same_source(&self, other: &Document) -> bool {
        self.source == other.source && self.addendum == other.addendum
    }

    /// Whether what its council consented to when it was as before is void: it, or quoting, was taken back meanwhile.
    pub fn is_released_anew(&self, before: &Document) -> bool {
        before.withdrawn || (self.may_quote && !before.may_quote) || self.released_at != before.released_at
    }

    /// Holds a quote to the bytes of a section.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] for a section that it does not have, [`Error::QuoteDiffers`] for a quote that is
    /// empty or not, byte for byte, what the section says there.
    pub fn expect_quote(&self, section: &str, start: usize, end: usize, quote: &str) -> Result<(), Error> {
        let no_such = || Refusal::bad_field("section_key", "section", "the document has no such section");
        let found = self.sections.iter().find(|known| known.key == section).ok_or_else(no_such)?;
        // `get` is none outside the text and between the bytes of one character.
        match found.text.get(start..end) {
            Some(words) if words == quote && !quote.is_empty() => Ok(()),
            Some(_) | None => Err(Error::QuoteDiffers),
        }
    }
}

/// Which documents are asked for, within what a commission opens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub commission: CommissionId,
    pub round: Option<RoundId>,
    pub organisation: Option<OrgId>,
    pub principle: String,
    pub theme: String,
    pub group: String,
    pub kind: Option<Kind>,
}

impl Filter {
    /// Whether a document that the commission opens is one of those.
    pub fn admits(&self, document: &Document) -> bool {
        let same = |wanted: &str, has: &str| wanted.is_empty() || wanted == has;
        self.round.is_none_or(|round| document.round == Some(round))
            && self.organisation.is_none_or(|organisation| document.organisation == organisation)
            && (self.principle.is_empty() || document.principles.contains(&self.principle))
            && same(&self.theme, &document.theme)
            && same(&self.group, &document.group)
            && self.kind.is_none_or(|kind| document.kind == kind)
    }
}
