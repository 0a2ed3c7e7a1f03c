//! What a publication is made of: the passages, documents, insights and case studies that its items name, as they are
//! now. Sources are pinned from it, and checked against it again before publication (rule 32).

use std::collections::BTreeMap;

use kit::fault::Violation;
use kit::ids::{CaseStudyId, DocumentId, InsightId, OrgId, PassageId};

use super::fact_check::Point;
use super::{Citation, Edition, Item, Pinned};
use crate::case_study::{self, CaseStudy};
use crate::corpus::document::Document;
use crate::insight::{Insight, State};
use crate::passage::Passage;

/// All that the items of an edition name, and what that rests on, as one transaction reads it.
#[derive(Clone, Debug, Default)]
pub struct Material {
    pub passages: BTreeMap<PassageId, Passage>,
    pub documents: BTreeMap<DocumentId, Document>,
    pub insights: BTreeMap<InsightId, Insight>,
    pub case_studies: BTreeMap<CaseStudyId, CaseStudy>,
}

/// A text that an edition says in its own words.
pub struct OwnText<'a> {
    pub field: String,
    pub text: &'a str,
    /// Whose words it may repeat; none for those of the authors, who repeat nobody's.
    pub council: Option<OrgId>,
}

impl Material {
    /// Whether a passage may be quoted now: its council consented, and took neither document nor quoting back.
    pub fn may_quote(&self, passage: &Passage) -> bool {
        let document = self.documents.get(&passage.document);
        passage.consent.is_given() && document.is_some_and(|document| document.may_quote && !document.withdrawn)
    }

    /// The document of a case study's present version.
    fn document_of(&self, study: &CaseStudy) -> Option<&Document> {
        let is_version = |document: &&Document| {
            document.source == study.id.to_string()
                && document.source_revision == study.revision
                && document.source_sha256 == study.sha256
        };
        self.documents.values().find(is_version)
    }

    /// Pins every document that the items cite, in the order in which they cite it.
    ///
    /// # Errors
    /// Every item that may not stand in a publication.
    pub fn pin(&self, items: &[Item]) -> Result<Vec<Pinned>, Vec<Violation>> {
        let violations = self.violations(items, |place| format!("items[{place}]"));
        if !violations.is_empty() {
            return Err(violations);
        }
        let mut sources: Vec<Pinned> = Vec::new();
        for (document, passage) in self.cited(items) {
            let place = sources.iter().position(|source| source.document == document.id);
            let place = place.unwrap_or_else(|| {
                sources.push(pinned(document));
                sources.len() - 1
            });
            let known = &mut sources[place].passages;
            known.extend(passage.map(|passage| passage.id).filter(|id| !known.contains(id)));
        }
        Ok(sources)
    }

    /// Every source that is no longer as it was pinned, asked at approval, at the embargo and when it becomes public.
    pub fn verify(&self, edition: &Edition) -> Vec<Violation> {
        let mut violations = self.violations(&edition.items, |place| format!("items[{place}]"));
        for (place, source) in edition.sources.iter().enumerate() {
            let field = format!("sources[{place}]");
            let says = match self.documents.get(&source.document) {
                Some(document) if document.withdrawn => "its council withdrew this source since",
                Some(document) if document.source_revision != source.revision => "the source is at another revision",
                Some(document) if document.source_sha256 != source.sha256 => "the source has another digest",
                Some(_) => continue,
                None => "there is no such source",
            };
            violations.push(Violation::new(field, "source", format!("{}: {says}", source.citation)));
        }
        violations
    }

    /// The citations of an edition, in the order of its items; each passage once.
    pub fn citations(&self, edition: &Edition) -> Vec<Citation> {
        let mut citations: Vec<Citation> = Vec::new();
        for (_, passage) in self.cited(&edition.items) {
            let Some(passage) = passage.filter(|passage| self.may_quote(passage)) else { continue };
            if citations.iter().all(|citation| citation.passage != passage.id)
                && let Some(source_anchor) = edition.source_anchor(passage.document)
            {
                let anchor = format!("quote-{}", citations.len() + 1);
                citations.push(citation(passage, anchor, source_anchor));
            }
        }
        citations
    }

    /// What is put to which council in a fact check: every item that cites it, by place and then by council.
    pub fn points(&self, items: &[Item]) -> Vec<Point> {
        let mut points = Vec::new();
        for (item, cites) in items.iter().enumerate() {
            let cited = self.cited(std::slice::from_ref(cites));
            let mut councils: Vec<OrgId> = cited.into_iter().map(|(document, _)| document.organisation).collect();
            councils.sort();
            councils.dedup();
            points.extend(councils.into_iter().map(|organisation| Point { item, organisation, said: None }));
        }
        points
    }

    /// The texts of an edition that are its authors' own, with where they stand: its title, headings, prose and
    /// insights. What a case study tells is its council's, which answers for its own words alone.
    pub fn texts<'a>(&'a self, edition: &'a Edition) -> Vec<OwnText<'a>> {
        let text = |field: String, text: &'a str, council| OwnText { field, text, council };
        let mut texts = vec![text("title".to_string(), &edition.title, None)];
        for (place, item) in edition.items.iter().enumerate() {
            let field = || format!("items[{place}]");
            match item {
                Item::Heading { text: words, .. } | Item::Prose(words) => texts.push(text(field(), words, None)),
                Item::Insight(id) => {
                    if let Some(insight) = self.insights.get(id) {
                        texts.push(text(field(), &insight.text, None));
                        texts.push(text(field(), &insight.conditions, None));
                    }
                }
                Item::CaseStudy(id) => {
                    if let Some(document) = self.case_studies.get(id).and_then(|study| self.document_of(study)) {
                        let council = Some(document.organisation);
                        texts.extend(document.sections.iter().map(|section| text(field(), &section.text, council)));
                    }
                }
                Item::Passage(_) => {}
            }
        }
        texts
    }

    /// Every document and passage that items cite, in order.
    fn cited(&self, items: &[Item]) -> Vec<(&Document, Option<&Passage>)> {
        let mut cited = Vec::new();
        for item in items {
            let passages = match item {
                Item::Heading { .. } | Item::Prose(_) => continue,
                Item::Passage(id) => vec![*id],
                Item::Insight(id) => self.insights.get(id).map_or_else(Vec::new, |insight| insight.passages.clone()),
                Item::CaseStudy(id) => {
                    let document = self.case_studies.get(id).and_then(|study| self.document_of(study));
                    cited.extend(document.map(|document| (document, None)));
                    continue;
                }
            };
            for passage in passages.iter().filter_map(|id| self.passages.get(id)) {
                cited.extend(self.documents.get(&passage.document).map(|document| (document, Some(passage))));
            }
        }
        cited
    }

    fn violations(&self, items: &[Item], field: impl Fn(usize) -> String) -> Vec<Violation> {
        let mut violations = Vec::new();
        for (place, item) in items.iter().enumerate() {
            let says = match item {
                Item::Heading { .. } | Item::Prose(_) => None,
                Item::Passage(id) => match self.passages.get(id) {
                    Some(passage) => self.unquotable(passage),
                    None => Some("there is no such passage"),
                },
                Item::Insight(id) => match self.insights.get(id) {
                    Some(insight) => self.unusable(insight),
                    None => Some("there is no such insight"),
                },
                Item::CaseStudy(id) => match self.case_studies.get(id) {
                    Some(study) => self.untellable(study),
                    None => Some("there is no such case study"),
                },
            };
            violations.extend(says.map(|says| Violation::new(field(place), "source", says)));
        }
        violations
    }

    fn unquotable(&self, passage: &Passage) -> Option<&'static str> {
        let Some(document) = self.documents.get(&passage.document) else {
            return Some("its document is not there");
        };
        let altered = is_altered(document, passage);
        match () {
            () if document.withdrawn => Some("its council withdrew the document since"),
            () if !document.may_quote => Some("its council lets nothing of the document be quoted"),
            () if altered => Some("the document no longer says this, byte for byte"),
            () if !passage.consent.is_given() => Some("its council has not consented to the quote"),
            () => None,
        }
    }

    fn unusable(&self, insight: &Insight) -> Option<&'static str> {
        match insight.state {
            State::Approved { .. } | State::Used { .. } => {}
            State::Captured | State::Checking { .. } | State::Checked { .. } | State::Dropped { .. } => {
                return Some("the insight is not approved");
            }
        }
        for passage in insight.passages.iter().filter_map(|id| self.passages.get(id)) {
            match self.documents.get(&passage.document) {
                Some(document) if document.withdrawn => {
                    return Some("it rests on a document that its council withdrew since");
                }
                Some(document) if is_altered(document, passage) => {
                    return Some("it rests on a document that no longer says what it cites, byte for byte");
                }
                Some(_) => {}
                None => return Some("it rests on a document that is not there"),
            }
        }
        None
    }

    fn untellable(&self, study: &CaseStudy) -> Option<&'static str> {
        let consented = study.state == case_study::State::Consented;
        let told = self.document_of(study).is_some_and(|document| !document.withdrawn);
        (!consented || !told).then_some("its council has not consented to this version")
    }
}

/// Whether a passage is no longer, byte for byte, what its document says.
fn is_altered(document: &Document, passage: &Passage) -> bool {
    document.source_sha256 != passage.source_sha256
        || document.expect_quote(&passage.section, passage.start, passage.end, &passage.quote).is_err()
}

fn pinned(document: &Document) -> Pinned {
    Pinned {
        document: document.id,
        source: document.source.clone(),
        revision: document.source_revision,
        sha256: document.source_sha256.clone(),
        citation: document.citation(),
        passages: Vec::new(),
    }
}

fn citation(passage: &Passage, anchor: String, source_anchor: String) -> Citation {
    Citation {
        anchor,
        source_anchor,
        passage: passage.id,
        quote: passage.quote.clone(),
        document: passage.document,
        source: passage.source.clone(),
        revision: passage.source_revision,
        sha256: passage.source_sha256.clone(),
        section: passage.section.clone(),
        start: passage.start,
        end: passage.end,
    }
}
