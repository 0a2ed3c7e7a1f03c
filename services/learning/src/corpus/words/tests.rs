use super::*;

fn query(text: &str) -> Query {
    Query::read(text)
}

#[test]
fn words_in_quotation_marks_are_a_phrase_and_every_other_sign_is_taken_as_it_stands() {
    let read = query("carers \"day opportunities\" AND title:x* (");
    assert_eq!(read.phrases, [["day", "opportunities"].map(str::to_string)]);
    let words: Vec<&str> = read.words.iter().map(String::as_str).collect();
    assert_eq!(words, ["and", "carers", "title", "x"]);
}

#[test]
fn a_lone_quotation_mark_is_no_error_and_asks_for_nothing() {
    assert!(query("\"").is_empty());
    assert!(query("\"\"\"").is_empty());
    assert_eq!(query("\"open ended").words.len(), 2);
}

#[test]
fn ten_thousand_words_count_and_no_more() {
    let many: Vec<String> = (0..12_000).map(|n| format!("w{n}")).collect();
    assert_eq!(query(&many.join(" ")).words.len(), 10_000);
}

#[test]
fn scripts_marks_and_emoji_are_words_with_their_places_in_bytes() {
    let text = "שָׁלוֹם 🌱 Café مرحبا";
    let found = words(text);
    assert_eq!(found.len(), 4);
    assert_eq!(&text[found[1].start..found[1].end], "🌱");
    assert_eq!(found[2].folded, "café");
    assert_eq!(query("مرحبا").places(text), [(found[3].start, found[3].end)]);
}

#[test]
fn pieces_are_exact_bytes_with_highlights_on_character_boundaries() {
    let text = format!("{} carers’ group. {} Carers again", "🌱é ".repeat(60), "ö ".repeat(300));
    let pieces = pieces(&text, &query("carers"));
    assert_eq!(pieces.len(), 2);
    for piece in pieces {
        let words = &text[piece.start..piece.end];
        for (start, end) in piece.highlights {
            assert_eq!(words[start..end].to_lowercase(), "carers");
        }
    }
}
