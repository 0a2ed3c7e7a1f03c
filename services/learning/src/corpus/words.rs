//! Words of a text, of a query and of a snippet: one reading for all three, so that what is found is what is shown.
//!
//! There is no query language. Words in quotation marks are a phrase; every other character is plain text.

use std::collections::BTreeSet;

/// A word of a text, folded, with its place in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word {
    pub start: usize,
    pub end: usize,
    pub folded: String,
}

/// More words than these in one query do not count.
const MOST_WORDS: usize = 10_000;

/// Runs of letters, digits and the marks on them, in any script; a sign that is neither these nor punctuation, such as
/// an emoji, is a word of its own.
pub fn words(text: &str) -> Vec<Word> {
    let mut found: Vec<Word> = Vec::new();
    let mut open = false;
    for (start, letter) in text.char_indices() {
        let end = start + letter.len_utf8();
        let joins = letter.is_alphanumeric() || is_mark(letter);
        if !joins && !is_sign(letter) {
            open = false;
            continue;
        }
        match found.last_mut() {
            Some(word) if open && joins => {
                word.end = end;
                word.folded.extend(letter.to_lowercase());
            }
            Some(_) | None => found.push(Word { start, end, folded: letter.to_lowercase().collect() }),
        }
        open = joins;
    }
    found
}

pub fn folded(text: &str) -> Vec<String> {
    words(text).into_iter().map(|word| word.folded).collect()
}

/// A code as a title: `what_did_not_work` as `What did not work`.
pub fn titled(code: &str, separator: char) -> String {
    let words = code.replace(separator, " ");
    let mut letters = words.chars();
    letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
}

/// Marks that stand on a letter, joiners among them: they end no word.
fn is_mark(letter: char) -> bool {
    matches!(letter, '\u{0300}'..='\u{036F}' | '\u{0591}'..='\u{05BD}' | '\u{05BF}'..='\u{05C7}'
        | '\u{0610}'..='\u{061A}' | '\u{064B}'..='\u{065F}' | '\u{0900}'..='\u{0903}' | '\u{093A}'..='\u{094F}'
        | '\u{200C}' | '\u{200D}')
}

fn is_sign(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{2BFF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// What is searched.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Any of these, each once.
    pub words: BTreeSet<String>,
    /// All of these, word after word.
    pub phrases: Vec<Vec<String>>,
}

impl Query {
    /// Reads what was typed. A quotation mark without its fellow is a sign like any other.
    pub fn read(text: &str) -> Query {
        let mut query = Query::default();
        let mut left = MOST_WORDS;
        let parts: Vec<&str> = text.split(['"', '\u{201C}', '\u{201D}']).collect();
        let n_parts = parts.len();
        for (place, part) in parts.into_iter().enumerate() {
            let mut some = folded(part);
            some.truncate(left);
            left -= some.len();
            // Between two marks: every second part, but for the last, whose mark was never closed.
            let is_phrase = place % 2 == 1 && place + 1 < n_parts;
            match is_phrase && some.len() > 1 {
                true => query.phrases.push(some),
                false => query.words.extend(some),
            }
        }
        query
    }

    pub fn is_empty(&self) -> bool {
        self.words.is_empty() && self.phrases.is_empty()
    }

    /// The places in a text where its words and phrases stand, in order and apart from each other.
    pub fn places(&self, text: &str) -> Vec<(usize, usize)> {
        let all = words(text);
        let mut found = Vec::new();
        let mut at = 0;
        while at < all.len() {
            let phrase = self.phrases.iter().find(|phrase| {
                let here = all[at..].iter().map(|word| &word.folded).take(phrase.len());
                here.eq(phrase.iter())
            });
            let n_words = match phrase {
                Some(phrase) => phrase.len(),
                None if self.words.contains(&all[at].folded) => 1,
                None => 0,
            };
            if n_words > 0 {
                found.push((all[at].start, all[at + n_words - 1].end));
            }
            at += n_words.max(1);
        }
        found
    }
}

/// A piece of a text around what was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// In bytes of the text; the text from here to `end`, exactly as it stands.
    pub start: usize,
    pub end: usize,
    /// In bytes of the piece.
    pub highlights: Vec<(usize, usize)>,
}

const BEFORE: usize = 60;
const LENGTH: usize = 240;

/// The pieces of a text with what was found, best first: those with the most places, then the earliest.
pub fn pieces(text: &str, query: &Query) -> Vec<Piece> {
    let places = query.places(text);
    let mut pieces = Vec::new();
    let mut next = 0;
    while let Some(&(first, end_of_first)) = places.get(next) {
        let start = word_boundary(text, first.saturating_sub(BEFORE), first);
        let end = boundary_after(text, (start + LENGTH).max(end_of_first));
        let inside: Vec<(usize, usize)> = places[next..]
            .iter()
            .take_while(|place| place.1 <= end)
            .map(|place| (place.0 - start, place.1 - start))
            .collect();
        next += inside.len();
        pieces.push(Piece { start, end, highlights: inside });
    }
    pieces.sort_by(|one, other| {
        other.highlights.len().cmp(&one.highlights.len()).then_with(|| one.start.cmp(&other.start))
    });
    pieces
}

/// The beginning of the first word at or after a byte, at the latest that of what was found.
fn word_boundary(text: &str, from: usize, latest: usize) -> usize {
    if from == 0 {
        return 0;
    }
    let from = boundary_after(text, from);
    let blank = text[from..latest].find(char::is_whitespace).map(|at| from + at);
    blank.map_or(latest, |at| text[at..].find(|letter: char| !letter.is_whitespace()).map_or(latest, |n| at + n))
}

fn boundary_after(text: &str, byte: usize) -> usize {
    (byte..text.len()).find(|at| text.is_char_boundary(*at)).unwrap_or(text.len())
}

#[cfg(test)]
mod tests;
