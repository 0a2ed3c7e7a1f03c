//! Publications.

use kit::caller::Subject;
use kit::cx::Cx;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::publications_service_server::PublicationsService;
use tonic::{Request, Response, Status};

use super::{Answer, id, id_or_none, page};
use crate::convert::{Answered, Moved};
use crate::error::Error;
use crate::publication::Publication;
use crate::store::Publications;
use crate::{CORPUS, Learning, app, convert, digest, policy, store};

/// Every write is the same five lines; what is quoted and what is taken back contend, so they run one after the other.
macro_rules! write {
    ($self:ident, $request:ident: $command:ty, |$tx:ident, $cx:ident, $cmd:ident| $write:expr) => {{
        let (cx, cmd) = Cx::parse::<$command>($request)?;
        if let Some(publication) = $self.replay(&cx).await? {
            return Ok(Response::new(publication));
        }
        let of = cx.clone();
        let publication = $self
            .db
            .write_keyed(&cx, CORPUS, move |$tx| {
                let ($cx, $cmd) = (&of, &cmd);
                let publication: Result<Publication, Error> = $write;
                publication.map(|publication| convert::publication(publication, of.now))
            })
            .await?;
        Ok(Response::new(publication))
    }};
}

#[tonic::async_trait]
impl PublicationsService for Learning {
    async fn create_publication(&self, request: Request<pb::CreatePublicationRequest>) -> Answer<pb::Publication> {
        write!(self, request: app::Plan, |tx, cx, cmd| app::plan(tx, cx, cmd))
    }

    async fn get_publication(&self, request: Request<pb::GetPublicationRequest>) -> Answer<pb::Publication> {
        let cx = Cx::of(&request)?;
        let (publication, as_of) = (id("publication_id", &request.get_ref().publication_id)?, cx.now);
        let found = self.read(move |tx| app::seen_publication(tx, &cx, publication)).await?;
        Ok(Response::new(convert::publication(found, as_of)))
    }

    async fn list_publications(
        &self,
        request: Request<pb::ListPublicationsRequest>,
    ) -> Answer<pb::ListPublicationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListPublicationsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = page::<String>(&cx, asked.page_size, &asked.page_token, &bound)?;
        let round = id_or_none("round_id", &asked.round_id)?;
        signed_in(&cx)?;
        let (of, of_page) = (cx.clone(), page.clone());
        let rows = self
            .read(move |tx| {
                let commissions = match of.caller.subject {
                    Subject::Person(person) if of.caller.has(kit::caller::Duty::Consultant) => {
                        let mut running = store::running_for(tx, person, of.now)?;
                        running.retain(|one| one.expect_declared(person).is_ok());
                        running.into_iter().map(|one| one.id).collect()
                    }
                    Subject::Person(_) | Subject::Client(_) | Subject::Role(_) | Subject::Anonymous => Vec::new(),
                };
                let all = policy::reads_by_office(&of.caller);
                let filter = Publications { round, all, commissions };
                let mut shown = Vec::new();
                for one in store::publications(tx, &filter, of_page.after.clone(), of_page.limit())? {
                    let inside = all || filter.commissions.contains(&one.commission);
                    shown.push(match store::printed(tx, one.id, one.readable)? {
                        Some(printed) if !inside => app::as_public(one, printed),
                        Some(_) | None => one,
                    });
                }
                Ok(shown)
            })
            .await?;
        let found = page.found(rows, |publication| publication.id.to_string());
        let shown = found.rows.into_iter().map(|one| convert::without_items(convert::publication(one, cx.now)));
        Ok(Response::new(pb::ListPublicationsResponse {
            publications: shown.collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn set_items(&self, request: Request<pb::SetItemsRequest>) -> Answer<pb::Publication> {
        write!(self, request: app::SetItems, |tx, cx, cmd| app::set_items(tx, cx, cmd))
    }

    async fn start_fact_check(&self, request: Request<pb::StartFactCheckRequest>) -> Answer<pb::Publication> {
        write!(self, request: Moved<pb::StartFactCheckRequest>, |tx, cx, cmd| app::start_fact_check(tx, cx, &cmd.0))
    }

    async fn return_to_drafting(&self, request: Request<pb::ReturnToDraftingRequest>) -> Answer<pb::Publication> {
        write!(self, request: Answered<pb::ReturnToDraftingRequest>, |tx, cx, cmd| {
            app::return_to_drafting(tx, cx, &cmd.0)
        })
    }

    async fn approve_publication(&self, request: Request<pb::ApprovePublicationRequest>) -> Answer<pb::Publication> {
        write!(self, request: Moved<pb::ApprovePublicationRequest>, |tx, cx, cmd| {
            app::approve_publication(tx, cx, &cmd.0)
        })
    }

    async fn embargo_publication(&self, request: Request<pb::EmbargoPublicationRequest>) -> Answer<pb::Publication> {
        write!(self, request: app::Embargo, |tx, cx, cmd| app::embargo(tx, cx, cmd))
    }

    async fn release_publication(&self, request: Request<pb::ReleasePublicationRequest>) -> Answer<pb::Publication> {
        write!(self, request: Answered<pb::ReleasePublicationRequest>, |tx, cx, cmd| app::release(tx, cx, &cmd.0))
    }

    async fn correct_publication(&self, request: Request<pb::CorrectPublicationRequest>) -> Answer<pb::Publication> {
        write!(self, request: app::Correct, |tx, cx, cmd| app::correct(tx, cx, cmd))
    }

    async fn withdraw_publication(&self, request: Request<pb::WithdrawPublicationRequest>) -> Answer<pb::Publication> {
        write!(self, request: Answered<pb::WithdrawPublicationRequest>, |tx, cx, cmd| app::withdraw(tx, cx, &cmd.0))
    }

    async fn get_publication_document(
        &self,
        request: Request<pb::GetPublicationDocumentRequest>,
    ) -> Answer<pb::PublicationDocument> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let publication = id("publication_id", &asked.publication_id)?;
        let found = self.read(move |tx| app::edition_of(tx, &cx, publication, asked.edition)).await?;
        let text = match asked.format() {
            pb::publication_document::Format::Markdown => found.markdown,
            pb::publication_document::Format::Html | pb::publication_document::Format::Unspecified => found.html,
        };
        Ok(Response::new(pb::PublicationDocument {
            edition: found.edition,
            format: asked.format,
            sha256: digest(text.as_bytes()),
            text,
            watermarked: found.watermarked,
        }))
    }

    async fn list_citations(&self, request: Request<pb::ListCitationsRequest>) -> Answer<pb::ListCitationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListCitationsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = page::<usize>(&cx, asked.page_size, &asked.page_token, &bound)?;
        let publication = id("publication_id", &asked.publication_id)?;
        let found = self.read(move |tx| app::edition_of(tx, &cx, publication, asked.edition)).await?;
        let rows = found.citations.into_iter().enumerate().map(|(place, citation)| (place + 1, citation));
        let found = page.found(rows.skip(page.after.unwrap_or(0)).collect(), |(place, _)| *place);
        Ok(Response::new(pb::ListCitationsResponse {
            citations: found.rows.into_iter().map(|(_, citation)| convert::citation(citation)).collect(),
            next_page_token: found.next_page_token,
        }))
    }
}

/// What is public is so for everyone signed in.
fn signed_in(cx: &Cx) -> Result<(), Status> {
    match cx.caller.subject {
        Subject::Person(_) | Subject::Client(_) => Ok(()),
        Subject::Role(_) | Subject::Anonymous => Err(Error::NotFound { what: "publication" }.into()),
    }
}
