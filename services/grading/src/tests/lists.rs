//! Pages, and the store's own promises.

use diesel::Connection;
use diesel_migrations::MigrationHarness;
use kit::db::Storage;
use kit::each_db::each_storage;
use toadlane_proto::grading::v1 as pb;

use super::house::*;
use super::scene::*;
use crate::MIGRATIONS;

#[tokio::test]
async fn pages_follow_each_other_and_a_token_holds_for_its_caller_only() {
    each_house(|house| async move {
        let mut scene = Scene::joint(&house.peers);
        scene.open(&house).await;
        let request =
            pb::ListAssessedBidsRequest { assessment_id: scene.assessment.clone(), page_size: 2, ..Default::default() };
        let mut manager = house.as_who(&scene.manager).assessments;
        let first = manager.list_assessed_bids(request.clone()).await.unwrap().into_inner();
        let next = pb::ListAssessedBidsRequest { page_token: first.next_page_token, ..request };
        let second = manager.list_assessed_bids(next.clone()).await.unwrap().into_inner();
        let numbers: Vec<i64> = first.bids.iter().chain(&second.bids).map(|bid| bid.number).collect();
        assert_eq!((numbers, second.next_page_token.as_str()), (vec![1, 2, 3], ""));
        let stolen = house.as_who(&scene.ann).assessments.list_assessed_bids(next).await.unwrap_err();
        assert_eq!(fields(&stolen), ["page_token"]);
    })
    .await;
}

fn there_and_back<DB: diesel::backend::Backend>(conn: &mut impl MigrationHarness<DB>) {
    let n_applied = conn.run_pending_migrations(MIGRATIONS).unwrap().len();
    assert_eq!(conn.revert_all_migrations(MIGRATIONS).unwrap().len(), n_applied);
    assert_eq!(conn.run_pending_migrations(MIGRATIONS).unwrap().len(), n_applied);
}

#[tokio::test]
async fn migrations_can_be_taken_back_and_run_again() {
    each_storage(|storage| async move {
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
