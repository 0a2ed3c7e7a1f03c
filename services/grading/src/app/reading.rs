//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from `view.rs`
//! and `policy.rs`.

use kit::cx::Cx;
use kit::db::Conn;
use kit::ids::{AssessmentId, BidId, InterestId, MeetingId, PersonId, ReviewId, RoundId};
use kit::paging::{Found, Listed, Page};
use kit::time::Timestamp;

use super::ranking::rank;
use super::{OnBid, bench};
use crate::assessment::{Assessment, AssessmentNow};
use crate::bid::{Answer, AssessedBid};
use crate::call::{Call, Rubric};
use crate::deciding::decision::{Determination, Recommendation};
use crate::deciding::meeting::Meeting;
use crate::error::Error;
use crate::marking::moderation::Moderation;
use crate::marking::ranking::Ranking;
use crate::marking::review::{Review, State};
use crate::panel::interest::Interest;
use crate::panel::quorum::{Body, Quorum};
use crate::panel::{Member, MemberNow};
use crate::policy::{self, Action, OthersReviews};
use crate::release::outcome::{BidOutcome, Letter};
use crate::release::record::Sealed;
use crate::store::{
    self, AssessmentFilter, InterestFilter, ReviewFilter, VisibleAssessments, VisibleInterests, VisibleOutcomes,
    VisibleReviews,
};
use crate::view::{self, View};

/// A page, and how many rows there are on all pages.
pub struct Counted<T> {
    pub found: Found<T>,
    pub total_size: i64,
    pub as_of: Timestamp,
}

/// A bid with its text, and the call whose questions it answers.
pub struct BidText {
    pub bid: AssessedBid,
    pub answers: Vec<Answer>,
    pub call: Call,
}

/// A ranking as an answer shows it.
#[derive(Clone, Debug)]
pub struct RankingNow {
    pub assessment: AssessmentId,
    pub ranking: Ranking,
    pub as_of: Timestamp,
}

/// An outcome as it is told to one caller.
pub struct OutcomeNow {
    pub assessment: AssessmentId,
    pub round: RoundId,
    pub outcome: BidOutcome,
    /// Whether they are told conditions, place on the reserve list and principles.
    pub with_terms: bool,
}

/// What the caller sees of an assessment.
pub fn view(conn: &mut Conn, cx: &Cx, id: AssessmentId) -> Result<View, Error> {
    let assessment = store::assessment(conn, id)?;
    view_of(conn, cx, assessment)
}

/// The same for an assessment that is at hand.
fn view_of(conn: &mut Conn, cx: &Cx, assessment: Assessment) -> Result<View, Error> {
    let id = assessment.id;
    let mut view = View {
        caller: cx.caller.clone(),
        assessment,
        member: None,
        hidden: Vec::new(),
        owed: Vec::new(),
        handed_in: Vec::new(),
    };
    let Some(person) = view.person() else {
        return Ok(view);
    };
    view.member = store::member(conn, id, person)?;
    view.hidden = store::hidden_from(conn, id, person)?;
    for (bid, state) in store::own_reviews(conn, id, person)? {
        if State::OPEN.contains(&state.as_str()) {
            view.owed.push(bid);
        } else if State::HANDED_IN.contains(&state.as_str()) {
            view.handed_in.push(bid);
        }
    }
    Ok(view)
}

/// What the caller sees of an assessment in which they may do this.
pub fn enter(conn: &mut Conn, cx: &Cx, action: Action, id: AssessmentId) -> Result<View, Error> {
    let view = view(conn, cx, id)?;
    view.may(action)?;
    Ok(view)
}

/// The same for a bid of it. One that is hidden from the caller is answered like one that does not exist, before they
/// hear who may do this.
pub fn enter_bid(conn: &mut Conn, cx: &Cx, action: Action, on: OnBid) -> Result<(View, AssessedBid), Error> {
    let view = enter(conn, cx, Action::See, on.assessment)?;
    let bid = store::bid(conn, on.assessment, on.bid)?;
    view.may_with(action, on.bid)?;
    Ok((view, bid))
}

/// The same for a meeting. One of an assessment that the caller may not know of is answered as if there were none.
pub fn enter_meeting(conn: &mut Conn, cx: &Cx, action: Action, id: MeetingId) -> Result<(View, Meeting), Error> {
    let meeting = store::meeting(conn, id)?;
    let view = view(conn, cx, meeting.assessment)?;
    view.may(action).map_err(|error| match error {
        Error::NotFound { .. } => Error::NotFound { what: "meeting" },
        other => other,
    })?;
    Ok((view, meeting))
}

/// The panel, for somebody who may go on with the assessment.
pub fn panel_for(conn: &mut Conn, cx: &Cx, action: Action, id: AssessmentId) -> Result<Vec<Member>, Error> {
    enter(conn, cx, action, id)?;
    Ok(store::members(conn, id)?)
}

/// Refuses an answer that names a bid which no longer exists for the caller.
pub fn expect_visible(conn: &mut Conn, cx: &Cx, bids: &[BidId]) -> Result<(), Error> {
    match view::person(&cx.caller) {
        Some(person) if store::are_hidden(conn, person, bids)? => Err(Error::NotFound { what: "bid" }),
        Some(_) | None => Ok(()),
    }
}

pub fn assessment(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<AssessmentNow, Error> {
    Ok(AssessmentNow { assessment: enter(conn, cx, Action::See, *id)?.assessment, as_of: cx.now })
}

pub fn assessments(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<AssessmentFilter, AssessmentId>,
) -> Result<Found<AssessmentNow>, Error> {
    let visible = match policy::finds_all(&cx.caller) {
        true => VisibleAssessments::All,
        false => VisibleAssessments::OfPanelsWith(view::person(&cx.caller)),
    };
    let rows = store::page_of_assessments(conn, &asked.filter, visible, asked.page.after, asked.page.limit())?;
    let now = |assessment| AssessmentNow { assessment, as_of: cx.now };
    Ok(asked.page.found(rows.into_iter().map(now).collect(), |now| now.assessment.id))
}

pub fn members(conn: &mut Conn, cx: &Cx, asked: &Listed<AssessmentId, PersonId>) -> Result<Found<MemberNow>, Error> {
    let view = enter(conn, cx, Action::See, asked.filter)?;
    let rows = store::page_of_members(conn, asked.filter, asked.page.after, asked.page.limit())?;
    let rubric: &Rubric = &view.assessment.call.rubric;
    let now = |member| MemberNow { member, rubric: rubric.clone() };
    Ok(asked.page.found(rows.into_iter().map(now).collect(), |now| now.member.person))
}

pub fn bids(conn: &mut Conn, cx: &Cx, asked: &Listed<AssessmentId, i64>) -> Result<Counted<AssessedBid>, Error> {
    let view = enter(conn, cx, Action::See, asked.filter)?;
    let rows = bids_of(conn, &view, &asked.page)?;
    let total_size = store::n_bids(conn, asked.filter, &view.hidden)?;
    Ok(Counted { found: asked.page.found(rows, |bid| bid.number), total_size, as_of: cx.now })
}

fn bids_of(conn: &mut Conn, view: &View, page: &Page<i64>) -> Result<Vec<AssessedBid>, Error> {
    let after = page.after.unwrap_or(0);
    Ok(store::page_of_bids(conn, view.assessment.id, &view.hidden, after, page.limit())?)
}

pub fn bid(conn: &mut Conn, cx: &Cx, on: &OnBid) -> Result<BidText, Error> {
    let (view, bid) = enter_bid(conn, cx, Action::ReadBid, *on)?;
    Ok(BidText { answers: store::answers(conn, bid.id)?, bid, call: view.assessment.call })
}

pub fn interests(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<InterestFilter, InterestId>,
) -> Result<Found<Interest>, Error> {
    let view = enter(conn, cx, Action::See, asked.filter.assessment)?;
    let all_but = view.sees_all_interests().then(|| view.hidden.clone());
    let visible = VisibleInterests { declared_by: view.person(), all_but };
    let rows = store::page_of_interests(conn, &asked.filter, &visible, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |interest| interest.id))
}

pub fn review(conn: &mut Conn, cx: &Cx, id: &ReviewId) -> Result<Review, Error> {
    let (view, review) = enter_review(conn, cx, Action::SeeReview, *id)?;
    Ok(view.shows(review))
}

/// A review with which the caller may do this.
pub fn enter_review(conn: &mut Conn, cx: &Cx, action: Action, id: ReviewId) -> Result<(View, Review), Error> {
    let review = store::review(conn, id)?;
    let view = view(conn, cx, review.assessment)?;
    view.may_review(action, &review)?;
    Ok((view, review))
}

pub fn reviews(conn: &mut Conn, cx: &Cx, asked: &Listed<ReviewFilter, ReviewId>) -> Result<Found<Review>, Error> {
    let view = enter(conn, cx, Action::See, asked.filter.assessment)?;
    let others_of = match view.others_reviews() {
        OthersReviews::All => None,
        OthersReviews::OfOwnBids => Some(view.handed_in.as_slice()),
    };
    let visible = VisibleReviews { by: view.person(), hidden: &view.hidden, owed: &view.owed, others_of };
    let rows = store::page_of_reviews(conn, &asked.filter, visible, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows.into_iter().map(|review| view.shows(review)).collect(), |review| review.id))
}

pub fn moderation(conn: &mut Conn, cx: &Cx, on: &OnBid) -> Result<Moderation, Error> {
    let (view, bid) = enter_bid(conn, cx, Action::SeeResults, *on)?;
    view.assessment.expect_results("get_moderation")?;
    Ok(store::moderation(conn, view.assessment.id, bid.id)?)
}

pub fn ranking(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<RankingNow, Error> {
    let view = enter(conn, cx, Action::SeeResults, *id)?;
    view.assessment.expect_results("get_ranking")?;
    let ranking = rank(conn, &view.assessment, &view.hidden)?;
    Ok(RankingNow { assessment: *id, ranking, as_of: cx.now })
}

pub fn meetings(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<AssessmentId, (Timestamp, MeetingId)>,
) -> Result<Found<Meeting>, Error> {
    enter(conn, cx, Action::See, asked.filter)?;
    let rows = store::page_of_meetings(conn, asked.filter, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |meeting| (meeting.held_at, meeting.id)))
}

/// The quorum of a meeting for each bid that exists for the caller.
pub fn quorums(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<MeetingId, i64>,
) -> Result<Found<(AssessedBid, Quorum)>, Error> {
    let (view, meeting) = enter_meeting(conn, cx, Action::See, asked.filter)?;
    let bench = bench(conn, meeting.assessment)?;
    let body = Body::sitting(&view.assessment, &bench.members, meeting.part);
    let bids = bids_of(conn, &view, &asked.page)?.into_iter().map(|bid| {
        let quorum = body.quorum(bid.id, &meeting.account.present, &bench.conflicts);
        (bid, quorum)
    });
    Ok(asked.page.found(bids.collect(), |(bid, _)| bid.number))
}

/// Each with the number of its bid.
pub fn recommendations(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<AssessmentId, (i64, i32)>,
) -> Result<Found<(i64, Recommendation)>, Error> {
    let hidden = enter(conn, cx, Action::SeeResults, asked.filter)?.hidden;
    let rows = store::page_of_recommendations(conn, asked.filter, &hidden, asked.page.after, asked.page.limit())?;
    Ok(asked.page.found(rows, |(number, recommendation)| (*number, recommendation.sequence)))
}

/// Each with the number of its bid.
pub fn determinations(
    conn: &mut Conn,
    cx: &Cx,
    asked: &Listed<AssessmentId, i64>,
) -> Result<Found<(i64, Determination)>, Error> {
    let hidden = enter(conn, cx, Action::SeeResults, asked.filter)?.hidden;
    let after = asked.page.after.unwrap_or(0);
    let rows = store::page_of_determinations(conn, asked.filter, &hidden, after, asked.page.limit())?;
    Ok(asked.page.found(rows, |(number, _)| *number))
}

pub fn outcomes(conn: &mut Conn, cx: &Cx, asked: &Listed<RoundId, i64>) -> Result<Counted<OutcomeNow>, Error> {
    let Some(assessment) = store::assessment_of_round(conn, asked.filter)? else {
        let found = asked.page.found(Vec::new(), |_| 0);
        return Ok(Counted { found, total_size: 0, as_of: cx.now });
    };
    let (id, view) = (assessment.id, view_of(conn, cx, assessment)?);
    let told = view.told();
    let visible = VisibleOutcomes { all_but: told.all_but(&view.hidden), own: told.own };
    let rows = store::page_of_outcomes(conn, id, &visible, asked.page.after.unwrap_or(0), asked.page.limit())?;
    let hidden = store::outcomes_of(conn, &view.hidden)?;
    let now = rows.into_iter().map(|outcome| outcome_now(&view, outcome, &hidden)).collect();
    let found = asked.page.found(now, |now| now.outcome.bid.number);
    Ok(Counted { found, total_size: store::n_outcomes(conn, id, &visible)?, as_of: cx.now })
}

/// A place on the reserve list counts those that exist for the caller, unless they are told it as the bidder or as
/// everyone.
fn outcome_now(view: &View, outcome: BidOutcome, hidden: &[BidOutcome]) -> OutcomeNow {
    let with_terms = view.sees(Action::SeeTerms, &outcome.bid);
    let outcome = if view.counts_all_places(&outcome.bid) { outcome } else { outcome.without(hidden) };
    OutcomeNow { assessment: view.assessment.id, round: view.assessment.call.round, outcome, with_terms }
}

/// A letter, the outcome that it tells, and from when its bidder may read it.
pub fn letter(conn: &mut Conn, cx: &Cx, bid: &BidId) -> Result<(BidOutcome, Letter, Timestamp), Error> {
    let none = Error::NotFound { what: "letter" };
    let Some(assessment) = store::assessment_of_bid(conn, *bid)? else {
        return Err(none);
    };
    let view = view(conn, cx, assessment)?;
    let (outcome, letter) = (store::outcomes_of(conn, &[*bid])?.pop(), store::letter(conn, *bid)?);
    match outcome.zip(letter) {
        Some((outcome, letter)) if view.sees(Action::SeeLetter, &outcome.bid) => {
            Ok((outcome, letter, view.assessment.released_at()))
        }
        Some(_) | None => Err(none),
    }
}

pub fn record(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<Sealed, Error> {
    enter(conn, cx, Action::SeeRecord, *id)?;
    store::record(conn, *id)?.ok_or(Error::NotFound { what: "record" })
}
