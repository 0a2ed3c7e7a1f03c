//! How a service takes another's events: each once, however often delivered; one that cannot be taken does not block
//! the next.

use prost::Name;
use toadlane_proto::types::v1::Event;

use crate::db::{Db, DbError, Tx, WriteError};
use crate::neighbour::{Unanswered, Unusable};
use crate::outbox::{self, Take};
use crate::time::Timestamp;

/// Why an event was not taken.
#[derive(Debug, thiserror::Error)]
pub enum NotTaken {
    /// Something it needs is unavailable: the event is redelivered.
    #[error("it cannot be taken now: {0}")]
    Now(String),
    /// It cannot be read, or makes no sense here, and no second try changes that: it is logged and passed over. Its
    /// sender keeps it.
    #[error("it cannot be taken: {0}")]
    Ever(String),
}

impl From<DbError> for NotTaken {
    fn from(error: DbError) -> NotTaken {
        NotTaken::Now(error.to_string())
    }
}

impl From<Unusable> for NotTaken {
    fn from(error: Unusable) -> NotTaken {
        NotTaken::Ever(error.to_string())
    }
}

impl From<Unanswered> for NotTaken {
    fn from(error: Unanswered) -> NotTaken {
        match error {
            // A refusal may end with the next version of the neighbour; what it has said it says again.
            Unanswered::OutOfReach(status) | Unanswered::Refused(status) => NotTaken::Now(status.to_string()),
            Unanswered::Unusable(cause) => cause.into(),
        }
    }
}

/// The resource of an event, if it is such a message.
///
/// # Errors
/// When it bears the name and is none.
pub fn resource<M: Name + Default>(event: &Event) -> Result<Option<M>, NotTaken> {
    let is_named = |any: &&prost_types::Any| any.type_url.rsplit('/').next() == Some(M::full_name().as_str());
    let Some(any) = event.resource.as_ref().filter(is_named) else { return Ok(None) };
    M::decode(any.value.as_slice()).map(Some).map_err(|cause| NotTaken::Ever(cause.to_string()))
}

/// Lets an event have its effect, once, and only while no newer one of its subject has had its own. Writes with the
/// same key run one after the other.
///
/// # Errors
/// Those of the effect, and of the store.
pub async fn take<E, F>(db: &Db, key: Option<String>, event: Event, effect: F) -> Result<(), NotTaken>
where
    E: WriteError + Into<NotTaken>,
    F: Fn(&mut Tx, Timestamp) -> Result<(), E> + Send + 'static,
{
    let now = db.clock().now();
    let taken = db.work(key, move |tx| match outbox::take(tx, &event, now)? {
        Take::First => effect(tx, now),
        Take::Again | Take::Older => Ok(()),
    });
    taken.await.map_err(|error: E| error.into())
}
