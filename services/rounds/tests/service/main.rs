//! The service through its generated clients, over the local transport, on both engines.

mod frameworks;
mod house;
mod rounds;
mod samples;
