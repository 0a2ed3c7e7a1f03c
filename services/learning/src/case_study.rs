//! A case study: a public story with principles met and a contact. Each version of its text needs its council's
//! consent; with it the version enters the corpus.

use kit::digest::digest;
use kit::ids::{CaseStudyId, OrgId, RoundId};
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::document::Section;
use crate::error::{Error, Newer};
use crate::words;

/// A case study at its present version. The council writes it, or an editor for it, and its certifier consents.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CaseStudy {
    pub id: CaseStudyId,
    pub version: i64,
    /// Counts the versions of its text.
    pub revision: i32,
    pub sha256: String,
    pub organisation: OrgId,
    pub text: Text,
    pub state: State,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// What a version says: the digest is over its canonical JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Text {
    pub title: String,
    pub round: Option<RoundId>,
    pub award_reference: String,
    pub principles_met: Vec<Met>,
    pub narrative: Vec<Section>,
    pub contact: Option<Contact>,
    pub language: Language,
}

/// A principle that the story says was met: by name, by wording or by both, as published case studies have it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Met {
    /// Code of the principle; empty where it was not found.
    pub principle: String,
    pub name: String,
    pub wording: String,
}

/// By role (rule 35).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contact {
    pub role: String,
    pub organisation: String,
    pub address: String,
}

/// The language of the story. A Welsh one is marked as such in a publication, so that it is read out as Welsh. Not
/// kit's: its names stand in digests that councils consented to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Language {
    Unsaid,
    En,
    Cy,
}

/// Whether the council consents to the present version. Earlier versions may stand in the corpus meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Draft,
    Consented,
    Withdrawn,
}

/// What can happen to a case study. A rewritten one needs consent anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    Rewrite,
    Consent,
    Withdraw,
}

impl Step {
    pub fn name(self) -> &'static str {
        match self {
            Step::Rewrite => "rewrite",
            Step::Consent => "consent",
            Step::Withdraw => "withdraw",
        }
    }
}

impl State {
    pub const ALL: [State; 3] = [State::Draft, State::Consented, State::Withdrawn];

    pub fn name(self) -> &'static str {
        match self {
            State::Draft => "draft",
            State::Consented => "consented",
            State::Withdrawn => "withdrawn",
        }
    }

    /// Every legal move is a row. A draft can be withdrawn too: an earlier version may stand in the corpus.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] for a consent that is given already, or withdrawn already.
    pub fn step(self, step: Step) -> Result<State, Error> {
        Ok(match (self, step) {
            (State::Draft | State::Consented | State::Withdrawn, Step::Rewrite) => State::Draft,
            (State::Draft | State::Withdrawn, Step::Consent) => State::Consented,
            (State::Draft | State::Consented, Step::Withdraw) => State::Withdrawn,
            (from @ State::Consented, step @ Step::Consent) | (from @ State::Withdrawn, step @ Step::Withdraw) => {
                return Err(Error::IllegalStep { what: "case study", from: from.name(), step: step.name() });
            }
        })
    }
}

impl Text {
    pub fn digest(&self) -> String {
        let json = serde_json_canonicalizer::to_vec(self).expect("texts and numbers become JSON");
        digest(&json)
    }

    pub fn principles(&self) -> Vec<String> {
        let mut codes: Vec<String> = self.principles_met.iter().map(|met| met.principle.clone()).collect();
        codes.retain(|code| !code.is_empty());
        codes.sort();
        codes.dedup();
        codes
    }

    /// The same with the codes of those principles that are told by name or wording alone.
    pub fn matched(mut self, known: &[Known]) -> Text {
        for met in &mut self.principles_met {
            if met.principle.is_empty() {
                met.principle = matching(known, &met.name, &met.wording).unwrap_or_default();
            }
        }
        self
    }
}

impl CaseStudy {
    fn stepped(&self, step: Step, now: Timestamp) -> Result<CaseStudy, Error> {
        let state = self.state.step(step)?;
        Ok(CaseStudy { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The next version, which needs consent anew.
    ///
    /// # Errors
    /// None today: the table rewrites from every state.
    pub fn rewrite(&self, text: Text, now: Timestamp) -> Result<CaseStudy, Error> {
        let (revision, sha256) = (self.revision + 1, text.digest());
        Ok(CaseStudy { text, revision, sha256, ..self.stepped(Step::Rewrite, now)? })
    }

    /// Gives the council's consent to the present version.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where it is given already.
    pub fn consent(&self, now: Timestamp) -> Result<CaseStudy, Error> {
        self.stepped(Step::Consent, now)
    }

    /// Takes back its consent to all versions.
    ///
    /// # Errors
    /// [`Error::IllegalStep`] where it is taken back already.
    pub fn withdraw(&self, now: Timestamp) -> Result<CaseStudy, Error> {
        self.stepped(Step::Withdraw, now)
    }

    /// # Errors
    /// [`Error::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(Newer::CaseStudy(self.clone()))) }
    }
}

/// A principle as a framework words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub code: String,
    pub name: String,
    pub wording: String,
}

/// Share of words in common from which two wordings are taken for the same, in thousandths.
const SAME_FROM_PERMILLE: usize = 600;

/// Finds a principle by its name, else by its wording: published case studies give names with wording, or the wording
/// alone with words left out. None where nothing is near enough.
fn matching(known: &[Known], name: &str, wording: &str) -> Option<String> {
    let folded = |text: &str| words::folded(text);
    let by_name = known.iter().find(|one| !name.trim().is_empty() && folded(&one.name) == folded(name));
    let by_wording = || {
        let near = known.iter().map(|one| (alike_permille(&folded(&one.wording), &folded(wording)), one));
        // The first of equally near ones: the order of the framework.
        let best = near.rev().max_by_key(|(permille, _)| *permille);
        best.filter(|(permille, _)| *permille >= SAME_FROM_PERMILLE).map(|(_, one)| one)
    };
    by_name.or_else(by_wording).map(|one| one.code.clone())
}

/// Words in common of all words of both.
fn alike_permille(one: &[String], other: &[String]) -> usize {
    let (one, other): (std::collections::BTreeSet<_>, std::collections::BTreeSet<_>) =
        (one.iter().collect(), other.iter().collect());
    let n_all = one.union(&other).count();
    (one.intersection(&other).count() * 1000).checked_div(n_all).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn known() -> Vec<Known> {
        let one = |code: &str, name: &str, wording: &str| Known {
            code: code.to_string(),
            name: name.to_string(),
            wording: wording.to_string(),
        };
        vec![
            one("co-production", "Co-production", "We will develop systems that enable citizens to be equal partners"),
            one("innovation", "Innovation", "We will embrace innovation in how we work with local communities"),
        ]
    }

    #[test]
    fn a_principle_is_found_by_its_name_whatever_its_wording() {
        assert_eq!(matching(&known(), "CO-PRODUCTION ", "other words"), Some("co-production".to_string()));
    }

    #[test]
    fn a_principle_without_a_name_is_found_by_its_wording_also_with_words_left_out() {
        let told = "We will embrace innovation in how we work with communities";
        assert_eq!(matching(&known(), "", told), Some("innovation".to_string()));
    }

    #[test]
    fn what_is_near_to_no_principle_stays_a_gap() {
        assert_eq!(matching(&known(), "", "We will mend the roads"), None);
        assert_eq!(matching(&known(), "", ""), None);
    }
}
