//! `registry` as far as rounds ask it, with canned answers.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use http::Request;
use http_body_util::BodyExt;
use kit::heard::framed;
use kit::ids::{BoardId, OrgId};
use kit::transport::Transport;
use prost::Message;
use toadlane_proto::registry::v1 as registry;
use tonic::Status;
use tonic::body::Body;
use tower::service_fn;

/// One organisation and two boards.
pub struct Peers {
    pub network: OrgId,
    pub boards: [BoardId; 2],
    pub down: AtomicBool,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        let peers = self.clone();
        Transport::new(service_fn(move |request: Request<Body>| {
            let peers = peers.clone();
            async move {
                if peers.down.load(Ordering::SeqCst) {
                    return Err(Status::unavailable("down"));
                }
                let rpc = request.uri().path().to_string();
                let message = request.into_body().collect().await?.to_bytes().slice(5..);
                let answer = peers.answer(&rpc, &message);
                Ok(answer.map_or_else(|| Status::not_found("no such thing").into_http(), |answer| framed(&answer)))
            }
        }))
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
