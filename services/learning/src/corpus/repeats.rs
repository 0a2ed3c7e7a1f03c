//! Whether a text repeats the words of a document: eight in a row, however they are spelt, are a quote.

use std::collections::{BTreeSet, HashMap, HashSet};

use kit::fault::Violation;
use kit::fold::fold;
use kit::ids::OrgId;

use super::document::{Document, Kind};

/// So many words in a row nobody writes twice by chance.
const N_WORDS: usize = 8;

/// Every run of so many words of a folded text, as it stands there.
fn runs(folded: &str) -> impl Iterator<Item = &str> {
    let words: Vec<(usize, usize)> = folded
        .split(' ')
        .scan(0, |at, word| {
            let start = *at;
            *at += word.len() + 1;
            Some((start, start + word.len()))
        })
        .collect();
    let ends: Vec<(usize, usize)> = words.windows(N_WORDS).map(|run| (run[0].0, run[N_WORDS - 1].1)).collect();
    ends.into_iter().map(|(start, end)| &folded[start..end])
}

/// Runs of words that stand in texts, with the field of each.
#[derive(Debug, Default)]
pub struct Runs {
    /// Of each run, the places in `fields`.
    places: HashMap<String, Vec<usize>>,
    /// A field, and whose words it may repeat.
    fields: Vec<(String, Option<OrgId>)>,
    allowed: HashSet<String>,
}

impl Runs {
    pub fn add(&mut self, field: &str, text: &str, council: Option<OrgId>) {
        let place = self.fields.len();
        self.fields.push((field.to_string(), council));
        for run in runs(&fold(text)) {
            self.places.entry(run.to_string()).or_default().push(place);
        }
    }

    /// A quote to which its council consented.
    pub fn allow(&mut self, quote: &str) {
        self.allowed.extend(runs(&fold(quote)).map(str::to_string));
    }

    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Each field that repeats words of these documents, once for each document. A case study that its council lets be
    /// told may be repeated.
    pub fn violations(&self, documents: &[Document]) -> Vec<Violation> {
        let mut violations: Vec<Violation> = Vec::new();
        for document in documents.iter().filter(|document| document.kind != Kind::CaseStudy || document.withdrawn) {
            let mut repeats: BTreeSet<usize> = BTreeSet::new();
            for section in &document.sections {
                let folded = fold(&section.text);
                let unasked = runs(&folded).filter(|run| !self.allowed.contains(*run));
                repeats.extend(unasked.filter_map(|run| self.places.get(run)).flatten());
            }
            let says = || format!("repeats words of {}, whose council did not consent", document.citation());
            let theirs = repeats.into_iter().map(|place| &self.fields[place]);
            let theirs = theirs.filter(|(_, council)| *council != Some(document.organisation));
            let mut fields: Vec<&str> = theirs.map(|(field, _)| field.as_str()).collect();
            // An item has several texts.
            fields.dedup();
            violations.extend(fields.into_iter().map(|field| Violation::new(field, "consent", says())));
        }
        violations
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn eight_words_in_a_row_are_a_run_and_seven_are_none() {
        let found = |text: &str| runs(&fold(text)).map(str::to_string).collect::<Vec<_>>();
        assert_eq!(found("One, two, three, four, five, six, seven"), Vec::<String>::new());
        assert_eq!(found(""), Vec::<String>::new());
        let two = found("One, two & three — four; FIVE six seven; eight");
        assert_eq!(two, ["one two and three four five six seven", "two and three four five six seven eight"]);
    }
}
