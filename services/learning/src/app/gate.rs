//! Who comes in by which door: the policy says who, the commission says when (rule 30).

use kit::caller::{Caller, Subject};
use kit::db::Tx;
use kit::ids::CommissionId;
use kit::time::Timestamp;

use crate::case_study::{self, CaseStudy};
use crate::commission::Commission;
use crate::error::Error;
use crate::insight::Insight;
use crate::passage::Passage;
use crate::policy::{self, Action, Facts};
use crate::publication::Publication;
use crate::publication::state::State;
use crate::store;

pub fn commission_facts(commission: &Commission) -> Facts {
    Facts { consultants: commission.consultants.clone(), ..Facts::default() }
}

/// The commission under which something is to be written. To whom it is hidden, it is like one that does not exist.
pub(super) fn commission_for(
    tx: &mut Tx,
    caller: &Caller,
    action: Action,
    id: CommissionId,
) -> Result<Commission, Error> {
    let commission = store::commission(tx, id)?;
    policy::check_of(caller, action, &commission_facts(&commission), "commission")?;
    Ok(commission)
}

pub fn passage_facts(commission: &Commission, passage: &Passage) -> Facts {
    Facts { councils: vec![passage.organisation], open: passage.is_asked(), ..commission_facts(commission) }
}

pub fn insight_facts(commission: &Commission, insight: &Insight) -> Facts {
    let councils = insight.councils();
    Facts { open: !councils.is_empty(), councils, ..commission_facts(commission) }
}

pub fn publication_facts(commission: &Commission, publication: &Publication) -> Facts {
    let open = publication.readable > 0 && publication.state != State::Withdrawn;
    Facts { readers: publication.embargo_group().to_vec(), open, ..commission_facts(commission) }
}

/// A consented case study is opened by every running commission over its round, one of no round by all that run.
pub fn case_study_facts(tx: &mut Tx, study: &CaseStudy, now: Timestamp) -> Result<Facts, Error> {
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
    policy::check(caller, Action::ReadCorpus, &commission_facts(commission))?;
    commission.expect_running(now)?;
    as_consultant(caller, commission, now)
}

/// What a consultant does or sees under a commission: while it runs, once they have declared. Offices and councils
/// come in by doors of their own.
pub fn as_consultant(caller: &Caller, commission: &Commission, now: Timestamp) -> Result<(), Error> {
    if !policy::is_consultant(caller, &commission_facts(commission)) || policy::reads_by_office(caller) {
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
