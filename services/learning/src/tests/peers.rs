//! The neighbours as far as learning asks them: canned answers.

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::{asked, last_kept, neighbours};
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;

/// The other services as far as learning asks them, with canned answers. What is kept last holds.
#[derive(Default)]
pub struct Peers {
    pub rounds: Mutex<Vec<rounds::Round>>,
    pub reports: Mutex<Vec<reporting::Report>>,
    pub organisations: Mutex<Vec<registry::Organisation>>,
    pub frameworks: Mutex<Vec<rounds::Framework>>,
    pub awards: Mutex<Vec<awards::Award>>,
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
            // Only accepted and released ones are visible to learning.
            "/toadlane.reporting.v1.ReportsService/GetReport" => {
                let id = asked::<reporting::GetReportRequest>(message).report_id;
                let reports = self.reports.lock().unwrap();
                let report = reports.iter().rev().find(|report| report.id == id)?;
                report.release.as_ref()?.to_learning.then(|| report.encode_to_vec())
            }
            "/toadlane.registry.v1.OrganisationsService/GetOrganisation" => {
                let id = asked::<registry::GetOrganisationRequest>(message).organisation_id;
                last_kept(&self.organisations, |organisation| organisation.id == id)
            }
            "/toadlane.rounds.v1.FrameworksService/ListFrameworks" => {
                let frameworks = self.frameworks.lock().unwrap().clone();
                Some(rounds::ListFrameworksResponse { frameworks, ..Default::default() }.encode_to_vec())
            }
            "/toadlane.rounds.v1.FrameworksService/GetFramework" => {
                let id = asked::<rounds::GetFrameworkRequest>(message).framework_id;
                last_kept(&self.frameworks, |framework| framework.id == id)
            }
            "/toadlane.awards.v1.AwardsService/ListAwards" => {
                let awards = self.awards.lock().unwrap().clone();
                Some(awards::ListAwardsResponse { awards, ..Default::default() }.encode_to_vec())
            }
            other => panic!("nobody should ask {other}"),
        }
    }
}
