//! `toadlane admin`: what is done on the registry's own machine, before anyone can sign in or when nobody can any more.
//! The server is stopped for it.

use kit::db::Db;

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
    /// Let somebody in again when no network administrator can sign in: under a new address if need be, with that role
    /// if they lack it. Their sessions and tokens end, and the history of the person says that it was done here
    Recover {
        #[command(flatten)]
        store: Store,
        /// The person: their identity (`per_..`) or the mail address that they sign in with now
        #[arg(long)]
        who: String,
        /// Mail address that they sign in with from now on; it may be the same
        #[arg(long)]
        email: String,
    },
}

impl Admin {
    pub async fn run(&self) -> Result<(), String> {
        match self {
            Admin::First { store, network, name, email } => {
                let (_home, db) = registry_of(store)?;
                let person = registry::admin_first(&db, network, name, email).await;
                let person = person.map_err(|error| error.to_string())?;
                println!("{name} ({}) is the first network administrator; sign in with a code sent to them", person.id);
            }
            Admin::Recover { store, who, email } => {
                let (_home, db) = registry_of(store)?;
                let person = registry::admin_recover(&db, who, email).await.map_err(|error| error.to_string())?;
                let (name, id) = (&person.name, person.id);
                println!("{name} ({id}) is network administrator and signs in with a code sent to {email}");
            }
        }
        Ok(())
    }
}

/// The registry's store, and the folder that is held while we write: a running server would have it.
fn registry_of(store: &Store) -> Result<(Home, Db), String> {
    let home = Home::open(store, &[]).map_err(|error| error.to_string())?;
    let db = registry::open(&store.storage(), None).map_err(|error| error.to_string())?;
    Ok((home, db))
}

#[cfg(test)]
mod tests;
