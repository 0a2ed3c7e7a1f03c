//! One-line RPCs. A write is parsed, replayed if it was answered before, given its facts, executed and answered, in
//! this order and only here. A read is parsed, run on one snapshot and converted.

use std::future::{Future, ready};

use prost::Message;
use tonic::{Request, Response, Status};
use tracing::Instrument;

use super::{Conn, Db, Tx, WriteError};
use crate::cx::{Answer, Cx};
use crate::wire::Parse;

/// One write, for a command.
pub type Write<C, T, E> = fn(&mut Tx, &Cx, &C) -> Result<T, E>;
/// One write that rests on what was gathered for it.
pub type WriteWith<G, C, T, E> = fn(&mut Tx, &Cx, &G, &C) -> Result<T, E>;
/// What a caller may read of what they ask for.
pub type Read<C, T, E> = fn(&mut Conn, &Cx, &C) -> Result<T, E>;

/// What a write rests on, and the key that it shares with those that contend with it for a row.
pub struct Gathered<G> {
    pub key: Option<String>,
    pub facts: G,
}

impl Db {
    /// Takes a write that rests on its command alone.
    ///
    /// # Errors
    /// Every bad field at once; a request identity that was used for something else; what the write refuses.
    pub async fn take<R, C, W, T, E>(&self, request: Request<R>, parse: Parse<R, C>, write: Write<C, T, E>) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        Status: From<E>,
    {
        let gather = |_: &Cx, _: &C| ready(Ok(Gathered { key: None, facts: () }));
        self.gather_and_write(request, parse, gather, move |tx, cx, (), cmd| write(tx, cx, cmd)).await
    }

    /// The same for writes that contend for one row: those with the same key run one after the other, in every process,
    /// without retries.
    ///
    /// # Errors
    /// Those of [`Db::take`].
    pub async fn take_keyed<R, C, W, T, E>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        key: fn(&C) -> String,
        write: Write<C, T, E>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        Status: From<E>,
    {
        let gather = |_: &Cx, cmd: &C| ready(Ok(Gathered { key: Some(key(cmd)), facts: () }));
        self.gather_and_write(request, parse, gather, move |tx, cx, (), cmd| write(tx, cx, cmd)).await
    }

    /// Takes a write that rests on facts which are gathered first, from other services or from this store.
    ///
    /// # Errors
    /// Those of [`Db::take`], and what keeps the facts from being gathered.
    pub async fn take_with<R, C, G, W, T, E, F>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        gather: impl FnOnce(Cx, C) -> F,
        write: WriteWith<G, C, T, E>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        G: Send + 'static,
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        Status: From<E>,
        F: Future<Output = Result<G, E>>,
    {
        let gather = |cx: &Cx, cmd: &C| {
            let gathering = gather(cx.clone(), cmd.clone());
            async { Ok(Gathered { key: None, facts: gathering.await? }) }
        };
        self.gather_and_write(request, parse, gather, write).await
    }

    /// The same with a key that is gathered with the facts.
    ///
    /// # Errors
    /// Those of [`Db::take_with`].
    pub async fn take_keyed_with<R, C, G, W, T, E, F>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        gather: impl FnOnce(Cx, C) -> F,
        write: WriteWith<G, C, T, E>,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        G: Send + 'static,
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        Status: From<E>,
        F: Future<Output = Result<Gathered<G>, E>>,
    {
        let gather = |cx: &Cx, cmd: &C| gather(cx.clone(), cmd.clone());
        self.gather_and_write(request, parse, gather, write).await
    }

    /// The common path.
    async fn gather_and_write<R, C, G, W, T, E, F>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        gather: impl FnOnce(&Cx, &C) -> F,
        write: impl Fn(&mut Tx, &Cx, &G, &C) -> Result<T, E> + Send + 'static,
    ) -> Answer<W>
    where
        C: Clone + Send + Sync + 'static,
        G: Send + 'static,
        W: Message + Default + From<T> + 'static,
        T: Send + 'static,
        E: WriteError,
        Status: From<E>,
        F: Future<Output = Result<Gathered<G>, E>>,
    {
        let (cx, cmd) = Cx::parse(request, parse)?;
        let span = tracing::debug_span!("take", rpc = cx.rpc);
        let answered = async {
            if let Some(answer) = self.replay(&cx).await? {
                return Ok(answer);
            }
            let Gathered { key, facts } = gather(&cx, &cmd).await?;
            let of = cx.clone();
            self.answer(&cx, key, Box::new(move |tx| write(tx, &of, &facts, &cmd).map(W::from))).await
        };
        Ok(Response::new(answered.instrument(span).await?))
    }

    /// Shows what a caller may read of what they ask for, at one snapshot.
    ///
    /// # Errors
    /// Every bad field at once; what the read refuses.
    pub async fn show<R, C, T, E, W>(
        &self,
        request: Request<R>,
        parse: Parse<R, C>,
        read: Read<C, T, E>,
        convert: fn(T) -> W,
    ) -> Answer<W>
    where
        C: Send + Sync + 'static,
        T: Send + 'static,
        E: WriteError,
        Status: From<E>,
    {
        let (cx, asked) = Cx::parse(request, parse)?;
        let span = tracing::debug_span!("show", rpc = cx.rpc);
        let found = self.read(move |conn| read(conn, &cx, &asked)).instrument(span).await?;
        Ok(Response::new(convert(found)))
    }
}
