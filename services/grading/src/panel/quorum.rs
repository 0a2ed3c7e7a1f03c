//! Whether a body may act on one bid (rule 11): tested per bid, on entitled voters present and not recused. Where
//! recusals break it, substitutes come first, then the unconflicted decide in writing, then another board does.

use std::collections::{HashMap, HashSet};

use kit::ids::{BidId, BoardId, PersonId};

use crate::assessment::Assessment;
use crate::call::Part;
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
mod tests {
    use kit::ids::OrgId;

    use super::*;
    use crate::assessment::Board;
    use crate::panel::Seat;
    use crate::samples::an_assessment;

    /// Two boards, of three voters and a seat without a vote each; one person sits on both.
    struct Boards {
        assessment: Assessment,
        members: Vec<Member>,
    }

    fn boards(first: Part, second: Part) -> Boards {
        let board = |part, quorum| Board { id: BoardId::new(), name: "board".to_string(), part, quorum };
        let both = [board(first, 2), board(second, 3)];
        let seat = |n: usize, voting| Seat { board: both[n].id, organisation: OrgId::new(), voting };
        let member = |seats| Member::seated(PersonId::new(), String::new(), seats);
        let members = vec![
            member(vec![seat(0, true)]),
            member(vec![seat(0, true)]),
            member(vec![seat(0, true), seat(1, true)]),
            member(vec![seat(1, true)]),
            member(vec![seat(1, true)]),
            member(vec![seat(1, false)]),
        ];
        Boards { assessment: Assessment { boards: both.to_vec(), ..an_assessment() }, members }
    }

    impl Boards {
        fn people(&self) -> Vec<PersonId> {
            self.members.iter().map(|member| member.person).collect()
        }

        fn body(&self, part: Part) -> Body {
            Body::sitting(&self.assessment, &self.members, part)
        }
    }

    fn numbers(quorum: Quorum) -> (usize, usize, usize) {
        (quorum.n_entitled, quorum.n_present, quorum.needed)
    }

    #[test]
    fn a_joint_body_counts_a_person_once_and_needs_the_largest_quorum() {
        let boards = boards(Part::Joint, Part::Joint);
        let quorum = boards.body(Part::Joint).quorum(BidId::new(), &boards.people(), &Conflicts::default());
        assert_eq!(numbers(quorum), (5, 5, 3));
    }

    #[test]
    fn each_board_sits_by_itself_in_two_stages_and_both_in_the_joint_meeting() {
        let boards = boards(Part::Recommends, Part::Determines);
        let of = |part| numbers(boards.body(part).quorum(BidId::new(), &boards.people(), &Conflicts::default()));
        assert_eq!((of(Part::Recommends), of(Part::Determines), of(Part::Joint)), ((3, 3, 2), (3, 3, 3), (5, 5, 3)));
    }

    #[test]
    fn the_recused_and_seats_without_a_vote_do_not_count() {
        let boards = boards(Part::Joint, Part::Joint);
        let (bid, people) = (BidId::new(), boards.people());
        let conflicts: Conflicts = [(people[0], bid), (people[1], BidId::new())].into_iter().collect();
        let present = [people[0], people[1], people[5]];
        let quorum = boards.body(Part::Joint).quorum(bid, &present, &conflicts);
        assert_eq!((numbers(quorum), quorum.is_met(), quorum.is_attainable()), ((4, 1, 3), false, true));
    }

    #[test]
    fn a_substitute_acts_in_place_and_never_beside_the_member() {
        let mut boards = boards(Part::Joint, Part::Joint);
        let (bid, people) = (BidId::new(), boards.people());
        let substitute = boards.members[0].substitute(PersonId::new(), String::new(), OrgId::new()).unwrap();
        boards.members.push(substitute.clone());
        let body = boards.body(Part::Joint);
        let both = [people[0], substitute.person];
        assert_eq!(numbers(body.quorum(bid, &both, &Conflicts::default())), (5, 1, 3));
        let recused: Conflicts = [(people[0], bid)].into_iter().collect();
        assert_eq!(numbers(body.quorum(bid, &both, &recused)), (5, 1, 3));
        let both_recused: Conflicts = both.iter().map(|&person| (person, bid)).collect();
        assert_eq!(numbers(body.quorum(bid, &both, &both_recused)), (4, 0, 3));
    }

    #[test]
    fn a_decision_in_writing_is_by_everyone_free_once_and_by_nobody_else() {
        let boards = boards(Part::Joint, Part::Joint);
        let (bid, people, body) = (BidId::new(), boards.people(), boards.body(Part::Joint));
        let conflicts: Conflicts = people[..3].iter().map(|&person| (person, bid)).collect();
        assert!(!body.quorum(bid, &people, &conflicts).is_attainable());
        let by = |deciders: &[PersonId]| body.is_everyone_free(bid, deciders, &conflicts);
        assert!(by(&people[3..5]));
        assert!(!by(&people[3..4]), "somebody free is left out");
        assert!(!by(&[people[3], people[4], people[0]]), "one is recused");
        assert!(!by(&[people[3], people[4], people[5]]), "one has no vote");
        assert!(!by(&[people[3], people[3], people[4]]), "one is named twice");
        let all: Conflicts = people.iter().map(|&person| (person, bid)).collect();
        assert!(!body.is_everyone_free(bid, &[], &all), "nobody is free");
    }
}
