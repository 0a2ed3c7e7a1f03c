//! A service in one process, with everything around it that a test needs.

use std::path::PathBuf;
use std::sync::Arc;

use kit::bus::Bus;
use kit::caller::{Area, Role, Scope};
use kit::consumer::NotTaken;
use kit::db::{Db, Storage};
use kit::ids::{AwardId, BidId, FrameworkId, OrgId, RoundId};
use kit::time::at;
use kit::transport::Transport;
use kit::watch;
use prost::Message;
pub use testing::answers::{fields, new_id, newer, pence, reason, wire};
use testing::callers::Gate;
pub use testing::callers::{Council, Who};
use testing::stores::{each_opened, move_clock};
use testing::{answers, stores};
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::bids::v1 as bids;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::reporting::v1::reports_service_client::ReportsServiceClient;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::peers::Peers;
pub use super::requests::*;
use crate::Reporting;

pub const ACCEPTED: &str = "2020-02-10T10:00:00Z";
pub const BEGINS: &str = "2020-03-01T00:00:00Z";
/// 5pm on Wednesday 1 July 2020.
pub const INTERIM_DUE: &str = "2020-07-01T16:00:00Z";
/// Four weeks before 5pm on Friday 11 December 2020.
pub const FINAL_OPENS: &str = "2020-11-13T17:00:00Z";
pub const FINAL_DUE: &str = "2020-12-11T17:00:00Z";

pub type Client = ReportsServiceClient<Transport>;

pub struct Harness {
    pub db: Db,
    pub reporting: Reporting,
    pub peers: Arc<Peers>,
    pub manager: Who,
    pub files: PathBuf,
    transport: Transport,
    gate: Gate,
    stop: CancellationToken,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
        let _ = std::fs::remove_dir_all(&self.files);
    }
}

/// Runs a test on each engine; its clock stands at the day on which awards are accepted.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_opened(Harness::open, test).await;
}

impl Harness {
    pub fn open(storage: &Storage) -> Harness {
        let db = crate::open(storage, Some(at(ACCEPTED))).unwrap();
        let gate = Gate::new(&["/toadlane.reporting.v1.ReportsService/UpdateReport"]);
        let peers = Arc::new(Peers::default());
        let files = std::env::temp_dir().join(format!("toadlane_files_{}", uuid::Uuid::now_v7().simple()));
        let stop = CancellationToken::new();
        let stopped = stop.clone();
        let others = || peers.transport();
        let reporting = Reporting::new(db.clone(), &files, others(), others(), others(), stopped).unwrap();
        let transport = gate.guard(reporting.routes(), db.clock());
        let manager = Who::person(Role::RoundManager, OrgId::new());
        Harness { db, reporting, peers, manager, files, transport, gate, stop }
    }

    /// The generated client with somebody's token.
    pub fn as_who(&self, who: &Who) -> Client {
        ReportsServiceClient::new(self.gate.way_of(who, &self.transport))
    }

    /// The generated client with the token of an area of the platform.
    pub fn as_area(&self, area: Area) -> Client {
        self.as_who(&Who::area(area))
    }

    /// A council known to the registry with its certifier. Its system may read and write, not certify.
    pub fn council(&self, nation: registry::Nation) -> Council {
        let council = Council::new(&[Scope::ReportsRead, Scope::ReportsWrite]);
        let id = council.id.to_string();
        let details = registry::OrganisationDetails { nation: nation.into(), ..Default::default() };
        let organisation = registry::Organisation { id: id.clone(), details: Some(details), ..Default::default() };
        self.peers.organisations.lock().unwrap().push(organisation);
        self.peers.certifiers.lock().unwrap().push((id, council.certifier.subject.clone()));
        council
    }

    /// An award that a council accepted, with its bid and its round; nothing is told of it yet.
    pub fn award(&self, council: &Council) -> awards::Award {
        let award = an_award(council);
        let framework = a_framework();
        let rules =
            rounds::RoundRules { framework_id: framework.id.clone(), framework_version: 1, ..Default::default() };
        let round = rounds::Round { id: award.round_id.clone(), rules: Some(rules), ..Default::default() };
        self.peers.frameworks.lock().unwrap().push(framework);
        self.peers.rounds.lock().unwrap().push(round);
        self.peers.bids.lock().unwrap().push(a_bid(&award));
        award
    }

    /// What `awards` publishes after it has changed an award.
    pub async fn tell(&self, award: &mut awards::Award, change: impl FnOnce(&mut awards::Award)) {
        let version = award.etag.parse::<i64>().unwrap() + 1;
        award.etag = version.to_string();
        change(award);
        self.take(event(award)).await.unwrap();
    }

    pub async fn take(&self, event: types::Event) -> Result<(), NotTaken> {
        self.reporting.clone().take_award(event).await
    }

    /// Moves the clock, and lets what is due happen.
    pub async fn at(&self, instant: &str) {
        move_clock(&self.db, instant).await;
        self.reporting.tick().await.unwrap();
    }

    /// Publishes events from now on.
    pub fn relay(&self) {
        tokio::spawn(kit::relay::run(self.db.clone(), Bus::local(), Area::Reporting, self.reporting.stop.clone()));
    }

    pub async fn reports(&self, who: &Who, award: &awards::Award) -> Vec<pb::Report> {
        let list = pb::ListReportsRequest { award_id: award.id.clone(), ..Default::default() };
        self.as_who(who).list_reports(list).await.unwrap().into_inner().reports
    }

    pub async fn get(&self, who: &Who, report: &pb::Report) -> Result<pb::Report, Status> {
        let request = pb::GetReportRequest { report_id: report.id.clone() };
        Ok(self.as_who(who).get_report(request).await?.into_inner())
    }

    /// The interim and the final report of a new award.
    pub async fn accepted(&self, council: &Council) -> (pb::Report, pb::Report) {
        let mut award = self.award(council);
        self.tell(&mut award, |_| {}).await;
        self.both(council, &award).await
    }

    pub async fn both(&self, council: &Council, award: &awards::Award) -> (pb::Report, pb::Report) {
        let reports = self.reports(&council.officer, award).await;
        let mut whole = Vec::new();
        for report in &reports {
            whole.push(self.get(&council.officer, report).await.unwrap());
        }
        let last = whole.pop().unwrap();
        (whole.pop().unwrap(), last)
    }

    /// An interim report that is open.
    pub async fn open_interim(&self, council: &Council) -> pb::Report {
        let (interim, _) = self.accepted(council).await;
        self.at(BEGINS).await;
        self.get(&council.officer, &interim).await.unwrap()
    }

    /// An interim report that lacks nothing but its sign-off.
    pub async fn complete(&self, council: &Council) -> pb::Report {
        let report = self.open_interim(council).await;
        self.update(council, &report, progress(&report, "it did not work")).await.unwrap()
    }

    pub async fn update(
        &self,
        council: &Council,
        report: &pb::Report,
        content: pb::ReportContent,
    ) -> Result<pb::Report, Status> {
        Ok(self.as_who(&council.officer).update_report(update(report, content)).await?.into_inner())
    }

    pub async fn signed(&self, council: &Council, report: &pb::Report) -> pb::Report {
        self.as_who(&council.certifier).sign_off_report(sign_off(council, report)).await.unwrap().into_inner()
    }

    pub async fn submit(&self, council: &Council, report: &pb::Report) -> Result<pb::Report, Status> {
        Ok(self.as_who(&council.officer).submit_report(submit(report)).await?.into_inner())
    }

    /// The report signed off and handed in.
    pub async fn handed_in(&self, council: &Council, report: &pb::Report) -> pb::Report {
        let signed = self.signed(council, report).await;
        self.submit(council, &signed).await.unwrap()
    }

    /// An interim report that was handed in.
    pub async fn submitted(&self, council: &Council) -> pb::Report {
        let complete = self.complete(council).await;
        self.handed_in(council, &complete).await
    }

    pub async fn accept(&self, report: &pb::Report) -> Result<pb::Report, Status> {
        let request = pb::AcceptReportRequest {
            request_id: new_id(),
            report_id: report.id.clone(),
            etag: report.etag.clone(),
            validate_only: false,
        };
        Ok(self.as_who(&self.manager).accept_report(request).await?.into_inner())
    }

    /// The events that were written, oldest first: their name without the package, and the report in them.
    pub async fn events(&self) -> Vec<(String, pb::Report)> {
        let mut events = stores::events(&self.db).await;
        // Those of several reports: by time, which their identities begin with.
        events.sort_by(|event, other| event.id.cmp(&other.id));
        let read = |event: types::Event| {
            let report = pb::Report::decode(event.resource.as_ref().unwrap().value.as_slice()).unwrap();
            (watch::event_type(&event), report)
        };
        events.into_iter().map(read).collect()
    }

    pub async fn event_names(&self) -> Vec<String> {
        self.events().await.into_iter().map(|(name, _)| name).collect()
    }
}

pub fn due(instant: &str) -> Option<types::Deadline> {
    let announced = at(instant).in_words("Europe/London");
    Some(types::Deadline { instant: wire(instant), zone: "Europe/London".to_string(), announced })
}

/// An event of `awards` about an award as it is.
pub fn event(award: &awards::Award) -> types::Event {
    answers::event(&award.id, award.etag.parse().unwrap(), award)
}

fn an_award(council: &Council) -> awards::Award {
    let agreement = awards::Agreement {
        version: 1,
        amount: pence(150_000),
        starts_on: "2020-03-01".to_string(),
        ends_on: "2020-11-30".to_string(),
        interim_report_due: due(INTERIM_DUE),
        final_report_due: due(FINAL_DUE),
        ..Default::default()
    };
    awards::Award {
        id: AwardId::new().to_string(),
        etag: "3".to_string(),
        reference: "r3-2020-09".to_string(),
        round_id: RoundId::new().to_string(),
        bid_id: BidId::new().to_string(),
        title: "Diabeaters".to_string(),
        applicant_organisation_id: council.id.to_string(),
        state: awards::award::State::Active.into(),
        agreement: Some(agreement),
        principles_met: vec!["innovation".to_string()],
        ..Default::default()
    }
}

fn a_bid(award: &awards::Award) -> bids::Bid {
    let answer =
        |question: &str, text: &str| bids::Answer { question_id: question.to_string(), text: text.to_string() };
    let content = bids::BidContent {
        language: types::Language::Cy.into(),
        answers: vec![
            answer("principles", "learning, innovation, sunshine"),
            answer("measures", "households | 0 | 3 | visits\na toolkit"),
            answer("need", "great"),
        ],
        ..Default::default()
    };
    bids::Bid { id: award.bid_id.clone(), content: Some(content), ..Default::default() }
}

fn a_framework() -> rounds::Framework {
    let statement = |code: &str| rounds::Statement { code: code.to_string(), ..Default::default() };
    let statements = ["learning", "innovation", "walking-the-talk"].map(statement).to_vec();
    let wording = rounds::FrameworkWording { label: "2020".to_string(), statements, mappings: vec![] };
    let version = rounds::FrameworkVersion { number: 1, wording: Some(wording), ..Default::default() };
    rounds::Framework { id: FrameworkId::new().to_string(), versions: vec![version], ..Default::default() }
}

/// What a report says, with these answers.
pub fn answered(report: &pb::Report, answers: &[(&str, &str)]) -> pb::ReportContent {
    let answer = |&(question, text): &(&str, &str)| pb::NarrativeAnswer {
        question_id: question.to_string(),
        text: text.to_string(),
    };
    let content = report.content.clone().unwrap();
    pb::ReportContent { answers: answers.iter().map(answer).collect(), ..content }
}

/// An interim report that is complete.
pub fn progress(report: &pb::Report, says: &str) -> pb::ReportContent {
    answered(report, &[("progress", says), ("early_learning", "ask earlier")])
}
