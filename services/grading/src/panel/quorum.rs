//! Whether a body may act on one bid (rule 11): tested per bid, on entitled voters present and not recused. Whoever has
//! yet to declare their interests has read no bid and is not entitled. Where recusals break it, substitutes come first,
//! then the unconflicted decide in writing, then another board does; that somebody has yet to declare breaks nothing.

use std::collections::{HashMap, HashSet};

use kit::call::Part;
use kit::ids::{BidId, BoardId, PersonId};

use crate::assessment::Assessment;
use crate::error::Error;
use crate::marking::review::Review;
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

    /// Whether a review does not count: its marks stay, and count again once its reviewer is free.
    pub fn set_aside(&self, review: &Review) -> bool {
        self.keeps(review.reviewer, review.bid)
    }
}

/// A vote of the body: its member first, then those who stand in for them. Together they count once.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Vote {
    declared: Vec<PersonId>,
    undeclared: Vec<PersonId>,
}

impl Vote {
    /// Of those who hold it and hold a seat.
    fn of<'a>(holders: impl Iterator<Item = &'a Member>) -> Vote {
        let seated = holders.filter(|holder| holder.sits());
        let (declared, undeclared): (Vec<_>, Vec<_>) = seated.partition(|holder| holder.declared_at.is_some());
        let people = |holders: Vec<&Member>| holders.into_iter().map(|holder| holder.person).collect();
        Vote { declared: people(declared), undeclared: people(undeclared) }
    }

    fn is_held(&self, is_so: impl Fn(&PersonId) -> bool) -> bool {
        self.declared.iter().any(is_so)
    }

    /// Whether it would count if one of its holders declared.
    fn is_awaited(&self, is_free: impl Fn(&PersonId) -> bool) -> bool {
        self.declared.is_empty() && self.undeclared.iter().any(is_free)
    }
}

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
    /// Votes that would count too once one of their holders declares their interests.
    pub n_awaited: usize,
    pub n_present: usize,
    pub needed: usize,
}

impl Quorum {
    pub fn is_met(self) -> bool {
        self.n_present >= self.needed
    }

    /// Whether it can be met at all, also by those who have yet to declare.
    pub fn is_attainable(self) -> bool {
        self.n_entitled + self.n_awaited >= self.needed
    }

    /// Whether somebody is free of conflict, declared or not.
    pub fn is_anybody_free(self) -> bool {
        self.n_entitled + self.n_awaited > 0
    }

    /// The refusal of a decision on a bid for which it is missed.
    pub fn missed(self, bid: BidId, says: &'static str) -> Error {
        let Quorum { n_entitled, n_awaited: _, n_present, needed } = self;
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
            Vote::of(std::iter::once(member).chain(substitutes))
        });
        Body { votes: votes.collect(), needed }
    }

    /// Non-voting seats do not count, and nobody who is recused or has yet to declare.
    pub fn quorum(&self, bid: BidId, present: &[PersonId], conflicts: &Conflicts) -> Quorum {
        let is_free = |person: &PersonId| !conflicts.keeps(*person, bid);
        let is_there = |person: &PersonId| is_free(person) && present.contains(person);
        let n_of = |counts: &dyn Fn(&Vote) -> bool| self.votes.iter().filter(|vote| counts(vote)).count();
        Quorum {
            n_entitled: n_of(&|vote| vote.is_held(is_free)),
            n_awaited: n_of(&|vote| vote.is_awaited(is_free)),
            n_present: n_of(&|vote| vote.is_held(is_there)),
            needed: self.needed,
        }
    }

    /// Whether these are all of the body who have declared and are free of conflict, one for each vote, and at least
    /// one.
    pub fn is_everyone_free(&self, bid: BidId, deciders: &[PersonId], conflicts: &Conflicts) -> bool {
        let is_decider = |person: &&PersonId| deciders.contains(person);
        let n_of = |vote: &Vote| vote.declared.iter().filter(is_decider).count();
        let has_free = |vote: &Vote| vote.is_held(|&person| !conflicts.keeps(person, bid));
        let each_once = self.votes.iter().all(|vote| n_of(vote) == usize::from(has_free(vote)));
        let n_voting: usize = self.votes.iter().map(n_of).sum();
        let free = deciders.iter().all(|&person| !conflicts.keeps(person, bid));
        !deciders.is_empty() && each_once && free && n_voting == deciders.len()
    }
}

#[cfg(test)]
mod tests;
