//! Case studies.

use kit::caller::Subject;
use kit::cx::Cx;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::case_studies_service_server::CaseStudiesService;
use tonic::{Request, Response};

use super::{Answer, id, id_or_none, page};
use crate::policy;
use crate::store::Stories;
use crate::{CORPUS, Learning, app, convert, store};

#[tonic::async_trait]
impl CaseStudiesService for Learning {
    async fn create_case_study(&self, request: Request<pb::CreateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let (cx, cmd) = Cx::parse::<app::CreateStory>(request)?;
        if let Some(study) = self.replay(&cx).await? {
            return Ok(Response::new(study));
        }
        let known = self.peers.principles().await?;
        let cmd = app::CreateStory { text: cmd.text.matched(&known), ..cmd };
        let of = cx.clone();
        let study = self.db.write(&cx, move |tx| app::create_story(tx, &of, &cmd)).await?;
        Ok(Response::new(study))
    }

    async fn get_case_study(&self, request: Request<pb::GetCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let cx = Cx::of(&request)?;
        let study = id("case_study_id", &request.get_ref().case_study_id)?;
        let found = self.read(move |tx| app::seen_story(tx, &cx, study)).await?;
        Ok(Response::new(convert::case_study(found)))
    }

    async fn list_case_studies(
        &self,
        request: Request<pb::ListCaseStudiesRequest>,
    ) -> Answer<pb::ListCaseStudiesResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListCaseStudiesRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = page::<String>(&cx, asked.page_size, &asked.page_token, &bound)?;
        let filter = Stories {
            organisation: id_or_none("organisation_id", &asked.organisation_id)?,
            all: policy::reads_by_office(&cx.caller),
            councils: policy::councils_of(&cx.caller),
            consented_of: None,
        };
        let (of, of_page) = (cx.clone(), page.clone());
        let (rows, total_size) = self
            .read(move |tx| {
                let consented_of = match of.caller.subject {
                    Subject::Person(person) if of.caller.has(kit::caller::Duty::Consultant) => {
                        let mut running = store::running_for(tx, person, of.now)?;
                        running.retain(|one| one.expect_declared(person).is_ok());
                        (!running.is_empty()).then(|| running.into_iter().flat_map(|one| one.rounds).collect())
                    }
                    Subject::Person(_) | Subject::Client(_) | Subject::Role(_) | Subject::Anonymous => None,
                };
                let filter = Stories { consented_of, ..filter.clone() };
                Ok(store::case_studies(tx, &filter, of_page.after.clone(), of_page.limit())?)
            })
            .await?;
        let found = page.found(rows, |study| study.id.to_string());
        Ok(Response::new(pb::ListCaseStudiesResponse {
            case_studies: found.rows.into_iter().map(convert::case_study).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_case_study(&self, request: Request<pb::UpdateCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let (cx, cmd) = Cx::parse::<app::UpdateStory>(request)?;
        if let Some(study) = self.replay(&cx).await? {
            return Ok(Response::new(study));
        }
        let known = self.peers.principles().await?;
        let cmd = app::UpdateStory { text: cmd.text.matched(&known), ..cmd };
        let of = cx.clone();
        let study = self.db.write(&cx, move |tx| app::update_story(tx, &of, &cmd)).await?;
        Ok(Response::new(study))
    }

    async fn consent_case_study(&self, request: Request<pb::ConsentCaseStudyRequest>) -> Answer<pb::CaseStudy> {
        let (cx, cmd) = Cx::parse::<app::Consent>(request)?;
        if let Some(study) = self.replay(&cx).await? {
            return Ok(Response::new(study));
        }
        let (of, study) = (cx.clone(), cmd.target.id);
        let seen = self.read(move |tx| app::seen_story(tx, &of, study)).await?;
        let council = self.peers.council(seen.organisation).await?;
        let theme = self.peers.theme(seen.text.round).await?;
        let of = cx.clone();
        let study = self.db.write_keyed(&cx, CORPUS, move |tx| app::consent(tx, &of, &council, &theme, &cmd)).await?;
        Ok(Response::new(study))
    }
}
