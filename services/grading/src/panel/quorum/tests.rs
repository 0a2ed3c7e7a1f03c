use kit::ids::OrgId;
use kit::time::at;

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
    let member = |seats| declared(Member::seated(PersonId::new(), String::new(), seats));
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

fn declared(member: Member) -> Member {
    Member { declared_at: Some(at("2020-01-20T10:00:00Z")), ..member }
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
    let substitute = declared(boards.members[0].substitute(PersonId::new(), String::new(), OrgId::new()).unwrap());
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

/// G-C2: two members who had read nothing made quorum and declined a bid.
#[test]
fn whoever_has_yet_to_declare_is_neither_entitled_nor_present_nor_free_in_writing() {
    let mut boards = boards(Part::Joint, Part::Joint);
    let (bid, people, none) = (BidId::new(), boards.people(), Conflicts::default());
    for member in &mut boards.members[1..] {
        member.declared_at = None;
    }
    let body = boards.body(Part::Joint);
    let quorum = body.quorum(bid, &people, &none);
    assert_eq!((numbers(quorum), quorum.is_met(), quorum.is_attainable()), ((1, 1, 3), false, true));
    assert!(!body.is_everyone_free(bid, &people[..2], &none), "the second has yet to declare");
    // Their silence is no recusal: only once they are kept from the bid does the first decide alone.
    let kept: Conflicts = people[1..].iter().map(|&person| (person, bid)).collect();
    assert!(!body.quorum(bid, &people, &kept).is_attainable());
    assert!(body.is_everyone_free(bid, &people[..1], &kept));
}

/// G-C9: who holds no seat any more blocked every decision in writing.
#[test]
fn who_has_left_the_board_has_no_vote_and_is_awaited_by_nobody() {
    let mut boards = boards(Part::Joint, Part::Joint);
    let (bid, people) = (BidId::new(), boards.people());
    for member in &mut boards.members[..3] {
        member.left_at = Some(at("2020-01-21T10:00:00Z"));
    }
    let body = boards.body(Part::Joint);
    let quorum = body.quorum(bid, &people, &Conflicts::default());
    assert_eq!((numbers(quorum), quorum.is_attainable()), ((2, 2, 3), false));
    assert!(body.is_everyone_free(bid, &people[3..5], &Conflicts::default()));
}
