//! Publications.

use kit::cx::{Answer, Cx};
use kit::db::Tx;
use kit::paging::Page;
use kit::wire::{id, id_or_none};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::publications_service_server::PublicationsService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::publication::Publication;
use crate::{CORPUS, Learning, app, convert, policy};

#[tonic::async_trait]
impl PublicationsService for Learning {
    async fn create_publication(&self, request: Request<pb::CreatePublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::PlanPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::plan_publication(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn get_publication(&self, request: Request<pb::GetPublicationRequest>) -> Answer<pb::Publication> {
        let cx = Cx::of(&request)?;
        let (publication, as_of) = (id("publication_id", &request.get_ref().publication_id)?, cx.now);
        let found = self.db.read(move |tx| app::seen_publication(tx, &cx, publication)).await?;
        Ok(Response::new(convert::publication(found, as_of)))
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Answer<pb::ListPublicationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListPublicationsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let round = id_or_none("round_id", &asked.round_id)?;
        if !policy::is_signed_in(&cx.caller) {
            return Err(Error::NotFound { what: "publication" }.into());
        }
        let (of, above, limit) = (cx.clone(), page.after.clone(), page.limit());
        let rows = self.db.read(move |tx| app::seen_publications(tx, &of, round, above.clone(), limit)).await?;
        let found = page.found(rows, |publication| publication.id.to_string());
        let shown = found.rows.into_iter().map(|one| convert::without_items(convert::publication(one, cx.now)));
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
        let write = move |tx: &mut Tx, cx: &Cx| app::set_items(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn start_fact_check(&self, request: Request<pb::StartFactCheckRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::StartFactCheck>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::start_fact_check(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn return_to_drafting(&self, request: Request<pb::ReturnToDraftingRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::ReturnToDrafting>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::return_to_drafting(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn approve_publication(&self, request: Request<pb::ApprovePublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::ApprovePublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::approve_publication(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn embargo_publication(&self, request: Request<pb::EmbargoPublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::EmbargoPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::embargo_publication(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn release_publication(&self, request: Request<pb::ReleasePublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::ReleasePublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::release_publication(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn correct_publication(&self, request: Request<pb::CorrectPublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::CorrectPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::correct_publication(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
    }

    async fn withdraw_publication(&self, request: Request<pb::WithdrawPublicationRequest>) -> Answer<pb::Publication> {
        let (cx, cmd) = Cx::parse::<app::WithdrawPublication>(request)?;
        if let Some(publication) = self.db.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let write = move |tx: &mut Tx, cx: &Cx| app::withdraw_publication(tx, cx, &cmd);
        Ok(Response::new(self.write_publication(&cx, write).await?))
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

impl Learning {
    /// Writes a publication. What is quoted and what is taken back contend, so such writes run one after the other.
    async fn write_publication<F>(&self, cx: &Cx, write: F) -> Result<pb::Publication, Error>
    where
        F: Fn(&mut Tx, &Cx) -> Result<Publication, Error> + Send + 'static,
    {
        let of = cx.clone();
        let write = move |tx: &mut Tx| Ok::<_, Error>(convert::publication(write(tx, &of)?, of.now));
        self.db.write_keyed(cx, CORPUS, write).await
    }
}
