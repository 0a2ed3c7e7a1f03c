//! What is learnt of the released reports: commissions before, in and after their time, and under the one that runs
//! everything in every state that some RPC needs to succeed.

use kit::caller::Role;
use kit::time::{Timestamp, at};
use toadlane_proto::learning::v1 as pb;

use super::super::asking::Asking;
use super::super::callers::{Caller, Callers, Learner, Org};
use super::publications::Publications;
use super::reports::{WORDS, until};
use super::{LATER, NOW};

/// What the consultant notes of a passage.
pub const MEMO: &str = "said with a shrug";

pub struct Findings {
    /// The commission that runs, over the round of the reports.
    pub commission: pb::Commission,
    /// Runs too, and can be ended without harm to the other cases.
    pub spare: pb::Commission,
    pub planned: pb::Commission,
    pub ended: pb::Commission,
    /// The released report of the applicant.
    pub document: pb::Document,
    pub codebook: pb::Codebook,
    pub passages: Passages,
    pub insights: Insights,
    pub stories: Stories,
    pub publications: Publications,
}

/// By how far the council was asked.
pub struct Passages {
    pub marked: pb::Passage,
    pub asked: pb::Passage,
    pub given: pb::Passage,
}

pub struct Insights {
    pub captured: pb::Insight,
    pub checking: pb::Insight,
    pub checked: pb::Insight,
}

pub struct Stories {
    pub draft: pb::CaseStudy,
    pub consented: pb::CaseStudy,
}

impl Findings {
    /// Of the round of the reports; the other round is one that other consultants are to learn from.
    pub async fn set(asking: &Asking, callers: &Callers, round_id: &str, other_round_id: &str) -> Findings {
        let study = Study { asking, callers };
        let mut commission = study.commission(round_id, &Learner::NAMED, BEGAN).await;
        for learner in Learner::AT_WORK {
            commission = study.declared(learner, &commission).await;
        }
        let spare = study.commission(round_id, &Learner::NAMED, BEGAN).await;
        let planned = study.commission(round_id, &Learner::NAMED, BEGINS).await;
        let ended = study.commission(round_id, &Learner::NAMED, BEGAN).await;
        let ended = study.ended(&ended).await;
        let elsewhere = study.commission(other_round_id, &[Learner::Elsewhere], BEGAN).await;
        study.declared(Learner::Elsewhere, &elsewhere).await;
        let idle = study.commission(other_round_id, &[Learner::Idle], BEGAN).await;
        study.ended(&idle).await;
        let document = study.document(&commission.id).await;
        let codebook: pb::Codebook = asking.made(study.consultant(), "CreateCodebook", &new_codebook()).await;
        let passages = study.passages(&commission, &document, &codebook).await;
        let insights = study.insights(&commission.id, &passages.given.id).await;
        let stories = study.stories(round_id).await;
        let publications = Publications::set(&study, &commission, &passages.given).await;
        Findings { commission, spare, planned, ended, document, codebook, passages, insights, stories, publications }
    }
}

const BEGAN: &str = "2019-11-05T09:00:00Z";
const BEGINS: &str = "2019-11-30T09:00:00Z";

/// The consultant, the editor and the councils at work.
pub(super) struct Study<'a> {
    pub asking: &'a Asking,
    pub callers: &'a Callers,
}

impl Study<'_> {
    pub fn consultant(&self) -> &Caller {
        self.callers.learner(Learner::Consultant)
    }

    /// Writes what editors approve.
    pub fn author(&self) -> &Caller {
        self.callers.learner(Learner::Author)
    }

    pub fn editor(&self) -> &Caller {
        self.callers.holder_of(Role::Editor, Org::Network)
    }

    pub fn officer(&self) -> &Caller {
        self.callers.holder_of(Role::ApplicantOfficer, Org::Applicant)
    }

    fn certifier(&self) -> &Caller {
        self.callers.holder_of(Role::Certifier, Org::Applicant)
    }

    async fn commission(&self, round_id: &str, consultants: &[Learner], from: &str) -> pb::Commission {
        let request = new_commission(self.callers, round_id, consultants, from);
        self.asking.made(self.editor(), "CreateCommission", &request).await
    }

    async fn declared(&self, learner: Learner, commission: &pb::Commission) -> pb::Commission {
        self.asking
            .made(self.callers.learner(learner), "DeclareConsultantInterests", &declaration(&commission.id))
            .await
    }

    async fn ended(&self, commission: &pb::Commission) -> pb::Commission {
        self.asking.made(self.editor(), "EndCommission", &end(&commission.id)).await
    }

    /// The applicant's report as a document, once both that were released are there.
    async fn document(&self, commission_id: &str) -> pb::Document {
        let list = pb::ListDocumentsRequest { commission_id: commission_id.to_string(), ..Default::default() };
        let documents = until("documents of the released reports", async || {
            let listed: pb::ListDocumentsResponse = self.asking.made(self.consultant(), "ListDocuments", &list).await;
            (listed.total_size == 2).then_some(listed.documents)
        })
        .await;
        let own = documents.into_iter().find(|document| document.organisation_id == self.callers.org(Org::Applicant));
        let (commission_id, document_id) = (commission_id.to_string(), own.expect("one is the applicant's").id);
        let request = pb::GetDocumentRequest { commission_id, document_id };
        self.asking.made(self.consultant(), "GetDocument", &request).await
    }

    async fn passages(
        &self,
        commission: &pb::Commission,
        document: &pb::Document,
        codebook: &pb::Codebook,
    ) -> Passages {
        let mut marked: Vec<pb::Passage> = Vec::new();
        for _ in 0..3 {
            let request = mark(&commission.id, document, codebook);
            marked.push(self.asking.made(self.consultant(), "MarkPassage", &request).await);
        }
        let [marked, asked, given] = marked.try_into().expect("three were marked");
        let asked = self.asked(&asked.id).await;
        let given = self.asked(&given.id).await;
        let given = self.asking.made(self.certifier(), "AnswerConsent", &give(&given.id)).await;
        Passages { marked, asked, given }
    }

    async fn asked(&self, passage_id: &str) -> pb::Passage {
        let request = pb::AskConsentRequest { passage_id: passage_id.to_string(), ..Default::default() };
        self.asking.made(self.consultant(), "AskConsent", &request).await
    }

    async fn insights(&self, commission_id: &str, passage_id: &str) -> Insights {
        let mut captured: Vec<pb::Insight> = Vec::new();
        for _ in 0..3 {
            let request = new_insight(commission_id, passage_id);
            captured.push(self.asking.made(self.author(), "CaptureInsight", &request).await);
        }
        let [captured, checking, checked] = captured.try_into().expect("three were captured");
        let checking = self.checking(&checking.id).await;
        let checked = self.checking(&checked.id).await;
        let request = agree(self.callers, &checked.id);
        let checked = self.asking.made(self.officer(), "AnswerInsight", &request).await;
        Insights { captured, checking, checked }
    }

    async fn checking(&self, insight_id: &str) -> pb::Insight {
        let request = pb::CheckInsightRequest { insight_id: insight_id.to_string(), ..Default::default() };
        self.asking.made(self.consultant(), "CheckInsight", &request).await
    }

    async fn stories(&self, round_id: &str) -> Stories {
        let request = new_story(self.callers, round_id);
        let draft = self.asking.made(self.officer(), "CreateCaseStudy", &request).await;
        let consented: pb::CaseStudy = self.asking.made(self.officer(), "CreateCaseStudy", &request).await;
        let request = pb::ConsentCaseStudyRequest { case_study_id: consented.id, consents: true, ..Default::default() };
        let consented = self.asking.made(self.certifier(), "ConsentCaseStudy", &request).await;
        Stories { draft, consented }
    }
}

pub fn new_commission(
    callers: &Callers,
    round_id: &str,
    consultants: &[Learner],
    from: &str,
) -> pb::CreateCommissionRequest {
    let from: Timestamp = at(from);
    pb::CreateCommissionRequest {
        title: "The learning of the round".to_string(),
        organisation_id: callers.org(Org::Another),
        consultant_ids: consultants.iter().map(|one| callers.learner(*one).subject.clone()).collect(),
        round_ids: vec![round_id.to_string()],
        from: Some(from.into()),
        until: Some(at(LATER).into()),
        ..Default::default()
    }
}

/// One that runs.
pub fn commission_of_now(callers: &Callers, round_id: &str) -> pb::CreateCommissionRequest {
    new_commission(callers, round_id, &[Learner::Consultant], NOW)
}

pub fn declaration(commission_id: &str) -> pb::DeclareConsultantInterestsRequest {
    pb::DeclareConsultantInterestsRequest {
        commission_id: commission_id.to_string(),
        note: "none".to_string(),
        ..Default::default()
    }
}

pub fn end(commission_id: &str) -> pb::EndCommissionRequest {
    pb::EndCommissionRequest {
        commission_id: commission_id.to_string(),
        reason: "all is learnt".to_string(),
        ..Default::default()
    }
}

pub fn codes() -> Vec<pb::Code> {
    vec![pb::Code { code: "reach".to_string(), label: "Reaching residents".to_string(), ..Default::default() }]
}

pub fn new_codebook() -> pb::CreateCodebookRequest {
    pb::CreateCodebookRequest { name: "Learning".to_string(), codes: codes(), ..Default::default() }
}

/// What the report says of its progress, from the first word to the last.
pub fn mark(commission_id: &str, document: &pb::Document, codebook: &pb::Codebook) -> pb::MarkPassageRequest {
    pb::MarkPassageRequest {
        commission_id: commission_id.to_string(),
        document_id: document.id.clone(),
        section_key: "answers[progress]".to_string(),
        span: Some(pb::Span { start: 0, end: WORDS.len() as i32 }),
        quote: WORDS.to_string(),
        codebook_id: codebook.id.clone(),
        codebook_version: 1,
        codes: vec!["reach".to_string()],
        memo: MEMO.to_string(),
        ..Default::default()
    }
}

pub fn give(passage_id: &str) -> pb::AnswerConsentRequest {
    pb::AnswerConsentRequest {
        passage_id: passage_id.to_string(),
        consent: pb::passage::Consent::Given.into(),
        ..Default::default()
    }
}

pub fn new_insight(commission_id: &str, passage_id: &str) -> pb::CaptureInsightRequest {
    pb::CaptureInsightRequest {
        commission_id: commission_id.to_string(),
        text: "First meetings are empty.".to_string(),
        conditions: "In November.".to_string(),
        passage_ids: vec![passage_id.to_string()],
        ..Default::default()
    }
}

pub fn agree(callers: &Callers, insight_id: &str) -> pb::AnswerInsightRequest {
    pb::AnswerInsightRequest {
        insight_id: insight_id.to_string(),
        organisation_id: callers.org(Org::Applicant),
        agrees: true,
        ..Default::default()
    }
}

pub fn narrative() -> Vec<pb::Section> {
    let section =
        |key: &str, text: &str| pb::Section { key: key.to_string(), heading: String::new(), text: text.to_string() };
    vec![section("why", "It matters to residents.")]
}

pub fn new_story(callers: &Callers, round_id: &str) -> pb::CreateCaseStudyRequest {
    pb::CreateCaseStudyRequest {
        organisation_id: callers.org(Org::Applicant),
        title: "An empty meeting".to_string(),
        round_id: round_id.to_string(),
        narrative: narrative(),
        ..Default::default()
    }
}
