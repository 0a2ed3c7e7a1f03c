//! Which awards a watch shows.

use std::collections::BTreeSet;
use std::time::Duration;

use kit::caller::Role;
use prost::Message;
use prost_reflect::MethodDescriptor;
use toadlane_proto::awards::v1 as pb;
use tokio::task::JoinSet;

use super::{OFFERED, PREPARED, one, section};
use crate::authorization::Tally;
use crate::authorization::asking::Run;
use crate::authorization::callers::Org;
use crate::authorization::golden::{Golden, Verdict};
use crate::authorization::judge::{Answers, Judge};
use crate::authorization::scene::Scene;
use crate::authorization::scene::accounts::suspend;

/// How long a watch goes on for somebody who sees nothing. What there is to see comes at once.
const WATCHED_FOR: Duration = Duration::from_secs(1);

/// Everybody begins a watch, then both an award that was never offered and an active one change, and everybody goes on
/// from where they were.
pub async fn watch(scene: &Scene, golden: &Golden, rpc: &MethodDescriptor, tally: &mut Tally) {
    let sections = [section("See", PREPARED), section("See", OFFERED)];
    let mut watching = Vec::new();
    for (row, verdict) in golden.rows(&sections[0]) {
        for caller in scene.callers.for_row(row, "") {
            let round_id = scene.granted.round.id.clone();
            let begun = pb::WatchAwardsRequest { round_id, ..Default::default() };
            let first = one(begun.clone());
            let answer = scene.asking.ask_until(WATCHED_FOR, 1, rpc, caller, &first, Run::Real).await;
            match answer.messages.first() {
                Some(first) => {
                    let resume_token = pb::WatchAwardsResponse::decode(first.as_slice()).unwrap().resume_token;
                    watching.push((row.to_string(), caller.clone(), pb::WatchAwardsRequest { resume_token, ..begun }));
                }
                None => {
                    let answers = Answers { rpc, caller, answer: &answer, nothing: &answer };
                    tally.count(rpc, row, &sections, answers.judged(&Judge::Done, verdict));
                }
            }
        }
    }
    let changed = change_both(scene).await;
    let mut watches = JoinSet::new();
    for (row, caller, request) in watching {
        let (asking, rpc) = (scene.asking.clone(), rpc.clone());
        watches.spawn(async move {
            let answer = asking.ask_until(WATCHED_FOR, usize::MAX, &rpc, &caller, &one(request), Run::Real).await;
            let frames = answer.messages.iter().map(|frame| pb::WatchAwardsResponse::decode(frame.as_slice()).unwrap());
            let seen: BTreeSet<String> = frames.filter_map(|frame| frame.award).map(|award| award.id).collect();
            (row, seen)
        });
    }
    for (row, seen) in watches.join_all().await {
        for (section, id) in sections.iter().zip(&changed) {
            let sections = [section.clone()];
            let may = golden.verdict(&sections, &row) == Verdict::Yes;
            let other = seen.iter().any(|id| !changed.contains(id));
            let found = match seen.contains(id) == may && !other {
                true => Ok(may),
                false => Err(format!("the watch showed {seen:?}")),
            };
            tally.count(rpc, &row, &sections, found);
        }
    }
}

/// Neither change alters what the other cases rest on.
async fn change_both(scene: &Scene) -> [String; 2] {
    let manager = scene.callers.holder_of(Role::RoundManager, Org::Network);
    let ids = ["watched unoffered", "watched"].map(|name| scene.granted.own[name].id.clone());
    let (award_id, reason) = (ids[0].clone(), "no more".to_string());
    let request = pb::WithdrawAwardRequest { award_id, reason, ..Default::default() };
    let _: pb::Award = scene.asking.made(manager, "WithdrawAward", &request).await;
    let _: pb::Award = scene.asking.made(manager, "SuspendAward", &suspend(&ids[1])).await;
    ids
}
