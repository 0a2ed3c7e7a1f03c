//! `registry` as far as rounds ask it, with canned answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use kit::ids::{BoardId, OrgId};
use kit::transport::Transport;
use prost::Message;
use testing::answers::canned;
use toadlane_proto::registry::v1 as registry;
use tonic::Status;

/// One organisation and two boards.
pub struct Peers {
    pub network: OrgId,
    pub boards: [BoardId; 2],
    pub down: AtomicBool,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        let peers = self.clone();
        canned(move |rpc, message| match peers.down.load(Ordering::SeqCst) {
            true => Err(Status::unavailable("down")),
            false => Ok(peers.answer(rpc, message)),
        })
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc {
            "/toadlane.registry.v1.BoardsService/GetBoard" => {
                let id = registry::GetBoardRequest::decode(message).unwrap().board_id;
                let is_held = self.boards.iter().any(|board| board.to_string() == id);
                is_held.then(|| registry::Board { id, ..Default::default() }.encode_to_vec())
            }
            "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                let id = registry::GetOrganisationRequest::decode(message).unwrap().organisation_id;
                let is_held = self.network.to_string() == id;
                is_held.then(|| registry::Organisation { id, ..Default::default() }.encode_to_vec())
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}
