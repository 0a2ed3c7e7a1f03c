//! What a caller may read, each from one snapshot. Which rows of a list they see is decided here alone, from `view.rs`
//! and `policy.rs`.

use kit::cx::Cx;
use kit::db::{Conn, DbError};
use kit::ids::{AssessmentId, BidId, InterestId, MeetingId, PersonId, ReviewId, RoundId};
use kit::paging::{Counted, Found, Listed, Page};
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::ranking::rank;
use super::{OnBid, Panel};
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
use crate::panel::{Member, MemberSeen};
use crate::policy::{self, Action, OthersReviews};
use crate::release::outcome::{BidOutcome, Letter};
use crate::release::record::Sealed;
use crate::store::{self, InterestFilter, ReviewFilter, Visible, VisibleInterests, VisibleOutcomes, VisibleReviews};
use crate::view::View;

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

/// A letter, the outcome that it tells, and from when its bidder may read it.
pub struct LetterNow {
    pub outcome: BidOutcome,
    pub letter: Letter,
    pub released_at: Timestamp,
}

/// The quorum of a meeting for one bid.
pub struct BidQuorum {
    pub bid: BidId,
    pub quorum: Quorum,
}

/// What the caller sees of an assessment.
pub fn view(conn: &mut Conn, cx: &Cx, id: AssessmentId) -> Result<View, Error> {
    let assessment = store::get(conn, id)?;
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
    view.may_meeting(action)?;
    Ok((view, meeting))
}

/// The panel, for somebody who may go on with the assessment.
pub fn panel_for(conn: &mut Conn, cx: &Cx, action: Action, id: AssessmentId) -> Result<Vec<Member>, Error> {
    enter(conn, cx, action, id)?;
    Ok(store::members(conn, id)?)
}

/// Refuses an answer that names a bid which no longer exists for the caller.
pub fn expect_visible(conn: &mut Conn, cx: &Cx, bids: &[BidId]) -> Result<(), DbError> {
    match cx.caller.person() {
        Some(person) if store::are_hidden(conn, person, bids)? => Err(DbError::Hidden { what: "bid" }),
        Some(_) | None => Ok(()),
    }
}

pub fn assessment(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<AssessmentNow, Error> {
    Ok(AssessmentNow { assessment: enter(conn, cx, Action::See, *id)?.assessment, as_of: cx.now })
}

pub fn assessments(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<Option<RoundId>, AssessmentId>,
) -> Result<Found<AssessmentNow>, Error> {
    let rows = store::page(conn, list.filter, visible(cx), list.page.after, list.page.limit())?;
    let now = |assessment| AssessmentNow { assessment, as_of: cx.now };
    Ok(list.page.found(rows.into_iter().map(now).collect(), |now| now.assessment.id))
}

/// Which assessments a caller finds in a list.
fn visible(cx: &Cx) -> Visible {
    match policy::finds_all(&cx.caller) {
        true => Visible::All,
        false => Visible::OfPanelsWith(cx.caller.person()),
    }
}

pub fn members(conn: &mut Conn, cx: &Cx, list: &Listed<AssessmentId, PersonId>) -> Result<Found<MemberSeen>, Error> {
    let view = enter(conn, cx, Action::See, list.filter)?;
    let rows = store::page_of_members(conn, list.filter, list.page.after, list.page.limit())?;
    let rubric: &Rubric = &view.assessment.call.rubric;
    let now = |member| MemberSeen { member, rubric: rubric.clone() };
    Ok(list.page.found(rows.into_iter().map(now).collect(), |now| now.member.person))
}

pub fn bids(conn: &mut Conn, cx: &Cx, list: &Listed<AssessmentId, i64>) -> Result<Counted<AssessedBid>, Error> {
    let view = enter(conn, cx, Action::See, list.filter)?;
    let rows = bids_of(conn, &view, &list.page)?;
    let n_bids = store::n_bids(conn, list.filter, &view.hidden)?;
    Ok(list.page.found(rows, |bid| bid.number).of_all(n_bids, cx.now))
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
    list: &Listed<InterestFilter, InterestId>,
) -> Result<Found<Interest>, Error> {
    let view = enter(conn, cx, Action::See, list.filter.assessment)?;
    let all_but = view.sees_all_interests().then(|| view.hidden.clone());
    let visible = VisibleInterests { declared_by: view.person(), all_but };
    let rows = store::page_of_interests(conn, &list.filter, &visible, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |interest| interest.id))
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

pub fn reviews(conn: &mut Conn, cx: &Cx, list: &Listed<ReviewFilter, ReviewId>) -> Result<Found<Review>, Error> {
    let view = enter(conn, cx, Action::See, list.filter.assessment)?;
    let others_of = match view.others_reviews() {
        OthersReviews::All => None,
        OthersReviews::OfOwnBids => Some(view.handed_in.as_slice()),
    };
    let visible = VisibleReviews { by: view.person(), hidden: &view.hidden, owed: &view.owed, others_of };
    let rows = store::page_of_reviews(conn, &list.filter, visible, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows.into_iter().map(|review| view.shows(review)).collect(), |review| review.id))
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
    list: &Listed<AssessmentId, (Timestamp, MeetingId)>,
) -> Result<Found<Meeting>, Error> {
    enter(conn, cx, Action::See, list.filter)?;
    let rows = store::page_of_meetings(conn, list.filter, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |meeting| (meeting.held_at, meeting.id)))
}

/// The quorum of a meeting for each bid that exists for the caller.
pub fn quorums(conn: &mut Conn, cx: &Cx, list: &Listed<MeetingId, i64>) -> Result<Found<BidQuorum>, Error> {
    let (view, meeting) = enter_meeting(conn, cx, Action::See, list.filter)?;
    let panel = Panel::of(conn, meeting.assessment)?;
    let body = Body::sitting(&view.assessment, &panel.members, meeting.part);
    let bids = bids_of(conn, &view, &list.page)?;
    let quorum = |id| body.quorum(id, &meeting.account.present, &panel.conflicts);
    Ok(list.page.found(bids, |bid| bid.number).map(|bid| BidQuorum { bid: bid.id, quorum: quorum(bid.id) }))
}

/// In submission order of their bids, of which the store knows the numbers.
pub fn recommendations(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<AssessmentId, (i64, i32)>,
) -> Result<Found<Recommendation>, Error> {
    let hidden = enter(conn, cx, Action::SeeResults, list.filter)?.hidden;
    let rows = store::page_of_recommendations(conn, list.filter, &hidden, list.page.after, list.page.limit())?;
    let found = list.page.found(rows, |(number, recommendation)| (*number, recommendation.sequence));
    Ok(found.map(|(_, recommendation)| recommendation))
}

/// In submission order of their bids.
pub fn determinations(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<AssessmentId, i64>,
) -> Result<Found<Determination>, Error> {
    let hidden = enter(conn, cx, Action::SeeResults, list.filter)?.hidden;
    let after = list.page.after.unwrap_or(0);
    let rows = store::page_of_determinations(conn, list.filter, &hidden, after, list.page.limit())?;
    Ok(list.page.found(rows, |(number, _)| *number).map(|(_, determination)| determination))
}

pub fn outcomes(conn: &mut Conn, cx: &Cx, list: &Listed<RoundId, i64>) -> Result<Counted<OutcomeNow>, Error> {
    let Some(assessment) = store::of_round(conn, list.filter)? else {
        return Ok(list.page.found(Vec::new(), |_| 0).of_all(0, cx.now));
    };
    let (id, view) = (assessment.id, view_of(conn, cx, assessment)?);
    let told = view.told();
    let visible = VisibleOutcomes { all_but: told.all_but(&view.hidden), own: told.own };
    let rows = store::page_of_outcomes(conn, id, &visible, list.page.after.unwrap_or(0), list.page.limit())?;
    let hidden = store::outcomes_of(conn, &view.hidden)?;
    let now = rows.into_iter().map(|outcome| outcome_now(&view, outcome, &hidden)).collect();
    let n_outcomes = store::n_outcomes(conn, id, &visible)?;
    Ok(list.page.found(now, |now: &OutcomeNow| now.outcome.bid.number).of_all(n_outcomes, cx.now))
}

/// A place on the reserve list counts those that exist for the caller, unless they are told it as the bidder or as
/// everyone.
fn outcome_now(view: &View, outcome: BidOutcome, hidden: &[BidOutcome]) -> OutcomeNow {
    let with_terms = view.sees(Action::SeeTerms, &outcome.bid);
    let outcome = if view.counts_all_places(&outcome.bid) { outcome } else { outcome.without(hidden) };
    OutcomeNow { assessment: view.assessment.id, round: view.assessment.call.round, outcome, with_terms }
}

pub fn letter(conn: &mut Conn, cx: &Cx, id: &BidId) -> Result<LetterNow, Error> {
    let none = Refusal::NotFound { what: "letter" };
    let Some(assessment) = store::assessment_of_bid(conn, *id)? else {
        return Err(none.into());
    };
    let view = view(conn, cx, assessment)?;
    let (outcome, letter) = (store::outcomes_of(conn, &[*id])?.pop(), store::letter(conn, *id)?);
    match outcome.zip(letter) {
        Some((outcome, letter)) if view.sees(Action::SeeLetter, &outcome.bid) => {
            Ok(LetterNow { outcome, letter, released_at: view.assessment.released_at() })
        }
        Some(_) | None => Err(none.into()),
    }
}

pub fn record(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<Sealed, Error> {
    enter(conn, cx, Action::SeeRecord, *id)?;
    Ok(store::record(conn, *id)?.ok_or(Refusal::NotFound { what: "record" })?)
}
