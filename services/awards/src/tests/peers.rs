//! `rounds`, `grading` and `registry` as far as awards asks them, with canned answers.

use std::collections::HashMap;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use kit::transport::Transport;
use prost::Message;
use testing::answers::{asked, last_kept, neighbours};
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::rounds::v1 as rounds;

#[derive(Default)]
pub struct Peers {
    pub rounds: Mutex<Vec<rounds::Round>>,
    pub standings: Mutex<HashMap<String, registry::Standing>>,
    pub certifiers: Mutex<Vec<(String, String)>>,
    /// Of each round, how far its assessment is.
    pub assessments: Mutex<HashMap<String, grading::assessment::State>>,
    pub outcomes: Mutex<Vec<grading::Outcome>>,
    pub down: AtomicBool,
}

/// A page of the canned `ListOutcomes`, so that a round of a few bids has several.
const PER_PAGE: usize = 3;

impl Peers {
    pub fn transport(self: &Arc<Peers>) -> Transport {
        neighbours(self, |peers| &peers.down, Peers::answer)
    }

    fn answer(&self, rpc: &str, message: &[u8]) -> Option<Vec<u8>> {
        match rpc {
            "/toadlane.rounds.v1.RoundsService/GetRound" => self.get_round(message),
            "/toadlane.registry.v1.OrganisationsService/GetStanding" => self.get_standing(message),
            "/toadlane.grading.v1.AssessmentsService/ListAssessments" => self.list_assessments(message),
            "/toadlane.grading.v1.DecisionsService/ListOutcomes" => self.list_outcomes(message),
            other => panic!("nobody should ask {other}"),
        }
    }

    fn get_round(&self, message: &[u8]) -> Option<Vec<u8>> {
        let request = asked::<rounds::GetRoundRequest>(message);
        last_kept(&self.rounds, |round| round.id == request.round_id)
    }

    fn get_standing(&self, message: &[u8]) -> Option<Vec<u8>> {
        let request = asked::<registry::GetStandingRequest>(message);
        let mut standing = self.standings.lock().unwrap().get(&request.organisation_id)?.clone();
        let pair = (request.organisation_id, request.person_id);
        standing.person_is_certifier = self.certifiers.lock().unwrap().contains(&pair);
        Some(standing.encode_to_vec())
    }

    fn list_assessments(&self, message: &[u8]) -> Option<Vec<u8>> {
        let request = asked::<grading::ListAssessmentsRequest>(message);
        let state = self.assessments.lock().unwrap().get(&request.round_id).copied();
        let assessments = state.into_iter().map(|state| grading::Assessment {
            round_id: request.round_id.clone(),
            state: state.into(),
            ..Default::default()
        });
        let answer = grading::ListAssessmentsResponse { assessments: assessments.collect(), ..Default::default() };
        Some(answer.encode_to_vec())
    }

    fn list_outcomes(&self, message: &[u8]) -> Option<Vec<u8>> {
        let request = asked::<grading::ListOutcomesRequest>(message);
        let outcomes = self.outcomes.lock().unwrap();
        let all: Vec<_> = outcomes.iter().filter(|outcome| outcome.round_id == request.round_id).collect();
        let from: usize = request.page_token.parse().unwrap_or(0);
        let page = all.iter().skip(from).take(PER_PAGE).map(|outcome| (*outcome).clone());
        let next = from + PER_PAGE;
        let answer = grading::ListOutcomesResponse {
            outcomes: page.collect(),
            next_page_token: if next < all.len() { next.to_string() } else { String::new() },
            ..Default::default()
        };
        Some(answer.encode_to_vec())
    }
}
