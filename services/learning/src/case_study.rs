//! A case study: a public story with principles met and a contact. Each version of its text needs its council's
//! consent; with it the version enters the corpus.
//!
//! A [`Text`] is sealed: a field is added, here or to what it holds, only with
//! `#[serde(default, skip_serializing_if = ..)]`. The first ones are in `tests/golden/*case_study.v1.json`.

mod api;
pub mod app;
pub mod convert;
pub mod reading;
pub mod store;

use kit::digest::digest;
use kit::ids::{CaseStudyId, OrgId, RoundId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumString, IntoStaticStr, VariantArray};

use crate::corpus::document::Section;
use crate::corpus::words;
use crate::passage::Answered;

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
    /// The text as JSON, as it was written. The digest that a council consents to is over its canonical form.
    pub written: String,
    pub state: State,
    /// Who consented for the council, or withdrew its consent, last. None for a version of which nothing was said.
    pub answered: Option<Answered>,
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, EnumString, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
pub enum Language {
    #[strum(serialize = "unspecified")]
    Unsaid,
    En,
    Cy,
}

/// Whether the council consents to the present version. Earlier versions may stand in the corpus meanwhile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum State {
    Draft,
    Consented,
    Withdrawn,
}

/// What can happen to a case study. A rewritten one needs consent anew.
#[derive(Clone, Copy, Debug, PartialEq, Eq, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum Step {
    Rewrite,
    Consent,
    Withdraw,
}

impl State {
    pub fn name(self) -> &'static str {
        self.into()
    }

    /// Every legal move is a row. A draft can be withdrawn too: an earlier version may stand in the corpus.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] for a consent that is given already, or withdrawn already.
    pub fn step(self, step: Step) -> Result<State, Refusal> {
        Ok(match (self, step) {
            (State::Draft | State::Consented | State::Withdrawn, Step::Rewrite) => State::Draft,
            (State::Draft | State::Withdrawn, Step::Consent) => State::Consented,
            (State::Draft | State::Consented, Step::Withdraw) => State::Withdrawn,
            (from, step) => {
                return Err(Refusal::IllegalStep { what: "case study", from: from.name(), step: step.name() });
            }
        })
    }
}

impl Step {
    pub fn name(self) -> &'static str {
        self.into()
    }
}

impl Text {
    /// The text as RFC 8785 canonical JSON: the same bytes whatever wrote it.
    pub fn canonical_json(&self) -> String {
        serde_json_canonicalizer::to_string(self).expect("texts and numbers become JSON")
    }

    pub fn principles(&self) -> Vec<String> {
        let mut codes: Vec<String> = self.principles_met.iter().map(|met| met.principle.clone()).collect();
        codes.retain(|code| !code.is_empty());
        codes.sort();
        codes.dedup();
        codes
    }

    /// The same with the codes of those principles that are told by name or wording alone.
    pub fn matched(mut self, known: &Principles) -> Text {
        for met in &mut self.principles_met {
            if met.principle.is_empty() {
                met.principle = matching(&known.0, &met.name, &met.wording).unwrap_or_default();
            }
        }
        self
    }
}

impl CaseStudy {
    fn step(&self, step: Step, now: Timestamp) -> Result<CaseStudy, Refusal> {
        let state = self.state.step(step)?;
        Ok(CaseStudy { state, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The next version, which needs consent anew.
    ///
    /// # Errors
    /// None today: the table rewrites from every state.
    pub fn rewrite(&self, text: Text, now: Timestamp) -> Result<CaseStudy, Refusal> {
        let (revision, written) = (self.revision + 1, text.canonical_json());
        let after = self.step(Step::Rewrite, now)?;
        Ok(CaseStudy { text, revision, sha256: digest(&written), written, answered: None, ..after })
    }

    /// Gives the council's consent to the present version.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where it is given already.
    pub fn consent(&self, answered: Answered) -> Result<CaseStudy, Refusal> {
        let after = self.step(Step::Consent, answered.at)?;
        Ok(CaseStudy { answered: Some(answered), ..after })
    }

    /// Takes back its consent to all versions.
    ///
    /// # Errors
    /// [`Refusal::IllegalStep`] where it is taken back already.
    pub fn withdraw(&self, answered: Answered) -> Result<CaseStudy, Refusal> {
        let after = self.step(Step::Withdraw, answered.at)?;
        Ok(CaseStudy { answered: Some(answered), ..after })
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

/// A principle as a framework words it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    pub code: String,
    pub name: String,
    pub wording: String,
}

/// The principles of all frameworks, those of newer versions first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Principles(pub Vec<Known>);

/// Share of words in common from which two wordings are taken for the same, in thousandths.
const SAME_FROM_PERMILLE: usize = 600;

/// Finds a principle by its name, else by its wording: published case studies give names with wording, or the wording
/// alone with words left out. None where nothing is near enough.
fn matching(known: &[Known], name: &str, wording: &str) -> Option<String> {
    let folded = |text: &str| words::folded(text);
    let by_name = known.iter().find(|principle| !name.trim().is_empty() && folded(&principle.name) == folded(name));
    let by_wording = || {
        let permille = |principle: &Known| alike_permille(&folded(&principle.wording), &folded(wording));
        let near = known.iter().map(|principle| (permille(principle), principle));
        // The first of equally near ones: the order of the framework.
        let best = near.rev().max_by_key(|(permille, _)| *permille);
        best.filter(|(permille, _)| *permille >= SAME_FROM_PERMILLE).map(|(_, principle)| principle)
    };
    by_name.or_else(by_wording).map(|principle| principle.code.clone())
}

/// Words in common of all words of both.
fn alike_permille(one: &[String], other: &[String]) -> usize {
    let (one, other): (std::collections::BTreeSet<_>, std::collections::BTreeSet<_>) =
        (one.iter().collect(), other.iter().collect());
    let n_all = one.union(&other).count();
    (one.intersection(&other).count() * 1000).checked_div(n_all).unwrap_or(0)
}

#[cfg(test)]
mod tests;
