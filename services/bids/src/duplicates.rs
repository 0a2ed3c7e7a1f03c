//! Near-duplicates: two bids of one organisation with nearly the same text are flagged, never merged (rule 8).

use std::collections::HashSet;

use kit::ids::BidId;

use crate::content::Content;

/// From this share of common word triples on, in thousandths, two bids are flagged.
pub const FLAG_FROM_PERMILLE: i32 = 600;

/// Two bids that are flagged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pair {
    /// The earlier of the two.
    pub first: BidId,
    pub second: BidId,
    /// The share of word triples in common.
    pub similarity_permille: i32,
}

impl Pair {
    pub fn new(one: BidId, other: BidId, similarity_permille: i32) -> Pair {
        Pair { first: one.min(other), second: one.max(other), similarity_permille }
    }
}

/// All text of a bid that is compared, in lower case.
pub struct Words(String);

impl Words {
    pub fn of(content: &Content) -> Words {
        let mut text = format!("{} {}", content.title, content.summary);
        for answer in &content.answers {
            text.push(' ');
            text.push_str(&answer.text);
        }
        Words(text.to_lowercase())
    }

    /// Each run of three words once.
    pub fn triples(&self) -> HashSet<[&str; 3]> {
        let words: Vec<&str> = self.0.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).collect();
        words.windows(3).map(|triple| [triple[0], triple[1], triple[2]]).collect()
    }
}

/// The share of word triples that two texts have in common (Jaccard index), in thousandths.
pub fn similarity_permille(one: &HashSet<[&str; 3]>, other: &HashSet<[&str; 3]>) -> i32 {
    let n_common = one.intersection(other).count();
    let n_all = one.len() + other.len() - n_common;
    if n_all == 0 {
        return 0;
    }
    i32::try_from(n_common * 1000 / n_all).expect("a share in thousandths is at most 1000")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn content(title: &str, summary: &str) -> Content {
        Content { title: title.to_string(), summary: summary.to_string(), ..Default::default() }
    }

    #[test]
    fn a_copy_with_one_other_word_is_flagged_and_another_bid_is_not() {
        let summary =
            "Food growing, delivery and cooking lessons with three households for a year, and a toolkit for others";
        let one = content("Diabeaters", summary);
        let copy = content("Diabeaters", &summary.replace("three", "four"));
        let other = content("Health and Wellbeing Hubs", "Shares the learning of five hubs with two new ones");
        let alike = |one: &Content, other: &Content| {
            similarity_permille(&Words::of(one).triples(), &Words::of(other).triples())
        };
        assert!(alike(&one, &copy) >= FLAG_FROM_PERMILLE);
        assert!(alike(&one, &other) < FLAG_FROM_PERMILLE);
        assert_eq!(alike(&content("", ""), &content("", "")), 0);
    }
}
