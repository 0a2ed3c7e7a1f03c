//! Case studies: written, and consented to version by version.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::digest::digest;
use kit::ids::{CaseStudyId, DocumentId, OrgId};

use super::{CaseStudy, State, Text, reading, store};
use crate::corpus;
use crate::corpus::document::{Document, Kind, Origin};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::passage::Answered;
use crate::policy::{self, Action};

#[derive(Clone, Debug)]
pub struct CreateCaseStudy {
    pub id: CaseStudyId,
    pub organisation: OrgId,
    pub text: Text,
}

/// `text` is that of the command, its principles matched with those that are known: many, so nobody waits for it here.
pub fn create_case_study(tx: &mut Tx, cx: &Cx, text: &Text, cmd: &CreateCaseStudy) -> Result<CaseStudy, Error> {
    policy::check_new(&cx.caller, cmd.organisation)?;
    let written = text.canonical_json();
    let study = CaseStudy {
        id: cmd.id,
        version: 1,
        revision: 1,
        sha256: digest(&written),
        organisation: cmd.organisation,
        text: text.clone(),
        written,
        state: State::Draft,
        answered: None,
        created_at: cx.now,
        updated_at: cx.now,
    };
    store::insert(tx, &study)?;
    record(tx, cx, None, study, Happened::CaseStudyCreated)
}

#[derive(Clone, Debug)]
pub struct UpdateCaseStudy {
    pub target: Target<CaseStudyId>,
    pub text: Text,
}

/// The same for a new version.
pub fn update_case_study(tx: &mut Tx, cx: &Cx, text: &Text, cmd: &UpdateCaseStudy) -> Result<CaseStudy, Error> {
    let study = load_for(tx, cx, Action::WriteCaseStudy, &cmd.target)?;
    let new = study.rewrite(text.clone(), cx.now)?;
    save(tx, cx, &study, new, Happened::CaseStudyRewritten)
}

#[derive(Clone, Debug)]
pub struct ConsentCaseStudy {
    pub target: Target<CaseStudyId>,
    pub consents: bool,
    /// The identity of its document, if it becomes one.
    pub document: DocumentId,
}

/// With its council's consent a version enters the corpus; all leave it when that is withdrawn.
pub fn consent_case_study(tx: &mut Tx, cx: &Cx, origin: &Origin, cmd: &ConsentCaseStudy) -> Result<CaseStudy, Error> {
    let study = load_for(tx, cx, Action::ConsentCaseStudy, &cmd.target)?;
    let answered = Answered { by: cx.caller.acting_for(Some(study.organisation)), at: cx.now };
    match cmd.consents {
        true => {
            let new = study.consent(answered)?;
            corpus::app::take_document(tx, cx, &document_of(&new, cmd.document, origin, cx))?;
            save(tx, cx, &study, new, Happened::CaseStudyConsented)
        }
        false => {
            let new = study.withdraw(answered)?;
            corpus::app::withdraw(tx, cx, &new.id.to_string(), Some(new.id))?;
            save(tx, cx, &study, new, Happened::CaseStudyWithdrawn)
        }
    }
}

fn document_of(study: &CaseStudy, id: DocumentId, origin: &Origin, cx: &Cx) -> Document {
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
        addendum: 0,
        source_sha256: study.sha256.clone(),
        round: study.text.round,
        award_reference: study.text.award_reference.clone(),
        title: study.text.title.clone(),
        organisation: study.organisation,
        organisation_name: origin.council.name.clone(),
        principles: study.text.principles(),
        theme: origin.theme.clone(),
        group: origin.council.group.clone(),
        sections: study.text.narrative.clone(),
        may_quote: true,
        contact: contact.unwrap_or_default(),
        withdrawn: false,
        added_at: cx.now,
        released_at: Some(cx.now),
    }
}

/// The case study as it is, if the caller may take this step and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<CaseStudyId>) -> Result<CaseStudy, Error> {
    let study = reading::seen(tx, cx, action, target.id)?;
    study.expect_version(target.version)?;
    Ok(study)
}

/// Saves the new version of a case study with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &CaseStudy, new: CaseStudy, happened: Happened) -> Result<CaseStudy, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    old: Option<&CaseStudy>,
    new: CaseStudy,
    happened: Happened,
) -> Result<CaseStudy, Error> {
    let states = (old.map(|old| old.state.name()), new.state.name());
    let council = policy::council_of(&cx.caller, &[new.organisation]);
    note(tx, cx, happened, states, "", council, events::case_study(happened, &new))?;
    Ok(new)
}
