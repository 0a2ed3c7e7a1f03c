//! Passages: marked, recoded, and consented to by their council.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::{CodebookId, CommissionId, DocumentId, PassageId};
use kit::refusal::Refusal;

use super::record::{record, save};
use super::{Answered, Consent, ConsentStep, Passage, answer_by, reading, store};
use crate::commission::access::{expect_open, opened};
use crate::error::Error;
use crate::events::Happened;
use crate::policy::Action;
use crate::publication::Gone;
use crate::{codebook, corpus};

#[derive(Clone, Debug)]
pub struct MarkPassage {
    pub id: PassageId,
    pub commission: CommissionId,
    pub document: DocumentId,
    pub section: String,
    pub start: usize,
    pub end: usize,
    pub quote: String,
    pub codebook: CodebookId,
    pub codebook_version: i32,
    pub codes: Vec<String>,
    pub memo: String,
}

pub fn mark_passage(tx: &mut Tx, cx: &Cx, cmd: &MarkPassage) -> Result<Passage, Error> {
    let commission = opened(tx, cx, Action::Draw, cmd.commission)?;
    let document = corpus::reading::opened_document(tx, &commission, cmd.document)?;
    document.expect_quote(&cmd.section, cmd.start, cmd.end, &cmd.quote)?;
    codebook::store::get(tx, cmd.codebook)?.expect_codes(cmd.codebook_version, &cmd.codes)?;
    let marked_by = cx.caller.person().ok_or(Refusal::NotFound { what: "commission" })?;
    let passage = Passage {
        id: cmd.id,
        version: 1,
        commission: cmd.commission,
        document: document.id,
        source: document.source,
        source_revision: document.source_revision,
        source_sha256: document.source_sha256,
        section: cmd.section.clone(),
        start: cmd.start,
        end: cmd.end,
        quote: cmd.quote.clone(),
        codes: cmd.codes.clone(),
        codebook: cmd.codebook,
        codebook_version: cmd.codebook_version,
        memo: cmd.memo.clone(),
        consent: Consent::NotAsked,
        answered: None,
        organisation: document.organisation,
        award_reference: document.award_reference,
        marked_by,
        created_at: cx.now,
    };
    store::insert(tx, &passage)?;
    record(tx, cx, None, passage, Happened::PassageMarked)
}

#[derive(Clone, Debug)]
pub struct RecodePassage {
    pub target: Target<PassageId>,
    pub codebook_version: i32,
    pub codes: Vec<String>,
    pub memo: String,
}

pub fn recode_passage(tx: &mut Tx, cx: &Cx, cmd: &RecodePassage) -> Result<Passage, Error> {
    let passage = load_for(tx, cx, Action::Draw, &cmd.target)?;
    codebook::store::get(tx, passage.codebook)?.expect_codes(cmd.codebook_version, &cmd.codes)?;
    let new = passage.recode(cmd.codebook_version, cmd.codes.clone(), cmd.memo.clone());
    save(tx, cx, &passage, new, Happened::PassageRecoded)
}

pub fn ask_consent(tx: &mut Tx, cx: &Cx, cmd: &Target<PassageId>) -> Result<Passage, Error> {
    let passage = load_for(tx, cx, Action::Draw, cmd)?;
    if !corpus::store::get(tx, passage.document)?.may_quote {
        return Err(Error::NotQuotable);
    }
    let new = passage.step(ConsentStep::Ask { answer_by: answer_by(cx.now) })?;
    save(tx, cx, &passage, new, Happened::ConsentAsked)
}

#[derive(Clone, Debug)]
pub struct AnswerConsent {
    pub target: Target<PassageId>,
    pub step: ConsentStep,
}

pub fn answer_consent(tx: &mut Tx, cx: &Cx, cmd: &AnswerConsent) -> Result<Passage, Error> {
    let (passage, _) = reading::seen(tx, cx, Action::AnswerConsent, cmd.target.id)?;
    passage.clone().without_notes().expect_version(cmd.target.version)?;
    if cmd.step == ConsentStep::Give && !corpus::store::get(tx, passage.document)?.may_quote {
        return Err(Error::NotQuotable);
    }
    let answered = Answered { by: cx.caller.acting_for(Some(passage.organisation)), at: cx.now };
    let new = passage.answer(cmd.step, answered)?;
    let happened = match new.consent {
        Consent::Given { .. } => Happened::ConsentGiven,
        Consent::Refused { .. } => Happened::ConsentRefused,
        Consent::Withdrawn { .. } => Happened::ConsentWithdrawn,
        Consent::NotAsked | Consent::Asked { .. } => Happened::ConsentAsked,
    };
    let new = save(tx, cx, &passage, new, happened)?;
    if matches!(new.consent, Consent::Withdrawn { .. }) {
        let gone = Gone { passages: vec![new.id], ..Gone::default() };
        let document = corpus::store::get(tx, new.document)?;
        corpus::app::remove_quotes(tx, cx, &document, &gone)?;
    }
    Ok(new.without_notes())
}

/// The passage as it is, if the caller may take this step now and read its present version.
fn load_for(tx: &mut Tx, cx: &Cx, action: Action, target: &Target<PassageId>) -> Result<Passage, Error> {
    let (passage, commission) = reading::seen(tx, cx, action, target.id)?;
    expect_open(cx, action, &commission)?;
    passage.expect_version(target.version)?;
    Ok(passage)
}
