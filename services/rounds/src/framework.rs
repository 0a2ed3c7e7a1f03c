//! Frameworks of principles and pledges: versions of wording, and what became of each statement.
//!
//! A version that a scheduled round uses never changes again, so a bid's principles keep the words they were
//! chosen by (rule 34). Nothing here knows of rounds.

use std::collections::BTreeSet;

use kit::call::Text;
use kit::fault::Violation;
use kit::ids::{FrameworkId, OrgId};
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};
use strum::{EnumDiscriminants, IntoStaticStr, VariantArray};

use crate::error::Error;

/// A set of principles or pledges that an organisation holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Framework {
    pub id: FrameworkId,
    pub name: Text,
    pub owner: OrgId,
    /// Counts the changes, from 1; the etag.
    pub version: i64,
    /// Oldest first; only the newest can be a draft.
    pub versions: Vec<FrameworkVersion>,
    pub created_at: Timestamp,
    pub updated_at: Timestamp,
}

/// The wording of a framework as it was agreed at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FrameworkVersion {
    /// Counts from 1 within the framework.
    pub number: i32,
    pub state: VersionState,
    pub wording: Wording,
    pub created_at: Timestamp,
}

/// Whether a wording can still change.
#[derive(Clone, Copy, Debug, PartialEq, Eq, EnumDiscriminants, IntoStaticStr)]
#[strum(serialize_all = "snake_case")]
#[strum_discriminants(name(VersionStateName), derive(IntoStaticStr, VariantArray), strum(serialize_all = "snake_case"))]
pub enum VersionState {
    Draft,
    Frozen { at: Timestamp },
}

/// What an editor writes of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wording {
    /// Unique in the framework, such as `2024-observed`.
    pub label: String,
    pub statements: Vec<Statement>,
    pub mappings: Vec<Mapping>,
}

/// One line of a framework: a principle, or a sentence of a pledge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    pub code: String,
    pub short_name: Text,
    pub text: Text,
    /// Empty where there are no groups.
    pub theme: String,
    /// Whether it binds the network itself rather than a project.
    pub network_only: bool,
}

/// What became of one statement of the version before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mapping {
    pub previous_code: String,
    /// None where it was dropped.
    pub codes: Vec<String>,
}

impl Framework {
    /// A framework with its first version, a draft.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with everything wrong in the wording.
    pub fn new(
        id: FrameworkId,
        name: Text,
        owner: OrgId,
        wording: Wording,
        now: Timestamp,
    ) -> Result<Framework, Refusal> {
        Refusal::if_any(wording.violations(&[]))?;
        let first = FrameworkVersion { number: 1, state: VersionState::Draft, wording, created_at: now };
        Ok(Framework { id, name, owner, version: 1, versions: vec![first], created_at: now, updated_at: now })
    }

    /// The newest version.
    pub fn newest(&self) -> &FrameworkVersion {
        self.versions.last().expect("a framework is made with a version and never loses one")
    }

    /// The version of this number, if there is one.
    pub fn numbered(&self, number: i32) -> Option<&FrameworkVersion> {
        self.versions.iter().find(|version| version.number == number)
    }

    /// Adds the next version as a draft and freezes the one before.
    ///
    /// # Errors
    /// [`Refusal::Invalid`] with everything wrong in the wording.
    pub fn add_version(&self, wording: Wording, now: Timestamp) -> Result<Framework, Refusal> {
        Refusal::if_any(wording.violations(&self.versions))?;
        let number = self.newest().number + 1;
        let mut versions = self.frozen(self.newest().number, now);
        versions.push(FrameworkVersion { number, state: VersionState::Draft, wording, created_at: now });
        Ok(Framework { versions, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// Replaces the wording of a draft version.
    ///
    /// # Errors
    /// [`Error::VersionNotFound`], [`Error::VersionFrozen`], or [`Refusal::Invalid`] with everything wrong.
    pub fn reword(&self, number: i32, wording: Wording, now: Timestamp) -> Result<Framework, Error> {
        let version = self.numbered(number).ok_or(Error::VersionNotFound { number })?;
        if let Some(at) = version.state.frozen_at() {
            return Err(Error::VersionFrozen { number, at });
        }
        let (earlier, _draft) = self.versions.split_at(self.versions.len() - 1);
        Refusal::if_any(wording.violations(earlier))?;
        let mut versions = earlier.to_vec();
        versions.push(FrameworkVersion { wording, ..version.clone() });
        Ok(Framework { versions, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    /// The framework with one version frozen; none when it is frozen already.
    pub fn freeze(&self, number: i32, now: Timestamp) -> Option<Framework> {
        let versions = self.frozen(number, now);
        let changed = versions != self.versions;
        changed.then(|| Framework { versions, version: self.version + 1, updated_at: now, ..self.clone() })
    }

    fn frozen(&self, number: i32, now: Timestamp) -> Vec<FrameworkVersion> {
        let mut versions = self.versions.clone();
        for version in &mut versions {
            if version.number == number && version.state == VersionState::Draft {
                version.state = VersionState::Frozen { at: now };
            }
        }
        versions
    }

    /// # Errors
    /// [`Refusal::Stale`] when the caller read another version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}

impl VersionState {
    /// When the wording was frozen; none for a draft.
    pub fn frozen_at(self) -> Option<Timestamp> {
        match self {
            VersionState::Draft => None,
            VersionState::Frozen { at } => Some(at),
        }
    }
}

impl FrameworkVersion {
    pub fn has_statement(&self, code: &str) -> bool {
        self.wording.statements.iter().any(|statement| statement.code == code)
    }
}

impl Wording {
    /// Everything wrong with this wording after these earlier versions, oldest first.
    pub fn violations(&self, earlier: &[FrameworkVersion]) -> Vec<Violation> {
        let mut all = Vec::new();
        if earlier.iter().any(|version| version.wording.label == self.label) {
            let says = format!("a version labelled `{}` exists; give this one a label of its own", self.label);
            all.push(Violation::new("wording.label", "framework.label_taken", says));
        }
        let mut codes = BTreeSet::new();
        for (place, statement) in self.statements.iter().enumerate() {
            if !codes.insert(statement.code.as_str()) {
                let says = format!("`{}` is the code of an earlier statement; give each its own", statement.code);
                all.push(Violation::new(format!("wording.statements[{place}].code"), "framework.code_twice", says));
            }
        }
        let before = earlier.last().map_or(&[][..], |version| &version.wording.statements);
        self.mapping_violations(before, &codes, &mut all);
        all
    }

    fn mapping_violations(&self, before: &[Statement], codes: &BTreeSet<&str>, all: &mut Vec<Violation>) {
        let previous: BTreeSet<&str> = before.iter().map(|statement| statement.code.as_str()).collect();
        let mut mapped = BTreeSet::new();
        for (place, mapping) in self.mappings.iter().enumerate() {
            let field = format!("wording.mappings[{place}]");
            if !previous.contains(mapping.previous_code.as_str()) {
                let says = format!("the version before has no statement `{}`", mapping.previous_code);
                all.push(Violation::new(format!("{field}.previous_code"), "framework.unknown_code", says));
            }
            if !mapped.insert(mapping.previous_code.as_str()) {
                let says = format!("`{}` is mapped twice; name all its successors once", mapping.previous_code);
                all.push(Violation::new(format!("{field}.previous_code"), "framework.mapped_twice", says));
            }
            for code in mapping.codes.iter().filter(|code| !codes.contains(code.as_str())) {
                let says = format!("this version has no statement `{code}`");
                all.push(Violation::new(format!("{field}.codes"), "framework.unknown_code", says));
            }
        }
        for code in previous.iter().filter(|code| !codes.contains(*code) && !mapped.contains(*code)) {
            let says = format!("say what became of `{code}`; map it to nothing if it was dropped");
            all.push(Violation::new("wording.mappings", "framework.not_mapped", says));
        }
    }
}

#[cfg(test)]
mod tests;
