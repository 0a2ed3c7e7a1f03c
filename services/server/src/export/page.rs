//! One accessible HTML file: language, title, landmarks, skip link, visible focus, contrast in light and dark, readable on a
//! phone and on paper; no script and nothing from elsewhere.

/// Escapes text for HTML, in elements and in quoted attributes.
pub fn escape(text: &str) -> String {
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

/// The paragraphs of a text, as they were written.
pub fn paragraphs(text: &str) -> String {
    let parts = text.split("\n\n").map(str::trim).filter(|part| !part.is_empty());
    parts.map(|part| format!("<p>{}</p>\n", escape(part).replace('\n', "<br>"))).collect()
}

/// A page around the parts of its main landmark.
pub fn page(title: &str, note: &str, main: &str) -> String {
    let (title, note) = (escape(title), escape(note));
    format!(
        "<!doctype html>\n<html lang=\"en-GB\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>{title}</title>\n\
         <style>{STYLE}</style>\n</head>\n<body>\n<a class=\"skip\" href=\"#main\">Skip to main content</a>\n\
         <header><p class=\"note\">{note}</p></header>\n<main id=\"main\">\n<h1>{title}</h1>\n{main}</main>\n\
         <footer><p>Made by Toad Lane.</p></footer>\n</body>\n</html>\n"
    )
}

const STYLE: &str = include_str!("page.css");
