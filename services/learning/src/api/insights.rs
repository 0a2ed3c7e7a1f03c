//! Insights.

use kit::cx::Cx;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::insights_service_server::InsightsService;
use tonic::{Request, Response};

use super::{Answer, id, id_or_none, page, write};
use crate::policy::{self, Action};
use crate::store::Insights;
use crate::{Learning, app, convert, store};

#[tonic::async_trait]
impl InsightsService for Learning {
    async fn capture_insight(&self, request: Request<pb::CaptureInsightRequest>) -> Answer<pb::Insight> {
        write!(self, request: app::Capture, |tx, cx, cmd| app::capture(tx, cx, cmd))
    }

    async fn get_insight(&self, request: Request<pb::GetInsightRequest>) -> Answer<pb::Insight> {
        let cx = Cx::of(&request)?;
        let insight = id("insight_id", &request.get_ref().insight_id)?;
        let found = self.read(move |tx| app::seen_insight(tx, &cx, insight)).await?;
        Ok(Response::new(convert::insight(found)))
    }

    async fn list_insights(&self, request: Request<pb::ListInsightsRequest>) -> Answer<pb::ListInsightsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListInsightsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = page::<String>(&cx, asked.page_size, &asked.page_token, &bound)?;
        let filter = Insights {
            commission: id_or_none("commission_id", &asked.commission_id)?,
            councils: policy::councils_of(&cx.caller),
            states: asked.states().filter_map(convert::insight_state).collect(),
        };
        let (of, of_page, by_council) = (cx.clone(), page.clone(), filter.commission.is_none());
        let own = filter.councils.clone();
        let (rows, total_size) = self
            .read(move |tx| {
                if let Some(commission) = filter.commission {
                    let commission = store::commission(tx, commission)?;
                    policy::check(&of.caller, Action::ReadCorpus, &app::commission_facts(&commission))?;
                    app::as_consultant(&of.caller, &commission, of.now)?;
                }
                Ok(store::insights(tx, &filter, of_page.after.clone(), of_page.limit())?)
            })
            .await?;
        let found = page.found(rows, |insight| insight.id.to_string());
        let shown = found.rows.into_iter().map(|mut insight| {
            insight.answers.retain(|answer| !by_council || own.contains(&answer.organisation));
            convert::insight(insight)
        });
        Ok(Response::new(pb::ListInsightsResponse {
            insights: shown.collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn update_insight(&self, request: Request<pb::UpdateInsightRequest>) -> Answer<pb::Insight> {
        write!(self, request: app::Update, |tx, cx, cmd| app::update(tx, cx, cmd))
    }

    async fn check_insight(&self, request: Request<pb::CheckInsightRequest>) -> Answer<pb::Insight> {
        write!(self, request: app::Check, |tx, cx, cmd| app::check(tx, cx, cmd))
    }

    async fn answer_insight(&self, request: Request<pb::AnswerInsightRequest>) -> Answer<pb::Insight> {
        write!(self, request: app::Answer, |tx, cx, cmd| app::answer(tx, cx, cmd))
    }

    async fn approve_insight(&self, request: Request<pb::ApproveInsightRequest>) -> Answer<pb::Insight> {
        write!(self, request: app::Approve, |tx, cx, cmd| app::approve(tx, cx, cmd))
    }

    async fn drop_insight(&self, request: Request<pb::DropInsightRequest>) -> Answer<pb::Insight> {
        write!(self, request: app::Drop, |tx, cx, cmd| app::drop_it(tx, cx, cmd))
    }
}
