//! Publications: pinned sources, embargo, editions, and documents whose quotes can be followed to the bytes.

use kit::caller::Duty;
use kit::ids::OrgId;
use pb::passage::Consent;
use pb::publication::State;
use pb::publication_document::Format;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1 as types;
use tonic::{Code, Status};

use super::house::*;

const PUBLISH_AT: &str = "2021-03-29T08:00:00Z";
const ANNOUNCED: &str = "9:00am on 29 March 2021";
const QUOTE: &str = "\"It's <their> kitchen\" & ours,\r\nsaid one: *never* again.";

fn item(item: Item) -> pb::PublicationItem {
    pb::PublicationItem { item: Some(item) }
}

/// A publication of a heading, prose, an insight, a quote and a case study, all of it in order.
struct Book {
    commission: pb::Commission,
    council: Council,
    report: reporting::Report,
    passage: pb::Passage,
    insight: pb::Insight,
    study: pb::CaseStudy,
    publication: pb::Publication,
}

impl House {
    async fn planned(&self, commission: &pb::Commission) -> pb::Publication {
        let request = pb::CreatePublicationRequest {
            request_id: new_id(),
            commission_id: commission.id.clone(),
            title: "Co-operative Difference in Care".to_string(),
            round_ids: vec![self.round.to_string()],
            validate_only: false,
        };
        self.publications(&self.consultant).create_publication(request).await.unwrap().into_inner()
    }

    async fn book(&self) -> Book {
        let (council, teller) = (self.council("Plymouth City Council"), self.council("South Tyneside Council"));
        let commission = self.running().await;
        let outcomes = format!("Three households took part. {QUOTE} We go on.");
        let report = self.report(&council, "Diabeaters", &outcomes).await;
        let document = self.documents(&commission).await.remove(0);
        let passage = self.quotable(&commission, &council, &document, QUOTE).await;
        let unasked = self.marked(&commission, &document, "Three households").await;
        let insight = self.approved(&commission, &[&council], &[&passage, &unasked]).await;
        let study = self.told(0, &teller).await;
        let planned = self.planned(&commission).await;
        let items = vec![
            item(Item::Heading(pb::Heading { level: 2, text: "Food & people".to_string() })),
            item(Item::Prose("What <we> found.\n\nIn two parts.".to_string())),
            item(Item::PassageId(passage.id.clone())),
            item(Item::InsightId(insight.id.clone())),
            item(Item::CaseStudyId(study.id.clone())),
        ];
        let publication = self.with_items(&planned, items).await.unwrap();
        Book { commission, council, report, passage, insight, study, publication }
    }

    async fn with_items(
        &self,
        of: &pb::Publication,
        items: Vec<pb::PublicationItem>,
    ) -> Result<pb::Publication, Status> {
        let request = pb::SetItemsRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            title: of.title.clone(),
            items,
            validate_only: false,
        };
        Ok(self.publications(&self.consultant).set_items(request).await?.into_inner())
    }

    async fn now(&self, who: &Who, of: &pb::Publication) -> Result<pb::Publication, Status> {
        let request = pb::GetPublicationRequest { publication_id: of.id.clone() };
        Ok(self.publications(who).get_publication(request).await?.into_inner())
    }

    async fn in_fact_check(&self, of: &pb::Publication) -> pb::Publication {
        let request = pb::StartFactCheckRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            validate_only: false,
        };
        self.publications(&self.consultant).start_fact_check(request).await.unwrap().into_inner()
    }

    async fn approve(&self, of: &pb::Publication) -> Result<pb::Publication, Status> {
        let request = pb::ApprovePublicationRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            validate_only: false,
        };
        Ok(self.publications(&self.editor).approve_publication(request).await?.into_inner())
    }

    async fn embargo(
        &self,
        of: &pb::Publication,
        instant: &str,
        announced: &str,
        group: &[&Who],
    ) -> Result<pb::Publication, Status> {
        let request = pb::EmbargoPublicationRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            publish_at: Some(types::Deadline {
                instant: wire(instant),
                zone: "Europe/London".to_string(),
                announced: announced.to_string(),
            }),
            embargo_group: group.iter().map(|who| who.subject.clone()).collect(),
            validate_only: false,
        };
        Ok(self.publications(&self.editor).embargo_publication(request).await?.into_inner())
    }

    async fn embargoed(&self, of: &pb::Publication, group: &[&Who]) -> pb::Publication {
        let checked = self.in_fact_check(of).await;
        let approved = self.approve(&checked).await.unwrap();
        self.embargo(&approved, PUBLISH_AT, ANNOUNCED, group).await.unwrap()
    }

    async fn document(
        &self,
        who: &Who,
        of: &pb::Publication,
        edition: i32,
        format: Format,
    ) -> Result<pb::PublicationDocument, Status> {
        let request =
            pb::GetPublicationDocumentRequest { publication_id: of.id.clone(), edition, format: format.into() };
        Ok(self.publications(who).get_publication_document(request).await?.into_inner())
    }

    async fn citations(&self, who: &Who, of: &pb::Publication) -> Vec<pb::Citation> {
        let request = pb::ListCitationsRequest { publication_id: of.id.clone(), ..Default::default() };
        self.publications(who).list_citations(request).await.unwrap().into_inner().citations
    }

    async fn listed(&self, who: &Who) -> usize {
        let request = pb::ListPublicationsRequest::default();
        self.publications(who).list_publications(request).await.unwrap().into_inner().publications.len()
    }
}

fn somebody() -> Who {
    Who::person(Duty::Reviewer, OrgId::new())
}

/// The text of the element with an identity, as a browser reads it.
fn text_of(html: &str, id: &str) -> String {
    let (_, after) = html.split_once(&format!("id=\"{id}\">")).unwrap_or_else(|| panic!("{id} stands nowhere"));
    let inner = after.split('<').next().unwrap();
    let named = [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&#13;", "\r"), ("&amp;", "&")];
    named.iter().fold(inner.to_string(), |text, (name, sign)| text.replace(name, sign))
}

#[tokio::test]
async fn under_embargo_only_the_named_group_reads_a_watermarked_document_until_the_instant() {
    each_house(|house| async move {
        let (book, reader, public) = (house.book().await, somebody(), somebody());
        let embargoed = house.embargoed(&book.publication, &[&reader]).await;
        assert_eq!(embargoed.state(), State::Embargoed);
        house.at("2021-03-29T07:59:59.999999Z").await;
        let seen = house.document(&reader, &embargoed, 0, Format::Html).await.unwrap();
        assert!(seen.watermarked && seen.text.contains("Under embargo until 9:00am on 29 March 2021"));
        let markdown = house.document(&reader, &embargoed, 0, Format::Markdown).await.unwrap();
        assert!(markdown.text.contains("Under embargo until 9\\:00am on 29 March 2021"));
        for hidden in [&public, &book.council.officer] {
            assert_eq!(house.now(hidden, &embargoed).await.unwrap_err().code(), Code::NotFound);
            assert_eq!(house.document(hidden, &embargoed, 1, Format::Html).await.unwrap_err().code(), Code::NotFound);
        }
        // In no list but those of its authors, editors and auditors.
        let lists = [&reader, &public, &house.consultant, &house.editor, &house.auditor];
        let mut n_listed = Vec::new();
        for who in lists {
            n_listed.push(house.listed(who).await);
        }
        assert_eq!(n_listed, [0, 0, 1, 1, 1]);

        house.at(PUBLISH_AT).await;
        let published = house.now(&public, &embargoed).await.unwrap();
        assert_eq!((published.state(), published.published_at), (State::Published, wire(PUBLISH_AT)));
        assert!(published.embargo_group.is_empty());
        let page = house.document(&public, &embargoed, 0, Format::Html).await.unwrap();
        assert!(!page.watermarked && !page.text.contains("embargo"));
        assert_eq!(page.sha256, crate::digest(page.text.as_bytes()));
        assert_eq!(house.listed(&public).await, 1);
        assert_eq!(house.insight(&book.insight).await.state(), pb::insight::State::Used);
    })
    .await;
}

#[tokio::test]
async fn every_citation_leads_to_an_element_whose_text_is_the_pinned_bytes_and_to_its_source() {
    each_house(|house| async move {
        let book = house.book().await;
        let page = house.document(&house.editor, &book.publication, 0, Format::Html).await.unwrap();
        let citations = house.citations(&house.editor, &book.publication).await;
        assert_eq!(citations.len(), 1);
        let full = format!("Three households took part. {QUOTE} We go on.");
        for citation in &citations {
            let bytes = &full[citation.start as usize..citation.end as usize];
            assert_eq!(text_of(&page.text, &citation.anchor), bytes);
            assert_eq!(citation.quote, bytes);
            assert_eq!((citation.source_id.as_str(), citation.source_revision), (book.report.id.as_str(), 3));
            assert!(page.text.contains(&format!("href=\"#{}\"", citation.source_anchor)));
            assert!(page.text.contains(&format!(
                "<li id=\"{}\">Plymouth City Council: Diabeaters, final report, revision 3",
                citation.source_anchor
            )));
            assert!(page.text.contains(&citation.source_sha256));
            assert!(page.text.contains(&format!("href=\"#{}\"", citation.anchor)));
        }
        // What is not consented to is cited and not quoted; an identity stands once.
        assert_eq!(page.text.matches(&format!("id=\"{}\"", citations[0].anchor)).count(), 1);
        assert!(!page.text.contains("Three households</p>"));
        assert!(page.text.contains("What &lt;we&gt; found."));
        assert!(!page.text.contains("<script") && !page.text.contains("http"));
        if let Some(folder) = std::env::var_os("TOADLANE_LOOK") {
            std::fs::create_dir_all(&folder).unwrap();
            std::fs::write(std::path::Path::new(&folder).join("publication.html"), &page.text).unwrap();
            let markdown = house.document(&house.editor, &book.publication, 0, Format::Markdown).await.unwrap();
            std::fs::write(std::path::Path::new(&folder).join("publication.md"), markdown.text).unwrap();
        }
    })
    .await;
}

#[tokio::test]
async fn a_source_that_was_withdrawn_or_altered_since_keeps_a_publication_from_being_approved() {
    each_house(|house| async move {
        let mut book = house.book().await;
        let checked = house.in_fact_check(&book.publication).await;
        book.report.release = Some(reporting::Release::default());
        house.publish("ReleaseWithdrawn", &mut book.report).await;
        let now = house.now(&house.editor, &checked).await.unwrap();
        // The quote left by itself (rule 32); the insight that rests on the report is for people to look at.
        assert_eq!(now.items.len(), 4);
        let refused = house.approve(&now).await.unwrap_err();
        assert_eq!(reason(&refused), "SOURCES_CHANGED");
        assert_eq!(fields(&refused), ["items[2]", "sources[0]"]);
        let refused = house.with_items(&now, now.items.clone()).await.unwrap_err();
        assert_eq!(fields(&refused), ["items[2]"]);
        let without: Vec<_> =
            now.items.iter().filter(|one| !matches!(one.item, Some(Item::InsightId(_)))).cloned().collect();
        let mended = house.with_items(&now, without).await.unwrap();
        assert_eq!(mended.sources.len(), 1);
        let checked = house.in_fact_check(&mended).await;
        house.approve(&checked).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn one_altered_byte_of_a_pinned_document_is_found() {
    each_house(|house| async move {
        let book = house.book().await;
        let checked = house.in_fact_check(&book.publication).await;
        let id = book.passage.document_id.clone();
        let alter = house.db.work(None, move |tx| {
            use diesel::prelude::*;
            diesel::table! { document (id) { id -> Text, sections -> Text, source_sha256 -> Text, } }
            let sections: String = document::table.find(&id).select(document::sections).first(tx)?;
            let altered = sections.replace("never", "nevez");
            diesel::update(document::table.find(&id)).set(document::sections.eq(altered)).execute(tx)?;
            Ok::<_, kit::db::DbError>(())
        });
        alter.await.unwrap();
        let refused = house.approve(&checked).await.unwrap_err();
        assert_eq!(
            (reason(&refused).as_str(), fields(&refused)),
            ("SOURCES_CHANGED", vec!["items[2]".to_string(), "items[3]".to_string()])
        );
    })
    .await;
}

#[tokio::test]
async fn a_consent_taken_back_before_publication_removes_the_quote_and_after_it_asks_for_a_corrected_edition() {
    each_house(|house| async move {
        let (book, public) = (house.book().await, somebody());
        let embargoed = house.embargoed(&book.publication, &[]).await;
        let back = house.answered(&book.council, &book.passage, Consent::Withdrawn).await;
        let now = house.now(&house.editor, &embargoed).await.unwrap();
        assert_eq!((now.state(), now.items.len()), (State::Embargoed, 4));
        assert!(house.citations(&house.editor, &now).await.is_empty());
        let again = house.answered(&book.council, &back, Consent::Given).await;
        house.at(PUBLISH_AT).await;
        let published = house.now(&public, &embargoed).await.unwrap();
        // The insight cites the passage, and its council lets it be quoted again.
        assert_eq!(house.citations(&public, &published).await.len(), 1);

        house.answered(&book.council, &again, Consent::Withdrawn).await;
        let due = house.now(&house.editor, &published).await.unwrap();
        assert!(due.correction_due);
        assert_eq!(house.now(&public, &published).await.unwrap().edition, 1);
        let kinds = house.events().await;
        assert_eq!(kinds.iter().filter(|kind| kind.ends_with("PublicationNeedsCorrection")).count(), 1);
        assert_eq!(kinds.iter().filter(|kind| kind.ends_with("QuotesRemoved")).count(), 1);

        let correct = pb::CorrectPublicationRequest {
            request_id: new_id(),
            publication_id: due.id.clone(),
            etag: due.etag.clone(),
            note: "a quote was taken back".to_string(),
            validate_only: false,
        };
        let second = house.publications(&house.editor).correct_publication(correct).await.unwrap().into_inner();
        assert_eq!((second.state(), second.edition), (State::Drafting, 2));
        assert_eq!(house.now(&public, &due).await.unwrap().edition, 1);
        assert_eq!(house.document(&public, &due, 2, Format::Html).await.unwrap_err().code(), Code::NotFound);
        let set = house.with_items(&second, second.items.clone()).await.unwrap();
        let checked = house.in_fact_check(&set).await;
        let approved = house.approve(&checked).await.unwrap();
        let embargoed = house.embargo(&approved, "2021-04-01T08:00:00Z", "9:00am on 1 April 2021", &[]).await.unwrap();
        let release = pb::ReleasePublicationRequest {
            request_id: new_id(),
            publication_id: embargoed.id.clone(),
            etag: embargoed.etag.clone(),
            reason: "the correction cannot wait".to_string(),
            validate_only: false,
        };
        house.publications(&house.editor).release_publication(release).await.unwrap();
        let seen = house.now(&public, &due).await.unwrap();
        assert_eq!(
            (seen.edition, seen.edition_note.as_str(), seen.correction_due),
            (2, "a quote was taken back", false)
        );
        assert!(house.citations(&public, &due).await.is_empty());
        let first = house.document(&public, &due, 1, Format::Html).await.unwrap();
        assert!(first.text.contains("Edition 1,"));
    })
    .await;
}

#[tokio::test]
async fn at_its_instant_a_publication_with_a_withdrawn_source_is_held_back_and_not_published() {
    each_house(|house| async move {
        let (mut book, public) = (house.book().await, somebody());
        let embargoed = house.embargoed(&book.publication, &[]).await;
        book.report.release = Some(reporting::Release::default());
        house.publish("ReleaseWithdrawn", &mut book.report).await;
        house.at(PUBLISH_AT).await;
        assert_eq!(house.now(&public, &embargoed).await.unwrap_err().code(), Code::NotFound);
        let held = house.now(&house.editor, &embargoed).await.unwrap();
        assert_eq!(held.state(), State::Drafting);
        assert!(held.reason.contains("withdrew"), "{}", held.reason);
    })
    .await;
}

#[tokio::test]
async fn a_case_study_taken_back_leaves_what_is_not_published() {
    each_house(|house| async move {
        let book = house.book().await;
        let teller = Council {
            id: book.study.organisation_id.parse().unwrap(),
            officer: somebody(),
            certifier: Who::person(Duty::Certifier, book.study.organisation_id.parse().unwrap()),
        };
        house.taken_back(&teller, &book.study).await;
        let now = house.now(&house.consultant, &book.publication).await.unwrap();
        assert_eq!((now.items.len(), now.sources.len()), (4, 1));
    })
    .await;
}

#[tokio::test]
async fn an_embargo_that_ends_in_the_doubled_hour_must_say_which_of_the_two() {
    each_house(|house| async move {
        let (council, commission) = (house.council("Plymouth City Council"), house.running().await);
        house.report(&council, "Diabeaters", "Carers cooked.").await;
        let planned = house.planned(&commission).await;
        let prose = vec![item(Item::Prose("Words of our own.".to_string()))];
        let set = house.with_items(&planned, prose).await.unwrap();
        let checked = house.in_fact_check(&set).await;
        let approved = house.approve(&checked).await.unwrap();
        let first = "2021-10-31T00:30:00Z";
        let vague = house.embargo(&approved, first, "1:30am on 31 October 2021", &[]).await.unwrap_err();
        assert_eq!(fields(&vague), ["publish_at.announced"]);
        assert!(vague.message().contains("1:30am BST on 31 October 2021"), "{}", vague.message());
        let past =
            house.embargo(&approved, "2020-10-25T00:30:00Z", "1:30am BST on 25 October 2020", &[]).await.unwrap_err();
        assert_eq!(fields(&past), ["publish_at.instant"]);
        let embargoed = house.embargo(&approved, first, "1:30am BST on 31 October 2021", &[]).await.unwrap();
        house.at("2021-10-31T00:29:59.999999Z").await;
        assert_eq!(house.now(&house.editor, &embargoed).await.unwrap().state(), State::Embargoed);
        house.at(first).await;
        assert_eq!(house.now(&house.editor, &embargoed).await.unwrap().state(), State::Published);
    })
    .await;
}

#[tokio::test]
async fn authors_see_a_draft_while_their_commission_runs_and_are_readers_like_any_other_afterwards() {
    each_house(|house| async move {
        let book = house.book().await;
        house.now(&house.consultant, &book.publication).await.unwrap();
        assert_eq!(house.now(&book.council.officer, &book.publication).await.unwrap_err().code(), Code::NotFound);
        house.at(UNTIL).await;
        let ended = house.now(&house.consultant, &book.publication).await.unwrap_err();
        assert_eq!(reason(&ended), "COMMISSION_NOT_RUNNING");
        assert_eq!(house.listed(&house.consultant).await, 0);
        house.now(&house.editor, &book.publication).await.unwrap();
        let other_round = pb::CreatePublicationRequest {
            request_id: new_id(),
            commission_id: book.commission.id.clone(),
            title: "Another".to_string(),
            round_ids: vec![kit::ids::RoundId::new().to_string()],
            validate_only: false,
        };
        let refused = house.publications(&house.editor).create_publication(other_round).await.unwrap_err();
        assert_eq!(fields(&refused), ["round_ids"]);
    })
    .await;
}

impl House {
    /// The names of all events so far.
    async fn events(&self) -> Vec<String> {
        let kinds = self.db.read(|tx| {
            use diesel::prelude::*;
            diesel::table! { outbox (id) { id -> Text, kind -> Text, } }
            Ok::<_, kit::db::DbError>(outbox::table.order(outbox::id.asc()).select(outbox::kind).load(tx)?)
        });
        kinds.await.unwrap()
    }
}

#[tokio::test]
async fn no_event_bears_a_quote_a_note_or_the_title_of_what_is_under_embargo() {
    each_house(|house| async move {
        let book = house.book().await;
        house.embargoed(&book.publication, &[&somebody()]).await;
        let bodies: Vec<Vec<u8>> = house
            .db
            .read(|tx| {
                use diesel::prelude::*;
                diesel::table! { outbox (id) { id -> Text, body -> Binary, } }
                Ok::<_, kit::db::DbError>(outbox::table.select(outbox::body).load(tx)?)
            })
            .await
            .unwrap();
        let text = String::from_utf8_lossy(&bodies.concat()).into_owned();
        for word in ["kitchen", "note to myself", "Co-operative Difference", "fill in no form", "Age Concern"] {
            assert!(!text.contains(word), "{word}");
        }
        assert!(text.contains(&book.passage.source_sha256));
    })
    .await;
}
