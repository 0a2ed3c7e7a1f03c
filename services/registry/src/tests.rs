//! The service as its callers see it: the generated clients over a local transport, behind the guard and the field
//! rules, a real store on both engines, and a held clock.

mod boards;
mod clients;
mod house;
mod oauth;
mod organisations;
mod people;
mod races;
mod sign_in;
mod states;

/// Compares a text with a checked-in file; `TOADLANE_BLESS=1` writes the file anew.
pub fn expect_golden(file: &str, text: &str) {
    kit::golden::expect(env!("CARGO_MANIFEST_DIR"), file, text);
}

#[tokio::test]
async fn migrations_can_be_taken_back_and_run_again() {
    kit::each_db::migrations_there_and_back(|| crate::MIGRATIONS).await;
}
