//! The service as its callers see it: the generated clients over a local transport, a real store on both engines, a
//! held clock and canned peers.

mod book;
mod case_studies;
mod consents;
mod corpus;
mod editions;
mod embargo;
mod fact_check;
mod harness;
mod history;
mod insights;
mod instants;
mod names;
mod open_data;
mod own_words;
mod passages;
mod peers;
mod publications;
mod separation;

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
