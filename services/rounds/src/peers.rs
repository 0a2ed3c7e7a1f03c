//! Facts asked of the registry: whether what a round or a framework names exists there.

use std::collections::BTreeSet;

use kit::call::GradingBoard;
use kit::ids::{BoardId, OrgId};
use kit::neighbour::{answered, with_timeout};
use kit::transport::Transport;
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::{GetBoardRequest, GetOrganisationRequest};

use crate::error::Error;

#[derive(Clone)]
pub struct Peers {
    boards: BoardsServiceClient<Transport>,
    organisations: OrganisationsServiceClient<Transport>,
}

impl Peers {
    pub fn new(registry: Transport) -> Peers {
        Peers {
            boards: BoardsServiceClient::new(registry.clone()),
            organisations: OrganisationsServiceClient::new(registry),
        }
    }

    /// Those of the boards that the registry holds.
    pub async fn boards(&self, boards: &[GradingBoard]) -> Result<BTreeSet<BoardId>, Error> {
        let mut held = BTreeSet::new();
        for id in boards.iter().map(|board| board.board) {
            let request = with_timeout(GetBoardRequest { board_id: id.to_string() });
            held.extend(answered(self.boards.clone().get_board(request).await)?.map(|_| id));
        }
        Ok(held)
    }

    /// The organisation, if the registry holds it.
    pub async fn organisation(&self, id: OrgId) -> Result<Option<OrgId>, Error> {
        let request = with_timeout(GetOrganisationRequest { organisation_id: id.to_string() });
        let held = answered(self.organisations.clone().get_organisation(request).await)?;
        Ok(held.map(|_| id))
    }
}
