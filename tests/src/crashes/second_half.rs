//! Twenty kills (SIGKILL) of the server in the second half of the 2020 round, from the boards' meeting to the
//! publication, at random moments of it. Its callers try every call again under one request id, and the round goes on.
//! What it writes at the end is compared with what it writes where nobody was killed.

use std::ffi::OsStr;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use bytes::Bytes;
use demo::deployment::Deployment;
use demo::error::Error;
use demo::round::Round;
use demo::timeline::{Line, Tell};
use demo::{assessment, awards, call, files, first_half, learning, people, reports};
use kit::time::at;
use testing::stores::Fresh;
use toadlane_client::{Client, Patience, Place};
use toadlane_proto::reporting::v1 as reporting;
use tokio::time::sleep;
use tonic::Status;

use super::papers::Papers;
use crate::platform::{ONE_AT_A_TIME, Platform, Process, folder_of, free_port};
use testing::measured::say;
use testing::seeded::Random;

const N_KILLS: usize = 20;
/// How long a call is tried again.
const PATIENCE: Duration = Duration::from_secs(60);
/// So many calls may be left when the last moment comes: they are fewer where something need not be waited for.
const MARGIN: usize = 25;
/// Where the server logs, in the folder of its platform.
const LOG: &str = "server.log";
/// When the councils write their interim reports.
const WRITTEN: &str = "2020-12-14T09:00:00Z";
/// More than one piece of a stream, and still kept by its caller as a whole.
const EVIDENCE_BYTES: usize = 600_000;
const MOST_DOWNLOADS: usize = 50;

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_in_the_second_half_change_no_paper_on_sqlite() {
    let _alone = ONE_AT_A_TIME.lock().await;
    survives(Fresh::sqlite).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn twenty_kills_in_the_second_half_change_no_paper_on_postgresql() {
    let _alone = ONE_AT_A_TIME.lock().await;
    survives(Fresh::postgres).await;
}

async fn survives(fresh: fn() -> Fresh) {
    let begun = Instant::now();
    let scene = Scene::begin(fresh());
    let round = scene.first_half().await;
    let n_before = scene.patience.n_calls();
    let expected = run_second_half(&scene.deployment, &round, &mut |_| {}).await.unwrap();
    let n_calls = scene.patience.n_calls() - n_before;
    say(format!("undisturbed: {n_calls} calls in the second half, {:.1} s in all", begun.elapsed().as_secs_f64()));
    drop(scene);

    let mut random = Random::announced();
    let scene = Scene::begin(fresh());
    let round = scene.first_half().await;
    let (deployment, patience, log) = (scene.deployment.clone(), scene.patience.clone(), scene.log());
    let progress = Arc::new(Progress::default());
    let moments = moments(n_calls, &mut random);
    let strike = tokio::spawn(scene.strike(progress.clone(), patience.n_calls(), moments, random));
    let found = run_second_half(&deployment, &round, &mut |line| progress.tell(&line)).await;
    progress.is_over.store(true, Ordering::SeqCst);
    let found = found.unwrap_or_else(|error| panic!("the second half broke off: {error}\n{}", end_of(&log)));
    let scene = strike.await.unwrap();
    say(format!("{} tries unanswered; {:.1} s in all", patience.n_broken(), begun.elapsed().as_secs_f64()));
    expected.expect_same(&found);
    drop(scene);
}

/// When to kill: after so many calls of the second half, spread over all of it.
fn moments(n_calls: usize, random: &mut Random) -> [usize; N_KILLS] {
    let stretch = (n_calls - MARGIN) / N_KILLS;
    std::array::from_fn(|turn| turn * stretch + random.between(1, stretch as u64) as usize)
}

/// How far the second half has come.
#[derive(Default)]
struct Progress {
    title: Mutex<String>,
    is_over: AtomicBool,
}

impl Progress {
    fn tell(&self, line: &Line) {
        if let Line::Heading(says) = line {
            *self.title.lock().unwrap() = says.split(" (").next().unwrap_or_default().to_string();
        }
    }

    fn expect_on(&self, turn: usize) {
        assert!(!self.is_over.load(Ordering::SeqCst), "the second half ended before kill {}", turn + 1);
    }
}

/// All roles in one process, which comes back where it was killed, and callers who are patient with it.
struct Scene {
    platform: Platform,
    deployment: Deployment,
    patience: Patience,
}

impl Scene {
    fn begin(fresh: Fresh) -> Scene {
        let mut platform = Platform::embedded(fresh, Some(call::BEGINS));
        platform.processes[0].terminate();
        platform.commands[0] = at_one_port(&platform.commands[0], &platform.folder.join(LOG));
        platform.processes[0] = Process::start(&mut platform.commands[0]);
        let patience = Patience::of(PATIENCE);
        let place = Place::new(format!("http://{}", platform.processes[0].address)).patient(&patience);
        let deployment = Deployment::at(place, platform.deployment.mail.clone());
        Scene { platform, deployment, patience }
    }

    fn log(&self) -> PathBuf {
        self.platform.folder.join(LOG)
    }

    async fn first_half(&self) -> Round {
        first_half::play(&self.deployment, &mut |_| {}).await.unwrap()
    }

    /// The kills, each a moment after so many calls were begun since the second half was.
    async fn strike(
        mut self,
        progress: Arc<Progress>,
        begun: usize,
        moments: [usize; N_KILLS],
        mut random: Random,
    ) -> Scene {
        say("kill  after call  in flight  unanswered tries  down for  during");
        let before = self.patience.n_broken();
        let mut n_in_flight = 0;
        for (turn, moment) in moments.into_iter().enumerate() {
            while self.patience.n_calls() < begun + moment {
                progress.expect_on(turn);
                sleep(Duration::from_millis(1)).await;
            }
            sleep(Duration::from_micros(random.between(0, 10_000))).await;
            progress.expect_on(turn);
            let (in_flight, n_broken) = (self.patience.n_in_flight(), self.patience.n_broken());
            self.platform.processes[0].kill();
            let killed = Instant::now();
            sleep(Duration::from_millis(random.between(0, 300))).await;
            self.platform.processes[0] = Process::start(&mut self.platform.commands[0]);
            let (down, n_broken) = (killed.elapsed(), self.patience.n_broken() - n_broken);
            n_in_flight += in_flight;
            let title = progress.title.lock().unwrap().clone();
            say(format!("{:>4}  {moment:>10}  {in_flight:>9}  {n_broken:>16}  {down:>8.2?}  {title}", turn + 1));
        }
        let n_broken = self.patience.n_broken() - before;
        say(format!("{N_KILLS} kills: {n_in_flight} calls in flight at them, {n_broken} tries unanswered so far"));
        assert!(n_in_flight >= N_KILLS / 2, "most kills fell between calls");
        self
    }
}

/// The same command at a port that stays, with its log in a file.
fn at_one_port(command: &Command, log: &Path) -> Command {
    let address = format!("127.0.0.1:{}", free_port());
    let mut again = Command::new(command.get_program());
    for argument in command.get_args() {
        again.arg(if argument == "127.0.0.1:0" { OsStr::new(&address) } else { argument });
    }
    again.stderr(File::options().create(true).append(true).open(log).expect("the platform's folder can be written"));
    again
}

/// What the server logged last.
fn end_of(log: &Path) -> String {
    let log = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = log.lines().collect();
    lines[lines.len().saturating_sub(20)..].join("\n")
}

/// From the close to the publication, with a file of evidence for each interim report.
async fn run_second_half(deployment: &Deployment, round: &Round, tell: Tell<'_>) -> Result<Papers, Error> {
    let people = people::enter(deployment, &round.network).await?;
    let assessed = assessment::assess(deployment, round, &people, tell).await?;
    awards::grant(deployment, round, &people, tell).await?;
    let given = give_evidence(deployment, round).await?;
    reports::report(deployment, round, tell).await?;
    let learnt = learning::learn(deployment, round, &people, tell).await?;
    let out = Fresh::sqlite();
    let written = files::write(&folder_of(&out), round, &people, &assessed, &learnt).await?;
    expect_evidence(round, &given).await?;
    Ok(Papers::read(&folder_of(&out), &written))
}

/// A file of evidence, as a council's system gave it.
struct Given {
    organisation_id: String,
    named: reporting::DownloadEvidenceRequest,
    text: String,
}

/// Each council's own system adds a file to its interim reports: a stream.
async fn give_evidence(deployment: &Deployment, round: &Round) -> Result<Vec<Given>, Error> {
    use reporting::upload_evidence_request::Part;
    deployment.move_clocks(&round.network.token, at(WRITTEN)).await?;
    let list = reporting::ListReportsRequest {
        round_id: round.round.id.clone(),
        kind: reporting::report::Kind::Interim.into(),
        page_size: 500,
        ..Default::default()
    };
    let reports = loop {
        let list = round.network.manager.reports().list_reports(list.clone()).await?.into_inner();
        let n_open = list.reports.iter().filter(|one| one.state() == reporting::report::State::Open).count();
        if n_open == round.bids.len() {
            break list.reports;
        }
        sleep(Duration::from_millis(50)).await;
    };
    let mut given = Vec::with_capacity(reports.len());
    for report in reports {
        let text = format!("{}: made up.\n", report.award_reference).repeat(EVIDENCE_BYTES / 20);
        let header = reporting::EvidenceHeader {
            request_id: uuid::Uuid::now_v7().to_string(),
            report_id: report.id,
            etag: report.etag,
            file_name: "evidence.txt".to_string(),
            media_type: "text/plain".to_string(),
            size_bytes: text.len() as i64,
            sha256: kit::digest::digest(&text),
        };
        let mut parts = vec![Part::Header(header)];
        parts.extend(text.as_bytes().chunks(100_000).map(|piece| Part::Data(Bytes::copy_from_slice(piece))));
        let parts = parts.into_iter().map(|part| reporting::UploadEvidenceRequest { part: Some(part) });
        let client = &round.network.system_of(&report.organisation_id)?.client;
        let parts = tonic::codegen::tokio_stream::iter(parts.collect::<Vec<_>>());
        let mut written = client.reports().upload_evidence(parts).await?.into_inner();
        assert_eq!(written.evidence.len(), 1);
        let evidence_id = written.evidence.remove(0).id;
        let named = reporting::DownloadEvidenceRequest { report_id: written.id, evidence_id };
        given.push(Given { organisation_id: report.organisation_id, named, text });
    }
    Ok(given)
}

/// What was given is there at the end, byte for byte.
async fn expect_evidence(round: &Round, given: &[Given]) -> Result<(), Error> {
    for one in given {
        let client = &round.network.system_of(&one.organisation_id)?.client;
        let mut found = download(client, &one.named).await;
        // A kill cuts a download short, and it is begun again.
        for _ in 0..MOST_DOWNLOADS {
            if found.is_ok() {
                break;
            }
            sleep(Duration::from_millis(100)).await;
            found = download(client, &one.named).await;
        }
        assert!(found? == one.text.as_bytes(), "the evidence of {} is another", one.named.report_id);
    }
    say(format!("{} files of evidence downloaded, each as it was given", given.len()));
    Ok(())
}

async fn download(client: &Client, named: &reporting::DownloadEvidenceRequest) -> Result<Vec<u8>, Status> {
    use reporting::download_evidence_response::Part;
    let mut stream = client.reports().download_evidence(named.clone()).await?.into_inner();
    let mut bytes = Vec::with_capacity(EVIDENCE_BYTES);
    while let Some(piece) = stream.message().await? {
        if let Some(Part::Data(data)) = piece.part {
            bytes.extend_from_slice(&data);
        }
    }
    Ok(bytes)
}
