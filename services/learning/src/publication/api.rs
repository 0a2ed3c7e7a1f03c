//! PublicationsService.

mod requests;

use kit::cx::{Answer, Cx};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::publications_service_server::PublicationsService;
use tonic::{Request, Response};

use super::{app, convert, reading};
use crate::{Learning, corpus_key};

#[tonic::async_trait]
impl PublicationsService for Learning {
    async fn create_publication(&self, request: Request<pb::CreatePublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::create_publication, corpus_key, app::create_publication).await
    }

    async fn get_publication(&self, request: Request<pb::GetPublicationRequest>) -> Answer<pb::Publication> {
        self.db.show(request, requests::get_publication, reading::publication, Into::into).await
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Answer<pb::ListPublicationsResponse> {
        self.db.show(request, requests::list_publications, reading::publications, convert::publications).await
    }

    async fn set_items(&self, request: Request<pb::SetItemsRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::set_items, corpus_key, app::set_items).await
    }

    async fn start_fact_check(&self, request: Request<pb::StartFactCheckRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::start_fact_check, corpus_key, app::start_fact_check).await
    }

    async fn return_to_drafting(&self, request: Request<pb::ReturnToDraftingRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::return_to_drafting, corpus_key, app::return_to_drafting).await
    }

    async fn approve_publication(&self, request: Request<pb::ApprovePublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::approve_publication, corpus_key, app::approve_publication).await
    }

    async fn embargo_publication(&self, request: Request<pb::EmbargoPublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::embargo_publication, corpus_key, app::embargo_publication).await
    }

    async fn release_publication(&self, request: Request<pb::ReleasePublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::release_publication, corpus_key, app::release_publication).await
    }

    async fn correct_publication(&self, request: Request<pb::CorrectPublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::correct_publication, corpus_key, app::correct_publication).await
    }

    async fn withdraw_publication(&self, request: Request<pb::WithdrawPublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::withdraw_publication, corpus_key, app::withdraw_publication).await
    }

    async fn get_publication_document(
        &self,
        request: Request<pb::GetPublicationDocumentRequest>,
    ) -> Answer<pb::PublicationDocument> {
        let format = request.get_ref().format();
        let (cx, asked) = Cx::parse(request, requests::get_publication_document)?;
        let found = self.db.read(move |conn| reading::edition(conn, &cx, &asked)).await?;
        Ok(Response::new(convert::publication_document(format, found)))
    }

    async fn list_citations(&self, request: Request<pb::ListCitationsRequest>) -> Answer<pb::ListCitationsResponse> {
        self.db.show(request, requests::list_citations, reading::citations, convert::citations).await
    }
}
