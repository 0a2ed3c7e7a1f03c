//! What seals a statement.

use std::sync::Arc;

use super::SigningKey;
use crate::time::Timestamp;

/// The key of an area, and real time, whatever the platform's clock says.
#[derive(Clone)]
pub struct Seal {
    pub key: Arc<SigningKey>,
    pub at: Timestamp,
}

impl Seal {
    /// With this machine's time.
    pub fn now(key: &Arc<SigningKey>) -> Seal {
        Seal { key: key.clone(), at: Timestamp::of_this_machine() }
    }
}
