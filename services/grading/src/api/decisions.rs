//! DecisionsService.

use kit::cx::{Answer, Cx};
use kit::ids::AssessmentId;
use kit::time::Date;
use kit::wire::id;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::grading::v1::decisions_service_server::DecisionsService;
use tonic::{Request, Response};

use crate::bid::AssessedBid;
use crate::convert;
use crate::decision::Basis;
use crate::error::Error;
use crate::outcome::BidOutcome;
use crate::policy::{self, Action};
use crate::quorum::Body;
use crate::sight::Sight;
use crate::store::OutcomeFilter;
use crate::{Grading, app, store};

#[tonic::async_trait]
impl DecisionsService for Grading {
    async fn record_meeting(&self, request: Request<pb::RecordMeetingRequest>) -> Answer<pb::Meeting> {
        let (cx, cmd) = Cx::parse::<app::RecordMeeting>(request)?;
        if let Some(meeting) = self.replay(&cx).await? {
            return Ok(Response::new(meeting));
        }
        let (of, key) = (cx.clone(), cmd.assessment);
        let meeting = self.db.write_keyed(&cx, key, move |tx| app::record_meeting(tx, &of, &cmd)).await?;
        Ok(Response::new(meeting))
    }

    async fn update_meeting(&self, request: Request<pb::UpdateMeetingRequest>) -> Answer<pb::Meeting> {
        let (cx, cmd) = Cx::parse::<app::UpdateMeeting>(request)?;
        if let Some(meeting) = self.replay(&cx).await? {
            return Ok(Response::new(meeting));
        }
        let of = cx.clone();
        let meeting = self.db.write(&cx, move |tx| app::update_meeting(tx, &of, &cmd)).await?;
        Ok(Response::new(meeting))
    }

    async fn list_meetings(&self, request: Request<pb::ListMeetingsRequest>) -> Answer<pb::ListMeetingsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_meetings(&cx, request.get_ref()).map_err(Error::Invalid)?;
        self.sight(&cx, asked.filter).await?;
        let page = asked.page.clone();
        let rows = self.db.read(move |tx| store::page_of_meetings(tx, asked.filter, page.after.clone(), page.limit()));
        let found = asked.page.found(rows.await?, |meeting| (meeting.held_at.micros(), meeting.id.to_string()));
        Ok(Response::new(pb::ListMeetingsResponse {
            meetings: found.rows.into_iter().map(convert::meeting).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn list_quorums(&self, request: Request<pb::ListQuorumsRequest>) -> Answer<pb::ListQuorumsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_quorums(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (caller, page) = (cx.caller.clone(), asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let meeting = store::meeting(tx, asked.filter)?;
                let sight = store::sight(tx, &caller, meeting.assessment)?;
                sight.may(Action::See).map_err(app::of_meeting)?;
                let members = store::members(tx, meeting.assessment)?;
                let conflicts = store::conflicts(tx, meeting.assessment)?;
                let body = Body::sitting(&sight.assessment, &members, meeting.part);
                let after = page.after.unwrap_or(0);
                let bids = store::page_of_bids(tx, meeting.assessment, &sight.hidden, after, page.limit())?;
                let quorum = |bid: &AssessedBid| body.quorum(bid.id, &meeting.account.present, &conflicts);
                Ok(bids.into_iter().map(|bid| (quorum(&bid), bid)).collect())
            })
            .await;
        let found = asked.page.found(found?, |(_, bid): &(_, AssessedBid)| bid.number);
        Ok(Response::new(pb::ListQuorumsResponse {
            quorums: found.rows.iter().map(|(quorum, bid)| convert::quorum(bid, *quorum)).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn record_recommendation(
        &self,
        request: Request<pb::RecordRecommendationRequest>,
    ) -> Answer<pb::Recommendation> {
        let (cx, cmd) = Cx::parse::<app::RecordRecommendation>(request)?;
        if let Some(recommendation) = self.replay(&cx).await? {
            return Ok(Response::new(recommendation));
        }
        let (of, key) = (cx.clone(), cmd.on.assessment);
        let write = move |tx: &mut _| app::record_recommendation(tx, &of, &cmd);
        let recommendation = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(recommendation))
    }

    async fn list_recommendations(
        &self,
        request: Request<pb::ListRecommendationsRequest>,
    ) -> Answer<pb::ListRecommendationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_recommendations(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (sight, page) = (self.results(&cx, asked.filter).await?, asked.page.clone());
        let rows = self
            .db
            .read(move |tx| store::page_of_recommendations(tx, asked.filter, &sight.hidden, page.after, page.limit()));
        let found = asked.page.found(rows.await?, |(number, one)| (*number, one.sequence));
        Ok(Response::new(pb::ListRecommendationsResponse {
            recommendations: found.rows.into_iter().map(|(_, one)| convert::recommendation(one)).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn refer_back(&self, request: Request<pb::ReferBackRequest>) -> Answer<pb::Recommendation> {
        let (cx, cmd) = Cx::parse::<app::ReferBack>(request)?;
        if let Some(recommendation) = self.replay(&cx).await? {
            return Ok(Response::new(recommendation));
        }
        let (of, key) = (cx.clone(), cmd.on.assessment);
        let recommendation = self.db.write_keyed(&cx, key, move |tx| app::refer_back(tx, &of, &cmd)).await?;
        Ok(Response::new(recommendation))
    }

    async fn determine_bid(&self, request: Request<pb::DetermineBidRequest>) -> Answer<pb::Determination> {
        let (cx, cmd) = Cx::parse::<app::DetermineBid>(request)?;
        if let Some(determination) = self.replay(&cx).await? {
            return Ok(Response::new(determination));
        }
        self.sight_of(&cx, Action::Decide, cmd.on).await?;
        let other_board = match cmd.basis {
            Basis::Meeting(_) | Basis::Written { .. } => None,
            Basis::OtherBoard { board, .. } => {
                let day = cmd.decided_on.unwrap_or(Date::today(cx.now));
                Some(self.peers.other_board(board, day).await?)
            }
        };
        let (of, key) = (cx.clone(), cmd.on.assessment);
        let write = move |tx: &mut _| app::determine_bid(tx, &of, other_board.as_ref(), &cmd);
        let determination = self.db.write_keyed(&cx, key, write).await?;
        Ok(Response::new(determination))
    }

    async fn list_determinations(
        &self,
        request: Request<pb::ListDeterminationsRequest>,
    ) -> Answer<pb::ListDeterminationsResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_determinations(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (sight, page) = (self.results(&cx, asked.filter).await?, asked.page.clone());
        let rows = self.db.read(move |tx| {
            let after = page.after.unwrap_or(0);
            store::page_of_determinations(tx, asked.filter, &sight.hidden, after, page.limit())
        });
        let found = asked.page.found(rows.await?, |(number, _)| *number);
        Ok(Response::new(pb::ListDeterminationsResponse {
            determinations: found.rows.into_iter().map(|(_, one)| convert::determination(one)).collect(),
            next_page_token: found.next_page_token,
        }))
    }

    async fn list_outcomes(&self, request: Request<pb::ListOutcomesRequest>) -> Answer<pb::ListOutcomesResponse> {
        let cx = Cx::of(&request)?;
        let asked = convert::list_outcomes(&cx, request.get_ref()).map_err(Error::Invalid)?;
        let (caller, page) = (cx.caller.clone(), asked.page.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let Some(assessment) = store::assessment_of_round(tx, asked.filter)? else {
                    return Ok((Vec::new(), 0));
                };
                let (id, sight) = (assessment.id, store::look(tx, &caller, assessment)?);
                let told = policy::told(&caller, sight.assessment.stage(), sight.place());
                let filter = OutcomeFilter { all_but: told.all_but(&sight.hidden), own: told.own };
                let outcomes = store::page_of_outcomes(tx, id, &filter, page.after.unwrap_or(0), page.limit())?;
                let hidden = store::outcomes_of(tx, &sight.hidden)?;
                let shown = outcomes.into_iter().map(|one| (one.bid.number, shown(&sight, one, &hidden))).collect();
                Ok((shown, store::n_outcomes(tx, id, &filter)?))
            })
            .await;
        let (outcomes, total_size) = found?;
        let found = asked.page.found(outcomes, |(number, _)| *number);
        Ok(Response::new(pb::ListOutcomesResponse {
            outcomes: found.rows.into_iter().map(|(_, outcome)| outcome).collect(),
            next_page_token: found.next_page_token,
            total_size,
            as_of: Some(cx.now.into()),
        }))
    }

    async fn get_letter(&self, request: Request<pb::GetLetterRequest>) -> Answer<pb::Letter> {
        let cx = Cx::of(&request)?;
        let (bid, caller) = (id("bid_id", &request.get_ref().bid_id)?, cx.caller.clone());
        let found: Result<_, Error> = self
            .db
            .read(move |tx| {
                let none = Error::NotFound { what: "letter" };
                let Some(assessment) = store::assessment_of_bid(tx, bid)? else {
                    return Err(none);
                };
                let sight = store::sight(tx, &caller, assessment)?;
                let (outcome, letter) = (store::outcomes_of(tx, &[bid])?.pop(), store::letter(tx, bid)?);
                match outcome.zip(letter) {
                    Some((outcome, letter)) if sight.sees(Action::SeeLetter, &outcome.bid) => {
                        Ok(convert::letter(outcome, letter, sight.assessment.released_at()))
                    }
                    Some(_) | None => Err(none),
                }
            })
            .await;
        Ok(Response::new(found?))
    }

    async fn get_decision_record(&self, request: Request<pb::GetDecisionRecordRequest>) -> Answer<pb::DecisionRecord> {
        let cx = Cx::of(&request)?;
        let sight = self.sight(&cx, id("assessment_id", &request.get_ref().assessment_id)?).await?;
        sight.may(Action::SeeRecord)?;
        let of = sight.assessment.id;
        let record = self.db.read(move |tx| store::record(tx, of)).await?;
        let record = record.ok_or(Error::NotFound { what: "record" })?;
        Ok(Response::new(convert::record(record)))
    }
}

impl Grading {
    /// The same as [`Grading::sight`], for whoever may read results.
    async fn results(&self, cx: &Cx, id: AssessmentId) -> Result<Sight, Error> {
        let sight = self.sight(cx, id).await?;
        sight.may(Action::SeeResults)?;
        Ok(sight)
    }
}

/// An outcome as this caller is told it. A place on the reserve list counts those that exist for them, unless they
/// are told it as the bidder or as everyone.
fn shown(sight: &Sight, outcome: BidOutcome, hidden: &[BidOutcome]) -> pb::Outcome {
    let sees_terms = sight.sees(Action::SeeTerms, &outcome.bid);
    let outcome = if sight.counts_all_places(&outcome.bid) { outcome } else { outcome.without(hidden) };
    convert::outcome(&sight.assessment, outcome, sees_terms)
}
