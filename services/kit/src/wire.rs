//! From the wire to a service's own values: a [`Reader`] parses a request and reports every bad field at once.

use std::fmt::Display;
use std::str::FromStr;

use prost_types::Any;
use serde::Serialize;
use serde::de::DeserializeOwned;
use toadlane_proto::types::v1 as types;
use tonic::{Request, Status};

use crate::cx::{Cx, Target};
use crate::deadline::{Deadline, Edge};
use crate::fault::{Fault, Violation};
use crate::money::Money;
use crate::paging::{Listed, Page};
use crate::time::{Date, Timestamp};

pub fn wire_time(at: Timestamp) -> Option<prost_types::Timestamp> {
    Some(at.into())
}

/// `YYYY-MM-DD`, and empty for none.
pub fn wire_date(date: Option<Date>) -> String {
    date.map(|date| date.to_string()).unwrap_or_default()
}

pub fn etag(version: i64) -> String {
    version.to_string()
}

/// The name of an enum's value in rows, such as `held_late` for `STATE_HELD_LATE`; none for the unspecified one, which
/// the field rules refuse.
pub fn row_name(wire_name: &str, prefix: &str) -> Option<String> {
    let name = wire_name.strip_prefix(prefix).unwrap_or(wire_name).to_lowercase();
    Some(name).filter(|name| name != "unspecified")
}

/// The name of the value of an enum that has this name in rows.
pub fn wire_name(row_name: &str, prefix: &str) -> String {
    format!("{prefix}{}", row_name.to_uppercase())
}

/// A message under its full name, such as `toadlane.bids.v1.Bid`.
pub fn any(name: &str, value: Vec<u8>) -> Any {
    Any { type_url: format!("type.googleapis.com/{name}"), value }
}

/// An identity in a request that is little more; a [`Reader`] reads the others.
///
/// # Errors
/// What is wrong with the text of this field.
pub fn id<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<T, Violation> {
    text.parse().map_err(|says: T::Err| Violation::new(field, "id", says.to_string()))
}

pub fn id_or_none<T: FromStr<Err: Display>>(field: &str, text: &str) -> Result<Option<T>, Violation> {
    if text.is_empty() { Ok(None) } else { id(field, text).map(Some) }
}

/// How a request becomes what a service understands: a command, or what is asked of a list. The good parts are read on,
/// so that every bad field is reported at once; none when what is bad cannot be done without.
pub type Parse<R, C> = fn(R, &mut Reader) -> Option<C>;

impl Cx {
    /// Takes a request apart: its context, and what it asks.
    ///
    /// # Errors
    /// Every bad field at once.
    pub fn parse<R, C>(request: Request<R>, parse: Parse<R, C>) -> Result<(Cx, C), Status> {
        let cx = Cx::of(&request)?;
        let mut reader = Reader::of(&cx);
        let asked = parse(request.into_inner(), &mut reader);
        let asked = reader.finish(asked).map_err(Fault::invalid)?;
        Ok((cx, asked))
    }
}

/// Collects violations while the good parts are kept.
pub struct Reader<'a> {
    cx: &'a Cx,
    found: Vec<Violation>,
}

impl<'a> Reader<'a> {
    pub fn of(cx: &'a Cx) -> Reader<'a> {
        Reader { cx, found: Vec::new() }
    }

    pub fn add(&mut self, violation: Violation) {
        self.found.push(violation);
    }

    /// The value, or a violation on this field.
    pub fn take<T, E: Display>(&mut self, field: &str, rule: &str, value: Result<T, E>) -> Option<T> {
        match value {
            Ok(value) => Some(value),
            Err(says) => {
                self.add(Violation::new(field, rule, says.to_string()));
                None
            }
        }
    }

    /// A message that must be there.
    pub fn needed<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        self.take(field, "required", value.ok_or("give a value"))
    }

    /// A text that says something, without the blanks around it.
    pub fn said(&mut self, field: &str, text: &str) -> Option<String> {
        let trimmed = text.trim();
        let said = if trimmed.is_empty() { Err("say something that can be read") } else { Ok(trimmed.to_string()) };
        self.take(field, "blank", said)
    }

    pub fn id<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        let id = id(field, text);
        id.map_err(|violation| self.add(violation)).ok()
    }

    /// What a step is taken on: an identity and the etag that its caller read.
    pub fn target<I: FromStr<Err: Display>>(&mut self, field: &str, id: &str, etag: &str) -> Option<Target<I>> {
        let (id, version) = (self.id(field, id), self.version(etag));
        Some(Target { id: id?, version: version? })
    }

    pub fn id_or_none<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<Option<T>> {
        if text.is_empty() { Some(None) } else { self.id(field, text).map(Some) }
    }

    /// The version that an etag names.
    pub fn version(&mut self, etag: &str) -> Option<i64> {
        self.take("etag", "etag", etag.parse().map_err(|_| "give the etag exactly as it was answered"))
    }

    pub fn date(&mut self, field: &str, text: &str) -> Option<Date> {
        self.take(field, "date", text.parse().map_err(|_| "give a day that exists, such as 2026-03-16"))
    }

    pub fn date_or_none(&mut self, field: &str, text: &str) -> Option<Option<Date>> {
        if text.is_empty() { Some(None) } else { self.date(field, text).map(Some) }
    }

    pub fn time(&mut self, field: &str, time: Option<prost_types::Timestamp>) -> Option<Timestamp> {
        let time = self.needed(field, time)?;
        self.take(field, "timestamp", Timestamp::try_from(time))
    }

    pub fn time_or_none(&mut self, field: &str, time: Option<prost_types::Timestamp>) -> Option<Option<Timestamp>> {
        match time {
            None => Some(None),
            Some(time) => self.take(field, "timestamp", Timestamp::try_from(time)).map(Some),
        }
    }

    pub fn money_or_none(&mut self, field: &str, wire: Option<types::Money>) -> Option<Option<Money>> {
        match wire {
            None => Some(None),
            Some(sum) => self.take(&format!("{field}.currency"), "currency", Money::try_from(sum)).map(Some),
        }
    }

    /// A deadline with an instant; its words are not looked at yet.
    pub fn deadline(&mut self, field: &str, wire: types::Deadline) -> Option<Deadline> {
        let instant = self.time(&format!("{field}.instant"), wire.instant)?;
        Some(Deadline { instant, zone: wire.zone, announced: wire.announced })
    }

    /// A deadline whose words are held to its instant (rule 5).
    pub fn deadline_in_words(&mut self, field: &str, wire: types::Deadline, edge: Edge) -> Option<Deadline> {
        let deadline = self.deadline(field, wire)?;
        match deadline.check(edge) {
            Ok(()) => Some(deadline),
            Err(bad) => {
                self.add(Violation::new(format!("{field}.{}", bad.field()), bad.rule(), bad.to_string()));
                None
            }
        }
    }

    /// A value of an enum; none stands for one that the contract does not name.
    pub fn known<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        self.take(field, "enum.defined_only", value.ok_or("give one of the values that the contract names"))
    }

    /// The good ones of a list, each read under the path of its place.
    pub fn each<W, T>(
        &mut self,
        field: &str,
        wires: Vec<W>,
        read: impl Fn(&mut Reader, &str, W) -> Option<T>,
    ) -> Vec<T> {
        let mut found = Vec::with_capacity(wires.len());
        for (place, wire) in wires.into_iter().enumerate() {
            found.extend(read(self, &format!("{field}[{place}]"), wire));
        }
        found
    }

    /// The page that is asked for.
    pub fn page<K: Serialize + DeserializeOwned>(&mut self, size: i32, token: &str) -> Option<Page<K>> {
        Page::parse(self.cx, size, token).map_err(|violation| self.add(violation)).ok()
    }

    /// A page of what belongs to one thing.
    pub fn listed<I: FromStr<Err: Display>, K: Serialize + DeserializeOwned>(
        &mut self,
        field: &str,
        id: &str,
        size: i32,
        token: &str,
    ) -> Option<Listed<I, K>> {
        let (filter, page) = (self.id(field, id), self.page(size, token));
        Some(Listed { filter: filter?, page: page? })
    }

    /// The command, unless anything was wrong.
    ///
    /// # Errors
    /// Every violation that was found.
    pub fn finish<T>(self, command: Option<T>) -> Result<T, Vec<Violation>> {
        match command {
            Some(command) if self.found.is_empty() => Ok(command),
            Some(_) | None => Err(self.found),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::caller::Area;
    use crate::ids::{BidId, RoundId};
    use crate::time::at;

    #[test]
    fn every_bad_field_is_named_and_nothing_is_made() {
        let cx = Cx::of_area(Area::Bids, at("2020-01-10T12:00:00Z"));
        let mut reader = Reader::of(&cx);
        let round = reader.id::<RoundId>("round_id", &RoundId::new().to_string());
        reader.id::<BidId>("bid_id", "bid_of_nobody");
        reader.date("from_date", "2019-02-29");
        reader.said("reason", " \n");
        let violations = reader.finish(round).unwrap_err();
        let fields: Vec<&str> = violations.iter().map(|violation| violation.field.as_str()).collect();
        assert_eq!(fields, ["bid_id", "from_date", "reason"]);
    }

    #[test]
    fn a_list_names_the_place_of_each_bad_item() {
        let cx = Cx::of_area(Area::Bids, at("2020-01-10T12:00:00Z"));
        let mut reader = Reader::of(&cx);
        let good = BidId::new();
        let read = reader.each("bid_ids", vec![good.to_string(), "x".to_string()], |reader, field, text| {
            reader.id::<BidId>(field, &text)
        });
        assert_eq!(read, [good]);
        assert_eq!(reader.finish(Some(())).unwrap_err()[0].field, "bid_ids[1]");
    }
}
