//! What a recused member can read or provoke does not depend on the hidden bid (rule 10).
//!
//! One harness is prepared, and its store copied, so that every identity that a recused member can see is the same in
//! both. From there the two go different ways with the hidden bid alone: other marks, another number of reviews, a tie
//! here and none there, another rank, another decision. Then every read and every refusal is compared byte for byte.

use std::sync::Arc;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use kit::caller::{Area, Role};
use kit::cx::Cx;
use kit::db::{Storage, Tx};
use kit::ids::BidId;
use kit::refusal::Refusal;
use pb::determination::Outcome;
use testing::stores::Fresh;
use toadlane_proto::grading::v1 as pb;

use super::everything::{HIDDEN, Prepared, reads, refusals};
use super::harness::*;
use super::peers::Peers;
use super::scene::*;
use crate::error::Error;

/// Two bids that are not hidden. The hidden one stands between them.
const OPEN: [usize; 2] = [0, 2];

/// Everybody for whom the second bid does not exist, by what they are charged with: its own council's member; Ann, who
/// declared an interest that nobody has decided yet; Bob, who has just moved to that council; and staff who are at home
/// there, or have a role for it.
fn recused(scene: &Scene) -> Vec<Who> {
    let roles = [Role::RoundManager, Role::PanelChair, Role::Clerk, Role::Auditor, Role::NetworkAdministrator];
    let moved = scene.bob.clone().of_home(scene.kirklees);
    let mut all = vec![scene.of_kirklees.clone(), scene.ann.clone(), moved.clone()];
    for role in roles {
        all.push(scene.of_kirklees.clone().and(role, scene.network));
        all.push(scene.ann.clone().and(role, scene.network));
        if role != Role::PanelChair {
            all.push(Who::person(role, scene.network).of_home(scene.kirklees));
        }
    }
    all.push(moved.and(Role::RoundManager, scene.network));
    all.push(Who::person(Role::RoundManager, scene.network).and(Role::Reviewer, scene.kirklees));
    all
}

/// A copy of a store as it is. PostgreSQL copies a database to which nobody is connected: whoever is must come again.
fn copy_of(storage: &Storage) -> Fresh {
    match storage {
        Storage::Sqlite { folder: from, .. } => {
            let copy = Fresh::sqlite();
            let Storage::Sqlite { folder: to, .. } = &copy.storage else { panic!("it is a folder") };
            for file in std::fs::read_dir(from).unwrap() {
                let file = file.unwrap();
                std::fs::copy(file.path(), to.join(file.file_name())).unwrap();
            }
            copy
        }
        Storage::Postgres { url: from } => {
            let copy = Fresh::postgres();
            let Storage::Postgres { url: to } = &copy.storage else { panic!("it is a database") };
            let [from, to] = [from, to].map(|url| url.rsplit_once('/').unwrap().1);
            let admin = std::env::var("TOADLANE_TEST_POSTGRES").unwrap();
            let mut admin = PgConnection::establish(&admin).unwrap();
            for step in [
                format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{from}'"),
                format!("DROP DATABASE {to}"),
                format!("CREATE DATABASE {to} TEMPLATE {from}"),
            ] {
                admin.batch_execute(&step).unwrap();
            }
            copy
        }
    }
}

/// Two stores that are the same so far, with a service on each.
struct Twins {
    one: Harness,
    other: Harness,
    _copy: Fresh,
}

fn twins(fresh: &Fresh, one: Harness) -> Twins {
    let (peers, copy) = (one.peers.clone(), copy_of(&fresh.storage));
    let one = match &fresh.storage {
        Storage::Sqlite { .. } => one,
        Storage::Postgres { .. } => Harness::open(&fresh.storage, peers.clone()),
    };
    Twins { one, other: Harness::open(&copy.storage, peers), _copy: copy }
}

async fn prepare(harness: &Harness) -> Prepared {
    let mut scene = Scene::joint(&harness.peers);
    scene.change_bid(HIDDEN, |bid| bid.content.as_mut().unwrap().partners.push("Neutral Town Council".to_string()));
    scene.open(harness).await;
    scene.declare(harness, &scene.ann, &[scene.bids[HIDDEN]]).await.unwrap();
    scene.declare(harness, &scene.bob, &[scene.bids[HIDDEN]]).await.unwrap();
    for who in [&scene.chair, &scene.of_kirklees, &scene.of_southampton] {
        scene.declare(harness, who, &[]).await.unwrap();
    }
    let of_bob = pb::ListInterestsRequest { assessment_id: scene.assessment.clone(), ..Default::default() };
    let of_bob = harness.as_who(&scene.bob).assessments.list_interests(of_bob).await.unwrap().into_inner().interests;
    let clear = decide(&of_bob[0], pb::interest::State::Cleared);
    harness.as_who(&scene.chair).assessments.decide_interest(clear).await.unwrap();
    for open in OPEN {
        for who in [&scene.chair, &scene.ann, &scene.bob, &scene.of_kirklees] {
            scene.reviewed(harness, scene.bids[open], who, [3, 3]).await;
        }
    }
    let mut of_hidden = Vec::new();
    for who in [&scene.chair, &scene.bob, &scene.of_southampton] {
        of_hidden.push(scene.accepted(harness, scene.bids[HIDDEN], who).await);
    }
    let found = pb::ListNearMissesRequest { assessment_id: scene.assessment.clone(), ..Default::default() };
    let found = harness.as_who(&scene.manager).assessments.list_near_misses(found).await.unwrap().into_inner();
    let of_chair = found.near_misses.into_iter().find(|one| one.person_id == scene.chair.subject).unwrap();
    Prepared { scene, of_hidden, interest: of_bob[0].id.clone(), near_miss: of_chair.id, meeting: None }
}

/// Compares all that every recused member finds in the two stores, and makes sure that somebody free finds a
/// difference.
async fn compare(one: &Harness, other: &Harness, prepared: &Prepared, stage: &str) {
    let mut n_compared = 0;
    for who in recused(&prepared.scene) {
        let (here, there) = (reads(one, prepared, &who).await, reads(other, prepared, &who).await);
        assert_eq!(here, there, "{stage}");
        n_compared += here.len();
        let (here, there) = (refusals(one, prepared, &who).await, refusals(other, prepared, &who).await);
        assert_eq!(here, there, "{stage}");
        n_compared += here.len();
    }
    let free = &prepared.scene.manager;
    assert_ne!(reads(one, prepared, free).await, reads(other, prepared, free).await, "{stage}: nothing differs at all");
    println!("{stage}: {n_compared} answers are the same");
}

async fn hand_in(harness: &Harness, who: &Who, review: &pb::Review, marks: [i32; 2]) {
    let mut reviews = harness.as_who(who).reviews;
    let saved = reviews.save_review(save(review, &marks)).await.unwrap().into_inner();
    reviews.submit_review(submit(&saved)).await.unwrap();
}

async fn agree(harness: &Harness, scene: &Scene, marks: [i32; 2]) {
    let agreed = [("difference", marks[0]), ("need", marks[1])];
    let request = scene.moderate(scene.bids[HIDDEN], "0", &agreed, &format!("worth {marks:?}"));
    harness.as_who(&scene.chair).reviews.moderate_bid(request).await.unwrap();
}

#[tokio::test]
async fn a_recused_member_reads_the_same_whatever_the_reviews_of_the_hidden_bid_are() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        whatever_its_reviews_are(&fresh).await;
    }
}

async fn whatever_its_reviews_are(fresh: &Fresh) {
    let one = Harness::open(&fresh.storage, Arc::new(Peers::default()));
    let prepared = prepare(&one).await;
    let Twins { one, other, _copy } = twins(fresh, one);
    let scene = &prepared.scene;

    // There a near miss is settled; here it is not.
    let dismiss = pb::DismissNearMissRequest {
        request_id: new_id(),
        near_miss_id: prepared.near_miss.clone(),
        etag: "1".to_string(),
        reason: "another council".to_string(),
        validate_only: false,
    };
    other.as_who(&scene.manager).assessments.dismiss_near_miss(dismiss).await.unwrap();
    // Here three reviews, as good as can be; there two, apart from each other, and one that was declined.
    let [chair, bob, southampton] = [0, 1, 2].map(|place| &prepared.of_hidden[place]);
    for (who, review) in [(&scene.chair, chair), (&scene.bob, bob), (&scene.of_southampton, southampton)] {
        hand_in(&one, who, review, [5, 5]).await;
    }
    hand_in(&other, &scene.chair, chair, [1, 2]).await;
    hand_in(&other, &scene.bob, bob, [4, 2]).await;
    let mut of_southampton = other.as_who(&scene.of_southampton).reviews;
    of_southampton.decline_review(decline(southampton, "no time")).await.unwrap();
    compare(&one, &other, &prepared, "reviewing").await;

    for harness in [&one, &other] {
        scene.start_moderation(harness, &scene.manager).await.unwrap();
    }
    compare(&one, &other, &prepared, "moderation").await;
    // Now the hidden bid has the same total as the others here, and none to compare with there.
    agree(&one, scene, [3, 3]).await;
    agree(&other, scene, [0, 0]).await;
    compare(&one, &other, &prepared, "moderated").await;
}

#[tokio::test]
async fn nor_whatever_becomes_of_it_until_the_announcement() {
    for fresh in [Fresh::sqlite(), Fresh::postgres()] {
        whatever_becomes_of_it(&fresh).await;
    }
}

async fn whatever_becomes_of_it(fresh: &Fresh) {
    let one = Harness::open(&fresh.storage, Arc::new(Peers::default()));
    let mut prepared = prepare(&one).await;
    let scene = prepared.scene.clone();
    for (who, review) in
        [(0, &scene.chair), (1, &scene.bob), (2, &scene.of_southampton)].map(|(n, who)| (who, &prepared.of_hidden[n]))
    {
        hand_in(&one, who, review, [3, 3]).await;
    }
    scene.start_moderation(&one, &scene.manager).await.unwrap();
    one.clock(MEETING).await;
    prepared.meeting = Some(scene.full_meeting(&one).await);
    let Twins { one, other, _copy } = twins(fresh, one);

    // Here the hidden bid ties with the two others; there it is the best, with a reviewer less.
    scene.recuse(&other, &scene.of_southampton, scene.bids[HIDDEN]).await;
    agree(&other, &scene, [5, 5]).await;
    for harness in [&one, &other] {
        scene.start_determination(harness, &scene.manager).await.unwrap();
    }
    compare(&one, &other, &prepared, "determination").await;

    // The chair casts both ties alike for the two open bids; here the hidden one comes between them.
    let [first, last] = OPEN.map(|place| scene.bids[place]);
    let of_three = scene.cast(&[first, scene.bids[HIDDEN], last]);
    one.as_who(&scene.chair).reviews.cast_tie(of_three).await.unwrap();
    other.as_who(&scene.chair).reviews.cast_tie(scene.cast(&[first, last])).await.unwrap();
    compare(&one, &other, &prepared, "cast").await;

    // Here it waits on the reserve list before the last bid; there it is declined.
    let meeting = prepared.meeting.clone().unwrap();
    for (harness, outcome) in [(&one, Outcome::Reserve), (&other, Outcome::Decline)] {
        scene.determined(harness, scene.bids[OPEN[0]], Outcome::Fund, &meeting).await;
        scene.determined(harness, scene.bids[HIDDEN], outcome, &meeting).await;
        scene.determined(harness, scene.bids[OPEN[1]], Outcome::Reserve, &meeting).await;
    }
    compare(&one, &other, &prepared, "determined").await;
    scene.close(&one, "", "").await.unwrap();
    scene.close(&other, "it leaves the line", "").await.unwrap();
    compare(&one, &other, &prepared, "decided").await;
    for harness in [&one, &other] {
        harness.at("2020-02-04T11:00:00Z").await;
    }
    compare(&one, &other, &prepared, "bidders informed").await;
}

#[tokio::test]
async fn every_rpc_that_could_tell_of_a_hidden_bid_is_among_those_that_are_compared() {
    let fresh = Fresh::sqlite();
    let harness = Harness::open(&fresh.storage, Arc::new(Peers::default()));
    let mut prepared = prepare(&harness).await;
    prepared.meeting =
        Some(pb::Meeting { id: "mtg_0190163d8694739baea5966c26f8ad91".to_string(), ..Default::default() });
    let mut compared = reads(&harness, &prepared, &prepared.scene.ann).await;
    compared.extend(refusals(&harness, &prepared, &prepared.scene.ann).await);
    let mut compared: Vec<String> =
        compared.iter().map(|answer| answer.split([' ', ':']).next().unwrap().replace('_', "")).collect();
    // Steps that rest on no bid and answer with none.
    let others = ["openassessment", "addsubstitute", "deriveinterests", "cancelassessment", "recordmeeting"];
    compared.extend(others.map(str::to_string));
    compared.sort();
    compared.dedup();
    let mut contract: Vec<String> = toadlane_proto::pool()
        .services()
        .filter(|service| service.package_name() == "toadlane.grading.v1")
        .flat_map(|service| service.methods().map(|method| method.name().to_lowercase()).collect::<Vec<_>>())
        .collect();
    contract.sort();
    assert_eq!(compared, contract);
}

#[tokio::test]
async fn a_stored_answer_is_not_given_again_to_somebody_who_was_recused_since() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        let taken = scene.accepted(&harness, scene.bids[0], &scene.ann).await;
        let mut ann = harness.as_who(&scene.ann).reviews;
        let request = save(&taken, &[4, 4]);
        let saved = ann.save_review(request.clone()).await.unwrap().into_inner();
        assert_eq!(ann.save_review(request.clone()).await.unwrap().into_inner(), saved);
        scene.declare(&harness, &scene.ann, &[scene.bids[0]]).await.unwrap();
        assert_eq!(ann.save_review(request).await.unwrap_err().message(), "no such bid");
    })
    .await;
}

/// A twin of the request may be written between the look-up and the write: its answer is held back as well.
#[tokio::test]
async fn nor_is_the_answer_of_a_twin_that_was_faster() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.declared(&harness).await;
        scene.declare(&harness, &scene.ann, &[scene.bids[0]]).await.unwrap();
        let answered_twice = async |bid: BidId| {
            let now = harness.db.clock().now();
            let request_id = Some(new_id());
            let cx = Cx { caller: scene.ann.caller(), request_id, ..Cx::of_area(Area::Grading, now) };
            let answer = pb::Review { bid_id: bid.to_string(), ..Default::default() };
            let twin = answer.clone();
            let first: Result<pb::Review, Error> = harness.grading.db.write(&cx, move |_| Ok(twin.clone())).await;
            assert_eq!(first.unwrap(), answer);
            let too_late = |_: &mut Tx| Err::<pb::Review, _>(Error::from(Refusal::NotAllowed { who_may: "nobody" }));
            harness.grading.db.write::<pb::Review, _, _, _>(&cx, too_late).await
        };
        assert_eq!(answered_twice(scene.bids[1]).await.unwrap().bid_id, scene.bids[1].to_string());
        assert_eq!(answered_twice(scene.bids[0]).await.unwrap_err().to_string(), "nobody may do this");
    })
    .await;
}
