//! The service as its callers see it: the generated clients over a local transport, a real store on both engines, a
//! held clock and canned peers.

mod delivery;
mod extensions;
mod house;
mod lists;
mod offers;
mod payments;
mod peers;
mod prepare;
mod recoveries;
mod reports;
mod requests;
mod rush;
mod variations;

/// Compares a text with a checked-in file; `TOADLANE_BLESS=1` writes the file anew.
pub fn expect_golden(file: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("TOADLANE_BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{file} differs; if that is meant, run the tests once with TOADLANE_BLESS=1");
}
