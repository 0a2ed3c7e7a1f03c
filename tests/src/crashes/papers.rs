//! What the demo writes, read back and compared: byte for byte.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use testing::measured::say;

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
        for (name, text) in &self.0 {
            let same = other.0[name] == *text;
            say(format!("{:>7} bytes  {name}{}", text.len(), if same { "" } else { "  DIFFERS" }));
            if !same {
                differ.push(difference(name, text, &other.0[name]));
            }
        }
        assert!(differ.is_empty(), "{} of {} files differ:\n{}", differ.len(), self.0.len(), differ.join("\n"));
        say(format!("{} files compared, all byte-identical", self.0.len()));
    }
}

/// The first line that differs.
fn difference(name: &str, one: &str, other: &str) -> String {
    let lines = one.lines().zip(other.lines()).enumerate();
    match lines.into_iter().find(|(_, (one, other))| one != other) {
        Some((place, (one, other))) => format!("{name}, line {}:\n  {one}\n  {other}", place + 1),
        None => format!("{name}: {} and {} bytes", one.len(), other.len()),
    }
}
