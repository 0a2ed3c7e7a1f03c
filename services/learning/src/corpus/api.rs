//! CorpusService. Documents, search, codebooks and passages.

mod requests;

use kit::cx::{Answer, Cx};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::corpus_service_server::CorpusService;
use tonic::{Request, Response};

use super::{convert, reading, search};
use crate::error::Error;
use crate::{Learning, codebook, corpus_key, passage};

#[tonic::async_trait]
impl CorpusService for Learning {
    async fn list_documents(&self, request: Request<pb::ListDocumentsRequest>) -> Answer<pb::ListDocumentsResponse> {
        self.db.show(request, requests::list_documents, reading::documents, convert::documents).await
    }

    async fn get_document(&self, request: Request<pb::GetDocumentRequest>) -> Answer<pb::Document> {
        self.db.show(request, requests::get_document, reading::document, convert::document).await
    }

    async fn search_corpus(&self, request: Request<pb::SearchCorpusRequest>) -> Answer<pb::SearchCorpusResponse> {
        let (cx, asked) = Cx::parse(request, requests::search_corpus)?;
        self.catch_up().await?;
        // What the store shows comes last: a document that was taken back since is in no answer.
        let (now, within) = (cx.now, asked.filter.within);
        let visible = self.db.read(move |conn| reading::visible_documents(conn, &cx, &within)).await?;
        let scores = self.index().scores(&asked.filter.query).map_err(Error::from)?;
        let hits = search::ranked(visible, &scores);
        Ok(Response::new(convert::hits(&asked.page, hits, &asked.filter.query, now)))
    }

    async fn create_codebook(&self, request: Request<pb::CreateCodebookRequest>) -> Answer<pb::Codebook> {
        self.db.take(request, requests::create_codebook, codebook::app::create_codebook).await
    }

    async fn add_codebook_version(&self, request: Request<pb::AddCodebookVersionRequest>) -> Answer<pb::Codebook> {
        self.db.take(request, requests::add_codebook_version, codebook::app::add_codebook_version).await
    }

    async fn get_codebook(&self, request: Request<pb::GetCodebookRequest>) -> Answer<pb::Codebook> {
        self.db.show(request, requests::get_codebook, codebook::reading::codebook, Into::into).await
    }

    async fn list_codebooks(&self, request: Request<pb::ListCodebooksRequest>) -> Answer<pb::ListCodebooksResponse> {
        self.db
            .show(request, requests::list_codebooks, codebook::reading::codebooks, codebook::convert::codebooks)
            .await
    }

    async fn mark_passage(&self, request: Request<pb::MarkPassageRequest>) -> Answer<pb::Passage> {
        self.db.take(request, requests::mark_passage, passage::app::mark_passage).await
    }

    async fn recode_passage(&self, request: Request<pb::RecodePassageRequest>) -> Answer<pb::Passage> {
        self.db.take(request, requests::recode_passage, passage::app::recode_passage).await
    }

    async fn ask_consent(&self, request: Request<pb::AskConsentRequest>) -> Answer<pb::Passage> {
        self.db.take(request, requests::ask_consent, passage::app::ask_consent).await
    }

    async fn answer_consent(&self, request: Request<pb::AnswerConsentRequest>) -> Answer<pb::Passage> {
        self.db.take_keyed(request, requests::answer_consent, corpus_key, passage::app::answer_consent).await
    }

    async fn get_passage(&self, request: Request<pb::GetPassageRequest>) -> Answer<pb::Passage> {
        self.db.show(request, requests::get_passage, passage::reading::passage, Into::into).await
    }

    async fn list_passages(&self, request: Request<pb::ListPassagesRequest>) -> Answer<pb::ListPassagesResponse> {
        self.db.show(request, requests::list_passages, passage::reading::passages, passage::convert::passages).await
    }

    async fn export_passages(&self, request: Request<pb::ExportPassagesRequest>) -> Answer<pb::ExportPassagesResponse> {
        self.db.show(request, requests::export_passages, passage::reading::export, Into::into).await
    }
}
