//! CorpusService. Documents, search, codebooks and passages.

mod requests;

use kit::cx::{Answer, Cx};
use kit::paging::Listed;
use kit::shapes::{counted, listed, one, page, step};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::corpus_service_server::CorpusService;
use tonic::{Request, Response};

use super::search::{self, Search};
use super::{convert, reading};
use crate::error::Error;
use crate::{Learning, codebook, corpus_key, history, passage};

#[tonic::async_trait]
impl CorpusService for Learning {
    async fn list_documents(&self, request: Request<pb::ListDocumentsRequest>) -> Answer<pb::ListDocumentsResponse> {
        self.db.show(request, requests::list_documents, reading::documents, counted).await
    }

    async fn get_document(&self, request: Request<pb::GetDocumentRequest>) -> Answer<pb::Document> {
        self.db.show(request, requests::get_document, reading::document, pb::Document::from).await
    }

    /// By hand: the index is asked between two looks at the store.
    async fn search_corpus(&self, request: Request<pb::SearchCorpusRequest>) -> Answer<pb::SearchCorpusResponse> {
        let (cx, listed) = Cx::parse(request, requests::search_corpus)?;
        let Listed { filter: Search { within, query }, page } = listed;
        self.catch_up().await?;
        // What the store shows comes last: a document that was taken back since is in no answer.
        let now = cx.now;
        let visible = self.db.read(move |conn| reading::visible_documents(conn, &cx, &within)).await?;
        let scores = self.index().scores(&query).map_err(Error::from)?;
        Ok(Response::new(convert::hits(&page, search::ranked(visible, &scores), &query, now)))
    }

    async fn create_codebook(&self, request: Request<pb::CreateCodebookRequest>) -> Answer<pb::Codebook> {
        self.db.take(request, requests::create_codebook, codebook::app::create_codebook).await
    }

    async fn add_codebook_version(&self, request: Request<pb::AddCodebookVersionRequest>) -> Answer<pb::Codebook> {
        self.db.take(request, requests::add_codebook_version, codebook::app::add_codebook_version).await
    }

    async fn get_codebook(&self, request: Request<pb::GetCodebookRequest>) -> Answer<pb::Codebook> {
        self.db.show(request, one, codebook::reading::codebook, pb::Codebook::from).await
    }

    async fn list_codebooks(&self, request: Request<pb::ListCodebooksRequest>) -> Answer<pb::ListCodebooksResponse> {
        self.db.show(request, requests::list_codebooks, codebook::reading::codebooks, page).await
    }

    async fn mark_passage(&self, request: Request<pb::MarkPassageRequest>) -> Answer<pb::Passage> {
        self.db.take(request, requests::mark_passage, passage::app::mark_passage).await
    }

    async fn recode_passage(&self, request: Request<pb::RecodePassageRequest>) -> Answer<pb::Passage> {
        self.db.take(request, requests::recode_passage, passage::app::recode_passage).await
    }

    async fn ask_consent(&self, request: Request<pb::AskConsentRequest>) -> Answer<pb::Passage> {
        self.db.take(request, step, passage::app::ask_consent).await
    }

    async fn answer_consent(&self, request: Request<pb::AnswerConsentRequest>) -> Answer<pb::Passage> {
        self.db.take_keyed(request, requests::answer_consent, corpus_key, passage::app::answer_consent).await
    }

    async fn get_passage(&self, request: Request<pb::GetPassageRequest>) -> Answer<pb::Passage> {
        self.db.show(request, one, passage::reading::passage, pb::Passage::from).await
    }

    async fn list_passages(&self, request: Request<pb::ListPassagesRequest>) -> Answer<pb::ListPassagesResponse> {
        self.db.show(request, requests::list_passages, passage::reading::passages, counted).await
    }

    async fn list_history(&self, request: Request<pb::ListHistoryRequest>) -> Answer<pb::ListHistoryResponse> {
        self.db.show(request, listed, history::reading::history, page).await
    }

    async fn export_passages(&self, request: Request<pb::ExportPassagesRequest>) -> Answer<pb::ExportPassagesResponse> {
        self.db.show(request, one, passage::reading::export, pb::ExportPassagesResponse::from).await
    }
}
