//! `registry`, `rounds` and `bids` as far as reporting asks them, with canned answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::canned;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use tonic::Status;

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
        canned(move |rpc, message| match peers.down.load(Ordering::SeqCst) {
            true => Err(Status::unavailable("down")),
            false => Ok(peers.answer(rpc, message)),
        })
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
