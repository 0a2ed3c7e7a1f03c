//! Texts that are checked in and compared: policies, states, events, exports. Only with the feature `testing`.

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
