//! The 2020 round from the close to the publication, and what is written about it.

use std::path::{Path, PathBuf};

use crate::assessment::{self, Assessed};
use crate::deployment::Deployment;
use crate::error::Error;
use crate::learning::{self, Learnt};
use crate::people::{self, People};
use crate::round::Round;
use crate::timeline::Tell;
use crate::{awards, files, reports};

/// The second half, as it was played.
pub struct SecondHalf {
    pub people: People,
    pub assessed: Assessed,
    pub learnt: Learnt,
    /// What was written about it, in order.
    pub files: Vec<PathBuf>,
}

/// Plays on from the close, and writes what is left into a folder.
pub async fn play(deployment: &Deployment, round: &Round, out: &Path, tell: Tell<'_>) -> Result<SecondHalf, Error> {
    let people = people::enter(deployment, &round.network).await?;
    let assessed = assessment::assess(deployment, round, &people, tell).await?;
    awards::grant(deployment, round, &people, tell).await?;
    reports::report(deployment, round, tell).await?;
    let learnt = learning::learn(deployment, round, &people, tell).await?;
    let files = files::write(out, round, &people, &assessed, &learnt).await?;
    Ok(SecondHalf { people, assessed, learnt, files })
}
