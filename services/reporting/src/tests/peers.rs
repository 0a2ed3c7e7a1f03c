//! `registry`, `rounds` and `bids` as far as reporting asks them, with canned answers.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::{asked, last_kept, neighbours};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

#[derive(Default)]
pub struct Peers {
    pub organisations: Mutex<Vec<registry::Organisation>>,
    /// Pairs of organisation and person.
    pub certifiers: Mutex<Vec<(String, String)>>,
    pub rounds: Mutex<Vec<rounds::Round>>,
    pub frameworks: Mutex<Vec<rounds::Framework>>,
    pub bids: Mutex<Vec<bids::Bid>>,
    pub down: AtomicBool,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        neighbours(self, |peers| &peers.down, Peers::answer)
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc {
            "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                let id = asked::<registry::GetOrganisationRequest>(message).organisation_id;
                last_kept(&self.organisations, |organisation| organisation.id == id)
            }
            "/toadlane.registry.v1.OrganisationsService/GetStanding" => {
                let registry::GetStandingRequest { organisation_id, person_id, .. } = asked(message);
                let person_is_certifier = self.certifiers.lock().unwrap().contains(&(organisation_id, person_id));
                Some(registry::Standing { person_is_certifier, ..Default::default() }.encode_to_vec())
            }
            "/toadlane.rounds.v1.RoundsService/GetRound" => {
                let id = asked::<rounds::GetRoundRequest>(message).round_id;
                last_kept(&self.rounds, |round| round.id == id)
            }
            "/toadlane.rounds.v1.FrameworksService/GetFramework" => {
                let id = asked::<rounds::GetFrameworkRequest>(message).framework_id;
                last_kept(&self.frameworks, |framework| framework.id == id)
            }
            "/toadlane.bids.v1.BidsService/GetBid" => {
                let id = asked::<bids::GetBidRequest>(message).bid_id;
                last_kept(&self.bids, |bid| bid.id == id)
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}
