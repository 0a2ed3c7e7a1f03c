//! Who comes in by which door: the policy says who, the commission says when (rule 30).

use kit::caller::{Caller, Subject};
use kit::db::Tx;
use kit::ids::CommissionId;
use kit::time::Timestamp;

use crate::case_study::{self, CaseStudy};
use crate::commission::Commission;
use crate::error::Error;
use crate::policy::{self, Action, Facts};
use crate::store;

/// The commission, if the caller may take this step on it or under it. To whom it is hidden, it is like one that does
/// not exist.
pub(super) fn commission_for(
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    id: CommissionId,
) -> Result<Commission, Error> {
    let commission = store::commission(tx, id)?;
    policy::check_of(caller, action, &policy::commission_facts(&commission), "commission")?;
    Ok(commission)
}

/// A consented case study is opened by every running commission over its round, one of no round by all that run.
pub(super) fn case_study_facts(tx: &mut Tx, study: &CaseStudy, now: Timestamp) -> Result<Facts, Error> {
    let running = store::running_over(tx, study.text.round, now)?;
    Ok(Facts {
        consultants: running.iter().flat_map(Commission::declared).collect(),
        councils: vec![study.organisation],
        readers: Vec::new(),
        open: study.state == case_study::State::Consented,
    })
}

/// Opens the corpus of a commission. It is the only key, for editors and auditors too: it turns while the commission
/// runs, `from <= now < until`, and for its consultants once they have declared.
pub fn open_corpus(caller: &Caller, commission: &Commission, now: Timestamp) -> Result<(), Error> {
    policy::check(caller, Action::ReadCorpus, &policy::commission_facts(commission))?;
    commission.expect_running(now)?;
    as_consultant(caller, commission, now)
}

/// What a consultant does or sees under a commission: while it runs, once they have declared. Offices and councils
/// come in by doors of their own.
pub(super) fn as_consultant(caller: &Caller, commission: &Commission, now: Timestamp) -> Result<(), Error> {
    if !policy::is_consultant(caller, &policy::commission_facts(commission)) || policy::reads_by_office(caller) {
        return Ok(());
    }
    expect_open(caller, commission, now)
}

/// The same for what only a consultant does, whatever other office they hold.
pub(super) fn expect_open(caller: &Caller, commission: &Commission, now: Timestamp) -> Result<(), Error> {
    commission.expect_running(now)?;
    match caller.subject {
        Subject::Person(person) => commission.expect_declared(person),
        Subject::Client(_) | Subject::Role(_) | Subject::Anonymous => Err(Error::DeclarationNeeded),
    }
}
