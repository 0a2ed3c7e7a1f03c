//! What the demo writes, read back and compared: byte for byte, but for random identities and digests of them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::figures::say;

/// The files of one run, by their names in its folder.
pub struct Papers(BTreeMap<String, String>);

impl Papers {
    pub fn read(folder: &Path, written: &[PathBuf]) -> Papers {
        let name = |path: &PathBuf| path.strip_prefix(folder).unwrap().display().to_string();
        Papers(written.iter().map(|path| (name(path), fs::read_to_string(path).unwrap())).collect())
    }

    /// The same files with the same bytes. Says which were compared.
    pub fn expect_same(&self, other: &Papers) {
        let names = |papers: &Papers| papers.0.keys().cloned().collect::<Vec<_>>();
        assert_eq!(names(self), names(other), "the same files are written");
        let mut differ = Vec::new();
        let mut n_identical = 0;
        for (name, text) in &self.0 {
            let found = &other.0[name];
            let (one, same) = (numbered(text), numbered(found));
            let verdict = match (text == found, one == same) {
                (true, _) => "byte-identical",
                (false, true) => "the same but for identities",
                (false, false) => "DIFFERS",
            };
            say(format!("{:>7} bytes  {name}: {verdict}", text.len()));
            n_identical += usize::from(text == found);
            if one != same {
                differ.push(difference(name, &one, &same));
            }
        }
        assert!(differ.is_empty(), "{} of {} files differ:\n{}", differ.len(), self.0.len(), differ.join("\n"));
        say(format!("{} files compared, {n_identical} of them byte-identical", self.0.len()));
    }
}

/// Each random identity and each digest as its number in the text: 32 hexadecimal digits or more.
fn numbered(text: &str) -> String {
    let mut known: Vec<&str> = Vec::new();
    let mut numbered = String::new();
    let mut rest = text;
    while let Some(start) = rest.find(|letter: char| letter.is_ascii_hexdigit()) {
        let (before, from) = rest.split_at(start);
        let end = from.find(|letter: char| !letter.is_ascii_hexdigit()).unwrap_or(from.len());
        let (digits, after) = from.split_at(end);
        numbered.push_str(before);
        if digits.len() < 32 {
            numbered.push_str(digits);
        } else {
            let place = known.iter().position(|one| *one == digits).unwrap_or_else(|| {
                known.push(digits);
                known.len() - 1
            });
            numbered.push_str(&format!("#{place}"));
        }
        rest = after;
    }
    numbered + rest
}

/// The first line that differs.
fn difference(name: &str, one: &str, other: &str) -> String {
    let lines = one.lines().zip(other.lines()).enumerate();
    match lines.into_iter().find(|(_, (one, other))| one != other) {
        Some((place, (one, other))) => format!("{name}, line {}:\n  {one}\n  {other}", place + 1),
        None => format!("{name}: {} and {} bytes", one.len(), other.len()),
    }
}
