//! Case studies: written, and consented to version by version.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{CaseStudyId, DocumentId, OrgId};

use super::access::case_study_facts;
use super::documents::{Taken, take_document, withdraw};
use super::note;
use crate::case_study::{CaseStudy, State, Text};
use crate::document::{Council, Document, Kind};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::policy::{self, Action, Facts};
use crate::store;

#[derive(Clone, Debug)]
pub struct CreateCaseStudy {
    pub id: CaseStudyId,
    pub organisation: OrgId,
    pub text: Text,
}

pub fn create_case_study(tx: &mut Tx, cx: &Cx, cmd: &CreateCaseStudy) -> Result<CaseStudy, Error> {
    let facts = Facts { councils: vec![cmd.organisation], ..Facts::default() };
    policy::check(&cx.caller, Action::WriteCaseStudy, &facts)?;
    let study = CaseStudy {
        id: cmd.id,
        version: 1,
        revision: 1,
        sha256: cmd.text.digest(),
        organisation: cmd.organisation,
        text: cmd.text.clone(),
        state: State::Draft,
        created_at: cx.now,
        updated_at: cx.now,
    };
    store::insert_case_study(tx, &study)?;
    record(tx, cx, None, study, Happened::CaseStudyCreated)
}

#[derive(Clone, Debug)]
pub struct UpdateCaseStudy {
    pub target: Target<CaseStudyId>,
    pub text: Text,
}

pub fn update_case_study(tx: &mut Tx, cx: &Cx, cmd: &UpdateCaseStudy) -> Result<CaseStudy, Error> {
    let study = open(tx, cx, Action::WriteCaseStudy, &cmd.target)?;
    let new = study.rewrite(cmd.text.clone(), cx.now)?;
    settle(tx, cx, &study, new, Happened::CaseStudyRewritten)
}

#[derive(Clone, Debug)]
pub struct ConsentCaseStudy {
    pub target: Target<CaseStudyId>,
    pub consents: bool,
    /// The identity of its document, if it becomes one.
    pub document: DocumentId,
}

/// With its council's consent a version enters the corpus; all leave it when that is withdrawn.
pub fn consent_case_study(
    tx: &mut Tx,
    cx: &Cx,
    council: &Council,
    theme: &str,
    cmd: &ConsentCaseStudy,
) -> Result<CaseStudy, Error> {
    let study = open(tx, cx, Action::ConsentCaseStudy, &cmd.target)?;
    match cmd.consents {
        true => {
            let new = study.consent(cx.now)?;
            take_document(tx, cx, &Taken(document_of(&new, cmd.document, council, theme, cx)))?;
            settle(tx, cx, &study, new, Happened::CaseStudyConsented)
        }
        false => {
            let new = study.withdraw(cx.now)?;
            withdraw(tx, cx, &new.id.to_string(), Some(new.id))?;
            settle(tx, cx, &study, new, Happened::CaseStudyWithdrawn)
        }
    }
}

fn document_of(study: &CaseStudy, id: DocumentId, council: &Council, theme: &str, cx: &Cx) -> Document {
    let contact = study.text.contact.as_ref().map(|contact| {
        let parts = [&contact.role, &contact.organisation, &contact.address];
        parts.into_iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join(", ")
    });
    Document {
        id,
        position: 0,
        kind: Kind::CaseStudy,
        source: study.id.to_string(),
        source_revision: study.revision,
        source_sha256: study.sha256.clone(),
        round: study.text.round,
        award_reference: study.text.award_reference.clone(),
        title: study.text.title.clone(),
        organisation: study.organisation,
        organisation_name: council.name.clone(),
        principles: study.text.principles(),
        theme: theme.to_string(),
        group: council.group.clone(),
        sections: study.text.narrative.clone(),
        may_quote: true,
        contact: contact.unwrap_or_default(),
        withdrawn: false,
        added_at: cx.now,
    }
}

fn open(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<CaseStudyId>) -> Result<CaseStudy, Error> {
    let study = store::case_study(tx, target.id)?;
    let facts = case_study_facts(tx, &study, cx.now)?;
    policy::check(&cx.caller, action, &facts)?;
    study.expect_version(target.version)?;
    Ok(study)
}

fn settle(tx: &mut Tx, cx: &Cx, old: &CaseStudy, new: CaseStudy, happened: Happened) -> Result<CaseStudy, Error> {
    store::update_case_study(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&CaseStudy>,
    new: CaseStudy,
    happened: Happened,
) -> Result<CaseStudy, Error> {
    let states = (old.map(|old| old.state.name()), new.state.name());
    note(tx, cx, happened, states, "", &events::case_study(happened, &new))?;
    Ok(new)
}
