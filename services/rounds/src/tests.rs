//! The service as its callers see it: the generated clients over a local transport, a real store on both engines, a
//! held clock and a canned registry.

mod frameworks;
mod house;
mod peers;
mod requests;
mod rounds;

/// Compares a text with a checked-in file; `TOADLANE_BLESS=1` writes the file anew.
pub fn expect_golden(file: &str, text: &str) {
    kit::golden::expect(env!("CARGO_MANIFEST_DIR"), file, text);
}

#[tokio::test]
async fn migrations_can_be_taken_back_and_run_again() {
    kit::each_db::migrations_there_and_back(|| crate::MIGRATIONS).await;
}
