//! What is said in a publication's own words quotes nobody (L-A5).

use pb::passage::Consent;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;

use super::book::*;
use super::harness::*;

const OUTCOMES: &str =
    "Carers told us that the evening sessions were the only hours in which they sat down. More follows.";
const SENTENCE: &str = "Carers told us that the evening sessions were the only hours in which they sat down.";

fn prose(text: &str) -> pb::PublicationItem {
    item(Item::Prose(text.to_string()))
}

/// L-A5: what a council did not let be quoted is no more to be read between other words, however it is spelt.
#[tokio::test]
async fn eight_words_in_a_row_of_a_document_need_the_consent_that_a_quote_needs() {
    each_engine(async |harness| {
        let (council, commission, document) = harness.a_document(OUTCOMES).await;
        let planned = harness.planned(&commission).await;
        let shouted = format!("Plymouth wrote: \u{201c}{}\u{201d}", SENTENCE.to_uppercase().replace(' ', " \u{ad}\n"));
        let items = vec![
            prose("Seven are chance: carers told us that the evening sessions."),
            prose(&shouted),
            item(Item::Heading(pb::Heading {
                level: 2,
                text: "The only hours in which they sat down more".to_string(),
            })),
            prose("They said it: us that the EVENING sessions, were the only."),
        ];
        let refused = harness.with_items(&planned, items).await.unwrap_err();
        assert_eq!(reason(&refused), "UNCONSENTED_WORDS");
        assert_eq!(fields(&refused), ["items[1]", "items[2]", "items[3]"]);
        let named = format!("{:?}", testing::answers::says(&refused));
        assert!(named.contains("Plymouth City Council: Diabeaters, final report, revision 3"), "{named}");
        let titled = pb::Publication { title: SENTENCE.to_string(), ..planned.clone() };
        assert_eq!(fields(&harness.with_items(&titled, vec![prose("Own.")]).await.unwrap_err()), ["title"]);

        // With the council's consent it may be told in whatever way.
        let given = harness.quotable(&commission, &council, &document, SENTENCE).await;
        let set = harness.with_items(&planned, vec![prose(&shouted)]).await.unwrap();
        let checked = harness.in_fact_check(&set).await;
        harness.answered(&council, &given, Consent::Withdrawn).await;
        let refused = harness.approve(&checked).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("UNCONSENTED_WORDS", vec!["items[0]".to_string()]));
    })
    .await;
}

/// L-A5: nor does a finding quote, and what was taken back is said by nobody.
#[tokio::test]
async fn a_finding_repeats_nobody_and_what_was_withdrawn_is_not_repeated() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report =
            harness.report(&council, "Diabeaters", "Food brings people in who fill in no form here.").await;
        let document = harness.documents(&commission).await.remove(0);
        let passage = harness.marked(&commission, &document, "Food").await;
        let insight = harness.approved(&commission, &[&council], &[&passage]).await;
        let planned = harness.planned(&commission).await;
        let refused = harness.with_items(&planned, vec![item(Item::InsightId(insight.id))]).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("UNCONSENTED_WORDS", vec!["items[0]".to_string()]));
        harness.release(&mut report, false, false).await;
        let told =
            vec![prose("It brings people in who fill in no form: food brings people in who fill in no form here.")];
        assert_eq!(reason(&harness.with_items(&planned, told).await.unwrap_err()), "UNCONSENTED_WORDS");
    })
    .await;
}

/// L-A5: a consent that ends while it waits for its instant keeps it back, for its authors to say otherwise.
#[tokio::test]
async fn what_repeats_words_at_its_instant_is_held_back() {
    each_engine(async |harness| {
        let (council, commission, document) = harness.a_document(OUTCOMES).await;
        let given = harness.quotable(&commission, &council, &document, SENTENCE).await;
        let planned = harness.planned(&commission).await;
        let set = harness.with_items(&planned, vec![prose(SENTENCE)]).await.unwrap();
        let embargoed = harness.embargoed(&set, &[]).await;
        harness.answered(&council, &given, Consent::Withdrawn).await;
        harness.at(PUBLISH_AT).await;
        let held = harness.now(&harness.editor, &embargoed).await.unwrap();
        assert_eq!(held.state(), pb::publication::State::Drafting);
        assert!(held.reason.contains("repeats words of Plymouth City Council"), "{}", held.reason);
    })
    .await;
}

/// L-A5: a council tells its own story in the words of its own report.
#[tokio::test]
async fn a_case_study_may_repeat_its_own_council_and_no_other() {
    each_engine(async |harness| {
        let (teller, other) = (harness.council("South Tyneside Council"), harness.council("Preston"));
        let commission = harness.running().await;
        let study = harness.told(0, &teller).await;
        let story = study.narrative[0].text.clone();
        harness.report(&teller, "Day opportunities", &story).await;
        let planned = harness.planned(&commission).await;
        let items = vec![item(Item::CaseStudyId(study.id.clone()))];
        let set = harness.with_items(&planned, items.clone()).await.unwrap();
        harness.report(&other, "Copied", &story).await;
        let refused = harness.with_items(&set, items).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("UNCONSENTED_WORDS", vec!["items[0]".to_string()]));
    })
    .await;
}
