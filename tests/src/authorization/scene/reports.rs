//! Reports in every state that some RPC needs to succeed, written by the councils that hold the awards. Two are of a
//! council that the applicant followed after they were accepted (rule 28).

use kit::caller::Role;
use prost::Message;
use toadlane_proto::awards::v1 as awards;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as pb;
use toadlane_proto::types::v1 as types;
use tokio::time::{Duration, Instant, sleep};

use super::super::asking::Asking;
use super::super::callers::{Caller, Callers, Org};
use super::{FILE, FILE_SHA256};

/// What every report says.
pub const WORDS: &str = "Nobody came to the first meeting. ";

pub struct Reports {
    /// Complete, with a file and signed off; never handed in.
    pub draft: pb::Report,
    /// For files that are added for real.
    pub untidy: pb::Report,
    /// Handed in: one to be given back, one to be accepted.
    pub submitted: [pb::Report; 2],
    /// Nobody has written in it.
    pub unwritten: pb::Report,
    /// Accepted, and released to the learning.
    pub released: pb::Report,
    /// The applicant's by novation, with an addendum of the council before it: accepted, and accepted and released.
    pub passed_on: [pb::Report; 2],
}

impl Reports {
    /// Out of accepted awards: at least five of the applicant, and two of the council before it.
    pub async fn set(asking: &Asking, callers: &Callers, awards: &[awards::Award]) -> Reports {
        let desk = Desk { asking, callers };
        let (of_former, own): (Vec<_>, Vec<_>) =
            awards.iter().partition(|award| award.applicant_organisation_id == callers.org(Org::Former));
        let unwritten = desk.scheduled(&own[0].id, pb::report::Kind::Final).await;
        let mut interim = Vec::new();
        for award in &own[..5] {
            interim.push(desk.scheduled(&award.id, pb::report::Kind::Interim).await.id);
        }
        let [draft, untidy, back, good, released] = interim.try_into().expect("there are five");
        let draft = desk.complete(Org::Applicant, &draft).await;
        let untidy = desk.written(Org::Applicant, &untidy).await;
        let back = desk.handed_in(Org::Applicant, &back).await;
        let good = desk.handed_in(Org::Applicant, &good).await;
        let released = desk.accepted(Org::Applicant, &released).await;
        let released = desk.released(Org::Applicant, &released.id).await;
        let mut passed_on = Vec::new();
        for award in &of_former[..2] {
            let report = desk.scheduled(&award.id, pb::report::Kind::Interim).await;
            desk.accepted(Org::Former, &report.id).await;
            passed_on.push(desk.added(Org::Former, &report.id).await);
        }
        let [accepted, other] = passed_on.try_into().expect("there are two");
        let other = desk.released(Org::Former, &other.id).await;
        desk.followed(&of_former[..2]).await;
        let passed_on = [accepted, other];
        Reports { draft, untidy, submitted: [back, good], unwritten, released, passed_on }
    }
}

/// Councils and the network as they deal with reports.
struct Desk<'a> {
    asking: &'a Asking,
    callers: &'a Callers,
}

impl Desk<'_> {
    fn manager(&self) -> &Caller {
        self.callers.holder_of(Role::RoundManager, Org::Network)
    }

    /// The report of an award, once it is scheduled; an interim one once it is open.
    async fn scheduled(&self, award_id: &str, kind: pb::report::Kind) -> pb::Report {
        let states = match kind {
            pb::report::Kind::Interim => vec![pb::report::State::Open.into()],
            pb::report::Kind::Final | pb::report::Kind::Unspecified => Vec::new(),
        };
        let list =
            pb::ListReportsRequest { award_id: award_id.to_string(), kind: kind.into(), states, ..Default::default() };
        until("reports of the accepted awards", async || {
            let listed: pb::ListReportsResponse = self.asking.made(self.manager(), "ListReports", &list).await;
            listed.reports.into_iter().next()
        })
        .await
    }

    async fn written(&self, org: Org, report_id: &str) -> pb::Report {
        let officer = self.callers.holder_of(Role::ApplicantOfficer, org);
        let request = pb::GetReportRequest { report_id: report_id.to_string() };
        let report: pb::Report = self.asking.made(officer, "GetReport", &request).await;
        self.asking.made(officer, "UpdateReport", &rewrite(&report)).await
    }

    async fn complete(&self, org: Org, report_id: &str) -> pb::Report {
        self.written(org, report_id).await;
        let officer = self.callers.holder_of(Role::ApplicantOfficer, org);
        let report: pb::Report = self.asking.made_of(officer, "UploadEvidence", &upload(report_id)).await;
        let certifier = self.callers.holder_of(Role::Certifier, org);
        let request = sign_off(&report, &certifier.subject);
        self.asking.made(certifier, "SignOffReport", &request).await
    }

    async fn handed_in(&self, org: Org, report_id: &str) -> pb::Report {
        self.complete(org, report_id).await;
        let officer = self.callers.holder_of(Role::ApplicantOfficer, org);
        let request = pb::SubmitReportRequest { report_id: report_id.to_string(), ..Default::default() };
        self.asking.made(officer, "SubmitReport", &request).await
    }

    async fn accepted(&self, org: Org, report_id: &str) -> pb::Report {
        self.handed_in(org, report_id).await;
        let request = pb::AcceptReportRequest { report_id: report_id.to_string(), ..Default::default() };
        self.asking.made(self.manager(), "AcceptReport", &request).await
    }

    /// With an addendum that its council wrote.
    async fn added(&self, org: Org, report_id: &str) -> pb::Report {
        let officer = self.callers.holder_of(Role::ApplicantOfficer, org);
        let (report_id, text) = (report_id.to_string(), "The council was told.".to_string());
        let request = pb::AddAddendumRequest { report_id, text, ..Default::default() };
        self.asking.made(officer, "AddAddendum", &request).await
    }

    async fn released(&self, org: Org, report_id: &str) -> pb::Report {
        let certifier = self.callers.holder_of(Role::Certifier, org);
        self.asking.made(certifier, "SetRelease", &release(report_id)).await
    }

    /// The council before the applicant is no more, and its awards go to the applicant.
    async fn followed(&self, awards: &[&awards::Award]) {
        let former = registry::GetOrganisationRequest { organisation_id: self.callers.org(Org::Former) };
        let former: registry::Organisation =
            self.asking.made(&self.callers.administrator, "GetOrganisation", &former).await;
        let details = former.details.map(|details| registry::OrganisationDetails {
            end_date: "2019-11-05".to_string(),
            successor_ids: vec![self.callers.org(Org::Applicant)],
            ..details
        });
        let request = registry::UpdateOrganisationRequest { organisation_id: former.id, details, ..Default::default() };
        let _: registry::Organisation =
            self.asking.made(&self.callers.administrator, "UpdateOrganisation", &request).await;
        for award in awards {
            let change =
                awards::Change { successor_organisation_id: self.callers.org(Org::Applicant), ..Default::default() };
            let request = awards::RequestVariationRequest {
                award_id: award.id.clone(),
                change: Some(change),
                reason: "it was merged".to_string(),
                ..Default::default()
            };
            let asked: awards::Variation =
                self.asking.made(&self.callers.administrator, "RequestVariation", &request).await;
            let request =
                awards::DecideVariationRequest { variation_id: asked.id, approve: true, ..Default::default() };
            let _: awards::Variation = self.asking.made(self.manager(), "DecideVariation", &request).await;
        }
        let officer = self.callers.holder_of(Role::ApplicantOfficer, Org::Applicant);
        for award in awards {
            let list = pb::ListReportsRequest { award_id: award.id.clone(), ..Default::default() };
            until("the reports of novated awards", async || {
                let listed: pb::ListReportsResponse = self.asking.made(officer, "ListReports", &list).await;
                (listed.total_size > 0).then_some(())
            })
            .await;
        }
    }
}

/// Waits for what another service tells of itself.
pub async fn until<T>(what: &str, look: impl AsyncFn() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = look().await {
            return found;
        }
        assert!(Instant::now() < end, "{what} do not come");
        sleep(Duration::from_millis(20)).await;
    }
}

/// What was prefilled, with everything that either kind of report needs.
pub fn rewrite(report: &pb::Report) -> pb::UpdateReportRequest {
    let questions =
        ["progress", "early_learning", "outcomes", "people_involved", "what_did_not_work", "co_operative_difference"];
    let answer = |question: &str| pb::NarrativeAnswer { question_id: question.to_string(), text: WORDS.to_string() };
    let pence = |minor_units| Some(types::Money { minor_units, currency: "GBP".to_string() });
    let prefilled = report.content.clone().unwrap_or_default();
    let measured = |measure| pb::Measure {
        value: "not measured".to_string(),
        method: "there was nobody to ask".to_string(),
        ..measure
    };
    let content = pb::ReportContent {
        language: types::Language::En.into(),
        answers: questions.map(answer).to_vec(),
        measures: prefilled.measures.into_iter().map(measured).collect(),
        spent: pence(60_000),
        forecast: pence(90_000),
        ..prefilled
    };
    pb::UpdateReportRequest { report_id: report.id.clone(), content: Some(content), ..Default::default() }
}

pub fn upload(report_id: &str) -> Vec<Vec<u8>> {
    use pb::upload_evidence_request::Part;
    let header = pb::EvidenceHeader {
        report_id: report_id.to_string(),
        file_name: "minutes.txt".to_string(),
        media_type: "text/plain".to_string(),
        size_bytes: FILE.len() as i64,
        sha256: FILE_SHA256.to_string(),
        ..Default::default()
    };
    let parts = [Part::Header(header), Part::Data(FILE.to_vec().into())];
    parts.map(|part| pb::UploadEvidenceRequest { part: Some(part) }.encode_to_vec()).to_vec()
}

pub fn sign_off(report: &pb::Report, certifier: &str) -> pb::SignOffReportRequest {
    pb::SignOffReportRequest {
        report_id: report.id.clone(),
        revision: report.revision,
        certifier_id: certifier.to_string(),
        role: "Chief finance officer".to_string(),
        ..Default::default()
    }
}

pub fn release(report_id: &str) -> pb::SetReleaseRequest {
    pb::SetReleaseRequest {
        report_id: report_id.to_string(),
        to_learning: true,
        may_quote: true,
        name_contact: true,
        contact: "policy@council.example".to_string(),
        ..Default::default()
    }
}

/// The first addendum.
pub fn release_addendum(report_id: &str) -> pb::ReleaseAddendumRequest {
    pb::ReleaseAddendumRequest {
        report_id: report_id.to_string(),
        number: 1,
        to_learning: true,
        may_quote: true,
        ..Default::default()
    }
}
