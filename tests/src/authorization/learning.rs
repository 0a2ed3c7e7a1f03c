//! The RPCs of `learning`: which action of the golden matrix each stands for, on what it would succeed.
//!
//! The matrix has no column for a commission that has not begun or has ended: whom the policy lets is refused there for
//! its time alone, and everybody else as ever.

mod publications;

use prost::Message;
use toadlane_proto::learning::v1 as pb;

use super::Case;
use super::callers::Org;
use super::scene::Scene;
use super::scene::findings::{self, Findings};

/// Who is not of the council finds nothing in what is listed for councils.
const OFFICES: [&str; 5] = [
    "consultant of the commission",
    "editor who wrote it",
    ", staff of the council",
    "editor of the network",
    "auditor of the network",
];

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    match rpc {
        "CreateCommission" | "GetCommission" | "ListCommissions" | "DeclareConsultantInterests" | "EndCommission" => {
            of_commissions(scene, rpc)
        }
        "ListDocuments" | "GetDocument" | "SearchCorpus" | "ExportPassages" => of_corpus(scene, rpc),
        "CreateCodebook" | "AddCodebookVersion" | "GetCodebook" | "ListCodebooks" => of_codebooks(&scene.findings, rpc),
        "MarkPassage" | "RecodePassage" | "AskConsent" | "AnswerConsent" | "GetPassage" | "ListPassages" => {
            of_passages(scene, rpc)
        }
        "CaptureInsight" | "GetInsight" | "ListInsights" | "UpdateInsight" | "CheckInsight" | "AnswerInsight"
        | "ApproveInsight" | "DropInsight" => of_insights(scene, rpc),
        "CreateCaseStudy" | "GetCaseStudy" | "ListCaseStudies" | "UpdateCaseStudy" | "ConsentCaseStudy" => {
            of_stories(scene, rpc)
        }
        "GetOpenData" => of_open_data(scene),
        "ListHistory" => of_histories(&scene.findings),
        _ => publications::cases(scene, rpc),
    }
}

fn always(action: &str) -> String {
    format!("learning: {action}")
}

fn shut(action: &str) -> String {
    format!("learning: {action} (shut)")
}

fn open(action: &str) -> String {
    format!("learning: {action} (open)")
}

fn unknown(rpc: &str) -> ! {
    panic!("say here which action {rpc} stands for, and when it succeeds")
}

fn of_commissions(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings = &scene.findings;
    let Findings { commission, spare, planned, ended, .. } = findings;
    match rpc {
        "CreateCommission" => {
            let request = findings::commission_of_now(&scene.callers, &commission.round_ids[0]);
            vec![Case::new(always("MakeCommission"), "", request)]
        }
        "GetCommission" => [commission, planned, ended]
            .map(|one| {
                let request = pb::GetCommissionRequest { commission_id: one.id.clone() };
                Case::new(always("SeeCommission"), &one.id, request)
            })
            .into(),
        "ListCommissions" => {
            let round_id = commission.round_ids[0].clone();
            let request = pb::ListCommissionsRequest { round_id: round_id.clone(), ..Default::default() };
            vec![Case::new(always("SeeCommission"), &round_id, request).rows(&commission.id)]
        }
        "DeclareConsultantInterests" => [planned, commission]
            .map(|one| Case::new(always("DeclareInterests"), &one.id, findings::declaration(&one.id)))
            .into(),
        "EndCommission" => {
            let end = |one: &pb::Commission| Case::new(always("EndCommission"), &one.id, findings::end(&one.id));
            vec![end(ended).illegal(), end(planned), end(commission), end(spare)]
        }
        other => unknown(other),
    }
}

/// What a commission opens while it runs.
fn of_corpus(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings = &scene.findings;
    let read = |one: &pb::Commission| {
        let commission_id = one.id.clone();
        let messages = match rpc {
            "ListDocuments" => message(pb::ListDocumentsRequest { commission_id, ..Default::default() }),
            "GetDocument" => {
                let document_id = findings.document.id.clone();
                message(pb::GetDocumentRequest { commission_id, document_id })
            }
            "SearchCorpus" => {
                let words = "meeting".to_string();
                message(pb::SearchCorpusRequest { commission_id, words, ..Default::default() })
            }
            "ExportPassages" => message(pb::ExportPassagesRequest { commission_id }),
            other => unknown(other),
        };
        Case::of(always("ReadCorpus"), &one.id, messages)
    };
    vec![read(&findings.planned).illegal(), read(&findings.ended).illegal(), read(&findings.commission)]
}

fn of_codebooks(findings: &Findings, rpc: &str) -> Vec<Case> {
    let codebook_id = findings.codebook.id.clone();
    let about = &findings.codebook.id;
    vec![match rpc {
        "CreateCodebook" => Case::new(always("WriteCodebook"), "", findings::new_codebook()),
        "AddCodebookVersion" => {
            let codes = findings::codes();
            let request = pb::AddCodebookVersionRequest { codebook_id, codes, ..Default::default() };
            Case::new(always("WriteCodebook"), about, request)
        }
        "GetCodebook" => Case::new(always("SeeCodebook"), about, pb::GetCodebookRequest { codebook_id }),
        "ListCodebooks" => Case::new(always("SeeCodebook"), "", pb::ListCodebooksRequest::default()),
        other => unknown(other),
    }]
}

fn of_passages(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings = &scene.findings;
    let [marked, asked] = [&findings.passages.marked, &findings.passages.asked];
    let both = |action: &str, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        [(shut(action), marked), (open(action), asked)]
            .map(|(section, passage)| Case::of(section, &passage.id, of(passage.id.clone())))
    };
    match rpc {
        "MarkPassage" => {
            let mark = |one: &pb::Commission| {
                let request = findings::mark(&one.id, &findings.document, &findings.codebook);
                Case::new(shut("Draw"), &one.id, request)
            };
            vec![mark(&findings.planned).illegal(), mark(&findings.ended).illegal(), mark(&findings.commission)]
        }
        "RecodePassage" => both("Draw", &|passage_id| {
            let (codes, memo) = (vec!["reach".to_string()], findings::MEMO.to_string());
            message(pb::RecodePassageRequest { passage_id, codebook_version: 1, codes, memo, ..Default::default() })
        })
        .into(),
        "AskConsent" => {
            let ask = |passage_id| message(pb::AskConsentRequest { passage_id, ..Default::default() });
            let [marked, asked] = both("Draw", &ask);
            vec![asked.illegal(), marked]
        }
        // Whom the policy lets is of a council that was asked: nobody is before.
        "AnswerConsent" => both("AnswerConsent", &|passage_id| message(findings::give(&passage_id))).into(),
        "GetPassage" => both("SeePassage", &|passage_id| message(pb::GetPassageRequest { passage_id })).into(),
        "ListPassages" => {
            let commission_id = findings.commission.id.clone();
            let of_commission = pb::ListPassagesRequest { commission_id, ..Default::default() };
            let of_council =
                pb::ListPassagesRequest { document_id: findings.document.id.clone(), ..Default::default() };
            let mut for_council = Case::new(open("SeePassage"), "", of_council).among(&asked.id);
            for office in OFFICES {
                for_council = for_council.without(office);
            }
            vec![for_council, Case::new(always("ReadCorpus"), &findings.commission.id, of_commission)]
        }
        other => unknown(other),
    }
}

fn of_insights(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings = &scene.findings;
    let findings::Insights { captured, checking, checked } = &findings.insights;
    let on = |section: String, insight: &pb::Insight, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        Case::of(section, &insight.id, of(insight.id.clone()))
    };
    let both = |action: &str, insight: &pb::Insight, of: &dyn Fn(String) -> Vec<Vec<u8>>| {
        [on(open(action), insight, of), on(shut(action), captured, of)]
    };
    let reason = || "because".to_string();
    match rpc {
        "CaptureInsight" => {
            let capture = |one: &pb::Commission| {
                let request = findings::new_insight(&one.id, &findings.passages.given.id);
                Case::new(shut("Draw"), &one.id, request)
            };
            vec![
                capture(&findings.planned).illegal(),
                capture(&findings.ended).illegal(),
                capture(&findings.commission),
            ]
        }
        "GetInsight" => {
            both("SeeInsight", checking, &|insight_id| message(pb::GetInsightRequest { insight_id })).into()
        }
        "ListInsights" => {
            let commission_id = findings.commission.id.clone();
            let of_commission = pb::ListInsightsRequest { commission_id, ..Default::default() };
            let mut for_council =
                Case::new(open("SeeInsight"), "", pb::ListInsightsRequest::default()).among(&checking.id);
            for office in OFFICES {
                for_council = for_council.without(office);
            }
            vec![for_council, Case::new(always("ReadCorpus"), &findings.commission.id, of_commission)]
        }
        "UpdateInsight" => both("Draw", checked, &|insight_id| {
            let rewritten = findings::new_insight("", &findings.passages.given.id);
            let pb::CaptureInsightRequest { text, conditions, passage_ids, .. } = rewritten;
            message(pb::UpdateInsightRequest { insight_id, text, conditions, passage_ids, ..Default::default() })
        })
        .into(),
        "CheckInsight" => {
            let check = |insight_id| message(pb::CheckInsightRequest { insight_id, ..Default::default() });
            let [checking, captured] = both("Draw", checking, &check);
            vec![checking.illegal(), captured]
        }
        // Nobody is of a council that was asked before one was.
        "AnswerInsight" => {
            let answer = |insight_id: String| message(findings::agree(&scene.callers, &insight_id));
            let [checking, captured] = both("AnswerInsight", checking, &answer);
            vec![captured, checking]
        }
        "ApproveInsight" => {
            let approve =
                |insight_id| message(pb::ApproveInsightRequest { insight_id, reason: reason(), ..Default::default() });
            let [checked, captured] = both("ApproveInsight", checked, &approve);
            vec![captured.illegal(), checked]
        }
        "DropInsight" => both("DropInsight", checking, &|insight_id| {
            message(pb::DropInsightRequest { insight_id, reason: reason(), ..Default::default() })
        })
        .into(),
        other => unknown(other),
    }
}

fn of_stories(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings::Stories { draft, consented } = &scene.findings.stories;
    let both = |action: &str, of: &dyn Fn(&pb::CaseStudy) -> Vec<Vec<u8>>| {
        [(open(action), consented), (shut(action), draft)]
            .map(|(section, study)| Case::of(section, &study.id, of(study)))
    };
    let organisation_id = scene.callers.org(Org::Applicant);
    match rpc {
        "CreateCaseStudy" => {
            let request = findings::new_story(&scene.callers, &draft.round_id);
            vec![Case::new(shut("WriteCaseStudy"), &organisation_id, request)]
        }
        "GetCaseStudy" => {
            both("SeeCaseStudy", &|study| message(pb::GetCaseStudyRequest { case_study_id: study.id.clone() })).into()
        }
        "ListCaseStudies" => [(shut("SeeCaseStudy"), draft), (open("SeeCaseStudy"), consented)]
            .map(|(section, study)| {
                let organisation_id = organisation_id.clone();
                let request = pb::ListCaseStudiesRequest { organisation_id, ..Default::default() };
                Case::new(section, "", request).among(&study.id)
            })
            .into(),
        "UpdateCaseStudy" => both("WriteCaseStudy", &|study| {
            message(pb::UpdateCaseStudyRequest {
                case_study_id: study.id.clone(),
                title: "A full meeting".to_string(),
                round_id: study.round_id.clone(),
                narrative: findings::narrative(),
                ..Default::default()
            })
        })
        .into(),
        "ConsentCaseStudy" => both("ConsentCaseStudy", &|study| {
            // What was consented to can be withdrawn.
            let (case_study_id, consents) = (study.id.clone(), study.id == draft.id);
            message(pb::ConsentCaseStudyRequest { case_study_id, consents, ..Default::default() })
        })
        .into(),
        other => unknown(other),
    }
}

/// From the announcement on, the awards of a round are public as a publication is. Before, that there is a round is no
/// secret, but it has no award yet, and says so to those who run it alone.
fn of_open_data(scene: &Scene) -> Vec<Case> {
    let format = pb::open_data::Format::Format360givingJson.into();
    let get = |round_id: &str| pb::GetOpenDataRequest { round_id: round_id.to_string(), format };
    let [draft, unannounced] = [&scene.rounds.draft.id, &scene.rounds.open.id];
    let announced = &scene.findings.commission.round_ids[0];
    vec![
        Case::new(always("SeeAwardsEarly"), draft, get(draft)).nowhere(),
        Case::new(always("SeeAwardsEarly"), "", get(unannounced)).illegal(),
        Case::new(open("SeePublication"), "", get(announced)),
    ]
}

/// It has no action of its own: offices read all of it, consultants what is under their commission, and councils what
/// they were asked and answered.
fn of_histories(findings: &Findings) -> Vec<Case> {
    let Findings { passages, insights, stories, publications, .. } = findings;
    let of = |section: String, id: &str| {
        let request = pb::ListHistoryRequest { subject_id: id.to_string(), ..Default::default() };
        Case::new(section, id, request)
    };
    let of_offices = of(shut("SeePassage"), &findings.document.id).without(", certifier of the council");
    vec![
        of(shut("SeePassage"), &findings.commission.id),
        of(shut("SeePassage"), &passages.marked.id),
        of(open("SeePassage"), &passages.asked.id),
        of(shut("SeeInsight"), &insights.checking.id),
        of(open("SeeInsight"), &insights.checked.id),
        of(shut("SeeCaseStudy"), &stories.draft.id),
        of(open("SeeCaseStudy"), &stories.consented.id),
        of(shut("SeePassage"), &publications.checking.id),
        of(open("SeePassage"), &publications.heard.id),
        of(open("SeePassage"), &publications.published.id),
        of(always("SeeCodebook"), &findings.codebook.id),
        of_offices
            .without("consultant of the commission")
            .without("consultant of the commission, staff of the council"),
    ]
}

fn message(request: impl Message) -> Vec<Vec<u8>> {
    vec![request.encode_to_vec()]
}
