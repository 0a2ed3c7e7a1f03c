//! PublicationsService.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::id;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::publications_service_server::PublicationsService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::publication::PublicationNow;
use crate::{CORPUS, Learning, app, convert};

#[tonic::async_trait]
impl PublicationsService for Learning {
    async fn create_publication(&self, request: Request<pb::CreatePublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::CreatePublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::create_publication(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn get_publication(&self, request: Request<pb::GetPublicationRequest>) -> Answer<pb::Publication> {
        let cx = Cx::of(&request)?;
        let (id, as_of) = (id("publication_id", &request.get_ref().publication_id)?, cx.now);
        let publication = self.db.read(move |tx| app::seen_publication(tx, &cx, id)).await?;
        Ok(Response::new(PublicationNow { publication, as_of }.into()))
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Answer<pb::ListPublicationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_publications(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (of, round, page) = (cx.clone(), asked.filter, asked.page.clone());
        let rows = self.db.read(move |tx| app::seen_publications(tx, &of, round, page.after.clone(), page.limit()));
        let found = asked.page.found(rows.await?, |publication| publication.id.to_string());
        let now = |publication| PublicationNow { publication, as_of: cx.now };
        let shown = found.rows.into_iter().map(|one| convert::without_items(now(one).into()));
        Ok(Response::new(pb::ListPublicationsResponse {
            publications: shown.collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn set_items(&self, request: Request<pb::SetItemsRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::SetItems>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::set_items(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn start_fact_check(&self, request: Request<pb::StartFactCheckRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::StartFactCheck>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::start_fact_check(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn return_to_drafting(&self, request: Request<pb::ReturnToDraftingRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::ReturnToDrafting>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::return_to_drafting(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn approve_publication(&self, request: Request<pb::ApprovePublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::ApprovePublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::approve_publication(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn embargo_publication(&self, request: Request<pb::EmbargoPublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::EmbargoPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::embargo_publication(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn release_publication(&self, request: Request<pb::ReleasePublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::ReleasePublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::release_publication(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn correct_publication(&self, request: Request<pb::CorrectPublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::CorrectPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::correct_publication(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn withdraw_publication(&self, request: Request<pb::WithdrawPublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::WithdrawPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = self.db.write_keyed(&cx, CORPUS, move |tx| app::withdraw_publication(tx, &of, &cmd)).await?;
        Ok(Response::new(publication))
    }

    async fn get_publication_document(
        &self,
        request: Request<pb::GetPublicationDocumentRequest>,
    ) -> Answer<pb::PublicationDocument> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let publication = id("publication_id", &asked.publication_id)?;
        let found = self.db.read(move |tx| app::edition_of(tx, &cx, publication, asked.edition)).await?;
        Ok(Response::new(convert::publication_document(asked.format(), found)))
    }

    async fn list_citations(&self, request: Request<pb::ListCitationsRequest>) -> Answer<pb::ListCitationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListCitationsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<usize>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let publication = id("publication_id", &asked.publication_id)?;
        let found = self.db.read(move |tx| app::edition_of(tx, &cx, publication, asked.edition)).await?;
        let rows = found.citations.into_iter().enumerate().map(|(place, citation)| (place + 1, citation));
        let found = page.found(rows.skip(page.after.unwrap_or(0)).collect(), |(place, _)| *place);
        Ok(Response::new(pb::ListCitationsResponse {
            citations: found.rows.into_iter().map(|(_, citation)| convert::citation(citation)).collect(),
            next_page_token: found.next_page_token,
        }))
    }
}
