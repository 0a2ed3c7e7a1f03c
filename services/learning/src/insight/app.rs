//! Insights: captured, checked with councils, approved, dropped.

use kit::caller::Area;
use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{CommissionId, InsightId, OrgId, PassageId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;

use super::{Insight, Said, State, reading, store};
use crate::commission::Commission;
use crate::commission::access::{expect_open, opened};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::passage::{self, Passage};
use crate::policy::{self, Action};

#[derive(Clone, Debug)]
pub struct CaptureInsight {
    pub id: InsightId,
    pub commission: CommissionId,
    pub text: String,
    pub conditions: String,
    pub passages: Vec<PassageId>,
}

pub fn capture_insight(tx: &mut Tx, cx: &Cx, cmd: &CaptureInsight) -> Result<Insight, Error> {
    let commission = opened(tx, cx, Action::Draw, cmd.commission)?;
    let councils = councils(tx, &commission, &cmd.passages)?;
    let author = cx.caller.person().ok_or(Refusal::NotFound { what: "commission" })?;
    let insight = Insight {
        id: cmd.id,
        version: 1,
        commission: cmd.commission,
        author,
        text: cmd.text.clone(),
        conditions: cmd.conditions.clone(),
        passages: cmd.passages.clone(),
        state: State::Captured,
        answers: Vec::new(),
        interest_declared: commission.is_interested(author, &councils),
        reason: String::new(),
        created_at: cx.now,
        updated_at: cx.now,
    };
    store::insert(tx, &insight)?;
    record(tx, cx, None, insight, None, Happened::InsightCaptured)
}

/// The councils of passages, which are all of this commission and in the corpus.
fn councils(tx: &mut Tx, commission: &Commission, passages: &[PassageId]) -> Result<Vec<OrgId>, Error> {
    let mut councils = Vec::new();
    for id in passages {
        let passage = passage::store::find(tx, *id)?.ok_or(Error::PassagesElsewhere)?;
        if passage.commission != commission.id {
            return Err(Error::PassagesElsewhere);
        }
        councils.push(passage.organisation);
    }
    councils.sort();
    councils.dedup();
    Ok(councils)
}

#[derive(Clone, Debug)]
pub struct UpdateInsight {
    pub target: Target<InsightId>,
    pub text: String,
    pub conditions: String,
    pub passages: Vec<PassageId>,
}

pub fn update_insight(tx: &mut Tx, cx: &Cx, cmd: &UpdateInsight) -> Result<Insight, Error> {
    let (insight, commission) = load_for(tx, cx, Action::Draw, &cmd.target)?;
    let councils = councils(tx, &commission, &cmd.passages)?;
    let new = insight.rewrite(cmd.text.clone(), cmd.conditions.clone(), cmd.passages.clone(), cx.now)?;
    let interest_declared = insight.interest_declared || commission.is_interested(insight.author, &councils);
    save(tx, cx, &insight, Insight { interest_declared, ..new }, Happened::InsightRewritten)
}

pub fn check_insight(tx: &mut Tx, cx: &Cx, cmd: &Target<InsightId>) -> Result<Insight, Error> {
    let (insight, commission) = load_for(tx, cx, Action::Draw, cmd)?;
    let councils = councils(tx, &commission, &insight.passages)?;
    let new = insight.check(councils, passage::answer_by(cx.now), cx.now)?;
    save(tx, cx, &insight, new, Happened::InsightPutToCouncils)
}

#[derive(Clone, Debug)]
pub struct AnswerInsight {
    pub id: InsightId,
    pub organisation: OrgId,
    pub agrees: bool,
    pub comment: String,
}

pub fn answer_insight(tx: &mut Tx, cx: &Cx, cmd: &AnswerInsight) -> Result<Insight, Error> {
    let (insight, _) = reading::seen(tx, cx, Action::AnswerInsight, cmd.id)?;
    // For one council alone: who reads for another that is cited does not speak for this one.
    if !policy::answers_for(&cx.caller, cmd.organisation) {
        return Err(Refusal::NotFound { what: "insight" }.into());
    }
    let by = Some(cx.caller.acting_for(Some(cmd.organisation)));
    let said = Said { agrees: cmd.agrees, comment: cmd.comment.clone(), at: cx.now, by };
    let new = insight.answer(cmd.organisation, said)?;
    store::update(tx, &insight, &new)?;
    let new = record(tx, cx, Some(&insight), new, Some(cmd.organisation), Happened::InsightAnswered)?;
    Ok(new.with_answers_of(&[cmd.organisation]))
}

pub fn approve_insight(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<InsightId>) -> Result<Insight, Error> {
    let (insight, _) = load_for(tx, cx, Action::ApproveInsight, &cmd.target)?;
    let new = insight.approve(&cmd.reason, cx.now)?;
    save(tx, cx, &insight, new, Happened::InsightApproved)
}

pub fn drop_insight(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<InsightId>) -> Result<Insight, Error> {
    let (insight, _) = load_for(tx, cx, Action::DropInsight, &cmd.target)?;
    let new = insight.dropped(&cmd.reason, cx.now)?;
    save(tx, cx, &insight, new, Happened::InsightDropped)
}

/// Ends a check whose time for answers is over; a missing answer stays missing.
pub fn end_check(tx: &mut Tx, id: InsightId, now: Timestamp) -> Result<(), Error> {
    let cx = Cx::of_area(Area::Learning, now);
    let insight = store::get(tx, id)?;
    match insight.state {
        State::Checking { answer_by } if answer_by <= now => {
            let new = insight.end_check(now)?;
            save(tx, &cx, &insight, new, Happened::InsightChecked).map(|_| ())
        }
        // It moved on since it was looked for.
        State::Checking { .. }
        | State::Captured
        | State::Checked { .. }
        | State::Approved { .. }
        | State::Used { .. }
        | State::Dropped { .. } => Ok(()),
    }
}

/// Marks what a consultant wrote on councils in which they declare an interest. A mark stays.
pub fn mark_interests(tx: &mut Tx, cx: &Cx, commission: &Commission, author: PersonId) -> Result<(), Error> {
    for insight in store::of_author(tx, commission.id, author)? {
        let mut councils = Vec::new();
        for id in &insight.passages {
            // None of a document that was withdrawn.
            councils.extend(passage::store::find(tx, *id)?.map(|passage| passage.organisation));
        }
        if !insight.interest_declared && commission.is_interested(author, &councils) {
            let new = insight.mark_interest(cx.now);
            save(tx, cx, &insight, new, Happened::InsightInterestMarked)?;
        }
    }
    Ok(())
}

/// A council took back a document: whatever was said and approved of what rests on these passages of it is void.
pub fn fall(tx: &mut Tx, cx: &Cx, passages: &[Passage]) -> Result<(), Error> {
    let mut commissions: Vec<CommissionId> = passages.iter().map(|passage| passage.commission).collect();
    commissions.sort();
    commissions.dedup();
    for commission in commissions {
        for insight in store::of_commission(tx, commission)? {
            let rests = passages.iter().any(|passage| insight.passages.contains(&passage.id));
            match insight.state {
                State::Checking { .. } | State::Checked { .. } | State::Approved { .. } | State::Used { .. }
                    if rests =>
                {
                    save(tx, cx, &insight, insight.fall(cx.now)?, Happened::InsightFell)?;
                }
                State::Checking { .. }
                | State::Checked { .. }
                | State::Approved { .. }
                | State::Used { .. }
                | State::Captured
                | State::Dropped { .. } => {}
            }
        }
    }
    Ok(())
}

/// A publication holds it from now on.
pub fn use_insight(tx: &mut Tx, cx: &Cx, insight: &Insight) -> Result<(), Error> {
    let new = insight.used(cx.now)?;
    save(tx, cx, insight, new, Happened::InsightUsed).map(|_| ())
}

/// The insight as it is, if the caller may take this step now and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<InsightId>) -> Result<(Insight, Commission), Error> {
    let (insight, commission) = reading::seen(tx, cx, action, target.id)?;
    expect_open(cx, action, &commission)?;
    insight.expect_version(target.version)?;
    Ok((insight, commission))
}

/// Saves the new version of an insight with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Insight, new: Insight, happened: Happened) -> Result<Insight, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, None, happened)
}

/// Writes a line of history and the event; for which council, if it is an answer of one.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Insight>,
    new: Insight,
    council: Option<OrgId>,
    happened: Happened,
) -> Result<Insight, Error> {
    let states = (old.map(|old| old.state.name()), new.state.name());
    note(tx, cx, happened, states, &new.reason, council, events::insight(happened, &new))?;
    Ok(new)
}
