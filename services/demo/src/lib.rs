//! The real 2020 round, played on a platform whose clock is held in 2019. Everything goes through the public API, with
//! the credentials of each council's own system and of people who sign in; of kit it uses the time alone. How the
//! platform is started, and what `toadlane demo` prints around the round, is in `server`.
//!
//! [`first_half`] leads from the call to the close, [`second_half`] from there to the publication and the files about
//! it. Their steps can be played one by one, as tests do.

pub mod assessment;
pub mod awards;
pub mod call;
pub mod case_studies;
pub mod deployment;
pub mod error;
pub mod files;
pub mod first_half;
pub mod interests;
pub mod learning;
pub mod network;
pub mod people;
pub mod record;
pub mod reports;
pub mod requests;
pub mod reviews;
pub mod round;
pub mod second_half;
pub mod tables;
pub mod timeline;
