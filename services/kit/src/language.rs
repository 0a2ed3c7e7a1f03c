//! The languages that a council writes in.

use serde::{Deserialize, Serialize};
use toadlane_proto::types::v1 as types;

use crate::time::Date;

/// In English and in Welsh.
pub const MONTHS: [(&str, &str); 12] = [
    ("January", "Ionawr"),
    ("February", "Chwefror"),
    ("March", "Mawrth"),
    ("April", "Ebrill"),
    ("May", "Mai"),
    ("June", "Mehefin"),
    ("July", "Gorffennaf"),
    ("August", "Awst"),
    ("September", "Medi"),
    ("October", "Hydref"),
    ("November", "Tachwedd"),
    ("December", "Rhagfyr"),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Language {
    En,
    Cy,
}

impl Language {
    /// None where the wire does not say.
    pub fn of_wire(wire: types::Language) -> Option<Language> {
        match wire {
            types::Language::Unspecified => None,
            types::Language::En => Some(Language::En),
            types::Language::Cy => Some(Language::Cy),
        }
    }

    pub fn to_wire(language: Option<Language>) -> types::Language {
        match language {
            None => types::Language::Unspecified,
            Some(Language::En) => types::Language::En,
            Some(Language::Cy) => types::Language::Cy,
        }
    }

    /// `28 January 2020`, `28 Ionawr 2020`.
    pub fn day(self, day: Date) -> String {
        let (number, month, year) = day.parts();
        let (english, welsh) = MONTHS[month - 1];
        let month = match self {
            Language::En => english,
            Language::Cy => welsh,
        };
        format!("{number} {month} {year}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_is_said_in_each_language() {
        let day = "2020-01-28".parse().unwrap();
        assert_eq!(Language::En.day(day), "28 January 2020");
        assert_eq!(Language::Cy.day(day), "28 Ionawr 2020");
    }
}
