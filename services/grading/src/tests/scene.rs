//! A round with its boards, people and bids, and the way through its assessment.
//!
//! Two boards sit jointly. On the first sit the chair and two neutral members, on the second a member of Kirklees and
//! one of Southampton, and a seat without a vote. Plymouth, Kirklees and Southampton bid.

use std::sync::Arc;

use kit::caller::Role;
use kit::ids::{BidId, BoardId, OrgId, PersonId, RoundId};
use pb::determination::{Basis, Outcome};
use rounds::grading_board::Part;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;
use tonic::Status;

use super::harness::*;
use super::peers::Peers;

#[derive(Clone)]
pub struct Scene {
    pub peers: Arc<Peers>,
    pub round: RoundId,
    pub boards: [BoardId; 2],
    pub network: OrgId,
    pub manager: Who,
    pub clerk: Who,
    /// On the first board: the chair first.
    pub chair: Who,
    pub ann: Who,
    pub bob: Who,
    /// On the second board.
    pub of_kirklees: Who,
    pub of_southampton: Who,
    pub voteless: Who,
    pub plymouth: OrgId,
    pub kirklees: OrgId,
    pub southampton: OrgId,
    /// Of Plymouth, of Kirklees and of Southampton.
    pub bids: [BidId; 3],
    /// Set when the assessment is opened.
    pub assessment: String,
}

fn text(en: &str) -> Option<types::LocalizedText> {
    Some(types::LocalizedText { en: en.to_string(), cy: String::new() })
}

fn criterion(code: &str, weight: i32) -> rounds::Criterion {
    rounds::Criterion { code: code.to_string(), name: text(code), weight, ..Default::default() }
}

/// Difference counts three times as much as need; marks go from 0 to 5; the pot holds two grants.
fn a_round(id: RoundId, boards: &[(BoardId, Part)]) -> rounds::Round {
    let instrument = rounds::Instrument {
        code: "policy_prototype".to_string(),
        name: text("Policy prototype"),
        pot: pounds(3000),
        floor: pounds(500),
        ceiling: pounds(1500),
        ..Default::default()
    };
    let question = rounds::Question {
        id: "scale".to_string(),
        label: text("Can it be done with less?"),
        r#type: rounds::question::Type::YesNo.into(),
        ..Default::default()
    };
    let board =
        |&(board, part): &(BoardId, Part)| rounds::GradingBoard { board_id: board.to_string(), part: part.into() };
    let rules = rounds::RoundRules {
        reference: "r3-2020".to_string(),
        title: text("2020 policy prototypes"),
        instruments: vec![instrument],
        form: Some(rounds::Form { version: 1, questions: vec![question], ..Default::default() }),
        criteria: vec![criterion("difference", 3), criterion("need", 1)],
        scale: Some(rounds::Scale { min: 0, max: 5, anchors: Vec::new() }),
        boards: boards.iter().map(board).collect(),
        ..Default::default()
    };
    let announces = types::Deadline {
        instant: wire(ANNOUNCES),
        zone: "Europe/London".to_string(),
        announced: "noon on 4 February 2020".to_string(),
    };
    rounds::Round {
        id: id.to_string(),
        etag: "5".to_string(),
        state: rounds::round::State::Closed.into(),
        rules: Some(rules),
        timetable: Some(rounds::Timetable { announces: Some(announces), ..Default::default() }),
        ..Default::default()
    }
}

impl Scene {
    pub fn joint(peers: &Arc<Peers>) -> Scene {
        Scene::set(peers, [Part::Joint, Part::Joint])
    }

    pub fn in_two_stages(peers: &Arc<Peers>) -> Scene {
        Scene::set(peers, [Part::Recommends, Part::Determines])
    }

    fn set(peers: &Arc<Peers>, parts: [Part; 2]) -> Scene {
        let network = OrgId::new();
        let councils = ["Plymouth", "Kirklees", "Southampton"].map(|name| peers.organisation(name));
        let [plymouth, kirklees, southampton] = councils;
        let boards = [peers.board("EOC", 2), peers.board("V&P", 2)];
        let member = || Who::nobody(PersonId::new());
        let scene = Scene {
            peers: peers.clone(),
            round: RoundId::new(),
            boards,
            network,
            manager: Who::person(Role::RoundManager, network),
            clerk: Who::person(Role::Clerk, network),
            chair: Who::person(Role::PanelChair, network),
            ann: member(),
            bob: member(),
            of_kirklees: member(),
            of_southampton: member(),
            voteless: member(),
            plymouth,
            kirklees,
            southampton,
            bids: [BidId::new(); 3],
            assessment: String::new(),
        };
        for who in [&scene.chair, &scene.ann, &scene.bob] {
            peers.seat(boards[0], who.id(), peers.organisation("Neutral"), true);
        }
        peers.seat(boards[1], scene.of_kirklees.id(), kirklees, true);
        peers.seat(boards[1], scene.of_southampton.id(), southampton, true);
        peers.seat(boards[1], scene.voteless.id(), peers.organisation("Neutral"), false);
        let round = a_round(scene.round, &[(boards[0], parts[0]), (boards[1], parts[1])]);
        peers.rounds.lock().unwrap().push(round);
        let bids = [(1, plymouth), (2, kirklees), (3, southampton)];
        let bids = bids.map(|(number, council)| peers.bid(scene.round, number, council, |_| {}));
        Scene { bids, ..scene }
    }

    /// Changes a bid before it is assessed.
    pub fn change_bid(&self, bid: usize, change: impl FnOnce(&mut bids::Bid)) {
        let mut bids = self.peers.bids.lock().unwrap();
        change(bids.iter_mut().find(|one| one.id == self.bids[bid].to_string()).unwrap());
    }

    /// Changes the round before it is assessed.
    pub fn change_round(&self, change: impl FnOnce(&mut rounds::RoundRules)) {
        let mut rounds = self.peers.rounds.lock().unwrap();
        let round = rounds.iter_mut().find(|round| round.id == self.round.to_string()).unwrap();
        change(round.rules.as_mut().unwrap());
    }

    /// Everybody with a vote.
    pub fn voters(&self) -> Vec<Who> {
        [&self.chair, &self.ann, &self.bob, &self.of_kirklees, &self.of_southampton].map(Who::clone).to_vec()
    }

    pub fn open_request(&self) -> pb::OpenAssessmentRequest {
        pb::OpenAssessmentRequest {
            request_id: new_id(),
            round_id: self.round.to_string(),
            reviews_due: wire(REVIEWS_DUE),
            least_reviews: 2,
            tie_criterion: "difference".to_string(),
            letters_ahead_minutes: 60,
            scaling_question_id: "scale".to_string(),
            validate_only: false,
        }
    }

    pub async fn open(&mut self, harness: &Harness) -> pb::Assessment {
        let request = self.open_request();
        let opened = harness.as_who(&self.manager).assessments.open_assessment(request).await.unwrap().into_inner();
        self.assessment.clone_from(&opened.id);
        opened
    }

    /// Opens the assessment, and has every voter declare that there is nothing else.
    pub async fn declared(&mut self, harness: &Harness) {
        self.open(harness).await;
        for who in self.voters() {
            self.declare(harness, &who, &[]).await.unwrap();
        }
    }

    pub async fn get(&self, harness: &Harness) -> pb::Assessment {
        let request = pb::GetAssessmentRequest { assessment_id: self.assessment.clone() };
        harness.as_who(&self.manager).assessments.get_assessment(request).await.unwrap().into_inner()
    }

    pub async fn declare(&self, harness: &Harness, who: &Who, bids: &[BidId]) -> Result<pb::PanelMember, Status> {
        let interests = bids.iter().map(|bid| interest_in(*bid)).collect();
        let request = pb::DeclareInterestsRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            interests,
            validate_only: false,
        };
        Ok(harness.as_who(who).assessments.declare_interests(request).await?.into_inner())
    }

    /// An interest of somebody that others know of.
    pub fn record_interest(&self, who: &Who, bid: BidId) -> pb::RecordInterestRequest {
        pb::RecordInterestRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            person_id: who.subject.clone(),
            interest: Some(interest_in(bid)),
            validate_only: false,
            near_miss_id: String::new(),
        }
    }

    /// An interest that the manager recorded and the clerk decided on.
    pub async fn recuse(&self, harness: &Harness, who: &Who, bid: BidId) {
        let record = self.record_interest(who, bid);
        let recorded = harness.as_who(&self.manager).assessments.record_interest(record).await.unwrap().into_inner();
        let recuse = decide(&recorded, pb::interest::State::Recused);
        harness.as_who(&self.clerk).assessments.decide_interest(recuse).await.unwrap();
    }

    /// Interests as somebody finds them.
    pub async fn interests(&self, harness: &Harness, who: &Who) -> Vec<pb::Interest> {
        let request = pb::ListInterestsRequest { assessment_id: self.assessment.clone(), ..Default::default() };
        harness.as_who(who).assessments.list_interests(request).await.unwrap().into_inner().interests
    }

    /// The bids that somebody finds, by the number in their titles.
    pub async fn numbers(&self, harness: &Harness, who: &Who) -> Vec<i64> {
        let listed = self.list_bids(harness, who).await.unwrap();
        assert_eq!(listed.total_size, listed.bids.len() as i64);
        listed.bids.iter().map(|bid| bid.title.trim_start_matches("Bid ").parse().unwrap()).collect()
    }

    /// The bids of a ranking in its order, by their numbers, which not everybody is told.
    pub fn numbers_in(&self, ranking: &pb::Ranking) -> Vec<usize> {
        let number = |bid: &str| self.bids.iter().position(|one| one.to_string() == bid).unwrap() + 1;
        ranking.bids.iter().map(|one| number(&one.bid_id)).collect()
    }

    /// Somebody of an organisation who comes in the place of the member of Kirklees.
    pub fn substitute(&self, person: PersonId, organisation: OrgId) -> pb::AddSubstituteRequest {
        pb::AddSubstituteRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            person_id: person.to_string(),
            organisation_id: organisation.to_string(),
            substitute_for: self.of_kirklees.subject.clone(),
            validate_only: false,
        }
    }

    pub async fn assign(&self, harness: &Harness, pairs: &[(BidId, &Who)]) -> Result<Vec<pb::Review>, Status> {
        let pair =
            |(bid, who): &(BidId, &Who)| pb::Assignment { bid_id: bid.to_string(), reviewer_id: who.subject.clone() };
        let request = pb::AssignReviewsRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            assignments: pairs.iter().map(pair).collect(),
            validate_only: false,
        };
        Ok(harness.as_who(&self.manager).reviews.assign_reviews(request).await?.into_inner().reviews)
    }

    /// Assigns a bid to somebody who takes it on.
    pub async fn accepted(&self, harness: &Harness, bid: BidId, who: &Who) -> pb::Review {
        let assigned = self.assign(harness, &[(bid, who)]).await.unwrap().remove(0);
        harness.as_who(who).reviews.accept_review(accept(&assigned)).await.unwrap().into_inner()
    }

    /// A whole review, handed in.
    pub async fn reviewed(&self, harness: &Harness, bid: BidId, who: &Who, marks: [i32; 2]) -> pb::Review {
        let accepted = self.accepted(harness, bid, who).await;
        let saved = harness.as_who(who).reviews.save_review(save(&accepted, &marks)).await.unwrap().into_inner();
        harness.as_who(who).reviews.submit_review(submit(&saved)).await.unwrap().into_inner()
    }

    /// Everybody's reviews: the chair, Ann and Bob mark each bid alike.
    pub async fn all_reviewed(&self, harness: &Harness, marks: [[i32; 2]; 3]) {
        for (bid, marks) in self.bids.into_iter().zip(marks) {
            for who in [&self.chair, &self.ann, &self.bob] {
                self.reviewed(harness, bid, who, marks).await;
            }
        }
    }

    /// What is settled about a bid: marks on which the panel agreed, and feedback on its need.
    pub fn moderate(&self, bid: BidId, etag: &str, agreed: &[(&str, i32)], feedback: &str) -> pb::ModerateBidRequest {
        let agreed = agreed.iter().map(|&(criterion, mark)| pb::AgreedMark {
            criterion: criterion.to_string(),
            mark,
            reason: "talked over".to_string(),
        });
        pb::ModerateBidRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            bid_id: bid.to_string(),
            etag: etag.to_string(),
            agreed: agreed.collect(),
            feedback: vec![pb::Feedback { criterion: "need".to_string(), text: feedback.to_string() }],
            validate_only: false,
        }
    }

    /// A casting decision between the bids of a tie, best first.
    pub fn cast(&self, bids: &[BidId]) -> pb::CastTieRequest {
        pb::CastTieRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            bid_ids: bids.iter().map(BidId::to_string).collect(),
            reason: "the chair's casting vote".to_string(),
            validate_only: false,
        }
    }

    pub async fn start_moderation(&self, harness: &Harness, who: &Who) -> Result<pb::Assessment, Status> {
        let request = pb::StartModerationRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            etag: self.get(harness).await.etag,
            validate_only: false,
        };
        Ok(harness.as_who(who).assessments.start_moderation(request).await?.into_inner())
    }

    pub async fn start_determination(&self, harness: &Harness, who: &Who) -> Result<pb::Assessment, Status> {
        let request = pb::StartDeterminationRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            etag: self.get(harness).await.etag,
            validate_only: false,
        };
        Ok(harness.as_who(who).assessments.start_determination(request).await?.into_inner())
    }

    /// An assessment in determination, all bids marked so.
    pub async fn determining(&mut self, harness: &Harness, marks: [[i32; 2]; 3]) {
        self.declared(harness).await;
        self.all_reviewed(harness, marks).await;
        self.start_moderation(harness, &self.manager).await.unwrap();
        harness.clock(MEETING).await;
        self.start_determination(harness, &self.manager).await.unwrap();
    }

    pub async fn meeting(&self, harness: &Harness, part: Part, present: &[&Who]) -> Result<pb::Meeting, Status> {
        let request = pb::RecordMeetingRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            part: part.into(),
            held_at: wire(MEETING),
            place: "Stevenage".to_string(),
            present: present.iter().map(|who| who.subject.clone()).collect(),
            chair_id: present[0].subject.clone(),
            minutes: "The panel met.".to_string(),
            validate_only: false,
        };
        Ok(harness.as_who(&self.clerk).decisions.record_meeting(request).await?.into_inner())
    }

    /// A joint meeting of everybody.
    pub async fn full_meeting(&self, harness: &Harness) -> pb::Meeting {
        let voters = self.voters();
        self.meeting(harness, Part::Joint, &voters.iter().collect::<Vec<_>>()).await.unwrap()
    }

    pub fn determine(&self, bid: BidId, outcome: Outcome, meeting: &str) -> pb::DetermineBidRequest {
        let amount = match outcome {
            Outcome::Fund | Outcome::Reserve => pounds(1500),
            Outcome::FundInPart => pounds(1000),
            Outcome::Decline | Outcome::Defer | Outcome::Unspecified => None,
        };
        pb::DetermineBidRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            bid_id: bid.to_string(),
            outcome: outcome.into(),
            amount,
            conditions: Vec::new(),
            reason: "the panel thinks so".to_string(),
            basis: Basis::Meeting.into(),
            meeting_id: meeting.to_string(),
            deciders: Vec::new(),
            board_id: String::new(),
            decided_on: String::new(),
            validate_only: false,
        }
    }

    pub async fn determined(&self, harness: &Harness, bid: BidId, outcome: Outcome, meeting: &pb::Meeting) {
        let request = self.determine(bid, outcome, &meeting.id);
        harness.as_who(&self.clerk).decisions.determine_bid(request).await.unwrap();
    }

    pub async fn close(
        &self,
        harness: &Harness,
        departure: &str,
        over_commitment: &str,
    ) -> Result<pb::Assessment, Status> {
        let request = pb::CloseAssessmentRequest {
            request_id: new_id(),
            assessment_id: self.assessment.clone(),
            etag: self.get(harness).await.etag,
            departure_reason: departure.to_string(),
            over_commitment_reason: over_commitment.to_string(),
            validate_only: false,
        };
        Ok(harness.as_who(&self.clerk).assessments.close_assessment(request).await?.into_inner())
    }

    /// Closed with these outcomes, decided by a meeting of everybody.
    pub async fn decided(&mut self, harness: &Harness, outcomes: [Outcome; 3]) {
        self.determining(harness, [[5, 5], [4, 4], [3, 3]]).await;
        let meeting = self.full_meeting(harness).await;
        for (bid, outcome) in self.bids.into_iter().zip(outcomes) {
            self.determined(harness, bid, outcome, &meeting).await;
        }
        self.close(harness, "", "").await.unwrap();
    }

    pub async fn ranking(&self, harness: &Harness, who: &Who) -> Result<pb::Ranking, Status> {
        let request = pb::GetRankingRequest { assessment_id: self.assessment.clone() };
        Ok(harness.as_who(who).reviews.get_ranking(request).await?.into_inner())
    }

    pub async fn list_bids(&self, harness: &Harness, who: &Who) -> Result<pb::ListAssessedBidsResponse, Status> {
        let request = pb::ListAssessedBidsRequest { assessment_id: self.assessment.clone(), ..Default::default() };
        Ok(harness.as_who(who).assessments.list_assessed_bids(request).await?.into_inner())
    }

    pub async fn outcomes(&self, harness: &Harness, who: &Who) -> pb::ListOutcomesResponse {
        let request = pb::ListOutcomesRequest { round_id: self.round.to_string(), ..Default::default() };
        harness.as_who(who).decisions.list_outcomes(request).await.unwrap().into_inner()
    }
}

pub fn interest_in(bid: BidId) -> pb::DeclaredInterest {
    pb::DeclaredInterest {
        bid_id: bid.to_string(),
        kind: pb::interest::Kind::Family.into(),
        note: "my sister wrote it".to_string(),
    }
}

pub fn decide(interest: &pb::Interest, state: pb::interest::State) -> pb::DecideInterestRequest {
    pb::DecideInterestRequest {
        request_id: new_id(),
        interest_id: interest.id.clone(),
        etag: interest.etag.clone(),
        state: state.into(),
        reason: "the panel talked it over".to_string(),
        validate_only: false,
    }
}

/// Marks in the order of the criteria, each with a reason.
pub fn save(review: &pb::Review, marks: &[i32]) -> pb::SaveReviewRequest {
    let codes = ["difference", "need"];
    let mark = |(code, mark): (&str, &i32)| pb::Mark {
        criterion: code.to_string(),
        mark: Some(*mark),
        reason: format!("it is worth a {mark}"),
    };
    pb::SaveReviewRequest {
        request_id: new_id(),
        review_id: review.id.clone(),
        etag: review.etag.clone(),
        marks: codes.into_iter().zip(marks).map(mark).collect(),
        comment: "read twice".to_string(),
        validate_only: false,
    }
}

pub fn accept(review: &pb::Review) -> pb::AcceptReviewRequest {
    let (review_id, etag) = (review.id.clone(), review.etag.clone());
    pb::AcceptReviewRequest { request_id: new_id(), review_id, etag, validate_only: false }
}

pub fn submit(review: &pb::Review) -> pb::SubmitReviewRequest {
    let (review_id, etag) = (review.id.clone(), review.etag.clone());
    pb::SubmitReviewRequest { request_id: new_id(), review_id, etag, validate_only: false }
}

pub fn decline(review: &pb::Review, reason: &str) -> pb::DeclineReviewRequest {
    let (review_id, etag, reason) = (review.id.clone(), review.etag.clone(), reason.to_string());
    pb::DeclineReviewRequest { request_id: new_id(), review_id, etag, reason, validate_only: false }
}

pub fn give_back(review: &pb::Review, reason: &str) -> pb::ReturnReviewRequest {
    let (review_id, etag, reason) = (review.id.clone(), review.etag.clone(), reason.to_string());
    pb::ReturnReviewRequest { request_id: new_id(), review_id, etag, reason, validate_only: false }
}

pub fn cancel(review: &pb::Review, reason: &str) -> pb::CancelReviewRequest {
    let (review_id, etag, reason) = (review.id.clone(), review.etag.clone(), reason.to_string());
    pb::CancelReviewRequest { request_id: new_id(), review_id, etag, reason, validate_only: false }
}
