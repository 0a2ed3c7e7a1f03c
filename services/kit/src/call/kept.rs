//! Reads texts and options in both forms in which copies of a round hold them: bids kept the English of a label, and
//! the code of an option, as a text alone. By hand and not as an untagged enum, because each hand-in reads its round.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, Visitor};

use super::{Choice, Text};

#[derive(serde::Deserialize)]
#[serde(remote = "Text")]
struct WholeText {
    en: String,
    cy: String,
}

#[derive(serde::Deserialize)]
#[serde(remote = "Choice")]
struct WholeChoice {
    code: String,
    label: Text,
}

/// What was kept as a text alone.
trait Kept<'de>: Sized {
    fn of_text(text: String) -> Self;
    fn whole<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error>;
}

impl<'de> Kept<'de> for Text {
    fn of_text(en: String) -> Text {
        Text { en, cy: String::new() }
    }

    fn whole<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        WholeText::deserialize(deserializer)
    }
}

impl<'de> Kept<'de> for Choice {
    fn of_text(code: String) -> Choice {
        Choice { code, label: Text::default() }
    }

    fn whole<D: Deserializer<'de>>(deserializer: D) -> Result<Choice, D::Error> {
        WholeChoice::deserialize(deserializer)
    }
}

struct TextOrWhole<T>(PhantomData<T>);

impl<'de, T: Kept<'de>> Visitor<'de> for TextOrWhole<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a text or all its parts")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        Ok(T::of_text(text.to_string()))
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::whole(MapAccessDeserializer::new(map))
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Text, D::Error> {
        deserializer.deserialize_any(TextOrWhole(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Choice {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Choice, D::Error> {
        deserializer.deserialize_any(TextOrWhole(PhantomData))
    }
}
