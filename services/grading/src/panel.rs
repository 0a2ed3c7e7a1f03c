//! The panel: who sits for which boards, and who stands in for whom.
//!
//! A sealed record holds some of this: see `release/record.rs` before you add a field.

pub mod derive;
pub mod interest;
pub mod names;
pub mod near_miss;
pub mod quorum;

use kit::ids::{BidId, BoardId, OrgId, PersonId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::call::Rubric;

/// A seat on one of the boards, as the registry held it when the assessment was opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    pub board: BoardId,
    pub organisation: OrgId,
    pub voting: bool,
}

/// A person on the panel, once, whatever seats they hold (rule 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    pub person: PersonId,
    pub name: String,
    /// A substitute has those of the member in whose place they come.
    pub seats: Vec<Seat>,
    /// Those of the seats, and those that the person belongs to. It only grows.
    pub organisations: Vec<OrgId>,
    pub stands_in_for: Option<PersonId>,
    /// None until they have declared their interests; until then they read no bid and have no vote.
    pub declared_at: Option<Timestamp>,
    /// When the register showed that they hold no seat any more; none while they do.
    pub left_at: Option<Timestamp>,
    /// The bids for which alone they sit, on another board than those of the round (rule 11); empty for everybody else.
    pub referred: Vec<BidId>,
}

/// Where somebody of the panel belongs, and on which boards they sit.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Affiliation {
    pub organisations: Vec<OrgId>,
    pub boards: Vec<BoardId>,
}

/// A member as an answer shows them: who may score is for the rubric to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MemberSeen {
    pub member: Member,
    pub rubric: Rubric,
}

impl Member {
    /// A member who has these seats, in any order.
    pub fn seated(person: PersonId, name: String, seats: Vec<Seat>) -> Member {
        let mut organisations: Vec<OrgId> = seats.iter().map(|seat| seat.organisation).collect();
        organisations.sort();
        organisations.dedup();
        let (stands_in_for, declared_at, left_at, referred) = (None, None, None, Vec::new());
        Member { person, name, seats, organisations, stands_in_for, declared_at, left_at, referred }
    }

    /// The substitute in the place of this member, with the member's boards and vote (rule 11).
    ///
    /// # Errors
    /// [`Refusal::Invalid`] where this member is one.
    pub fn substitute(&self, person: PersonId, name: String, organisation: OrgId) -> Result<Member, Refusal> {
        if self.stands_in_for.is_some() {
            let says = "this is a substitute; name the member in whose place they come";
            return Err(Refusal::bad_field("substitute_for", "panel.member", says));
        }
        let stands_in_for = Some(self.person);
        let (seats, organisations) = (self.seats.clone(), vec![organisation]);
        let (declared_at, left_at, referred) = (None, None, self.referred.clone());
        Ok(Member { person, name, seats, organisations, stands_in_for, declared_at, left_at, referred })
    }

    /// Whether they sit for this bid.
    pub fn acts_on(&self, bid: BidId) -> bool {
        self.referred.is_empty() || self.referred.contains(&bid)
    }

    /// Whether they hold a seat still.
    pub fn sits(&self) -> bool {
        self.left_at.is_none()
    }

    /// Whether one of their seats has a vote.
    pub fn votes(&self) -> bool {
        self.seats.iter().any(|seat| seat.voting)
    }

    /// Whether they have a vote on one of these boards.
    pub fn votes_on(&self, boards: &[BoardId]) -> bool {
        self.seats.iter().any(|seat| seat.voting && boards.contains(&seat.board))
    }

    /// Rule 12: a seat without a vote scores only if the round says so. A referred bid gets no marks.
    pub fn may_score(&self, rubric: &Rubric) -> bool {
        self.sits() && self.referred.is_empty() && (self.votes() || rubric.non_voting_may_score)
    }

    /// Follows what the register says: adds organisations that they have come to belong to, and notes that they hold no
    /// seat any more, or hold one again. A substitute sits on whatever board. True when something is new.
    pub fn follow(&mut self, affiliation: &Affiliation, now: Timestamp) -> bool {
        let (n_before, left_before) = (self.organisations.len(), self.left_at);
        self.organisations.extend(&affiliation.organisations);
        self.organisations.sort();
        self.organisations.dedup();
        let sits_for = |seat: &Seat| affiliation.boards.contains(&seat.board);
        let sits = match self.stands_in_for {
            Some(_) => !affiliation.boards.is_empty(),
            None => self.seats.iter().any(sits_for),
        };
        self.left_at = if sits { None } else { self.left_at.or(Some(now)) };
        self.organisations.len() > n_before || self.left_at != left_before
    }
}

/// A member for everybody who holds a seat on one of the boards, each person once (rule 12), by identity.
pub fn seat(seats: Vec<(PersonId, String, Seat)>) -> Vec<Member> {
    let mut of_person: std::collections::BTreeMap<PersonId, (String, Vec<Seat>)> = std::collections::BTreeMap::new();
    for (person, name, seat) in seats {
        of_person.entry(person).or_insert_with(|| (name, Vec::new())).1.push(seat);
    }
    of_person.into_iter().map(|(person, (name, seats))| Member::seated(person, name, seats)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_on_both_boards_is_on_the_panel_once_and_keeps_both_seats() {
        let (person, other) = (PersonId::new(), PersonId::new());
        let on = |voting| Seat { board: BoardId::new(), organisation: OrgId::new(), voting };
        let (first, second, third) = (on(true), on(false), on(false));
        let name = || "Sam".to_string();
        let panel = seat(vec![(person, name(), first), (other, name(), third), (person, name(), second)]);
        assert_eq!(panel.len(), 2);
        let both = panel.iter().find(|member| member.person == person).unwrap();
        assert_eq!(both.seats, [first, second]);
        assert!(both.votes_on(&[first.board]) && !both.votes_on(&[second.board]));
    }

    #[test]
    fn a_substitute_has_the_vote_of_the_member_and_no_substitute_of_their_own() {
        let seat = Seat { board: BoardId::new(), organisation: OrgId::new(), voting: true };
        let member = Member::seated(PersonId::new(), "Sam".to_string(), vec![seat]);
        let substitute = member.substitute(PersonId::new(), "Kim".to_string(), OrgId::new()).unwrap();
        assert!(substitute.votes_on(&[seat.board]));
        assert!(!substitute.organisations.contains(&seat.organisation));
        assert!(substitute.substitute(PersonId::new(), String::new(), OrgId::new()).is_err());
    }
}
