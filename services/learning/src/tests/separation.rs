//! Who decides for a council, and who leaves to others what is their own (L-A8).

use kit::caller::{Role, Scope};
use kit::ids::OrgId;
use pb::passage::Consent;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;
use tonic::Code;

use super::book::*;
use super::harness::*;
use super::insights::{approve, says};

const APART: &str = "SEPARATION_OF_DUTIES";

/// L-A8: whoever may not release a report may not let it be quoted either.
#[tokio::test]
async fn consent_to_a_quote_is_given_by_those_who_may_release_the_document() {
    each_engine(async |harness| {
        let (council, _, passage) = harness.a_passage("Carers cooked.", "Carers cooked").await;
        let asked = harness.asked(&passage).await;
        for who in [&council.officer, &council.system] {
            let refused = harness.as_who(who).corpus.answer_consent(answer(&asked, Consent::Given)).await.unwrap_err();
            assert_eq!(refused.code(), Code::PermissionDenied);
            assert!(refused.message().contains("a certifier, or a system with reports.certify"), "{refused}");
        }
        let system = Who::system(council.id, &[Scope::ReportsCertify]);
        let given = harness.as_who(&system).corpus.answer_consent(answer(&asked, Consent::Given)).await;
        assert_eq!(given.unwrap().into_inner().answered_by.unwrap().subject, system.subject);
    })
    .await;
}

/// L-A8: nobody answers a question that they asked.
#[tokio::test]
async fn a_consultant_who_certifies_for_a_council_does_not_answer_their_own_question() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers cooked").await;
        let asked = harness.asked(&passage).await;
        let both = harness.consultant.clone().and(Role::Certifier, council.id);
        let refused = harness.as_who(&both).corpus.answer_consent(answer(&asked, Consent::Given)).await.unwrap_err();
        assert_eq!(reason(&refused), APART);
        let checking = harness.in_check(&harness.captured(&commission, &[&passage]).await).await;
        let answer = says(&checking, &council, true, "");
        assert_eq!(reason(&harness.as_who(&both).insights.answer_insight(answer).await.unwrap_err()), APART);
    })
    .await;
}

/// L-A8: four eyes see what becomes public.
#[tokio::test]
async fn an_editor_neither_approves_nor_embargoes_nor_releases_what_they_put_together() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let other = Who::person(Role::Editor, OrgId::new());
        let items = book.publication.items.clone();
        let set = harness.with_items_of(&harness.editor, &book.publication, items).await.unwrap();
        let checked = harness.in_fact_check(&set).await;
        assert_eq!(reason(&harness.approve(&checked).await.unwrap_err()), APART);
        let approved = harness.approve_as(&other, &checked).await.unwrap();
        let own = harness.embargo(&approved, PUBLISH_AT, ANNOUNCED, &[]).await.unwrap_err();
        assert_eq!(reason(&own), APART);
        let embargoed = harness.embargo_as(&other, &approved, PUBLISH_AT, ANNOUNCED, &[]).await.unwrap();
        assert_eq!(reason(&harness.released(&embargoed).await.unwrap_err()), APART);
        // Taking it back is no approval.
        harness.withdrawn(&embargoed, "not yet").await.unwrap();
    })
    .await;
}

/// L-A8: a consultant who is an editor too is no second pair of eyes.
#[tokio::test]
async fn an_editor_does_not_approve_an_insight_that_they_wrote() {
    each_engine(async |harness| {
        let (council, commission, passage) = harness.a_passage("Carers cooked.", "Carers").await;
        let checking = harness.in_check(&harness.captured(&commission, &[&passage]).await).await;
        harness.as_who(&council.officer).insights.answer_insight(says(&checking, &council, true, "")).await.unwrap();
        let checked = harness.insight(&checking).await;
        let both = harness.consultant.clone().and(Role::Editor, OrgId::new());
        let refused = harness.as_who(&both).insights.approve_insight(approve(&checked, "")).await.unwrap_err();
        assert_eq!(reason(&refused), APART);
        harness.as_who(&harness.editor).insights.approve_insight(approve(&checked, "")).await.unwrap();
    })
    .await;
}

/// L-A8: nobody of the network decides on what cites a council of their own.
#[tokio::test]
async fn an_editor_at_home_in_a_council_decides_nothing_on_what_cites_it() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let at_home = Who::person(Role::Editor, OrgId::new()).of_home(book.teller.id);
        let reviews_there = Who::person(Role::Editor, OrgId::new()).and(Role::Reviewer, book.council.id);
        let checked = harness.in_fact_check(&book.publication).await;
        for who in [&at_home, &reviews_there] {
            assert_eq!(reason(&harness.approve_as(who, &checked).await.unwrap_err()), APART);
            let withdraw = pb::WithdrawPublicationRequest {
                request_id: new_id(),
                publication_id: checked.id.clone(),
                etag: checked.etag.clone(),
                reason: "it is about us".to_string(),
                validate_only: false,
            };
            let refused = harness.as_who(who).publications.withdraw_publication(withdraw).await.unwrap_err();
            assert_eq!(reason(&refused), APART);
        }
        // What cites another council is theirs to decide.
        let planned = harness.planned(&book.commission).await;
        let other = harness.with_items(&planned, vec![item(Item::PassageId(book.passage.id.clone()))]).await.unwrap();
        let checked = harness.in_fact_check(&other).await;
        harness.approve_as(&at_home, &checked).await.unwrap();
        let passage = &book.passage;
        let captured = harness.captured(&book.commission, &[passage]).await;
        let drop = pb::DropInsightRequest {
            request_id: new_id(),
            insight_id: captured.id.clone(),
            etag: captured.etag.clone(),
            reason: "it is about us".to_string(),
            validate_only: false,
        };
        // The council is cited before it is asked.
        let refused = harness.as_who(&reviews_there).insights.drop_insight(drop).await.unwrap_err();
        assert_eq!(reason(&refused), APART);
        let checking = harness.in_check(&captured).await;
        let answer = says(&checking, &book.council, true, "");
        harness.as_who(&book.council.officer).insights.answer_insight(answer).await.unwrap();
        let checked = harness.insight(&checking).await;
        let refused = harness.as_who(&reviews_there).insights.approve_insight(approve(&checked, "")).await.unwrap_err();
        assert_eq!(reason(&refused), APART);
        harness.as_who(&at_home).insights.approve_insight(approve(&checked, "")).await.unwrap();
    })
    .await;
}
