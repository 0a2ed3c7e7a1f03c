//! InsightsService.

use kit::cx::{Answer, Cx};
use kit::wire::id;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::learning::v1::insights_service_server::InsightsService;
use tonic::{Request, Response};

use crate::error::Error;
use crate::{Learning, app, convert};

#[tonic::async_trait]
impl InsightsService for Learning {
    async fn capture_insight(&self, request: Request<pb::CaptureInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::CaptureInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        let insight = self.db.write(&cx, move |tx| app::capture_insight(tx, &of, &cmd)).await?;
        Ok(Response::new(insight))
    }

    async fn get_insight(&self, request: Request<pb::GetInsightRequest>) -> Answer<pb::Insight> {
        let cx = Cx::of(&request)?;
        let insight = id("insight_id", &request.get_ref().insight_id)?;
        let found = self.db.read(move |tx| app::seen_insight(tx, &cx, insight)).await?;
        Ok(Response::new(convert::insight(found)))
    }

    async fn list_insights(&self, request: Request<pb::ListInsightsRequest>) -> Answer<pb::ListInsightsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_insights(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (of, filter, page) = (cx.clone(), asked.filter, asked.page.clone());
        let read = self.db.read(move |tx| app::seen_insights(tx, &of, &filter, page.after.clone(), page.limit()));
        let (rows, total_size) = read.await?;
        let found = asked.page.found(rows, |insight| insight.id.to_string());
        Ok(Response::new(pb::ListInsightsResponse {
            insights: found.rows.into_iter().map(convert::insight).collect(),
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
        let insight = self.db.write(&cx, move |tx| app::update_insight(tx, &of, &cmd)).await?;
        Ok(Response::new(insight))
    }

    async fn check_insight(&self, request: Request<pb::CheckInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::CheckInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        let insight = self.db.write(&cx, move |tx| app::check_insight(tx, &of, &cmd)).await?;
        Ok(Response::new(insight))
    }

    async fn answer_insight(&self, request: Request<pb::AnswerInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::AnswerInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        let insight = self.db.write(&cx, move |tx| app::answer_insight(tx, &of, &cmd)).await?;
        Ok(Response::new(insight))
    }

    async fn approve_insight(&self, request: Request<pb::ApproveInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::ApproveInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        let insight = self.db.write(&cx, move |tx| app::approve_insight(tx, &of, &cmd)).await?;
        Ok(Response::new(insight))
    }

    async fn drop_insight(&self, request: Request<pb::DropInsightRequest>) -> Answer<pb::Insight> {
        let (cx, cmd) = Cx::parse::<app::DropInsight>(request)?;
        if let Some(insight) = self.db.replay(&cx).await? {
            return Ok(Response::new(insight));
        }
        let of = cx.clone();
        let insight = self.db.write(&cx, move |tx| app::drop_insight(tx, &of, &cmd)).await?;
        Ok(Response::new(insight))
    }
}
