//! Documents, search, codebooks and passages.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::{id, id_or_none};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::corpus_service_server::CorpusService;
use tonic::{Request, Response};

use crate::document::{self, Document, Section};
use crate::error::Error;
use crate::policy::{self, Action, Facts};
use crate::store::Passages;
use crate::words::{self, Piece, Query};
use crate::{CORPUS, Learning, app, convert, export, store};

/// Snippets of a hit, at most.
const MOST_SNIPPETS: usize = 3;

#[tonic::async_trait]
impl CorpusService for Learning {
    async fn list_documents(&self, request: Request<pb::ListDocumentsRequest>) -> Answer<pb::ListDocumentsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListDocumentsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let mut documents = self.visible(&cx, asked).await?;
        let total_size = documents.len() as i64;
        if let Some(after) = &page.after {
            documents.retain(|document| document.id.to_string() > *after);
        }
        let found = page.found(documents, |document| document.id.to_string());
        Ok(Response::new(pb::ListDocumentsResponse {
            documents: found.rows.into_iter().map(convert::head).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn get_document(&self, request: Request<pb::GetDocumentRequest>) -> Answer<pb::Document> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let (commission, document) =
            (id("commission_id", &asked.commission_id)?, id("document_id", &asked.document_id)?);
        let found = self.db.read(move |tx| app::document(tx, &cx, commission, document)).await?;
        Ok(Response::new(convert::document(found)))
    }

    async fn search_corpus(&self, request: Request<pb::SearchCorpusRequest>) -> Answer<pb::SearchCorpusResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::SearchCorpusRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<(i64, String)>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let query = Query::read(&asked.words);
        self.catch_up().await?;
        // What the store shows comes last: a document that was taken back since is in no answer.
        let visible = self.visible(&cx, filter_of(asked)).await?;
        let scores = self.index().scores(&query).map_err(Error::from)?;
        let score = |document: &Document| scores.get(&document.id.to_string()).copied();
        let mut hits: Vec<(i64, &Document)> =
            visible.iter().filter_map(|document| Some((score(document)?, document))).collect();
        hits.sort_by(|one, other| other.0.cmp(&one.0).then_with(|| one.1.id.cmp(&other.1.id)));
        let facets = document::facets(&hits.iter().map(|(_, document)| *document).collect::<Vec<_>>());
        let total_size = hits.len() as i64;
        if let Some((score, after)) = &page.after {
            hits.retain(|hit| hit.0 < *score || (hit.0 == *score && hit.1.id.to_string() > *after));
        }
        let found = page.found(hits, |(score, document)| (*score, document.id.to_string()));
        let hits = found.rows.into_iter().map(|(_, document)| convert::hit(document, snippets(document, &query)));
        Ok(Response::new(pb::SearchCorpusResponse {
            hits: hits.collect(),
            next_page_token: found.next_page_token,
            total_size,
            facets: facets.into_iter().map(convert::facet).collect(),
            as_of: Some(cx.now.into()),
        }))
    }

    async fn create_codebook(&self, request: Request<pb::CreateCodebookRequest>) -> Answer<pb::Codebook> {
        let (cx, cmd) = Cx::parse::<app::CreateCodebook>(request)?;
        if let Some(codebook) = self.db.replay(&cx).await? {
            return Ok(Response::new(codebook));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::create_codebook(tx, &of, &cmd)).await?))
    }

    async fn add_codebook_version(&self, request: Request<pb::AddCodebookVersionRequest>) -> Answer<pb::Codebook> {
        let (cx, cmd) = Cx::parse::<app::AddVersion>(request)?;
        if let Some(codebook) = self.db.replay(&cx).await? {
            return Ok(Response::new(codebook));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::add_version(tx, &of, &cmd)).await?))
    }

    async fn get_codebook(&self, request: Request<pb::GetCodebookRequest>) -> Answer<pb::Codebook> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::SeeCodebook, &Facts::default())?;
        let codebook = id("codebook_id", &request.get_ref().codebook_id)?;
        Ok(Response::new(convert::codebook(self.db.read(move |tx| store::codebook(tx, codebook)).await?)))
    }

    async fn list_codebooks(&self, request: Request<pb::ListCodebooksRequest>) -> Answer<pb::ListCodebooksResponse> {
        let cx = Cx::of(&request)?;
        policy::check(&cx.caller, Action::SeeCodebook, &Facts::default())?;
        let asked = request.into_inner();
        let page =
            Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &pb::ListCodebooksRequest::default())?;
        let (after, limit) = (page.after.clone(), page.limit());
        let rows = self.db.read(move |tx| store::codebooks(tx, after.clone(), limit)).await?;
        let found = page.found(rows, |codebook| codebook.id.to_string());
        Ok(Response::new(pb::ListCodebooksResponse {
            codebooks: found.rows.into_iter().map(convert::codebook).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn mark_passage(&self, request: Request<pb::MarkPassageRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::Mark>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::mark(tx, &of, &cmd)).await?))
    }

    async fn recode_passage(&self, request: Request<pb::RecodePassageRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::Recode>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::recode(tx, &of, &cmd)).await?))
    }

    async fn ask_consent(&self, request: Request<pb::AskConsentRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::AskConsent>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::ask_consent(tx, &of, &cmd)).await?))
    }

    async fn answer_consent(&self, request: Request<pb::AnswerConsentRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::AnswerConsent>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        let passage = self.db.write_keyed(&cx, CORPUS, move |tx| app::answer_consent(tx, &of, &cmd)).await?;
        Ok(Response::new(passage))
    }

    async fn get_passage(&self, request: Request<pb::GetPassageRequest>) -> Answer<pb::Passage> {
        let cx = Cx::of(&request)?;
        let passage = id("passage_id", &request.get_ref().passage_id)?;
        let found = self.db.read(move |tx| app::seen_passage(tx, &cx, passage)).await?;
        Ok(Response::new(convert::passage(found)))
    }

    async fn list_passages(&self, request: Request<pb::ListPassagesRequest>) -> Answer<pb::ListPassagesResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListPassagesRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let filter = Passages {
            commission: id_or_none("commission_id", &asked.commission_id)?,
            councils: policy::councils_of(&cx.caller),
            document: id_or_none("document_id", &asked.document_id)?,
            code: asked.code,
        };
        let (of, of_page, by_council) = (cx.clone(), page.clone(), filter.commission.is_none());
        let (rows, total_size) = self
            .db
            .read(move |tx| {
                if let Some(commission) = filter.commission {
                    app::expect_reader(tx, &of, commission)?;
                }
                let rows = store::passages(tx, &filter, of_page.after.clone(), of_page.limit())?;
                Ok::<_, Error>((rows, store::n_passages(tx, &filter)?))
            })
            .await?;
        let found = page.found(rows, |passage| passage.id.to_string());
        let shown = found.rows.into_iter().map(|passage| match by_council {
            true => passage.without_notes(),
            false => passage,
        });
        Ok(Response::new(pb::ListPassagesResponse {
            passages: shown.map(convert::passage).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn export_passages(&self, request: Request<pb::ExportPassagesRequest>) -> Answer<pb::ExportPassagesResponse> {
        let cx = Cx::of(&request)?;
        let commission = id("commission_id", &request.get_ref().commission_id)?;
        let as_of = cx.now;
        let marked = self.db.read(move |tx| app::marked(tx, &cx, commission)).await?;
        let (csv, n_passages) = (export::csv(&marked)?, marked.len() as i64);
        Ok(Response::new(pb::ExportPassagesResponse { csv, n_passages, as_of: Some(as_of.into()) }))
    }
}

impl Learning {
    /// What a commission opens to the caller now, within a filter.
    async fn visible(&self, cx: &Cx, asked: pb::ListDocumentsRequest) -> Result<Vec<Document>, Error> {
        let commission = id("commission_id", &asked.commission_id)?;
        let filter = convert::read_filter(asked).map_err(Error::Invalid)?;
        let of = cx.clone();
        let mut documents = self.db.read(move |tx| app::visible(tx, &of, commission)).await?;
        documents.retain(|document| filter.admits(document));
        Ok(documents)
    }
}

/// A search filters as a list does.
fn filter_of(asked: pb::SearchCorpusRequest) -> pb::ListDocumentsRequest {
    pb::ListDocumentsRequest {
        commission_id: asked.commission_id,
        round_id: asked.round_id,
        organisation_id: asked.organisation_id,
        principle: asked.principle,
        theme: asked.theme,
        group: asked.group,
        kind: asked.kind,
        page_size: 0,
        page_token: String::new(),
    }
}

/// The best pieces of a document: those with the most places first, then in the order of the text.
fn snippets<'a>(document: &'a Document, query: &Query) -> Vec<(&'a Section, Piece)> {
    let sections = document.sections.iter();
    let mut all: Vec<(&Section, Piece)> = sections
        .flat_map(|section| words::pieces(&section.text, query).into_iter().map(move |piece| (section, piece)))
        .collect();
    // Stable: equally good ones stay in order.
    all.sort_by_key(|(_, piece)| std::cmp::Reverse(piece.highlights.len()));
    all.truncate(MOST_SNIPPETS);
    all
}
