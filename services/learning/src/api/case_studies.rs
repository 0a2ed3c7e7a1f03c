//! CaseStudiesService.

use kit::cx::{Answer, Cx};
use kit::wire::id;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::case_studies_service_server::CaseStudiesService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::{CORPUS, Learning, app, convert};

#[tonic::async_trait]
impl CaseStudiesService for Learning {
    async fn create_case_study(&self, request: Request<pb::CreateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let (cx, cmd) = Cx::parse::<app::CreateCaseStudy>(request)?;
        if let Some(study) = self.db.replay(&cx).await? {
            return Ok(Response::new(study));
        }
        let known = self.peers.principles().await?;
        let cmd = app::CreateCaseStudy { text: cmd.text.matched(&known), ..cmd };
        let of = cx.clone();
        let study = self.db.write(&cx, move |tx| app::create_case_study(tx, &of, &cmd)).await?;
        Ok(Response::new(study))
    }

    async fn get_case_study(&self, request: Request<pb::GetCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let cx = Cx::of(&request)?;
        let study = id("case_study_id", &request.get_ref().case_study_id)?;
        let found = self.db.read(move |tx| app::seen_case_study(tx, &cx, study)).await?;
        Ok(Response::new(convert::case_study(found)))
    }

    async fn list_case_studies(
        &self,
        request: Request<pb::ListCaseStudiesRequest>,
    ) -> Answer<pb::ListCaseStudiesResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_case_studies(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (of, council, page) = (cx.clone(), asked.filter, asked.page.clone());
        let read = self.db.read(move |tx| app::seen_case_studies(tx, &of, council, page.after.clone(), page.limit()));
        let (rows, total_size) = read.await?;
        let found = asked.page.found(rows, |study| study.id.to_string());
        Ok(Response::new(pb::ListCaseStudiesResponse {
            case_studies: found.rows.into_iter().map(convert::case_study).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_case_study(&self, request: Request<pb::UpdateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let (cx, cmd) = Cx::parse::<app::UpdateCaseStudy>(request)?;
        if let Some(study) = self.db.replay(&cx).await? {
            return Ok(Response::new(study));
        }
        let known = self.peers.principles().await?;
        let cmd = app::UpdateCaseStudy { text: cmd.text.matched(&known), ..cmd };
        let of = cx.clone();
        let study = self.db.write(&cx, move |tx| app::update_case_study(tx, &of, &cmd)).await?;
        Ok(Response::new(study))
    }

    async fn consent_case_study(&self, request: Request<pb::ConsentCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let (cx, cmd) = Cx::parse::<app::ConsentCaseStudy>(request)?;
        if let Some(study) = self.db.replay(&cx).await? {
            return Ok(Response::new(study));
        }
        let (of, study) = (cx.clone(), cmd.target.id);
        let seen = self.db.read(move |tx| app::seen_case_study(tx, &of, study)).await?;
        let council = self.peers.council(seen.organisation).await?;
        let theme = self.peers.theme(seen.text.round).await?;
        let of = cx.clone();
        let study = self
            .db
            .write_keyed(&cx, CORPUS, move |tx| app::consent_case_study(tx, &of, &council, &theme, &cmd))
            .await?;
        Ok(Response::new(study))
    }
}
