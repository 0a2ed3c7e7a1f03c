//! The neighbours as far as learning asks them: canned answers.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::canned;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;

/// The other services as far as learning asks them, with canned answers.
#[derive(Default)]
pub struct Peers {
    pub rounds: Mutex<HashMap<String, rounds::Round>>,
    pub reports: Mutex<HashMap<String, reporting::Report>>,
    pub organisations: Mutex<HashMap<String, registry::Organisation>>,
    pub frameworks: Mutex<Vec<rounds::Framework>>,
    pub awards: Mutex<Vec<toadlane_proto::awards::v1::Award>>,
}

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        let peers = self.clone();
        canned(move |rpc, message| Ok(peers.answer(rpc, message)))
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc.rsplit('/').next().unwrap() {
            "GetRound" => {
                let asked = rounds::GetRoundRequest::decode(message).unwrap();
                self.rounds.lock().unwrap().get(&asked.round_id).map(Message::encode_to_vec)
            }
            // Only accepted and released ones are visible to learning.
            "GetReport" => {
                let asked = reporting::GetReportRequest::decode(message).unwrap();
                let reports = self.reports.lock().unwrap();
                let report = reports.get(&asked.report_id)?;
                report.release.as_ref()?.to_learning.then(|| report.encode_to_vec())
            }
            "GetOrganisation" => {
                let asked = registry::GetOrganisationRequest::decode(message).unwrap();
                self.organisations.lock().unwrap().get(&asked.organisation_id).map(Message::encode_to_vec)
            }
            "ListFrameworks" => {
                let frameworks = self.frameworks.lock().unwrap().clone();
                Some(rounds::ListFrameworksResponse { frameworks, ..Default::default() }.encode_to_vec())
            }
            "GetFramework" => {
                let asked = rounds::GetFrameworkRequest::decode(message).unwrap();
                let frameworks = self.frameworks.lock().unwrap();
                frameworks.iter().find(|one| one.id == asked.framework_id).map(Message::encode_to_vec)
            }
            "ListAwards" => {
                let awards = self.awards.lock().unwrap().clone();
                let page = toadlane_proto::awards::v1::ListAwardsResponse { awards, ..Default::default() };
                Some(page.encode_to_vec())
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}
