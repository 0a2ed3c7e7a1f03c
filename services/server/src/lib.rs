//! The one program `toadlane`: it hosts every role in one process, or some of them, and has the commands around that.
//!
//! [`serve`] wires a process. Programs that use the public API alone are crates of their own: [`demo`](::demo),
//! [`bench`] and [`export`].

pub mod admin;
pub mod demo;
pub mod error;
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
pub fn make(store: &Store, clock: Option<Timestamp>) -> Result<(), error::StartError> {
    home::Home::open(store, &kit::caller::Area::ALL)?;
    let storage = store.storage();
    let opens =
        [registry::open, rounds::open, bids::open, grading::open, awards::open, reporting::open, learning::open];
    for open in opens {
        open(&storage, clock)?;
    }
    Ok(())
}
