//! What was prepared, as a file: `submit` submits it, `infra/bench` reads it.

use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

#[derive(clap::Args)]
pub struct Where {
    /// Address of the server, which hosts all roles
    #[arg(long, default_value = "http://127.0.0.1:7070")]
    pub server: String,
    /// File that says what was prepared; it holds secrets of the made-up councils
    #[arg(long, default_value = "bench.json")]
    pub plan: PathBuf,
}

/// What is prepared.
#[derive(Serialize, Deserialize)]
pub struct Plan {
    pub network: Network,
    pub drafts: Vec<Draft>,
}

/// What every round of a bench needs, made once.
#[derive(Clone, Serialize, Deserialize)]
pub struct Network {
    pub framework_id: String,
    pub board_id: String,
    pub councils: Vec<Council>,
    /// Open rounds without bids.
    pub round_ids: Vec<String>,
}

/// A council, its certifier, and the system that acts for it.
#[derive(Clone, Serialize, Deserialize)]
pub struct Council {
    pub organisation_id: String,
    pub certifier_id: String,
    pub client_id: String,
    pub client_secret: String,
}

/// A draft that is signed off.
#[derive(Clone, Serialize, Deserialize)]
pub struct Draft {
    /// Place of its council in the network.
    pub council: usize,
    pub round_id: String,
    pub bid_id: String,
    pub etag: String,
}

impl Plan {
    pub fn read(path: &Path) -> Result<Plan, String> {
        let text = std::fs::read_to_string(path).map_err(|cause| format!("--plan {}: {cause}", path.display()))?;
        serde_json::from_str(&text).map_err(|cause| format!("--plan {}: {cause}", path.display()))
    }

    pub fn write(&self, path: &Path) -> Result<(), String> {
        let text = serde_json::to_string(self).expect("texts and numbers become JSON");
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path);
        let written = file.and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|cause| format!("--plan {}: {cause}", path.display()))
    }
}
