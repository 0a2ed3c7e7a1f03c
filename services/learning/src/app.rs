//! One function per write, each inside a transaction. A closure may run again, so ids and times are chosen before it.

mod access;
mod case_studies;
mod codebooks;
mod commissions;
mod documents;
mod insights;
mod passages;
mod publications;
mod reading;

pub use access::open_corpus;
pub use case_studies::{
    ConsentCaseStudy, CreateCaseStudy, UpdateCaseStudy, consent_case_study, create_case_study, update_case_study,
};
pub use codebooks::{AddCodebookVersion, CreateCodebook, add_codebook_version, create_codebook};
pub use commissions::{
    CreateCommission, DeclareInterests, EndCommission, create_commission, declare_interests, end_commission,
};
pub use documents::{Taken, take_document, withdraw_report};
pub use insights::{
    AnswerInsight, ApproveInsight, CaptureInsight, CheckInsight, DropInsight, UpdateInsight, answer_insight,
    approve_insight, capture_insight, check_insight, drop_insight, settle_insight, update_insight,
};
pub use passages::{
    AnswerConsent, AskConsent, MarkPassage, RecodePassage, answer_consent, ask_consent, mark_passage, recode_passage,
};
pub use publications::{
    ApprovePublication, CorrectPublication, CreatePublication, EmbargoPublication, ReleasePublication,
    ReturnToDrafting, SetItems, StartFactCheck, WithdrawPublication, approve_publication, correct_publication,
    create_publication, embargo_publication, publish_due, release_publication, return_to_drafting, set_items,
    start_fact_check, withdraw_publication,
};
pub use reading::{
    PublicationDocument, document, edition_of, marked, seen_case_studies, seen_case_study, seen_commission,
    seen_commissions, seen_documents, seen_insight, seen_insights, seen_passage, seen_passages, seen_publication,
    seen_publications, visible,
};

use kit::cx::Cx;
use kit::db::Tx;
use kit::history::Line;
use kit::outbox::{self, Fact};

use crate::error::Error;
use crate::events::Happened;
use crate::store;

/// Writes a line of history and the event.
fn note(
    tx: &mut Tx,
    cx: &Cx,
    happened: Happened,
    states: (Option<&str>, &str),
    reason: &str,
    fact: &Fact,
) -> Result<(), Error> {
    let (from, to) = states;
    let line = Line {
        // Every version is one line of history.
        sequence: fact.version,
        at: cx.now,
        by: cx.caller.acting_for(None),
        step: happened.step().to_string(),
        from: from.map(str::to_string),
        to: to.to_string(),
        reason: if happened.has_reason() { reason.to_string() } else { String::new() },
    };
    store::insert_history(tx, &fact.subject, line)?;
    Ok(outbox::put(tx, cx, cx.now, fact)?)
}
