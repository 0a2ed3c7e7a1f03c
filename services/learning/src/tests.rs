//! The service as its callers see it: the generated clients over a local transport, a real store on both engines, a
//! held clock and canned peers.

mod book;
mod case_studies;
mod corpus;
mod editions;
mod embargo;
mod house;
mod insights;
mod instants;
mod open_data;
mod passages;
mod peers;
mod publications;

/// Compares a text with a checked-in file; `TOADLANE_BLESS=1` writes the file anew.
pub fn expect_golden(file: &str, text: &str) {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(file);
    if std::env::var_os("TOADLANE_BLESS").is_some() {
        std::fs::write(&path, text).expect("the golden file can be written");
    }
    let golden = std::fs::read_to_string(&path).unwrap_or_default();
    assert_eq!(text, golden, "{file} differs; if that is meant, run the tests once with TOADLANE_BLESS=1");
}

fn there_and_back<DB: diesel::backend::Backend>(conn: &mut impl diesel_migrations::MigrationHarness<DB>) {
    let n_applied = conn.run_pending_migrations(crate::MIGRATIONS).unwrap().len();
    assert_eq!(conn.revert_all_migrations(crate::MIGRATIONS).unwrap().len(), n_applied);
    assert_eq!(conn.run_pending_migrations(crate::MIGRATIONS).unwrap().len(), n_applied);
}

#[tokio::test]
async fn migrations_can_be_taken_back_and_run_again() {
    use diesel::Connection;
    use kit::db::Storage;
    kit::each_db::each_storage(|storage| async move {
        match storage {
            Storage::Sqlite { folder } => {
                let file = folder.join("migrations.sqlite").display().to_string();
                there_and_back(&mut diesel::SqliteConnection::establish(&file).unwrap());
            }
            Storage::Postgres { url } => there_and_back(&mut diesel::PgConnection::establish(&url).unwrap()),
        }
    })
    .await;
}
