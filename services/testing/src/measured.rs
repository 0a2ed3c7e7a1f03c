//! What a test has measured, for whoever reads the log of a run.

use std::io::Write;
use std::time::Duration;

/// Says a line also where the test passes: what it prints with `println!` is then kept back.
pub fn say(line: impl AsRef<str>) {
    // Nobody may be listening; that is no reason to fail.
    let _ = writeln!(std::io::stderr(), "   {}", line.as_ref());
}

/// How long callers waited for their answers.
#[derive(Default)]
pub struct Waits(Vec<Duration>);

impl Waits {
    pub fn add(&mut self, wait: Duration) {
        self.0.push(wait);
    }

    /// The wait that this share of the callers did not exceed, in thousandths.
    fn quantile(&self, permille: usize) -> Duration {
        let n_below = (self.0.len() * permille).div_ceil(1000);
        self.0.get(n_below.saturating_sub(1)).copied().unwrap_or_default()
    }

    pub fn worst(&self) -> Duration {
        self.0.iter().max().copied().unwrap_or_default()
    }

    pub fn in_words(&mut self) -> String {
        self.0.sort();
        let (half, most, worst) = (self.quantile(500), self.quantile(990), self.worst());
        format!("{} waits: half up to {half:.1?}, 99 % up to {most:.1?}, worst {worst:.1?}", self.0.len())
    }
}
