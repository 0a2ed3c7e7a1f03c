//! `toadlane demo`: starts the platform on a store of its own whose clock is held in 2019, has the real 2020 round
//! played on it ([`demo`](::demo)), verifies the receipts offline, and leaves the server up.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use demo::deployment::Deployment;
use demo::error::Error;
use demo::network::{ADMINISTRATOR, NETWORK};
use demo::round::Round;
use demo::timeline::Line;
use demo::{call, files, first_half, second_half};
use kit::tokens::KeySet;
use toadlane_client::Place;

use crate::home::{self, HomeError};
use crate::settings::{Serve, Store};
use crate::{make, serve, verify};

#[derive(clap::Args)]
pub struct Demo {
    /// Folder for what the demo writes: its data and the receipts. What an earlier demo left there is replaced
    #[arg(long, default_value = "out")]
    out: PathBuf,
    /// Address and port to listen on; port 0 chooses a free one
    #[arg(long, default_value = "127.0.0.1:7070")]
    listen: SocketAddr,
    /// Stop when the round is played, rather than serve on
    #[arg(long)]
    once: bool,
}

/// Marks a folder as a demo's, which the next demo may replace.
const MARK: &str = "made-by-toadlane-demo";

impl Demo {
    pub async fn run(&self) -> Result<(), String> {
        let data = fresh(&self.out)?;
        let store = Store { data: data.clone(), database: None, keys: None, syncs: true };
        make(&store, Some(kit::time::at(call::BEGINS))).map_err(|error| error.to_string())?;
        enter_administrator(&store).await?;
        let settings = Serve { listen: self.listen, ..Serve::embedded(store) };
        let running = serve::start(&settings).await.map_err(|error| error.to_string())?;

        println!("Toad Lane plays the 2020 policy prototype round.");
        println!("THE CLOCK IS HELD in 2019; what the published record does not hold is made up, and said to be.");
        let deployment = Deployment::at(Place::new(format!("http://{}", running.address)), data.join("mail"));
        let mut print = |line: Line| println!("{line}");
        let broke_off = |error: Error| format!("the play broke off: {error}");
        let round = first_half::play(&deployment, &mut print).await.map_err(broke_off)?;
        let key_set = deployment.key_set().await.map_err(|error| error.to_string())?;
        self.receipts(&round, &key_set)?;
        let half = second_half::play(&deployment, &round, &self.out, &mut print).await.map_err(broke_off)?;
        println!("\n== Written to {}", self.out.display());
        for line in files::in_words(&self.out, &half.files) {
            println!("   {line}");
        }

        if self.once {
            running.stop().await;
            return Ok(());
        }
        println!("\nServing on http://{} (gRPC with reflection; OAuth under /.well-known)", running.address);
        println!("  key set    {}", self.out.join("keys.json").display());
        println!("  receipts   {}", self.out.join("receipts").display());
        println!("  sign-in    as {ADMINISTRATOR}; codes come to {}", data.join("mail").display());
        println!("  round      {}", round.round.id);
        println!("  assessment {}", half.assessed.assessment_id);
        println!("  commission {}", half.learnt.commission_id);
        println!("  publication {}", half.learnt.publication.id);
        let signals = serve::StopSignals::take()?;
        println!("Stop with Ctrl-C.");
        signals.told().await;
        running.stop().await;
        Ok(())
    }

    /// Writes every receipt with its acknowledgement, and verifies each offline; one that was changed is refused.
    fn receipts(&self, round: &Round, key_set: &str) -> Result<(), String> {
        let (folder, changed_path) = (self.out.join("receipts"), self.out.join("changed.jws"));
        let write =
            |path: &Path, text: &str| fs::write(path, text).map_err(|cause| format!("{}: {cause}", path.display()));
        fs::create_dir_all(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
        write(&self.out.join("keys.json"), key_set)?;
        let keys = KeySet::parse(key_set).map_err(|cause| cause.to_string())?;
        println!("\n== The receipts, verified offline with the key set alone");
        for submitted in &round.bids {
            let name = format!("{:02}-{}", submitted.order, submitted.client_reference.replace('/', "-"));
            write(&folder.join(format!("{name}.jws")), &submitted.receipt.jws)?;
            write(&folder.join(format!("{name}.txt")), &submitted.receipt.acknowledgement)?;
            let claims = verify::receipt_claims(&keys, &submitted.receipt.jws)?;
            if claims.number != Some(i64::from(submitted.order)) {
                return Err(format!("the receipt of bid {} says number {:?}", submitted.order, claims.number));
            }
        }
        println!("   {} receipts are genuine", round.bids.len());
        let changed = changed(&round.bids[0].receipt.jws);
        write(&changed_path, &changed)?;
        let Err(refusal) = verify::receipt_claims(&keys, &changed) else {
            return Err("a changed receipt was accepted".to_string());
        };
        println!("   {}, the first with one letter changed: {refusal}", changed_path.display());
        println!(
            "   try it: {} verify receipt {}/*.jws --keys {}",
            std::env::args().next().unwrap_or_else(|| "toadlane".to_string()),
            folder.display(),
            self.out.join("keys.json").display()
        );
        Ok(())
    }
}

/// A receipt with one letter of its claims changed.
fn changed(jws: &str) -> String {
    let middle = jws.len() / 2;
    let other = if &jws[middle..=middle] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &jws[..middle], &jws[middle + 1..])
}

/// Empties what an earlier demo left, and nothing else: not what one that still runs is using.
fn fresh(out: &Path) -> Result<PathBuf, String> {
    let failed = |cause: std::io::Error| format!("{}: {cause}", out.display());
    let data = out.join("data");
    if data.exists() {
        if !data.join(MARK).exists() {
            let says = "the folder `data` in it is not a demo's; give another folder with --out";
            return Err(format!("{}: {says}", out.display()));
        }
        let _lock = home::lock(&data).map_err(|error| match error {
            HomeError::InUse(_) => {
                format!(
                    "{}: an earlier demo still serves from it; stop it, or give another folder with --out",
                    out.display()
                )
            }
            other => other.to_string(),
        })?;
        fs::remove_dir_all(&data).map_err(failed)?;
    }
    home::make_private(&data).map_err(|error| error.to_string())?;
    fs::write(data.join(MARK), "").map_err(failed)?;
    Ok(data)
}

/// What `toadlane admin first` does.
async fn enter_administrator(store: &Store) -> Result<(), String> {
    let db = registry::open(&store.storage(), None).map_err(|error| error.to_string())?;
    let entered = registry::admin_first(&db, NETWORK, "Administrator (made up)", ADMINISTRATOR).await;
    entered.map(drop).map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use testing::stores::Fresh;

    use super::*;

    #[test]
    fn a_demo_that_still_runs_keeps_its_folder() {
        let kept = Fresh::sqlite();
        let kit::db::Storage::Sqlite { folder, .. } = &kept.storage else { panic!("a folder was asked for") };
        let data = fresh(folder).unwrap();
        fs::write(data.join("bids.sqlite"), "bids").unwrap();
        let running = home::lock(&data).unwrap();
        let says = fresh(folder).unwrap_err();
        assert!(says.ends_with("an earlier demo still serves from it; stop it, or give another folder with --out"));
        assert!(data.join("bids.sqlite").exists());
        drop(running);
        assert_eq!(fresh(folder), Ok(data.clone()));
        assert!(!data.join("bids.sqlite").exists());
    }

    #[test]
    fn a_folder_that_is_not_a_demos_is_left_alone() {
        let kept = Fresh::sqlite();
        let kit::db::Storage::Sqlite { folder, .. } = &kept.storage else { panic!("a folder was asked for") };
        fs::create_dir(folder.join("data")).unwrap();
        fs::write(folder.join("data/holiday.txt"), "sea").unwrap();
        assert!(fresh(folder).unwrap_err().contains("is not a demo's"));
        assert!(folder.join("data/holiday.txt").exists());
    }
}
