//! Awards: one round played from its bids to agreements that the councils accepted.

use kit::caller::Duty;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1::Money;

use super::super::cast::{Grader, Org};
use super::grading::{ANNOUNCED, timetable};
use super::{House, Register, Rounds, content};

/// Who asks with the bids of the granted round: as many awards of each are accepted. The round's pot has room for
/// forty.
const APPLICANTS: [Org; 13] = {
    let mut all = [Org::Applicant; 13];
    all[11] = Org::Former;
    all[12] = Org::Former;
    all
};

/// From here on awards are reported on, and nothing else is done with them.
pub const FIRST_REPORTED: usize = 6;

pub fn pounds(pounds: i64) -> Option<Money> {
    Some(Money { minor_units: pounds * 100, currency: "GBP".to_string() })
}

/// The round `granted`, from its bids on: a round that is announced, with awards.
pub struct Granted {
    pub round: rounds::Round,
    /// The round's bids, in the order of [`APPLICANTS`].
    pub bids: Vec<bids::Bid>,
    pub assessment: grading::Assessment,
    /// Accepted by their councils and active, in the order of their references: one for each of [`APPLICANTS`].
    pub accepted: Vec<pb::Award>,
}

/// The granted round while it is played, step by step between moves of the clock: scheduled before bids open, handed
/// in, graded once it is closed, decided once reviews are in, granted once it is announced.
pub struct Granting<'a> {
    house: &'a House<'a>,
    round: rounds::Round,
    bids: Vec<bids::Bid>,
    assessment: grading::Assessment,
}

impl<'a> Granting<'a> {
    pub async fn scheduled(house: &'a House<'a>, register: &Register, rounds: &Rounds) -> Granting<'a> {
        let board = [register.small_board.id.clone()];
        let timetable = timetable(ANNOUNCED, "9:00am on 6 November 2019");
        let round = house.scheduled("granted", &rounds.framework, &board, timetable).await;
        Granting { house, round, bids: Vec::new(), assessment: grading::Assessment::default() }
    }

    /// While the round is open.
    pub async fn hand_in(&mut self) {
        for (applicant, number) in APPLICANTS.into_iter().zip(1..) {
            let content = content(&format!("granted {number}"));
            self.bids.push(self.house.handed_in_by(applicant, &self.round.id, content).await);
        }
    }

    fn members(&self) -> Vec<&Grader> {
        self.house.cast.graders.iter().collect()
    }

    /// Once it is closed.
    pub async fn grade(&mut self) {
        self.assessment = self.house.opened(&self.round.id, &self.bids).await;
        let members = self.members();
        self.house.declared(&self.assessment.id, &members).await;
        let reviews = self.house.assigned(&self.assessment.id, &self.bids, &members[..2]).await;
        self.house.reviewed(&reviews, &members).await;
    }

    /// Once reviews were due.
    pub async fn decide(&mut self) {
        self.house.settled(&self.assessment.id).await;
        let meeting = self.house.met(&self.assessment.id, &self.members()).await;
        self.assessment = self.house.decided(&meeting, &self.bids, |_| None).await;
    }

    /// Once it is announced.
    pub async fn grant(self) -> Granted {
        let Granting { house, round, bids, assessment } = self;
        let mut accepted = Vec::new();
        for award in house.prepared(&round.id).await {
            let offered = house.offered(&award.id).await;
            accepted.push(house.accepted(&offered).await);
        }
        Granted { round, bids, assessment, accepted }
    }
}

impl House<'_> {
    /// Prepares the awards of a decided round; all of them, by their references.
    pub async fn prepared(&self, round_id: &str) -> Vec<pb::Award> {
        let settings = pb::AwardSettings { starts_on: "2019-11-06".to_string(), offer_days: 21, ..Default::default() };
        let request =
            pb::PrepareAwardsRequest { round_id: round_id.to_string(), settings: Some(settings), ..Default::default() };
        let _: pb::PrepareAwardsResponse = self.asking.made(self.manager(), "PrepareAwards", &request).await;
        let request = pb::ListAwardsRequest {
            round_id: round_id.to_string(),
            order: pb::list_awards_request::Order::Number.into(),
            page_size: 500,
            ..Default::default()
        };
        let listed: pb::ListAwardsResponse = self.asking.made(self.manager(), "ListAwards", &request).await;
        listed.awards
    }

    pub async fn offered(&self, award_id: &str) -> pb::Award {
        let request = pb::OfferAwardRequest { award_id: award_id.to_string(), ..Default::default() };
        self.asking.made(self.manager(), "OfferAward", &request).await
    }

    /// The word of the certifier of whoever asked.
    pub async fn accepted(&self, award: &pb::Award) -> pb::Award {
        let applicant = self.cast.org_of(&award.applicant_organisation_id);
        let certifier = self.cast.holder_of(Duty::Certifier, applicant);
        self.asking.made(certifier, "AcceptAward", &accept(award, &certifier.subject)).await
    }
}

pub fn accept(award: &pb::Award, certifier_id: &str) -> pb::AcceptAwardRequest {
    let agreement = award.agreement.clone().expect("an award has terms");
    pb::AcceptAwardRequest {
        award_id: award.id.clone(),
        version: agreement.version,
        sha256: agreement.sha256,
        certifier_id: certifier_id.to_string(),
        role: "Chief finance officer".to_string(),
        ..Default::default()
    }
}
