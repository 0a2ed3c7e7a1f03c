//! Case studies: the shape in which published ones come, and consent version by version.

use std::sync::atomic::Ordering;

use kit::ids::FrameworkId;
use pb::case_study::State;
use serde_json::Value;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::rounds::v1 as rounds;
use tonic::Code;

use super::harness::*;

const PUBLISHED: &str = include_str!("../../tests/data/case-studies.json");

/// The network's principles, as far as the published case studies name them; the wordings are made up.
fn framework() -> rounds::Framework {
    let statement = |code: &str, name: &str| rounds::Statement {
        code: code.to_string(),
        short_name: text(name),
        text: text(&format!(
            "We will make sure that {name} guides whatever our councils do for their {code} every day"
        )),
        ..Default::default()
    };
    let wording = rounds::FrameworkWording {
        label: "2019".to_string(),
        statements: vec![
            statement("co-production", "Co-production"),
            statement("enterprise-and-social-economy", "Enterprise and social economy"),
            statement("innovation", "Innovation"),
            statement("learning", "Learning"),
            statement("maximising-social-value", "Maximising social value"),
            statement("new-models", "New models of meeting priority needs"),
            statement("social-partnership", "Social partnership"),
        ],
        mappings: Vec::new(),
    };
    let version = rounds::FrameworkVersion { number: 1, wording: Some(wording), ..Default::default() };
    rounds::Framework { id: FrameworkId::new().to_string(), versions: vec![version], ..Default::default() }
}

/// A published case study as a request. One gives names with wording, the other the wording alone and no contact.
fn published(place: usize, council: &Council) -> pb::CreateCaseStudyRequest {
    let all: Value = serde_json::from_str(PUBLISHED).unwrap();
    let one = &all["case_studies"][place];
    let names_too = one["principles_source"].as_str().unwrap().starts_with("short names");
    let said = |value: &Value| value.as_str().unwrap_or_default().to_string();
    let statements = framework().versions[0].wording.clone().unwrap().statements;
    let principles_met = one["principles_met"].as_array().unwrap().iter().map(|code| {
        let statement = statements.iter().find(|statement| code == statement.code.as_str()).unwrap().clone();
        let name = statement.short_name.unwrap().en;
        // Words are left out in print.
        let wording = statement.text.unwrap().en.replace("make sure that ", "");
        pb::PrincipleMet { principle: String::new(), name: if names_too { name } else { String::new() }, wording }
    });
    let contact = &one["contact"];
    let (role, organisation) = (said(&contact["role"]), said(&contact["organisation"]));
    pb::CreateCaseStudyRequest {
        request_id: new_id(),
        organisation_id: council.id.to_string(),
        title: said(&one["title"]),
        principles_met: principles_met.collect(),
        narrative: vec![pb::Section {
            key: "summary".to_string(),
            heading: "What changed".to_string(),
            text: said(&one["summary"]),
        }],
        contact: (!role.is_empty()).then(|| pb::Contact { role, organisation, address: String::new() }),
        ..Default::default()
    }
}

fn consent(study: &pb::CaseStudy, consents: bool) -> pb::ConsentCaseStudyRequest {
    pb::ConsentCaseStudyRequest {
        request_id: new_id(),
        case_study_id: study.id.clone(),
        etag: study.etag.clone(),
        consents,
        validate_only: false,
    }
}

impl Harness {
    /// A published case study whose council consented.
    pub async fn told(&self, place: usize, council: &Council) -> pb::CaseStudy {
        *self.peers.frameworks.lock().unwrap() = vec![framework()];
        let request = published(place, council);
        let draft = self.as_who(&council.officer).case_studies.create_case_study(request).await.unwrap().into_inner();
        self.as_who(&council.certifier)
            .case_studies
            .consent_case_study(consent(&draft, true))
            .await
            .unwrap()
            .into_inner()
    }

    pub async fn consented(&self, council: &Council, study: &pb::CaseStudy) -> pb::CaseStudy {
        let request = consent(study, true);
        self.as_who(&council.certifier).case_studies.consent_case_study(request).await.unwrap().into_inner()
    }

    pub async fn taken_back(&self, council: &Council, study: &pb::CaseStudy) -> pb::CaseStudy {
        self.as_who(&council.certifier)
            .case_studies
            .consent_case_study(consent(study, false))
            .await
            .unwrap()
            .into_inner()
    }
}

#[tokio::test]
async fn principles_are_found_by_name_and_by_wording_alone_and_a_missing_contact_is_a_gap() {
    each_engine(async |harness| {
        let (one, other) = (harness.council("South Tyneside Council"), harness.council("Tameside Council"));
        let all: Value = serde_json::from_str(PUBLISHED).unwrap();
        for (place, council) in [&one, &other].into_iter().enumerate() {
            let study = harness.told(place, council).await;
            let codes: Vec<&str> = study.principles_met.iter().map(|met| met.principle.as_str()).collect();
            let expected: Vec<&str> = all["case_studies"][place]["principles_met"]
                .as_array()
                .unwrap()
                .iter()
                .map(|code| code.as_str().unwrap())
                .collect();
            assert_eq!(codes, expected);
            assert_eq!(study.contact.is_some(), place == 0);
        }
    })
    .await;
}

#[tokio::test]
async fn a_version_enters_the_corpus_with_consent_and_the_next_needs_it_anew() {
    each_engine(async |harness| {
        let (council, other) = (harness.council("South Tyneside Council"), harness.council("Preston"));
        let commission = harness.running().await;
        *harness.peers.frameworks.lock().unwrap() = vec![framework()];
        let request = published(0, &council);
        let foreign = harness.as_who(&other.officer).case_studies.create_case_study(request.clone()).await.unwrap_err();
        assert_eq!(foreign.code(), Code::NotFound);
        let draft = harness
            .as_who(&council.officer)
            .case_studies
            .create_case_study(request.clone())
            .await
            .unwrap()
            .into_inner();
        assert!(harness.documents(&commission).await.is_empty());
        let get = pb::GetCaseStudyRequest { case_study_id: draft.id.clone() };
        assert_eq!(
            harness.as_who(&harness.consultant).case_studies.get_case_study(get.clone()).await.unwrap_err().code(),
            Code::NotFound
        );
        let officer =
            harness.as_who(&council.officer).case_studies.consent_case_study(consent(&draft, true)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        let first = harness
            .as_who(&council.certifier)
            .case_studies
            .consent_case_study(consent(&draft, true))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(first.state(), State::Consented);
        harness.as_who(&harness.consultant).case_studies.get_case_study(get).await.unwrap();
        let document = harness.documents(&commission).await.remove(0);
        assert_eq!((document.source_revision, document.source_sha256), (1, first.sha256.clone()));
        assert_eq!(document.contact, "Director of Adult Social Services and Commissioning, South Tyneside Council");

        let update = pb::UpdateCaseStudyRequest {
            request_id: new_id(),
            case_study_id: first.id.clone(),
            etag: first.etag.clone(),
            title: "Day opportunities".to_string(),
            narrative: request.narrative.clone(),
            ..Default::default()
        };
        let second =
            harness.as_who(&council.officer).case_studies.update_case_study(update).await.unwrap().into_inner();
        assert_eq!((second.version, second.state()), (2, State::Draft));
        assert_ne!(second.sha256, first.sha256);
        assert_eq!(harness.documents(&commission).await.len(), 1);
        let second = harness
            .as_who(&council.certifier)
            .case_studies
            .consent_case_study(consent(&second, true))
            .await
            .unwrap()
            .into_inner();
        assert_eq!(harness.documents(&commission).await.len(), 2);
        harness.taken_back(&council, &second).await;
        assert!(harness.documents(&commission).await.is_empty());
    })
    .await;
}

/// H-1: consent is to a digest, so that nothing but a rewrite touches what it is of.
#[tokio::test]
async fn a_consent_leaves_the_text_as_an_earlier_program_wrote_it() {
    each_engine(async |harness| {
        use diesel::prelude::*;

        use crate::schema::case_study;
        let council = harness.council("South Tyneside Council");
        let draft =
            harness.as_who(&council.officer).case_studies.create_case_study(published(0, &council)).await.unwrap();
        let written: String = harness
            .db
            .work(None, |tx| {
                let text: String = case_study::table.select(case_study::text).first(&mut **tx)?;
                let before = text.replacen('{', r#"{ "asked": "no longer","#, 1);
                diesel::update(case_study::table).set(case_study::text.eq(&before)).execute(&mut **tx)?;
                Ok::<_, kit::db::DbError>(before)
            })
            .await
            .unwrap();
        let request = consent(draft.get_ref(), true);
        let told =
            harness.as_who(&council.certifier).case_studies.consent_case_study(request).await.unwrap().into_inner();
        assert_eq!((told.state(), &told.sha256), (State::Consented, &draft.get_ref().sha256));
        let kept = harness.db.work(None, |tx| {
            Ok::<String, kit::db::DbError>(case_study::table.select(case_study::text).first(&mut **tx)?)
        });
        assert_eq!(kept.await.unwrap(), written);
    })
    .await;
}

#[tokio::test]
async fn who_may_not_write_or_consent_is_refused_before_another_service_is_asked() {
    each_engine(async |harness| {
        let (council, other) = (harness.council("South Tyneside Council"), harness.council("Preston"));
        let study = harness.told(0, &council).await;
        // Another process, which knows no principles yet.
        let process = harness.another_process();
        let case_studies = |who: &Who| harness.as_who_of(&process, who).case_studies;
        let create = || published(0, &council);
        let update = || pb::UpdateCaseStudyRequest {
            request_id: new_id(),
            case_study_id: study.id.clone(),
            etag: study.etag.clone(),
            title: "Day opportunities".to_string(),
            narrative: study.narrative.clone(),
            ..Default::default()
        };
        harness.peers.down.store(true, Ordering::SeqCst);
        let foreign = case_studies(&other.officer).create_case_study(create()).await.unwrap_err();
        assert_eq!(foreign.code(), Code::NotFound);
        let foreign = case_studies(&other.officer).update_case_study(update()).await.unwrap_err();
        assert_eq!(foreign.code(), Code::NotFound);
        let certifier = case_studies(&council.certifier).update_case_study(update()).await.unwrap_err();
        assert_eq!(certifier.code(), Code::PermissionDenied);
        let officer = case_studies(&council.officer).consent_case_study(consent(&study, false)).await.unwrap_err();
        assert_eq!(officer.code(), Code::PermissionDenied);
        // Who may is told that it is asked in vain.
        let away = case_studies(&council.officer).create_case_study(create()).await.unwrap_err();
        assert_eq!(away.code(), Code::Unavailable);
        let away = case_studies(&council.officer).update_case_study(update()).await.unwrap_err();
        assert_eq!(away.code(), Code::Unavailable);
        let away = case_studies(&council.certifier).consent_case_study(consent(&study, false)).await.unwrap_err();
        assert_eq!(away.code(), Code::Unavailable);
    })
    .await;
}

#[tokio::test]
async fn lists_of_case_studies_hold_what_the_caller_may_see() {
    each_engine(async |harness| {
        let (one, other) = (harness.council("South Tyneside Council"), harness.council("Tameside Council"));
        harness.told(0, &one).await;
        harness.as_who(&other.officer).case_studies.create_case_study(published(1, &other)).await.unwrap();
        let list = pb::ListCaseStudiesRequest::default();
        let seen = async |who: &Who| {
            harness.as_who(who).case_studies.list_case_studies(list.clone()).await.unwrap().into_inner().total_size
        };
        assert_eq!((seen(&one.officer).await, seen(&other.officer).await, seen(&harness.auditor).await), (1, 1, 2));
        assert_eq!(seen(&harness.consultant).await, 0);
        harness.running().await;
        assert_eq!(seen(&harness.consultant).await, 1);
    })
    .await;
}
