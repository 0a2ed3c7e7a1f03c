//! A publication as the tests make it, and the steps that lead it on.

use kit::caller::Role;
use kit::ids::OrgId;
use pb::publication_document::Format;
use pb::publication_item::Item;
use toadlane_proto::learning::v1 as pb;
use toadlane_proto::reporting::v1 as reporting;
use toadlane_proto::types::v1 as types;
use tonic::Status;

use super::harness::*;

pub const PUBLISH_AT: &str = "2021-03-29T08:00:00Z";
pub const ANNOUNCED: &str = "9:00am on 29 March 2021";
pub const QUOTE: &str = "\"It's <their> kitchen\" & ours,\r\nsaid one: *never* again.";

pub fn item(item: Item) -> pb::PublicationItem {
    pb::PublicationItem { item: Some(item) }
}

/// A publication of a heading, prose, an insight, a quote and a case study, all of it in order.
pub struct Book {
    pub commission: pb::Commission,
    pub council: Council,
    /// Of the case study.
    pub teller: Council,
    pub report: reporting::Report,
    pub passage: pb::Passage,
    pub insight: pb::Insight,
    pub study: pb::CaseStudy,
    pub publication: pb::Publication,
}

impl Harness {
    /// Changes one byte of what a passage quotes, behind the back of the service.
    pub async fn alter(&self, passage: &pb::Passage) {
        let id = passage.document_id.clone();
        let alter = self.db.work(None, move |tx| {
            use diesel::prelude::*;
            diesel::table! { document (id) { id -> Text, sections -> Text, source_sha256 -> Text, } }
            let sections: String = document::table.find(&id).select(document::sections).first(&mut **tx)?;
            let altered = sections.replace("never", "nevez");
            diesel::update(document::table.find(&id)).set(document::sections.eq(altered)).execute(&mut **tx)?;
            Ok::<_, kit::db::DbError>(())
        });
        alter.await.unwrap();
    }

    pub async fn planned(&self, commission: &pb::Commission) -> pb::Publication {
        let request = pb::CreatePublicationRequest {
            request_id: new_id(),
            commission_id: commission.id.clone(),
            title: "Co-operative Difference in Care".to_string(),
            round_ids: vec![self.round.to_string()],
            validate_only: false,
        };
        self.as_who(&self.consultant).publications.create_publication(request).await.unwrap().into_inner()
    }

    pub async fn book(&self) -> Book {
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
        Book { commission, council, teller, report, passage, insight, study, publication }
    }

    pub async fn with_items(
        &self,
        of: &pb::Publication,
        items: Vec<pb::PublicationItem>,
    ) -> Result<pb::Publication, Status> {
        self.with_items_of(&self.consultant, of, items).await
    }

    pub async fn with_items_of(
        &self,
        who: &Who,
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
        Ok(self.as_who(who).publications.set_items(request).await?.into_inner())
    }

    pub async fn now(&self, who: &Who, of: &pb::Publication) -> Result<pb::Publication, Status> {
        let request = pb::GetPublicationRequest { publication_id: of.id.clone() };
        Ok(self.as_who(who).publications.get_publication(request).await?.into_inner())
    }

    /// In a fact check that an editor does not wait for.
    pub async fn in_fact_check(&self, of: &pb::Publication) -> pb::Publication {
        let checked = self.put_to_councils(of).await;
        let request = pb::EndFactCheckRequest {
            request_id: new_id(),
            publication_id: checked.id.clone(),
            etag: checked.etag.clone(),
            reason: "the facts are the council's own".to_string(),
            validate_only: false,
        };
        self.as_who(&self.editor).publications.end_fact_check(request).await.unwrap().into_inner()
    }

    pub async fn put_to_councils(&self, of: &pb::Publication) -> pb::Publication {
        let request = pb::StartFactCheckRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            validate_only: false,
        };
        self.as_who(&self.consultant).publications.start_fact_check(request).await.unwrap().into_inner()
    }

    pub async fn approve(&self, of: &pb::Publication) -> Result<pb::Publication, Status> {
        self.approve_as(&self.editor, of).await
    }

    pub async fn approve_as(&self, who: &Who, of: &pb::Publication) -> Result<pb::Publication, Status> {
        let request = pb::ApprovePublicationRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            validate_only: false,
        };
        Ok(self.as_who(who).publications.approve_publication(request).await?.into_inner())
    }

    pub async fn embargo(
        &self,
        of: &pb::Publication,
        instant: &str,
        announced: &str,
        group: &[&Who],
    ) -> Result<pb::Publication, Status> {
        self.embargo_as(&self.editor, of, instant, announced, group).await
    }

    pub async fn embargo_as(
        &self,
        who: &Who,
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
        Ok(self.as_who(who).publications.embargo_publication(request).await?.into_inner())
    }

    pub async fn embargoed(&self, of: &pb::Publication, group: &[&Who]) -> pb::Publication {
        let checked = self.in_fact_check(of).await;
        let approved = self.approve(&checked).await.unwrap();
        self.embargo(&approved, PUBLISH_AT, ANNOUNCED, group).await.unwrap()
    }

    /// Public at once.
    pub async fn released(&self, embargoed: &pb::Publication) -> Result<pb::Publication, Status> {
        let request = pb::ReleasePublicationRequest {
            request_id: new_id(),
            publication_id: embargoed.id.clone(),
            etag: embargoed.etag.clone(),
            reason: "it cannot wait".to_string(),
            validate_only: false,
        };
        Ok(self.as_who(&self.editor).publications.release_publication(request).await?.into_inner())
    }

    pub async fn withdrawn(&self, of: &pb::Publication, reason: &str) -> Result<pb::Publication, Status> {
        let request = pb::WithdrawPublicationRequest {
            request_id: new_id(),
            publication_id: of.id.clone(),
            etag: of.etag.clone(),
            reason: reason.to_string(),
            validate_only: false,
        };
        Ok(self.as_who(&self.editor).publications.withdraw_publication(request).await?.into_inner())
    }

    pub async fn document(
        &self,
        who: &Who,
        of: &pb::Publication,
        edition: i32,
        format: Format,
    ) -> Result<pb::PublicationDocument, Status> {
        let request =
            pb::GetPublicationDocumentRequest { publication_id: of.id.clone(), edition, format: format.into() };
        Ok(self.as_who(who).publications.get_publication_document(request).await?.into_inner())
    }

    pub async fn citations(&self, who: &Who, of: &pb::Publication) -> Vec<pb::Citation> {
        let request = pb::ListCitationsRequest { publication_id: of.id.clone(), ..Default::default() };
        self.as_who(who).publications.list_citations(request).await.unwrap().into_inner().citations
    }

    pub async fn listed(&self, who: &Who) -> usize {
        let request = pb::ListPublicationsRequest::default();
        self.as_who(who).publications.list_publications(request).await.unwrap().into_inner().publications.len()
    }
}

pub fn somebody() -> Who {
    Who::person(Role::Reviewer, OrgId::new())
}
