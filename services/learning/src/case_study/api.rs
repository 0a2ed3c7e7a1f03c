//! CaseStudiesService.

mod requests;

use kit::cx::{Answer, Cx};
use kit::db::Gathered;
use kit::ids::CaseStudyId;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::case_studies_service_server::CaseStudiesService;
use tonic::Request;

use super::{Text, app, convert, reading};
use crate::corpus::document::Origin;
use crate::error::Error;
use crate::{CORPUS, Learning};

#[tonic::async_trait]
impl CaseStudiesService for Learning {
    async fn create_case_study(&self, request: Request<pb::CreateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let gather = |_, cmd: app::CreateCaseStudy| self.matched(cmd.text);
        self.db.take_with(request, requests::create_case_study, gather, app::create_case_study).await
    }

    async fn get_case_study(&self, request: Request<pb::GetCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        self.db.show(request, requests::get_case_study, reading::case_study, Into::into).await
    }

    async fn list_case_studies(
        &self,
        request: Request<pb::ListCaseStudiesRequest>,
    ) -> Answer<pb::ListCaseStudiesResponse> {
        self.db.show(request, requests::list_case_studies, reading::case_studies, convert::case_studies).await
    }

    async fn update_case_study(&self, request: Request<pb::UpdateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let gather = |_, cmd: app::UpdateCaseStudy| self.matched(cmd.text);
        self.db.take_with(request, requests::update_case_study, gather, app::update_case_study).await
    }

    async fn consent_case_study(&self, request: Request<pb::ConsentCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let gather = |cx, cmd: app::ConsentCaseStudy| self.origin(cx, cmd.target.id);
        self.db.take_keyed_with(request, requests::consent_case_study, gather, app::consent_case_study).await
    }
}

/// Facts that writes need.
impl Learning {
    /// The text, its principles matched with those that are known where they are given by name or wording alone.
    async fn matched(&self, text: Text) -> Result<Text, Error> {
        Ok(text.matched(&self.peers.principles().await?))
    }

    async fn origin(&self, cx: Cx, id: CaseStudyId) -> Result<Gathered<Origin>, Error> {
        let study = self.db.read(move |conn| reading::case_study(conn, &cx, &id)).await?;
        let facts = self.peers.origin(study.organisation, study.text.round).await?;
        Ok(Gathered { key: Some(CORPUS.to_string()), facts })
    }
}
