//! Facts from other services. An assessment pulls what it needs when it begins, and asks the registry again at every
//! step; nothing is cached, because a member may join a bidder at any time.

use std::collections::HashSet;

use kit::call::GradingBoard;
use kit::ids::{BidId, BoardId, OrgId, PersonId, RoundId};
use kit::neighbour::{PAGE_SIZE, answered, held, pages, with_timeout};
use kit::refusal::Refusal;
use kit::time::Date;
use kit::transport::Transport;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::bids::v1::{Bid as WireBid, GetBidRequest, GetIntakeRequest, Intake, ListBidsRequest};
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::people_service_client::PeopleServiceClient;
use toadlane_proto::registry::v1::{GetBoardRequest, GetOrganisationRequest, GetPersonRequest, ListSeatsRequest};
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;

use crate::app::{Concerned, Opening, OtherBoardFacts, ReferralFacts, SubstituteFacts};
use crate::assessment::Board;
use crate::call::Call;
use crate::convert::{self, Standing};
use crate::error::Error;
use crate::panel::derive::Register;
use crate::panel::near_miss::Hint;
use crate::panel::{self, Affiliation, Member, Seat};

#[derive(Clone)]
pub struct Peers {
    rounds: RoundsServiceClient<Transport>,
    bids: BidsServiceClient<Transport>,
    boards: BoardsServiceClient<Transport>,
    organisations: OrganisationsServiceClient<Transport>,
    people: PeopleServiceClient<Transport>,
}

impl Peers {
    pub fn new(registry: Transport, rounds: Transport, bids: Transport) -> Peers {
        Peers {
            rounds: RoundsServiceClient::new(rounds),
            bids: BidsServiceClient::new(bids),
            boards: BoardsServiceClient::new(registry.clone()),
            organisations: OrganisationsServiceClient::new(registry.clone()),
            people: PeopleServiceClient::new(registry),
        }
    }

    /// All that an assessment begins with.
    pub async fn opening(&self, round: RoundId, today: Date) -> Result<Opening, Error> {
        let call = self.call(round).await?;
        let (boards, panel) = self.seated(&call, today).await?;
        let intake = self.intake(round).await?;
        let received = self.received(round).await?;
        let mut register = self.register(&panel, today).await?;
        let mut bids = Vec::new();
        for id in &received.eligible {
            let mut pinned = convert::bid(self.bid(*id).await?)?;
            for party in pinned.bid.parties_mut() {
                self.learn(&mut register, party.organisation).await?;
                party.name = register.name(party.organisation);
            }
            for organisation in pinned.hints.iter().filter_map(Hint::organisation) {
                self.learn(&mut register, organisation).await?;
            }
            bids.push(pinned);
        }
        let (undecided, intake_is_closed) = (received.undecided, intake.closed_at.is_some());
        Ok(Opening { call, boards, panel, bids, undecided, intake_is_closed, register })
    }

    async fn call(&self, round: RoundId) -> Result<Call, Error> {
        let request = with_timeout(GetRoundRequest { round_id: round.to_string() });
        let wire = held::<_, Error>(self.rounds.clone().get_round(request).await, "round")?;
        Ok(convert::call(wire)?.ok_or(Refusal::NotFound { what: "round" })?)
    }

    /// The boards of a round, and who sits on them today.
    async fn seated(&self, call: &Call, today: Date) -> Result<(Vec<Board>, Vec<Member>), Error> {
        let (mut boards, mut seats) = (Vec::new(), Vec::new());
        for &GradingBoard { board: id, part } in &call.boards {
            let (name, quorum) = self.board(id).await?;
            boards.push(Board { id, name, part, quorum });
            seats.extend(self.seats_of(id, today).await?);
        }
        Ok((boards, panel::seat(seats)))
    }

    /// The name and the quorum of a board.
    async fn board(&self, id: BoardId) -> Result<(String, usize), Error> {
        let request = with_timeout(GetBoardRequest { board_id: id.to_string() });
        let board = held::<_, Error>(self.boards.clone().get_board(request).await, "board")?;
        Ok((board.name, usize::try_from(board.quorum).unwrap_or(1).max(1)))
    }

    async fn seats_of(&self, board: BoardId, day: Date) -> Result<Vec<(PersonId, String, Seat)>, Error> {
        let of_board = ListSeatsRequest { board_id: board.to_string(), as_of: day.to_string(), ..Default::default() };
        self.seats(of_board).await
    }

    async fn seats(&self, asked: ListSeatsRequest) -> Result<Vec<(PersonId, String, Seat)>, Error> {
        let seats = pages(|page_token| async {
            let request = ListSeatsRequest { page_size: PAGE_SIZE, page_token, ..asked.clone() };
            let page = held::<_, Error>(self.boards.clone().list_seats(with_timeout(request)).await, "board")?;
            Ok::<_, Error>((page.seats, page.next_page_token))
        });
        seats.await?.into_iter().map(|seat| Ok(convert::seat(seat)?)).collect()
    }

    async fn intake(&self, round: RoundId) -> Result<Intake, Error> {
        let request = with_timeout(GetIntakeRequest { round_id: round.to_string() });
        held(self.bids.clone().get_intake(request).await, "round")
    }

    /// The received bids of a round, by where they stand.
    async fn received(&self, round: RoundId) -> Result<Received, Error> {
        let bids = pages(|page_token| async {
            let round_id = round.to_string();
            let request = ListBidsRequest { round_id, page_size: PAGE_SIZE, page_token, ..Default::default() };
            let page = held::<_, Error>(self.bids.clone().list_bids(with_timeout(request)).await, "round")?;
            Ok::<_, Error>((page.bids, page.next_page_token))
        });
        let mut received = Received { eligible: Vec::new(), undecided: Vec::new() };
        for bid in bids.await? {
            let (id, standing) = convert::standing(&bid)?;
            match standing {
                Standing::Eligible => received.eligible.push(id),
                Standing::Undecided(state) => received.undecided.push((id, state)),
                Standing::Out => {}
            }
        }
        Ok(received)
    }

    async fn bid(&self, id: BidId) -> Result<WireBid, Error> {
        let request = with_timeout(GetBidRequest { bid_id: id.to_string() });
        held(self.bids.clone().get_bid(request).await, "bid")
    }

    /// What the register says today of these people: to which organisations they belong, and what these are.
    pub async fn register(&self, members: &[Member], today: Date) -> Result<Register, Error> {
        let mut register = Register::default();
        for member in members {
            let known = self.belongs(member.person, today).await?;
            let mut belongs: HashSet<OrgId> = known.work.into_iter().collect();
            belongs.extend(known.seats.iter().map(|seat| seat.organisation));
            belongs.extend(&member.organisations);
            for &organisation in &belongs {
                self.learn(&mut register, organisation).await?;
            }
            let mut organisations: Vec<OrgId> = belongs.into_iter().collect();
            organisations.sort();
            let boards = known.seats.iter().map(|seat| seat.board).collect();
            register.people.insert(member.person, Affiliation { organisations, boards });
        }
        Ok(register)
    }

    /// Somebody's name, their seats, and to which organisations they belong.
    async fn belongs(&self, person: PersonId, today: Date) -> Result<Belongs, Error> {
        let of_person =
            ListSeatsRequest { person_id: person.to_string(), as_of: today.to_string(), ..Default::default() };
        let seats = self.seats(of_person).await?.into_iter().map(|(_, _, seat)| seat).collect();
        let request = with_timeout(GetPersonRequest { person_id: person.to_string() });
        // The registry does not say of whom it holds nothing, or nothing for us.
        let Some(wire) = answered(self.people.clone().get_person(request).await)? else {
            return Ok(Belongs { name: String::new(), seats, work: Vec::new() });
        };
        let (name, work) = convert::person(wire)?;
        Ok(Belongs { name, seats, work })
    }

    /// Somebody who comes onto the panel for an organisation: their name, how many seats they hold, and what is to be
    /// known of their organisations.
    pub async fn substitute(
        &self,
        person: PersonId,
        organisation: OrgId,
        today: Date,
    ) -> Result<SubstituteFacts, Error> {
        let Belongs { name, seats, .. } = self.belongs(person, today).await?;
        let member = Member { organisations: vec![organisation], ..Member::seated(person, name.clone(), Vec::new()) };
        let register = self.register(&[member], today).await?;
        Ok(SubstituteFacts { name, n_seats: seats.len(), register })
    }

    /// Somebody of whom an interest is recorded.
    pub async fn concerned(&self, person: PersonId) -> Result<Concerned, Error> {
        let request = with_timeout(GetPersonRequest { person_id: person.to_string() });
        match answered(self.people.clone().get_person(request).await)? {
            Some(wire) => Ok(convert::concerned(wire)?),
            None => Ok(Concerned { has_duty: false, organisations: Vec::new() }),
        }
    }

    /// Another board that decided.
    pub async fn other_board(&self, board: BoardId) -> Result<OtherBoardFacts, Error> {
        let (_, quorum) = self.board(board).await?;
        Ok(OtherBoardFacts { board, quorum })
    }

    /// Who sits today on a board to which a bid is referred, and what is to be known of their organisations.
    pub async fn referral(&self, board: BoardId, today: Date) -> Result<ReferralFacts, Error> {
        self.board(board).await?;
        let voters = panel::seat(self.seats_of(board, today).await?);
        let register = self.register(&voters, today).await?;
        Ok(ReferralFacts { voters, register })
    }

    /// Adds an organisation to what is known, with its predecessors and successors. One that the register does not
    /// hold has neither names nor relatives.
    async fn learn(&self, register: &mut Register, organisation: OrgId) -> Result<(), Error> {
        if register.organisations.contains_key(&organisation) {
            return Ok(());
        }
        let request = with_timeout(GetOrganisationRequest { organisation_id: organisation.to_string() });
        let answer = answered(self.organisations.clone().get_organisation(request).await)?;
        let known = answer.map(convert::organisation).transpose()?.unwrap_or_default();
        register.organisations.insert(organisation, known);
        Ok(())
    }
}

/// What the register says of somebody.
struct Belongs {
    name: String,
    /// The seats that they hold.
    seats: Vec<Seat>,
    /// Those for which they work, and where they have roles of a council.
    work: Vec<OrgId>,
}

struct Received {
    eligible: Vec<BidId>,
    undecided: Vec<(BidId, &'static str)>,
}
