//! Who may do what with the learning: one pure function, deny by default. `tests/golden/policy.txt` prints it as a
//! matrix. Whether a commission is open is checked in `commission/access.rs`.

use kit::caller::{Caller, Role, Scope, Subject};
use kit::ids::{OrgId, PersonId};
use kit::refusal::Refusal;
pub use kit::verdict::Verdict;
use kit::verdict::{OWN_ORGANISATION, OWN_REQUEST};
use strum::VariantArray;

use crate::case_study::{self, CaseStudy};
use crate::commission::Commission;
use crate::insight::Insight;
use crate::passage::Passage;
use crate::publication::Publication;
use crate::publication::fact_check::FactCheck;
use crate::publication::state::State;

/// What a caller wants to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, VariantArray)]
pub enum Action {
    MakeCommission,
    SeeCommission,
    DeclareInterests,
    EndCommission,
    ReadCorpus,
    WriteCodebook,
    SeeCodebook,
    /// Marks passages, asks for consent, captures insights: the consultant's own work.
    Draw,
    SeePassage,
    AnswerConsent,
    SeeInsight,
    AnswerInsight,
    ApproveInsight,
    DropInsight,
    WriteCaseStudy,
    SeeCaseStudy,
    ConsentCaseStudy,
    WritePublication,
    SeePublication,
    /// Corrects and withdraws it, and ends its fact check.
    EditPublication,
    /// Approves, embargoes and releases it: says that it may be read.
    ApprovePublication,
    /// Reads the items that cite the council while they are put to it.
    SeeFactCheck,
    AnswerFactCheck,
    SeeAwardsEarly,
}

/// What the policy needs to know of what is acted on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// Those of the commission that it belongs to; for a codebook or a case study, those of the running ones.
    pub consultants: Vec<PersonId>,
    /// Councils that it is of, or about which it is.
    pub councils: Vec<OrgId>,
    /// Persons who may read it under embargo.
    pub readers: Vec<PersonId>,
    /// Persons who wrote it, or put it together.
    pub authors: Vec<PersonId>,
    /// Whether its councils were asked, its case study consented to, its publication was made public.
    pub open: bool,
}

const COMMISSIONERS: &str = "a network administrator or an editor";
const CONSULTANTS: &str = "a consultant of the commission";
const READERS: &str = "a consultant of the commission, an editor or an auditor";
const AUTHORS: &str = "a consultant of the commission or an editor";
const EDITORS: &str = "an editor";
const COUNCIL: &str = "an officer, a certifier, or a system with reports.write, of a council that it cites";
const CASE_STUDY_WRITERS: &str = "an officer, or a system with reports.write, of the council, or an editor";
const CERTIFIERS: &str = "a certifier, or a system with reports.certify, of the council";

pub fn decide(caller: &Caller, action: Action, facts: &Facts) -> Verdict {
    if !sees(caller, action, facts) {
        return Verdict::Hide;
    }
    let (consultant, editor) = (is_consultant(caller, facts), caller.has(Role::Editor));
    let council = |may: fn(&Caller, OrgId) -> bool| facts.councils.iter().any(|&council| may(caller, council));
    let (allowed, who_may) = match action {
        Action::MakeCommission | Action::EndCommission => {
            (editor || caller.has(Role::NetworkAdministrator), COMMISSIONERS)
        }
        Action::DeclareInterests | Action::Draw => (consultant, CONSULTANTS),
        Action::ReadCorpus => (consultant || reads_by_office(caller), READERS),
        Action::WriteCodebook | Action::WritePublication | Action::DropInsight => (consultant || editor, AUTHORS),
        Action::ApproveInsight | Action::EditPublication | Action::ApprovePublication => (editor, EDITORS),
        Action::AnswerInsight | Action::AnswerFactCheck => (council(answers_for), COUNCIL),
        Action::WriteCaseStudy => (editor || council(writes_for), CASE_STUDY_WRITERS),
        // A quote needs what the release of its document needs.
        Action::AnswerConsent | Action::ConsentCaseStudy => (council(certifies_for), CERTIFIERS),
        Action::SeeCommission
        | Action::SeeCodebook
        | Action::SeePassage
        | Action::SeeInsight
        | Action::SeeCaseStudy
        | Action::SeePublication
        | Action::SeeFactCheck
        | Action::SeeAwardsEarly => (true, ""),
    };
    if !allowed {
        return Verdict::Refuse { who_may };
    }
    apart(caller, action, facts).map_or(Verdict::Allow, |whose| Verdict::Apart { whose })
}

/// What somebody who has the duty leaves to others: nobody of the network approves what they wrote themselves, or
/// decides on what cites a council of their own; nobody answers a question of their own commission.
fn apart(caller: &Caller, action: Action, facts: &Facts) -> Option<&'static str> {
    let wrote = || caller.person().is_some_and(|person| facts.authors.contains(&person));
    let of_own_council = || caller.is_of_any(facts.councils.iter().copied());
    match action {
        Action::ApproveInsight | Action::ApprovePublication if wrote() => Some(OWN_REQUEST),
        Action::ApproveInsight | Action::ApprovePublication | Action::EditPublication | Action::DropInsight => {
            of_own_council().then_some(OWN_ORGANISATION)
        }
        Action::AnswerConsent | Action::AnswerInsight | Action::AnswerFactCheck => {
            is_consultant(caller, facts).then_some(OWN_REQUEST)
        }
        Action::MakeCommission
        | Action::SeeCommission
        | Action::DeclareInterests
        | Action::EndCommission
        | Action::ReadCorpus
        | Action::WriteCodebook
        | Action::SeeCodebook
        | Action::Draw
        | Action::SeePassage
        | Action::SeeInsight
        | Action::WriteCaseStudy
        | Action::SeeCaseStudy
        | Action::ConsentCaseStudy
        | Action::WritePublication
        | Action::SeePublication
        | Action::SeeFactCheck
        | Action::SeeAwardsEarly => None,
    }
}

fn sees(caller: &Caller, action: Action, facts: &Facts) -> bool {
    let consultant = is_consultant(caller, facts);
    let reads = consultant || reads_by_office(caller);
    let of_council = facts.councils.iter().any(|&council| reads_for(caller, council));
    match action {
        // Nothing that could be hidden exists yet.
        Action::MakeCommission => is_signed_in(caller),
        Action::SeeCommission | Action::DeclareInterests | Action::EndCommission | Action::ReadCorpus => {
            consultant || oversees(caller)
        }
        Action::WriteCodebook | Action::SeeCodebook => reads || caller.has(Role::Consultant),
        Action::Draw
        | Action::SeePassage
        | Action::AnswerConsent
        | Action::SeeInsight
        | Action::AnswerInsight
        | Action::ApproveInsight
        | Action::DropInsight => reads || (facts.open && of_council),
        Action::WriteCaseStudy | Action::SeeCaseStudy | Action::ConsentCaseStudy => {
            of_council || (facts.open && consultant) || reads_by_office(caller)
        }
        Action::WritePublication | Action::SeePublication | Action::EditPublication | Action::ApprovePublication => {
            reads || is_reader(caller, facts) || (facts.open && is_signed_in(caller))
        }
        Action::SeeFactCheck | Action::AnswerFactCheck => facts.open && of_council,
        // Who sits on a board knows of awards as the panel does (rule 10).
        Action::SeeAwardsEarly => oversees(caller) && !caller.sits,
    }
}

/// Named by the commission, and a consultant still.
pub fn is_consultant(caller: &Caller, facts: &Facts) -> bool {
    consultant(caller).is_some_and(|person| facts.consultants.contains(&person))
}

/// Named to read it under embargo.
pub fn is_reader(caller: &Caller, facts: &Facts) -> bool {
    caller.person().is_some_and(|person| facts.readers.contains(&person))
}

/// Reads by an office, and not as a consultant: it does not matter then whether a commission runs.
pub fn reads_by_office(caller: &Caller) -> bool {
    caller.has(Role::Editor) || caller.serves(Role::Auditor)
}

/// Reads what there is under a commission whole, as its consultant or by office. Councils see their part of it.
pub fn reads_whole(caller: &Caller, commission: &Commission) -> bool {
    is_consultant(caller, &commission_facts(commission)) || reads_by_office(caller)
}

/// Sees every commission, and awards before they are announced.
pub fn oversees(caller: &Caller) -> bool {
    reads_by_office(caller) || caller.has(Role::RoundManager) || caller.has(Role::NetworkAdministrator)
}

fn writes_for(caller: &Caller, council: OrgId) -> bool {
    caller.has_for(Role::ApplicantOfficer, council) || caller.may_as_system(Scope::ReportsWrite, council)
}

fn certifies_for(caller: &Caller, council: OrgId) -> bool {
    caller.has_for(Role::Certifier, council) || caller.may_as_system(Scope::ReportsCertify, council)
}

pub fn answers_for(caller: &Caller, council: OrgId) -> bool {
    writes_for(caller, council) || caller.has_for(Role::Certifier, council)
}

fn reads_for(caller: &Caller, council: OrgId) -> bool {
    writes_for(caller, council)
        || certifies_for(caller, council)
        || caller.has_for(Role::CouncilAdministrator, council)
        || caller.may_as_system(Scope::ReportsRead, council)
}

/// Who calls, if that is a consultant in person.
pub fn consultant(caller: &Caller) -> Option<PersonId> {
    caller.person().filter(|_| caller.has(Role::Consultant))
}

/// Whether the caller may read what is public: everyone signed in.
pub fn is_signed_in(caller: &Caller) -> bool {
    match caller.subject {
        Subject::Person(_) | Subject::Client(_) => true,
        Subject::Area(_) | Subject::Anonymous => false,
    }
}

/// For which of these councils a caller acts, if for one.
pub fn council_of(caller: &Caller, councils: &[OrgId]) -> Option<OrgId> {
    councils.iter().copied().find(|&council| reads_for(caller, council))
}

/// Reads an edition as it was printed, with what was taken back of it.
pub fn reads_as_printed(caller: &Caller) -> bool {
    caller.serves(Role::Auditor)
}

/// The councils for which a caller reads.
pub fn councils_of(caller: &Caller) -> Vec<OrgId> {
    caller.organisations_where(reads_for)
}

pub fn commission_facts(commission: &Commission) -> Facts {
    Facts { consultants: commission.consultants.clone(), ..Facts::default() }
}

pub fn passage_facts(commission: &Commission, passage: &Passage) -> Facts {
    Facts { councils: vec![passage.organisation], open: passage.is_asked(), ..commission_facts(commission) }
}

/// `councils` are those that it cites.
pub fn insight_facts(commission: &Commission, insight: &Insight, councils: Vec<OrgId>) -> Facts {
    let authors = vec![insight.author];
    Facts { open: !insight.answers.is_empty(), councils, authors, ..commission_facts(commission) }
}

/// Those of what the commissions that run open: to write in a codebook, one of them must be the caller's.
pub fn codebook_facts(running: &[Commission]) -> Facts {
    Facts {
        consultants: running.iter().flat_map(|commission| commission.consultants.clone()).collect(),
        ..Facts::default()
    }
}

/// Consultants of the commissions that run and open it read a case study once they have declared.
pub fn case_study_facts(running: &[Commission], study: &CaseStudy) -> Facts {
    Facts {
        consultants: running.iter().flat_map(Commission::declared).collect(),
        councils: vec![study.organisation],
        open: study.state == case_study::State::Consented,
        ..Facts::default()
    }
}

/// `councils` are those that its present edition cites. One that was public once is known of for ever.
pub fn publication_facts(commission: &Commission, publication: &Publication, councils: Vec<OrgId>) -> Facts {
    let (readers, authors) = (publication.embargo_group().to_vec(), publication.authors.clone());
    Facts { councils, readers, authors, open: publication.readable > 0, ..commission_facts(commission) }
}

/// Those of its fact check: it is open while it is put to the councils.
pub fn fact_check_facts(commission: &Commission, publication: &Publication) -> Facts {
    let councils = publication.fact_check.as_ref().map(FactCheck::councils).unwrap_or_default();
    Facts { councils, open: publication.state == State::FactCheck, ..commission_facts(commission) }
}

/// Lets a caller act, or refuses as the policy says; `what` names what is hidden from those who may not know of it.
///
/// # Errors
/// [`Refusal::NotFound`] for what the caller may not know of, [`Refusal::NotAllowed`] with who may, [`Refusal::Apart`]
/// for what others must decide.
pub fn check(caller: &Caller, action: Action, facts: &Facts, what: &'static str) -> Result<(), Refusal> {
    decide(caller, action, facts).enforce(what)
}

/// The same for a case study of a council that is yet to be.
///
/// # Errors
/// Those of [`check`].
pub fn check_new(caller: &Caller, council: OrgId) -> Result<(), Refusal> {
    let facts = Facts { councils: vec![council], ..Facts::default() };
    check(caller, Action::WriteCaseStudy, &facts, "case study")
}

/// The same for what is of no commission and no council.
///
/// # Errors
/// Those of [`check`].
pub fn check_at_large(caller: &Caller, action: Action, what: &'static str) -> Result<(), Refusal> {
    check(caller, action, &Facts::default(), what)
}

#[cfg(test)]
mod tests;
