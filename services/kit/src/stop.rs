//! The word that a process is stopping, heard by all that runs long.

use tokio::sync::watch;

/// Heard by whoever holds a clone.
#[derive(Clone)]
pub struct Stop(watch::Receiver<bool>);

/// Says the word. Dropping it says it too.
pub struct StopCaller(watch::Sender<bool>);

pub fn channel() -> (StopCaller, Stop) {
    let (caller, stop) = watch::channel(false);
    (StopCaller(caller), Stop(stop))
}

impl StopCaller {
    pub fn call(&self) {
        self.0.send_replace(true);
    }
}

impl Stop {
    pub fn is_called(&self) -> bool {
        *self.0.borrow() || self.0.has_changed().is_err()
    }

    /// Resolves when the process begins to stop.
    pub async fn called(&self) {
        let mut heard = self.0.clone();
        // An error means that the caller is gone, which is the same word.
        let _ = heard.wait_for(|called| *called).await;
    }
}
