//! CorpusService. Documents, search, codebooks and passages.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::id;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::corpus_service_server::CorpusService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::policy::{self, Action};
use crate::search::{self, Hit, Search};
use crate::{CORPUS, Learning, app, convert, export, store};

#[tonic::async_trait]
impl CorpusService for Learning {
    async fn list_documents(&self, request: Request<pb::ListDocumentsRequest>) -> Answer<pb::ListDocumentsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_documents(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (of, filter, after) = (cx.clone(), asked.filter, asked.page.after.clone());
        let read = self.db.read(move |tx| app::seen_documents(tx, &of, &filter, after.as_deref()));
        let (rows, total_size) = read.await?;
        let found = asked.page.found(rows, |document| document.id.to_string());
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
        let asked = convert::search_corpus(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let Search { within, query } = asked.filter;
        self.catch_up().await?;
        // What the store shows comes last: a document that was taken back since is in no answer.
        let of = cx.clone();
        let visible = self.db.read(move |tx| app::visible(tx, &of, &within)).await?;
        let scores = self.index().scores(&query).map_err(Error::from)?;
        let hits = search::ranked(visible, &scores);
        let (facets, total_size) = (search::facets(&hits), hits.len() as i64);
        let found = asked.page.found(search::behind(hits, asked.page.after.as_ref()), Hit::key);
        Ok(Response::new(pb::SearchCorpusResponse {
            hits: found.rows.into_iter().map(|hit| convert::hit(hit, &query)).collect(),
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
        let codebook = self.db.write(&cx, move |tx| app::create_codebook(tx, &of, &cmd)).await?;
        Ok(Response::new(codebook))
    }

    async fn add_codebook_version(&self, request: Request<pb::AddCodebookVersionRequest>) -> Answer<pb::Codebook> {
        let (cx, cmd) = Cx::parse::<app::AddCodebookVersion>(request)?;
        if let Some(codebook) = self.db.replay(&cx).await? {
            return Ok(Response::new(codebook));
        }
        let of = cx.clone();
        let codebook = self.db.write(&cx, move |tx| app::add_codebook_version(tx, &of, &cmd)).await?;
        Ok(Response::new(codebook))
    }

    async fn get_codebook(&self, request: Request<pb::GetCodebookRequest>) -> Answer<pb::Codebook> {
        let cx = Cx::of(&request)?;
        policy::check_at_large(&cx.caller, Action::SeeCodebook)?;
        let codebook = id("codebook_id", &request.get_ref().codebook_id)?;
        Ok(Response::new(convert::codebook(self.db.read(move |tx| store::codebook(tx, codebook)).await?)))
    }

    async fn list_codebooks(&self, request: Request<pb::ListCodebooksRequest>) -> Answer<pb::ListCodebooksResponse> {
        let cx = Cx::of(&request)?;
        policy::check_at_large(&cx.caller, Action::SeeCodebook)?;
        let asked = request.into_inner();
        let bound = pb::ListCodebooksRequest::default();
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let (after, limit) = (page.after.clone(), page.limit());
        let rows = self.db.read(move |tx| store::page_of_codebooks(tx, after.clone(), limit)).await?;
        let found = page.found(rows, |codebook| codebook.id.to_string());
        Ok(Response::new(pb::ListCodebooksResponse {
            codebooks: found.rows.into_iter().map(convert::codebook).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn mark_passage(&self, request: Request<pb::MarkPassageRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::MarkPassage>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        let passage = self.db.write(&cx, move |tx| app::mark_passage(tx, &of, &cmd)).await?;
        Ok(Response::new(passage))
    }

    async fn recode_passage(&self, request: Request<pb::RecodePassageRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::RecodePassage>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        let passage = self.db.write(&cx, move |tx| app::recode_passage(tx, &of, &cmd)).await?;
        Ok(Response::new(passage))
    }

    async fn ask_consent(&self, request: Request<pb::AskConsentRequest>) -> Answer<pb::Passage> {
        let (cx, cmd) = Cx::parse::<app::AskConsent>(request)?;
        if let Some(passage) = self.db.replay(&cx).await? {
            return Ok(Response::new(passage));
        }
        let of = cx.clone();
        let passage = self.db.write(&cx, move |tx| app::ask_consent(tx, &of, &cmd)).await?;
        Ok(Response::new(passage))
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
        let asked = convert::list_passages(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (of, filter, page) = (cx.clone(), asked.filter, asked.page.clone());
        let read = self.db.read(move |tx| app::seen_passages(tx, &of, &filter, page.after.clone(), page.limit()));
        let (rows, total_size) = read.await?;
        let found = asked.page.found(rows, |passage| passage.id.to_string());
        Ok(Response::new(pb::ListPassagesResponse {
            passages: found.rows.into_iter().map(convert::passage).collect(),
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
