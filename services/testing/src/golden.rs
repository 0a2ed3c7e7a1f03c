//! Texts that are checked in and compared: policies, states, events, exports.

use std::path::Path;

/// Compares a text with `tests/golden/<file>` of a crate, whose folder is `env!("CARGO_MANIFEST_DIR")`; with
/// `TOADLANE_BLESS=1` in the environment the file is written anew instead.
///
/// # Panics
/// When they differ.
pub fn expect(crate_folder: &str, file: &str, text: &str) {
    let path = Path::new(crate_folder).join("tests/golden").join(file);
    if std::env::var_os("TOADLANE_BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{file} differs; if that is meant, run the tests once with TOADLANE_BLESS=1");
}

/// Holds the samples of a golden table to all variants that there are, so that a forgotten one is seen.
///
/// # Panics
/// When a variant has no sample.
pub fn covers<T: PartialEq + std::fmt::Debug>(variants: &[T], samples: impl IntoIterator<Item = T>) {
    let samples: Vec<T> = samples.into_iter().collect();
    let forgotten: Vec<&T> = variants.iter().filter(|&variant| !samples.contains(variant)).collect();
    assert!(forgotten.is_empty(), "the table lacks {forgotten:?}");
}
