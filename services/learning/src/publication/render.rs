//! An edition as a document: one accessible HTML file, and Markdown. Every quote is in an element of its own whose text
//! is the passage's bytes, linked to the entry of its source and back. What it is written from is in `page.rs`, the
//! HTML in `templates/publication.html`.

use std::collections::{BTreeMap, BTreeSet};

use kit::ids::{CaseStudyId, DocumentId, PassageId};

use super::material::Material;
use super::page::{Heading, Page, Part, Quote, Reference, Source, Told};
use super::{Edition, Item, Pinned};
use crate::case_study::Language;
use crate::error::Error;
use crate::passage::Passage;

/// What stands in the place of what was taken back.
const TAKEN_BACK: &str = "\\[taken back by its council\\]";
const TEMPLATE: &str = include_str!("../../templates/publication.html");

/// What a document says of its own standing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// Stands on a document that is not public: visible, and in its text.
    pub watermark: Option<String>,
    /// When it became public, in words.
    pub published: Option<String>,
}

/// Puts an edition together. Items that are there no longer are passed over: nothing public rests on them, for an
/// edition is verified first.
pub fn page(edition: &Edition, material: &Material, standing: &Standing) -> Page {
    let citations = material.citations(edition);
    let anchors = citations.into_iter().map(|citation| (citation.passage, citation.anchor)).collect();
    let mut writer = Writer { edition, material, anchors, quoted: BTreeSet::new(), above: 1, n_headings: 0 };
    let parts: Vec<Part> = edition.items.iter().filter_map(|item| writer.part(item)).collect();
    let contents = parts.iter().filter_map(|part| match part {
        Part::Heading(heading) | Part::Story { heading, .. } => Some(heading.clone()),
        Part::Prose { .. } | Part::Quote { .. } | Part::Insight { .. } => None,
    });
    let contents = contents.collect();
    Page {
        title: edition.title.clone(),
        number: edition.number,
        note: edition.note.clone(),
        watermark: standing.watermark.clone(),
        published: standing.published.clone(),
        contents,
        parts,
        sources: writer.sources(),
        ..Page::default()
    }
}

struct Writer<'a> {
    edition: &'a Edition,
    material: &'a Material,
    /// Of each passage that may be quoted.
    anchors: BTreeMap<PassageId, String>,
    /// An identity stands once in a document: what is quoted again points to the first place.
    quoted: BTreeSet<PassageId>,
    /// Level of the heading before, so that no level is skipped.
    above: i32,
    n_headings: usize,
}

impl Writer<'_> {
    fn part(&mut self, item: &Item) -> Option<Part> {
        match item {
            Item::Heading { level, text } => {
                Some(Part::Heading(self.heading((*level).min(self.above + 1), text, None)))
            }
            Item::Prose(text) => Some(Part::Prose { paragraphs: paragraphs(text) }),
            Item::Passage(id) => {
                let passage = self.material.passages.get(id)?;
                Some(Part::Quote { quote: self.quote(passage)? })
            }
            Item::Insight(id) => {
                let insight = self.material.insights.get(id)?;
                let passages = insight.passages.iter().filter_map(|id| self.material.passages.get(id));
                let quotes = passages.collect::<Vec<_>>().into_iter().filter_map(|passage| self.quote(passage));
                Some(Part::Insight {
                    text: insight.text.clone(),
                    conditions: insight.conditions.clone(),
                    interest: insight.interest_declared,
                    quotes: quotes.collect(),
                })
            }
            Item::CaseStudy(id) => self.case_study(*id),
        }
    }

    fn heading(&mut self, level: i32, text: &str, lang: Option<&str>) -> Heading {
        self.above = level;
        self.n_headings += 1;
        let lang = lang.map(str::to_string);
        Heading { level, text: text.to_string(), lang, anchor: format!("h-{}", self.n_headings) }
    }

    fn quote(&mut self, passage: &Passage) -> Option<Quote> {
        let source = self.reference(passage.document)?;
        let may_quote = self.material.may_quote(passage);
        let is_above = may_quote && !self.quoted.insert(passage.id);
        let words = (may_quote && !is_above).then(|| passage.quote.clone());
        let html = words.as_deref().map(escaped).unwrap_or_default();
        let anchor = self.anchors.get(&passage.id).cloned().unwrap_or_default();
        Some(Quote { anchor, words, html, is_above, source, taken_back: false })
    }

    fn case_study(&mut self, id: CaseStudyId) -> Option<Part> {
        let pinned = self.edition.sources.iter().find(|source| source.source == id.to_string())?;
        let document = self.material.documents.get(&pinned.document)?;
        let study = self.material.case_studies.get(&id)?;
        let source = self.reference(document.id)?;
        let level = if self.above < 2 { 2 } else { 3 };
        let lang = (study.text.language == Language::Cy).then_some("cy");
        let heading = self.heading(level, &document.title, lang);
        // What follows a story stands beside it, not under it.
        self.above = level;
        let sections = document.sections.iter().map(|section| Told {
            heading: section.heading.clone(),
            level: level + 1,
            paragraphs: paragraphs(&section.text),
        });
        let principles = study.text.principles_met.iter().map(|met| match met.name.is_empty() {
            true => met.wording.clone(),
            false => met.name.clone(),
        });
        Some(Part::Story {
            heading,
            principles: principles.filter(|name| !name.is_empty()).collect(),
            sections: sections.collect(),
            contact: document.contact.clone(),
            source,
            taken_back: false,
        })
    }

    fn sources(&self) -> Vec<Source> {
        let source = |(place, pinned): (usize, &Pinned)| {
            let document = self.material.documents.get(&pinned.document);
            // As they stand in the text, which is not the order in which they were marked.
            let quotes = pinned.passages.iter().filter(|id| self.quoted.contains(id));
            Source {
                anchor: format!("source-{}", place + 1),
                citation: pinned.citation.clone(),
                award: document.map_or_else(String::new, |document| document.award_reference.clone()),
                sha256: pinned.sha256.clone(),
                quotes: quotes.filter_map(|id| self.anchors.get(id).cloned()).collect(),
            }
        };
        self.edition.sources.iter().enumerate().map(source).collect()
    }

    fn reference(&self, document: DocumentId) -> Option<Reference> {
        let place = self.edition.sources.iter().position(|source| source.document == document)?;
        let citation = self.edition.sources[place].citation.clone();
        Some(Reference { anchor: self.edition.source_anchor(document)?, number: place + 1, citation })
    }
}

fn paragraphs(text: &str) -> Vec<String> {
    let unix = text.replace("\r\n", "\n");
    unix.split("\n\n").map(str::trim).filter(|part| !part.is_empty()).map(str::to_string).collect()
}

/// For HTML. A carriage return is written as a reference: a reader would make a line feed of it.
fn escaped(text: &str) -> String {
    let named = BTreeMap::from([
        ('&', "&amp;"),
        ('<', "&lt;"),
        ('>', "&gt;"),
        ('"', "&quot;"),
        ('\'', "&#39;"),
        ('\r', "&#13;"),
    ]);
    let mut html = String::with_capacity(text.len());
    for letter in text.chars() {
        match named.get(&letter) {
            Some(name) => html.push_str(name),
            None => html.push(letter),
        }
    }
    html
}

/// One file that stands alone, made by the template.
///
/// # Errors
/// [`Error::Render`] when the template does not fit the page, which is a fault of ours.
pub fn html(page: &Page) -> Result<String, Error> {
    let mut environment = minijinja::Environment::new();
    environment.set_trim_blocks(true);
    environment.set_lstrip_blocks(true);
    environment.add_template("publication.html", TEMPLATE)?;
    Ok(environment.get_template("publication.html")?.render(page)?)
}

/// CommonMark, with links to the list of sources in place of footnotes.
pub fn markdown(page: &Page) -> String {
    let mut lines: Vec<String> = vec![format!("# {}", plain(&page.title))];
    lines.extend(page.watermark.iter().map(|mark| format!("**{}**", plain(mark))));
    lines.push(match &page.published {
        Some(when) => format!("Edition {}, published {}", page.number, plain(when)),
        None => format!("Edition {}", page.number),
    });
    if !page.note.is_empty() {
        lines.push(format!("Corrected: {}", plain(&page.note)));
    }
    lines.extend(page.notices.iter().map(|notice| format!("**{}**", plain(notice))));
    if page.stone {
        return lines.join("\n\n") + "\n";
    }
    page.parts.iter().for_each(|part| lines.extend(part_in_markdown(part)));
    lines.push("## Sources".to_string());
    let sources = page.sources.iter().enumerate().map(|(place, source)| {
        let award = if source.award.is_empty() { String::new() } else { format!(", award {}", plain(&source.award)) };
        let (anchor, citation, sha256) = (&source.anchor, plain(&source.citation), &source.sha256);
        format!("{}. <a id=\"{anchor}\"></a>{citation}{award}, SHA-256 `{sha256}`", place + 1)
    });
    lines.push(sources.collect::<Vec<_>>().join("\n"));
    lines.extend(page.watermark.iter().map(|mark| format!("**{}**", plain(mark))));
    lines.join("\n\n") + "\n"
}

fn part_in_markdown(part: &Part) -> Vec<String> {
    match part {
        Part::Heading(heading) => vec![title_in_markdown(heading.level, &heading.text)],
        Part::Prose { paragraphs } => paragraphs.iter().map(|text| broken(text)).collect(),
        Part::Quote { quote } => vec![quote_in_markdown(quote)],
        Part::Insight { text, conditions, interest, quotes } => {
            let mut lines = vec![format!("**Finding.** {}", broken(text))];
            if !conditions.is_empty() {
                lines.push(format!("It holds where: {}", broken(conditions)));
            }
            if *interest {
                lines.push("The author declared an interest in an organisation that this rests on.".to_string());
            }
            lines.extend(quotes.iter().map(quote_in_markdown));
            lines
        }
        Part::Story { heading, principles, sections, contact, source, taken_back } => {
            let mut lines = vec![title_in_markdown(heading.level, &heading.text)];
            if *taken_back {
                lines.push(TAKEN_BACK.to_string());
            }
            if !principles.is_empty() {
                let met = principles.iter().map(|name| format!("- {}", plain(name)));
                lines.push(format!("Principles met:\n\n{}", met.collect::<Vec<_>>().join("\n")));
            }
            for told in sections {
                lines.push(title_in_markdown(told.level, &told.heading));
                lines.extend(told.paragraphs.iter().map(|text| broken(text)));
            }
            if !contact.is_empty() {
                lines.push(format!("For further information contact {}", plain(contact)));
            }
            lines.push(format!("Source: {}", link(source)));
            lines
        }
    }
}

fn title_in_markdown(level: i32, text: &str) -> String {
    format!("{} {}", "#".repeat(usize::try_from(level).unwrap_or(2)), plain(text))
}

fn quote_in_markdown(quote: &Quote) -> String {
    let anchor = &quote.anchor;
    match (&quote.words, quote.is_above) {
        _ if quote.taken_back => format!("> <a id=\"{anchor}\"></a>{TAKEN_BACK}\n>\n> {}", link(&quote.source)),
        (Some(words), _) => {
            let quoted = broken(words).replace('\n', "\n> ");
            format!("> <a id=\"{}\"></a>{quoted}\n>\n> {}", quote.anchor, link(&quote.source))
        }
        (None, true) => format!("As quoted above: [the passage](#{}) {}", quote.anchor, link(&quote.source)),
        (None, false) => format!("See {}", link(&quote.source)),
    }
}

fn link(source: &Reference) -> String {
    format!("{} [\\[{}\\]](#{})", plain(&source.citation), source.number, source.anchor)
}

/// One line: a sign that means something in CommonMark is taken as it stands. What means something only where a line
/// begins is escaped there alone, so that the text stays readable as it is.
fn plain(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let n_digits = text.bytes().take_while(u8::is_ascii_digit).count();
    for (place, letter) in text.char_indices() {
        let begins = match letter {
            '#' | '+' | '-' | '=' => place == 0,
            // The end of a number, which would begin a list.
            '.' | ')' => place > 0 && place == n_digits,
            _ => false,
        };
        match letter {
            '\n' | '\r' => line.push(' '),
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '~' | '|' => line.extend(['\\', letter]),
            _ if begins => line.extend(['\\', letter]),
            _ => line.push(letter),
        }
    }
    line
}

/// The same, and its lines stay lines.
fn broken(text: &str) -> String {
    text.lines().map(|line| plain(line.trim())).collect::<Vec<_>>().join("\\\n")
}

#[cfg(test)]
mod tests;
