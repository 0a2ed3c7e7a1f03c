//! Codebooks: versioned lists of codes with which passages are marked. A written version never changes.

use kit::ids::CodebookId;
use kit::time::Timestamp;
use serde::{Deserialize, Serialize};

use crate::error::{Error, Newer};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Codebook {
    pub id: CodebookId,
    pub version: i64,
    pub name: String,
    /// Oldest first.
    pub versions: Vec<Version>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    pub number: i32,
    pub codes: Vec<Code>,
    pub written_at: Timestamp,
}

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

    /// # Errors
    /// When there is no such version, or it lacks one of the codes.
    pub fn expect_codes(&self, number: i32, codes: &[String]) -> Result<(), Error> {
        let version = self.versions.iter().find(|version| version.number == number);
        let version = version.ok_or(Error::NotFound { what: "version of the codebook" })?;
        let unknown = codes.iter().find(|code| version.codes.iter().all(|known| known.code != **code));
        unknown.map_or(Ok(()), |code| Err(Error::UnknownCode { code: code.clone() }))
    }

    pub fn expect_version(&self, version: i64) -> Result<(), Error> {
        if self.version == version { Ok(()) } else { Err(Error::stale(Newer::Codebook(self.clone()))) }
    }
}
