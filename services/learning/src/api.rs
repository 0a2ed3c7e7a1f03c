//! The tonic traits: each RPC parses, replays, gathers, writes and answers. No rule lives here.

mod case_studies;
mod commissions;
mod corpus;
mod insights;
mod open_data;
mod publications;

use kit::cx::Cx;
use kit::fault::Violation;
use kit::paging::Page;
use kit::wire::Reader;
use prost::Message;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tonic::{Response, Status};

use crate::error::Error;

type Answer<T> = Result<Response<T>, Status>;

/// Every write is the same five lines.
macro_rules! write {
    ($self:ident, $request:ident: $command:ty, |$tx:ident, $cx:ident, $cmd:ident| $write:expr) => {{
        let (cx, cmd) = kit::cx::Cx::parse::<$command>($request)?;
        if let Some(answer) = $self.replay(&cx).await? {
            return Ok(tonic::Response::new(answer));
        }
        let of = cx.clone();
        let answer = $self
            .db
            .write(&cx, move |$tx| {
                let ($cx, $cmd) = (&of, &cmd);
                $write
            })
            .await?;
        Ok(tonic::Response::new(answer))
    }};
}
use write;

fn id<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<T, Error> {
    let mut reader = Reader::new();
    let id = reader.id(field, text);
    reader.finish(id).map_err(Error::Invalid)
}

fn id_or_none<T: std::str::FromStr<Err: std::fmt::Display>>(field: &str, text: &str) -> Result<Option<T>, Error> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

fn page<K: Serialize + DeserializeOwned>(
    cx: &Cx,
    size: i32,
    token: &str,
    filter: &impl Message,
) -> Result<Page<K>, Error> {
    Page::parse(cx, size, token, filter).map_err(|violation: Violation| Error::Invalid(vec![violation]))
}
