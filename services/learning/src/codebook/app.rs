//! Codebooks: written by consultants of running commissions, and by editors.

use kit::caller::Subject;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::CodebookId;

use super::{Code, Codebook, Version, store};
use crate::commission;
use crate::error::Error;
use crate::events::{self, Happened};
use crate::history::note;
use crate::policy::{self, Action, Facts};

#[derive(Clone, Debug)]
pub struct CreateCodebook {
    pub id: CodebookId,
    pub name: String,
    pub codes: Vec<Code>,
}

/// A consultant writes while a commission of theirs runs.
fn expect_writer(tx: &mut Tx, cx: &Cx) -> Result<(), Error> {
    let mut facts = Facts::default();
    if let Subject::Person(person) = cx.caller.subject
        && !commission::store::running_for(tx, person, cx.now)?.is_empty()
    {
        facts.consultants.push(person);
    }
    policy::check(&cx.caller, Action::WriteCodebook, &facts, "codebook")
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

fn save(tx: &mut Tx, cx: &Cx, old: &Codebook, new: Codebook, happened: Happened) -> Result<Codebook, Error> {
    store::update(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// A codebook has one state: it is written.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Codebook>, new: Codebook, happened: Happened) -> Result<Codebook, Error> {
    let states = (old.map(|_| "written"), "written");
    note(tx, cx, happened, states, "", &events::codebook(happened, &new))?;
    Ok(new)
}
