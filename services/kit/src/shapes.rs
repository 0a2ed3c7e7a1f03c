//! What is the same for every message of a shape: requests that ask for little more than one thing, and pages of
//! lists.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toadlane_proto::shapes::{CountedPage, DatedPage, ListOf, OfOne, Page, ReasonedStep, Step};

use crate::cx::{Reasoned, Target};
use crate::paging::{Counted, Dated, Found, Listed};
use crate::wire::Reader;

/// Asks about one thing.
pub fn one<R: OfOne, I: FromStr<Err: Display>>(wire: R, reader: &mut Reader) -> Option<I> {
    reader.id(R::ID, &wire.parts())
}

/// A step on one thing.
pub fn step<R: Step, I: FromStr<Err: Display>>(wire: R, reader: &mut Reader) -> Option<Target<I>> {
    let (id, etag) = wire.parts();
    reader.target(R::ID, &id, &etag)
}

/// A step for which a reason must be given.
pub fn reasoned<R: ReasonedStep, I: FromStr<Err: Display>>(wire: R, reader: &mut Reader) -> Option<Reasoned<I>> {
    let (id, etag, reason) = wire.parts();
    let target = reader.target(R::ID, &id, &etag);
    let reason = reader.text("reason", &reason);
    Some(Reasoned { target: target?, reason: reason? })
}

/// A page of what belongs to one thing.
pub fn listed<R, I, K>(wire: R, reader: &mut Reader) -> Option<Listed<I, K>>
where
    R: ListOf,
    I: FromStr<Err: Display>,
    K: Serialize + DeserializeOwned,
{
    let (id, size, token) = wire.parts();
    reader.listed(R::ID, &id, size, &token)
}

/// A page of all, or of what belongs to the one thing that is named.
pub fn listed_or_all<R, I, K>(wire: R, reader: &mut Reader) -> Option<Listed<Option<I>, K>>
where
    R: ListOf,
    I: FromStr<Err: Display>,
    K: Serialize + DeserializeOwned,
{
    let (id, size, token) = wire.parts();
    let (filter, page) = (reader.id_or_none(R::ID, &id), reader.page(size, &token));
    Some(Listed { filter: filter?, page: page? })
}

pub fn page<T, W: Page<Row: From<T>>>(found: Found<T>) -> W {
    let (rows, next_page_token) = found.wire(W::Row::from);
    W::of(rows, next_page_token)
}

pub fn dated<T, W: DatedPage<Row: From<T>>>(Dated { found, as_of }: Dated<T>) -> W {
    let (rows, next_page_token) = found.wire(W::Row::from);
    W::of(rows, next_page_token, as_of.into())
}

pub fn counted<T, W: CountedPage<Row: From<T>>>(Counted { found, n_all, as_of }: Counted<T>) -> W {
    let (rows, next_page_token) = found.wire(W::Row::from);
    W::of(rows, next_page_token, n_all, as_of.into())
}
