//! What all requests need: an id each, and waiting where one service has yet to hear from another.

use std::time::Duration;

use crate::error::Error;

/// An identity for one request.
pub fn request_id() -> String {
    uuid::Uuid::now_v7().to_string()
}

/// Asks until there is an answer: what one service tells another takes a moment to arrive.
pub async fn until<T>(what: &'static str, mut ask: impl AsyncFnMut() -> Result<Option<T>, Error>) -> Result<T, Error> {
    for _ in 0..600 {
        if let Some(found) = ask().await? {
            return Ok(found);
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    Err(Error::NeverCame(what))
}
