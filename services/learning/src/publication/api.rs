//! PublicationsService.

mod requests;

use kit::cx::Answer;
use kit::shapes::{listed_or_all, one, page, reasoned, step};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::publications_service_server::PublicationsService;
use tonic::Request;

use super::{app, reading};
use crate::{Learning, corpus_key};

#[tonic::async_trait]
impl PublicationsService for Learning {
    async fn create_publication(&self, request: Request<pb::CreatePublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::create_publication, corpus_key, app::create_publication).await
    }

    async fn get_publication(&self, request: Request<pb::GetPublicationRequest>) -> Answer<pb::Publication> {
        self.db.show(request, one, reading::publication, pb::Publication::from).await
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Answer<pb::ListPublicationsResponse> {
        self.db.show(request, listed_or_all, reading::publications, page).await
    }

    async fn set_items(&self, request: Request<pb::SetItemsRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::set_items, corpus_key, app::set_items).await
    }

    async fn start_fact_check(&self, request: Request<pb::StartFactCheckRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, step, corpus_key, app::start_fact_check).await
    }

    async fn return_to_drafting(&self, request: Request<pb::ReturnToDraftingRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, reasoned, corpus_key, app::return_to_drafting).await
    }

    async fn approve_publication(&self, request: Request<pb::ApprovePublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, step, corpus_key, app::approve_publication).await
    }

    async fn embargo_publication(&self, request: Request<pb::EmbargoPublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::embargo_publication, corpus_key, app::embargo_publication).await
    }

    async fn release_publication(&self, request: Request<pb::ReleasePublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, reasoned, corpus_key, app::release_publication).await
    }

    async fn correct_publication(&self, request: Request<pb::CorrectPublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::correct_publication, corpus_key, app::correct_publication).await
    }

    async fn withdraw_publication(&self, request: Request<pb::WithdrawPublicationRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, reasoned, corpus_key, app::withdraw_publication).await
    }

    async fn get_publication_document(
        &self,
        request: Request<pb::GetPublicationDocumentRequest>,
    ) -> Answer<pb::PublicationDocument> {
        self.db
            .show(request, requests::get_publication_document, reading::document, pb::PublicationDocument::from)
            .await
    }

    async fn list_citations(&self, request: Request<pb::ListCitationsRequest>) -> Answer<pb::ListCitationsResponse> {
        self.db.show(request, requests::list_citations, reading::citations, page).await
    }
}
