//! Periodic work of a service.

use std::fmt::{Debug, Display};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

/// Runs `tick` at this interval until the process stops; a failed one is logged and tried again.
pub async fn run<E, F, R>(stop: &CancellationToken, every: Duration, what: &str, tick: F)
where
    E: Display,
    F: Fn() -> R,
    R: Future<Output = Result<(), E>>,
{
    while !stop.is_cancelled() {
        if let Err(error) = tick().await {
            tracing::warn!(error = %error, "{what} could not be looked at: {error}");
        }
        tokio::select! {
            () = tokio::time::sleep(every) => {}
            () = stop.cancelled() => {}
        }
    }
}

/// Does what is due, one after the other. One that fails is logged and left to the next tick, and the others go on.
/// Returns how many were done; when it is not 0, more may have been due.
pub async fn each<T, E, F, R>(what: &str, due: Vec<T>, work: F) -> usize
where
    T: Clone + Debug,
    E: Display,
    F: Fn(T) -> R,
    R: Future<Output = Result<(), E>>,
{
    let mut n_done = 0;
    for one in due {
        match work(one.clone()).await {
            Ok(()) => n_done += 1,
            Err(error) => tracing::warn!(error = %error, which = ?one, "{what} {one:?} has to wait: {error}"),
        }
    }
    n_done
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[tokio::test]
    async fn what_fails_holds_nobody_up() {
        let done = Mutex::new(Vec::new());
        let done = &done;
        let work = |n: u8| async move {
            if n == 1 {
                return Err("no");
            }
            done.lock().unwrap().push(n);
            Ok(())
        };
        assert_eq!(each("the number", vec![0, 1, 2], work).await, 2);
        assert_eq!(*done.lock().unwrap(), [0, 2]);
        assert_eq!(each("the number", vec![1], |_: u8| std::future::ready(Err("no"))).await, 0);
    }
}
