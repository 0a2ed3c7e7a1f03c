//! Who was asked to take part in a bid, and what they answered. The applicant is not asked: its sign-off is its word.

use kit::caller::Actor;
use kit::ids::{OrgId, PersonId};
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, EnumString, IntoStaticStr, VariantArray};

/// What an organisation is asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Part {
    Lead,
    Payee,
    Partner,
}

/// Where the asking stands.
#[derive(Clone, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(StateName), derive(VariantArray, IntoStaticStr), strum(serialize_all = "snake_case"))]
pub enum State {
    Asked,
    Confirmed(Answer),
    Declined(Answer),
    Left(Answer),
}

/// What an organisation's own people said.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answer {
    pub by: Actor,
    pub at: Timestamp,
    /// Of the content that they read.
    pub digest: String,
    /// Empty where none is asked for.
    pub reason: String,
    /// None where an officer's word is enough.
    pub word: Option<Word>,
}

/// That a certifier stands by an answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Word {
    pub certifier: PersonId,
    pub role: String,
}

/// A step that an organisation takes on its own part.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Reply {
    Confirm,
    Decline,
    Leave,
}

/// One part of one organisation in a bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Participation {
    pub organisation: OrgId,
    pub part: Part,
    pub state: State,
}

impl Part {
    /// Whether it answers for what the bid says, or for its money: then a certifier gives the word, for one content.
    pub fn is_bound(self) -> bool {
        match self {
            Part::Lead | Part::Payee => true,
            Part::Partner => false,
        }
    }

    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl State {
    /// Every legal move is a row. A lead or payee confirms anew what changed, or by another certifier.
    pub fn step(&self, part: Part, reply: Reply, answer: &Answer) -> Option<State> {
        match (self, reply) {
            (State::Asked, Reply::Confirm) => Some(State::Confirmed(answer.clone())),
            (State::Confirmed(_), Reply::Confirm) if part.is_bound() => Some(State::Confirmed(answer.clone())),
            (State::Asked, Reply::Decline) => Some(State::Declined(answer.clone())),
            (State::Confirmed(_), Reply::Leave) => Some(State::Left(answer.clone())),

            (State::Asked | State::Confirmed(_) | State::Declined(_) | State::Left(_), _) => None,
        }
    }

    pub fn name(&self) -> &'static str {
        self.into()
    }

    pub fn answer(&self) -> Option<&Answer> {
        match self {
            State::Asked => None,
            State::Confirmed(answer) | State::Declined(answer) | State::Left(answer) => Some(answer),
        }
    }
}

impl Reply {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Participation {
    pub fn asked(part: Part, organisation: OrgId) -> Participation {
        Participation { organisation, part, state: State::Asked }
    }

    /// Whether it is in the bid: asked, and neither declined nor left.
    pub fn stands(&self) -> bool {
        match self.state {
            State::Asked | State::Confirmed(_) => true,
            State::Declined(_) | State::Left(_) => false,
        }
    }

    pub fn is_confirmed(&self) -> bool {
        matches!(self.state, State::Confirmed(_))
    }

    /// The certifier on whose word it stands confirmed, if one had to give it.
    pub fn word(&self) -> Option<&Word> {
        if self.is_confirmed() { self.state.answer()?.word.as_ref() } else { None }
    }

    /// Whether a lead or payee answered for other content than this.
    fn answered_for_other(&self, digest: &str) -> bool {
        self.part.is_bound() && self.state.answer().is_some_and(|answer| answer.digest != digest)
    }

    fn is_same_part(&self, other: &Participation) -> bool {
        (self.part, self.organisation) == (other.part, other.organisation)
    }

    fn in_words(&self) -> String {
        let (organisation, part) = (self.organisation, self.part.name());
        match &self.state {
            State::Asked => format!("{organisation} is asked to be {part}"),
            State::Confirmed(Answer { word: None, .. }) => format!("{organisation} confirmed as {part}"),
            State::Confirmed(Answer { word: Some(word), .. }) => {
                format!("{organisation} confirmed as {part}, by {} as {}", word.certifier, word.role)
            }
            State::Declined(answer) => format!("{organisation} declined to be {part}: {}", answer.reason),
            State::Left(answer) => format!("{organisation} left as {part}: {}", answer.reason),
        }
    }
}

/// Who takes part once these are named: who was named before keeps its answer, and who is new is asked.
pub fn named_now(before: &[Participation], named: Vec<(Part, OrgId)>) -> Vec<Participation> {
    let of = |(part, organisation)| {
        let asked = Participation::asked(part, organisation);
        before.iter().find(|one| one.is_same_part(&asked)).cloned().unwrap_or(asked)
    };
    let mut now: Vec<Participation> = named.into_iter().map(of).collect();
    now.sort_by_key(|one| (one.part, one.organisation));
    now
}

/// The same parts once this content is signed off: a lead or payee that answered for other content is asked again.
pub fn asked_for(before: &[Participation], digest: &str) -> Vec<Participation> {
    let again = |one: &Participation| match one.answered_for_other(digest) {
        true => Participation::asked(one.part, one.organisation),
        false => one.clone(),
    };
    before.iter().map(again).collect()
}

/// What came of it, for the record: who was asked, who answered, and who is no longer named.
pub fn told(before: &[Participation], after: &[Participation]) -> String {
    let mut told: Vec<String> = Vec::new();
    for one in after.iter().filter(|one| !before.contains(one)) {
        told.push(one.in_words());
    }
    for gone in before.iter().filter(|one| !after.iter().any(|other| other.is_same_part(one))) {
        told.push(format!("{} is no longer named as {}", gone.organisation, gone.part.name()));
    }
    told.join("; ")
}

#[cfg(test)]
mod tests;
