//! What may be an interest and nothing shows for certain: a name that is nearly one of the register's, an organisation
//! that was asked and has not answered, a tie that the applicant declares. It recuses nobody; the round manager, a
//! chair or a clerk settles it. Names that are equal once folded are no near miss: they recuse.

use kit::ids::{AssessmentId, BidId, InterestId, OrgId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray, VariantNames};

use crate::bid::AssessedBid;
use crate::panel::Member;
use crate::panel::derive::{Involved, Register, is_involved};
use crate::panel::names::{Spelt, are_near};

/// A link that somebody may have to a bid.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    pub id: InterestId,
    pub version: i64,
    pub assessment: AssessmentId,
    pub seen: Seen,
    pub state: State,
    pub found_at: Timestamp,
}

/// What was seen.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    pub bid: BidId,
    /// None where nobody on the panel is called like whom the applicant named, or belongs where they said.
    pub person: Option<PersonId>,
    pub kind: Kind,
    pub words: String,
}

/// What points to it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Kind {
    Name,
    Asked,
    Left,
    DeclaredByApplicant,
}

/// What came of it.
#[derive(Clone, Debug, PartialEq, Eq, IntoStaticStr, VariantNames)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    Open,
    /// An interest was recorded.
    Recorded {
        by: PersonId,
        at: Timestamp,
    },
    Dismissed {
        by: PersonId,
        at: Timestamp,
        reason: String,
    },
}

/// What a bid says of ties that are none yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Hint {
    /// Asked to take part, and not answered yet.
    Asked {
        organisation: OrgId,
    },
    /// Confirmed, and left since.
    Left {
        organisation: OrgId,
    },
    /// The applicant declares a tie of this person, of whoever is of this organisation, or of somebody by this name.
    OfPerson {
        person: PersonId,
        words: String,
    },
    OfOrganisation {
        organisation: OrgId,
        words: String,
    },
    OfName {
        name: String,
        words: String,
    },
}

impl Hint {
    /// The organisation that it speaks of.
    pub fn organisation(&self) -> Option<OrgId> {
        match self {
            Hint::Asked { organisation } | Hint::Left { organisation } | Hint::OfOrganisation { organisation, .. } => {
                Some(*organisation)
            }
            Hint::OfPerson { .. } | Hint::OfName { .. } => None,
        }
    }
}

impl Kind {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl State {
    pub fn name(&self) -> &'static str {
        self.into()
    }
}

impl NearMiss {
    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }

    /// Settles it, once.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for one that is settled already.
    pub fn settled(&self, state: State) -> Result<NearMiss, Refusal> {
        match (&self.state, &state) {
            (State::Open, State::Recorded { .. } | State::Dismissed { .. }) => {
                Ok(NearMiss { state, version: self.version + 1, ..self.clone() })
            }
            (from, to) => Err(Refusal::IllegalStep { what: "near miss", from: from.name(), step: to.name() }),
        }
    }
}

/// All that may tie a member to a bid and does not do so for certain. `involved` are those of this bid.
pub fn near_misses(
    members: &[Member],
    bid: &AssessedBid,
    hints: &[Hint],
    involved: &[Involved],
    register: &Register,
) -> Vec<Seen> {
    let mut found = Vec::new();
    let of_bid = |person, kind, words: String| Seen { bid: bid.id, person, kind, words };
    let acting = || members.iter().filter(|member| member.acts_on(bid.id) && !is_involved(member, involved));
    let partners: Vec<(&String, Spelt)> = bid.partners.iter().map(|name| (name, Spelt::out(name))).collect();
    for member in acting().filter(|_| !partners.is_empty()) {
        let names = member.organisations.iter().flat_map(|&organisation| register.names(organisation));
        let names: Vec<(&String, Spelt)> = names.map(|name| (name, Spelt::out(name))).collect();
        for (partner, spelt) in &partners {
            if let Some((name, _)) = names.iter().find(|(_, known)| are_near(known, spelt)) {
                let words = format!("the bid names \u{201c}{partner}\u{201d}; they are of {name}");
                found.push(of_bid(Some(member.person), Kind::Name, words));
            }
        }
    }
    let free = |organisation: OrgId| {
        let of_it = acting().filter(move |member| member.organisations.contains(&organisation));
        of_it.map(|member| Some(member.person))
    };
    for hint in hints {
        match hint {
            Hint::Asked { organisation } => {
                let words = format!("{} was asked to take part and has not answered", register.name(*organisation));
                found.extend(free(*organisation).map(|person| of_bid(person, Kind::Asked, words.clone())));
            }
            Hint::Left { organisation } => {
                let words = format!("{} had confirmed its part, and left", register.name(*organisation));
                found.extend(free(*organisation).map(|person| of_bid(person, Kind::Left, words.clone())));
            }
            Hint::OfPerson { person, words } => {
                found.push(of_bid(Some(*person), Kind::DeclaredByApplicant, words.clone()));
            }
            Hint::OfOrganisation { organisation, words } => {
                let words = format!("of {}: {words}", register.name(*organisation));
                found.extend(
                    or_nobody(free(*organisation))
                        .into_iter()
                        .map(|person| of_bid(person, Kind::DeclaredByApplicant, words.clone())),
                );
            }
            Hint::OfName { name, words } => {
                let spelt = Spelt::out(name);
                let called = acting().filter(|member| are_near(&Spelt::out(&member.name), &spelt));
                let people = or_nobody(called.map(|member| Some(member.person)));
                let words = format!("of \u{201c}{name}\u{201d}: {words}");
                found.extend(people.into_iter().map(|person| of_bid(person, Kind::DeclaredByApplicant, words.clone())));
            }
        }
    }
    found
}

/// These people; one line about nobody known where there are none.
fn or_nobody(people: impl Iterator<Item = Option<PersonId>>) -> Vec<Option<PersonId>> {
    let people: Vec<_> = people.collect();
    if people.is_empty() { vec![None] } else { people }
}
