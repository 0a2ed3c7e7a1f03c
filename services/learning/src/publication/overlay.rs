//! What readers of a published edition must know and that was not so when it was printed. The edition stays as it is;
//! what was taken back of it is blacked out where it is served.

use kit::ids::OrgId;
use kit::time::{LONDON, Timestamp};

/// What a council took back of an edition: one quote, or one case study. It stays taken back there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TakenBack {
    pub number: i32,
    /// Identity of the element that quotes, or of the source that is told.
    pub anchor: String,
    pub organisation: OrgId,
    pub organisation_name: String,
    pub at: Timestamp,
}

/// The standing of one edition now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overlay {
    /// The newest public edition, if that is a later one.
    pub superseded_by: Option<i32>,
    /// Oldest first.
    pub taken_back: Vec<TakenBack>,
    /// When the whole publication was taken back, and why.
    pub withdrawn: Option<(Timestamp, String)>,
}

/// What a council took back at one time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AtOnce {
    pub organisation: OrgId,
    pub organisation_name: String,
    pub at: Timestamp,
    pub n_quotes: i32,
    pub n_case_studies: i32,
}

impl TakenBack {
    fn is_quote(&self) -> bool {
        self.anchor.starts_with("quote-")
    }
}

impl Overlay {
    pub fn is_empty(&self) -> bool {
        *self == Overlay::default()
    }

    /// When a quote or a case study was taken back; none for one that still stands.
    pub fn taken_back_at(&self, anchor: &str) -> Option<Timestamp> {
        self.taken_back.iter().find(|taken| taken.anchor == anchor).map(|taken| taken.at)
    }

    /// How a case study that was taken back is named in a list of sources: its title was its council's too.
    pub fn citation(&self, anchor: &str) -> Option<String> {
        let taken = self.taken_back.iter().find(|taken| taken.anchor == anchor && !taken.is_quote());
        taken.map(|taken| format!("{}: a case study that it took back", taken.organisation_name))
    }

    /// Council by council, and time by time.
    pub fn at_once(&self) -> Vec<AtOnce> {
        let mut all: Vec<AtOnce> = Vec::new();
        for taken in &self.taken_back {
            let same = |known: &AtOnce| known.organisation == taken.organisation && known.at == taken.at;
            let place = all.iter().position(same).unwrap_or_else(|| {
                all.push(AtOnce {
                    organisation: taken.organisation,
                    organisation_name: taken.organisation_name.clone(),
                    at: taken.at,
                    n_quotes: 0,
                    n_case_studies: 0,
                });
                all.len() - 1
            });
            match taken.is_quote() {
                true => all[place].n_quotes += 1,
                false => all[place].n_case_studies += 1,
            }
        }
        all
    }

    /// The same as sentences for readers.
    pub fn notices(&self) -> Vec<String> {
        let mut notices = Vec::new();
        if let Some((at, reason)) = &self.withdrawn {
            notices.push(format!("This publication was withdrawn on {}: {reason}", day(*at)));
        }
        if let Some(number) = self.superseded_by {
            notices.push(format!("Edition {number} supersedes this edition."));
        }
        for AtOnce { organisation_name, at, n_quotes, n_case_studies, .. } in self.at_once() {
            let counted = [(n_quotes, "quote", "quotes"), (n_case_studies, "case study", "case studies")];
            let counted = counted.into_iter().filter(|(n, _, _)| *n > 0);
            let counted = counted.map(|(n, one, more)| format!("{n} {}", if n == 1 { one } else { more }));
            let what = counted.collect::<Vec<_>>().join(" and ");
            notices.push(format!("{organisation_name} took back {what} on {}; it is blacked out.", day(at)));
        }
        notices
    }
}

fn day(at: Timestamp) -> String {
    let words = at.in_words(LONDON);
    words.split_once(" on ").map_or(words.clone(), |(_, day)| day.to_string())
}

#[cfg(test)]
mod tests {
    use kit::time::at;

    use super::*;

    #[test]
    fn readers_are_told_who_took_back_how_much_and_when() {
        let council = OrgId::new();
        let taken = |anchor: &str, instant: &str| TakenBack {
            number: 1,
            anchor: anchor.to_string(),
            organisation: council,
            organisation_name: "Plymouth City Council".to_string(),
            at: at(instant),
        };
        let (early, late) = ("2021-04-01T23:30:00Z", "2021-05-01T09:00:00Z");
        let overlay = Overlay {
            superseded_by: Some(2),
            taken_back: vec![taken("quote-1", early), taken("quote-4", early), taken("source-2", late)],
            withdrawn: Some((at(late), "a libel".to_string())),
        };
        let expected = [
            "This publication was withdrawn on 1 May 2021: a libel",
            "Edition 2 supersedes this edition.",
            "Plymouth City Council took back 2 quotes on 2 April 2021; it is blacked out.",
            "Plymouth City Council took back 1 case study on 1 May 2021; it is blacked out.",
        ];
        assert_eq!(overlay.notices(), expected);
        assert_eq!(overlay.taken_back_at("quote-4"), Some(at(early)));
        assert_eq!(overlay.taken_back_at("quote-2"), None);
    }
}
