//! `toadlane admin`: what is done on the registry's own machine, before anyone can sign in.

use crate::home::Home;
use crate::settings::Store;

#[derive(clap::Subcommand)]
pub enum Admin {
    /// Enter the first network administrator into an empty registry; they then sign in with a one-time code
    First {
        #[command(flatten)]
        store: Store,
        /// Name of the network
        #[arg(long)]
        network: String,
        /// Name of the administrator
        #[arg(long)]
        name: String,
        /// Mail address of the administrator
        #[arg(long)]
        email: String,
    },
}

impl Admin {
    pub async fn run(&self) -> Result<(), String> {
        match self {
            Admin::First { store, network, name, email } => {
                // Held while we write: a running server would have it.
                let _home = Home::open(store, &[]).map_err(|error| error.to_string())?;
                let db = registry::open(&store.storage(), None).map_err(|error| error.to_string())?;
                let person = registry::admin_first(&db, network, name, email).await;
                let person = person.map_err(|error| error.to_string())?;
                println!(
                    "{} ({}) is the first network administrator; sign in with a code sent to them",
                    name, person.id
                );
                Ok(())
            }
        }
    }
}
