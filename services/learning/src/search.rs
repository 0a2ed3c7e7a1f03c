//! The full-text index: one per process, in memory, rebuilt from the store. It tells which documents have the words
//! and how well; which of them a caller may know of, the store decides.

use std::collections::BTreeMap;

use tantivy::collector::TopDocs;
use tantivy::query::{Bm25StatisticsProvider, BooleanQuery, Occur, PhraseQuery, TermQuery};
use tantivy::schema::{Field, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions, Value};
use tantivy::tokenizer::{PreTokenizedString, Token};
use tantivy::{IndexReader, IndexWriter, ReloadPolicy, TantivyDocument, Term};

use crate::document::Document;
use crate::words::{Query, words};

const WRITER_BYTES: usize = 15_000_000;

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
