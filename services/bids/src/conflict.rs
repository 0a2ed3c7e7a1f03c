//! Ties of boards and staff with a bid, as its applicant tells them. They recuse nobody: a manager settles them.

use kit::ids::{OrgId, PersonId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeclaredConflict {
    pub whose: Whose,
    /// What the tie is.
    pub words: String,
}

/// Who has the tie, as far as the applicant knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Whose {
    Person(PersonId),
    Organisation(OrgId),
    Name(String),
}
