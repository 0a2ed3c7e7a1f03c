//! An assessment for every stage, with everybody of the matrix on its panel: each with the interests and reviews that
//! make them what their row says, so far as a stage leaves that open.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use toadlane_proto::bids::v1 as bids;
use toadlane_proto::grading::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::rounds::v1::grading_board::Part;

use super::super::callers::{Caller, Grader, Org, Place};
use super::grading::{ANNOUNCED, REVIEWED, determine, timetable};
use super::{Harness, Register, Rounds, content, deadline};

/// One for each stage of the matrix, and more where two calls would spoil it for each other: `ready` waits for
/// moderation, `settling` for determination, `returning` and `determined` are on the way from there, `spare` is called
/// off, and on `advised` and `referring` two boards act one after the other, the second of which is recused from the first
/// bid of `referring`.
pub const ALL: [&str; 14] = [
    "reviewing",
    "spare",
    "ready",
    "moderation",
    "settling",
    "determination",
    "returning",
    "determined",
    "advised",
    "referring",
    "decided",
    "bidders_informed",
    "announced",
    "cancelled",
];

/// When reviews are due that are open still.
const LATER: &str = "2019-12-01T00:00:00Z";
/// What the decision on the first bid is bound to; told to few.
pub const CONDITION: &str = "with a plan for the rent";

pub struct Assessed {
    pub round: rounds::Round,
    pub assessment: pb::Assessment,
    /// The bid in question, another one to which everybody stands alike, and that of which the third is recused.
    pub bids: Vec<bids::Bid>,
    /// Reviews of the first two by a grader: until moderation the first is assigned, and the second handed in.
    pub reviews: Vec<String>,
    /// The same by whoever has an own one in question: the first is assigned, the second written.
    pub own_reviews: HashMap<String, Vec<String>>,
    /// A grader's in the first bid, to be decided on; and those of whoever has an own one in question.
    pub interest: String,
    pub own_interests: HashMap<String, String>,
    /// A member's in the first bid that the chair recorded; and those that others of the matrix recorded, by them and by
    /// whom they concern.
    pub recorded: String,
    pub own_recorded: HashMap<String, String>,
    /// What may be an interest of a grader in the first bid; and the same of whoever has an own one in question.
    pub near_miss: String,
    pub own_near_misses: HashMap<String, String>,
    /// Once there was one; the determining board's second.
    pub meetings: Vec<pb::Meeting>,
}

pub struct Assessments {
    pub of: BTreeMap<&'static str, Assessed>,
    /// Closed, with an eligible bid, and not assessed yet.
    pub unopened: rounds::Round,
}

/// The assessments while they run, step by step between moves of the clock.
pub struct Assessing<'a> {
    harness: &'a Harness<'a>,
    members: Vec<(Place, Org, Grader)>,
    rounds: BTreeMap<&'static str, (rounds::Round, Vec<bids::Bid>)>,
    of: BTreeMap<&'static str, Assessed>,
}

impl<'a> Assessing<'a> {
    pub async fn scheduled(harness: &'a Harness<'a>, register: &Register, rounds: &Rounds) -> Assessing<'a> {
        let mut scheduled = BTreeMap::new();
        let [large, small] = [&harness.callers.large_board.id, &register.small_board.id];
        for name in ALL.into_iter().chain(["unopened"]) {
            let boards = match name {
                "advised" | "referring" => vec![(large.clone(), Part::Recommends), (small.clone(), Part::Determines)],
                _ => vec![(large.clone(), Part::Joint)],
            };
            let timetable = match name {
                "announced" => timetable(ANNOUNCED, "9:00am on 6 November 2019"),
                // Its letters are out at the time of the cases.
                "bidders_informed" => timetable("2019-11-06T17:30:00Z", "5:30pm on 6 November 2019"),
                _ => rounds::Timetable {
                    closes: deadline(super::grading::CLOSES, super::grading::CLOSES_IN_WORDS),
                    ..demo::call::timetable()
                },
            };
            let reference = format!("graded-{}", name.replace('_', "-"));
            let round = harness.scheduled(&reference, &rounds.framework, &boards, timetable).await;
            scheduled.insert(name, (round, Vec::new()));
        }
        Assessing { harness, members: harness.callers.members(), rounds: scheduled, of: BTreeMap::new() }
    }

    pub async fn hand_in(&mut self) {
        for (name, (round, bids)) in &mut self.rounds {
            for nth in ["first", "second", "third"] {
                let content = content(&format!("{name} {nth}"));
                // Members of one council are recused from it alone, and prepare none of its awards.
                let content = if nth == "third" { self.harness.led(content) } else { content };
                bids.push(self.harness.handed_in_by(Org::Applicant, &round.id, content).await);
            }
            let has_own = |place: &Place| matches!(place, Place::Own | Place::UndeclaredOwn);
            let tied = self.members.iter().filter(|(place, ..)| has_own(place)).map(|(.., member)| member);
            let tied = tied.chain([&self.harness.callers.graders[1]]);
            let request = ties(&bids[0].id, tied.map(|member| &member.caller));
            let _: bids::Bid = self.harness.asking.made(self.harness.officer(), "DeclareConflicts", &request).await;
        }
    }

    pub async fn grade(&mut self) {
        self.harness.found_eligible(&self.rounds["unopened"].1).await;
        for name in ALL {
            let (round, bids) = self.rounds[name].clone();
            let due = if ["reviewing", "spare", "cancelled"].contains(&name) { LATER } else { REVIEWED };
            let assessment = self.harness.opened(&round.id, &bids, due).await;
            let mut assessed = Assessed {
                round,
                assessment,
                bids,
                reviews: Vec::new(),
                own_reviews: HashMap::new(),
                interest: String::new(),
                own_interests: HashMap::new(),
                recorded: String::new(),
                own_recorded: HashMap::new(),
                near_miss: String::new(),
                own_near_misses: HashMap::new(),
                meetings: Vec::new(),
            };
            self.declare(&mut assessed).await;
            self.record(&mut assessed).await;
            self.find_near_misses(&mut assessed).await;
            self.review(&mut assessed, due == LATER).await;
            if name == "cancelled" {
                let request = cancel(&assessed.assessment.id);
                assessed.assessment =
                    self.harness.asking.made(self.harness.manager(), "CancelAssessment", &request).await;
            }
            self.of.insert(name, assessed);
        }
    }

    fn graders(&self) -> &[Grader] {
        &self.harness.callers.graders
    }

    async fn declare(&self, assessed: &mut Assessed) {
        let [first, second, third] = [0, 1, 2].map(|nth| assessed.bids[nth].id.as_str());
        let of_members = self.members.iter().filter_map(|(place, org, member)| {
            let interests = match place {
                Place::Undeclared | Place::UndeclaredOwn => return None,
                Place::Declared | Place::Owes | Place::HandedIn | Place::RecordedOf => vec![],
                Place::Own => vec![first],
                Place::RecusedElsewhere => vec![third],
                // What the register shows needs no word of theirs.
                Place::Recused if *org == Org::Applicant => vec![],
                Place::Recused => vec![first, second],
            };
            Some((member, interests))
        });
        let graders = self.graders().iter().zip([vec![], vec![], vec![first]]);
        for (member, bids) in of_members.chain(graders) {
            let request = declare(&assessed.assessment.id, &bids);
            let _: pb::PanelMember = self.harness.asking.made(&member.caller, "DeclareInterests", &request).await;
        }
        let assessment_id = assessed.assessment.id.clone();
        let request = pb::ListInterestsRequest { assessment_id, page_size: 500, ..Default::default() };
        let listed: pb::ListInterestsResponse =
            self.harness.asking.made(self.harness.manager(), "ListInterests", &request).await;
        let of = |member: &Grader| {
            let found = listed.interests.iter().find(|interest| interest.person_id == member.caller.subject);
            found.expect("they declared one").id.clone()
        };
        assessed.interest = of(&self.graders()[2]);
        for (_, _, member) in self.members.iter().filter(|(place, ..)| *place == Place::Own) {
            let request = decide(&of(member), pb::interest::State::Cleared);
            let _: pb::Interest = self.harness.asking.made(&self.graders()[0].caller, "DecideInterest", &request).await;
            assessed.own_interests.insert(member.caller.subject.clone(), of(member));
        }
    }

    /// Of everybody of whom one is to be recorded, by the chair first.
    async fn record(&self, assessed: &mut Assessed) {
        let chair = &self.graders()[0].caller;
        let concerned = self.members.iter().filter(|(place, ..)| *place == Place::RecordedOf);
        let recorders = [chair].into_iter().chain(self.harness.callers.recorders());
        for ((.., member), recorder) in concerned.zip(recorders) {
            let request = record(&assessed.assessment.id, &member.caller.subject, &assessed.bids[0].id);
            let recorded: pb::Interest = self.harness.asking.made(recorder, "RecordInterest", &request).await;
            assessed.own_recorded.insert(member.caller.subject.clone(), recorded.id.clone());
            if recorder.subject == chair.subject {
                assessed.recorded = recorded.id;
            } else {
                assessed.own_recorded.insert(recorder.subject.clone(), recorded.id);
            }
        }
    }

    async fn find_near_misses(&self, assessed: &mut Assessed) {
        let assessment_id = assessed.assessment.id.clone();
        let request = pb::ListNearMissesRequest { assessment_id, page_size: 500, ..Default::default() };
        let listed: pb::ListNearMissesResponse =
            self.harness.asking.made(self.harness.manager(), "ListNearMisses", &request).await;
        assessed.own_near_misses = listed.near_misses.into_iter().map(|found| (found.person_id, found.id)).collect();
        let of_grader = assessed.own_near_misses.remove(&self.graders()[1].caller.subject);
        assessed.near_miss = of_grader.expect("the applicant declares a tie of theirs");
    }

    async fn review(&self, assessed: &mut Assessed, is_open: bool) {
        let assessment_id = assessed.assessment.id.clone();
        for (place, _, member) in &self.members {
            match place {
                Place::UndeclaredOwn | Place::Owes | Place::HandedIn | Place::Own => {}
                Place::Undeclared | Place::Declared | Place::RecusedElsewhere => continue,
                Place::Recused | Place::RecordedOf => continue,
            }
            let both = self.harness.assigned(&assessment_id, &assessed.bids[..2], &[member]).await;
            let both: Vec<String> = both.into_iter().map(|review| review.id).collect();
            match place {
                Place::HandedIn => {
                    self.harness.reviewed(&member.caller, &both[0], 4).await;
                    self.harness.reviewed(&member.caller, &both[1], 4).await;
                }
                Place::Own => self.harness.written(&member.caller, &both[1], 4).await,
                _ => {}
            }
            if matches!(place, Place::Own | Place::UndeclaredOwn) {
                assessed.own_reviews.insert(member.caller.subject.clone(), both);
            }
        }
        let [_, one, other] = self.graders() else { panic!("there are three graders") };
        let of_one = self.harness.assigned(&assessment_id, &assessed.bids, &[one]).await;
        for (review, mark) in of_one.iter().zip([4, 4, 3]).skip(usize::from(is_open)) {
            self.harness.reviewed(&one.caller, &review.id, mark).await;
        }
        assessed.reviews = of_one.into_iter().map(|review| review.id).collect();
        let of_other = self.harness.assigned(&assessment_id, &assessed.bids[2..], &[other]).await;
        self.harness.reviewed(&other.caller, &of_other[0].id, 3).await;
    }

    /// Once reviews were due: each goes as far as its name says.
    pub async fn decide(&mut self) {
        let harness = self.harness;
        let graders: Vec<&Grader> = harness.callers.graders.iter().collect();
        for name in ALL {
            let assessed = self.of.get_mut(name).expect("all were graded");
            let id = assessed.assessment.id.clone();
            if ["reviewing", "spare", "ready", "cancelled"].contains(&name) {
                continue;
            }
            harness.moderating(&id).await;
            // What was settled of a bid so far is nothing, and has an etag.
            let bid_id = assessed.bids[0].id.clone();
            let request = pb::GetModerationRequest { assessment_id: id.clone(), bid_id };
            let _: pb::Moderation = harness.asking.made(harness.manager(), "GetModeration", &request).await;
            let in_two_stages = ["advised", "referring"].contains(&name);
            let parts: &[Part] = if in_two_stages { &[Part::Recommends, Part::Determines] } else { &[Part::Joint] };
            for part in parts {
                assessed.meetings.push(harness.met(&id, *part, &graders).await);
            }
            if !["moderation", "settling"].contains(&name) {
                harness.settled(&id).await;
            }
            if ["determined", "decided", "bidders_informed", "announced"].contains(&name) {
                harness.recused(assessed).await;
            }
            if in_two_stages {
                let request = recommend(&assessed.meetings[0], &assessed.bids[0]);
                let _: pb::Recommendation =
                    harness.asking.made(harness.clerk(), "RecordRecommendation", &request).await;
            }
            match name {
                // The third has declared it before.
                "referring" => {
                    for member in &graders[..2] {
                        let request = declare(&id, &[&assessed.bids[0].id]);
                        let _: pb::PanelMember =
                            harness.asking.made(&member.caller, "DeclareInterests", &request).await;
                    }
                }
                "determined" => harness.determined(decisions(assessed)).await,
                "decided" | "bidders_informed" | "announced" => {
                    harness.determined(decisions(assessed)).await;
                    assessed.assessment = harness.closed(&id).await;
                }
                _ => {}
            }
        }
    }

    pub fn finish(mut self) -> Assessments {
        let (unopened, _) = self.rounds.remove("unopened").expect("it was scheduled");
        Assessments { of: self.of, unopened }
    }
}

impl Harness<'_> {
    /// A second person agrees with whatever was recorded.
    async fn recused(&self, assessed: &Assessed) {
        let all: BTreeSet<&String> = assessed.own_recorded.values().collect();
        for interest_id in all {
            let chair = &self.callers.graders[0].caller;
            let second = if *interest_id == assessed.recorded { self.manager() } else { chair };
            let request = decide(interest_id, pb::interest::State::Recused);
            let _: pb::Interest = self.asking.made(second, "DecideInterest", &request).await;
        }
    }
}

/// All are funded, the first on a condition.
fn decisions(assessed: &Assessed) -> Vec<pb::DetermineBidRequest> {
    let mut all: Vec<_> = assessed.bids.iter().map(|bid| determine(&assessed.meetings[0], bid)).collect();
    all[0].conditions = vec![pb::GrantCondition { text: CONDITION.to_string(), precedent: true }];
    all
}

/// Declares a link to each of these bids.
pub fn declare(assessment_id: &str, bid_ids: &[&str]) -> pb::DeclareInterestsRequest {
    pb::DeclareInterestsRequest {
        assessment_id: assessment_id.to_string(),
        interests: bid_ids.iter().map(|bid_id| link(bid_id)).collect(),
        ..Default::default()
    }
}

pub fn link(bid_id: &str) -> pb::DeclaredInterest {
    let kind = pb::interest::Kind::Other.into();
    pb::DeclaredInterest { bid_id: bid_id.to_string(), kind, note: "an old acquaintance".to_string() }
}

pub fn record(assessment_id: &str, person_id: &str, bid_id: &str) -> pb::RecordInterestRequest {
    pb::RecordInterestRequest {
        assessment_id: assessment_id.to_string(),
        person_id: person_id.to_string(),
        interest: Some(link(bid_id)),
        ..Default::default()
    }
}

/// The applicant declares ties of these people.
fn ties<'a>(bid_id: &str, people: impl Iterator<Item = &'a Caller>) -> bids::DeclareConflictsRequest {
    let tie = |person: &Caller| bids::DeclaredConflict {
        whose: Some(bids::declared_conflict::Whose::PersonId(person.subject.clone())),
        words: super::TIE.to_string(),
    };
    let (bid_id, declared_conflicts) = (bid_id.to_string(), people.map(tie).collect());
    bids::DeclareConflictsRequest { bid_id, declared_conflicts, ..Default::default() }
}

pub fn decide(interest_id: &str, state: pb::interest::State) -> pb::DecideInterestRequest {
    pb::DecideInterestRequest {
        interest_id: interest_id.to_string(),
        state: state.into(),
        reason: "so it is".to_string(),
        ..Default::default()
    }
}

pub fn cancel(assessment_id: &str) -> pb::CancelAssessmentRequest {
    pb::CancelAssessmentRequest {
        assessment_id: assessment_id.to_string(),
        reason: "no money".to_string(),
        ..Default::default()
    }
}

pub fn recommend(meeting: &pb::Meeting, bid: &bids::Bid) -> pb::RecordRecommendationRequest {
    pb::RecordRecommendationRequest {
        assessment_id: meeting.assessment_id.clone(),
        bid_id: bid.id.clone(),
        advice: pb::recommendation::Advice::Fund.into(),
        amount: bid.content.as_ref().expect("a bid says what it asks for").requested.clone(),
        reason: "It is sound.".to_string(),
        meeting_id: meeting.id.clone(),
        ..Default::default()
    }
}

/// Whether somebody's own review is the one that their row is about.
pub fn own<'a>(own: &'a HashMap<String, Vec<String>>, caller: &Caller, nth: usize) -> Option<&'a String> {
    own.get(&caller.subject).map(|both| &both[nth])
}
