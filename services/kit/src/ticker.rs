//! What a service looks at again and again by itself.

use std::fmt::Display;
use std::time::Duration;

use crate::stop::Stop;

/// Ticks until the process stops. A tick that fails is logged as `what` that could not be looked at, and comes again.
pub async fn run<E, F, R>(stop: &Stop, every: Duration, what: &str, tick: F)
where
    E: Display,
    F: Fn() -> R,
    R: Future<Output = Result<(), E>>,
{
    while !stop.is_called() {
        if let Err(error) = tick().await {
            tracing::warn!(error = %error, "{what} could not be looked at: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.called() => {}
        }
    }
}
