//! CaseStudiesService.

mod requests;

use kit::cx::{Answer, Cx};
use kit::db::Gathered;
use kit::ids::CaseStudyId;
use kit::shapes::{counted, listed_or_all, one};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::case_studies_service_server::CaseStudiesService;
use tonic::Request;

use super::{CaseStudy, Text, app, reading};
use crate::corpus::document::Origin;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{CORPUS, Learning};

#[tonic::async_trait]
impl CaseStudiesService for Learning {
    async fn create_case_study(&self, request: Request<pb::CreateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let gather = |cx, cmd| self.text_of_new(cx, cmd);
        self.db.take_with(request, requests::create_case_study, gather, app::create_case_study).await
    }

    async fn get_case_study(&self, request: Request<pb::GetCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        self.db.show(request, one, reading::case_study, pb::CaseStudy::from).await
    }

    async fn list_case_studies(
        &self,
        request: Request<pb::ListCaseStudiesRequest>,
    ) -> Answer<pb::ListCaseStudiesResponse> {
        self.db.show(request, listed_or_all, reading::case_studies, counted).await
    }

    async fn update_case_study(&self, request: Request<pb::UpdateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let gather = |cx, cmd| self.text_of_next(cx, cmd);
        self.db.take_with(request, requests::update_case_study, gather, app::update_case_study).await
    }

    async fn consent_case_study(&self, request: Request<pb::ConsentCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let gather = |cx, cmd| self.origin(cx, cmd);
        self.db.take_keyed_with(request, requests::consent_case_study, gather, app::consent_case_study).await
    }
}

/// Facts that writes need. Who may not write is refused before another service is asked.
impl Learning {
    /// The case study, if the caller may do this with it.
    async fn seen(&self, cx: Cx, action: Action, id: CaseStudyId) -> Result<CaseStudy, Error> {
        self.db.read(move |conn| reading::seen(conn, &cx, action, id)).await
    }

    async fn text_of_new(&self, cx: Cx, cmd: app::CreateCaseStudy) -> Result<Text, Error> {
        policy::check_new(&cx.caller, cmd.organisation)?;
        self.matched(cmd.text).await
    }

    async fn text_of_next(&self, cx: Cx, cmd: app::UpdateCaseStudy) -> Result<Text, Error> {
        self.seen(cx, Action::WriteCaseStudy, cmd.target.id).await?;
        self.matched(cmd.text).await
    }

    /// The text, its principles matched with those that are known where they are given by name or wording alone.
    async fn matched(&self, text: Text) -> Result<Text, Error> {
        Ok(text.matched(&self.peers.principles().await?))
    }

    async fn origin(&self, cx: Cx, cmd: app::ConsentCaseStudy) -> Result<Gathered<Origin>, Error> {
        let study = self.seen(cx, Action::ConsentCaseStudy, cmd.target.id).await?;
        let facts = self.peers.origin(study.organisation, study.text.round).await?;
        Ok(Gathered { key: Some(CORPUS.to_string()), facts })
    }
}
