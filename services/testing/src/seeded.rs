//! Chance that can be had again: random numbers from a seed that is printed.

use std::fs::File;
use std::io::Read;

use super::measured::say;

/// SplitMix64.
pub struct Random(u64);

impl Random {
    /// From `TOADLANE_TEST_SEED`, or else from the machine. Says which, so that a failure can be looked for again.
    ///
    /// # Panics
    /// For a seed that is no whole number.
    pub fn announced() -> Random {
        let seed = match std::env::var("TOADLANE_TEST_SEED") {
            Ok(seed) => seed.parse().expect("TOADLANE_TEST_SEED is a whole number"),
            Err(_) => u64::from_be_bytes(random_bytes()),
        };
        say(format!("TOADLANE_TEST_SEED={seed}"));
        Random(seed)
    }

    pub fn of_this_machine() -> Random {
        Random(u64::from_be_bytes(random_bytes()))
    }

    /// One of these.
    ///
    /// # Panics
    /// Where there are none.
    pub fn one<'a, T>(&mut self, of: &'a [T]) -> &'a T {
        &of[self.below(of.len())]
    }

    /// From 0 on, and below `limit`.
    ///
    /// # Panics
    /// Where nothing is below it.
    pub fn below(&mut self, limit: usize) -> usize {
        usize::try_from(self.between(0, limit as u64)).expect("it is below a usize")
    }

    /// From `least` on, and below `limit`.
    pub fn between(&mut self, least: u64, limit: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        least + (mixed ^ (mixed >> 31)) % (limit - least)
    }
}

fn random_bytes() -> [u8; 8] {
    let mut bytes = [0; 8];
    let read = File::open("/dev/urandom").and_then(|mut source| source.read_exact(&mut bytes));
    read.expect("the machine has random bytes");
    bytes
}
