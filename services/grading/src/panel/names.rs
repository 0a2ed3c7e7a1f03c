//! Which names are near each other. Two are when one stands within the other as whole words, or when, with the usual
//! abbreviations of councils spelt out, they differ by a letter for every six of the shorter one, two at most.

use kit::fold::fold;

/// A shorter name within a longer one says little.
const LEAST_WITHIN: usize = 4;
const LETTERS_PER_SLIP: usize = 6;
const MOST_SLIPS: usize = 2;

/// A folded name with the usual abbreviations of councils written in full.
pub struct Spelt(String);

/// Whether two names may be meant for the same. Equal ones are near too.
pub fn are_near(Spelt(one): &Spelt, Spelt(other): &Spelt) -> bool {
    let shorter = one.chars().count().min(other.chars().count());
    if shorter == 0 {
        return false;
    }
    let within = |inner: &str, outer: &str| format!(" {outer} ").contains(&format!(" {inner} "));
    let is_part = shorter >= LEAST_WITHIN && (within(one, other) || within(other, one));
    let most = (shorter / LETTERS_PER_SLIP).min(MOST_SLIPS);
    let longer = one.chars().count().max(other.chars().count());
    // Most names are told apart by their length, without a closer look.
    is_part || (longer - shorter <= most && n_slips(one, other) <= most)
}

impl Spelt {
    pub fn out(name: &str) -> Spelt {
        Spelt(spelt_out(name))
    }
}

fn spelt_out(name: &str) -> String {
    let words = fold(name);
    let words = words.split(' ').map(|word| match word {
        "pc" => "parish council",
        "tc" => "town council",
        "cc" => "city council",
        "dc" => "district council",
        "bc" => "borough council",
        "mbc" => "metropolitan borough council",
        "lb" => "london borough",
        "st" => "saint",
        other => other,
    });
    words.collect::<Vec<_>>().join(" ")
}

/// How many letters must be put in, left out or changed to make one text the other (Levenshtein).
fn n_slips(one: &str, other: &str) -> usize {
    let other: Vec<char> = other.chars().collect();
    let mut row: Vec<usize> = (0..=other.len()).collect();
    for (above, letter) in one.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = above + 1;
        for (place, &wanted) in other.iter().enumerate() {
            let changed = diagonal + usize::from(letter != wanted);
            diagonal = row[place + 1];
            row[place + 1] = changed.min(row[place] + 1).min(diagonal + 1);
        }
    }
    row[other.len()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_near_by_abbreviation_by_a_slip_and_as_a_part_of_another() {
        for (one, other) in [
            ("Fen & Marsh Parish Council", "Fen and Marsh PC"),
            ("St Albans", "Saint Albans"),
            ("Preston City Council", "Preston"),
            ("Rochdale Borough Council", "Rochdal Boroug Council"),
            ("Southampton City Council", "Southamton City Council"),
        ] {
            assert!(are_near(&Spelt::out(one), &Spelt::out(other)), "{one} and {other}");
        }
    }

    #[test]
    fn names_of_other_places_are_not_near() {
        for (one, other) in [
            ("York", "Cork"),
            ("Leeds City Council", "Hull City Council"),
            ("Preston City Council", "Plymouth City Council"),
            ("", "Preston"),
            ("Ely", "Ely and Soham Trust"),
        ] {
            assert!(!are_near(&Spelt::out(one), &Spelt::out(other)), "{one} and {other}");
        }
    }
}
