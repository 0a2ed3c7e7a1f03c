//! Pages, and the store's own promises.

use toadlane_proto::grading::v1 as pb;

use super::harness::*;
use super::scene::*;

#[tokio::test]
async fn pages_follow_each_other_and_a_token_holds_for_its_caller_only() {
    each_engine(async |harness| {
        let mut scene = Scene::joint(&harness.peers);
        scene.open(&harness).await;
        let request =
            pb::ListAssessedBidsRequest { assessment_id: scene.assessment.clone(), page_size: 2, ..Default::default() };
        let mut manager = harness.as_who(&scene.manager).assessments;
        let first = manager.list_assessed_bids(request.clone()).await.unwrap().into_inner();
        let next = pb::ListAssessedBidsRequest { page_token: first.next_page_token, ..request };
        let second = manager.list_assessed_bids(next.clone()).await.unwrap().into_inner();
        let numbers: Vec<i64> = first.bids.iter().chain(&second.bids).map(|bid| bid.number).collect();
        assert_eq!((numbers, second.next_page_token.as_str()), (vec![1, 2, 3], ""));
        let stolen = harness.as_who(&scene.ann).assessments.list_assessed_bids(next).await.unwrap_err();
        assert_eq!(fields(&stolen), ["page_token"]);
    })
    .await;
}
