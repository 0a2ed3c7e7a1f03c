//! This test binary as a process of its own: it starts itself again to play a part, and that process can be killed or
//! traced alone.

use std::env;
use std::process::Command;

use crate::{crashes, durability};

const PART: &str = "TOADLANE_TEST_PART";

/// This binary, to play a part.
pub fn to_play(part: &str) -> Command {
    let mut command = Command::new(env::current_exe().expect("a running test has a path"));
    command.args(["child::plays_its_part", "--exact", "--nocapture"]).env(PART, part);
    command
}

/// Among the other tests nobody has asked for a part, and there is nothing to do.
#[tokio::test(flavor = "multi_thread")]
async fn plays_its_part() {
    match env::var(PART).as_deref() {
        Ok(crashes::consumer::PART) => crashes::consumer::consume().await,
        Ok(durability::PART) => durability::serve_without_syncs().await,
        Ok(other) => panic!("{PART}={other} is no part"),
        Err(_) => {}
    }
}
