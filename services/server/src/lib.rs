//! The one program `toadlane`: it hosts every role in one process, or some of them, and has the commands around that.
//!
//! [`serve`] wires a process; [`demo`] plays the 2020 round against a running one through the public API alone.

pub mod admin;
pub mod bench;
pub mod demo;
pub mod export;
pub mod home;
pub mod serve;
pub mod settings;
pub mod verify;

mod clock;
mod net;
mod revoked;
mod roles;

use kit::time::Timestamp;

use settings::Store;

/// Makes or updates the stores of all roles, and their keys. `clock` makes new stores whose clock is held.
pub fn make(store: &Store, clock: Option<Timestamp>) -> Result<(), serve::StartError> {
    home::Home::open(store, &kit::caller::Role::ALL)?;
    let storage = store.storage();
    let opens =
        [registry::open, rounds::open, bids::open, grading::open, awards::open, reporting::open, learning::open];
    for open in opens {
        open(&storage, clock)?;
    }
    Ok(())
}
