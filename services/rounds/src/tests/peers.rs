//! `registry` as far as rounds ask it, with canned answers.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use kit::ids::{BoardId, OrgId};
use kit::transport::Transport;
use prost::Message;
use testing::answers::{asked, neighbours};
use toadlane_proto::registry::v1 as registry;

/// One organisation and two boards.
pub struct Peers {
    pub network: OrgId,
    pub boards: [BoardId; 2],
    pub down: AtomicBool,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        neighbours(self, |peers| &peers.down, Peers::answer)
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc {
            "/toadlane.registry.v1.BoardsService/GetBoard" => {
                let id = asked::<registry::GetBoardRequest>(message).board_id;
                let is_held = self.boards.iter().any(|board| board.to_string() == id);
                is_held.then(|| registry::Board { id, ..Default::default() }.encode_to_vec())
            }
            "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                let id = asked::<registry::GetOrganisationRequest>(message).organisation_id;
                let is_held = self.network.to_string() == id;
                is_held.then(|| registry::Organisation { id, ..Default::default() }.encode_to_vec())
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}
