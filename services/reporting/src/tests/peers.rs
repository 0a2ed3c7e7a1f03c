//! `registry`, `rounds` and `bids` as far as reporting asks them, with canned answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use http::Request;
use http_body_util::BodyExt;
use kit::heard::framed;
use kit::transport::Transport;
use prost::Message;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use tonic::Status;
use tonic::body::Body;
use tower::service_fn;

#[derive(Default)]
pub struct Peers {
    pub organisations: Mutex<HashMap<String, registry::Organisation>>,
    /// Pairs of organisation and person.
    pub certifiers: Mutex<Vec<(String, String)>>,
    pub rounds: Mutex<HashMap<String, rounds::Round>>,
    pub frameworks: Mutex<HashMap<String, rounds::Framework>>,
    pub bids: Mutex<HashMap<String, bids::Bid>>,
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
            "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                let asked = registry::GetOrganisationRequest::decode(message).unwrap();
                self.organisations.lock().unwrap().get(&asked.organisation_id).map(Message::encode_to_vec)
            }
            "/toadlane.registry.v1.OrganisationsService/GetStanding" => {
                let asked = registry::GetStandingRequest::decode(message).unwrap();
                let pair = (asked.organisation_id, asked.person_id);
                let person_is_certifier = self.certifiers.lock().unwrap().contains(&pair);
                Some(registry::Standing { person_is_certifier, ..Default::default() }.encode_to_vec())
            }
            "/toadlane.rounds.v1.RoundsService/GetRound" => {
                let asked = rounds::GetRoundRequest::decode(message).unwrap();
                self.rounds.lock().unwrap().get(&asked.round_id).map(Message::encode_to_vec)
            }
            "/toadlane.rounds.v1.FrameworksService/GetFramework" => {
                let asked = rounds::GetFrameworkRequest::decode(message).unwrap();
                self.frameworks.lock().unwrap().get(&asked.framework_id).map(Message::encode_to_vec)
            }
            "/toadlane.bids.v1.BidsService/GetBid" => {
                let asked = bids::GetBidRequest::decode(message).unwrap();
                self.bids.lock().unwrap().get(&asked.bid_id).map(Message::encode_to_vec)
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}
