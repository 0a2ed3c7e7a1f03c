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
use crate::deciding::decision::{Determination, Outcome, Recommendation};
use crate::deciding::meeting::Meeting;
use crate::error::Error;
use crate::marking::moderation::Moderation;
use crate::marking::ranking::Ranking;
use crate::marking::review::{Review, ReviewSeen, State};
use crate::panel::interest::InterestSeen;
use crate::panel::near_miss::NearMiss;
use crate::panel::quorum::{Body, Quorum};
use crate::panel::{Member, MemberSeen};
use crate::policy::{self, Action, OthersReviews};
use crate::release::outcome::{BidOutcome, Letter};
use crate::release::record::Sealed;
use crate::store::{self, InterestFilter, ReviewFilter, Visible, VisibleInterests, VisibleOutcomes, VisibleReviews};
use crate::view::{View, own_organisations};

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

/// A page of the outcomes of a round, and how many bids came to what.
pub struct Outcomes {
    pub told: Counted<OutcomeNow>,
    pub counts: Vec<(Outcome, i64)>,
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
    view.member = store::member(conn, id, person)?.filter(Member::sits);
    view.hidden = store::hidden_from(conn, id, person, &own_organisations(&cx.caller))?;
    // Who sits for referred bids alone finds no other.
    if let Some(member) = view.member.as_ref().filter(|member| !member.referred.is_empty()) {
        view.hidden.extend(store::others(conn, id, &member.referred)?);
        view.hidden.sort();
        view.hidden.dedup();
    }
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
        Some(person) if store::are_hidden(conn, person, &own_organisations(&cx.caller), bids)? => {
            Err(DbError::Hidden { what: "bid" })
        }
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
    let unseen = unseen_members(conn, &view)?;
    let rows = store::page_of_members(conn, list.filter, &unseen, list.page.after, list.page.limit())?;
    let rubric: &Rubric = &view.assessment.call.rubric;
    let now = |member| MemberSeen { member, rubric: rubric.clone() };
    Ok(list.page.found(rows.into_iter().map(now).collect(), |now| now.member.person))
}

/// Who sits for nothing but bids that do not exist for the caller. That they sit would tell of one.
fn unseen_members(conn: &mut Conn, view: &View) -> Result<Vec<PersonId>, Error> {
    if view.hidden.is_empty() {
        return Ok(Vec::new());
    }
    let is_unseen =
        |member: &Member| !member.referred.is_empty() && member.referred.iter().all(|bid| view.hidden.contains(bid));
    let members = store::members(conn, view.assessment.id)?;
    Ok(members.into_iter().filter(is_unseen).map(|member| member.person).collect())
}

pub fn bids(conn: &mut Conn, cx: &Cx, list: &Listed<AssessmentId, BidId>) -> Result<Counted<AssessedBid>, Error> {
    let view = enter(conn, cx, Action::See, list.filter)?;
    let rows = bids_of(conn, &view, &list.page)?;
    let n_bids = store::n_bids(conn, list.filter, &view.hidden)?;
    Ok(list.page.found(rows, |bid| bid.id).map(|bid| view.shows_bid(bid)).of_all(n_bids, cx.now))
}

fn bids_of(conn: &mut Conn, view: &View, page: &Page<BidId>) -> Result<Vec<AssessedBid>, Error> {
    let after = number_after(conn, page.after)?;
    Ok(store::page_of_bids(conn, view.assessment.id, &view.hidden, after, page.limit())?)
}

/// Lists of bids are in submission order. Their tokens go on after a bid that the reader saw, and hold no number, for
/// numbers are not everybody's ([`View::shows_bid`]).
fn number_after(conn: &mut Conn, after: Option<BidId>) -> Result<i64, Error> {
    Ok(after.map(|bid| store::number(conn, bid)).transpose()?.unwrap_or(0))
}

pub fn bid(conn: &mut Conn, cx: &Cx, on: &OnBid) -> Result<BidText, Error> {
    let (view, bid) = enter_bid(conn, cx, Action::ReadBid, *on)?;
    let (answers, bid) = (store::answers(conn, bid.id)?, view.shows_bid(bid));
    Ok(BidText { answers, bid, call: view.assessment.call })
}

pub fn interests(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<InterestFilter, InterestId>,
) -> Result<Found<InterestSeen>, Error> {
    let view = enter(conn, cx, Action::See, list.filter.assessment)?;
    let all_but = view.sees_all_interests().then(|| view.hidden.clone());
    let visible = VisibleInterests { told: view.person(), all_but };
    let rows = store::page_of_interests(conn, &list.filter, &visible, list.page.after, list.page.limit())?;
    Ok(list.page.found(rows, |interest| interest.id).map(|interest| view.shows_interest(interest)))
}

pub fn near_misses(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<AssessmentId, InterestId>,
) -> Result<Found<NearMiss>, Error> {
    let view = enter(conn, cx, Action::See, list.filter)?;
    let (id, limit) = (list.filter, list.page.limit());
    let rows = match view.sees_all_interests() {
        true => store::page_of_near_misses(conn, id, &view.hidden, view.person(), list.page.after, limit)?,
        false => Vec::new(),
    };
    Ok(list.page.found(rows, |near_miss| near_miss.id))
}

pub fn review(conn: &mut Conn, cx: &Cx, id: &ReviewId) -> Result<ReviewSeen, Error> {
    let (view, review) = enter_review(conn, cx, Action::SeeReview, *id)?;
    let set_aside = store::conflicts(conn, view.assessment.id)?.set_aside(&review);
    Ok(ReviewSeen { review: view.shows(review), set_aside })
}

/// A review with which the caller may do this.
pub fn enter_review(conn: &mut Conn, cx: &Cx, action: Action, id: ReviewId) -> Result<(View, Review), Error> {
    let review = store::review(conn, id)?;
    let view = view(conn, cx, review.assessment)?;
    view.may_review(action, &review)?;
    Ok((view, review))
}

pub fn reviews(conn: &mut Conn, cx: &Cx, list: &Listed<ReviewFilter, ReviewId>) -> Result<Found<ReviewSeen>, Error> {
    let view = enter(conn, cx, Action::See, list.filter.assessment)?;
    let others_of = match view.others_reviews() {
        OthersReviews::All => None,
        OthersReviews::OfOwnBids => Some(view.handed_in.as_slice()),
    };
    let visible = VisibleReviews { by: view.person(), hidden: &view.hidden, owed: &view.owed, others_of };
    let rows = store::page_of_reviews(conn, &list.filter, visible, list.page.after, list.page.limit())?;
    let conflicts = store::conflicts(conn, view.assessment.id)?;
    let seen = |review: Review| ReviewSeen { set_aside: conflicts.set_aside(&review), review: view.shows(review) };
    Ok(list.page.found(rows, |review| review.id).map(seen))
}

pub fn moderation(conn: &mut Conn, cx: &Cx, on: &OnBid) -> Result<Moderation, Error> {
    let (view, bid) = enter_bid(conn, cx, Action::SeeResults, *on)?;
    view.assessment.expect_results("get_moderation")?;
    Ok(store::moderation(conn, view.assessment.id, bid.id)?)
}

pub fn ranking(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<RankingNow, Error> {
    let view = enter(conn, cx, Action::SeeResults, *id)?;
    view.assessment.expect_results("get_ranking")?;
    let ranking = view.shows_ranking(rank(conn, &view.assessment, &view.hidden)?);
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
pub fn quorums(conn: &mut Conn, cx: &Cx, list: &Listed<MeetingId, BidId>) -> Result<Found<BidQuorum>, Error> {
    let (view, meeting) = enter_meeting(conn, cx, Action::See, list.filter)?;
    let panel = Panel::of(conn, meeting.assessment)?;
    let body = Body::sitting(&view.assessment, &panel.members, meeting.part);
    let bids = bids_of(conn, &view, &list.page)?;
    let quorum = |id| body.quorum(id, &meeting.account.present, &panel.conflicts);
    Ok(list.page.found(bids, |bid| bid.id).map(|bid| BidQuorum { bid: bid.id, quorum: quorum(bid.id) }))
}

/// In submission order of their bids.
pub fn recommendations(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<AssessmentId, (BidId, i32)>,
) -> Result<Found<Recommendation>, Error> {
    let hidden = enter(conn, cx, Action::SeeResults, list.filter)?.hidden;
    let after = match list.page.after {
        None => None,
        Some((bid, sequence)) => Some((store::number(conn, bid)?, sequence)),
    };
    let rows = store::page_of_recommendations(conn, list.filter, &hidden, after, list.page.limit())?;
    Ok(list.page.found(rows, |recommendation| (recommendation.bid, recommendation.sequence)))
}

/// In submission order of their bids.
pub fn determinations(
    conn: &mut Conn,
    cx: &Cx,
    list: &Listed<AssessmentId, BidId>,
) -> Result<Found<Determination>, Error> {
    let hidden = enter(conn, cx, Action::SeeResults, list.filter)?.hidden;
    let after = number_after(conn, list.page.after)?;
    let rows = store::page_of_determinations(conn, list.filter, &hidden, after, list.page.limit())?;
    Ok(list.page.found(rows, |determination| determination.bid))
}

pub fn outcomes(conn: &mut Conn, cx: &Cx, list: &Listed<RoundId, BidId>) -> Result<Outcomes, Error> {
    let Some(assessment) = store::of_round(conn, list.filter)? else {
        let none = list.page.found(Vec::new(), |now: &OutcomeNow| now.outcome.bid.id).of_all(0, cx.now);
        return Ok(Outcomes { told: none, counts: Vec::new() });
    };
    let (id, view) = (assessment.id, view_of(conn, cx, assessment)?);
    let told = view.told();
    let counts = if told.funded { store::outcome_counts(conn, id)? } else { Vec::new() };
    let visible = VisibleOutcomes { funded: told.funded, all_but: told.all_but(&view.hidden), own: told.own };
    let after = number_after(conn, list.page.after)?;
    let rows = store::page_of_outcomes(conn, id, &visible, after, list.page.limit())?;
    let hidden = store::outcomes_of(conn, &view.hidden)?;
    let now = rows.into_iter().map(|outcome| outcome_now(&view, outcome, &hidden)).collect();
    let n_outcomes = store::n_outcomes(conn, id, &visible)?;
    let told = list.page.found(now, |now: &OutcomeNow| now.outcome.bid.id).of_all(n_outcomes, cx.now);
    Ok(Outcomes { told, counts })
}

/// Numbers, and places on the reserve list, are of those that exist for the caller, unless they are told them as the
/// bidder or as everyone.
fn outcome_now(view: &View, outcome: BidOutcome, hidden: &[BidOutcome]) -> OutcomeNow {
    let with_terms = view.sees(Action::SeeTerms, &outcome);
    let outcome = match view.counts_all(&outcome.bid) {
        true => outcome,
        false => BidOutcome { bid: view.shows_bid(outcome.bid.clone()), ..outcome.without(hidden) },
    };
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
        Some((outcome, letter)) if view.sees(Action::SeeLetter, &outcome) => {
            Ok(LetterNow { outcome, letter, released_at: view.assessment.released_at() })
        }
        Some(_) | None => Err(none.into()),
    }
}

pub fn record(conn: &mut Conn, cx: &Cx, id: &AssessmentId) -> Result<Sealed, Error> {
    enter(conn, cx, Action::SeeRecord, *id)?;
    Ok(store::record(conn, *id)?.ok_or(Refusal::NotFound { what: "record" })?)
}
