//! What a council consents to falls with the release that it rests on, in whatever order things happen.

use pb::insight::State as Insight;
use pb::passage::Consent;
use pb::publication_document::Format;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use tonic::{Code, Status};

use super::book::*;
use super::harness::*;

/// What happens to a released report, beside its first release.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    /// The consultant asks, and the council gives.
    Consent,
    Withdraw,
    Release,
    /// With the quote, if it may be quoted then.
    Publish,
}

/// Every order of some steps.
fn orders(steps: &[Step]) -> Vec<Vec<Step>> {
    if steps.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (place, step) in steps.iter().enumerate() {
        let rest: Vec<Step> = steps.iter().enumerate().filter(|(n, _)| *n != place).map(|(_, step)| *step).collect();
        all.extend(orders(&rest).into_iter().map(|order| [vec![*step], order].concat()));
    }
    all
}

/// One council's report with a passage, and a publication that is to quote it.
struct World {
    council: Council,
    report: reporting::Report,
    passage: pb::Passage,
    publication: pb::Publication,
}

impl Harness {
    async fn world(&self, commission: &pb::Commission) -> World {
        let council = self.council("Plymouth City Council");
        let report = self.report(&council, "Diabeaters", "Three households cooked.").await;
        let documents = self.documents(commission).await;
        let document = documents.iter().find(|document| document.source_id == report.id).unwrap();
        let passage = self.marked(commission, document, "households").await;
        World { council, report, passage, publication: self.planned(commission).await }
    }

    async fn do_step(&self, world: &mut World, step: Step) -> Result<(), Status> {
        match step {
            Step::Consent => {
                let passage = self.passage(&self.consultant, &world.passage).await?;
                let request = pb::AskConsentRequest {
                    request_id: new_id(),
                    passage_id: passage.id,
                    etag: passage.etag,
                    validate_only: false,
                };
                let asked = self.as_who(&self.consultant).corpus.ask_consent(request).await?.into_inner();
                self.answered(&world.council, &asked, Consent::Given).await;
            }
            Step::Withdraw => self.release(&mut world.report, false, false).await,
            Step::Release => self.release(&mut world.report, true, true).await,
            Step::Publish => {
                let items = vec![
                    item(Item::Prose("Plymouth put it best:".to_string())),
                    item(Item::PassageId(world.passage.id.clone())),
                ];
                let set = self.with_items(&world.publication, items).await?;
                let embargoed = self.embargoed(&set, &[]).await;
                self.released(&embargoed).await?;
            }
        }
        Ok(())
    }

    /// What four kinds of readers get: the words where they read them, and else why not.
    async fn readers(&self, world: &World) -> [String; 4] {
        let page = async |who: &Who| match self.document(who, &world.publication, 0, Format::Html).await {
            Ok(page) if page.text.contains("households") => "the words".to_string(),
            Ok(page) => {
                assert!(page.text.contains("took back 1 quote"), "{}", page.text);
                "blacked out".to_string()
            }
            Err(status) => {
                assert_eq!(status.code(), Code::NotFound);
                "nothing".to_string()
            }
        };
        let passage = async |who: &Who| match self.passage(who, &world.passage).await {
            Ok(passage) => passage.consent().as_str_name().trim_start_matches("CONSENT_").to_lowercase(),
            Err(status) => {
                assert_eq!(status.code(), Code::NotFound);
                "nothing".to_string()
            }
        };
        // An auditor reads the draft too, before there is anything public.
        let is_public = self.now(&somebody(), &world.publication).await.is_ok();
        let printed = if is_public { page(&self.auditor).await } else { "nothing".to_string() };
        [page(&somebody()).await, passage(&world.council.certifier).await, passage(&self.consultant).await, printed]
    }
}

/// What the rule says, told apart from what the service does.
#[derive(Default)]
struct Rule {
    released: bool,
    given: bool,
    printed: bool,
    taken_back: bool,
}

impl Rule {
    fn after(&mut self, step: Step) {
        match step {
            Step::Consent => self.given = self.released,
            Step::Withdraw => {
                self.taken_back |= self.printed;
                (self.released, self.given) = (false, false);
            }
            Step::Release => self.released = true,
            Step::Publish => self.printed |= self.given,
        }
    }

    fn readers(&self) -> [String; 4] {
        let (of_council, of_consultant) = match (self.released, self.given) {
            (true, true) => ("given", "given"),
            (true, false) => ("nothing", "not_asked"),
            (false, _) => ("nothing", "nothing"),
        };
        let public = match (self.printed, self.taken_back) {
            (true, true) => "blacked out",
            (true, false) => "the words",
            (false, _) => "nothing",
        };
        let auditor = if self.printed { "the words" } else { "nothing" };
        [public, of_council, of_consultant, auditor].map(str::to_string)
    }
}

/// L-A1: all 24 orders in which a released report is asked about and consented to, taken back, released anew and
/// published; after each step what four kinds of readers get, held to the rule and printed.
#[tokio::test]
async fn in_every_order_a_consent_ends_with_its_release_and_a_new_one_begins_unasked() {
    each_engine(async |harness| {
        let commission = harness.running().await;
        let mut table =
            "A report is released; then these steps in every order. After each: what the public reads, what \
                         its council, what the consultant sees of the passage, and what an auditor reads as printed.\n"
                .to_string();
        let all = orders(&[Step::Consent, Step::Withdraw, Step::Release, Step::Publish]);
        assert_eq!(all.len(), 24);
        for order in all {
            let mut world = harness.world(&commission).await;
            let mut rule = Rule { released: true, ..Rule::default() };
            table += "\n";
            for step in order {
                let refused = harness.do_step(&mut world, step).await.err().map(|status| reason(&status));
                rule.after(step);
                let readers = harness.readers(&world).await;
                assert_eq!(readers, rule.readers(), "{table}{step:?}");
                let [public, council, consultant, auditor] = readers;
                let name = format!("{step:?}").to_lowercase();
                let refused = refused.map(|reason| format!("  ({reason})")).unwrap_or_default();
                let line = format!("{name:<9} {public:<12} {council:<9} {consultant:<10} {auditor}{refused}");
                table += &format!("  {}\n", line.trim_end());
            }
        }
        crate::tests::expect_golden("consents.txt", &table);
    })
    .await;
}

/// L-A1: a question falls too, and so does a refusal with the next release: it was an answer to another question.
#[tokio::test]
async fn a_question_falls_with_the_release_and_the_next_one_asks_nothing() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report = harness.report(&council, "Diabeaters", "Carers cooked. People came. Nobody left.").await;
        let document = harness.documents(&commission).await.remove(0);
        let mut asked = Vec::new();
        for quote in ["Carers cooked", "People came", "Nobody left"] {
            asked.push(harness.asked(&harness.marked(&commission, &document, quote).await).await);
        }
        harness.answered(&council, &asked[1], Consent::Refused).await;
        let given = harness.answered(&council, &asked[2], Consent::Given).await;
        assert_eq!(given.answered_by.clone().unwrap().subject, council.certifier.subject);

        // Quoting alone is taken back: the report is read on.
        harness.release(&mut report, true, false).await;
        let consents = async || {
            let mut all = Vec::new();
            for passage in &asked {
                let passage = harness.passage(&harness.consultant, passage).await.unwrap();
                assert!(passage.answered_by.is_none() || passage.consent() == Consent::Refused);
                all.push(passage.consent());
            }
            all
        };
        assert_eq!(consents().await, [Consent::NotAsked, Consent::Refused, Consent::Withdrawn]);
        let fallen = harness.passage(&council.certifier, &given).await.unwrap();
        let give = harness.as_who(&council.certifier).corpus.answer_consent(answer(&fallen, Consent::Given)).await;
        assert_eq!(reason(&give.unwrap_err()), "NOT_QUOTABLE");
        harness.release(&mut report, true, true).await;
        assert_eq!(consents().await, [Consent::NotAsked; 3]);
        // What was published with it says so: the withdrawal was seen, and so was the release after it.
        let kinds = testing::stores::published(&harness.db).await;
        assert_eq!(kinds.iter().filter(|kind| *kind == "ConsentFell").count(), 2);
        assert_eq!(kinds.iter().filter(|kind| *kind == "ConsentRenewed").count(), 2);
    })
    .await;
}

/// L-A1: an event that never came, since a newer one came first, brings nothing back to life.
#[tokio::test]
async fn a_consent_ends_with_its_release_also_where_nobody_heard_that_it_was_taken_back() {
    each_engine(async |harness| {
        let (mut book, public) = (harness.book().await, somebody());
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.at(PUBLISH_AT).await;
        // Taken back and given again; of the two only the second is heard.
        book.report.release.as_mut().unwrap().given_at = wire("2021-03-30T09:00:00Z");
        harness.publish("ReportReleased", &mut book.report).await;
        let passage = harness.passage(&harness.consultant, &book.passage).await.unwrap();
        assert_eq!(passage.consent(), Consent::NotAsked);
        let page = harness.document(&public, &embargoed, 0, Format::Html).await.unwrap();
        assert!(page.text.contains("took back 1 quote on 29 March 2021") && !page.text.contains("said one"));
    })
    .await;
}

/// L-A1: what a council said of a finding rests on its report as much as a quote does.
#[tokio::test]
async fn an_insight_begins_anew_when_a_document_that_it_rests_on_is_taken_back() {
    each_engine(async |harness| {
        let (council, commission) = (harness.council("Plymouth City Council"), harness.running().await);
        let mut report = harness.report(&council, "Diabeaters", "Carers cooked.").await;
        let document = harness.documents(&commission).await.remove(0);
        let passage = harness.marked(&commission, &document, "Carers").await;
        let captured = harness.captured(&commission, &[&passage]).await;
        let checking = harness.in_check(&harness.captured(&commission, &[&passage]).await).await;
        let approved = harness.approved(&commission, &[&council], &[&passage]).await;
        harness.release(&mut report, true, false).await;
        assert_eq!(harness.insight(&approved).await.state(), Insight::Approved);
        harness.release(&mut report, false, false).await;
        for insight in [&captured, &checking, &approved] {
            let now = harness.insight(insight).await;
            assert_eq!((now.state(), now.answers.len()), (Insight::Captured, 0));
        }
        let fallen = harness.insight(&approved).await;
        assert_eq!(fallen.reason, "a council took back a document that it rests on");
        harness.release(&mut report, true, true).await;
        assert_eq!(harness.insight(&approved).await.state(), Insight::Captured);
        let planned = harness.planned(&commission).await;
        let refused = harness.with_items(&planned, vec![item(Item::InsightId(approved.id))]).await.unwrap_err();
        assert_eq!(reason(&refused), "SOURCES_CHANGED");
    })
    .await;
}

/// L-A1: the same for a case study, whose consent is to one version of it.
#[tokio::test]
async fn consents_to_quotes_of_a_case_study_fall_with_its_withdrawal_and_with_its_next_version() {
    each_engine(async |harness| {
        let (teller, commission) = (harness.council("South Tyneside Council"), harness.running().await);
        let study = harness.told(0, &teller).await;
        let document = harness.documents(&commission).await.remove(0);
        let words = document_words(&harness, &commission, &document).await;
        let passage = harness.quotable(&commission, &teller, &document, &words).await;
        let withdrawn = harness.taken_back(&teller, &study).await;
        let who = withdrawn.answered_by.clone().unwrap();
        assert_eq!((who.subject, who.organisation_id), (teller.certifier.subject.clone(), teller.id.to_string()));
        let told = harness.consented(&teller, &withdrawn).await;
        let renewed = harness.passage(&harness.consultant, &passage).await.unwrap();
        assert_eq!(renewed.consent(), Consent::NotAsked);

        let given = harness.answered(&teller, &harness.asked(&renewed).await, Consent::Given).await;
        let planned = harness.planned(&commission).await;
        let draft = harness.with_items(&planned, vec![item(Item::PassageId(given.id.clone()))]).await.unwrap();
        let update = pb::UpdateCaseStudyRequest {
            request_id: new_id(),
            case_study_id: told.id.clone(),
            etag: told.etag.clone(),
            title: "Day opportunities".to_string(),
            narrative: told.narrative.clone(),
            ..Default::default()
        };
        let second = harness.as_who(&teller.officer).case_studies.update_case_study(update).await.unwrap().into_inner();
        assert_eq!(second.answered_by, None);
        harness.consented(&teller, &second).await;
        assert_eq!(harness.passage(&harness.consultant, &given).await.unwrap().consent(), Consent::Withdrawn);
        let now = harness.now(&harness.consultant, &draft).await.unwrap();
        assert_eq!((now.items.len(), now.reason.as_str()), (0, "a quote was taken back"));
    })
    .await;
}

/// The first words of a document.
async fn document_words(harness: &Harness, commission: &pb::Commission, document: &pb::Document) -> String {
    let get = pb::GetDocumentRequest { commission_id: commission.id.clone(), document_id: document.id.clone() };
    let whole = harness.as_who(&harness.consultant).corpus.get_document(get).await.unwrap().into_inner();
    whole.sections[0].text.split(' ').take(3).collect::<Vec<_>>().join(" ")
}
