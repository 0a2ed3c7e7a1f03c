//! AssessmentsService.

use kit::cx::{Answer, Cx};
use kit::time::Date;
use kit::wire::id;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::assessments_service_server::AssessmentsService;
use tonic::{Request, Response};

use crate::assessment::AssessmentNow;
use crate::convert;
use crate::error::Error;
use crate::policy::{self, Action};
use crate::{Grading, app, store};

#[tonic::async_trait]
impl AssessmentsService for Grading {
    async fn open_assessment(&self, request: Request<pb::OpenAssessmentRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::OpenAssessment>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        policy::check_at_large(&cx.caller, Action::Open, "round")?;
        let opening = self.peers.opening(cmd.round, Date::today(cx.now)).await?;
        let (of, key) = (cx.clone(), cmd.round);
        let write = move |tx: &mut _| app::open_assessment(tx, &of, &opening, &cmd);
        let assessment = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(assessment))
    }

    async fn get_assessment(&self, request: Request<pb::GetAssessmentRequest>) -> Answer<pb::Assessment> {
        let cx = Cx::of(&request)?;
        let sight = self.sight(&cx, id("assessment_id", &request.get_ref().assessment_id)?).await?;
        Ok(Response::new(AssessmentNow { assessment: sight.assessment, as_of: cx.now }.into()))
    }

    async fn list_assessments(
        &self,
        request: Request<pb::ListAssessmentsRequest>,
    ) -> Answer<pb::ListAssessmentsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_assessments(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows =
            self.db.read(move |tx| store::page_of_assessments(tx, &filter, page.after.as_deref(), page.limit())).await;
        let found = asked.page.found(rows?, |row| row.id.to_string());
        let shown = |assessment| AssessmentNow { assessment, as_of: cx.now }.into();
        Ok(Response::new(pb::ListAssessmentsResponse {
            assessments: found.rows.into_iter().map(shown).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn list_panel_members(
        &self,
        request: Request<pb::ListPanelMembersRequest>,
    ) -> Answer<pb::ListPanelMembersResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_panel_members(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let sight = self.sight(&cx, asked.filter).await?;
        let page = asked.page.clone();
        let rows = self.db.read(move |tx| {
            store::page_of_members(tx, asked.filter, page.after.as_deref().unwrap_or(""), page.limit())
        });
        let found = asked.page.found(rows.await?, |member| member.person.to_string());
        let rubric = sight.assessment.call.rubric;
        Ok(Response::new(pb::ListPanelMembersResponse {
            members: found.rows.into_iter().map(|member| convert::panel_member(member, &rubric)).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn add_substitute(&self, request: Request<pb::AddSubstituteRequest>) -> Answer<pb::PanelMember> {
        let (cx, cmd) = Cx::parse::<app::AddSubstitute>(request)?;
        if let Some(member) = self.replay(&cx).await? {
            return Ok(Response::new(member));
        }
        self.sight(&cx, cmd.assessment).await?.may(Action::AddSubstitute)?;
        let facts = self.peers.substitute(cmd.person, cmd.organisation, Date::today(cx.now)).await?;
        let (of, key) = (cx.clone(), cmd.assessment);
        let member = self.db.write_keyed(&cx, key, move |tx| app::add_substitute(tx, &of, &facts, &cmd)).await?;
        Ok(Response::new(member))
    }

    async fn list_assessed_bids(
        &self,
        request: Request<pb::ListAssessedBidsRequest>,
    ) -> Answer<pb::ListAssessedBidsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_assessed_bids(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (sight, page) = (self.sight(&cx, asked.filter).await?, asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let after = page.after.unwrap_or(0);
                let bids = store::page_of_bids(tx, asked.filter, &sight.hidden, after, page.limit())?;
                Ok((bids, store::n_bids(tx, asked.filter, &sight.hidden)?))
            })
            .await;
        let (bids, total_size) = found?;
        let found = asked.page.found(bids, |bid| bid.number);
        Ok(Response::new(pb::ListAssessedBidsResponse {
            bids: found.rows.into_iter().map(convert::assessed_bid).collect(),
            next_page_token: found.next_page_token,
            total_size,
        }))
    }

    async fn get_assessed_bid(&self, request: Request<pb::GetAssessedBidRequest>) -> Answer<pb::AssessedBid> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let (of, bid) = (id("assessment_id", &asked.assessment_id)?, id("bid_id", &asked.bid_id)?);
        let sight = self.sight_of(&cx, Action::ReadBid, app::OnBid { assessment: of, bid }).await?;
        let assessment = sight.assessment.id;
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let found = store::bid(tx, assessment, bid)?;
                Ok((found, store::answers(tx, bid)?))
            })
            .await;
        let (bid, answers) = found?;
        Ok(Response::new(convert::with_text(bid, answers, sight.assessment.call)))
    }

    async fn declare_interests(&self, request: Request<pb::DeclareInterestsRequest>) -> Answer<pb::PanelMember> {
        let (cx, cmd) = Cx::parse::<app::DeclareInterests>(request)?;
        if let Some(member) = self.replay(&cx).await? {
            return Ok(Response::new(member));
        }
        let (of, key) = (cx.clone(), cmd.assessment);
        let member = self.db.write_keyed(&cx, key, move |tx| app::declare_interests(tx, &of, &cmd)).await?;
        Ok(Response::new(member))
    }

    async fn record_interest(&self, request: Request<pb::RecordInterestRequest>) -> Answer<pb::Interest> {
        let (cx, cmd) = Cx::parse::<app::RecordInterest>(request)?;
        if let Some(interest) = self.replay(&cx).await? {
            return Ok(Response::new(interest));
        }
        let (of, key) = (cx.clone(), cmd.assessment);
        let interest = self.db.write_keyed(&cx, key, move |tx| app::record_interest(tx, &of, &cmd)).await?;
        Ok(Response::new(interest))
    }

    async fn decide_interest(&self, request: Request<pb::DecideInterestRequest>) -> Answer<pb::Interest> {
        let (cx, cmd) = Cx::parse::<app::DecideInterest>(request)?;
        if let Some(interest) = self.replay(&cx).await? {
            return Ok(Response::new(interest));
        }
        let of = cx.clone();
        let interest = self.db.write(&cx, move |tx| app::decide_interest(tx, &of, &cmd)).await?;
        Ok(Response::new(interest))
    }

    async fn derive_interests(&self, request: Request<pb::DeriveInterestsRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::DeriveInterests>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        let register = self.register(&cx, Action::DeriveInterests, cmd.assessment).await?;
        let (of, key) = (cx.clone(), cmd.assessment);
        let write = move |tx: &mut _| app::derive_interests(tx, &of, &register, &cmd);
        let assessment = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(assessment))
    }

    async fn list_interests(&self, request: Request<pb::ListInterestsRequest>) -> Answer<pb::ListInterestsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_interests(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let sight = self.sight(&cx, asked.filter.assessment).await?;
        let (filter, page) = (asked.filter, asked.page.clone());
        let rows = self.db.read(move |tx| {
            let after = page.after.as_deref().unwrap_or("");
            store::page_of_interests(tx, &filter, &sight, after, page.limit())
        });
        let found = asked.page.found(rows.await?, |interest| interest.id.to_string());
        Ok(Response::new(pb::ListInterestsResponse {
            interests: found.rows.into_iter().map(convert::interest).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn start_moderation(&self, request: Request<pb::StartModerationRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::StartModeration>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        let register = self.register(&cx, Action::Advance, cmd.target.id).await?;
        let (of, key) = (cx.clone(), cmd.target.id);
        let write = move |tx: &mut _| app::start_moderation(tx, &of, &register, &cmd);
        let assessment = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(assessment))
    }

    async fn start_determination(&self, request: Request<pb::StartDeterminationRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::StartDetermination>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        let register = self.register(&cx, Action::Advance, cmd.target.id).await?;
        let (of, key) = (cx.clone(), cmd.target.id);
        let write = move |tx: &mut _| app::start_determination(tx, &of, &register, &cmd);
        let assessment = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(assessment))
    }

    async fn return_to_moderation(&self, request: Request<pb::ReturnToModerationRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::ReturnToModeration>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        let register = self.register(&cx, Action::Advance, cmd.target.id).await?;
        let (of, key) = (cx.clone(), cmd.target.id);
        let write = move |tx: &mut _| app::return_to_moderation(tx, &of, &register, &cmd);
        let assessment = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(assessment))
    }

    async fn close_assessment(&self, request: Request<pb::CloseAssessmentRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::CloseAssessment>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        let register = self.register(&cx, Action::Close, cmd.target.id).await?;
        let (of, seal, key) = (cx.clone(), self.seal(), cmd.target.id);
        let write = move |tx: &mut _| app::close_assessment(tx, &of, &register, &seal, &cmd);
        let assessment = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(assessment))
    }

    async fn cancel_assessment(&self, request: Request<pb::CancelAssessmentRequest>) -> Answer<pb::Assessment> {
        let (cx, cmd) = Cx::parse::<app::CancelAssessment>(request)?;
        if let Some(assessment) = self.replay(&cx).await? {
            return Ok(Response::new(assessment));
        }
        let (of, key) = (cx.clone(), cmd.target.id);
        let assessment = self.db.write_keyed(&cx, key, move |tx| app::cancel_assessment(tx, &of, &cmd)).await?;
        Ok(Response::new(assessment))
    }
}
