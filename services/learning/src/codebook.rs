//! Codebooks: versioned lists of codes with which passages are marked. A written version never changes.

pub mod app;
pub mod convert;
pub mod reading;
pub mod store;

use kit::ids::CodebookId;
use kit::refusal::Refusal;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

/// A list of codes that consultants and editors grow version by version. A passage names the version it was coded by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codebook {
    pub id: CodebookId,
    pub version: i64,
    pub name: String,
    /// Oldest first.
    pub versions: Vec<Version>,
}

/// The whole list as it was written at one time, not what changed in it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub number: i32,
    pub codes: Vec<Code>,
    pub written_at: Timestamp,
}

/// One code: a short name unique in its version, a label for people, and when it applies.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Code {
    pub code: String,
    pub label: String,
    pub description: String,
}

impl Codebook {
    pub fn add_version(&self, codes: Vec<Code>, now: Timestamp) -> Codebook {
        let number = self.versions.last().map_or(0, |version| version.number) + 1;
        let mut versions = self.versions.clone();
        versions.push(Version { number, codes, written_at: now });
        Codebook { versions, version: self.version + 1, ..self.clone() }
    }

    /// Whether passages can be marked with these codes of one version.
    ///
    /// # Errors
    /// [`Refusal::NotFound`] for a version that was not written, [`Refusal::Invalid`] for a code that it lacks.
    pub fn expect_codes(&self, number: i32, codes: &[String]) -> Result<(), Refusal> {
        let version = self.versions.iter().find(|version| version.number == number);
        let version = version.ok_or(Refusal::NotFound { what: "version of the codebook" })?;
        let unknown = codes.iter().find(|code| version.codes.iter().all(|known| known.code != **code));
        unknown.map_or(Ok(()), |code| {
            let says = format!("version of the codebook without the code {code}");
            Err(Refusal::bad_field("codes", "codebook", says))
        })
    }

    /// # Errors
    /// [`Refusal::Stale`] for a caller who read an older version.
    pub fn expect_version(&self, version: i64) -> Result<(), Refusal> {
        if self.version == version { Ok(()) } else { Err(Refusal::stale(self.clone())) }
    }
}
