//! Codebooks: written by consultants of running commissions, and by editors.

use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::CodebookId;

use super::{Code, Codebook, Version, store};
use crate::commission;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::policy::{self, Action};

#[derive(Clone, Debug)]
pub struct CreateCodebook {
    pub id: CodebookId,
    pub name: String,
    pub codes: Vec<Code>,
}

/// A consultant writes while a commission of theirs runs.
fn expect_writer(tx: &mut Tx, cx: &Cx) -> Result<(), Error> {
    let running = match cx.caller.person() {
        Some(person) => commission::store::running_for(tx, person, cx.now)?,
        None => Vec::new(),
    };
    Ok(policy::check(&cx.caller, Action::WriteCodebook, &policy::codebook_facts(&running), "codebook")?)
}

pub fn create_codebook(tx: &mut Tx, cx: &Cx, cmd: &CreateCodebook) -> Result<Codebook, Error> {
    expect_writer(tx, cx)?;
    let first = Version { number: 1, codes: cmd.codes.clone(), written_at: cx.now };
    let codebook = Codebook { id: cmd.id, version: 1, name: cmd.name.clone(), versions: vec![first] };
    store::insert(tx, &codebook)?;
    record(tx, cx, None, codebook, Happened::CodebookCreated)
}

#[derive(Clone, Debug)]
pub struct AddCodebookVersion {
    pub target: Target<CodebookId>,
    pub codes: Vec<Code>,
}

pub fn add_codebook_version(tx: &mut Tx, cx: &Cx, cmd: &AddCodebookVersion) -> Result<Codebook, Error> {
    expect_writer(tx, cx)?;
    let codebook = store::get(tx, cmd.target.id)?;
    codebook.expect_version(cmd.target.version)?;
    let new = codebook.add_version(cmd.codes.clone(), cx.now);
    save(tx, cx, &codebook, new, Happened::CodebookVersionAdded)
}

/// Saves the new version of a codebook with its line of history and its event.
fn save(tx: &mut Tx, cx: &Cx, old: &Codebook, new: Codebook, happened: Happened) -> Result<Codebook, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// Writes a line of history and the event. A codebook has one state: it is written.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Codebook>, new: Codebook, happened: Happened) -> Result<Codebook, Error> {
    let states = (old.map(|_| "written"), "written");
    note(tx, cx, happened, states, "", None, events::codebook(happened, &new))?;
    Ok(new)
}
