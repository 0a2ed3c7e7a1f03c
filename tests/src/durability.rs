//! A SIGKILL says nothing about the power cut: what was written but not synced survives the one and not the other. So
//! the server is watched at work (`strace`): before the answer to a write leaves on its socket, the log of the store
//! that took the write is synced. Of a store with `synchronous = OFF` the same look must say the contrary.

mod trace;

use std::path::{Path, PathBuf};
use std::process::Command;

use demo::deployment::Deployment;
use demo::network::CouncilSystem;
use kit::time::Timestamp;
use server::serve;
use server::settings::{Serve, Store};
use testing::stores::Fresh;
use toadlane_client::{Client, Credentials, Place, retry};
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::rounds::v1 as rounds;

use crate::call::{self, Host};
use crate::child;
use crate::platform::{ONE_AT_A_TIME, Platform, Process, provided};
use crate::servers::until;
use testing::measured::say;
use trace::{Asked, RestsOn};

pub const PART: &str = "a server that does not sync";
const DATA: &str = "TOADLANE_TEST_UNSYNCED_DATA";
const N_BIDS: usize = 4;

#[tokio::test(flavor = "multi_thread")]
async fn no_answer_leaves_before_its_write_is_synced_and_a_store_without_syncs_is_found_out() {
    let _alone = ONE_AT_A_TIME.lock().await;
    let mut platform = Platform::embedded(Fresh::sqlite(), None);
    let host = Host::set_up(&platform.deployment).await;
    platform.processes[0].terminate();

    let judged = watched(&platform, &host, &platform.commands[0], "synced").await;
    let unsynced: Vec<_> = judged.iter().filter(|(_, rests)| *rests != RestsOn::Disk).collect();
    assert!(unsynced.is_empty(), "answered before they were synced: {unsynced:?}");

    let mut without = child::to_play(PART);
    without.env(DATA, platform.folder.join("data"));
    let judged = watched(&platform, &host, &without, "unsynced").await;
    let found_out = judged.iter().filter(|(_, rests)| *rests == RestsOn::Memory).count();
    assert_eq!(found_out, judged.len(), "a store without syncs passes: {judged:?}");
}

/// The part of the child: the whole server on the data of the test, all its stores without syncs.
pub async fn serve_without_syncs() {
    let data = PathBuf::from(provided(DATA));
    let store = Store { keys: Some(data.with_file_name("keys")), data, database: None, syncs: false };
    let running = serve::start(&Serve::embedded(store)).await.unwrap();
    let signals = serve::StopSignals::take().unwrap();
    println!("\ntoadlane serves all roles on {} without syncs", running.address);
    signals.told().await;
    running.stop().await;
}

/// Starts a server under `strace`, has it take some writes, one after the other, and judges each.
async fn watched(platform: &Platform, host: &Host, server: &Command, name: &str) -> Vec<(&'static str, RestsOn)> {
    let file = platform.folder.join(format!("{name}.strace"));
    let mut process = Process::start(&mut under_strace(server, &file));
    let place = Place::new(format!("http://{}", process.address));
    let deployment = Deployment::at(place, platform.deployment.mail.clone());
    let asked = write(&deployment, host, name).await;
    process.terminate();
    let trace = whole_trace(&file, process.child.id());
    let judged: Vec<_> = asked.iter().map(|asked| asked.rpc).zip(trace::judge(&trace, &asked)).collect();
    say(format!("{name}: {} lines traced, {judged:?}", trace.lines().count()));
    judged
}

/// The trace of a process that has ended; `strace` ends a moment later, and writes the rest before.
fn whole_trace(file: &Path, process: u32) -> String {
    let last = |line: &str| line.starts_with(&process.to_string()) && line.contains("+++ exited");
    let mut trace = String::new();
    until("the end of the trace", || {
        // What is not UTF-8 is escaped.
        trace = std::fs::read_to_string(file).unwrap();
        trace.lines().any(last)
    });
    trace
}

fn under_strace(command: &Command, file: &Path) -> Command {
    let mut strace = Command::new("strace");
    // As a grandchild (-D), so that the process of the test is the server itself, to be stopped like any other.
    // The strings are printed up to a length that no page of a store and no request here exceeds.
    strace.args(["-D", "-f", "--seccomp-bpf", "-y", "-s", "20000", "-e", trace::TRACED, "-o"]).arg(file).arg("--");
    strace.arg(command.get_program()).args(command.get_args());
    strace.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    strace
}

/// A round and some bids, each write sent after the answer to the one before.
async fn write(deployment: &Deployment, host: &Host, name: &str) -> Vec<Asked> {
    let mut asked = Vec::new();
    let round = schedule(deployment, host, name, &mut asked).await;
    let system = &host.network.systems[0];
    let credentials = Credentials::Key { client_id: system.client_id.clone(), key: system.key.clone() };
    let client = Client::connect(deployment.places.clone(), credentials).unwrap();
    for n in 0..N_BIDS {
        bid(&client, system, &round.id, &format!("{name}{n}"), &mut asked).await;
    }
    asked
}

async fn schedule(deployment: &Deployment, host: &Host, name: &str, asked: &mut Vec<Asked>) -> rounds::Round {
    let manager = deployment.sign_in("round.manager@network.example").await.unwrap();
    let closes = Timestamp::of_this_machine().plus_seconds(86_400);
    let mut id = String::new();
    let draft = retry(|request_id| {
        id.clone_from(&request_id);
        let (mut service, round) = (manager.rounds(), host.round(name, closes));
        async move { service.create_round(rounds::CreateRoundRequest { request_id, ..round }).await }
    });
    let draft = draft.await.unwrap();
    asked.push(Asked { rpc: "CreateRound", request_id: id.clone(), store: "rounds", subject: draft.id.clone() });
    let round = retry(|request_id| {
        id.clone_from(&request_id);
        let (mut service, round_id, etag) = (manager.rounds(), draft.id.clone(), draft.etag.clone());
        let schedule = rounds::ScheduleRoundRequest { request_id, round_id, etag, validate_only: false };
        async move { service.schedule_round(schedule).await }
    });
    let round = round.await.unwrap();
    asked.push(Asked { rpc: "ScheduleRound", request_id: id, store: "rounds", subject: draft.id });
    round
}

/// Drafts a bid, has it signed off and submits it.
async fn bid(client: &Client, system: &CouncilSystem, round_id: &str, reference: &str, asked: &mut Vec<Asked>) {
    let mut id = String::new();
    let draft = retry(|request_id| {
        id.clone_from(&request_id);
        let (mut service, bid) = (client.bids(), call::new_bid(system, round_id, reference));
        async move { service.create_bid(bids::CreateBidRequest { request_id, ..bid }).await }
    });
    let draft = draft.await.unwrap();
    let mut note = |rpc, request_id: &str| {
        let (request_id, subject) = (request_id.to_string(), draft.id.clone());
        asked.push(Asked { rpc, request_id, store: "bids", subject });
    };
    note("CreateBid", &id);
    let signed = retry(|request_id| {
        id.clone_from(&request_id);
        let (mut service, sign_off) = (client.bids(), call::sign_off(system, &draft));
        async move { service.sign_off_bid(bids::SignOffBidRequest { request_id, ..sign_off }).await }
    });
    let signed = signed.await.unwrap();
    note("SignOffBid", &id);
    let submitted = retry(|request_id| {
        id.clone_from(&request_id);
        let (mut service, submit) = (client.bids(), call::submit(&signed));
        async move { service.submit_bid(bids::SubmitBidRequest { request_id, ..submit }).await }
    });
    submitted.await.unwrap();
    note("SubmitBid", &id);
}
