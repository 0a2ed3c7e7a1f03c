//! One function per write, each inside a transaction. A closure may run twice, so ids and times are chosen before it.

mod case_studies;
mod codebooks;
mod commissions;
mod documents;
mod gate;
mod insights;
mod passages;
mod publications;
mod reading;

pub use case_studies::{Consent, CreateStory, UpdateStory, consent, create_story, update_story};
pub use codebooks::{AddVersion, CreateCodebook, add_version, create_codebook};
pub use commissions::{Create, Declare, End, create, declare, end};
pub use documents::{Taken, take_report, withdraw_report};
pub use gate::{
    as_consultant, commission_facts, insight_facts, open_corpus, passage_facts, publication_facts, story_facts,
};
pub use insights::{
    Answer, Approve, Capture, Check, Drop, Update, answer, approve, capture, check, drop_it, settle_insight, update,
};
pub use passages::{AnswerConsent, AskConsent, Mark, Recode, answer_consent, ask_consent, mark, recode};
pub use publications::{
    Correct, Embargo, Plan, Reasoned, SetItems, Simple, approve_publication, correct, embargo, plan, publish_due,
    release, return_to_drafting, set_items, start_fact_check, withdraw,
};
pub use reading::{
    Document, document, edition_of, expect_reader, marked, seen_insight, seen_passage, seen_publication,
    seen_publications, seen_stories, seen_story, visible,
};

use kit::cx::Cx;
use kit::db::Tx;
use kit::outbox::{self, Fact};
use kit::time::Timestamp;

use crate::error::Error;
use crate::events::Happened;
use crate::store::{self, Line};

/// Writes a line of history and the event.
fn record(
    tx: &mut Tx,
    cx: &Cx,
    at: Timestamp,
    happened: Happened,
    states: (Option<&str>, &str),
    reason: &str,
    fact: &Fact,
) -> Result<(), Error> {
    let (from, to) = states;
    let line = Line { subject: &fact.subject, version: fact.version, step: happened.step(), from, to, reason };
    store::insert_history(tx, cx, at, &line)?;
    Ok(outbox::put(tx, cx, at, fact)?)
}
