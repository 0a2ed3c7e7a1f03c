//! Facts asked of other services. An assessment pulls what it needs when it begins, and asks the register anew with
//! every step; nothing is cached, for a member may join a bidder at any time.

use std::collections::HashSet;
use std::time::Duration;

use kit::fault::Reason;
use kit::ids::{BidId, BoardId, OrgId, PersonId, RoundId};
use kit::time::Date;
use kit::transport::Transport;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::bids::v1::{Bid as WireBid, GetBidRequest, GetIntakeRequest, ListBidsRequest};
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::people_service_client::PeopleServiceClient;
use toadlane_proto::registry::v1::{
    Board as WireBoard, GetBoardRequest, GetOrganisationRequest, GetPersonRequest, ListSeatsRequest, Seat as WireSeat,
};
use toadlane_proto::rounds::v1::GetRoundRequest;
use toadlane_proto::rounds::v1::rounds_service_client::RoundsServiceClient;
use tonic::{Code, Request, Status};

use crate::app::{Opening, OtherBoardFacts, Pinned};
use crate::assessment::Board;
use crate::call::Call;
use crate::convert::facts::{self, Standing};
use crate::derive::Register;
use crate::error::Error;
use crate::panel::{self, Member, Seat};

/// How long a caller of ours waits for a neighbour.
const PATIENCE: Duration = Duration::from_secs(3);
const PAGE: i32 = 100;

#[derive(Clone)]
pub struct Peers {
    rounds: RoundsServiceClient<Transport>,
    bids: BidsServiceClient<Transport>,
    boards: BoardsServiceClient<Transport>,
    organisations: OrganisationsServiceClient<Transport>,
    people: PeopleServiceClient<Transport>,
}

impl Peers {
    pub fn new(rounds: Transport, bids: Transport, registry: Transport) -> Peers {
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
        let intake = self.bids.clone().get_intake(patient(GetIntakeRequest { round_id: round.to_string() })).await;
        let intake = intake.map_err(|status| refused(status, "round"))?.into_inner();
        let received = self.received(round).await?;
        let mut register = self.register(&panel, today).await?;
        let mut bids = Vec::new();
        for id in &received.eligible {
            let wire = self.bid(*id).await?;
            for organisation in facts::organisations_of(&wire)? {
                self.learn(&mut register, organisation).await?;
            }
            let (bid, answers) = facts::bid(wire, &register)?;
            bids.push(Pinned { bid, answers });
        }
        let (undecided, intake_is_closed) = (received.undecided, intake.closed_at.is_some());
        Ok(Opening { call, boards, panel, bids, undecided, intake_is_closed, register })
    }

    async fn call(&self, round: RoundId) -> Result<Call, Error> {
        let request = patient(GetRoundRequest { round_id: round.to_string() });
        let wire = self.rounds.clone().get_round(request).await.map_err(|status| refused(status, "round"))?;
        let call = facts::call(wire.into_inner())?;
        call.ok_or(Error::NotFound { what: "round" })
    }

    /// The boards of a round, and who sits on them today.
    async fn seated(&self, call: &Call, today: Date) -> Result<(Vec<Board>, Vec<Member>), Error> {
        let (mut boards, mut seats) = (Vec::new(), Vec::new());
        for grading in &call.boards {
            let wire = self.board(grading.board).await?;
            boards.push(Board {
                id: grading.board,
                name: wire.name,
                part: grading.part,
                quorum: usize::try_from(wire.quorum).unwrap_or(1).max(1),
            });
            seats.extend(self.seats_of(grading.board, today).await?);
        }
        Ok((boards, panel::seat(seats)))
    }

    async fn board(&self, id: BoardId) -> Result<WireBoard, Error> {
        let request = patient(GetBoardRequest { board_id: id.to_string() });
        let wire = self.boards.clone().get_board(request).await.map_err(|status| refused(status, "board"))?;
        Ok(wire.into_inner())
    }

    async fn seats_of(&self, board: BoardId, day: Date) -> Result<Vec<(PersonId, String, Seat)>, Error> {
        let asked =
            ListSeatsRequest { board_id: board.to_string(), as_of: day.to_string(), ..ListSeatsRequest::default() };
        let seats = self.seats(asked).await?;
        seats.into_iter().map(|seat| Ok(facts::seat(seat)?)).collect()
    }

    async fn seats(&self, asked: ListSeatsRequest) -> Result<Vec<WireSeat>, Error> {
        let mut asked = ListSeatsRequest { page_size: PAGE, ..asked };
        let mut found = Vec::new();
        loop {
            let page = self.boards.clone().list_seats(patient(asked.clone())).await;
            let page = page.map_err(|status| refused(status, "board"))?.into_inner();
            found.extend(page.seats);
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            asked.page_token = page.next_page_token;
        }
    }

    /// The received bids of a round, by where they stand.
    async fn received(&self, round: RoundId) -> Result<Received, Error> {
        let mut asked = ListBidsRequest { round_id: round.to_string(), page_size: PAGE, ..ListBidsRequest::default() };
        let mut found = Received { eligible: Vec::new(), undecided: Vec::new() };
        loop {
            let page = self.bids.clone().list_bids(patient(asked.clone())).await;
            let page = page.map_err(|status| refused(status, "round"))?.into_inner();
            for bid in &page.bids {
                let (id, standing) = facts::standing(bid)?;
                match standing {
                    Standing::Eligible => found.eligible.push(id),
                    Standing::Undecided(state) => found.undecided.push((id, state)),
                    Standing::Out => {}
                }
            }
            if page.next_page_token.is_empty() {
                return Ok(found);
            }
            asked.page_token = page.next_page_token;
        }
    }

    async fn bid(&self, id: BidId) -> Result<WireBid, Error> {
        let request = patient(GetBidRequest { bid_id: id.to_string() });
        let wire = self.bids.clone().get_bid(request).await.map_err(|status| refused(status, "bid"))?;
        Ok(wire.into_inner())
    }

    /// What the register says today of these people: to which organisations they belong, and what these are.
    pub async fn register(&self, members: &[Member], today: Date) -> Result<Register, Error> {
        let mut register = Register::default();
        for member in members {
            let mut belongs: HashSet<OrgId> = self.belongs(member.person, today).await?.1.into_iter().collect();
            belongs.extend(&member.organisations);
            for &organisation in &belongs {
                self.learn(&mut register, organisation).await?;
            }
            let mut belongs: Vec<OrgId> = belongs.into_iter().collect();
            belongs.sort();
            register.belongs.insert(member.person, belongs);
        }
        Ok(register)
    }

    /// Somebody's name, and the organisations of their seats, of their roles at councils and their own.
    async fn belongs(&self, person: PersonId, today: Date) -> Result<(String, Vec<OrgId>), Error> {
        let asked =
            ListSeatsRequest { person_id: person.to_string(), as_of: today.to_string(), ..ListSeatsRequest::default() };
        let mut organisations = Vec::new();
        for seat in self.seats(asked).await? {
            organisations.push(facts::seat(seat)?.2.organisation);
        }
        let request = patient(GetPersonRequest { person_id: person.to_string() });
        match self.people.clone().get_person(request).await {
            Ok(wire) => {
                let (name, own) = facts::person(wire.into_inner())?;
                organisations.extend(own);
                Ok((name, organisations))
            }
            // The registry does not say of whom it holds nothing, or nothing for us.
            Err(status) if status.code() == Code::NotFound => Ok((String::new(), organisations)),
            Err(status) => Err(refused(status, "person")),
        }
    }

    /// The name of somebody who comes onto the panel for an organisation, and what the register says of them.
    pub async fn substitute(
        &self,
        person: PersonId,
        organisation: OrgId,
        today: Date,
    ) -> Result<(String, Register), Error> {
        let (name, _) = self.belongs(person, today).await?;
        let member = Member { organisations: vec![organisation], ..Member::seated(person, name.clone(), Vec::new()) };
        Ok((name, self.register(&[member], today).await?))
    }

    /// Another board that decided on a day: its quorum, its voters, and what is to be known of their organisations.
    pub async fn other_board(&self, board: BoardId, day: Date) -> Result<OtherBoardFacts, Error> {
        let quorum = usize::try_from(self.board(board).await?.quorum).unwrap_or(1).max(1);
        let voters = panel::seat(self.seats_of(board, day).await?);
        let register = self.register(&voters, day).await?;
        Ok(OtherBoardFacts { board, quorum, voters, register })
    }

    /// Adds an organisation to what is known, with its predecessors and successors. One that the register does not
    /// hold has neither names nor relatives.
    async fn learn(&self, register: &mut Register, organisation: OrgId) -> Result<(), Error> {
        if register.organisations.contains_key(&organisation) {
            return Ok(());
        }
        let request = patient(GetOrganisationRequest { organisation_id: organisation.to_string() });
        let known = match self.organisations.clone().get_organisation(request).await {
            Ok(wire) => facts::organisation(wire.into_inner())?,
            Err(status) if status.code() == Code::NotFound => crate::derive::Organisation::default(),
            Err(status) => return Err(refused(status, "organisation")),
        };
        register.organisations.insert(organisation, known);
        Ok(())
    }
}

struct Received {
    eligible: Vec<BidId>,
    undecided: Vec<(BidId, &'static str)>,
}

fn patient<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(PATIENCE);
    request
}

fn refused(status: Status, what: &'static str) -> Error {
    match status.code() {
        Code::NotFound => Error::NotFound { what },
        Code::Unavailable | Code::DeadlineExceeded => Error::Neighbour { reason: Reason::TryAgain, status },
        _ => Error::Neighbour { reason: Reason::Internal, status },
    }
}
