//! The full-text index: one per process, in memory, rebuilt from the store. It finds which documents have the words.
//! The store decides which of them a caller may see. Hits are ranked here.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use kit::ids::DocumentId;
use tantivy::collector::TopDocs;
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, Occur, PhraseQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use super::document::{Document, Filter, Section};
use super::words::{Piece, Query, pieces, words};

const WRITER_BYTES: usize = 15_000_000;
/// Snippets of a hit, at most.
const MOST_SNIPPETS: usize = 3;

/// The words of all documents that are not withdrawn. It answers with identities and scores, never with a text.
pub struct Index {
    writer: IndexWriter,
    reader: IndexReader,
    id: Field,
    text: Field,
    /// Up to where it has seen what the store wrote.
    position: i64,
}

impl Index {
    /// An index that has seen nothing yet.
    ///
    /// # Errors
    /// [`tantivy::TantivyError`] when its writer cannot be started.
    pub fn empty() -> tantivy::Result<Index> {
        let mut schema = Schema::builder();
        let id = schema.add_text_field("id", STRING | STORED);
        let indexing = TextFieldIndexing::default().set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let text = schema.add_text_field("text", TextOptions::default().set_indexing_options(indexing));
        let index = tantivy::Index::create_in_ram(schema.build());
        let writer = index.writer_with_num_threads(1, WRITER_BYTES)?;
        let reader = index.reader_builder().reload_policy(ReloadPolicy::Manual).try_into()?;
        Ok(Index { writer, reader, id, text, position: 0 })
    }

    pub fn position(&self) -> i64 {
        self.position
    }

    /// Takes in what the store wrote since.
    ///
    /// # Errors
    /// [`tantivy::TantivyError`] when it cannot be written. Its position stays, so the same is taken in again.
    pub fn take(&mut self, changed: &[Document]) -> tantivy::Result<()> {
        let Some(newest) = changed.iter().map(|document| document.position).max() else { return Ok(()) };
        // Two that looked at once bring the same: what was taken in already is newer.
        let seen = self.position;
        for document in changed.iter().filter(|document| document.position > seen) {
            let id = document.id.to_string();
            self.writer.delete_term(Term::from_field_text(self.id, &id));
            if !document.withdrawn {
                let mut entry = TantivyDocument::default();
                entry.add_text(self.id, id);
                entry.add_pre_tokenized_text(self.text, tokens(&document.title));
                for section in &document.sections {
                    entry.add_pre_tokenized_text(self.text, tokens(&section.text));
                }
                self.writer.add_document(entry)?;
            }
        }
        self.writer.commit()?;
        self.reader.reload()?;
        self.position = self.position.max(newest);
        Ok(())
    }

    /// The score of every document that matches, in thousandths, by identity.
    ///
    /// # Errors
    /// [`tantivy::TantivyError`] when it cannot be read.
    pub fn scores(&self, query: &Query) -> tantivy::Result<BTreeMap<String, i64>> {
        let searcher = self.reader.searcher();
        let n_documents = usize::try_from(searcher.num_docs()).unwrap_or(usize::MAX);
        if query.is_empty() || n_documents == 0 {
            return Ok(BTreeMap::new());
        }
        let best = TopDocs::with_limit(n_documents).order_by_score();
        let hits = searcher.search_with_statistics_provider(&self.clauses(query), &best, &OfNoCorpus)?;
        let mut scores = BTreeMap::new();
        for (score, address) in hits {
            let entry: TantivyDocument = searcher.doc(address)?;
            if let Some(id) = entry.get_first(self.id).and_then(|value| value.as_str()) {
                // Sums of floats may differ in their last digits with the order in which they were added.
                scores.insert(id.to_string(), (f64::from(score) * 1000.0).round() as i64);
            }
        }
        Ok(scores)
    }

    /// Every phrase, and any of the words: where there are phrases, words only raise the score.
    fn clauses(&self, query: &Query) -> BooleanQuery {
        let term = |word: &String| Term::from_field_text(self.text, word);
        let mut clauses: Vec<(Occur, Box<dyn tantivy::query::Query>)> = Vec::new();
        for phrase in &query.phrases {
            clauses.push((Occur::Must, Box::new(PhraseQuery::new(phrase.iter().map(term).collect()))));
        }
        for word in &query.words {
            clauses.push((Occur::Should, Box::new(TermQuery::new(term(word), IndexRecordOption::WithFreqs))));
        }
        BooleanQuery::new(clauses)
    }
}

/// What is searched for, and in which documents.
#[derive(Clone, Debug)]
pub struct Search {
    pub within: Filter,
    pub query: Query,
}

/// A document that matches, and how well.
#[derive(Clone, Debug)]
pub struct Hit {
    pub score: i64,
    pub document: Document,
}

impl Hit {
    /// Its place among the hits: a page goes on behind it.
    pub fn key(&self) -> (i64, DocumentId) {
        (self.score, self.document.id)
    }

    fn is_behind(&self, &(score, id): &(i64, DocumentId)) -> bool {
        self.score < score || (self.score == score && self.document.id > id)
    }

    /// The best pieces of its document: those with the most places first, then in the order of the text.
    pub fn snippets(&self, query: &Query) -> Vec<(&Section, Piece)> {
        let mut all: Vec<(&Section, Piece)> = Vec::new();
        for section in &self.document.sections {
            all.extend(pieces(&section.text, query).into_iter().map(|piece| (section, piece)));
        }
        // Stable: equally good ones stay in order.
        all.sort_by_key(|(_, piece)| Reverse(piece.highlights.len()));
        all.truncate(MOST_SNIPPETS);
        all
    }
}

/// The documents that match, best first, equally good ones by identity.
pub fn ranked(documents: Vec<Document>, scores: &BTreeMap<String, i64>) -> Vec<Hit> {
    let score = |document: &Document| scores.get(&document.id.to_string()).copied();
    let hits = documents.into_iter().filter_map(|document| Some(Hit { score: score(&document)?, document }));
    let mut hits: Vec<Hit> = hits.collect();
    hits.sort_by(|one, other| other.score.cmp(&one.score).then_with(|| one.document.id.cmp(&other.document.id)));
    hits
}

/// The hits behind the last one of the page before.
pub fn behind(mut hits: Vec<Hit>, after: Option<&(i64, DocumentId)>) -> Vec<Hit> {
    if let Some(after) = after {
        hits.retain(|hit| hit.is_behind(after));
    }
    hits
}

/// How many hits share a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facet {
    pub field: &'static str,
    pub value: String,
    pub n_hits: i64,
}

/// How hits fall, by field and value; the most frequent first, equally frequent ones by value.
pub fn facets(hits: &[Hit]) -> Vec<Facet> {
    type Values = fn(&Document) -> Vec<String>;
    let fields: [(&'static str, Values); 6] = [
        ("round", |document| document.round.map(|round| round.to_string()).into_iter().collect()),
        ("council", |document| vec![document.organisation.to_string()]),
        ("principle", |document| document.principles.clone()),
        ("theme", |document| vec![document.theme.clone()]),
        ("group", |document| vec![document.group.clone()]),
        ("kind", |document| vec![document.kind.name().to_string()]),
    ];
    let mut all = Vec::new();
    for (field, values) in fields {
        let mut counts = BTreeMap::<String, i64>::new();
        for value in hits.iter().flat_map(|hit| values(&hit.document)).filter(|value| !value.is_empty()) {
            *counts.entry(value).or_default() += 1;
        }
        let mut of_field: Vec<Facet> =
            counts.into_iter().map(|(value, n_hits)| Facet { field, value, n_hits }).collect();
        of_field.sort_by(|one, other| other.n_hits.cmp(&one.n_hits).then_with(|| one.value.cmp(&other.value)));
        all.extend(of_field);
    }
    all
}

fn tokens(text: &str) -> PreTokenizedString {
    let tokens = words(text).into_iter().enumerate().map(|(position, word)| Token {
        offset_from: word.start,
        offset_to: word.end,
        position,
        text: word.folded,
        position_length: 1,
    });
    PreTokenizedString { text: text.to_string(), tokens: tokens.collect() }
}

/// Statistics that know no corpus: how rare a word is among documents that the caller may not read must not show in
/// the order of those that they may.
struct OfNoCorpus;

impl Bm25StatisticsProvider for OfNoCorpus {
    fn total_num_tokens(&self, _: Field) -> tantivy::Result<u64> {
        Ok(1_000_000)
    }

    fn total_num_docs(&self) -> tantivy::Result<u64> {
        Ok(1000)
    }

    fn doc_freq(&self, _: &Term) -> tantivy::Result<u64> {
        Ok(10)
    }
}
