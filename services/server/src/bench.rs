//! `toadlane bench`: how fast a running server takes bids in, asked as councils' systems ask, through its public API.
//!
//! In two steps, so that what else is to be measured on the same tables can come between them: `prepare` leaves drafts
//! that lack nothing but being handed in, and `submit` hands them in under the clock. What is measured beside it, and
//! what becomes of the figures, is `infra/bench`. Everything here is made up, and left behind: for servers on which
//! nobody runs a real round.

mod prepare;
mod submit;

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// How many requests are in flight while nothing is measured.
const AT_ONCE: usize = 16;

#[derive(clap::Subcommand)]
pub enum Bench {
    /// Make councils, open rounds, and drafts that are signed off
    Prepare(prepare::Prepare),
    /// Hand the prepared drafts in, and print how fast that went
    Submit(submit::Submit),
}

impl Bench {
    pub async fn run(&self) -> Result<(), String> {
        match self {
            Bench::Prepare(prepare) => prepare.run().await,
            Bench::Submit(submit) => submit.run().await,
        }
    }
}

#[derive(clap::Args)]
struct Where {
    /// Address of the server, which hosts all roles
    #[arg(long, default_value = "http://127.0.0.1:7070")]
    server: String,
    /// File that says what was prepared; it holds secrets of the made-up councils
    #[arg(long, default_value = "bench.json")]
    plan: PathBuf,
}

/// What is prepared.
#[derive(Serialize, Deserialize)]
struct Plan {
    town: Town,
    drafts: Vec<Draft>,
}

/// What every round of a bench needs, made once.
#[derive(Clone, Serialize, Deserialize)]
struct Town {
    framework_id: String,
    board_id: String,
    councils: Vec<Council>,
    /// Open rounds without bids.
    round_ids: Vec<String>,
}

/// A council, its certifier, and the system that acts for it.
#[derive(Clone, Serialize, Deserialize)]
struct Council {
    organisation_id: String,
    certifier_id: String,
    client_id: String,
    client_secret: String,
}

/// A draft that is signed off.
#[derive(Clone, Serialize, Deserialize)]
struct Draft {
    /// Place of its council in the town.
    council: usize,
    round_id: String,
    bid_id: String,
    etag: String,
}

impl Plan {
    fn read(path: &Path) -> Result<Plan, String> {
        let text = std::fs::read_to_string(path).map_err(|cause| format!("--plan {}: {cause}", path.display()))?;
        serde_json::from_str(&text).map_err(|cause| format!("--plan {}: {cause}", path.display()))
    }

    fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string(self).expect("texts and numbers become JSON");
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|cause| format!("--plan {}: {cause}", path.display()))
    }
}
