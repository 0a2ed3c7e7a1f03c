//! Interests, derived from the register, declared by members, recorded by others and decided (rule 10); substitutes
//! where recusals break a quorum (rule 11).

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId, InterestId, OrgId, PersonId};

use super::marking::end_reviews;
use super::reading::{self, enter, enter_bid};
use super::{Happening, OnBid, note};
use crate::assessment::{Assessment, AssessmentNow};
use crate::error::Error;
use crate::panel::derive::{Register, links};
use crate::panel::interest::{Interest, Kind, Origin, State, Step};
use crate::panel::{Member, MemberNow};
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
pub fn declare_interests(tx: &mut Tx, cx: &Cx, cmd: &DeclareInterests) -> Result<MemberNow, Error> {
    let view = enter(tx, cx, Action::DeclareInterests, cmd.assessment)?;
    view.assessment.expect_open("declare_interests")?;
    let member = view.member.clone().ok_or(Error::NotFound { what: "panel member" })?;
    for one in &cmd.interests {
        view.may_with(Action::DeclareInterests, one.bid)?;
        store::bid(tx, cmd.assessment, one.bid)?;
        let interest = interest(cx, &view.assessment, member.person, one, Origin::Declared, State::Declared);
        put(tx, cx, &view.assessment, &interest, "declare")?;
    }
    let member = Member { declared_at: Some(cx.now), ..member };
    store::update_member(tx, cmd.assessment, &member)?;
    Ok(MemberNow { member, rubric: view.assessment.call.rubric })
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
    let member = store::member(tx, cmd.assessment, cmd.person)?.ok_or(Error::NotFound { what: "panel member" })?;
    let recused = State::Recused { reason: String::new(), at: cx.now };
    let interest = interest(cx, &view.assessment, member.person, &cmd.interest, Origin::Recorded, recused);
    put(tx, cx, &view.assessment, &interest, "record")?;
    Ok(interest)
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
    note_interest(tx, cx, Some(&old), &new, cmd.step.name(), &cmd.reason)?;
    if cmd.step == Step::Recuse {
        end_reviews(tx, cx, &view.assessment, new.person, new.bid)?;
    }
    Ok(new)
}

#[derive(Clone, Copy, Debug)]
pub struct DeriveInterests {
    pub assessment: AssessmentId,
}

/// Recuses the members whom the register shows to belong to a bidder by now. The assessment itself is unchanged.
pub fn derive_interests(
    tx: &mut Tx,
    cx: &Cx,
    register: &Register,
    cmd: &DeriveInterests,
) -> Result<AssessmentNow, Error> {
    let view = enter(tx, cx, Action::DeriveInterests, cmd.assessment)?;
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
        put(tx, cx, assessment, &interest, "derive")?;
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

/// Writes a new interest, and ends the member's review of the bid where it recuses.
fn put(tx: &mut Tx, cx: &Cx, assessment: &Assessment, new: &Interest, step: &'static str) -> Result<(), Error> {
    store::insert_interest(tx, new)?;
    note_interest(tx, cx, None, new, step, "")?;
    match new.state {
        State::Recused { .. } => end_reviews(tx, cx, assessment, new.person, new.bid),
        State::Declared | State::Cleared { .. } => Ok(()),
    }
}

fn note_interest(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&Interest>,
    new: &Interest,
    step: &'static str,
    reason: &str,
) -> Result<(), Error> {
    let happening = Happening {
        what: "interest",
        subject: new.id.to_string(),
        version: new.version,
        step,
        from: old.map(|old| old.state.name()),
        to: new.state.name(),
        reason,
    };
    note(tx, cx, new.assessment, happening)
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

pub fn add_substitute(tx: &mut Tx, cx: &Cx, facts: &SubstituteFacts, cmd: &AddSubstitute) -> Result<MemberNow, Error> {
    let view = enter(tx, cx, Action::AddSubstitute, cmd.assessment)?;
    // A substitute holds a seat: who sits reads bids as the panel does and by no other duty (rule 10).
    if facts.n_seats == 0 {
        let says = "a substitute holds a seat, with or without a vote: let the registry give them one first";
        return Err(Error::invalid("person_id", "panel.substitute", says));
    }
    view.assessment.expect_open("add_substitute")?;
    let member = store::member(tx, cmd.assessment, cmd.stands_in_for)?;
    let member = member.ok_or(Error::NotFound { what: "panel member" })?;
    if store::member(tx, cmd.assessment, cmd.person)?.is_some() {
        return Err(Error::OnPanelAlready);
    }
    let substitute = member.substitute(cmd.person, facts.name.clone(), cmd.organisation)?;
    store::insert_member(tx, cmd.assessment, &substitute)?;
    let happening = Happening {
        what: "member",
        subject: format!("{}/{}", cmd.assessment, cmd.person),
        version: 1,
        step: "add_substitute",
        from: None,
        to: "on the panel",
        reason: "",
    };
    note(tx, cx, cmd.assessment, happening)?;
    derive(tx, cx, &view.assessment, &facts.register)?;
    let member = store::member(tx, cmd.assessment, cmd.person)?.ok_or(Error::NotFound { what: "panel member" })?;
    Ok(MemberNow { member, rubric: view.assessment.call.rubric })
}
