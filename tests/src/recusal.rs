//! A member who is recused from a bid receives the same bytes whatever that bid's data are. One store is filled up to
//! its reviews, copied, and carried on twice with one seed for identities and the same held clock: once the hidden bid
//! comes out on top and is declined, once it ties with another and is funded. After each step the member asks every RPC
//! that reads, about everything, in both; nothing may tell the two apart before the announcement.

mod branch;
mod reads;

use std::path::Path;
use std::process::Command;

use demo::deployment::Deployment;
use demo::round::Round;
use demo::{assessment, call, first_half, interests, people, reviews};
use testing::stores::Fresh;
use toadlane_proto::grading::v1 as pb;

use crate::platform::{Platform, Process, program};
use branch::{Branch, Course, Step};
use reads::{Reader, Tally};

/// Who is recused from what, and until which step the two courses may not be told apart: a bidder is told in time.
struct Case {
    /// The bid that is hidden, by its number.
    hidden: i64,
    council: &'static str,
    until: Step,
}

const CASES: [Case; 2] = [
    // A declared family link: no bidder's own interest.
    Case { hidden: 1, council: "southampton", until: Step::LettersSent },
    // Whoever chairs a board, whose own council asks.
    Case { hidden: 3, council: "stevenage", until: Step::Closed },
];

#[tokio::test(flavor = "multi_thread")]
async fn a_recused_member_cannot_tell_what_became_of_the_hidden_bid() {
    let mut platform = Platform::embedded(Fresh::sqlite(), Some(call::BEGINS));
    let shared = Shared::set_up(&platform.deployment).await;
    assert_eq!(platform.processes[0].terminate(), Some(0));
    let data = platform.folder.join("data");
    for case in &CASES {
        let hidden = &shared.round.bids[usize::try_from(case.hidden - 1).unwrap()].bid;
        let mut branches = Vec::new();
        for course in [Course::Declined, Course::Funded] {
            let folder = platform.folder.join(format!("{}-{course:?}", case.council));
            let server = Served::copy_of(&data, &platform.folder.join("keys"), &folder);
            branches.push(Branch::of(server, &shared, case.hidden, course).await);
        }
        let email = format!("certifier@{}.example", case.council);
        let readers = [Reader::of(&branches[0], &email).await, Reader::of(&branches[1], &email).await];
        let mut tally = Tally::default();
        for step in Step::ALL.into_iter().filter(|step| *step <= case.until) {
            for branch in &mut branches {
                branch.take(step).await;
            }
            let [one, other] = branches.as_slice() else { panic!("two courses") };
            let known = one.known(&shared).merged(other.known(&shared));
            reads::compare(&readers, &known, &hidden.id, step, &mut tally).await;
        }
        tally.judge(case.council);
    }
}

/// What both courses have in common.
pub struct Shared {
    pub round: Round,
    pub assessment_id: String,
    pub interests: Vec<pb::Interest>,
    pub reviews: Vec<pb::Review>,
    pub members: Vec<(String, String)>,
}

/// Each bid is read by so many; the hidden ones by one more.
const REVIEWS_PER_BID: usize = 3;

impl Shared {
    /// Up to the reviews of all bids that nobody is going to hide.
    async fn set_up(deployment: &Deployment) -> Shared {
        let round = first_half::play(deployment, &mut |_| {}).await.unwrap();
        let people = people::enter(deployment, &round.network).await.unwrap();
        deployment.move_clocks(&round.network.token, kit::time::at(assessment::SCREENED)).await.unwrap();
        assessment::screen(&round.network.manager, &round.bids).await.unwrap();
        let assessment_id = assessment::open(&round).await.unwrap().id;
        let interests = interests::declare(&round, &people, &assessment_id).await.unwrap();
        let is_hidden = |number: i64| CASES.iter().any(|case| case.hidden == number);
        let mut assignments = Vec::new();
        for (turn, submitted) in round.bids.iter().enumerate() {
            let free = people.members.iter();
            let free = free.filter(|member| !interests::is_out(&interests, &member.person_id, &submitted.bid.id));
            let free: Vec<_> = free.collect();
            let n_reviews = REVIEWS_PER_BID + usize::from(is_hidden(submitted.bid.number));
            for place in 0..n_reviews {
                let reviewer_id = free[(turn + place) % free.len()].person_id.clone();
                assignments.push(pb::Assignment { bid_id: submitted.bid.id.clone(), reviewer_id });
            }
        }
        let assign = pb::AssignReviewsRequest {
            request_id: kit_request_id(),
            assessment_id: assessment_id.clone(),
            assignments,
            validate_only: false,
        };
        let reviews = round.network.manager.reviews().assign_reviews(assign).await.unwrap().into_inner().reviews;
        let mut places = std::collections::HashMap::<String, i32>::new();
        for review in &reviews {
            let number = round.number_of(&review.bid_id);
            let place = places.entry(review.bid_id.clone()).or_default();
            *place += 1;
            if !is_hidden(number) {
                let member = people.members.iter().find(|member| member.person_id == review.reviewer_id).unwrap();
                let marks = reviews::marks(number, *place);
                reviews::write_review(&member.client, review.clone(), marks).await.unwrap();
            }
        }
        let members = people.members.iter().map(|member| (member.council.clone(), member.person_id.clone())).collect();
        Shared { round, assessment_id, interests, reviews, members }
    }
}

pub fn kit_request_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// A server on a copy of the shared store.
pub struct Served {
    pub deployment: Deployment,
    pub address: String,
    _process: Process,
}

impl Served {
    fn copy_of(data: &Path, keys: &Path, folder: &Path) -> Served {
        copy(data, &folder.join("data"));
        let mut serve = Command::new(program());
        serve.args(["serve", "--listen", "127.0.0.1:0", "--log", "warn", "--seed-ids", "7"]);
        // Tokens name it, and so do answers about signing in.
        serve.args(["--issuer", "http://toadlane.example"]);
        serve.arg("--data").arg(folder.join("data")).arg("--keys").arg(keys);
        let process = Process::start(&mut serve);
        let address = format!("http://{}", process.address);
        let place = toadlane_client::Place::new(address.clone());
        let deployment = Deployment::at(place, folder.join("data/mail"));
        Served { deployment, address, _process: process }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(std::fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}
