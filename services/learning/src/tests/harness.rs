//! A service in one process, with everything around it that a test needs.

use std::sync::Arc;

use kit::caller::{Role, Scope};
use kit::db::{Db, Storage};
use kit::ids::{AwardId, BidId, OrgId, ReportId, RoundId};
use kit::time::at;
use kit::transport::Transport;
use pb::case_studies_service_client::CaseStudiesServiceClient;
use pb::commissions_service_client::CommissionsServiceClient;
use pb::corpus_service_client::CorpusServiceClient;
use pb::insights_service_client::InsightsServiceClient;
use pb::open_data_service_client::OpenDataServiceClient;
use pb::publications_service_client::PublicationsServiceClient;
use testing::answers::event;
pub use testing::answers::{fields, new_id, newer, pence, pounds, reason, wire};
use testing::callers::Gate;
pub use testing::callers::{Council, Who};
pub use testing::stores::events;
use testing::stores::{each_opened, move_clock};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::rounds::v1 as rounds;
use toadlane_proto::types::v1 as types;
use tokio_util::sync::CancellationToken;
use tonic::Status;

use super::peers::Peers;
use crate::Learning;
use crate::open_data::Publisher;

pub const BEFORE: &str = "2021-01-04T08:59:59.999999Z";
pub const FROM: &str = "2021-01-04T09:00:00Z";
pub const LAST: &str = "2021-06-30T22:59:59.999999Z";
pub const UNTIL: &str = "2021-06-30T23:00:00Z";

/// The six generated clients with somebody's token.
pub struct Clients {
    pub commissions: CommissionsServiceClient<Transport>,
    pub corpus: CorpusServiceClient<Transport>,
    pub insights: InsightsServiceClient<Transport>,
    pub case_studies: CaseStudiesServiceClient<Transport>,
    pub publications: PublicationsServiceClient<Transport>,
    pub open_data: OpenDataServiceClient<Transport>,
}

pub struct Harness {
    pub db: Db,
    pub learning: Learning,
    pub peers: Arc<Peers>,
    pub round: RoundId,
    pub consultant: Who,
    pub editor: Who,
    pub auditor: Who,
    transport: Transport,
    gate: Gate,
    stop: CancellationToken,
}

impl Drop for Harness {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Runs a test on each engine; the clock is held, at an instant before the commission begins.
pub async fn each_engine(test: impl AsyncFn(Harness)) {
    each_opened(Harness::open, test).await;
}

impl Harness {
    pub fn open(storage: &Storage) -> Harness {
        let db = crate::open(storage, Some(at("2020-12-01T09:00:00Z"))).unwrap();
        let gate = Gate::new(&[
            "/toadlane.learning.v1.PublicationsService/SetItems",
            "/toadlane.learning.v1.CorpusService/SearchCorpus",
        ]);
        let round = RoundId::new();
        let peers = Arc::new(Peers { rounds: vec![a_round(round)].into(), ..Peers::default() });
        let stop = CancellationToken::new();
        let learning = learning(&db, &peers, stop.clone());
        let transport = gate.guard(learning.routes(), db.clock());
        let consultant = Who::person(Role::Consultant, OrgId::new());
        let network = OrgId::new();
        let (editor, auditor) = (Who::person(Role::Editor, network), Who::person(Role::Auditor, network));
        Harness { db, learning, peers, round, consultant, editor, auditor, transport, gate, stop }
    }

    /// A second process of the service over the same store, which has heard nothing yet.
    pub fn another_process(&self) -> Transport {
        let stopped = CancellationToken::new();
        stopped.cancel();
        let learning = learning(&self.db, &self.peers, stopped);
        self.gate.guard(learning.routes(), self.db.clock())
    }

    /// The generated clients with somebody's token.
    pub fn as_who(&self, who: &Who) -> Clients {
        self.as_who_of(&self.transport, who)
    }

    /// The same, of another process.
    pub fn as_who_of(&self, process: &Transport, who: &Who) -> Clients {
        let transport = self.gate.way_of(who, process);
        Clients {
            commissions: CommissionsServiceClient::new(transport.clone()),
            corpus: CorpusServiceClient::new(transport.clone()),
            insights: InsightsServiceClient::new(transport.clone()),
            case_studies: CaseStudiesServiceClient::new(transport.clone()),
            publications: PublicationsServiceClient::new(transport.clone()),
            open_data: OpenDataServiceClient::new(transport),
        }
    }

    pub fn council(&self, name: &str) -> Council {
        let council = Council::new(&[Scope::ReportsWrite]);
        let details = registry::OrganisationDetails {
            kind: registry::organisation::Kind::PrincipalCouncil.into(),
            name: name.to_string(),
            authority_type: "UA".to_string(),
            authority_type_name: "Unitary authority".to_string(),
            ..Default::default()
        };
        let (id, details) = (council.id.to_string(), Some(details));
        self.peers.organisations.lock().unwrap().push(registry::Organisation { id, details, ..Default::default() });
        council
    }

    /// Moves the clock while the ticker has yet to notice.
    pub async fn clock(&self, instant: &str) {
        move_clock(&self.db, instant).await;
    }

    /// Moves the clock, and lets what is due happen.
    pub async fn at(&self, instant: &str) {
        self.clock(instant).await;
        self.learning.tick().await.unwrap();
    }

    /// What `reporting` publishes of a report as it now is; it holds the whole one.
    pub async fn publish(&self, kind: &str, report: &mut reporting::Report) {
        let version = report.etag.parse::<i64>().unwrap() + 1;
        report.etag = version.to_string();
        self.peers.reports.lock().unwrap().push(report.clone());
        let told = reporting::Report { content: None, ..report.clone() };
        let event = event(&report.id, version, &told);
        let event = types::Event { r#type: format!("toadlane.reporting.v1.{kind}"), ..event };
        self.learning.clone().take_report(event).await.unwrap();
    }

    /// What `reporting` publishes when a council lets a report be read and quoted, or takes it back: since when it is
    /// given changes as it does there.
    pub async fn release(&self, report: &mut reporting::Report, to_learning: bool, may_quote: bool) {
        let before = report.release.clone().unwrap_or_default();
        let is_anew = (to_learning && !before.to_learning) || (may_quote && !before.may_quote);
        let given_at = match is_anew {
            true => kit::wire::wire_time(self.db.clock().now().plus_micros(report.etag.parse().unwrap())),
            false => before.given_at.filter(|_| to_learning),
        };
        report.release = Some(reporting::Release { to_learning, may_quote, given_at, ..before });
        self.publish(if to_learning { "ReportReleased" } else { "ReleaseWithdrawn" }, report).await;
    }

    /// An accepted final report of a council that lets it be read and quoted.
    pub async fn report(&self, council: &Council, title: &str, text: &str) -> reporting::Report {
        let mut report = a_report(self.round, council.id, title, text);
        self.publish("ReportReleased", &mut report).await;
        report
    }

    /// The document of a council's only report, opened by a running commission.
    pub async fn a_document(&self, text: &str) -> (Council, pb::Commission, pb::Document) {
        let (council, commission) = (self.council("Plymouth City Council"), self.running().await);
        self.report(&council, "Diabeaters", text).await;
        let document = self.documents(&commission).await.remove(0);
        (council, commission, document)
    }

    /// A passage of such a document.
    pub async fn a_passage(&self, text: &str, quote: &str) -> (Council, pb::Commission, pb::Passage) {
        let (council, commission, document) = self.a_document(text).await;
        let passage = self.marked(&commission, &document, quote).await;
        (council, commission, passage)
    }

    pub fn a_commission(&self) -> pb::CreateCommissionRequest {
        pb::CreateCommissionRequest {
            request_id: new_id(),
            title: "The learning of the 2020 round".to_string(),
            organisation_id: OrgId::new().to_string(),
            consultant_ids: vec![self.consultant.subject.clone()],
            round_ids: vec![self.round.to_string()],
            from: wire(FROM),
            until: wire(UNTIL),
            validate_only: false,
        }
    }

    /// A commission that has yet to begin.
    pub async fn commission(&self) -> pb::Commission {
        let request = self.a_commission();
        self.as_who(&self.editor).commissions.create_commission(request).await.unwrap().into_inner()
    }

    /// A running commission whose consultant has declared.
    pub async fn running(&self) -> pb::Commission {
        let commission = self.commission().await;
        self.at(FROM).await;
        self.declare(&commission, &[]).await
    }

    pub async fn declare(&self, commission: &pb::Commission, interests: &[OrgId]) -> pb::Commission {
        let request = pb::DeclareConsultantInterestsRequest {
            request_id: new_id(),
            commission_id: commission.id.clone(),
            organisation_ids: interests.iter().map(OrgId::to_string).collect(),
            note: String::new(),
            validate_only: false,
        };
        self.as_who(&self.consultant).commissions.declare_consultant_interests(request).await.unwrap().into_inner()
    }

    pub async fn documents(&self, commission: &pb::Commission) -> Vec<pb::Document> {
        let request = pb::ListDocumentsRequest { commission_id: commission.id.clone(), ..Default::default() };
        self.as_who(&self.consultant).corpus.list_documents(request).await.unwrap().into_inner().documents
    }

    pub async fn codebook(&self) -> pb::Codebook {
        let code =
            |code: &str| pb::Code { code: code.to_string(), label: code.to_string(), description: String::new() };
        let request = pb::CreateCodebookRequest {
            request_id: new_id(),
            name: "Learning".to_string(),
            codes: vec![code("people"), code("cost")],
            validate_only: false,
        };
        self.as_who(&self.consultant).corpus.create_codebook(request).await.unwrap().into_inner()
    }

    /// A request to mark words where they first stand in the outcomes of a document.
    pub async fn marking(
        &self,
        commission: &pb::Commission,
        document: &pb::Document,
        quote: &str,
    ) -> pb::MarkPassageRequest {
        let get = pb::GetDocumentRequest { commission_id: commission.id.clone(), document_id: document.id.clone() };
        let full = self.as_who(&self.consultant).corpus.get_document(get).await.unwrap().into_inner();
        let section = full.sections.iter().find(|section| section.text.contains(quote)).unwrap();
        let start = section.text.find(quote).unwrap();
        let codebook = self.codebook().await;
        pb::MarkPassageRequest {
            request_id: new_id(),
            commission_id: commission.id.clone(),
            document_id: document.id.clone(),
            section_key: section.key.clone(),
            span: Some(pb::Span { start: start as i32, end: (start + quote.len()) as i32 }),
            quote: quote.to_string(),
            codebook_id: codebook.id,
            codebook_version: 1,
            codes: vec!["people".to_string()],
            memo: "note to myself".to_string(),
            validate_only: false,
        }
    }

    pub async fn marked(&self, commission: &pb::Commission, document: &pb::Document, quote: &str) -> pb::Passage {
        let request = self.marking(commission, document, quote).await;
        self.as_who(&self.consultant).corpus.mark_passage(request).await.unwrap().into_inner()
    }

    pub async fn asked(&self, passage: &pb::Passage) -> pb::Passage {
        let request = pb::AskConsentRequest {
            request_id: new_id(),
            passage_id: passage.id.clone(),
            etag: passage.etag.clone(),
            validate_only: false,
        };
        self.as_who(&self.consultant).corpus.ask_consent(request).await.unwrap().into_inner()
    }

    pub async fn answered(
        &self,
        council: &Council,
        passage: &pb::Passage,
        consent: pb::passage::Consent,
    ) -> pb::Passage {
        let request = answer(passage, consent);
        self.as_who(&council.certifier).corpus.answer_consent(request).await.unwrap().into_inner()
    }

    pub async fn passage(&self, who: &Who, of: &pb::Passage) -> Result<pb::Passage, Status> {
        let request = pb::GetPassageRequest { passage_id: of.id.clone() };
        Ok(self.as_who(who).corpus.get_passage(request).await?.into_inner())
    }

    /// A passage whose council consented.
    pub async fn quotable(
        &self,
        commission: &pb::Commission,
        council: &Council,
        document: &pb::Document,
        quote: &str,
    ) -> pb::Passage {
        let marked = self.marked(commission, document, quote).await;
        let asked = self.asked(&marked).await;
        self.answered(council, &asked, pb::passage::Consent::Given).await
    }
}

fn learning(db: &Db, peers: &Arc<Peers>, stop: CancellationToken) -> Learning {
    let way = || peers.transport();
    Learning::new(db.clone(), Publisher::default(), way(), way(), way(), way(), stop).unwrap()
}

pub fn answer(passage: &pb::Passage, consent: pb::passage::Consent) -> pb::AnswerConsentRequest {
    pb::AnswerConsentRequest {
        request_id: new_id(),
        passage_id: passage.id.clone(),
        etag: passage.etag.clone(),
        consent: consent.into(),
        validate_only: false,
    }
}

pub fn text(en: &str) -> Option<types::LocalizedText> {
    Some(types::LocalizedText { en: en.to_string(), cy: String::new() })
}

pub fn a_report(round: RoundId, council: OrgId, title: &str, outcomes: &str) -> reporting::Report {
    let answer = reporting::NarrativeAnswer { question_id: "outcomes".to_string(), text: outcomes.to_string() };
    let principle = reporting::PrincipleRecord {
        principle: "co-production".to_string(),
        evidenced: true,
        evidence: "Carers planned it with us.".to_string(),
        ..Default::default()
    };
    let content = reporting::ReportContent { answers: vec![answer], principles: vec![principle], ..Default::default() };
    let release = reporting::Release { to_learning: true, may_quote: true, ..Default::default() };
    reporting::Report {
        id: ReportId::new().to_string(),
        etag: "1".to_string(),
        award_id: AwardId::new().to_string(),
        award_reference: "r3-2020-09".to_string(),
        round_id: round.to_string(),
        bid_id: BidId::new().to_string(),
        title: title.to_string(),
        organisation_id: council.to_string(),
        kind: reporting::report::Kind::Final.into(),
        state: reporting::report::State::Accepted.into(),
        revision: 3,
        content_sha256: kit::digest::digest(outcomes.as_bytes()),
        content: Some(content),
        release: Some(release),
        ..Default::default()
    }
}

fn a_round(id: RoundId) -> rounds::Round {
    let deadline = types::Deadline {
        instant: wire("2020-02-01T09:00:00Z"),
        zone: "Europe/London".to_string(),
        announced: "9:00am on 1 February 2020".to_string(),
    };
    let rules = rounds::RoundRules {
        reference: "r3-2020".to_string(),
        title: text("2020 Policy Prototypes: Health & Social Care"),
        theme: text("Health and social care"),
        programme: Some(rounds::Programme { code: "policy-prototypes".to_string(), title: text("Policy prototypes") }),
        ..Default::default()
    };
    rounds::Round {
        id: id.to_string(),
        etag: "3".to_string(),
        state: rounds::round::State::Closed.into(),
        rules: Some(rules),
        timetable: Some(rounds::Timetable { announces: Some(deadline), ..Default::default() }),
        opens_at: wire("2020-01-10T12:00:00Z"),
        ..Default::default()
    }
}
