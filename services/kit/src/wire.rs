//! From the wire to a service's own values: a [`Reader`] parses a request and reports every bad field at once.

use std::fmt::Display;
use std::str::FromStr;

use serde::Serialize;
use serde::de::DeserializeOwned;
use toadlane_proto::shapes::WireEnum;
use toadlane_proto::types::v1 as types;
use tonic::{Request, Status};

use crate::cx::{Cx, Target};
use crate::deadline::{Deadline, Edge};
use crate::fault::{Fault, Violation};
use crate::money::Money;
use crate::names::named;
use crate::neighbour::{Unusable, unusable};
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

/// Reads a message of a neighbour as a request is read. `what` is what was said, such as `a round`.
///
/// # Errors
/// When a field that we need is missing, or cannot be read.
pub fn read<T>(what: impl Into<String>, parse: impl FnOnce(&mut Reader) -> Option<T>) -> Result<T, Unusable> {
    let mut reader = Reader { cx: None, found: Vec::new() };
    let read = parse(&mut reader);
    reader.finish(read).map_err(|bad| {
        let lacks: Vec<String> = bad.iter().map(|bad| format!("{}: {}", bad.field, bad.says)).collect();
        unusable(what, lacks.join("; "))
    })
}

/// Collects violations while the good parts are kept.
pub struct Reader<'a> {
    /// Of whom asks; none for what a neighbour says.
    cx: Option<&'a Cx>,
    found: Vec<Violation>,
}

impl<'a> Reader<'a> {
    pub fn of(cx: &'a Cx) -> Reader<'a> {
        Reader { cx: Some(cx), found: Vec::new() }
    }

    /// Whether a neighbour said this, who may be newer than we are.
    pub fn is_of_neighbour(&self) -> bool {
        self.cx.is_none()
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
    pub fn required<T>(&mut self, field: &str, value: Option<T>) -> Option<T> {
        self.take(field, "required", value.ok_or("give a value"))
    }

    /// A text that says something, without the blanks around it.
    pub fn text(&mut self, field: &str, text: &str) -> Option<String> {
        let trimmed = text.trim();
        let text = if trimmed.is_empty() { Err("say something that can be read") } else { Ok(trimmed.to_string()) };
        self.take(field, "blank", text)
    }

    pub fn id<T: FromStr<Err: Display>>(&mut self, field: &str, text: &str) -> Option<T> {
        self.take(field, "id", text.parse())
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
        let time = self.required(field, time)?;
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

    /// A sum that must be there.
    pub fn money(&mut self, field: &str, wire: Option<types::Money>) -> Option<Money> {
        let wire = self.required(field, wire)?;
        self.money_or_none(field, Some(wire))?
    }

    /// Identities, each under the path of its place.
    pub fn ids<T: FromStr<Err: Display>>(&mut self, field: &str, texts: Vec<String>) -> Vec<T> {
        self.each(field, texts, |reader, field, text| reader.id(field, &text))
    }

    pub fn deadline_or_none(&mut self, field: &str, wire: Option<types::Deadline>) -> Option<Option<Deadline>> {
        match wire {
            None => Some(None),
            Some(wire) => self.deadline(field, wire).map(Some),
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

    /// Our value of the same name as that of the wire.
    pub fn named<W: WireEnum, T: FromStr>(&mut self, field: &str, value: W) -> Option<T> {
        self.known(field, named(value))
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
        let page = match self.cx {
            Some(cx) => Page::parse(cx, size, token),
            None => Err(Violation::new("page_token", "page_token", "a neighbour's message asks for no page")),
        };
        page.map_err(|violation| self.add(violation)).ok()
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
        reader.text("reason", " \n");
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
