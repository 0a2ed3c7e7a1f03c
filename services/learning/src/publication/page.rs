//! An edition put together for readers: what its documents are written from. Kept with what was printed, so that what
//! is taken back later can be blacked out and all else stays as it was: a field is added only with `#[serde(default)]`.

use serde::{Deserialize, Serialize};

use super::overlay::Overlay;

/// What the template is filled with, and what Markdown is written from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Page {
    pub title: String,
    pub number: i32,
    pub note: String,
    pub watermark: Option<String>,
    pub published: Option<String>,
    pub contents: Vec<Heading>,
    pub parts: Vec<Part>,
    pub sources: Vec<Source>,
    /// What its readers must know and that was not so when it was printed.
    #[serde(default)]
    pub notices: Vec<String>,
    /// It stands where an edition stood, and says that there was one.
    #[serde(default)]
    pub stone: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Heading {
    pub level: i32,
    pub text: String,
    /// Where it is not that of the document.
    pub lang: Option<String>,
    pub anchor: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Part {
    Heading(Heading),
    Prose {
        paragraphs: Vec<String>,
    },
    Quote {
        quote: Quote,
    },
    Insight {
        text: String,
        conditions: String,
        interest: bool,
        quotes: Vec<Quote>,
    },
    Story {
        heading: Heading,
        principles: Vec<String>,
        sections: Vec<Told>,
        contact: String,
        source: Reference,
        #[serde(default)]
        taken_back: bool,
    },
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Told {
    pub heading: String,
    pub level: i32,
    pub paragraphs: Vec<String>,
}

/// A passage as a document shows it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quote {
    pub anchor: String,
    /// None where its council has not consented, or where it is quoted further up.
    pub words: Option<String>,
    /// The same, escaped for HTML so that the element's text is these very bytes.
    pub html: String,
    pub is_above: bool,
    pub source: Reference,
    #[serde(default)]
    pub taken_back: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    pub anchor: String,
    pub number: usize,
    pub citation: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    pub anchor: String,
    pub citation: String,
    pub award: String,
    pub sha256: String,
    /// Quotes from it: their anchors.
    pub quotes: Vec<String>,
}

/// What stands in the place of a story's title.
const STORY_TAKEN_BACK: &str = "A case study that its council took back";

impl Page {
    /// The same as readers of a printed edition get it now: with what they must know, and without what was taken back.
    pub fn under(mut self, overlay: &Overlay) -> Page {
        self.notices = overlay.notices();
        let is_gone = |anchor: &str| overlay.taken_back_at(anchor).is_some();
        let black_out = |quote: &mut Quote| {
            if quote.words.is_some() && is_gone(&quote.anchor) {
                (quote.words, quote.html, quote.taken_back) = (None, String::new(), true);
            }
        };
        let mut gone_headings = Vec::new();
        for part in &mut self.parts {
            match part {
                Part::Heading(_) | Part::Prose { .. } => {}
                Part::Quote { quote } => black_out(quote),
                Part::Insight { quotes, .. } => quotes.iter_mut().for_each(black_out),
                Part::Story { heading, principles, sections, contact, source, taken_back } => {
                    if let Some(citation) = overlay.citation(&source.anchor) {
                        source.citation = citation;
                        heading.text = STORY_TAKEN_BACK.to_string();
                        (*principles, *sections, *contact) = (Vec::new(), Vec::new(), String::new());
                        *taken_back = true;
                        gone_headings.push(heading.anchor.clone());
                    }
                }
            }
        }
        for heading in self.contents.iter_mut().filter(|heading| gone_headings.contains(&heading.anchor)) {
            heading.text = STORY_TAKEN_BACK.to_string();
        }
        for source in &mut self.sources {
            source.citation = overlay.citation(&source.anchor).unwrap_or_else(|| source.citation.clone());
        }
        self
    }

    /// What stands where an edition stood: that there was one, and what became of it.
    pub fn stone(title: &str, number: i32, published: Option<String>, overlay: &Overlay) -> Page {
        let (title, notices) = (title.to_string(), overlay.notices());
        Page { title, number, published, notices, stone: true, ..Page::default() }
    }
}
