//! Every RPC called by everybody: the golden verdict beside the answer over the wire, on a resource in a state in which
//! the call would otherwise succeed.
//!
//! `golden` reads the matrices, `callers` signs in everybody they name, `scene` sets up what is called about, and the
//! tables of `registry`, `rounds` and `bids` say which action an RPC stands for. What is compared with are the files,
//! never the code that they were printed from.

mod anonymous;
pub mod asking;
mod awards;
mod bids;
mod callers;
mod golden;
mod grading;
mod judge;
mod learning;
mod registry;
mod reporting;
mod rounds;
mod scene;
pub mod wire;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

use demo::call;
use kit::time::at;
use prost::Message;
use prost_reflect::MethodDescriptor;
use testing::stores::Fresh;
use toadlane_proto::types::v1::SetClockRequest;
use tokio::time::{Instant, sleep};
use tonic::Code;

use crate::contract;
use crate::platform::Platform;
use asking::Run;
use callers::Caller;
use golden::{Golden, Verdict};
use judge::{Answers, Judge};
use scene::Scene;

/// What a caller sends: one message, or a stream of them.
type Messages = Box<dyn Fn(&Caller) -> Vec<Vec<u8>>>;

/// How the answer to one caller is judged.
type JudgeOf = Box<dyn Fn(&Caller) -> Judge>;

/// One way to call an RPC, and how an answer is judged.
struct Case {
    /// Sections of the golden matrices; where there are several, all must say yes.
    sections: Vec<String>,
    /// What a caller may not know of: an identity, or the text that a list is searched for.
    about: String,
    /// In what relation nobody is to this very resource, by the ends of rows: it is hidden from them.
    nobody: Vec<&'static str>,
    judge: Judge,
    /// Judges some callers otherwise, such as one whose row in a list is another.
    judge_of: Option<JudgeOf>,
    /// The section that says who is let into what the rows of a list are within; to everybody else it does not exist.
    door: Option<String>,
    /// Whether the request is about the whole: somebody recused from any bid is recused from some.
    at_large: bool,
    /// Which rows it is for; others have a case of their own.
    is_for: fn(&str) -> bool,
    /// Ends of the names of rows that nobody can stand for in this case, and why.
    left_out: Vec<(&'static str, &'static str)>,
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
        Case {
            sections,
            about,
            nobody: Vec::new(),
            judge: Judge::Done,
            judge_of: None,
            door: None,
            at_large: false,
            is_for: |_| true,
            left_out: Vec::new(),
            messages: Box::new(messages),
        }
    }

    fn without(mut self, relation: &'static str) -> Case {
        self.nobody.push(relation);
        self
    }

    /// The rows of the case, each with the one that it is judged by. Left out is who cannot be.
    fn rows_of<'a>(&self, golden: &'a Golden) -> Vec<(&'a str, String)> {
        let all = golden.rows(&self.sections[0]).map(|(row, _)| row).filter(|row| (self.is_for)(row));
        let possible = all.filter(|row| !self.left_out.iter().any(|(end, _)| row.ends_with(end)));
        possible.map(|row| (row, if self.at_large { at_large(row) } else { row.to_string() })).collect()
    }

    fn judged_of(self, judge_of: impl Fn(&Caller) -> Judge + 'static) -> Case {
        Case { judge_of: Some(Box::new(judge_of)), ..self }
    }

    fn within(self, door: String) -> Case {
        Case { door: Some(door), ..self }
    }

    fn at_large(self) -> Case {
        Case { at_large: true, ..self }
    }

    fn for_rows(self, is_for: fn(&str) -> bool) -> Case {
        Case { is_for, ..self }
    }

    /// Leaves out the rows whose names end so.
    fn leaving_out(mut self, end: &'static str, why: &'static str) -> Case {
        self.left_out.push((end, why));
        self
    }

    fn among(self, id: &str) -> Case {
        Case { judge: Judge::Among(id.to_string()), ..self }
    }

    fn not_yet(self) -> Case {
        Case { judge: Judge::NotYet, ..self }
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

    fn shows(self, text: &str) -> Case {
        Case { judge: Judge::Shows(text.to_string()), ..self }
    }

    fn tells(self, told: fn(&[u8]) -> bool) -> Case {
        Case { judge: Judge::Tells(told), ..self }
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

/// The row of whoever stands so to a whole assessment.
fn at_large(row: &str) -> String {
    match row {
        "certifier of the bidder, recused on the panel" => {
            "no such duty, on the panel, recused from another bid".to_string()
        }
        row => {
            let whole = row.replace("recused from this bid", "recused from another bid");
            let whole = whole.replace("of the council of this bid", "of the council of another bid");
            // Of whom an interest is recorded is recused; who recorded it is as they were.
            let whole = whole.replace(", recorded of them", ", recused from another bid");
            whole.replace(", recorded by them", "").replace(", recorded by another", "")
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
        "toadlane.grading.v1" => grading::cases(scene, rpc.name()),
        "toadlane.awards.v1" => awards::cases(scene, rpc.name()),
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
    /// Sections with their rows that were tried.
    tried: BTreeSet<(String, String)>,
    /// Those that no case can try, and why.
    impossible: BTreeMap<(String, String), &'static str>,
    wrong: Vec<String>,
}

impl Tally {
    /// `found` is whether the call succeeded, or what is wrong with the answer.
    fn count(&mut self, rpc: &MethodDescriptor, row: &str, sections: &[String], found: Result<bool, String>) {
        self.n_compared += 1;
        self.tried.extend(sections.iter().map(|section| (section.clone(), row.to_string())));
        let succeeded = self.n_succeeded.entry(rpc.name().to_string()).or_default();
        match found {
            Ok(true) => *succeeded += 1,
            Ok(false) => {}
            Err(says) => self.wrong.push(format!("{} as {row} ({}): {says}", rpc.name(), sections.join(", "))),
        }
    }
}

impl Tally {
    fn leave_out(&mut self, golden: &Golden, case: &Case) {
        for section in &case.sections {
            for (row, _) in golden.rows(section) {
                let whole = case.at_large && at_large(row) != row;
                let whole = whole.then_some("no bid is in question, so that who is recused from it is from some");
                let left_out = case.left_out.iter().find(|(end, _)| row.ends_with(end)).map(|(_, why)| *why);
                if let Some(why) = left_out.or(whole) {
                    self.impossible.insert((section.clone(), row.to_string()), why);
                }
            }
        }
    }

    /// Every verdict of every matrix was tried, but for those that are said to be impossible over the wire.
    fn expect_complete(&self, golden: &Golden) {
        let sections = golden.sections().filter(|section| !grading::IMPOSSIBLE.contains(section));
        let sections = sections.filter(|section| !awards::IMPOSSIBLE.contains(section));
        let all = sections.flat_map(|section| golden.rows(section).map(move |(row, _)| (section, row)));
        let untried = all.map(|(section, row)| (section.to_string(), row.to_string()));
        let untried: Vec<_> = untried.filter(|verdict| !self.tried.contains(verdict)).collect();
        let unsaid: Vec<_> = untried.iter().filter(|verdict| !self.impossible.contains_key(*verdict)).collect();
        assert!(unsaid.is_empty(), "no RPC was tried for {unsaid:?}");
        let mut reasons: BTreeMap<&str, usize> = BTreeMap::new();
        for verdict in &untried {
            *reasons.entry(self.impossible[verdict]).or_default() += 1;
        }
        for (why, n) in reasons {
            println!("{n} verdicts cannot be tried: {why}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_verdict_over_the_wire_is_the_golden_one() {
    let golden = Golden::read();
    let platform = Platform::embedded(Fresh::sqlite(), Some(call::BEGINS));
    let scene = Scene::set(&platform, &golden).await;
    let mut tally = Tally::default();
    for rpc in rpcs() {
        for case in cases(&scene, &rpc) {
            call_as_every_row(&scene, &platform, &golden, &rpc, &case, &mut tally).await;
        }
        match rpc.name() {
            "WatchBids" => bids::watch(&scene, &golden, &rpc, &mut tally).await,
            "WatchReports" => reporting::watch(&scene, &golden, &rpc, &mut tally).await,
            "WatchAwards" => awards::watch(&scene, &golden, &rpc, &mut tally).await,
            _ => {}
        }
    }
    the_clock(&scene, &golden, &mut tally).await;
    println!("{} verdicts compared over {} RPCs", tally.n_compared, tally.n_succeeded.len());
    assert!(tally.wrong.is_empty(), "{} are wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));

    let never: Vec<_> = tally.n_succeeded.iter().filter(|(_, n)| **n == 0).map(|(rpc, _)| rpc).collect();
    assert!(never.is_empty(), "nobody succeeds with {never:?}: their refusals show nothing");
    tally.expect_complete(&golden);
    for_real(&scene, &golden).await;
}

/// The clock has no matrix: of all rows of the registry's one moves it, here to where it is.
async fn the_clock(scene: &Scene, golden: &Golden, tally: &mut Tally) {
    let rpc = asking::named("SetClock");
    let request = SetClockRequest { now: Some(at(scene::NOW).into()), ..Default::default() }.encode_to_vec();
    for (row, _) in golden.rows("list revocations and publish keys") {
        let verdict = if row == "network_administrator" { Verdict::Yes } else { Verdict::No };
        for caller in scene.callers.for_row(row, "") {
            let answer = scene.asking.ask(&rpc, caller, std::slice::from_ref(&request), Run::Real).await;
            let answers = Answers { rpc: &rpc, caller, answer: &answer, nothing: &answer };
            tally.count(&rpc, row, &[], answers.judged(&Judge::Done, verdict));
        }
    }
}

/// Calls an RPC as every row of a matrix.
async fn call_as_every_row(
    scene: &Scene,
    platform: &Platform,
    golden: &Golden,
    rpc: &MethodDescriptor,
    case: &Case,
    tally: &mut Tally,
) {
    let mut addresses = scene.callers.addresses.iter().cycle();
    tally.leave_out(golden, case);
    for (row, judged_by) in case.rows_of(golden) {
        let verdict = case.verdict(golden, &judged_by);
        let kept_out = case
            .door
            .as_ref()
            .is_some_and(|door| golden.verdict(std::slice::from_ref(door), &at_large(row)) == Verdict::Hidden);
        for caller in scene.callers.for_row(row, &case.about) {
            let mut messages = (case.messages)(caller);
            if let Some(message) = registry::made_once(scene, &platform.deployment, rpc.name(), &mut addresses).await {
                messages = vec![message];
            }
            let answer = scene.asking.ask(rpc, caller, &messages, Run::Dry);
            let (answer, nothing) = match about_nothing(&messages, &case.about) {
                Some(of_nothing) => {
                    let (answer, nothing) = tokio::join!(answer, scene.asking.ask(rpc, caller, &of_nothing, Run::Dry));
                    (answer, Some(nothing))
                }
                None => (answer.await, None),
            };
            let answers = Answers { rpc, caller, answer: &answer, nothing: nothing.as_ref().unwrap_or(&answer) };
            let found = match (&case.judge_of, kept_out) {
                (_, true) => answers.judged(&Judge::Done, Verdict::Hidden),
                (Some(judge_of), false) => answers.judged(&judge_of(caller), verdict),
                (None, false) => answers.judged(&case.judge, verdict),
            };
            let found = found.map_err(|says| if row == judged_by { says } else { format!("{row}: {says}") });
            tally.count(rpc, &judged_by, &case.sections, found);
        }
    }
}

/// The same request about something that does not exist, for one that is about something. Both are of one length, so
/// the bytes stay a message.
fn about_nothing(messages: &[Vec<u8>], about: &str) -> Option<Vec<Vec<u8>>> {
    if about.is_empty() {
        return None;
    }
    let mut messages = messages.to_vec();
    let absent = asking::absent(about);
    for message in &mut messages {
        for at in 0..=message.len().saturating_sub(about.len()) {
            if message[at..].starts_with(about.as_bytes()) {
                message[at..at + about.len()].copy_from_slice(absent.as_bytes());
            }
        }
    }
    Some(messages)
}

/// A dry run that succeeds promises the real one: each is kept by one caller, in the order of the contract, `bids`
/// before the rounds that its bids are in. Who ends their sessions comes last: their token ends too.
async fn for_real(scene: &Scene, golden: &Golden) {
    let mut rpcs: Vec<_> = rpcs().into_iter().filter(asking::can_be_dry).collect();
    rpcs.sort_by_key(|rpc| (rpc.name() == "EndSession", rpc.parent_service().package_name().to_string()));
    for rpc in &rpcs {
        let mut done = cases(scene, rpc).into_iter().rev().filter(|case| matches!(case.judge, Judge::Done));
        let may = |case: &Case| {
            let mut rows = case.rows_of(golden).into_iter();
            let allowed = rows.find(|(_, judged_by)| case.verdict(golden, judged_by) == Verdict::Yes);
            allowed.map(|(row, _)| row.to_string())
        };
        let found = done.find_map(|case| may(&case).map(|row| (case, row)));
        let (case, row) = found.unwrap_or_else(|| panic!("{} has no case in which somebody succeeds", rpc.name()));
        let caller = scene.callers.for_row(&row, &case.about)[0];
        let answer = scene.asking.ask(rpc, caller, &(case.messages)(caller), Run::Real).await;
        assert_eq!(answer.status.code(), Code::Ok, "{} as {row}, for real: {:?}", rpc.name(), answer.status);
    }
    println!("{} RPCs that change something did so for real", rpcs.len());
}

/// What reads by its name is believed only because of this.
#[tokio::test(flavor = "multi_thread")]
async fn what_reads_writes_nothing() {
    let golden = Golden::read();
    let platform = Platform::embedded(Fresh::sqlite(), Some(call::BEGINS));
    let scene = Scene::set(&platform, &golden).await;
    let data = platform.folder.join("data");
    let mut before = settled(&data).await;
    for rpc in rpcs().iter().filter(|rpc| !contract::changes(rpc)) {
        for case in cases(&scene, rpc) {
            for (row, _) in golden.rows(&case.sections[0]) {
                for caller in scene.callers.for_row(row, &case.about) {
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
