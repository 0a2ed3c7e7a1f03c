//! `rounds` and `registry` as far as bids asks them, with canned answers.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::{asked, last_kept, neighbours};
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

#[derive(Default)]
pub struct Peers {
    pub rounds: Mutex<Vec<rounds::Round>>,
    pub standings: Mutex<Vec<registry::Standing>>,
    /// Pairs of organisation and person.
    pub certifiers: Mutex<Vec<(String, String)>>,
    pub down: AtomicBool,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        neighbours(self, |peers| &peers.down, Peers::answer)
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc {
            "/toadlane.rounds.v1.RoundsService/GetRound" => {
                let id = asked::<rounds::GetRoundRequest>(message).round_id;
                last_kept(&self.rounds, |round| round.id == id)
            }
            "/toadlane.registry.v1.OrganisationsService/GetStanding" => self.get_standing(&asked(message)),
            other => panic!("nobody should ask {other}"),
        }
    }

    fn get_standing(&self, asked: &registry::GetStandingRequest) -> Option<Vec<u8>> {
        let standings = self.standings.lock().unwrap();
        let standing = standings.iter().rev().find(|one| one.organisation_id == asked.organisation_id)?.clone();
        let pair = (asked.organisation_id.clone(), asked.person_id.clone());
        let person_is_certifier = self.certifiers.lock().unwrap().contains(&pair);
        Some(registry::Standing { person_is_certifier, ..standing }.encode_to_vec())
    }
}
