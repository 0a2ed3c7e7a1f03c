//! Insights: drawn from passages, checked with the councils, approved.

use kit::db::Tx;
use pb::insight::State;
use toadlane_proto::learning::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;
use crate::insight::{Insight, store};

impl Harness {
    pub async fn captured(&self, commission: &pb::Commission, passages: &[&pb::Passage]) -> pb::Insight {
        let request = pb::CaptureInsightRequest {
            request_id: new_id(),
            commission_id: commission.id.clone(),
            text: "Food brings people in who fill in no form.".to_string(),
            conditions: "a kitchen is near".to_string(),
            passage_ids: passages.iter().map(|passage| passage.id.clone()).collect(),
            validate_only: false,
        };
        self.as_who(&self.consultant).insights.capture_insight(request).await.unwrap().into_inner()
    }

    pub async fn in_check(&self, insight: &pb::Insight) -> pb::Insight {
        let request = pb::CheckInsightRequest {
            request_id: new_id(),
            insight_id: insight.id.clone(),
            etag: insight.etag.clone(),
            validate_only: false,
        };
        self.as_who(&self.consultant).insights.check_insight(request).await.unwrap().into_inner()
    }

    /// With other words, which rest on this passage.
    async fn rewritten(&self, insight: &pb::Insight, passage: &pb::Passage) -> pb::Insight {
        let request = pb::UpdateInsightRequest {
            request_id: new_id(),
            insight_id: insight.id.clone(),
            etag: insight.etag.clone(),
            text: "Cooking brings people in.".to_string(),
            conditions: String::new(),
            passage_ids: vec![passage.id.clone()],
            validate_only: false,
        };
        self.as_who(&self.consultant).insights.update_insight(request).await.unwrap().into_inner()
    }

    pub async fn insight(&self, insight: &pb::Insight) -> pb::Insight {
        let request = pb::GetInsightRequest { insight_id: insight.id.clone() };
        self.as_who(&self.editor).insights.get_insight(request).await.unwrap().into_inner()
    }

    /// An insight that an editor approved, whatever the councils said.
    pub async fn approved(
        &self,
        commission: &pb::Commission,
        councils: &[&Council],
        passages: &[&pb::Passage],
    ) -> pb::Insight {
        let captured = self.captured(commission, passages).await;
        let checking = self.in_check(&captured).await;
        for council in councils {
            self.as_who(&council.officer).insights.answer_insight(says(&checking, council, true, "")).await.unwrap();
        }
        let checked = self.insight(&checking).await;
        self.as_who(&self.editor).insights.approve_insight(approve(&checked, "")).await.unwrap().into_inner()
    }
}

pub fn says(insight: &pb::Insight, council: &Council, agrees: bool, comment: &str) -> pb::AnswerInsightRequest {
    pb::AnswerInsightRequest {
        request_id: new_id(),
        insight_id: insight.id.clone(),
        organisation_id: council.id.to_string(),
        agrees,
        comment: comment.to_string(),
        validate_only: false,
    }
}

pub fn approve(insight: &pb::Insight, reason: &str) -> pb::ApproveInsightRequest {
    pb::ApproveInsightRequest {
        request_id: new_id(),
        insight_id: insight.id.clone(),
        etag: insight.etag.clone(),
        reason: reason.to_string(),
        validate_only: false,
    }
}

#[tokio::test]
async fn an_insight_is_checked_when_every_council_has_answered_and_each_sees_its_own_answer_alone() {
    each_engine(async |harness| {
        let (one, other) = (harness.council("Plymouth City Council"), harness.council("Kirklees Council"));
        let commission = harness.running().await;
        harness.report(&one, "Diabeaters", "Carers cooked.").await;
        harness.report(&other, "Vision", "People talked.").await;
        let documents = harness.documents(&commission).await;
        let passages = [
            harness.marked(&commission, &documents[0], "Carers").await,
            harness.marked(&commission, &documents[1], "People").await,
        ];
        let captured = harness.captured(&commission, &[&passages[0], &passages[1]]).await;
        let get = pb::GetInsightRequest { insight_id: captured.id.clone() };
        assert_eq!(
            harness.as_who(&one.officer).insights.get_insight(get.clone()).await.unwrap_err().code(),
            Code::NotFound
        );
        let checking = harness.in_check(&captured).await;
        assert_eq!((checking.state(), checking.answers.len()), (State::Checking, 2));

        let mute =
            harness.as_who(&one.officer).insights.answer_insight(says(&checking, &one, false, " ")).await.unwrap_err();
        assert_eq!(fields(&mute), ["comment"]);
        let foreign =
            harness.as_who(&one.officer).insights.answer_insight(says(&checking, &other, true, "")).await.unwrap_err();
        assert_eq!(foreign.code(), Code::NotFound);
        let said = says(&checking, &one, false, "it was the leeks");
        let seen = harness.as_who(&one.officer).insights.answer_insight(said).await.unwrap().into_inner();
        assert_eq!((seen.state(), seen.answers.len()), (State::Checking, 1));
        harness.as_who(&other.officer).insights.answer_insight(says(&checking, &other, true, "")).await.unwrap();
        let theirs = harness.as_who(&other.officer).insights.get_insight(get).await.unwrap().into_inner();
        assert_eq!(
            (theirs.state(), theirs.answers[0].organisation_id.as_str()),
            (State::Checked, other.id.to_string().as_str())
        );

        let checked = harness.insight(&checking).await;
        let mut editor = harness.as_who(&harness.editor).insights;
        assert_eq!(fields(&editor.approve_insight(approve(&checked, "")).await.unwrap_err()), ["reason"]);
        let approved =
            editor.approve_insight(approve(&checked, "the disagreement is printed")).await.unwrap().into_inner();
        assert_eq!(approved.state(), State::Approved);
    })
    .await;
}

/// What `answer_insight` meets when an answer of another council comes between its look and its write.
#[tokio::test]
async fn an_insight_that_changed_meanwhile_is_shown_without_what_any_council_answered() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let checking = harness.in_check(&harness.captured(&commission, &[&passage]).await).await;
        let said = says(&checking, &council, false, "it was the leeks");
        harness.as_who(&council.officer).insights.answer_insight(said).await.unwrap();
        let id = checking.id.parse().unwrap();
        let update = move |tx: &mut Tx| {
            let new = store::get(tx, id)?;
            let old = Insight { version: new.version - 1, ..new.clone() };
            store::update(tx, &old, &new)
        };
        let stale = Status::from(harness.db.work(None, update).await.unwrap_err());
        assert_eq!(reason(&stale), "STALE_ETAG");
        let newer: pb::Insight = newer(&stale);
        assert_eq!((newer.id, newer.answers.len()), (checking.id, 0));
    })
    .await;
}

#[tokio::test]
async fn silence_is_noted_as_silence_when_the_time_has_passed_and_not_before() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let checking = harness.in_check(&harness.captured(&commission, &[&passage]).await).await;
        // Ten working days; the 4th, a Monday, is a holiday in Scotland.
        assert_eq!(checking.answer_by, wire("2021-01-19T09:00:00Z"));
        harness.at("2021-01-19T08:59:59.999999Z").await;
        assert_eq!(harness.insight(&checking).await.state(), State::Checking);
        harness.at("2021-01-19T09:00:00Z").await;
        let checked = harness.insight(&checking).await;
        assert_eq!((checked.state(), checked.answers[0].agrees), (State::Checked, None));
        let silent = harness.as_who(&harness.editor).insights.approve_insight(approve(&checked, "")).await.unwrap_err();
        assert_eq!(fields(&silent), ["reason"]);
        let late = harness
            .as_who(&council.officer)
            .insights
            .answer_insight(says(&checked, &council, true, ""))
            .await
            .unwrap_err();
        assert_eq!(reason(&late), "ILLEGAL_STEP");
    })
    .await;
}

#[tokio::test]
async fn an_insight_is_marked_where_its_consultant_has_an_interest_declared_before_or_after() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let before = harness.captured(&commission, &[&passage]).await;
        assert!(!before.interest_declared);
        harness.declare(&commission, &[council.id]).await;
        assert!(harness.insight(&before).await.interest_declared);
        assert!(harness.captured(&commission, &[&passage]).await.interest_declared);
    })
    .await;
}

#[tokio::test]
async fn the_mark_of_an_interest_stays_when_the_insight_is_rewritten_after_the_interest_was_taken_back() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        harness.declare(&commission, &[council.id]).await;
        let marked = harness.captured(&commission, &[&passage]).await;
        harness.declare(&commission, &[]).await;
        let rewritten = harness.rewritten(&marked, &passage).await;
        assert!(rewritten.interest_declared);
    })
    .await;
}

#[tokio::test]
async fn a_rewritten_insight_is_captured_again_and_a_dropped_one_is_gone_for_good() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let checking = harness.in_check(&harness.captured(&commission, &[&passage]).await).await;
        harness.as_who(&council.officer).insights.answer_insight(says(&checking, &council, true, "")).await.unwrap();
        let checked = harness.insight(&checking).await;
        let again = harness.rewritten(&checked, &passage).await;
        assert_eq!((again.state(), again.answers.len()), (State::Captured, 0));
        let drop = pb::DropInsightRequest {
            request_id: new_id(),
            insight_id: again.id.clone(),
            etag: again.etag.clone(),
            reason: "not borne out".to_string(),
            validate_only: false,
        };
        let dropped = harness.as_who(&harness.editor).insights.drop_insight(drop).await.unwrap().into_inner();
        assert_eq!((dropped.state(), dropped.reason.as_str()), (State::Dropped, "not borne out"));
        let states = pb::ListInsightsRequest {
            commission_id: commission.id.clone(),
            states: vec![State::Captured.into()],
            ..Default::default()
        };
        assert_eq!(
            harness.as_who(&harness.auditor).insights.list_insights(states).await.unwrap().into_inner().total_size,
            0
        );
    })
    .await;
}

/// Rule 30: not even a refusal opens an insight again, with the newer version that it bears.
#[tokio::test]
async fn after_the_end_of_the_commission_a_stale_etag_is_answered_with_the_end() {
    each_engine(async |harness| {
        let (_, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let insight = harness.captured(&commission, &[&passage]).await;
        let drop = |etag: &str| pb::DropInsightRequest {
            request_id: new_id(),
            insight_id: insight.id.clone(),
            etag: etag.to_string(),
            reason: "too thin".to_string(),
            validate_only: false,
        };
        let check = |etag: &str| pb::CheckInsightRequest {
            request_id: new_id(),
            insight_id: insight.id.clone(),
            etag: etag.to_string(),
            validate_only: false,
        };
        harness.at(LAST).await;
        let mut insights = harness.as_who(&harness.consultant).insights;
        assert_eq!(reason(&insights.check_insight(check("7")).await.unwrap_err()), "STALE_ETAG");
        harness.at(UNTIL).await;
        for etag in ["1", "7"] {
            assert_eq!(reason(&insights.check_insight(check(etag)).await.unwrap_err()), "COMMISSION_NOT_RUNNING");
            assert_eq!(reason(&insights.drop_insight(drop(etag)).await.unwrap_err()), "COMMISSION_NOT_RUNNING");
        }
    })
    .await;
}
