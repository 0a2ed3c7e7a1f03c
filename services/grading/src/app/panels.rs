//! Interests, derived from the register, declared by members and staff, recorded by others and decided (rule 10); what
//! may be one and nothing shows for certain; substitutes where recusals break a quorum (rule 11).

use std::collections::{HashMap, HashSet};

use kit::cx::{Cx, Reasoned, Target};
use kit::db::Tx;
use kit::ids::{AssessmentId, BidId, InterestId, OrgId, PersonId};
use kit::refusal::Refusal;

use super::reading::{self, enter, enter_bid};
use super::{Happening, OnBid, note};
use crate::assessment::{Assessment, AssessmentNow};
use crate::bid::AssessedBid;
use crate::error::Error;
use crate::panel::derive::{Index, Involved, Register, involved, links};
use crate::panel::interest::{Interest, InterestSeen, Kind, Origin, State, Step};
use crate::panel::near_miss::{self, NearMiss, Seen, near_misses};
use crate::panel::{Member, MemberSeen};
use crate::policy::Action;
use crate::store;
use crate::view::View;

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

/// The caller's own declaration. A declared bid is hidden from them at once.
pub fn declare_interests(tx: &mut Tx, cx: &Cx, cmd: &DeclareInterests) -> Result<MemberSeen, Error> {
    let view = enter(tx, cx, Action::DeclareInterests, cmd.assessment)?;
    view.assessment.expect_open("declare_interests")?;
    let person = view.person().ok_or(Refusal::NotFound { what: "person" })?;
    for declared in &cmd.interests {
        view.may_with(Action::DeclareInterests, declared.bid)?;
        store::bid(tx, cmd.assessment, declared.bid)?;
        let declared = interest(cx, &view.assessment, person, declared, Origin::Declared, State::Declared);
        insert(tx, cx, Interest { was_seen: true, ..declared }, "declare")?;
    }
    let member = declared_by(tx, cx, &view, person)?;
    Ok(MemberSeen { member, rubric: view.assessment.call.rubric })
}

/// Keeps when they declared; staff have no place on the panel by it.
fn declared_by(tx: &mut Tx, cx: &Cx, view: &View, person: PersonId) -> Result<Member, Error> {
    let declared_at = Some(cx.now);
    match &view.member {
        Some(member) => {
            let member = Member { declared_at, ..member.clone() };
            store::update_member(tx, view.assessment.id, &member)?;
            Ok(member)
        }
        None => {
            store::put_declaration(tx, view.assessment.id, person, cx.now)?;
            Ok(Member { declared_at, ..Member::seated(person, String::new(), Vec::new()) })
        }
    }
}

#[derive(Clone, Debug)]
pub struct RecordInterest {
    pub assessment: AssessmentId,
    pub person: PersonId,
    pub interest: Declared,
    /// What is settled by it.
    pub near_miss: Option<InterestId>,
}

/// An interest that somebody else knows of. It is pending until a second person decides, and hides the bid meanwhile.
pub fn record_interest(
    tx: &mut Tx,
    cx: &Cx,
    concerned: &Concerned,
    cmd: &RecordInterest,
) -> Result<InterestSeen, Error> {
    let on = OnBid { assessment: cmd.assessment, bid: cmd.interest.bid };
    let (view, bid) = enter_bid(tx, cx, Action::RecordInterest, on)?;
    view.assessment.expect_open("record_interest")?;
    let recorder = view.person().ok_or(Refusal::NotFound { what: "person" })?;
    if recorder == cmd.person {
        return Err(Refusal::bad_field("person_id", "interest.own", "declare your own interests instead").into());
    }
    if store::member(tx, cmd.assessment, cmd.person)?.is_none() && !concerned.has_duty {
        return Err(Refusal::NotFound { what: "member of the panel or of staff" }.into());
    }
    let hidden = store::hidden_from(tx, cmd.assessment, cmd.person, &concerned.organisations)?;
    let recorded = interest(cx, &view.assessment, cmd.person, &cmd.interest, Origin::Recorded, State::Recorded);
    let recorded = Interest { recorded_by: Some(recorder), was_seen: !hidden.contains(&bid.id), ..recorded };
    if let Some(near_miss) = cmd.near_miss {
        let old = near_miss_of(tx, &view, Action::RecordInterest, near_miss)?;
        if old.seen.bid != bid.id {
            return Err(Refusal::bad_field("near_miss_id", "near_miss.bid", "name a near miss of the same bid").into());
        }
        settle(tx, cx, &old, near_miss::State::Recorded { by: recorder, at: cx.now }, "")?;
    }
    Ok(view.shows_interest(insert(tx, cx, recorded, "record")?))
}

/// What the registry said beforehand of somebody of whom an interest is recorded.
#[derive(Clone, Debug)]
pub struct Concerned {
    /// For the network, or in the learning from it.
    pub has_duty: bool,
    /// Their own.
    pub organisations: Vec<OrgId>,
}

#[derive(Clone, Debug)]
pub struct AnswerInterest {
    pub target: Target<InterestId>,
    pub answer: String,
}

/// Whom a recorded interest concerns says something to it.
pub fn answer_interest(tx: &mut Tx, cx: &Cx, cmd: &AnswerInterest) -> Result<InterestSeen, Error> {
    let (view, old) = interest_for(tx, cx, Action::AnswerInterest, &cmd.target)?;
    let new = old.answered(&cmd.answer, cx.now)?;
    // The words stay with the interest: nothing can be deleted from the record, where reasons go.
    let new = save(tx, cx, &old, new, Step::Answer, "")?;
    Ok(view.shows_interest(new))
}

#[derive(Clone, Debug)]
pub struct DecideInterest {
    pub target: Target<InterestId>,
    pub step: Step,
    pub reason: String,
}

/// Recuses or clears. Marks that were set aside count again once nothing keeps their reviewer from the bid.
pub fn decide_interest(tx: &mut Tx, cx: &Cx, cmd: &DecideInterest) -> Result<InterestSeen, Error> {
    let (view, old) = interest_for(tx, cx, Action::DecideInterest, &cmd.target)?;
    let new = old.decide(cmd.step, &cmd.reason, cx.now)?;
    let new = save(tx, cx, &old, new, cmd.step, &cmd.reason)?;
    Ok(view.shows_interest(new))
}

/// The interest as it is, while the assessment is open, if the caller may do this and read its present version.
fn interest_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<InterestId>) -> Result<(View, Interest), Error> {
    let interest = store::interest(tx, target.id)?;
    let view = reading::view(tx, cx, interest.assessment)?;
    view.may_interest(action, &interest)?;
    view.assessment.expect_open("decide_interest")?;
    view.shows_interest(interest.clone()).expect_version(target.version)?;
    Ok((view, interest))
}

/// Says that there is no link where there might have been one.
pub fn dismiss_near_miss(tx: &mut Tx, cx: &Cx, cmd: &Reasoned<InterestId>) -> Result<NearMiss, Error> {
    let found = store::near_miss(tx, cmd.target.id)?;
    let view = reading::view(tx, cx, found.assessment)?;
    let old = near_miss_of(tx, &view, Action::DismissNearMiss, found.id)?;
    view.assessment.expect_open("dismiss_near_miss")?;
    old.expect_version(cmd.target.version)?;
    let by = view.person().ok_or(Refusal::NotFound { what: "person" })?;
    let reason = cmd.reason.clone();
    settle(tx, cx, &old, near_miss::State::Dismissed { by, at: cx.now, reason }, &cmd.reason)
}

/// A near miss of this assessment that the caller may settle so.
fn near_miss_of(tx: &mut Tx, view: &View, action: Action, id: InterestId) -> Result<NearMiss, Error> {
    let found = store::near_miss(tx, id)?;
    if found.assessment != view.assessment.id {
        return Err(Refusal::NotFound { what: "near miss" }.into());
    }
    view.may_near_miss(action, &found)?;
    Ok(found)
}

fn settle(tx: &mut Tx, cx: &Cx, old: &NearMiss, state: near_miss::State, reason: &str) -> Result<NearMiss, Error> {
    let new = old.settled(state)?;
    store::update_near_miss(tx, old, &new)?;
    let settled = Happening::of("interest", new.id, new.version, "settle", new.state.name());
    note(tx, cx, new.assessment, Happening { from: Some(old.state.name()), reason, ..settled })?;
    Ok(new)
}

/// Recuses the members whom the register shows to belong to a bidder by now. The assessment itself is unchanged.
pub fn derive_interests(tx: &mut Tx, cx: &Cx, register: &Register, &id: &AssessmentId) -> Result<AssessmentNow, Error> {
    let view = enter(tx, cx, Action::DeriveInterests, id)?;
    view.assessment.expect_open("derive_interests")?;
    derive(tx, cx, &view.assessment, register)?;
    Ok(AssessmentNow { assessment: view.assessment, as_of: cx.now })
}

/// Reads the seats anew, and adds what the register shows and is not known yet: who is involved in which bid, links of
/// members to bids, and what may be one. Nothing that was recused is undone.
pub fn derive(tx: &mut Tx, cx: &Cx, assessment: &Assessment, register: &Register) -> Result<(), Error> {
    let mut members = store::members(tx, assessment.id)?;
    for member in &mut members {
        if let Some(affiliation) = register.people.get(&member.person)
            && member.follow(affiliation, cx.now)
        {
            store::update_member(tx, assessment.id, member)?;
        }
    }
    let bids = store::bids(tx, assessment.id, &[])?;
    let involved = involve(tx, assessment.id, &bids, register)?;
    for link in links(&members, &involved) {
        if store::is_derived(tx, link.person, link.bid)? {
            continue;
        }
        let shown = Declared { id: InterestId::new(), bid: link.bid, kind: link.kind, note: String::new() };
        let recused = State::Recused { reason: String::new(), at: cx.now };
        insert(tx, cx, interest(cx, assessment, link.person, &shown, Origin::Derived, recused), "derive")?;
    }
    find_near_misses(tx, cx, assessment, &bids, (&members, &involved, register))
}

/// Keeps who is involved in which bid by now, and answers with all of them.
fn involve(
    tx: &mut Tx,
    assessment: AssessmentId,
    bids: &[AssessedBid],
    register: &Register,
) -> Result<Vec<Involved>, Error> {
    let mut known = store::involved(tx, assessment)?;
    let mut pairs: HashSet<(BidId, OrgId)> = known.iter().map(|one| (one.bid, one.organisation)).collect();
    let index = Index::of(register);
    for bid in bids {
        for new in involved(bid, &index) {
            if pairs.insert((new.bid, new.organisation)) {
                store::insert_involved(tx, assessment, new)?;
                known.push(new);
            }
        }
    }
    Ok(known)
}

/// Puts before those who settle them what nobody has been asked about before.
fn find_near_misses(
    tx: &mut Tx,
    cx: &Cx,
    assessment: &Assessment,
    bids: &[AssessedBid],
    (members, involved, register): (&[Member], &[Involved], &Register),
) -> Result<(), Error> {
    let hints = store::hints(tx, assessment.id)?;
    let known: Vec<Seen> = store::near_misses(tx, assessment.id)?.into_iter().map(|one| one.seen).collect();
    let mut of_bid: HashMap<BidId, Vec<Involved>> = HashMap::new();
    for one in involved {
        of_bid.entry(one.bid).or_default().push(*one);
    }
    for bid in bids {
        let involved = of_bid.get(&bid.id).map_or(&[][..], Vec::as_slice);
        let hints = hints.iter().find(|(of, _)| *of == bid.id).map_or(&[][..], |(_, hints)| hints);
        for seen in near_misses(members, bid, hints, involved, register) {
            if known.contains(&seen) {
                continue;
            }
            let (id, version, state) = (InterestId::new(), 1, near_miss::State::Open);
            let new = NearMiss { id, version, assessment: assessment.id, seen, state, found_at: cx.now };
            store::insert_near_miss(tx, &new)?;
            let found = Happening::of("interest", new.id, new.version, "find", new.state.name());
            note(tx, cx, assessment.id, found)?;
        }
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
        recorded_by: None,
        was_seen: false,
        answer: None,
    }
}

/// Writes a new interest with its line of history.
fn insert(tx: &mut Tx, cx: &Cx, new: Interest, step: &'static str) -> Result<Interest, Error> {
    store::insert_interest(tx, &new)?;
    record(tx, cx, None, new, step, "")
}

/// Saves the new version of an interest with its line of history.
fn save(tx: &mut Tx, cx: &Cx, old: &Interest, new: Interest, step: Step, reason: &str) -> Result<Interest, Error> {
    store::update_interest(tx, old, &new)?;
    record(tx, cx, Some(old), new, step.name(), reason)
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
