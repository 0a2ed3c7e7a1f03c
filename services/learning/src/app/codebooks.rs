//! Codebooks: written by consultants of running commissions, and by editors.

use kit::caller::Subject;
use kit::cx::{Cx, Target};
use kit::db::Tx;
use kit::ids::CodebookId;

use super::note;
use crate::codebook::{Code, Codebook, Version};
use crate::error::Error;
use crate::events::{self, Happened};
use crate::policy::{self, Action, Facts};
use crate::store;

#[derive(Clone, Debug)]
pub struct CreateCodebook {
    pub id: CodebookId,
    pub name: String,
    pub codes: Vec<Code>,
}

/// A consultant is one here while a commission of theirs runs.
fn facts(tx: &mut Tx, cx: &Cx) -> Result<Facts, Error> {
    let Subject::Person(person) = cx.caller.subject else { return Ok(Facts::default()) };
    let runs = !store::running_for(tx, person, cx.now)?.is_empty();
    Ok(Facts { consultants: if runs { vec![person] } else { Vec::new() }, ..Facts::default() })
}

pub fn create_codebook(tx: &mut Tx, cx: &Cx, cmd: &CreateCodebook) -> Result<Codebook, Error> {
    policy::check(&cx.caller, Action::WriteCodebook, &facts(tx, cx)?)?;
    let first = Version { number: 1, codes: cmd.codes.clone(), written_at: cx.now };
    let codebook = Codebook { id: cmd.id, version: 1, name: cmd.name.clone(), versions: vec![first] };
    store::insert_codebook(tx, &codebook)?;
    record(tx, cx, None, codebook, Happened::CodebookCreated)
}

#[derive(Clone, Debug)]
pub struct AddCodebookVersion {
    pub target: Target<CodebookId>,
    pub codes: Vec<Code>,
}

pub fn add_codebook_version(tx: &mut Tx, cx: &Cx, cmd: &AddCodebookVersion) -> Result<Codebook, Error> {
    policy::check(&cx.caller, Action::WriteCodebook, &facts(tx, cx)?)?;
    let codebook = store::codebook(tx, cmd.target.id)?;
    codebook.expect_version(cmd.target.version)?;
    let new = codebook.add_version(cmd.codes.clone(), cx.now);
    settle(tx, cx, &codebook, new, Happened::CodebookVersionAdded)
}

fn settle(tx: &mut Tx, cx: &Cx, old: &Codebook, new: Codebook, happened: Happened) -> Result<Codebook, Error> {
    store::update_codebook(tx, old, &new)?;
    record(tx, cx, Some(old), new, happened)
}

/// A codebook has one state: it is written.
fn record(tx: &mut Tx, cx: &Cx, old: Option<&Codebook>, new: Codebook, happened: Happened) -> Result<Codebook, Error> {
    let states = (old.map(|_| "written"), "written");
    note(tx, cx, happened, states, "", &events::codebook(happened, &new))?;
    Ok(new)
}
