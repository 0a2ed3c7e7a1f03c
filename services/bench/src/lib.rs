//! `toadlane bench`: how fast a running server takes bids from councils' systems, through its public API.
//!
//! In two steps, so that what else is to be measured on the same tables can come between them: `prepare` leaves drafts
//! that are ready, and `submit` submits them under the clock. What is measured beside it, and what becomes of the
//! figures, is `infra/bench`. Everything here is made up, and left behind: for servers on which nobody runs a real
//! round. What a network needs before anyone can bid is set up as the demo does it.

mod caller;
mod plan;
mod prepare;
mod submit;

#[derive(clap::Subcommand)]
pub enum Bench {
    /// Make councils, open rounds, and drafts that are signed off
    Prepare(prepare::Prepare),
    /// Hand the prepared drafts in, and print how fast that went
    Submit(submit::Submit),
}

impl Bench {
    pub async fn run(&self) -> Result<(), String> {
        match self {
            Bench::Prepare(prepare) => prepare.run().await,
            Bench::Submit(submit) => submit.run().await,
        }
    }
}
