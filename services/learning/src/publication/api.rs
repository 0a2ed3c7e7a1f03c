//! PublicationsService.

mod requests;

use kit::cx::{Answer, Cx, Reasoned};
use kit::db::{Gathered, Tx};
use kit::ids::PublicationId;
use kit::shapes::{listed_or_all, one, page, reasoned, step};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::publications_service_server::PublicationsService;
use tonic::Request;

use super::{PublicationNow, app, reading};
use crate::corpus::app::Releases;
use crate::error::Error;
use crate::policy::Action;
use crate::{CORPUS, Learning, corpus, corpus_key};

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

    async fn answer_fact_check(&self, request: Request<pb::AnswerFactCheckRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, requests::answer_fact_check, corpus_key, app::answer_fact_check).await
    }

    async fn end_fact_check(&self, request: Request<pb::EndFactCheckRequest>) -> Answer<pb::Publication> {
        self.db.take_keyed(request, reasoned, corpus_key, app::end_fact_check).await
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
        let gather = |cx, cmd| self.releases(cx, cmd);
        self.db.take_keyed_with(request, reasoned, gather, release).await
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

/// An early release rests, as the one at its instant does, on what councils release in that moment.
fn release(tx: &mut Tx, cx: &Cx, releases: &Releases, cmd: &Reasoned<PublicationId>) -> Result<PublicationNow, Error> {
    corpus::app::take_releases(tx, cx.now, releases)?;
    app::release_publication(tx, cx, cmd)
}

/// Facts that writes need. Who may not write is refused before another service is asked.
impl Learning {
    async fn releases(&self, cx: Cx, cmd: Reasoned<PublicationId>) -> Result<Gathered<Releases>, Error> {
        let id = cmd.target.id;
        self.db.read(move |conn| reading::seen(conn, &cx, Action::ApprovePublication, id)).await?;
        Ok(Gathered { key: Some(CORPUS.to_string()), facts: self.releases_of(id).await? })
    }
}
