//! Texts as they are compared and looked for: one folding in the whole platform, so that whoever is found by a name in
//! the register is also recognised by it in a bid.

use icu_normalizer::DecomposingNormalizerBorrowed;

/// A text as searches and comparisons see it: lower case, without accents, apostrophes and invisible signs, however it
/// was composed (NFKD of UAX #15), `&` read as "and", words of letters and digits divided by one space.
pub fn fold(text: &str) -> String {
    let mut folded = String::with_capacity(text.len());
    let decomposed = DecomposingNormalizerBorrowed::new_nfkd().normalize(text);
    for character in decomposed.chars().flat_map(char::to_lowercase) {
        match character {
            '&' => folded.push_str(" and "),
            // King's Lynn is looked for as kings lynn.
            '\'' | '’' | '‘' | '‛' | 'ʼ' | 'ʻ' | '`' | '＇' => {}
            unseen if is_mark(unseen) || is_invisible(unseen) => {}
            seen if seen.is_alphanumeric() => folded.push(seen),
            _ => folded.push(' '),
        }
    }
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The blocks of combining diacritical marks.
fn is_mark(character: char) -> bool {
    matches!(character, '\u{300}'..='\u{36f}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}'
        | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// What stands in a text and is not seen: soft hyphen, joiners, marks of direction and of byte order.
fn is_invisible(character: char) -> bool {
    matches!(character, '\u{ad}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{2064}' | '\u{2066}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_search_does_not_mind_case_accents_or_punctuation() {
        assert_eq!(fold("Cyngor Sir Ynys Môn"), "cyngor sir ynys mon");
        assert_eq!(fold("King's Lynn & West Norfolk"), "kings lynn and west norfolk");
        assert_eq!(fold("  Telford and Wrekin,  "), "telford and wrekin");
        assert_eq!(fold("https://www.kirklees.gov.uk/"), "https www kirklees gov uk");
        assert_eq!(fold("ŴYŶ Ÿ"), "wyy y");
        assert_eq!(fold("%_"), "");
    }

    /// I-1.3: each of these spellings was taken for another council.
    #[test]
    fn a_name_is_recognised_however_it_is_typed() {
        for (registered, typed) in [
            ("King’s Lynn and West Norfolk", "King's Lynn & West Norfolk"),
            ("Fen & Marsh Parish Council", "Fen and Marsh Parish Council"),
            ("Cyngor Tŷ Mawr", "Cyngor Ty\u{302} Mawr"),
            ("Stoke-on-Trent", "Stoke\u{2011}on\u{2011}Trent"),
            ("St. Helens Council", "St Helens Council."),
            ("Preston City Council", "Pres\u{200b}ton\u{a0}City  council"),
            ("Preston City Council", "Ｐreston City Council"),
        ] {
            assert_eq!(fold(registered), fold(typed), "{typed}");
        }
    }
}
