//! Facts asked of the registry: whether what a round or a framework names exists there.

use std::time::Duration;

use kit::fault::Reason;
use kit::ids::{BoardId, OrgId};
use kit::transport::Transport;
use toadlane_proto::registry::v1::boards_service_client::BoardsServiceClient;
use toadlane_proto::registry::v1::organisations_service_client::OrganisationsServiceClient;
use toadlane_proto::registry::v1::{GetBoardRequest, GetOrganisationRequest};
use tonic::{Code, Request, Status};

use crate::error::Error;

/// How long a caller of ours waits for a neighbour.
const PATIENCE: Duration = Duration::from_secs(3);

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
    pub async fn boards(&self, named: Vec<BoardId>) -> Result<Vec<BoardId>, Error> {
        let mut held = Vec::with_capacity(named.len());
        for id in named {
            let request = patient(GetBoardRequest { board_id: id.to_string() });
            if exists(self.boards.clone().get_board(request).await)? {
                held.push(id);
            }
        }
        Ok(held)
    }

    /// The organisation, if the registry holds it.
    pub async fn organisation(&self, id: OrgId) -> Result<Option<OrgId>, Error> {
        let request = patient(GetOrganisationRequest { organisation_id: id.to_string() });
        let held = exists(self.organisations.clone().get_organisation(request).await)?;
        Ok(held.then_some(id))
    }
}

fn patient<T>(message: T) -> Request<T> {
    let mut request = Request::new(message);
    request.set_timeout(PATIENCE);
    request
}

fn exists<T>(answer: Result<T, Status>) -> Result<bool, Error> {
    match answer {
        Ok(_) => Ok(true),
        Err(status) => match status.code() {
            Code::NotFound => Ok(false),
            Code::Unavailable | Code::DeadlineExceeded => Err(Error::Neighbour { reason: Reason::TryAgain, status }),
            _ => Err(Error::Neighbour { reason: Reason::Internal, status }),
        },
    }
}
