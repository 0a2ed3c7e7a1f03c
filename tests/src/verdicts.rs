//! Every RPC called by everybody: the golden verdict beside the answer over the wire, on a resource in a state in which
//! the call would otherwise succeed.
//!
//! `golden` reads the matrices, `cast` signs everybody in who stands in them, `scene` sets up what is called about, and
//! the tables of `registry`, `rounds` and `bids` say which action an RPC stands for. What is compared with are the
//! files, never the code that they were printed from.

mod anonymous;
mod asking;
mod bids;
mod cast;
mod golden;
mod judge;
mod learning;
mod registry;
mod reporting;
mod rounds;
mod scene;
mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use kit::each_db::Fresh;
use kit::time::at;
use prost::Message;
use prost_reflect::MethodDescriptor;
use server::demo::call;
use toadlane_proto::types::v1::SetClockRequest;
use tokio::time::{Instant, sleep};
use tonic::Code;

use crate::contract;
use crate::town::Town;
use asking::Run;
use cast::Caller;
use golden::{Golden, Verdict};
use judge::{Heard, Judge};
use scene::Scene;

/// What a caller sends: one message, or a stream of them.
type Messages = Box<dyn Fn(&Caller) -> Vec<Vec<u8>>>;

/// One way to call an RPC, and how an answer is judged.
struct Case {
    /// Sections of the golden matrices; where there are several, all must say yes.
    sections: Vec<String>,
    /// What a caller may not know of: an identity, or the text that a list is searched for.
    about: String,
    /// In what relation nobody is to this very resource, by the ends of rows: it is hidden from them.
    nobody: Vec<&'static str>,
    judge: Judge,
    messages: Messages,
}

impl Case {
    fn new(section: impl Into<String>, about: &str, request: impl Message) -> Case {
        Case::of(section, about, vec![request.encode_to_vec()])
    }

    fn of(section: impl Into<String>, about: &str, messages: Vec<Vec<u8>>) -> Case {
        Case::by_caller(section, about, move |_| messages.clone())
    }

    fn by_caller(
        section: impl Into<String>,
        about: &str,
        messages: impl Fn(&Caller) -> Vec<Vec<u8>> + 'static,
    ) -> Case {
        let (sections, about) = (vec![section.into()], about.to_string());
        Case { sections, about, nobody: Vec::new(), judge: Judge::Done, messages: Box::new(messages) }
    }

    fn without(mut self, relation: &'static str) -> Case {
        self.nobody.push(relation);
        self
    }

    fn and(mut self, section: &str) -> Case {
        self.sections.push(section.to_string());
        self
    }

    fn illegal(self) -> Case {
        Case { judge: Judge::Illegal, ..self }
    }

    fn rows(self, id: &str) -> Case {
        Case { judge: Judge::Rows(id.to_string()), ..self }
    }

    fn among(self, id: &str) -> Case {
        Case { judge: Judge::Among(id.to_string()), ..self }
    }

    fn shows(self, text: &str) -> Case {
        Case { judge: Judge::Shows(text.to_string()), ..self }
    }

    fn nowhere(self) -> Case {
        Case { judge: Judge::Nowhere, ..self }
    }

    fn public(self) -> Case {
        Case { judge: Judge::Public, ..self }
    }

    fn verdict(&self, golden: &Golden, row: &str) -> Verdict {
        match self.nobody.iter().any(|relation| row.ends_with(relation)) {
            true => Verdict::Hidden,
            false => golden.verdict(&self.sections, row),
        }
    }
}

fn cases(scene: &Scene, rpc: &MethodDescriptor) -> Vec<Case> {
    match rpc.parent_service().package_name() {
        "toadlane.registry.v1" => registry::cases(scene, rpc.name()),
        "toadlane.rounds.v1" => rounds::cases(scene, rpc.name()),
        "toadlane.bids.v1" => bids::cases(scene, rpc.name()),
        "toadlane.reporting.v1" => reporting::cases(scene, rpc.name()),
        "toadlane.learning.v1" => learning::cases(scene, rpc.name()),
        other => panic!("the package {other} has no table of cases"),
    }
}

/// The RPCs that have a matrix, in the order of the contract.
fn rpcs() -> Vec<MethodDescriptor> {
    contract::rpcs().into_iter().filter(|rpc| rpc.parent_service().package_name() != "toadlane.types.v1").collect()
}

/// What was compared, and what was wrong.
#[derive(Default)]
struct Tally {
    n_compared: usize,
    n_succeeded: BTreeMap<String, usize>,
    sections: BTreeSet<String>,
    wrong: Vec<String>,
}

impl Tally {
    /// `found` is whether the call succeeded, or what is wrong with the answer.
    fn count(&mut self, rpc: &MethodDescriptor, row: &str, sections: &[String], found: Result<bool, String>) {
        self.n_compared += 1;
        self.sections.extend(sections.iter().cloned());
        let succeeded = self.n_succeeded.entry(rpc.name().to_string()).or_default();
        match found {
            Ok(true) => *succeeded += 1,
            Ok(false) => {}
            Err(says) => self.wrong.push(format!("{} as {row} ({}): {says}", rpc.name(), sections.join(", "))),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verdict_over_the_wire_is_the_golden_one() {
    let golden = Golden::read();
    let town = Town::embedded(Fresh::sqlite(), Some(call::BEGINS));
    let scene = Scene::set(&town, &golden).await;
    let mut tally = Tally::default();
    for rpc in rpcs() {
        for case in cases(&scene, &rpc) {
            play(&scene, &town, &golden, &rpc, &case, &mut tally).await;
        }
        match rpc.name() {
            "WatchBids" => bids::watch(&scene, &golden, &rpc, &mut tally).await,
            "WatchReports" => reporting::watch(&scene, &golden, &rpc, &mut tally).await,
            _ => {}
        }
    }
    the_clock(&scene, &golden, &mut tally).await;
    println!("{} verdicts compared over {} RPCs", tally.n_compared, tally.n_succeeded.len());
    assert!(tally.wrong.is_empty(), "{} are wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));

    let never: Vec<_> = tally.n_succeeded.iter().filter(|(_, n)| **n == 0).map(|(rpc, _)| rpc).collect();
    assert!(never.is_empty(), "nobody succeeds with {never:?}: their refusals show nothing");
    let untried: Vec<_> = golden.sections().filter(|section| !tally.sections.contains(*section)).collect();
    assert!(untried.is_empty(), "no RPC was tried for {untried:?}");
    for_real(&scene, &golden).await;
}

/// The clock has no matrix: of all rows of the registry's one moves it, here to where it is.
async fn the_clock(scene: &Scene, golden: &Golden, tally: &mut Tally) {
    let rpc = asking::named("SetClock");
    let request = SetClockRequest { now: Some(at(scene::NOW).into()), ..Default::default() }.encode_to_vec();
    for (row, _) in golden.rows("list revocations and publish keys") {
        let verdict = if row == "network_administrator" { Verdict::Yes } else { Verdict::No };
        for caller in scene.cast.callers(row, "") {
            let answer = scene.asking.ask(&rpc, caller, std::slice::from_ref(&request), Run::Real).await;
            let heard = Heard { rpc: &rpc, caller, answer: &answer, nothing: &answer };
            tally.count(&rpc, row, &[], heard.judged(&Judge::Done, verdict));
        }
    }
}

/// Calls an RPC as every row of a matrix.
async fn play(scene: &Scene, town: &Town, golden: &Golden, rpc: &MethodDescriptor, case: &Case, tally: &mut Tally) {
    let mut addresses = scene.cast.addresses.iter().cycle();
    for (row, _) in golden.rows(&case.sections[0]) {
        let verdict = case.verdict(golden, row);
        for caller in scene.cast.callers(row, &case.about) {
            let mut messages = (case.messages)(caller);
            if rpc.name() == "FinishSignIn" {
                let email = addresses.next().expect("people have addresses");
                let finish = registry::signing_in(&scene.asking, &scene.cast, &town.stage, email).await;
                messages = vec![finish.encode_to_vec()];
            }
            let answer = scene.asking.ask(rpc, caller, &messages, Run::Dry).await;
            let of_nothing = about_nothing(&messages, &case.about);
            let nothing = scene.asking.ask(rpc, caller, &of_nothing, Run::Dry).await;
            let heard = Heard { rpc, caller, answer: &answer, nothing: &nothing };
            tally.count(rpc, row, &case.sections, heard.judged(&case.judge, verdict));
        }
    }
}

/// The same request about something that does not exist. Both are of one length, so the bytes stay a message.
fn about_nothing(messages: &[Vec<u8>], about: &str) -> Vec<Vec<u8>> {
    let mut messages = messages.to_vec();
    if about.is_empty() {
        return messages;
    }
    let absent = asking::absent(about);
    for message in &mut messages {
        for at in 0..=message.len().saturating_sub(about.len()) {
            if message[at..].starts_with(about.as_bytes()) {
                message[at..at + about.len()].copy_from_slice(absent.as_bytes());
            }
        }
    }
    messages
}

/// A dry run that succeeds promises the real one: each is kept by one caller, in the order of the contract, `bids`
/// before the rounds that its bids are in.
async fn for_real(scene: &Scene, golden: &Golden) {
    let mut rpcs: Vec<_> = rpcs().into_iter().filter(asking::can_be_dry).collect();
    rpcs.sort_by_key(|rpc| rpc.parent_service().package_name().to_string());
    for rpc in &rpcs {
        let case = cases(scene, rpc).into_iter().rfind(|case| matches!(case.judge, Judge::Done));
        let case = case.unwrap_or_else(|| panic!("{} has no case that succeeds", rpc.name()));
        let mut rows = golden.rows(&case.sections[0]).map(|(row, _)| row);
        let row = rows.find(|row| case.verdict(golden, row) == Verdict::Yes).expect("somebody may");
        let caller = scene.cast.callers(row, &case.about)[0];
        let answer = scene.asking.ask(rpc, caller, &(case.messages)(caller), Run::Real).await;
        assert_eq!(answer.status.code(), Code::Ok, "{} as {row}, for real: {:?}", rpc.name(), answer.status);
    }
    println!("{} RPCs that change something did so for real", rpcs.len());
}

/// What reads by its name is believed only because of this.
#[tokio::test(flavor = "multi_thread")]
async fn what_reads_writes_nothing() {
    let golden = Golden::read();
    let town = Town::embedded(Fresh::sqlite(), Some(call::BEGINS));
    let scene = Scene::set(&town, &golden).await;
    let data = town.folder.join("data");
    let mut before = settled(&data).await;
    for rpc in rpcs().iter().filter(|rpc| !contract::changes(rpc)) {
        for case in cases(&scene, rpc) {
            for (row, _) in golden.rows(&case.sections[0]) {
                for caller in scene.cast.callers(row, &case.about) {
                    scene.asking.ask(rpc, caller, &(case.messages)(caller), Run::Dry).await;
                }
            }
        }
        let after = stores(&data);
        let written: Vec<_> = before.iter().filter(|(name, bytes)| after.get(*name) != Some(*bytes)).collect();
        assert!(written.is_empty(), "{} wrote to {:?}", rpc.name(), written.iter().map(|(name, _)| name));
        before = after;
    }
}

/// The stores, once what the set-up set going has ended.
async fn settled(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let until = Instant::now() + Duration::from_secs(20);
    let mut before = stores(data);
    loop {
        // Longer than anything that looks at a store by itself waits.
        sleep(Duration::from_millis(500)).await;
        let after = stores(data);
        if before == after {
            return after;
        }
        assert!(Instant::now() < until, "the stores do not come to rest");
        before = after;
    }
}

/// The bytes of all databases and their logs.
fn stores(data: &Path) -> BTreeMap<String, Vec<u8>> {
    let files = std::fs::read_dir(data).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| {
        let name = path.to_string_lossy();
        name.ends_with(".sqlite") || name.ends_with(".sqlite-wal")
    });
    files.map(|path| (path.display().to_string(), std::fs::read(&path).unwrap())).collect()
}
