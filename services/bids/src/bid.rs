//! The bid and its rules. Its states and legal steps are in `state.rs`; outcomes belong to `grading` and `awards`.

use kit::digest::digest;
use kit::ids::{AttachmentId, BidId, OrgId, PersonId, RoundId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::conflict::DeclaredConflict;
use crate::content::{Attachment, Content, Paper, Participant, Revision};
use crate::eligibility::Finding;
use crate::error::Error;
use crate::intake::Place;
use crate::participation::{self, Answer, Part, Participation, Reply};
use crate::state::{State, Step};

/// An organisation's formal request in a round.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bid {
    pub id: BidId,
    pub round: RoundId,
    pub applicant: OrgId,
    /// Whose reference it bears: a system, or the council whose people created it.
    pub client: String,
    /// The council's own reference, unique per client and round.
    pub client_reference: Option<String>,
    /// Counts every change; the etag.
    pub version: i64,
    pub state: State,
    /// Number of the newest revision, which `paper` is.
    pub revision: i32,
    pub paper: Paper,
    /// Lower-case hexadecimal SHA-256 of the paper's canonical JSON.
    pub digest: String,
    pub participants: Vec<Participant>,
    /// Who was asked to take part: lead and payee that are not the applicant, and the participants.
    pub participations: Vec<Participation>,
    pub declared_conflicts: Vec<DeclaredConflict>,
    pub sign_off: Option<SignOff>,
    pub findings: Vec<Finding>,
    /// The latest reason given.
    pub reason: String,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// A bid as an answer shows it: with the close as it stands, and the server's instant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BidNow {
    pub bid: Bid,
    pub closes_at: Timestamp,
    pub as_of: Timestamp,
    pub extent: Extent,
}

/// How much of a bid its reader is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Extent {
    /// That it is there: identity, applicant, number, state, times and digest.
    Sealed,
    /// All but the conflicts that the applicant declares.
    Content,
    All,
}

/// That a certifier stands by one revision. Any later edit voids it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignOff {
    pub certifier: PersonId,
    pub role: String,
    pub revision: i32,
    pub digest: String,
    pub at: Timestamp,
    /// The person, or a system with the scope `bids.certify`.
    pub recorded_by: String,
}

impl Bid {
    /// The organisation that answers for the project (rule 3 counts it).
    pub fn lead(&self) -> OrgId {
        self.paper.content.lead.unwrap_or(self.applicant)
    }

    pub fn payee(&self) -> OrgId {
        self.paper.content.payee.unwrap_or(self.applicant)
    }

    fn holder(&self, part: Part) -> Option<OrgId> {
        match part {
            Part::Lead => Some(self.lead()),
            Part::Payee => Some(self.payee()),
            Part::Partner => None,
        }
    }

    /// Whose bid it is: the applicant's, and theirs who were asked to take part and neither declined nor left.
    pub fn organisations(&self) -> impl Iterator<Item = OrgId> {
        let standing = self.participations.iter().filter(|one| one.stands());
        std::iter::once(self.applicant).chain(standing.map(|one| one.organisation))
    }

    pub fn is_editor(&self, organisation: OrgId) -> bool {
        self.participants.iter().any(|other| other.organisation == organisation && other.may_edit)
    }

    /// Whether lead or payee confirmed the bid as it stands. The applicant's own part needs no more than its sign-off.
    pub fn is_confirmed(&self, part: Part) -> bool {
        let confirmed = self.participations.iter().filter(|one| one.part == part && one.is_confirmed());
        let mut answers = confirmed.filter_map(|one| one.state.answer());
        self.holder(part) == Some(self.applicant) || answers.any(|answer| answer.digest == self.digest)
    }

    /// On whose word it rests, each for an organisation: the sign-off's, and theirs who confirmed as lead or payee.
    pub fn words(&self) -> Vec<(PersonId, OrgId)> {
        let sign_off = self.sign_off.iter().map(|sign_off| (sign_off.certifier, self.applicant));
        let given = |one: &Participation| Some((one.word()?.certifier, one.organisation));
        sign_off.chain(self.participations.iter().filter_map(given)).collect()
    }

    /// Finds a file of the newest revision.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for one that is not in it.
    pub fn attachment(&self, id: AttachmentId) -> Result<&Attachment, Refusal> {
        let found = self.paper.attachments.iter().find(|file| file.id == id);
        found.ok_or(Refusal::NotFound { what: "attachment" })
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// The same for handing in: the close makes no etag stale, for it changed nothing that the caller wrote.
    ///
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version than that before the close.
    pub fn expect_version_but_for_close(&self, version: i64) -> Result<(), Refusal> {
        match self.state {
            State::NotSubmitted { .. } if version == self.version - 1 => Ok(()),
            _ => self.expect_version(version),
        }
    }

    /// Only a draft can be edited.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] in any other state. It names `step`.
    pub fn expect_draft(&self, step: &'static str) -> Result<(), Refusal> {
        match self.state {
            State::Draft { .. } => Ok(()),
            _ => Err(self.cannot(step)),
        }
    }

    /// What is not handed in can be, behind the close too: then it is held.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is a draft, or was not submitted by the close.
    pub fn expect_unsubmitted(&self) -> Result<(), Refusal> {
        match self.state {
            State::NotSubmitted { .. } => Ok(()),
            _ => self.expect_draft("submit"),
        }
    }

    /// What the network holds can be asked about.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is not handed in, or was withdrawn unreceived. It names `step`.
    pub fn expect_received(&self, step: &'static str) -> Result<(), Refusal> {
        if self.state.is_received() { Ok(()) } else { Err(self.cannot(step)) }
    }

    fn cannot(&self, step: &'static str) -> Refusal {
        Refusal::IllegalStep { what: "bid", from: self.state.name(), step }
    }

    /// The next version of it.
    fn changed(&self, now: Timestamp) -> Bid {
        Bid { version: self.version + 1, updated_at: now, ..self.clone() }
    }

    /// Whether this very revision is signed off.
    ///
    /// # Errors
    /// [`Error::SignOffNeeded`] without one.
    pub fn expect_signed_off(&self) -> Result<(), Error> {
        match &self.sign_off {
            Some(sign_off) if sign_off.digest == self.digest => Ok(()),
            Some(_) | None => Err(Error::SignOffNeeded),
        }
    }

    /// The present paper with another content.
    pub fn paper_with(&self, content: Content) -> Paper {
        Paper { content, ..self.paper.clone() }
    }

    /// Whether another paper names another lead, payee or partner, which is for the applicant alone to say.
    pub fn is_shared_otherwise(&self, paper: &Paper) -> bool {
        let parts = |content: &Content| [content.lead, content.payee].map(|id| id.unwrap_or(self.applicant));
        let others = paper.participants.as_ref().is_some_and(|others| *others != self.participants);
        others || parts(&paper.content) != parts(&self.paper.content)
    }

    /// A new revision. It voids the sign-off, which is of one digest; whoever it names anew is asked.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is a draft.
    pub fn revise(&self, paper: Paper, now: Timestamp) -> Result<Bid, Refusal> {
        self.expect_draft("edit")?;
        // The first papers have no participants: what is written now names them.
        let participants = paper.participants.unwrap_or_else(|| self.participants.clone());
        let paper = Paper { participants: Some(participants.clone()), ..paper };
        let revised = Bid {
            revision: self.revision + 1,
            digest: digest(paper.canonical_json()),
            paper,
            participants,
            sign_off: None,
            ..self.changed(now)
        };
        Ok(revised.asking())
    }

    /// The same bid, with all whom it names asked, and nobody else.
    pub fn asking(self) -> Bid {
        let bound = [Part::Lead, Part::Payee].into_iter().filter_map(|part| Some((part, self.holder(part)?)));
        let partners = self.participants.iter().map(|partner| (Part::Partner, partner.organisation));
        let named = bound.chain(partners).filter(|(_, organisation)| *organisation != self.applicant).collect();
        Bid { participations: participation::named_now(&self.participations, named), ..self }
    }

    /// The bid with what was handed in, in place of what was written and signed off since. Its digest is the one that
    /// was sealed: one made of the paper as it is read today may be another.
    pub fn as_received(self, handed_in: Revision) -> Bid {
        let sign_off = self.sign_off.clone().filter(|sign_off| sign_off.digest == handed_in.digest);
        let Revision { number, paper, digest, .. } = handed_in;
        let participants = paper.participants.clone().unwrap_or_else(|| self.participants.clone());
        Bid { revision: number, paper, digest, participants, sign_off, ..self }.asking()
    }

    /// Names the partners anew, in place of those before: a revision, for the sign-off covers them.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is a draft, [`Refusal::Invalid`] when the applicant is named.
    pub fn with_participants(&self, participants: Vec<Participant>, now: Timestamp) -> Result<Bid, Refusal> {
        self.expect_draft("set_participants")?;
        if participants.iter().any(|participant| participant.organisation == self.applicant) {
            let says = "the applicant takes part already; name the others only";
            return Err(Refusal::bad_field("participants", "not_applicant", says));
        }
        self.revise(Paper { participants: Some(participants), ..self.paper.clone() }, now)
    }

    /// Answers for the parts of an organisation that are meant: all of which the reply can be, where none is named.
    /// Those that were answered come with the new version. A submitted bid whose lead or payee leaves is a draft again.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for an organisation without such a part, [`Refusal::IllegalStep`] where neither the part
    /// nor the state of the bid allows it.
    pub fn reply(
        &self,
        (organisation, meant): (OrgId, Option<Part>),
        reply: Reply,
        answer: &Answer,
    ) -> Result<(Bid, Vec<Part>), Error> {
        let mut new = Bid { participations: self.participations.clone(), ..self.changed(answer.at) };
        let is_meant =
            |one: &Participation| one.organisation == organisation && meant.is_none_or(|part| one.part == part);
        let (mut answered, mut refused) = (Vec::new(), Refusal::NotFound { what: "participation" });
        for one in new.participations.iter_mut().filter(|one| is_meant(one)) {
            let Some(state) = one.state.step(one.part, reply, answer) else {
                let (from, step) = (one.state.name(), reply.name());
                refused = Refusal::IllegalStep { what: "participation", from, step };
                continue;
            };
            self.expect_open_to(one.part, reply)?;
            one.state = state;
            answered.push(one.part);
        }
        if answered.is_empty() {
            return Err(refused.into());
        }
        if reply == Reply::Leave && answered.iter().any(|part| part.is_bound()) && self.state.is_received() {
            let state = self.state.step(Step::Reopen, self.revision)?;
            new = Bid { state, sign_off: None, ..new };
        }
        Ok((new, answered))
    }

    /// Lead and payee answer before the bid is handed in, for afterwards it rests on their word. A partner's word says
    /// nothing about the content.
    fn expect_open_to(&self, part: Part, reply: Reply) -> Result<(), Refusal> {
        let is_open = match (self.state, part, reply) {
            (State::Draft { .. } | State::NotSubmitted { .. }, Part::Lead | Part::Payee | Part::Partner, _) => true,
            (State::Submitted(_), Part::Lead | Part::Payee, Reply::Leave) => true,
            (_, Part::Lead | Part::Payee, Reply::Confirm | Reply::Leave) => false,
            (State::Withdrawn(_) | State::RejectedLate(_), _, Reply::Confirm | Reply::Decline) => false,
            (_, Part::Lead | Part::Payee, Reply::Decline) | (_, Part::Partner, _) => true,
        };
        if is_open { Ok(()) } else { Err(self.cannot(reply.name())) }
    }

    /// Keeps the ties that the applicant declares, in place of those before.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is withdrawn or was rejected.
    pub fn with_conflicts(&self, declared_conflicts: Vec<DeclaredConflict>, now: Timestamp) -> Result<Bid, Refusal> {
        match self.state {
            State::Withdrawn(_) | State::RejectedLate(_) => Err(self.cannot("declare_conflicts")),
            _ => Ok(Bid { declared_conflicts, ..self.changed(now) }),
        }
    }

    /// Keeps a certifier's sign-off of the newest revision, in place of any before. A lead or payee that answered for
    /// other content is asked again.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is a draft.
    pub fn sign_off(
        &self,
        certifier: PersonId,
        role: String,
        recorded_by: String,
        at: Timestamp,
    ) -> Result<Bid, Refusal> {
        self.expect_draft("sign_off")?;
        let sign_off =
            SignOff { certifier, role, revision: self.revision, digest: self.digest.clone(), at, recorded_by };
        let participations = participation::asked_for(&self.participations, &self.digest);
        Ok(Bid { sign_off: Some(sign_off), participations, ..self.changed(at) })
    }

    /// Hands the draft in. A sign-off of this very revision must stand.
    ///
    /// # Errors
    /// [`Error::NotYetOpen`] before the opening, [`Refusal::IllegalStep`] unless it is a draft or was not submitted by
    /// the close, [`Error::SignOffNeeded`] without that sign-off.
    pub fn submit(&self, place: Place) -> Result<Bid, Error> {
        let state = self.state.step(Step::Submit(place), self.revision)?;
        self.expect_signed_off()?;
        Ok(Bid { state, ..self.changed(place.at) })
    }

    /// Takes any step but handing in.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where the table in `state.rs` has no such step.
    pub fn step(&self, step: Step, reason: &str, now: Timestamp) -> Result<Bid, Error> {
        let state = self.state.step(step, self.revision)?;
        // A reopened bid is signed off anew: the sign-off was for handing in that once.
        let sign_off = self.sign_off.clone().filter(|_| step != Step::Reopen);
        Ok(Bid { state, sign_off, reason: reason.to_string(), ..self.changed(now) })
    }

    /// Keeps what the eligibility rules found, in place of what they found before.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] unless it is submitted, eligible or ineligible.
    pub fn screened(&self, findings: Vec<Finding>, now: Timestamp) -> Result<Bid, Refusal> {
        match self.state {
            State::Submitted(_) | State::Eligible(_) | State::Ineligible(_) => {
                Ok(Bid { findings, ..self.changed(now) })
            }
            _ => Err(self.cannot("screen")),
        }
    }

    /// Decides on the findings. Going against them, and changing a decision, needs a reason.
    ///
    /// # Errors
    /// [`Error::NotScreened`] while there are none, [`Refusal::Invalid`] without such a reason,
    /// [`Refusal::IllegalStep`] for the decision that stands, and unless it is submitted, eligible or ineligible.
    pub fn decide(&self, eligible: bool, reason: &str, now: Timestamp) -> Result<Bid, Error> {
        if self.findings.is_empty() {
            return Err(Error::NotScreened);
        }
        let found = self.findings.iter().all(|finding| finding.met);
        let decided_before = matches!(self.state, State::Eligible(_) | State::Ineligible(_));
        if reason.trim().is_empty() && (found != eligible || decided_before) {
            let says = "give a reason: the decision differs from the findings or from an earlier decision";
            return Err(Refusal::bad_field("reason", "required", says).into());
        }
        let step = if eligible { Step::DecideEligible } else { Step::DecideIneligible };
        self.step(step, reason, now)
    }
}

#[cfg(test)]
mod tests;
