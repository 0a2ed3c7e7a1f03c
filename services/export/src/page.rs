//! One accessible HTML file: language, title, landmarks, skip link, visible focus, contrast in light and dark, readable
//! on a phone and on paper; no script and nothing from elsewhere. The pages themselves are `templates/`.

use minijinja::value::Value;
use minijinja::{Environment, Error, Output, State, escape_formatter};

const TEMPLATES: [(&str, &str); 4] = [
    ("page.html", include_str!("../templates/page.html")),
    ("page.css", include_str!("../templates/page.css")),
    ("board_pack.html", include_str!("../templates/board_pack.html")),
    ("minutes.html", include_str!("../templates/minutes.html")),
];

/// Fills a template in.
pub fn page(template: &str, values: Value) -> String {
    let mut environment = Environment::new();
    environment.set_trim_blocks(true);
    environment.set_keep_trailing_newline(true);
    environment.set_formatter(escaped);
    environment.add_filter("paragraphs", paragraphs);
    for (name, text) in TEMPLATES {
        environment.add_template(name, text).expect("the templates are part of the program");
    }
    let filled_in = environment.get_template(template).and_then(|template| template.render(values));
    filled_in.expect("a template asks for nothing that its values lack")
}

/// Writes text as text. Unlike minijinja's own, it leaves a slash as it is.
fn escaped(out: &mut Output, state: &State, value: &Value) -> Result<(), Error> {
    match value.as_str() {
        Some(text) if !value.is_safe() => out.write_str(&escape(text)).map_err(Error::from),
        _ => escape_formatter(out, state, value),
    }
}

/// Escapes text for HTML, in elements and in quoted attributes.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            letter => escaped.push(letter),
        }
    }
    escaped
}

/// The paragraphs of a text, with the line breaks that were written.
fn paragraphs(text: &str) -> Vec<Value> {
    let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| Value::from_safe_string(escape(part).replace('\n', "<br>"))).collect()
}

#[cfg(test)]
mod tests {
    use minijinja::context;

    use super::*;

    #[test]
    fn what_people_wrote_stays_text_on_a_page() {
        let minutes = "One <b>bold</b> line\nand/or \"another\".\n\nA second one.";
        let page = page("minutes.html", context! { title => "Minutes & more", present => ["Ann O'Hara"], minutes });
        assert!(page.contains("<title>Minutes &amp; more</title>"), "{page}");
        assert!(page.contains("<li>Ann O&#39;Hara</li>\n"), "{page}");
        let said = "<p>One &lt;b&gt;bold&lt;/b&gt; line<br>and/or &quot;another&quot;.</p>\n<p>A second one.</p>\n<h2";
        assert!(page.contains(said), "{page}");
    }

    #[test]
    fn bids_that_are_told_without_a_number_go_by_their_place() {
        let bids = |numbers: [i64; 2]| numbers.map(|number| context! { number, title => "Seeds", summary => "" });
        let page_of = |template, numbers| page(template, context! { minutes => "", bids => bids(numbers) });
        for (numbers, last) in [([0, 0], 2), ([3, 7], 7)] {
            let pack = page_of("board_pack.html", numbers);
            assert!(pack.contains(&format!("<a href=\"#bid-2\">Bid {last}: Seeds</a>")), "{pack}");
            assert!(pack.contains(&format!("<h2 id=\"bid-2\">Bid {last}: Seeds</h2>")), "{pack}");
            let minutes = page_of("minutes.html", numbers);
            assert!(minutes.contains(&format!("<th scope=\"row\">{last}. Seeds</th>")), "{minutes}");
        }
    }
}
