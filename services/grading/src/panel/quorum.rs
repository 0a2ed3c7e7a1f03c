//! Whether a body may act on one bid (rule 11): tested per bid, on entitled voters present and not recused. Where
//! recusals break it, substitutes come first, then the unconflicted decide in writing, then another board does.

use std::collections::{HashMap, HashSet};

use kit::call::Part;
use kit::ids::{BidId, BoardId, PersonId};

use crate::assessment::Assessment;
use crate::error::Error;
use crate::panel::Member;

/// Who is kept from which bid by an interest that is not cleared.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Conflicts(HashMap<BidId, HashSet<PersonId>>);

impl FromIterator<(PersonId, BidId)> for Conflicts {
    fn from_iter<I: IntoIterator<Item = (PersonId, BidId)>>(pairs: I) -> Conflicts {
        let mut found: HashMap<BidId, HashSet<PersonId>> = HashMap::new();
        for (person, bid) in pairs {
            found.entry(bid).or_default().insert(person);
        }
        Conflicts(found)
    }
}

impl Conflicts {
    pub fn keeps(&self, person: PersonId, from: BidId) -> bool {
        self.0.get(&from).is_some_and(|people| people.contains(&person))
    }
}

/// A vote of the body: its member first, then those who stand in for them. Together they count once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Vote(Vec<PersonId>);

/// A body as it sits: the boards of one part, each person once (rule 12).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    votes: Vec<Vote>,
    needed: usize,
}

/// How many of a body may act on one bid, counted in votes: a member and their substitutes have one between them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quorum {
    pub n_entitled: usize,
    pub n_present: usize,
    pub needed: usize,
}

impl Quorum {
    pub fn is_met(self) -> bool {
        self.n_present >= self.needed
    }

    /// Whether it can be met at all.
    pub fn is_attainable(self) -> bool {
        self.n_entitled >= self.needed
    }

    /// The refusal of a decision on a bid for which it is missed.
    pub fn missed(self, bid: BidId, says: &'static str) -> Error {
        let Quorum { n_entitled, n_present, needed } = self;
        Error::NoQuorum { bid, n_entitled, n_present, needed, says }
    }
}

impl Body {
    /// The body that sits in a part. A joint one needs the largest quorum of its boards.
    pub fn sitting(assessment: &Assessment, members: &[Member], part: Part) -> Body {
        let acting = assessment.acting(part);
        let boards: Vec<BoardId> = acting.iter().map(|board| board.id).collect();
        let needed = acting.iter().map(|board| board.quorum).max().unwrap_or(1);
        let own = members.iter().filter(|member| member.stands_in_for.is_none() && member.votes_on(&boards));
        let votes = own.map(|member| {
            let substitutes = members.iter().filter(|other| other.stands_in_for == Some(member.person));
            Vote(std::iter::once(member).chain(substitutes).map(|holder| holder.person).collect())
        });
        Body { votes: votes.collect(), needed }
    }

    /// Non-voting seats do not count, and nobody who is recused.
    pub fn quorum(&self, bid: BidId, present: &[PersonId], conflicts: &Conflicts) -> Quorum {
        let is_free = |person: &PersonId| !conflicts.keeps(*person, bid);
        let entitled = self.votes.iter().filter(|vote| vote.0.iter().any(is_free));
        let is_there = |person: &PersonId| is_free(person) && present.contains(person);
        let there = self.votes.iter().filter(|vote| vote.0.iter().any(is_there));
        Quorum { n_entitled: entitled.count(), n_present: there.count(), needed: self.needed }
    }

    /// Whether these are all of the body who are free of conflict, one for each vote, and at least one.
    pub fn is_everyone_free(&self, bid: BidId, deciders: &[PersonId], conflicts: &Conflicts) -> bool {
        let is_decider = |person: &&PersonId| deciders.contains(person);
        let n_of = |vote: &Vote| vote.0.iter().filter(is_decider).count();
        let has_free = |vote: &Vote| vote.0.iter().any(|&person| !conflicts.keeps(person, bid));
        let each_once = self.votes.iter().all(|vote| n_of(vote) == usize::from(has_free(vote)));
        let n_voting: usize = self.votes.iter().map(n_of).sum();
        let free = deciders.iter().all(|&person| !conflicts.keeps(person, bid));
        !deciders.is_empty() && each_once && free && n_voting == deciders.len()
    }
}

#[cfg(test)]
mod tests;
