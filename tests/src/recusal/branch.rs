//! One course of the assessment after the store was copied. Everything but the hidden bid goes alike in both.

use std::collections::{BTreeMap, BTreeSet};

use demo::reviews::{self, CRITERIA};
use demo::{assessment, interests};
use kit::time::at;
use toadlane_client::Client;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1::grading_board::Part;
use toadlane_proto::types::v1::Money;

use super::{Served, Shared, kit_request_id};

/// What becomes of the hidden bid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// Four reviews with the highest marks, nothing to settle, first in the ranking, and declined.
    Declined,
    /// Three reviews, the fourth cancelled; the marks of bid 9, agreed on innovation, a tie that is cast, and funded.
    Funded,
}

/// After each of these the two courses are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    Reviewed,
    Moderated,
    Ranked,
    Cast,
    Met,
    Decided,
    Closed,
    LettersSent,
}

impl Step {
    pub const ALL: [Step; 8] = [
        Step::Reviewed,
        Step::Moderated,
        Step::Ranked,
        Step::Cast,
        Step::Met,
        Step::Decided,
        Step::Closed,
        Step::LettersSent,
    ];
}

/// Identities that a caller could know or guess, by their prefix.
#[derive(Clone, Debug, Default)]
pub struct Known(pub BTreeMap<String, BTreeSet<String>>);

impl Known {
    fn add(&mut self, id: &str) {
        if let Some((prefix, _)) = id.split_once('_') {
            self.0.entry(prefix.to_string()).or_default().insert(id.to_string());
        }
    }

    pub fn merged(mut self, other: Known) -> Known {
        other.0.into_values().flatten().for_each(|id| self.add(&id));
        self
    }
}

pub struct Branch<'a> {
    pub server: Served,
    shared: &'a Shared,
    hidden: i64,
    course: Course,
    manager: Client,
    clerk: Client,
    token: String,
    members: Vec<(String, Client)>,
    meeting_id: String,
    made: Known,
}

impl<'a> Branch<'a> {
    pub async fn of(server: Served, shared: &'a Shared, hidden: i64, course: Course) -> Branch<'a> {
        let deployment = server.deployment.clone();
        let mut members = Vec::new();
        for (council, person) in &shared.members {
            members.push((person.clone(), deployment.sign_in(&format!("certifier@{council}.example")).await.unwrap()));
        }
        Branch {
            server,
            shared,
            hidden,
            course,
            manager: deployment.sign_in("round.manager@network.example").await.unwrap(),
            clerk: deployment.sign_in("clerk@network.example").await.unwrap(),
            token: deployment.token(demo::network::ADMINISTRATOR).await.unwrap(),
            members,
            meeting_id: String::new(),
            made: Known::default(),
        }
    }

    /// What there is to ask about.
    pub fn known(&self, shared: &Shared) -> Known {
        let mut known = self.made.clone();
        known.add(&shared.round.round.id);
        known.add(&shared.assessment_id);
        shared.round.network.boards.iter().take(1).for_each(|id| known.add(id));
        let involved = |number: i64| number == self.hidden || number == 9;
        for submitted in shared.round.bids.iter().filter(|submitted| involved(submitted.bid.number)) {
            known.add(&submitted.bid.id);
            known.add(&submitted.bid.applicant_organisation_id);
            submitted.bid.attachments.iter().for_each(|file| known.add(&file.id));
        }
        for review in &shared.reviews {
            if involved(shared.round.number_of(&review.bid_id)) {
                known.add(&review.id);
                known.add(&review.reviewer_id);
            }
        }
        for interest in &shared.interests {
            if involved(shared.round.number_of(&interest.bid_id)) {
                known.add(&interest.id);
            }
        }
        known
    }

    pub async fn take(&mut self, step: Step) {
        match step {
            Step::Reviewed => self.review().await,
            Step::Moderated => self.moderate().await,
            Step::Ranked => self.rank().await,
            Step::Cast => self.cast().await,
            Step::Met => self.meet().await,
            Step::Decided => self.decide().await,
            Step::Closed => self.close().await,
            Step::LettersSent => self.at("2020-02-03T08:00:00Z").await,
        }
    }

    async fn at(&self, instant: &str) {
        self.server.deployment.move_clocks(&self.token, at(instant)).await.unwrap();
    }

    fn member(&self, person: &str) -> &Client {
        self.members.iter().find(|(id, _)| id == person).map(|(_, client)| client).unwrap()
    }

    fn bid_id(&self, number: i64) -> &str {
        &self.shared.round.bids[usize::try_from(number - 1).unwrap()].bid.id
    }

    /// The bids by their numbers, the hidden one last: so the identities of the others come alike.
    fn numbers(&self) -> Vec<i64> {
        (1..=13).filter(|number| *number != self.hidden).chain([self.hidden]).collect()
    }

    /// Reviews of what was left: of the other case's bid as ever, of the hidden one by its course.
    async fn review(&mut self) {
        for number in [1, 3] {
            let reviews = self.shared.reviews.iter().filter(|review| review.bid_id == self.bid_id(number));
            for (review, place) in reviews.zip(1..) {
                let marks = match (number == self.hidden, self.course) {
                    (true, Course::Declined) => CRITERIA.map(top).to_vec(),
                    (true, Course::Funded) if place == 4 => {
                        self.cancel(review).await;
                        continue;
                    }
                    (true, Course::Funded) => reviews::marks(9, place),
                    (false, _) => reviews::marks(number, place),
                };
                reviews::write_review(self.member(&review.reviewer_id), review.clone(), marks).await.unwrap();
            }
        }
    }

    async fn cancel(&self, review: &pb::Review) {
        let cancel = pb::CancelReviewRequest {
            request_id: kit_request_id(),
            review_id: review.id.clone(),
            etag: review.etag.clone(),
            reason: "three are enough".to_string(),
            validate_only: false,
        };
        self.manager.reviews().cancel_review(cancel).await.unwrap();
    }

    async fn etag(&self) -> String {
        assessment::etag(&self.manager, &self.shared.assessment_id).await.unwrap()
    }

    /// Who chairs: one of the two who is recused from none of these.
    fn chair(&self, bid_ids: &[String]) -> &Client {
        let chairs = ["stevenage", "telford-and-wrekin"].map(|council| {
            self.shared.members.iter().find(|(of, _)| of == council).map(|(_, person)| person.as_str()).unwrap()
        });
        let is_out = |person: &str| bid_ids.iter().any(|bid| interests::is_out(&self.shared.interests, person, bid));
        self.member(chairs.into_iter().find(|person| !is_out(person)).expect("one of them is free"))
    }

    async fn moderate(&mut self) {
        self.at("2020-01-22T10:00:00Z").await;
        let (assessment_id, etag) = (self.shared.assessment_id.clone(), self.etag().await);
        let start =
            pb::StartModerationRequest { request_id: kit_request_id(), assessment_id, etag, ..Default::default() };
        self.manager.assessments().start_moderation(start).await.unwrap();
        for number in self.numbers() {
            let bid_id = self.bid_id(number).to_string();
            let assessment_id = self.shared.assessment_id.clone();
            let chair = self.chair(std::slice::from_ref(&bid_id));
            let get = pb::GetModerationRequest { assessment_id: assessment_id.clone(), bid_id: bid_id.clone() };
            let before = chair.reviews().get_moderation(get).await.unwrap().into_inner();
            let like_nine = number == 9 || (number == self.hidden && self.course == Course::Funded);
            let agreed = pb::AgreedMark {
                criterion: "innovation".to_string(),
                mark: 4,
                reason: "new for the district".to_string(),
            };
            let moderate = pb::ModerateBidRequest {
                request_id: kit_request_id(),
                assessment_id,
                bid_id,
                etag: before.etag,
                agreed: if like_nine { vec![agreed] } else { Vec::new() },
                feedback: CRITERIA.map(|criterion| words(criterion, number)).to_vec(),
                validate_only: false,
            };
            chair.reviews().moderate_bid(moderate).await.unwrap();
        }
    }

    async fn rank(&mut self) {
        let (assessment_id, etag) = (self.shared.assessment_id.clone(), self.etag().await);
        let start =
            pb::StartDeterminationRequest { request_id: kit_request_id(), assessment_id, etag, ..Default::default() };
        self.manager.assessments().start_determination(start).await.unwrap();
    }

    /// Ties without the hidden bid first, as the identities of the others come alike then.
    async fn cast(&mut self) {
        let hidden = self.bid_id(self.hidden).to_string();
        loop {
            let get = pb::GetRankingRequest { assessment_id: self.shared.assessment_id.clone() };
            let ranking = self.manager.reviews().get_ranking(get).await.unwrap().into_inner();
            let mut ties = ranking.open_ties;
            ties.sort_by_key(|tie| tie.bid_ids.contains(&hidden));
            let Some(tie) = ties.first() else { break };
            let cast = pb::CastTieRequest {
                request_id: kit_request_id(),
                assessment_id: self.shared.assessment_id.clone(),
                bid_ids: tie.bid_ids.clone(),
                reason: "the chair's casting decision".to_string(),
                validate_only: false,
            };
            self.chair(&tie.bid_ids).reviews().cast_tie(cast).await.unwrap();
        }
    }

    async fn meet(&mut self) {
        self.at("2020-01-31T16:00:00Z").await;
        let present: Vec<String> = self.shared.members.iter().map(|(_, person)| person.clone()).collect();
        let record = pb::RecordMeetingRequest {
            request_id: kit_request_id(),
            assessment_id: self.shared.assessment_id.clone(),
            part: Part::Joint.into(),
            held_at: Some(at("2020-01-30T10:30:00Z").into()),
            place: "Stevenage".to_string(),
            chair_id: present[4].clone(),
            present,
            minutes: "One by one.".to_string(),
            validate_only: false,
        };
        self.meeting_id = self.clerk.decisions().record_meeting(record).await.unwrap().into_inner().id;
        self.made.add(&self.meeting_id);
    }

    async fn decide(&mut self) {
        for number in self.numbers() {
            let declined = number == self.hidden && self.course == Course::Declined;
            let (outcome, amount, reason) = match declined {
                true => (pb::determination::Outcome::Decline, None, "it leaves the ranking for once"),
                false => (pb::determination::Outcome::Fund, sum(), ""),
            };
            let determine = pb::DetermineBidRequest {
                request_id: kit_request_id(),
                assessment_id: self.shared.assessment_id.clone(),
                bid_id: self.bid_id(number).to_string(),
                outcome: outcome.into(),
                amount,
                reason: reason.to_string(),
                basis: pb::determination::Basis::Meeting.into(),
                meeting_id: self.meeting_id.clone(),
                ..Default::default()
            };
            self.clerk.decisions().determine_bid(determine).await.unwrap();
        }
    }

    async fn close(&mut self) {
        let departure_reason = match self.course {
            Course::Declined => "once in a while a board leaves the ranking".to_string(),
            Course::Funded => String::new(),
        };
        let close = pb::CloseAssessmentRequest {
            request_id: kit_request_id(),
            assessment_id: self.shared.assessment_id.clone(),
            etag: self.etag().await,
            departure_reason,
            ..Default::default()
        };
        self.clerk.assessments().close_assessment(close).await.unwrap();
    }
}

fn sum() -> Option<Money> {
    Some(Money { minor_units: 150_000, currency: "GBP".to_string() })
}

fn top(criterion: &str) -> pb::Mark {
    pb::Mark { criterion: criterion.to_string(), mark: Some(5), reason: "None better.".to_string() }
}

fn words(criterion: &str, number: i64) -> pb::Feedback {
    pb::Feedback { criterion: criterion.to_string(), text: format!("What the panel says of bid {number}.") }
}
