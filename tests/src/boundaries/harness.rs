//! The 2020 round until all its reports are released, and what people then do with the learning.

use demo::deployment::Deployment;
use demo::people::{self, People};
use demo::round::Round;
use demo::{assessment, awards, first_half, reports};
use kit::time::{Timestamp, at};
use pb::publication_item::Item;
use toadlane_client::{Client, Refusal};
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::registry::v1 as registry;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1::Deadline;
use tokio::time::sleep;

use super::view::{Book, View};

/// Every final report has the one, the case study the other.
const WORDS: &str = "residents lanterns";
/// When the other consultant reads.
const BEFORE_ALL: &str = "2021-03-22T11:00:00Z";
const AFTER_ALL: &str = "2022-03-31T23:00:00Z";
pub const FROM: &str = "2021-03-23T09:00:00Z";
pub const UNTIL: &str = "2021-06-30T23:00:00Z";

/// A person who is signed in.
pub struct Somebody {
    pub id: String,
    pub client: Client,
}

pub struct Harness {
    deployment: Deployment,
    pub round: Round,
    pub people: People,
    /// A consultant of another commission over the same round.
    other: Somebody,
    other_commission: String,
    /// Nobody in particular.
    public: Somebody,
    /// Who may read under embargo.
    pub reader: Somebody,
    pub commission: String,
    codebook: String,
}

pub fn id() -> String {
    uuid::Uuid::now_v7().to_string()
}

async fn somebody(deployment: &Deployment, round: &Round, name: &str, role: Option<registry::Role>) -> Somebody {
    let email = format!("{name}@people.example");
    let create = registry::CreatePersonRequest {
        request_id: id(),
        organisation_id: round.network.network_id.clone(),
        name: name.to_string(),
        email: email.clone(),
        validate_only: false,
    };
    let person = round.network.administrator.people().create_person(create).await.unwrap().into_inner();
    if let Some(role) = role {
        round.network.charge(person.clone(), role).await.unwrap();
    }
    Somebody { id: person.id, client: deployment.sign_in(&email).await.unwrap() }
}

impl Harness {
    /// All reports are released and in the corpus; the commission has not begun.
    pub async fn set_up(deployment: &Deployment) -> Harness {
        let mut silent = |_| {};
        let round = first_half::play(deployment, &mut silent).await.unwrap();
        let people = people::enter(deployment, &round.network).await.unwrap();
        assessment::assess(deployment, &round, &people, &mut silent).await.unwrap();
        awards::grant(deployment, &round, &people, &mut silent).await.unwrap();
        reports::report(deployment, &round, &mut silent).await.unwrap();
        deployment.move_clocks(&round.network.token, at(BEFORE_ALL)).await.unwrap();
        let other = somebody(deployment, &round, "other.consultant", Some(registry::Role::LearningConsultant)).await;
        let public = somebody(deployment, &round, "public", None).await;
        let reader = somebody(deployment, &round, "reader", None).await;
        let commission = commissioned(&round, &people, &people.consultant_id, FROM, UNTIL).await;
        let other_commission = commissioned(&round, &people, &other.id, BEFORE_ALL, AFTER_ALL).await;
        declare(&people.consultant, &commission).await;
        declare(&other.client, &other_commission).await;
        let code = pb::Code { code: "reach".to_string(), label: "Reach".to_string(), description: String::new() };
        let codebook = pb::CreateCodebookRequest {
            request_id: id(),
            name: "The learning".to_string(),
            codes: vec![code],
            validate_only: false,
        };
        let codebook = people.editor.corpus().create_codebook(codebook).await.unwrap().into_inner().id;
        let deployment = deployment.clone();
        let harness =
            Harness { deployment, round, people, other, other_commission, public, reader, commission, codebook };
        harness.corpus_has(26).await;
        harness
    }

    /// Waits until the other commission opens so many documents: what reporting tells takes a moment to arrive.
    pub async fn corpus_has(&self, n_documents: i64) {
        let list = pb::ListDocumentsRequest { commission_id: self.other_commission.clone(), ..Default::default() };
        until("the corpus hears of it", async || {
            let listed = self.other.client.corpus().list_documents(list.clone()).await.unwrap();
            listed.into_inner().total_size == n_documents
        })
        .await;
    }

    pub async fn clock(&self, now: Timestamp) {
        self.deployment.move_clocks(&self.round.network.token, now).await.unwrap();
    }

    /// Who looks, by name. The council is that of the first passage.
    pub fn callers(&self) -> [(&'static str, &Client); 5] {
        [
            ("consultant", &self.people.consultant),
            ("editor", &self.people.editor),
            ("council", self.council("burntwood-tc")),
            ("public", &self.public.client),
            ("other consultant", &self.other.client),
        ]
    }

    pub async fn views(&self) -> Vec<(&'static str, View)> {
        let mut views = Vec::new();
        for (name, client) in self.callers() {
            views.push((name, View::of(client, &self.commission, &self.round.round.id, WORDS).await));
        }
        views
    }

    /// A publication for all callers, and then for the one who may read under embargo.
    pub async fn books(&self, publication: &str) -> Vec<(&'static str, Book)> {
        let mut books = Vec::new();
        for (name, client) in self.callers().into_iter().chain([("reader", &self.reader.client)]) {
            books.push((name, Book::of(client, publication).await));
        }
        books
    }

    pub fn council(&self, name: &str) -> &Client {
        let found = self.round.network.systems.iter().find(|system| system.council.id == name);
        &found.expect("it is in the record").client
    }

    fn organisation(&self, name: &str) -> String {
        let found = self.round.network.systems.iter().find(|system| system.council.id == name);
        found.expect("it is in the record").organisation_id.clone()
    }

    /// Marks the first sentence of the outcomes of a council's final report.
    pub async fn marked(&self, council: &str) -> pb::Passage {
        let corpus = self.people.consultant.corpus();
        let list = pb::ListDocumentsRequest {
            commission_id: self.commission.clone(),
            organisation_id: self.organisation(council),
            kind: pb::document::Kind::FinalReport.into(),
            ..Default::default()
        };
        let document = corpus.clone().list_documents(list).await.unwrap().into_inner().documents.remove(0);
        let get = pb::GetDocumentRequest { commission_id: self.commission.clone(), document_id: document.id.clone() };
        let document = corpus.clone().get_document(get).await.unwrap().into_inner();
        let section = document.sections.iter().find(|section| section.key == "answers[outcomes]").unwrap();
        let quote = section.text.split_inclusive(". ").next().unwrap().trim_end().to_string();
        let mark = pb::MarkPassageRequest {
            request_id: id(),
            commission_id: self.commission.clone(),
            document_id: document.id.clone(),
            section_key: section.key.clone(),
            span: Some(pb::Span { start: 0, end: i32::try_from(quote.len()).unwrap() }),
            quote,
            codebook_id: self.codebook.clone(),
            codebook_version: 1,
            codes: vec!["reach".to_string()],
            ..Default::default()
        };
        corpus.clone().mark_passage(mark).await.unwrap().into_inner()
    }

    pub async fn asked(&self, passage: pb::Passage) -> pb::Passage {
        let (passage_id, etag) = (passage.id, passage.etag);
        let ask = pb::AskConsentRequest { request_id: id(), passage_id, etag, validate_only: false };
        self.people.consultant.corpus().ask_consent(ask).await.unwrap().into_inner()
    }

    pub async fn answered(&self, council: &str, passage: &pb::Passage, consent: pb::passage::Consent) -> pb::Passage {
        let answer = pb::AnswerConsentRequest {
            request_id: id(),
            passage_id: passage.id.clone(),
            etag: passage.etag.clone(),
            consent: consent.into(),
            validate_only: false,
        };
        self.council(council).corpus().answer_consent(answer).await.unwrap().into_inner()
    }

    /// A passage that its council lets be quoted.
    pub async fn quotable(&self, council: &str) -> pb::Passage {
        let asked = self.asked(self.marked(council).await).await;
        self.answered(council, &asked, pb::passage::Consent::Given).await
    }

    /// A council lets its final report be read and quoted, or takes that back.
    pub async fn release(&self, council: &str, to_learning: bool) {
        let list = reporting::ListReportsRequest {
            round_id: self.round.round.id.clone(),
            organisation_id: self.organisation(council),
            kind: reporting::report::Kind::Final.into(),
            ..Default::default()
        };
        let report = self.council(council).reports().list_reports(list).await.unwrap().into_inner().reports.remove(0);
        let set = reporting::SetReleaseRequest {
            request_id: id(),
            report_id: report.id,
            etag: report.etag,
            to_learning,
            may_quote: to_learning,
            ..Default::default()
        };
        self.council(council).reports().set_release(set).await.unwrap();
    }

    pub async fn story(&self, council: &str) -> pb::CaseStudy {
        let create = pb::CreateCaseStudyRequest {
            request_id: id(),
            organisation_id: self.organisation(council),
            title: "A street of lights".to_string(),
            round_id: self.round.round.id.clone(),
            narrative: vec![pb::Section {
                key: "summary".to_string(),
                heading: "What changed".to_string(),
                text: "Neighbours hung lanterns, and met under them.".to_string(),
            }],
            ..Default::default()
        };
        self.council(council).case_studies().create_case_study(create).await.unwrap().into_inner()
    }

    pub async fn consented(&self, council: &str, study: &pb::CaseStudy, consents: bool) -> pb::CaseStudy {
        let consent = pb::ConsentCaseStudyRequest {
            request_id: id(),
            case_study_id: study.id.clone(),
            etag: study.etag.clone(),
            consents,
            validate_only: false,
        };
        self.council(council).case_studies().consent_case_study(consent).await.unwrap().into_inner()
    }

    /// An approved insight on a passage, which its council agreed to.
    pub async fn insight(&self, council: &str, passage: &pb::Passage) -> pb::Insight {
        let insights = self.people.consultant.insights();
        let capture = pb::CaptureInsightRequest {
            request_id: id(),
            commission_id: self.commission.clone(),
            text: "Small sums reach people whom no service knew.".to_string(),
            passage_ids: vec![passage.id.clone()],
            ..Default::default()
        };
        let captured = insights.clone().capture_insight(capture).await.unwrap().into_inner();
        let (insight_id, etag) = (captured.id, captured.etag);
        let check = pb::CheckInsightRequest { request_id: id(), insight_id, etag, validate_only: false };
        let checking = insights.clone().check_insight(check).await.unwrap().into_inner();
        let answer = pb::AnswerInsightRequest {
            request_id: id(),
            insight_id: checking.id,
            organisation_id: self.organisation(council),
            agrees: true,
            ..Default::default()
        };
        let answered = self.council(council).insights().answer_insight(answer).await.unwrap().into_inner();
        let get = pb::GetInsightRequest { insight_id: answered.id };
        let checked = self.people.editor.insights().get_insight(get).await.unwrap().into_inner();
        let approve = pb::ApproveInsightRequest {
            request_id: id(),
            insight_id: checked.id,
            etag: checked.etag,
            ..Default::default()
        };
        self.people.editor.insights().approve_insight(approve).await.unwrap().into_inner()
    }

    pub async fn planned(&self, title: &str) -> pb::Publication {
        let create = pb::CreatePublicationRequest {
            request_id: id(),
            commission_id: self.commission.clone(),
            title: title.to_string(),
            round_ids: vec![self.round.round.id.clone()],
            validate_only: false,
        };
        self.people.consultant.publications().create_publication(create).await.unwrap().into_inner()
    }

    /// Prose, and then these.
    pub async fn with_items(&self, of: &pb::Publication, items: Vec<Item>) -> Result<pb::Publication, Refusal> {
        let prose = Item::Prose("Words of our own.".to_string());
        let items = [prose].into_iter().chain(items).map(|item| pb::PublicationItem { item: Some(item) });
        let set = pb::SetItemsRequest {
            request_id: id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            title: of.title.clone(),
            items: items.collect(),
            validate_only: false,
        };
        Ok(self.people.consultant.publications().set_items(set).await?.into_inner())
    }

    pub async fn approved(&self, title: &str, items: Vec<Item>) -> pb::Publication {
        let set = self.with_items(&self.planned(title).await, items).await.unwrap();
        let (publication_id, etag) = (set.id, set.etag);
        let check = pb::StartFactCheckRequest { request_id: id(), publication_id, etag, validate_only: false };
        let checking = self.people.consultant.publications().start_fact_check(check).await.unwrap().into_inner();
        let (publication_id, etag, reason) = (checking.id, checking.etag, "all were asked before".to_string());
        let end = pb::EndFactCheckRequest { request_id: id(), publication_id, etag, reason, validate_only: false };
        let heard = self.people.editor.publications().end_fact_check(end).await.unwrap().into_inner();
        let (publication_id, etag) = (heard.id, heard.etag);
        let approve = pb::ApprovePublicationRequest { request_id: id(), publication_id, etag, validate_only: false };
        self.people.editor.publications().approve_publication(approve).await.unwrap().into_inner()
    }

    pub async fn embargoed(
        &self,
        approved: &pb::Publication,
        publish_at: Timestamp,
        announced: &str,
    ) -> Result<pb::Publication, Refusal> {
        let publish_at = Deadline {
            instant: Some(publish_at.into()),
            zone: "Europe/London".to_string(),
            announced: announced.to_string(),
        };
        let embargo = pb::EmbargoPublicationRequest {
            request_id: id(),
            publication_id: approved.id.clone(),
            etag: approved.etag.clone(),
            publish_at: Some(publish_at),
            embargo_group: vec![self.reader.id.clone()],
            validate_only: false,
        };
        Ok(self.people.editor.publications().embargo_publication(embargo).await?.into_inner())
    }

    /// Waits until an editor sees a publication so.
    pub async fn comes_to_be(&self, publication: &str, says: &str) {
        until(says, async || {
            let book = Book::of(&self.people.editor, publication).await;
            book.is_of_one_moment() && book.says() == says
        })
        .await;
    }
}

async fn commissioned(round: &Round, people: &People, consultant: &str, from: &str, until: &str) -> String {
    let create = pb::CreateCommissionRequest {
        request_id: id(),
        title: "The learning of the 2020 round".to_string(),
        organisation_id: people.consultancy_id.clone(),
        consultant_ids: vec![consultant.to_string()],
        round_ids: vec![round.round.id.clone()],
        from: Some(at(from).into()),
        until: Some(at(until).into()),
        validate_only: false,
    };
    people.editor.commissions().create_commission(create).await.unwrap().into_inner().id
}

async fn declare(consultant: &Client, commission_id: &str) {
    let declare = pb::DeclareConsultantInterestsRequest {
        request_id: id(),
        commission_id: commission_id.to_string(),
        ..Default::default()
    };
    consultant.commissions().declare_consultant_interests(declare).await.unwrap();
}

/// Asks until it is so, for half a minute at most.
async fn until(what: &str, is_so: impl AsyncFn() -> bool) {
    for _ in 0..600 {
        if is_so().await {
            return;
        }
        sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("in vain: {what}");
}
