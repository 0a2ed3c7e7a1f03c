//! Many answers as one stream: the items of a paged list, the changes of a watch.

use std::future::Future;
use std::pin::Pin;
use std::task::{Context, Poll};

use futures_util::stream::{self, BoxStream, Stream, StreamExt, TryStreamExt};
use tonic::Status;

use crate::refusal::Refusal;
use crate::retry::{TOTAL, again};

/// Answers that come one after the other. It ends with the first refusal.
pub struct Answers<'a, T>(BoxStream<'a, Result<T, Refusal>>);

impl<'a, T> Answers<'a, T> {
    pub(crate) fn new(stream: impl Stream<Item = Result<T, Refusal>> + Send + 'a) -> Answers<'a, T> {
        Answers(stream.boxed())
    }

    /// The next one; none after the last.
    ///
    /// # Errors
    /// The refusal that ended it.
    pub async fn next(&mut self) -> Result<Option<T>, Refusal> {
        self.0.try_next().await
    }

    /// All of them: for lists that end.
    ///
    /// # Errors
    /// The refusal that ended it.
    pub async fn all(self) -> Result<Vec<T>, Refusal> {
        self.0.try_collect().await
    }
}

impl<T> Stream for Answers<'_, T> {
    type Item = Result<T, Refusal>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.as_mut().poll_next(cx)
    }
}

/// The items of a paged list, page after page, asked for as they are wanted. `ask` is given the page token and answers
/// with the items and the next token. A page is tried again as [`crate::retry`] does it.
///
/// ```no_run
/// # use toadlane_client::{Client, Refusal, pages, proto::bids::v1 as pb};
/// # async fn example(client: &Client, round_id: &str) -> Result<(), Refusal> {
/// let mut bids = pages(|page_token| {
///     let mut service = client.bids();
///     let round_id = round_id.to_string();
///     async move {
///         let page = service.list_bids(pb::ListBidsRequest { round_id, page_token, ..Default::default() }).await?;
///         let page = page.into_inner();
///         Ok((page.bids, page.next_page_token))
///     }
/// });
/// while let Some(bid) = bids.next().await? {
///     println!("{}", bid.id);
/// }
/// # Ok(())
/// # }
/// ```
pub fn pages<'a, T, A>(ask: impl FnMut(String) -> A + Send + 'a) -> Answers<'a, T>
where
    T: Send + 'a,
    A: Future<Output = Result<(Vec<T>, String), Status>> + Send + 'a,
{
    let begin = Some((ask, String::new()));
    let pages = stream::try_unfold(begin, |state| async move {
        let Some((mut ask, page_token)) = state else { return Ok::<_, Refusal>(None) };
        let (items, next) = again(TOTAL, || ask(page_token.clone())).await?;
        let state = (!next.is_empty()).then_some((ask, next));
        Ok(Some((stream::iter(items.into_iter().map(Ok)), state)))
    });
    Answers::new(pages.try_flatten())
}
