//! Canned neighbours: a table from which rounds, bids and the registry answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use kit::ids::{BidId, BoardId, OrgId, PersonId, RoundId, SeatId};
use kit::transport::Transport;
use prost::Message;
use testing::answers::{asked, last_kept, neighbours};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;

use super::harness::{pounds, wire};

#[derive(Default)]
pub struct Peers {
    pub rounds: Mutex<Vec<rounds::Round>>,
    pub bids: Mutex<Vec<bids::Bid>>,
    pub boards: Mutex<Vec<registry::Board>>,
    pub seats: Mutex<Vec<registry::Seat>>,
    pub organisations: Mutex<Vec<registry::Organisation>>,
    pub people: Mutex<Vec<registry::Person>>,
    pub intake_is_open: AtomicBool,
    pub down: AtomicBool,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        neighbours(self, |peers| &peers.down, Peers::answer)
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc {
            "/toadlane.rounds.v1.RoundsService/GetRound" => {
                let asked: rounds::GetRoundRequest = asked(message);
                last_kept(&self.rounds, |round| round.id == asked.round_id)
            }
            "/toadlane.bids.v1.BidsService/GetIntake" => Some(self.intake().encode_to_vec()),
            "/toadlane.bids.v1.BidsService/ListBids" => Some(self.list_bids(&asked(message)).encode_to_vec()),
            "/toadlane.bids.v1.BidsService/GetBid" => {
                let asked: bids::GetBidRequest = asked(message);
                last_kept(&self.bids, |bid| bid.id == asked.bid_id)
            }
            "/toadlane.registry.v1.BoardsService/GetBoard" => {
                let asked: registry::GetBoardRequest = asked(message);
                last_kept(&self.boards, |board| board.id == asked.board_id)
            }
            "/toadlane.registry.v1.BoardsService/ListSeats" => Some(self.list_seats(&asked(message)).encode_to_vec()),
            "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                let asked: registry::GetOrganisationRequest = asked(message);
                last_kept(&self.organisations, |organisation| organisation.id == asked.organisation_id)
            }
            "/toadlane.registry.v1.PeopleService/GetPerson" => {
                let asked: registry::GetPersonRequest = asked(message);
                last_kept(&self.people, |person| person.id == asked.person_id)
            }
            other => panic!("nobody should ask {other}"),
        }
    }

    fn intake(&self) -> bids::Intake {
        let closed_at = wire("2020-01-20T00:00:00Z").filter(|_| !self.intake_is_open.load(Ordering::SeqCst));
        bids::Intake { closed_at, ..Default::default() }
    }

    /// Two on a page, so that every caller has to turn it.
    fn list_bids(&self, asked: &bids::ListBidsRequest) -> bids::ListBidsResponse {
        let all = self.bids.lock().unwrap();
        let of_round: Vec<_> = all.iter().filter(|bid| bid.round_id == asked.round_id).cloned().collect();
        let from: usize = asked.page_token.parse().unwrap_or(0);
        let more = from + 2 < of_round.len();
        let next_page_token = if more { (from + 2).to_string() } else { String::new() };
        let bids = of_round.into_iter().skip(from).take(2).collect();
        bids::ListBidsResponse { bids, next_page_token, ..Default::default() }
    }

    fn list_seats(&self, asked: &registry::ListSeatsRequest) -> registry::ListSeatsResponse {
        let matches = |wanted: &str, found: &str| wanted.is_empty() || wanted == found;
        let seats = self.seats.lock().unwrap();
        let found = seats
            .iter()
            .filter(|seat| matches(&asked.board_id, &seat.board_id) && matches(&asked.person_id, &seat.person_id));
        registry::ListSeatsResponse { seats: found.cloned().collect(), next_page_token: String::new() }
    }

    pub fn board(&self, short_name: &str, quorum: i32) -> BoardId {
        let id = BoardId::new();
        let (name, short_name) = (short_name.to_string(), short_name.to_string());
        let board = registry::Board { id: id.to_string(), name, short_name, quorum, ..Default::default() };
        self.boards.lock().unwrap().push(board);
        id
    }

    pub fn seat(&self, board: BoardId, person: PersonId, organisation: OrgId, voting: bool) {
        let seat = registry::Seat {
            id: SeatId::new().to_string(),
            board_id: board.to_string(),
            organisation_id: organisation.to_string(),
            person_id: person.to_string(),
            voting,
            person_name: format!("Name of {person}"),
            ..Default::default()
        };
        self.seats.lock().unwrap().push(seat);
    }

    pub fn organisation(&self, name: &str) -> OrgId {
        let id = OrgId::new();
        let details = registry::OrganisationDetails {
            name: format!("{name} Council"),
            short_name: name.to_string(),
            ..Default::default()
        };
        let organisation = registry::Organisation { id: id.to_string(), details: Some(details), ..Default::default() };
        self.organisations.lock().unwrap().push(organisation);
        id
    }

    /// Gives a person a role for an organisation of their own.
    pub fn charge(&self, person: PersonId, role: registry::Role, organisation: OrgId) {
        let organisation_id = organisation.to_string();
        let grant =
            registry::RoleGrant { role: role.into(), organisation_id: organisation_id.clone(), ..Default::default() };
        let (id, name) = (person.to_string(), format!("Name of {person}"));
        let person = registry::Person { id, organisation_id, name, grants: vec![grant], ..Default::default() };
        self.people.lock().unwrap().push(person);
    }

    /// Has a person work for an organisation from now on.
    pub fn employ(&self, person: PersonId, organisation: OrgId) {
        let grant = registry::RoleGrant {
            role: registry::Role::ApplicantOfficer.into(),
            organisation_id: organisation.to_string(),
            ..Default::default()
        };
        let person = registry::Person {
            id: person.to_string(),
            organisation_id: organisation.to_string(),
            name: format!("Name of {person}"),
            grants: vec![grant],
            ..Default::default()
        };
        self.people.lock().unwrap().push(person);
    }

    pub fn bid(&self, round: RoundId, number: i64, applicant: OrgId, change: impl FnOnce(&mut bids::Bid)) -> BidId {
        let id = BidId::new();
        let content = bids::BidContent {
            title: format!("Bid {number}"),
            summary: format!("What bid {number} does"),
            language: types::Language::En.into(),
            instrument: "policy_prototype".to_string(),
            requested: pounds(1500),
            months: 9,
            answers: vec![bids::Answer { question_id: "scale".to_string(), text: "yes".to_string() }],
            ..Default::default()
        };
        let mut bid = bids::Bid {
            id: id.to_string(),
            round_id: round.to_string(),
            applicant_organisation_id: applicant.to_string(),
            state: bids::bid::State::Eligible.into(),
            number,
            revision: 2,
            content_sha256: "ab".repeat(32),
            content: Some(content),
            ..Default::default()
        };
        change(&mut bid);
        self.bids.lock().unwrap().push(bid);
        id
    }
}
