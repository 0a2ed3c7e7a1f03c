//! Awards: one round taken from its bids to agreements that the councils accepted.

use std::collections::BTreeMap;

use kit::caller::Role;
use toadlane_proto::awards::v1 as pb;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as grading;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::rounds::v1::grading_board::Part;
use toadlane_proto::types::v1::Money;

use super::super::callers::{Grader, Org};
use super::accounts::vary;
use super::grading::{ANNOUNCED, REVIEWED, determine, timetable};
use super::{Harness, Register, Rounds, content};

/// Who asks with the bids of the granted round: as many awards of each are accepted. The round's pot has room for
/// forty.
const APPLICANTS: [Org; 11] = {
    let mut all = [Org::Applicant; 11];
    all[9] = Org::Former;
    all[10] = Org::Former;
    all
};

/// From here on awards are reported on, and nothing else is done with them.
pub const FIRST_REPORTED: usize = 4;

/// The awards that the cases of `awards` are about, by what is to happen to each, or where it stands. The applicant
/// asks, one partner leads, and the other is paid.
const OWN: [&str; 29] = [
    "prepared",
    "to offer",
    "to withdraw unoffered",
    "watched unoffered",
    "offered",
    "to accept",
    "to refuse",
    "to withdraw",
    "conditional",
    "active",
    "watched",
    "to suspend",
    "suspended",
    "to terminate",
    "to complete",
    "completed",
    "closed",
    "varied",
    "to agree",
    "to decline",
    "to approve",
    "to hold",
    "held",
    "to cancel",
    "to instruct",
    "instructed",
    "to fail",
    "paid",
    "reserved",
];

pub fn pounds(pounds: i64) -> Option<Money> {
    Some(Money { minor_units: pounds * 100, currency: "GBP".to_string() })
}

/// The round `granted`, from its bids on: a round that is announced, with awards.
pub struct Granted {
    pub round: rounds::Round,
    /// Accepted by their councils and active, in the order of their references: one for each of [`APPLICANTS`].
    pub accepted: Vec<pb::Award>,
    /// By their names in [`OWN`].
    pub own: BTreeMap<&'static str, pb::Award>,
    /// Their payments: one of each.
    pub payments: BTreeMap<&'static str, pb::Payment>,
    /// All of the award that is paid: due, asked for, a small one, and one that has come back.
    pub recoveries: Vec<pb::Recovery>,
    /// By the names of their awards: one asked for, and two that await the council's word.
    pub variations: BTreeMap<&'static str, pb::Variation>,
    pub extension: pb::Extension,
}

/// The granted round while it runs, step by step between moves of the clock: scheduled before bids open, handed
/// in, graded once it is closed, decided once reviews are in, granted once it is announced.
pub struct Granting<'a> {
    harness: &'a Harness<'a>,
    round: rounds::Round,
    bids: Vec<bids::Bid>,
    assessment: grading::Assessment,
}

impl<'a> Granting<'a> {
    pub async fn scheduled(harness: &'a Harness<'a>, register: &Register, rounds: &Rounds) -> Granting<'a> {
        let board = [(register.small_board.id.clone(), Part::Joint)];
        let timetable = timetable(ANNOUNCED, "9:00am on 6 November 2019");
        let round = harness.scheduled("granted", &rounds.framework, &board, timetable).await;
        Granting { harness, round, bids: Vec::new(), assessment: grading::Assessment::default() }
    }

    /// While the round is open.
    pub async fn hand_in(&mut self) {
        for (applicant, number) in APPLICANTS.into_iter().zip(1..) {
            let content = content(&format!("granted {number}"));
            self.bids.push(self.harness.handed_in_by(applicant, &self.round.id, content).await);
        }
        for name in OWN {
            let content = self.harness.led(content(name));
            self.bids.push(self.harness.handed_in_by(Org::Applicant, &self.round.id, content).await);
        }
    }

    fn members(&self) -> Vec<&Grader> {
        self.harness.callers.graders.iter().collect()
    }

    /// Once it is closed.
    pub async fn grade(&mut self) {
        self.assessment = self.harness.opened(&self.round.id, &self.bids, REVIEWED).await;
        let members = self.members();
        self.harness.declared(&self.assessment.id, &members).await;
        for reviewer in &members[..2] {
            for review in self.harness.assigned(&self.assessment.id, &self.bids, &[reviewer]).await {
                // What is in reserve is tied with nothing.
                let mark = if self.bids.iter().any(|bid| bid.id == review.bid_id && is_reserved(bid)) { 3 } else { 4 };
                self.harness.reviewed(&reviewer.caller, &review.id, mark).await;
            }
        }
    }

    /// Once reviews were due.
    pub async fn decide(&mut self) {
        self.harness.moderating(&self.assessment.id).await;
        self.harness.settled(&self.assessment.id).await;
        let meeting = self.harness.met(&self.assessment.id, Part::Joint, &self.members()).await;
        let decisions = self.bids.iter().map(|bid| {
            let mut decision = determine(&meeting, bid);
            match bid.client_reference.as_str() {
                "conditional" => {
                    let text = "with a plan for the rent".to_string();
                    decision.conditions = vec![grading::GrantCondition { text, precedent: true }];
                }
                _ if is_reserved(bid) => {
                    decision.outcome = grading::determination::Outcome::Reserve.into();
                    decision.reason = "when there is money".to_string();
                }
                _ => {}
            }
            decision
        });
        self.harness.determined(decisions).await;
        self.assessment = self.harness.closed(&self.assessment.id).await;
    }

    /// Once it is announced.
    pub async fn grant(self) -> Granted {
        let Granting { harness, round, .. } = self;
        let mut own = BTreeMap::new();
        for award in harness.prepared(&round.id).await {
            let name = OWN.into_iter().find(|name| *name == award.title);
            if !matches!(
                name,
                Some("prepared" | "to offer" | "to withdraw unoffered" | "watched unoffered" | "reserved")
            ) {
                let offered = harness.offered(&award.id).await;
                if !matches!(name, Some("offered" | "to accept" | "to refuse" | "to withdraw")) {
                    harness.accepted(&offered).await;
                }
            }
            if let Some(name) = name {
                own.insert(name, award.id);
            }
        }
        harness.checked_payees().await;
        let payments = harness.payments(&round.id, &own).await;
        let recoveries = harness.moved(&own, &payments).await;
        harness.ended(&own, &payments).await;
        let extension = harness.extended(&round.id).await;
        let variations = BTreeMap::from([
            ("varied", harness.asked_to_vary(&vary(&own["varied"])).await),
            ("to agree", harness.awaiting(&own["to agree"]).await),
            ("to decline", harness.awaiting(&own["to decline"]).await),
        ]);

        let mut awards = harness.awards(&round.id).await;
        let mut named = BTreeMap::new();
        for (name, id) in own {
            let place = awards.iter().position(|award| award.id == id).expect("it is an award still");
            named.insert(name, awards.remove(place));
        }
        Granted { round, accepted: awards, own: named, payments, recoveries, variations, extension }
    }
}

fn is_reserved(bid: &bids::Bid) -> bool {
    bid.client_reference == "reserved"
}

impl Harness<'_> {
    /// One partner leads, and the other is paid.
    pub fn led(&self, content: bids::BidContent) -> bids::BidContent {
        bids::BidContent {
            lead_organisation_id: self.callers.org(Org::Reader),
            payee_organisation_id: self.callers.org(Org::Editor),
            ..content
        }
    }

    /// Prepares the awards of a decided round; all of them, by their references.
    pub async fn prepared(&self, round_id: &str) -> Vec<pb::Award> {
        let settings = pb::AwardSettings { starts_on: "2019-11-06".to_string(), offer_days: 21, ..Default::default() };
        let request =
            pb::PrepareAwardsRequest { round_id: round_id.to_string(), settings: Some(settings), ..Default::default() };
        let _: pb::PrepareAwardsResponse = self.asking.made(self.manager(), "PrepareAwards", &request).await;
        self.awards(round_id).await
    }

    /// The awards of a round as they are, by their references.
    pub async fn awards(&self, round_id: &str) -> Vec<pb::Award> {
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
        let applicant = self.callers.org_of(&award.applicant_organisation_id);
        let certifier = self.callers.holder_of(Role::Certifier, applicant);
        self.asking.made(certifier, "AcceptAward", &accept(award, &certifier.subject)).await
    }
}

pub fn prepare(round_id: &str) -> pb::PrepareAwardsRequest {
    let settings = pb::AwardSettings { starts_on: "2019-11-06".to_string(), offer_days: 21, ..Default::default() };
    pb::PrepareAwardsRequest { round_id: round_id.to_string(), settings: Some(settings), ..Default::default() }
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

pub fn agree(variation: &pb::Variation, certifier_id: &str) -> pb::AcceptVariationRequest {
    let proposed = variation.proposed.clone().expect("it awaits the council's word");
    pb::AcceptVariationRequest {
        variation_id: variation.id.clone(),
        version: proposed.version,
        sha256: proposed.sha256,
        certifier_id: certifier_id.to_string(),
        role: "Chief finance officer".to_string(),
        ..Default::default()
    }
}
