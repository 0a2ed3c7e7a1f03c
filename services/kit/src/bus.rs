//! How events travel: inside the process, or over NATS JetStream. Either way at least once, in no promised order
//! between subjects. An event that cannot be taken now is redelivered; one that never can be is logged, and the next
//! ones go on.

use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_nats::jetstream::{self, AckKind, consumer::pull, stream};
use futures_util::future::BoxFuture;
use futures_util::{FutureExt, StreamExt};
use prost::Message;
use toadlane_proto::types::v1 as pb;

use crate::caller::Area;
use crate::consumer::NotTaken;
use tokio_util::sync::CancellationToken;

/// What a consumer does with an event.
pub(crate) type Handler = Arc<dyn Fn(pb::Event) -> BoxFuture<'static, Result<(), NotTaken>> + Send + Sync>;

/// Why an event could not be handed on.
#[derive(Debug, thiserror::Error)]
pub enum BusError {
    #[error("a consumer in this process failed")]
    Consumer(#[source] NotTaken),
    #[error("the broker cannot be reached: {0}")]
    Broker(String),
}

/// What the broker said to a published event.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Receipt {
    /// The place of the event in the broker's stream.
    pub sequence: i64,
    /// The broker held the event already, so that the place is an earlier one.
    pub is_known: bool,
}

/// The bus of a process.
#[derive(Clone)]
pub enum Bus {
    /// Consumers live in this process; publishing is calling them.
    Local(Arc<Mutex<HashMap<Area, Vec<Handler>>>>),
    Nats(jetstream::Context),
}

const RETRY: Duration = Duration::from_millis(200);
/// Within this time the broker itself drops a second message with the same event id.
const DUPLICATES: Duration = Duration::from_secs(120);

fn broker(cause: impl std::fmt::Display) -> BusError {
    BusError::Broker(cause.to_string())
}

fn stream_of(area: Area) -> String {
    format!("toadlane_{area}")
}

impl Bus {
    pub fn local() -> Bus {
        Bus::Local(Arc::default())
    }

    /// Connects to a broker, which may come and go afterwards.
    pub async fn nats(url: &str) -> Result<Bus, BusError> {
        let options = async_nats::ConnectOptions::new().retry_on_initial_connect().max_reconnects(None);
        let client = options.connect(url).await.map_err(broker)?;
        let mut context = jetstream::new(client);
        context.set_timeout(Duration::from_secs(3));
        Ok(Bus::Nats(context))
    }

    /// Hands an event of an area to all its consumers, or to the broker, whose receipt is the answer.
    pub async fn publish(&self, from: Area, event: &pb::Event) -> Result<Option<Receipt>, BusError> {
        match self {
            Bus::Local(consumers) => {
                let handlers = {
                    let consumers = consumers.lock().unwrap_or_else(PoisonError::into_inner);
                    consumers.get(&from).cloned().unwrap_or_default()
                };
                for handler in handlers {
                    take(&handler, event.clone()).await.map_err(BusError::Consumer)?;
                }
                Ok(None)
            }
            Bus::Nats(context) => {
                let mut headers = async_nats::HeaderMap::new();
                headers.insert("Nats-Msg-Id", event.id.as_str());
                let name = event.r#type.rsplit('.').next().unwrap_or("event");
                let subject = format!("toadlane.{from}.{name}");
                let sent = context.publish_with_headers(subject, headers, event.encode_to_vec().into());
                let acknowledged = sent.await.map_err(broker)?.await.map_err(broker)?;
                Ok(Some(Receipt {
                    sequence: i64::try_from(acknowledged.sequence).map_err(broker)?,
                    is_known: acknowledged.duplicate,
                }))
            }
        }
    }

    /// The last sequence that the broker holds of an area; none without a broker. Makes the stream if it is absent.
    pub async fn last_sequence(&self, area: Area) -> Result<Option<i64>, BusError> {
        match self {
            Bus::Local(_) => Ok(None),
            Bus::Nats(context) => {
                let mut stream = context.get_or_create_stream(config(area)).await.map_err(broker)?;
                let info = stream.info().await.map_err(broker)?;
                Ok(Some(i64::try_from(info.state.last_sequence).map_err(broker)?))
            }
        }
    }

    /// Has every event of an area taken: over a broker from the first that it holds, and after a restart from where the
    /// consumer stopped; inside the process from now on, before [`publish`](Bus::publish) answers.
    pub fn subscribe<S, R>(
        &self,
        from: Area,
        consumer: &str,
        stop: &CancellationToken,
        service: &S,
        take: fn(S, pb::Event) -> R,
    ) where
        S: Clone + Send + Sync + 'static,
        R: Future<Output = Result<(), NotTaken>> + Send + 'static,
    {
        let service = service.clone();
        self.add(from, consumer, stop, Arc::new(move |event| take(service.clone(), event).boxed()));
    }

    fn add(&self, from: Area, consumer: &str, stop: &CancellationToken, handler: Handler) {
        match self {
            Bus::Local(consumers) => {
                let mut consumers = consumers.lock().unwrap_or_else(PoisonError::into_inner);
                consumers.entry(from).or_default().push(handler);
            }
            Bus::Nats(context) => {
                let (context, consumer, stop) = (context.clone(), consumer.to_string(), stop.clone());
                tokio::spawn(async move {
                    while !stop.is_cancelled() {
                        let pulled = pull_events(&context, from, &consumer, &handler, &stop).await;
                        if let Err(error) = pulled {
                            tracing::warn!(role = %from, error = %error, "events of {from} do not arrive: {error}");
                            tokio::time::sleep(RETRY).await;
                        }
                    }
                });
            }
        }
    }
}

/// A consumer that panics is one that failed: neither the relay nor the consumer's task may die of it.
async fn take(handler: &Handler, event: pb::Event) -> Result<(), NotTaken> {
    let (id, kind) = (event.id.clone(), event.r#type.clone());
    let handled = AssertUnwindSafe(async { handler(event).await }).catch_unwind();
    let panicked = || NotTaken::Now("the consumer panicked; its words are in the log above".to_string());
    match handled.await.unwrap_or_else(|_| Err(panicked())) {
        Err(NotTaken::Ever(cause)) => {
            tracing::error!(event = %id, kind = %kind, "the event {id} ({kind}) is passed over: {cause}");
            Ok(())
        }
        answer => answer,
    }
}

fn config(area: Area) -> stream::Config {
    stream::Config {
        name: stream_of(area),
        subjects: vec![format!("toadlane.{area}.>")],
        duplicate_window: DUPLICATES,
        ..Default::default()
    }
}

async fn pull_events(
    context: &jetstream::Context,
    from: Area,
    consumer: &str,
    handler: &Handler,
    stop: &CancellationToken,
) -> Result<(), BusError> {
    let stream = context.get_or_create_stream(config(from)).await.map_err(broker)?;
    let durable = pull::Config {
        durable_name: Some(consumer.to_string()),
        ack_wait: Duration::from_secs(10),
        ..Default::default()
    };
    let consumer = stream.get_or_create_consumer(consumer, durable).await.map_err(broker)?;
    let messages = consumer.stream().heartbeat(Duration::from_secs(2)).expires(Duration::from_secs(10));
    let mut messages = messages.messages().await.map_err(broker)?;
    loop {
        let message = tokio::select! {
            message = messages.next() => match message {
                Some(message) => message.map_err(broker)?,
                None => return Ok(()),
            },
            () = stop.cancelled() => return Ok(()),
        };
        let done = match pb::Event::decode(message.payload.clone()) {
            Ok(event) => take(handler, event).await,
            Err(cause) => {
                // Not ours: no retry makes it readable.
                tracing::error!(error = %cause, "a message on the bus is no event: {cause}");
                Ok(())
            }
        };
        let answer = match done {
            Ok(()) => AckKind::Ack,
            Err(error) => {
                tracing::warn!(error = %error, "an event was not taken and comes again: {error}");
                AckKind::Nak(Some(RETRY))
            }
        };
        message.ack_with(answer).await.map_err(broker)?;
    }
}
