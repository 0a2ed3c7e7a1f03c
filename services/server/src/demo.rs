//! `toadlane demo`: plays the real 2020 round on a store of its own whose clock stands in 2019, and leaves the server
//! up. Everything goes through the public API, with the credentials of each council's own system.

pub mod accounts;
pub mod call;
pub mod cast;
pub mod findings;
pub mod grants;
pub mod network;
pub mod panel;
pub mod papers;
pub mod play;
pub mod record;
pub mod stories;
pub mod tables;

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use kit::tokens::KeySet;
use toadlane_client::{Place, Places};

use crate::home::{self, HomeError};
use crate::settings::{Serve, Store};
use crate::{make, serve, verify};
use network::Stage;
use play::{Line, Played, Round};

/// Why the play broke off.
#[derive(Debug, thiserror::Error)]
pub enum PlayError {
    #[error("{}", .0.message())]
    Refused(#[from] tonic::Status),
    #[error(transparent)]
    Connect(#[from] toadlane_client::ConnectError),
    #[error(transparent)]
    Key(#[from] toadlane_client::KeyError),
    #[error(transparent)]
    Transfer(#[from] toadlane_client::TransferError),
    #[error("no mail with a sign-in code came for {0}")]
    NoMail(String),
    #[error("the registry finds no organisation {0}")]
    NoOrganisation(String),
    #[error("{0} did not come about within half a minute")]
    NeverCame(&'static str),
    #[error("{0}")]
    Table(#[from] csv::Error),
    #[error("everybody who chairs is recused")]
    NoChair,
    #[error("the final report of {0} has no passage to quote")]
    NoPassage(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

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

/// An identity for one request.
pub(crate) fn request_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Asks until there is an answer: what one service tells another takes a moment to arrive.
async fn until<T>(
    what: &'static str,
    mut ask: impl AsyncFnMut() -> Result<Option<T>, PlayError>,
) -> Result<T, PlayError> {
    for _ in 0..600 {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    Err(PlayError::NeverCame(what))
}

/// Marks a folder as a demo's, which the next demo may replace.
const MARK: &str = "made-by-toadlane-demo";

impl Demo {
    pub async fn run(&self) -> Result<(), String> {
        let data = fresh(&self.out)?;
        let store = Store { data: data.clone(), database: None, keys: None };
        make(&store, Some(kit::time::at(call::BEGINS))).map_err(|error| error.to_string())?;
        enter_administrator(&store).await?;
        let settings = Serve { listen: self.listen, ..Serve::embedded(store) };
        let running = serve::start(&settings).await.map_err(|error| error.to_string())?;

        println!("Toad Lane plays the 2020 policy prototype round.");
        println!("THE CLOCK IS HELD in 2019; what the published record does not hold is made up, and said to be.");
        let place = Place::new(format!("http://{}", running.address));
        let stage = Stage { places: Places::one(place.clone()), clocks: vec![place], mail: data.join("mail") };
        let played = play::play(&stage, &mut print).await.map_err(|error| format!("the play broke off: {error}"))?;
        let key_set = play::key_set(&stage).await.map_err(|error| error.to_string())?;
        self.receipts(&played, &key_set)?;
        let broke_off = |error: PlayError| format!("the play broke off: {error}");
        let whole = go_on(&stage, &played, &self.out, &mut print).await.map_err(broke_off)?;
        println!("\n== Written to {}", self.out.display());
        for line in written(&self.out, &whole.papers) {
            println!("   {line}");
        }

        if self.once {
            running.stop().await;
            return Ok(());
        }
        println!("\nServing on http://{} (gRPC with reflection; OAuth under /.well-known)", running.address);
        println!("  key set    {}", self.out.join("keys.json").display());
        println!("  receipts   {}", self.out.join("receipts").display());
        println!("  sign-in    as {}; codes come to {}", network::ADMINISTRATOR, data.join("mail").display());
        println!("  round      {}", played.round.id);
        println!("  assessment {}", whole.assessed.assessment_id);
        println!("  commission {}", whole.learnt.commission_id);
        println!("  publication {}", whole.learnt.publication.id);
        let signals = serve::StopSignals::take()?;
        println!("Stop with Ctrl-C.");
        signals.told().await;
        running.stop().await;
        Ok(())
    }

    /// Writes every receipt with its acknowledgement, and verifies each offline; one that was changed is refused.
    fn receipts(&self, round: &Round, key_set: &str) -> Result<(), String> {
        let folder = self.out.join("receipts");
        let write =
            |path: PathBuf, text: &str| fs::write(&path, text).map_err(|cause| format!("{}: {cause}", path.display()));
        fs::create_dir_all(&folder).map_err(|cause| format!("{}: {cause}", folder.display()))?;
        write(self.out.join("keys.json"), key_set)?;
        let keys = KeySet::parse(key_set).map_err(|cause| cause.to_string())?;
        println!("\n== The receipts, verified offline with the key set alone");
        for played in &round.bids {
            let name = format!("{:02}-{}", played.order, played.client_reference.replace('/', "-"));
            write(folder.join(format!("{name}.jws")), &played.receipt.jws)?;
            write(folder.join(format!("{name}.txt")), &played.receipt.acknowledgement)?;
            let claims = verify::receipt_claims(&keys, &played.receipt.jws)?;
            if claims.number != Some(i64::from(played.order)) {
                return Err(format!("the receipt of bid {} says number {:?}", played.order, claims.number));
            }
        }
        println!("   {} receipts are genuine", round.bids.len());
        let changed = changed(&round.bids[0]);
        write(self.out.join("changed.jws"), &changed)?;
        match verify::receipt_claims(&keys, &changed) {
            Ok(_) => Err("a changed receipt was accepted".to_string()),
            Err(refusal) => {
                println!("   {}, the first with one letter changed: {refusal}", self.out.join("changed.jws").display());
                println!(
                    "   try it: {} verify receipt {}/*.jws --keys {}",
                    std::env::args().next().unwrap_or_else(|| "toadlane".to_string()),
                    folder.display(),
                    self.out.join("keys.json").display()
                );
                Ok(())
            }
        }
    }
}

/// The second half, as it was played.
pub struct Whole {
    pub cast: cast::Cast,
    pub assessed: panel::Assessed,
    pub learnt: findings::Learnt,
    /// What was written about it, in order.
    pub papers: Vec<PathBuf>,
}

/// From the close to the publication, and what is written about it.
pub async fn go_on(
    stage: &Stage,
    round: &Round,
    out: &Path,
    tell: &mut (dyn FnMut(Line) + Send),
) -> Result<Whole, PlayError> {
    let cast = cast::enter(stage, &round.network).await?;
    let assessed = panel::assess(stage, round, &cast, tell).await?;
    grants::grant(stage, round, &cast, tell).await?;
    accounts::report(stage, round, tell).await?;
    let learnt = findings::learn(stage, round, &cast, tell).await?;
    let papers = papers::write(out, round, &cast, &assessed, &learnt).await?;
    Ok(Whole { cast, assessed, learnt, papers })
}

/// What was written, the files of a folder in one line: `letters/ (13 files)`.
fn written(out: &Path, papers: &[PathBuf]) -> Vec<String> {
    let mut lines: Vec<(String, usize)> = Vec::new();
    for path in papers {
        let name = path.strip_prefix(out).unwrap_or(path).display().to_string();
        let line = name.rsplit_once('/').map_or(name.clone(), |(folder, _)| format!("{folder}/"));
        match lines.last_mut() {
            Some((last, n_files)) if *last == line => *n_files += 1,
            _ => lines.push((line, 1)),
        }
    }
    let says = |(name, n_files): (String, usize)| match name.ends_with('/') {
        true => format!("{name} ({n_files} files)"),
        false => name,
    };
    lines.into_iter().map(says).collect()
}

/// A receipt with one letter of its claims changed.
fn changed(played: &Played) -> String {
    let jws = &played.receipt.jws;
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
    fs::create_dir_all(&data).map_err(failed)?;
    fs::write(data.join(MARK), "").map_err(failed)?;
    Ok(data)
}

/// What `toadlane admin first` does.
pub async fn enter_administrator(store: &Store) -> Result<(), String> {
    let db = registry::open(&store.storage(), None).map_err(|error| error.to_string())?;
    let network = "Co-operative Councils' Innovation Network";
    let entered = registry::admin_first(&db, network, "Administrator (made up)", network::ADMINISTRATOR).await;
    entered.map(drop).map_err(|error| error.to_string())
}

fn print(line: Line) {
    match line {
        Line::Act(says) => println!("\n== {says}"),
        Line::Step { at, says } => println!("   {}  {says}", day(at)),
        Line::Bid(played) => {
            let at = played.bid.received_at.and_then(|at| kit::time::Timestamp::try_from(at).ok());
            let at = at.map(day).unwrap_or_default();
            println!("   {at}  no. {:>2}  {:<26} {}", played.bid.number, played.council, short(&played.title));
            println!(
                "   {:28}  receipt for {}, SHA-256 of the content {}..",
                "",
                played.client_reference,
                &played.receipt.content_sha256[..16]
            );
        }
    }
}

/// A title that fits in a line.
fn short(title: &str) -> String {
    match title.char_indices().nth(60) {
        Some((end, _)) => format!("{}..", title[..end].trim_end()),
        None => title.to_string(),
    }
}

/// `9:00am on 4 November 2019`, padded to one width.
fn day(at: kit::time::Timestamp) -> String {
    format!("{:<28}", at.in_words("Europe/London"))
}

#[cfg(test)]
mod tests {
    use kit::each_db::Fresh;

    use super::*;

    #[test]
    fn a_demo_that_still_runs_keeps_its_folder() {
        let kept = Fresh::sqlite();
        let kit::db::Storage::Sqlite { folder } = &kept.storage else { panic!("a folder was asked for") };
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
        let kit::db::Storage::Sqlite { folder } = &kept.storage else { panic!("a folder was asked for") };
        fs::create_dir(folder.join("data")).unwrap();
        fs::write(folder.join("data/holiday.txt"), "sea").unwrap();
        assert!(fresh(folder).unwrap_err().contains("is not a demo's"));
        assert!(folder.join("data/holiday.txt").exists());
    }
}
