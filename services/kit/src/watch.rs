//! A watch on a service's events: each that the caller may see, with a token to resume from. What is shown of an event
//! is the service's; when to look, what a token means and when to end are the same for all.

use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{Stream, stream};
use toadlane_proto::types::v1::Event;
use tokio::sync::Notify;
use tokio::time::Instant;
use tonic::{Code, Status};

use crate::cx::Cx;
use crate::db::{Conn, Db, DbError};
use crate::fault::{Fault, Reason, Violation};
use crate::outbox::{self, Published};
use crate::paging::Page;
use crate::time::Timestamp;
use tokio_util::sync::CancellationToken;

/// What an RPC answers with that goes on for longer than one answer.
pub type Streamed<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

/// How often a watcher hears that nothing has happened.
const SIGN_OF_LIFE: Duration = Duration::from_secs(15);
/// Events relayed by another process do not wake us, so we look this often.
const LOOK_EVERY: Duration = Duration::from_millis(250);
const MOST_PER_LOOK: i64 = 100;

/// What is shown of an event at an instant; none of what the watcher may not see, or did not ask for.
pub type Show<F> = dyn Fn(&mut Conn, &Event, Timestamp) -> Result<Option<F>, DbError> + Send + Sync;

struct Watch<F> {
    db: Db,
    /// Woken when this process has published.
    published: Arc<Notify>,
    stop: CancellationToken,
    page: Page<i64>,
    position: i64,
    show: Arc<Show<F>>,
    set_token: fn(&mut F, String),
    ready: VecDeque<F>,
    quiet_since: Instant,
    begun: bool,
}

/// Streams what is shown of every event from a token on, or from now. Each
/// message gets a token to go on from; one with nothing else is a sign of life.
///
/// # Errors
/// When the token is not one of ours, belongs to another watch, or is older than what is kept.
pub async fn stream<F: Default + Send + 'static>(
    cx: &Cx,
    db: &Db,
    stop: &CancellationToken,
    resume_token: &str,
    show: impl Fn(&mut Conn, &Event, Timestamp) -> Result<Option<F>, DbError> + Send + Sync + 'static,
    set_token: fn(&mut F, String),
) -> Result<Streamed<F>, Status> {
    let page = Page::<i64>::parse(cx, 0, resume_token)
        .map_err(|violation| Fault::invalid(vec![Violation { field: "resume_token".into(), ..violation }]))?;
    let bounds = db.read(outbox::bounds).await.map_err(|error: DbError| error.fault())?;
    let position = match (page.after, bounds) {
        (None, None) => 0,
        (None, Some((_, last))) => last,
        // Beyond the last: of a store that has since been restored from an older copy.
        (Some(after), Some((first, last))) if after < first - 1 || after > last => return Err(too_old()),
        (Some(after), None) if after > 0 => return Err(too_old()),
        (Some(after), _) => after,
    };
    let watch = Watch {
        db: db.clone(),
        published: db.published(),
        stop: stop.clone(),
        page,
        position,
        show: Arc::new(show),
        set_token,
        ready: VecDeque::new(),
        quiet_since: Instant::now(),
        begun: false,
    };
    Ok(Box::pin(stream::unfold(Some(watch), |watch| async move {
        let mut watch = watch?;
        match watch.next().await {
            Ok(frame) => Some((Ok(frame), Some(watch))),
            Err(status) => Some((Err(status), None)),
        }
    })))
}

fn too_old() -> Status {
    let says = "the resume token is older than what is kept: list, then watch again without one";
    Fault::new(Code::OutOfRange, Reason::ResumeTokenTooOld, says).into()
}

/// The name of an event as a watch says it: `BidSubmitted`.
pub fn event_type(event: &Event) -> String {
    event.r#type.rsplit('.').next().unwrap_or_default().to_string()
}

impl<F: Default + Send + 'static> Watch<F> {
    async fn next(&mut self) -> Result<F, Status> {
        // The first message comes at once, so that the watcher holds a token before anything happens.
        if !std::mem::replace(&mut self.begun, true) {
            return Ok(self.with_token(F::default()));
        }
        loop {
            if let Some(frame) = self.ready.pop_front() {
                self.quiet_since = Instant::now();
                return Ok(frame);
            }
            if self.look().await? {
                continue;
            }
            if self.quiet_since.elapsed() >= SIGN_OF_LIFE {
                self.quiet_since = Instant::now();
                return Ok(self.with_token(F::default()));
            }
            tokio::select! {
                () = self.published.notified() => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
                () = self.stop.cancelled() => {
                    let says = "the server is stopping; watch again with the last resume token";
                    return Err(Fault::new(Code::Unavailable, Reason::TryAgain, says).into());
                }
            }
        }
    }

    /// Reads what has been published since. True when there was something, seen or not.
    async fn look(&mut self) -> Result<bool, Status> {
        let (position, show, now) = (self.position, self.show.clone(), self.db.clock().now());
        let found: Result<Vec<(i64, Option<F>)>, DbError> = self
            .db
            .read(move |conn| {
                let published = outbox::after(conn, position, MOST_PER_LOOK)?;
                let shown = |Published { position, event }| Ok((position, show(conn, &event, now)?));
                published.into_iter().map(shown).collect()
            })
            .await;
        let found = found.map_err(|error| error.fault())?;
        let any = !found.is_empty();
        for (position, frame) in found {
            self.position = position;
            let frame = frame.map(|frame| self.with_token(frame));
            self.ready.extend(frame);
        }
        Ok(any)
    }

    fn with_token(&self, mut frame: F) -> F {
        (self.set_token)(&mut frame, self.page.token(&self.position));
        frame
    }
}
