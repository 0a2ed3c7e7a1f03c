//! `rounds` and `registry` as far as bids asks them, with canned answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::canned;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;
use tonic::Status;

#[derive(Default)]
pub struct Peers {
    pub rounds: Mutex<HashMap<String, rounds::Round>>,
    pub standings: Mutex<HashMap<String, registry::Standing>>,
    /// Pairs of organisation and person.
    pub certifiers: Mutex<Vec<(String, String)>>,
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
            "/toadlane.rounds.v1.RoundsService/GetRound" => self.get_round(message),
            "/toadlane.registry.v1.OrganisationsService/GetStanding" => self.get_standing(message),
            other => panic!("nobody should ask {other}"),
        }
    }

    fn get_round(&self, message: &[u8]) -> Option<Vec<u8>> {
        let asked = rounds::GetRoundRequest::decode(message).unwrap();
        self.rounds.lock().unwrap().get(&asked.round_id).map(Message::encode_to_vec)
    }

    fn get_standing(&self, message: &[u8]) -> Option<Vec<u8>> {
        let asked = registry::GetStandingRequest::decode(message).unwrap();
        let mut standing = self.standings.lock().unwrap().get(&asked.organisation_id)?.clone();
        let pair = (asked.organisation_id, asked.person_id);
        standing.person_is_certifier = self.certifiers.lock().unwrap().contains(&pair);
        Some(standing.encode_to_vec())
    }
}
