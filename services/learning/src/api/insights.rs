//! Insights.

use kit::cx::{Answer, Cx};
use kit::paging::Page;
use kit::wire::{id, id_or_none};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::insights_service_server::InsightsService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::policy;
use crate::store::Insights;
use crate::{Learning, app, convert, store};

#[tonic::async_trait]
impl InsightsService for Learning {
    async fn capture_insight(&self, request: Request<pb::CaptureInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::CaptureInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::capture_insight(tx, &of, &cmd)).await?))
    }

    async fn get_insight(&self, request: Request<pb::GetInsightRequest>) -> Answer<pb::Insight> {
        let cx = Cx::of(&request)?;
        let insight = id("insight_id", &request.get_ref().insight_id)?;
        let found = self.db.read(move |tx| app::seen_insight(tx, &cx, insight)).await?;
        Ok(Response::new(convert::insight(found)))
    }

    async fn list_insights(&self, request: Request<pb::ListInsightsRequest>) -> Answer<pb::ListInsightsResponse> {
        let cx = Cx::of(&request)?;
        let asked = request.into_inner();
        let bound = pb::ListInsightsRequest { page_size: 0, page_token: String::new(), ..asked.clone() };
        let page = Page::<String>::parse(&cx, asked.page_size, &asked.page_token, &bound)?;
        let filter = Insights {
            commission: id_or_none("commission_id", &asked.commission_id)?,
            councils: policy::councils_of(&cx.caller),
            states: asked.states().filter_map(convert::insight_state).collect(),
        };
        let (of, of_page, by_council) = (cx.clone(), page.clone(), filter.commission.is_none());
        let own = filter.councils.clone();
        let (rows, total_size) = self
            .db
            .read(move |tx| {
                if let Some(commission) = filter.commission {
                    app::expect_reader(tx, &of, commission)?;
                }
                Ok::<_, Error>(store::insights(tx, &filter, of_page.after.clone(), of_page.limit())?)
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
        let (cx, cmd) = Cx::parse::<app::UpdateInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::update_insight(tx, &of, &cmd)).await?))
    }

    async fn check_insight(&self, request: Request<pb::CheckInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::CheckInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::check_insight(tx, &of, &cmd)).await?))
    }

    async fn answer_insight(&self, request: Request<pb::AnswerInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::AnswerInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::answer_insight(tx, &of, &cmd)).await?))
    }

    async fn approve_insight(&self, request: Request<pb::ApproveInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::ApproveInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::approve_insight(tx, &of, &cmd)).await?))
    }

    async fn drop_insight(&self, request: Request<pb::DropInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::DropInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        Ok(Response::new(self.db.write(&cx, move |tx| app::drop_insight(tx, &of, &cmd)).await?))
    }
}
