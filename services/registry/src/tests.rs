//! The service as its callers see it: the generated clients over a local transport, behind the guard and the field
//! rules, a real store on both engines, and a held clock.

mod boards;
mod clients;
mod duties;
mod emails;
mod escalation;
mod harness;
mod history;
mod oauth;
mod organisations;
mod people;
mod races;
mod sessions;
mod sign_in;
mod states;

/// Compares a text with a checked-in file; `TOADLANE_BLESS=1` writes the file anew.
pub fn expect_golden(file: &str, text: &str) {
    testing::golden::expect(env!("CARGO_MANIFEST_DIR"), file, text);
}

#[tokio::test]
async fn migrations_can_be_taken_back_and_run_again() {
    testing::stores::migrations_there_and_back(|| crate::MIGRATIONS).await;
}

#[tokio::test]
async fn the_tables_in_code_are_those_of_the_migrations() {
    testing::schema::is_as_migrated(include_str!("schema.rs"), || crate::MIGRATIONS).await;
}
