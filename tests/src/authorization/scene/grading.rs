//! Rounds that are graded: bids handed in, screened, reviewed, settled in a meeting and determined. Every step is a
//! function of its own, because the clock moves between them and several rounds wait for the same instants.

use kit::caller::Role;
use kit::time::at;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::bids::v1::participation::Part as Asked;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::rounds::v1::grading_board::Part;

use super::super::callers::{Caller, Grader, Org};
use super::{Harness, deadline, rules};

/// When the graded rounds close, when their reviews are due, and when the decision on the granted one is public.
pub const CLOSES: &str = "2019-11-05T09:00:00Z";
pub const CLOSES_IN_WORDS: &str = "9:00am on 5 November 2019";
pub const REVIEWED: &str = "2019-11-05T12:00:00Z";
pub const ANNOUNCED: &str = "2019-11-06T09:00:00Z";

pub const CRITERIA: [&str; 7] =
    ["co-operative-difference", "theme", "need", "innovation", "learning", "deliverable", "value"];

/// Between two such instants: when bidders know, and the public does not. In minutes before the announcement.
pub const LETTERS_AHEAD: i32 = 60;

/// A round that closes at [`CLOSES`]. Both of its reports can be written at [`super::NOW`].
pub fn timetable(announces: &str, in_words: &str) -> rounds::Timetable {
    rounds::Timetable {
        closes: deadline(CLOSES, CLOSES_IN_WORDS),
        announces: deadline(announces, in_words),
        interim_report_due: deadline("2019-11-20T00:00:00Z", "11:59pm on 19 November 2019"),
        final_report_due: deadline("2019-12-04T00:00:00Z", "11:59pm on 3 December 2019"),
        ..demo::call::timetable()
    }
}

impl Harness<'_> {
    /// Schedules a round that these boards grade together. Its pot has room for forty awards.
    pub async fn scheduled(
        &self,
        reference: &str,
        framework: &rounds::Framework,
        boards: &[(String, Part)],
        timetable: rounds::Timetable,
    ) -> rounds::Round {
        let mut rules = rules(reference, framework, &[]);
        let seated = |(id, part): &(String, Part)| rounds::GradingBoard { board_id: id.clone(), part: (*part).into() };
        rules.boards = boards.iter().map(seated).collect();
        for instrument in &mut rules.instruments {
            instrument.pot = super::awards::pounds(60_000);
            instrument.floor = super::awards::pounds(100);
        }
        let request =
            rounds::CreateRoundRequest { rules: Some(rules), timetable: Some(timetable), ..Default::default() };
        let draft: rounds::Round = self.asking.made(self.manager(), "CreateRound", &request).await;
        let request = rounds::ScheduleRoundRequest { round_id: draft.id, ..Default::default() };
        self.asking.made(self.manager(), "ScheduleRound", &request).await
    }

    /// A bid of one organisation without partners, handed in while the round is open.
    pub async fn handed_in_by(&self, applicant: Org, round_id: &str, content: bids::BidContent) -> bids::Bid {
        let officer = self.callers.holder_of(Role::ApplicantOfficer, applicant);
        let certifier = self.callers.holder_of(Role::Certifier, applicant);
        let request = bids::CreateBidRequest {
            content: Some(content.clone()),
            ..super::new_bid(round_id, self.callers.org(applicant), &content.title)
        };
        let created: bids::Bid = self.asking.made(officer, "CreateBid", &request).await;
        let request = super::sign_off(&created.id, &certifier.subject);
        let signed: bids::Bid = self.asking.made(certifier, "SignOffBid", &request).await;
        for organisation_id in [content.lead_organisation_id, content.payee_organisation_id] {
            if !organisation_id.is_empty() {
                self.joined(&signed.id, &organisation_id).await;
            }
        }
        let request = bids::SubmitBidRequest { bid_id: signed.id, ..Default::default() };
        self.asking.made(officer, "SubmitBid", &request).await
    }

    /// The word of a lead or payee that is not the applicant, for all its parts.
    pub async fn joined(&self, bid_id: &str, organisation_id: &str) {
        let certifier = self.callers.holder_of(Role::Certifier, self.callers.org_of(organisation_id));
        let request = super::confirm(bid_id, organisation_id, Asked::Unspecified, Some(&certifier.subject));
        let _: bids::Bid = self.asking.made(certifier, "ConfirmParticipation", &request).await;
    }

    /// Finds the bids of a closed round eligible and opens its assessment.
    pub async fn opened(&self, round_id: &str, received: &[bids::Bid], due: &str) -> pb::Assessment {
        self.found_eligible(received).await;
        self.asking.made(self.manager(), "OpenAssessment", &open(round_id, due)).await
    }

    pub async fn found_eligible(&self, received: &[bids::Bid]) {
        for bid in received {
            // The close has changed the bid.
            let request = bids::GetBidRequest { bid_id: bid.id.clone() };
            let _: bids::Bid = self.asking.made(self.manager(), "GetBid", &request).await;
            let request = bids::ScreenBidRequest { bid_id: bid.id.clone(), ..Default::default() };
            let _: bids::Bid = self.asking.made(self.manager(), "ScreenBid", &request).await;
            let request =
                bids::DecideEligibilityRequest { bid_id: bid.id.clone(), eligible: true, ..Default::default() };
            let _: bids::Bid = self.asking.made(self.manager(), "DecideEligibility", &request).await;
        }
    }

    /// Each of these members declares that they have no interests.
    pub async fn declared(&self, assessment_id: &str, members: &[&Grader]) {
        for member in members {
            let request =
                pb::DeclareInterestsRequest { assessment_id: assessment_id.to_string(), ..Default::default() };
            let _: pb::PanelMember = self.asking.made(&member.caller, "DeclareInterests", &request).await;
        }
    }

    /// Each of these members is to review each of these bids.
    pub async fn assigned(&self, assessment_id: &str, bids: &[bids::Bid], members: &[&Grader]) -> Vec<pb::Review> {
        let pairs = bids.iter().flat_map(|bid| members.iter().map(move |member| (bid, member)));
        let assignments = pairs
            .map(|(bid, member)| pb::Assignment { bid_id: bid.id.clone(), reviewer_id: member.caller.subject.clone() });
        let request = pb::AssignReviewsRequest {
            assessment_id: assessment_id.to_string(),
            assignments: assignments.collect(),
            ..Default::default()
        };
        let assigned: pb::AssignReviewsResponse = self.asking.made(self.manager(), "AssignReviews", &request).await;
        assigned.reviews
    }

    /// A review written, with the same mark for everything.
    pub async fn written(&self, reviewer: &Caller, review_id: &str, mark: i32) {
        let request = pb::AcceptReviewRequest { review_id: review_id.to_string(), ..Default::default() };
        let _: pb::Review = self.asking.made(reviewer, "AcceptReview", &request).await;
        let _: pb::Review = self.asking.made(reviewer, "SaveReview", &save(review_id, mark)).await;
    }

    pub async fn reviewed(&self, reviewer: &Caller, review_id: &str, mark: i32) {
        self.written(reviewer, review_id, mark).await;
        let request = pb::SubmitReviewRequest { review_id: review_id.to_string(), ..Default::default() };
        let _: pb::Review = self.asking.made(reviewer, "SubmitReview", &request).await;
    }

    /// Locks the reviews.
    pub async fn moderating(&self, assessment_id: &str) {
        let request = pb::StartModerationRequest { assessment_id: assessment_id.to_string(), ..Default::default() };
        let _: pb::Assessment = self.asking.made(self.manager(), "StartModeration", &request).await;
    }

    /// Settles the marks.
    pub async fn settled(&self, assessment_id: &str) {
        let request = pb::StartDeterminationRequest { assessment_id: assessment_id.to_string(), ..Default::default() };
        let _: pb::Assessment = self.asking.made(self.manager(), "StartDetermination", &request).await;
    }

    /// A meeting of these members, the first of whom takes the chair.
    pub async fn met(&self, assessment_id: &str, part: Part, members: &[&Grader]) -> pb::Meeting {
        self.asking.made(self.clerk(), "RecordMeeting", &meeting(assessment_id, part, members)).await
    }

    /// Every bid is decided by a meeting.
    pub async fn determined(&self, decisions: impl IntoIterator<Item = pb::DetermineBidRequest>) {
        for request in decisions {
            let _: pb::Determination = self.asking.made(self.clerk(), "DetermineBid", &request).await;
        }
    }

    pub async fn closed(&self, assessment_id: &str) -> pb::Assessment {
        self.asking.made(self.clerk(), "CloseAssessment", &close(assessment_id)).await
    }
}

pub fn close(assessment_id: &str) -> pb::CloseAssessmentRequest {
    pb::CloseAssessmentRequest {
        assessment_id: assessment_id.to_string(),
        departure_reason: "all are worth it".to_string(),
        ..Default::default()
    }
}

pub fn open(round_id: &str, due: &str) -> pb::OpenAssessmentRequest {
    pb::OpenAssessmentRequest {
        round_id: round_id.to_string(),
        reviews_due: Some(at(due).into()),
        least_reviews: 2,
        tie_criterion: CRITERIA[0].to_string(),
        letters_ahead_minutes: LETTERS_AHEAD,
        ..Default::default()
    }
}

/// Marks for everything, with nothing at an end of the scale.
pub fn save(review_id: &str, mark: i32) -> pb::SaveReviewRequest {
    let of = |criterion: &str| pb::Mark { criterion: criterion.to_string(), mark: Some(mark), ..Default::default() };
    pb::SaveReviewRequest {
        review_id: review_id.to_string(),
        marks: CRITERIA.map(of).to_vec(),
        comment: "Sound.".to_string(),
        ..Default::default()
    }
}

pub fn meeting(assessment_id: &str, part: Part, members: &[&Grader]) -> pb::RecordMeetingRequest {
    let present: Vec<String> = members.iter().map(|member| member.caller.subject.clone()).collect();
    pb::RecordMeetingRequest {
        assessment_id: assessment_id.to_string(),
        part: part.into(),
        held_at: Some(at(REVIEWED).into()),
        place: "Stevenage".to_string(),
        chair_id: present[0].clone(),
        present,
        minutes: "All were heard.".to_string(),
        ..Default::default()
    }
}

/// Funds a bid as asked.
pub fn determine(meeting: &pb::Meeting, bid: &bids::Bid) -> pb::DetermineBidRequest {
    pb::DetermineBidRequest {
        assessment_id: meeting.assessment_id.clone(),
        bid_id: bid.id.clone(),
        outcome: pb::determination::Outcome::Fund.into(),
        amount: bid.content.as_ref().expect("a bid says what it asks for").requested.clone(),
        basis: pb::determination::Basis::Meeting.into(),
        meeting_id: meeting.id.clone(),
        ..Default::default()
    }
}
