//! `toadlane`: the one program. It hosts every role, or some of them; the command line fits on one screen.

use std::io::IsTerminal;
use std::process::ExitCode;

use bench::Bench;
use clap::{Parser, Subcommand};
use export::Export;
use tracing_subscriber::EnvFilter;

use server::admin::Admin;
use server::demo::Demo;
use server::serve;
use server::settings::{Init, Serve, Store};
use server::verify::Verify;

/// Runs a network of councils' grant rounds.
#[derive(Parser)]
#[command(version, about)]
struct Cli {
    #[command(subcommand)]
    command: Command,
    /// What to log: `info`, `debug`, `kit=debug,info` and so on
    #[arg(long, env = "TOADLANE_LOG", default_value = "info", global = true)]
    log: String,
    /// Log as JSON lines
    #[arg(long, env = "TOADLANE_LOG_JSON", global = true)]
    log_json: bool,
}

#[derive(Subcommand)]
enum Command {
    /// Serve all roles, or some of them
    Serve(Box<Serve>),
    /// Make the stores and keys of a data folder, without serving
    Init(Init),
    /// Bring the stores up to date, without serving
    Migrate(Store),
    /// Play the 2020 round from the call to the receipts, then serve until stopped
    Demo(Demo),
    /// Administer a registry from its own machine
    #[command(subcommand)]
    Admin(Admin),
    /// Write what you may read into files: board packs, open data, publications
    #[command(subcommand)]
    Export(Export),
    /// Verify what the platform signed, offline
    #[command(subcommand)]
    Verify(Verify),
    /// Measure how fast a running server takes bids in; it leaves made-up councils and bids behind
    #[command(subcommand)]
    Bench(Bench),
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let quiet = matches!(cli.command, Command::Demo(_) | Command::Export(_) | Command::Verify(_) | Command::Bench(_));
    if let Err(says) = log(&cli, quiet) {
        eprintln!("toadlane: --log: {says}");
        return ExitCode::FAILURE;
    }
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(cause) => {
            eprintln!("toadlane: the runtime cannot start: {cause}");
            return ExitCode::FAILURE;
        }
    };
    match runtime.block_on(run(cli.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(says) => {
            eprintln!("toadlane: {says}");
            ExitCode::FAILURE
        }
    }
}

fn log(cli: &Cli, quiet: bool) -> Result<(), String> {
    let filter = if quiet && cli.log == "info" { "warn" } else { cli.log.as_str() };
    let filter = EnvFilter::try_new(filter).map_err(|cause| cause.to_string())?;
    let lines = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    // Colours are for eyes; a file of a log keeps its words alone.
    let lines = if std::io::stderr().is_terminal() { lines } else { lines.with_ansi(false) };
    let set = if cli.log_json { lines.json().try_init() } else { lines.try_init() };
    set.map_err(|cause| cause.to_string())
}

async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Serve(settings) => {
            let running = serve::start(&settings).await.map_err(|error| error.to_string())?;
            let signals = serve::StopSignals::take()?;
            let roles: Vec<&str> = settings.roles.iter().map(|role| role.name()).collect();
            println!("toadlane serves {} on {} (issuer {})", roles.join(", "), running.address, running.issuer);
            if running.clock.is_held() {
                println!("THE CLOCK IS HELD at {}: a demo or test store, not for real rounds", running.clock.now());
            }
            signals.told().await;
            running.stop().await;
            Ok(())
        }
        Command::Init(init) => make(&init.store, init.clock),
        Command::Migrate(store) => make(&store, None),
        Command::Demo(demo) => demo.run().await,
        Command::Admin(admin) => admin.run().await,
        Command::Export(export) => export.run().await,
        Command::Verify(verify) => verify.run(),
        Command::Bench(bench) => bench.run().await,
    }
}

/// Makes or updates the stores, and says so.
fn make(store: &Store, clock: Option<kit::time::Timestamp>) -> Result<(), String> {
    server::make(store, clock).map_err(|error| error.to_string())?;
    println!("the stores ({:?}) and the keys in {} are in order", store.storage(), store.keys().display());
    Ok(())
}
