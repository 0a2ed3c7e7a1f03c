//! Interests, derived from the register, declared by members, recorded by others and decided (rule 10); substitutes
//! where recusals break a quorum (rule 11).

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId, InterestId, OrgId, PersonId};
use kit::refusal::Refusal;

use super::reading::{self, enter, enter_bid};
use super::reviews::end_reviews;
use super::{Happening, OnBid, note};
use crate::assessment::{Assessment, AssessmentNow};
use crate::error::Error;
use crate::panel::derive::{Register, links};
use crate::panel::interest::{Interest, Kind, Origin, State, Step};
use crate::panel::{Member, MemberSeen};
use crate::policy::Action;
use crate::store;

/// An interest that somebody declares or records.
#[derive(Clone, Debug)]
pub struct Declared {
    pub id: InterestId,
    pub bid: BidId,
    pub kind: Kind,
    pub note: String,
}

#[derive(Clone, Debug)]
pub struct DeclareInterests {
    pub assessment: AssessmentId,
    pub interests: Vec<Declared>,
}

/// A member's own declaration. A declared bid is hidden from them at once.
pub fn declare_interests(tx: &mut Tx, cx: &Cx, cmd: &DeclareInterests) -> Result<MemberSeen, Error> {
    let view = enter(tx, cx, Action::DeclareInterests, cmd.assessment)?;
    view.assessment.expect_open("declare_interests")?;
    let member = view.member.clone().ok_or(Refusal::NotFound { what: "panel member" })?;
    for declared in &cmd.interests {
        view.may_with(Action::DeclareInterests, declared.bid)?;
        store::bid(tx, cmd.assessment, declared.bid)?;
        let interest = interest(cx, &view.assessment, member.person, declared, Origin::Declared, State::Declared);
        insert(tx, cx, &view.assessment, interest, "declare")?;
    }
    let member = Member { declared_at: Some(cx.now), ..member };
    store::update_member(tx, cmd.assessment, &member)?;
    Ok(MemberSeen { member, rubric: view.assessment.call.rubric })
}

#[derive(Clone, Debug)]
pub struct RecordInterest {
    pub assessment: AssessmentId,
    pub person: PersonId,
    pub interest: Declared,
}

/// An interest that somebody else knows of recuses at once.
pub fn record_interest(tx: &mut Tx, cx: &Cx, cmd: &RecordInterest) -> Result<Interest, Error> {
    let on = OnBid { assessment: cmd.assessment, bid: cmd.interest.bid };
    let (view, _) = enter_bid(tx, cx, Action::RecordInterest, on)?;
    view.assessment.expect_open("record_interest")?;
    let member = member(tx, cmd.assessment, cmd.person)?;
    let recused = State::Recused { reason: String::new(), at: cx.now };
    let interest = interest(cx, &view.assessment, member.person, &cmd.interest, Origin::Recorded, recused);
    insert(tx, cx, &view.assessment, interest, "record")
}

#[derive(Clone, Debug)]
pub struct DecideInterest {
    pub target: Target<InterestId>,
    pub step: Step,
    pub reason: String,
}

pub fn decide_interest(tx: &mut Tx, cx: &Cx, cmd: &DecideInterest) -> Result<Interest, Error> {
    let old = store::interest(tx, cmd.target.id)?;
    let view = reading::view(tx, cx, old.assessment)?;
    view.may_interest(Action::DecideInterest, &old)?;
    view.assessment.expect_open("decide_interest")?;
    old.expect_version(cmd.target.version)?;
    let new = old.decide(cmd.step, &cmd.reason, cx.now)?;
    store::update_interest(tx, &old, &new)?;
    let new = record(tx, cx, Some(&old), new, cmd.step.name(), &cmd.reason)?;
    if cmd.step == Step::Recuse {
        end_reviews(tx, cx, &view.assessment, new.person, new.bid)?;
    }
    Ok(new)
}

/// Recuses the members whom the register shows to belong to a bidder by now. The assessment itself is unchanged.
pub fn derive_interests(tx: &mut Tx, cx: &Cx, register: &Register, &id: &AssessmentId) -> Result<AssessmentNow, Error> {
    let view = enter(tx, cx, Action::DeriveInterests, id)?;
    view.assessment.expect_open("derive_interests")?;
    derive(tx, cx, &view.assessment, register)?;
    Ok(AssessmentNow { assessment: view.assessment, as_of: cx.now })
}

/// Adds the links that the register shows and that are not known yet. Nothing that was recused is undone.
pub fn derive(tx: &mut Tx, cx: &Cx, assessment: &Assessment, register: &Register) -> Result<(), Error> {
    let mut members = store::members(tx, assessment.id)?;
    for member in &mut members {
        let belongs = register.belongs.get(&member.person).map_or(&[][..], Vec::as_slice);
        if member.join(belongs) {
            store::update_member(tx, assessment.id, member)?;
        }
    }
    let bids = store::bids(tx, assessment.id, &[])?;
    for link in links(&members, &bids, register) {
        if store::is_derived(tx, link.person, link.bid)? {
            continue;
        }
        let shown = Declared { id: InterestId::new(), bid: link.bid, kind: link.kind, note: String::new() };
        let recused = State::Recused { reason: String::new(), at: cx.now };
        let interest = interest(cx, assessment, link.person, &shown, Origin::Derived, recused);
        insert(tx, cx, assessment, interest, "derive")?;
    }
    Ok(())
}

fn interest(
    cx: &Cx,
    assessment: &Assessment,
    person: PersonId,
    declared: &Declared,
    origin: Origin,
    state: State,
) -> Interest {
    Interest {
        id: declared.id,
        version: 1,
        assessment: assessment.id,
        person,
        bid: declared.bid,
        kind: declared.kind,
        origin,
        note: declared.note.clone(),
        state,
        declared_at: cx.now,
    }
}

/// Writes a new interest with its line of history, and ends the member's review of the bid where it recuses.
fn insert(tx: &mut Tx, cx: &Cx, assessment: &Assessment, new: Interest, step: &'static str) -> Result<Interest, Error> {
    store::insert_interest(tx, &new)?;
    let new = record(tx, cx, None, new, step, "")?;
    match new.state {
        State::Recused { .. } => end_reviews(tx, cx, assessment, new.person, new.bid)?,
        State::Declared | State::Cleared { .. } => {}
    }
    Ok(new)
}

/// Writes a line of history.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Interest>,
    new: Interest,
    step: &'static str,
    reason: &str,
) -> Result<Interest, Error> {
    let from = old.map(|old| old.state.name());
    let reached = Happening::of("interest", new.id, new.version, step, new.state.name());
    note(tx, cx, new.assessment, Happening { from, reason, ..reached })?;
    Ok(new)
}

#[derive(Clone, Copy, Debug)]
pub struct AddSubstitute {
    pub assessment: AssessmentId,
    pub person: PersonId,
    pub organisation: OrgId,
    pub stands_in_for: PersonId,
}

/// What the registry said beforehand of somebody who comes onto the panel.
#[derive(Clone, Debug)]
pub struct SubstituteFacts {
    pub name: String,
    /// On whatever boards.
    pub n_seats: usize,
    pub register: Register,
}

pub fn add_substitute(tx: &mut Tx, cx: &Cx, facts: &SubstituteFacts, cmd: &AddSubstitute) -> Result<MemberSeen, Error> {
    let view = enter(tx, cx, Action::AddSubstitute, cmd.assessment)?;
    // A substitute holds a seat: who sits reads bids as the panel does and by no other role (rule 10).
    if facts.n_seats == 0 {
        let says = "a substitute holds a seat, with or without a vote: let the registry give them one first";
        return Err(Refusal::bad_field("person_id", "panel.substitute", says).into());
    }
    view.assessment.expect_open("add_substitute")?;
    let replaced = member(tx, cmd.assessment, cmd.stands_in_for)?;
    if store::member(tx, cmd.assessment, cmd.person)?.is_some() {
        return Err(Error::OnPanelAlready);
    }
    let substitute = replaced.substitute(cmd.person, facts.name.clone(), cmd.organisation)?;
    store::insert_member(tx, cmd.assessment, &substitute)?;
    let subject = format!("{}/{}", cmd.assessment, cmd.person);
    note(tx, cx, cmd.assessment, Happening::of("member", subject, 1, "add_substitute", "on the panel"))?;
    derive(tx, cx, &view.assessment, &facts.register)?;
    let member = member(tx, cmd.assessment, cmd.person)?;
    Ok(MemberSeen { member, rubric: view.assessment.call.rubric })
}

fn member(tx: &mut Tx, assessment: AssessmentId, person: PersonId) -> Result<Member, Error> {
    Ok(store::member(tx, assessment, person)?.ok_or(Refusal::NotFound { what: "panel member" })?)
}
