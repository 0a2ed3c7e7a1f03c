//! A publication: edited work from many reports, each edition pinned to exactly the documents that it used (rule 32).
//! Its states are in `publication/state.rs`; what its sources are, and whether they have changed, in
//! `publication/material.rs`.
//!
//! An [`Edition`] and its [`Citation`]s are sealed when it is published: a field is added only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones are in `tests/golden/edition.v1.json` and
//! `tests/golden/citations.v1.json`.

mod api;
pub mod app;
pub mod convert;
pub mod fact_check;
pub mod material;
pub mod overlay;
pub mod page;
pub mod reading;
pub mod render;
pub mod state;
pub mod store;

use kit::deadline::Deadline;
use kit::ids::{
    CaseStudyId, CommissionId, DocumentId, InsightId, OrgId, PassageId, PersonId, PublicationId, ReportId, RoundId,
};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use fact_check::FactCheck;
use overlay::{Overlay, TakenBack};
use page::Page;
use state::{State, Step};

/// A publication of a commission. Readers keep its newest published edition while the next one is worked on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    pub id: PublicationId,
    pub version: i64,
    pub commission: CommissionId,
    pub rounds: Vec<RoundId>,
    pub state: State,
    /// The newest edition that readers have; 0 while there is none.
    pub readable: i32,
    /// The edition that is worked on, or that is public.
    pub edition: Edition,
    pub reason: String,
    /// Whether a source of a published edition was taken back since: a corrected one is due (rule 32).
    pub correction_due: bool,
    /// Persons who put the present edition together: others say that it may be read.
    pub authors: Vec<PersonId>,
    /// When it was to become public before it lost a quote.
    pub proposal: Option<Deadline>,
    /// Of the present items: that which runs, or the last one.
    pub fact_check: Option<FactCheck>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A publication as an answer shows it: with the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationNow {
    pub publication: Publication,
    pub as_of: Timestamp,
    /// Of its newest public edition; none where it is not asked for.
    pub overlay: Option<Overlay>,
    /// For a council in a fact check: where the items stand that it reads.
    pub places: Vec<usize>,
}

impl PublicationNow {
    /// As it stands, with nothing that is not its own.
    pub fn of(publication: Publication, as_of: Timestamp) -> PublicationNow {
        PublicationNow { publication, as_of, overlay: None, places: Vec::new() }
    }

    /// As councils read it in its fact check: the items that cite them, and what they said of these.
    pub fn for_councils(mut self, councils: &[OrgId]) -> PublicationNow {
        let publication = &mut self.publication;
        let fact_check = publication.fact_check.take().map(|check| check.of_councils(councils));
        self.places = fact_check.as_ref().map(FactCheck::places).unwrap_or_default();
        let edition = &mut publication.edition;
        edition.items = self.places.iter().filter_map(|&place| edition.items.get(place).cloned()).collect();
        edition.sources.clear();
        (publication.fact_check, publication.reason, publication.proposal) = (fact_check, String::new(), None);
        self
    }

    /// As lists show it.
    pub fn without_items(mut self) -> PublicationNow {
        self.publication.edition.items.clear();
        PublicationNow { publication: Publication { fact_check: None, ..self.publication }, ..self }
    }
}

/// What an edition says and rests on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Edition {
    pub number: i32,
    pub title: String,
    /// What was corrected; empty for the first.
    pub note: String,
    pub items: Vec<Item>,
    pub sources: Vec<Pinned>,
}

/// What an edition is put together from, in order. All but headings and prose is cited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Item {
    Heading { level: i32, text: String },
    Prose(String),
    Insight(InsightId),
    Passage(PassageId),
    CaseStudy(CaseStudyId),
}

/// A document at the digest at which it is cited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Pinned {
    pub document: DocumentId,
    pub source: String,
    pub revision: i32,
    pub sha256: String,
    pub citation: String,
    pub passages: Vec<PassageId>,
}

/// An edition as it was published: it never changes again.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Printed {
    pub edition: Edition,
    pub html: String,
    pub markdown: String,
    pub citations: Vec<Citation>,
    /// What its documents were made from; none for one that was printed before that was kept.
    pub page: Option<Page>,
    pub published_at: Timestamp,
}

/// One quoted passage, so that a program can follow it to the very bytes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Citation {
    /// Identity of the element that quotes it: its place among the quotes, so that the same publication is the same
    /// file wherever it is made.
    pub anchor: String,
    /// Identity of the element that holds its source.
    pub source_anchor: String,
    pub passage: PassageId,
    pub quote: String,
    pub document: DocumentId,
    pub source: String,
    pub revision: i32,
    pub sha256: String,
    pub section: String,
    pub start: usize,
    pub end: usize,
}

impl Printed {
    /// What of it a council took back with this: where it stands.
    pub fn anchors(&self, document: DocumentId, gone: &Gone) -> Vec<String> {
        let quotes = self.citations.iter().filter(|citation| gone.passages.contains(&citation.passage));
        let mut anchors: Vec<String> = quotes.map(|citation| citation.anchor.clone()).collect();
        if gone.case_study.is_some_and(|id| self.edition.items.contains(&Item::CaseStudy(id))) {
            anchors.extend(self.edition.source_anchor(document));
        }
        anchors
    }
}

impl Edition {
    /// The same without the titles of case studies that were taken back.
    fn under(mut self, overlay: &Overlay) -> Edition {
        for (source, place) in self.sources.iter_mut().zip(1..) {
            let taken_back = overlay.citation(&format!("source-{place}"));
            source.citation = taken_back.unwrap_or_else(|| source.citation.clone());
        }
        self
    }

    /// The reports among its sources, each once.
    pub fn reports(&self) -> Vec<String> {
        let mut reports: Vec<String> = self.sources.iter().map(|source| source.source.clone()).collect();
        reports.retain(|source| source.parse::<ReportId>().is_ok());
        reports.sort();
        reports.dedup();
        reports
    }

    /// Identity of the element that holds a source: its place in the list, from 1.
    pub fn source_anchor(&self, document: DocumentId) -> Option<String> {
        let place = self.sources.iter().position(|source| source.document == document)?;
        Some(format!("source-{}", place + 1))
    }
}

impl Publication {
    /// Takes a step that changes nothing but its state.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step(&self, step: Step, now: Timestamp) -> Result<Publication, Refusal> {
        let state = self.state.step(step)?;
        Ok(Publication { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The same with the reason for it.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn step_with_reason(&self, step: Step, reason: &str, now: Timestamp) -> Result<Publication, Refusal> {
        Ok(Publication { reason: reason.to_string(), ..self.step(step, now)? })
    }

    /// Replaces all that the edition says, with the sources that were pinned for it.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] from approval on.
    pub fn set_items(
        &self,
        title: String,
        items: Vec<Item>,
        sources: Vec<Pinned>,
        author: Option<PersonId>,
        now: Timestamp,
    ) -> Result<Publication, Refusal> {
        let edition = Edition { title, items, sources, ..self.edition.clone() };
        let mut authors = self.authors.clone();
        authors.extend(author);
        authors.sort();
        authors.dedup();
        Ok(Publication { edition, authors, fact_check: None, ..self.step(Step::SetItems, now)? })
    }

    /// Puts it to the councils that it cites.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is drafted.
    pub fn start_fact_check(&self, check: FactCheck, now: Timestamp) -> Result<Publication, Refusal> {
        Ok(Publication { fact_check: Some(check), ..self.step(Step::StartFactCheck, now)? })
    }

    /// The fact check that runs.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where it is not in one.
    pub fn running_check(&self, step: &'static str) -> Result<&FactCheck, Refusal> {
        let check = self.fact_check.as_ref().filter(|_| self.state == State::FactCheck);
        check.ok_or(Refusal::IllegalStep { what: "publication", from: self.state.name(), step })
    }

    /// The same with its fact check as it now is.
    pub fn with_check(&self, check: FactCheck, now: Timestamp) -> Publication {
        Publication { fact_check: Some(check), version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// Waits for its instant.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is approved.
    pub fn embargo(&self, publish_at: Deadline, group: Vec<PersonId>, now: Timestamp) -> Result<Publication, Refusal> {
        Ok(Publication { proposal: None, ..self.step(Step::Embargo { publish_at, group }, now)? })
    }

    /// When it is to become public: as it stands, or as it stood before it lost a quote.
    fn proposed(&self) -> Option<Deadline> {
        match &self.state {
            State::Embargoed { publish_at, .. } => Some(publish_at.clone()),
            State::Planned
            | State::Drafting
            | State::FactCheck
            | State::Approved
            | State::Published { .. }
            | State::Withdrawn => self.proposal.clone(),
        }
    }

    /// Its instant came, and it is not published; that it was to be then is kept.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is embargoed.
    pub fn hold_back(&self, reason: &str, now: Timestamp) -> Result<Publication, Refusal> {
        Ok(Publication { proposal: self.proposed(), ..self.step_with_reason(Step::HoldBack, reason, now)? })
    }

    /// It becomes public: what readers have is this edition.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table has no such step.
    pub fn publish(&self, step: Step, now: Timestamp) -> Result<Publication, Refusal> {
        let after = self.step(step, now)?;
        Ok(Publication { readable: self.edition.number, correction_due: false, proposal: None, ..after })
    }

    /// Opens the next edition with what the last one says.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is published.
    pub fn correct(&self, note: &str, now: Timestamp) -> Result<Publication, Refusal> {
        let edition = Edition { number: self.edition.number + 1, note: note.to_string(), ..self.edition.clone() };
        let (reason, authors) = (note.to_string(), Vec::new());
        Ok(Publication { edition, reason, authors, fact_check: None, ..self.step(Step::Correct, now)? })
    }

    /// Rule 32: what may no longer be quoted leaves what is not yet published, and what was approved with it is drafted
    /// again. None where nothing stood.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for what is published, or withdrawn.
    pub fn without(&self, gone: &Gone, now: Timestamp) -> Result<Option<Publication>, Refusal> {
        let stays = |item: &Item| match item {
            Item::Passage(id) => !gone.passages.contains(id),
            Item::CaseStudy(id) => Some(*id) != gone.case_study,
            Item::Heading { .. } | Item::Prose(_) | Item::Insight(_) => true,
        };
        let stay: Vec<bool> = self.edition.items.iter().map(stays).collect();
        let mut edition = self.edition.clone();
        edition.items.retain(stays);
        for source in &mut edition.sources {
            source.passages.retain(|id| !gone.passages.contains(id));
        }
        // A source stays pinned while anything that is left rests on it: an insight does, and is refused at approval.
        edition.sources.retain(|source| !source.passages.is_empty() || gone.rests_on(source, &edition.items));
        if edition == self.edition {
            return Ok(None);
        }
        let (proposal, fact_check) = (self.proposed(), self.fact_check.as_ref().map(|check| check.without(&stay)));
        let after = self.step_with_reason(Step::LoseQuotes, "a quote was taken back", now)?;
        Ok(Some(Publication { edition, proposal, fact_check, ..after }))
    }

    /// The standing of one of its public editions, of what was taken back of all.
    pub fn overlay(&self, number: i32, taken_back: &[TakenBack]) -> Overlay {
        let of_edition = taken_back.iter().filter(|taken| taken.number == number);
        Overlay {
            superseded_by: Some(self.readable).filter(|newest| *newest > number),
            taken_back: of_edition.cloned().collect(),
            withdrawn: self.withdrawn(),
        }
    }

    /// When it was withdrawn, which nothing follows, and why.
    pub fn withdrawn(&self) -> Option<(Timestamp, String)> {
        (self.state == State::Withdrawn).then(|| (self.updated_at, self.reason.clone()))
    }

    /// Marks that a corrected edition is due. None where it is marked already.
    pub fn need_correction(&self, now: Timestamp) -> Option<Publication> {
        let due = || Publication { correction_due: true, version: self.version + 1, updated_at: now, ..self.clone() };
        (!self.correction_due).then(due)
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Who may read it under embargo; nobody else is named before.
    pub fn embargo_group(&self) -> &[PersonId] {
        match &self.state {
            State::Embargoed { group, .. } => group,
            State::Planned
            | State::Drafting
            | State::FactCheck
            | State::Approved
            | State::Published { .. }
            | State::Withdrawn => &[],
        }
    }
}

/// What its council took back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Gone {
    pub passages: Vec<PassageId>,
    pub case_study: Option<CaseStudyId>,
    /// Documents on which insights among the items rest.
    pub under_insights: Vec<DocumentId>,
}

impl Gone {
    fn rests_on(&self, source: &Pinned, items: &[Item]) -> bool {
        let of_case_study = items.iter().any(|item| match item {
            Item::CaseStudy(id) => id.to_string() == source.source,
            Item::Heading { .. } | Item::Prose(_) | Item::Insight(_) | Item::Passage(_) => false,
        });
        of_case_study || self.under_insights.contains(&source.document)
    }
}

#[cfg(test)]
mod tests {
    use kit::digest::digest;
    use kit::stored::{from_json, json};

    use super::*;

    #[test]
    fn the_first_edition_and_its_citations_are_read_and_kept_as_they_were_written() {
        let (edition, citations) =
            (include_str!("../tests/golden/edition.v1.json"), include_str!("../tests/golden/citations.v1.json"));
        assert_eq!(json(&from_json::<Edition>(edition).unwrap()), edition);
        assert_eq!(json(&from_json::<Vec<Citation>>(citations).unwrap()), citations);
        assert_eq!(digest(edition), "b816879bc7f2dd135d4b6a7f526ebc4821ec81e70c0220f6f32a6642f2d23bc7");
        assert_eq!(digest(citations), "df869bde58150221d46d372c06761bee53e067038db3e333c07dd54e530aecd4");
    }
}
