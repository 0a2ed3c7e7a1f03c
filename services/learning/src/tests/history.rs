//! Who reads the record of what: consents above all (L-A7).

use kit::caller::Role;
use pb::passage::Consent;
use pb::publication_document::Format;
use toadlane_proto::learning::v1 as pb;
use tonic::{Code, Status};

use super::book::*;
use super::harness::*;

impl Harness {
    pub async fn history(&self, who: &Who, subject: &str) -> Result<Vec<pb::HistoryEntry>, Status> {
        let mut all = Vec::new();
        let mut page_token = String::new();
        loop {
            let request = pb::ListHistoryRequest { subject_id: subject.to_string(), page_size: 2, page_token };
            let page = self.as_who(who).corpus.list_history(request).await?.into_inner();
            all.extend(page.entries);
            page_token = page.next_page_token;
            if page_token.is_empty() {
                return Ok(all);
            }
        }
    }
}

fn steps(entries: &[pb::HistoryEntry]) -> Vec<&str> {
    entries.iter().map(|entry| entry.step.as_str()).collect()
}

/// L-A7: who consented to each quote of a publication, and when, told by RPCs alone, and for good.
#[tokio::test]
async fn an_auditor_can_say_who_consented_to_each_quote_of_a_publication_and_when() {
    each_engine(async |harness| {
        let mut book = harness.book().await;
        let embargoed = harness.embargoed(&book.publication, &[]).await;
        harness.at(PUBLISH_AT).await;
        let certifier = book.council.certifier.subject.clone();
        let citations = harness.citations(&harness.auditor, &embargoed).await;
        for citation in &citations {
            let request = pb::GetPassageRequest { passage_id: citation.passage_id.clone() };
            let cited = harness.as_who(&harness.auditor).corpus.get_passage(request).await;
            let passage = cited.unwrap_or_else(|status| panic!("{status}")).into_inner();
            let by = passage.answered_by.unwrap();
            assert_eq!((by.subject, by.organisation_id), (certifier.clone(), book.council.id.to_string()));
            assert_eq!(passage.answered_at, wire(FROM));
        }
        let study = pb::GetCaseStudyRequest { case_study_id: book.study.id.clone() };
        let study = harness.as_who(&harness.auditor).case_studies.get_case_study(study).await.unwrap().into_inner();
        assert_eq!(study.answered_by.unwrap().subject, book.teller.certifier.subject);
        let answer = harness.insight(&book.insight).await.answers.remove(0);
        assert_eq!(answer.answered_by.unwrap().subject, book.council.officer.subject);

        // Nor does the record end with the release.
        harness.release(&mut book.report, false, false).await;
        let passage = harness.passage(&harness.auditor, &book.passage).await.unwrap_err();
        assert_eq!(passage.code(), Code::NotFound);
        let told = harness.history(&harness.auditor, &book.passage.id).await.unwrap();
        assert_eq!(steps(&told), ["mark", "ask_consent", "give_consent", "consent_fell"]);
        let given = &told[2];
        assert_eq!((given.from_state.as_str(), given.to_state.as_str()), ("asked", "given"));
        let actor = given.actor.clone().unwrap();
        assert_eq!((actor.subject, actor.organisation_id), (certifier, book.council.id.to_string()));
        let of_insight = harness.history(&harness.auditor, &book.insight.id).await.unwrap();
        assert_eq!(steps(&of_insight), ["capture", "check", "answer", "approve", "use", "fall"]);
        let of_study = harness.history(&harness.auditor, &book.study.id).await.unwrap();
        assert_eq!(steps(&of_study), ["create", "consent"]);
        let of_publication = harness.history(&harness.auditor, &embargoed.id).await.unwrap();
        let expected = ["plan", "set_items", "start_fact_check", "end_fact_check", "approve", "embargo", "publish"];
        assert_eq!(steps(&of_publication)[..7], expected);
        let kept = harness.document(&harness.auditor, &embargoed, 1, Format::Html).await.unwrap();
        assert!(kept.text.contains("said one"));
        let codebook = pb::ListCodebooksRequest::default();
        let codebook = harness.as_who(&harness.auditor).corpus.list_codebooks(codebook).await.unwrap().into_inner();
        let id = &codebook.codebooks[0].id;
        assert_eq!(steps(&harness.history(&harness.auditor, id).await.unwrap()), ["create"]);
        let of_commission = harness.history(&harness.auditor, &book.commission.id).await.unwrap();
        assert_eq!(steps(&of_commission), ["create", "declare_interests"]);
        let document = &citations[0].source_id;
        assert_eq!(document, &book.report.id);
    })
    .await;
}

/// L-A7: a council reads what it was asked and what it answered; of others it reads nothing.
#[tokio::test]
async fn each_reads_the_part_of_a_history_that_is_theirs() {
    each_engine(async |harness| {
        let book = harness.book().await;
        let (own, teller) = (&book.council.officer, &book.teller.officer);
        let mine = harness.history(own, &book.passage.id).await.unwrap();
        assert_eq!(steps(&mine), ["ask_consent", "give_consent"]);
        assert_eq!(steps(&harness.history(own, &book.insight.id).await.unwrap()), ["answer"]);
        assert_eq!(steps(&harness.history(teller, &book.study.id).await.unwrap()), ["create", "consent"]);
        let consultant = &harness.consultant;
        let drawn = harness.history(consultant, &book.passage.id).await.unwrap();
        assert_eq!(steps(&drawn), ["mark", "ask_consent", "give_consent"]);
        for (who, subject) in [
            (teller, &book.passage.id),
            (teller, &book.insight.id),
            (teller, &book.publication.id),
            (own, &book.study.id),
            (own, &book.commission.id),
            (own, &book.passage.document_id),
            (own, &book.passage.codebook_id),
            (consultant, &book.passage.document_id),
            (&somebody(), &book.publication.id),
        ] {
            let hidden = harness.history(who, subject).await.unwrap_err();
            assert_eq!(hidden.code(), Code::NotFound, "{subject}");
            // Nor is it told from what does not exist.
            let absent = format!("{}_{}", &subject[..3], new_id().replace('-', ""));
            let unknown = harness.history(who, &absent).await.unwrap_err();
            assert_eq!(hidden.message(), unknown.message(), "{subject}");
        }
        // Whoever reads there as a consultant reads all of it, whatever council is theirs too.
        let both = harness.consultant.clone().and(Role::Certifier, book.council.id);
        assert_eq!(steps(&harness.history(&both, &book.passage.id).await.unwrap()), steps(&drawn));
        // What was asked once stays on record, also where it is not asked any more.
        let mut report = book.report.clone();
        harness.release(&mut report, false, false).await;
        harness.release(&mut report, true, true).await;
        let mine = harness.history(own, &book.passage.id).await.unwrap();
        assert_eq!(steps(&mine), ["ask_consent", "give_consent", "consent_fell", "renew_consent"]);
        harness.at(UNTIL).await;
        let ended = harness.history(consultant, &book.passage.id).await.unwrap_err();
        assert_eq!(reason(&ended), "COMMISSION_NOT_RUNNING");
        let mine = harness.history(&both, &book.passage.id).await.unwrap();
        assert_eq!(steps(&mine), ["ask_consent", "give_consent", "consent_fell", "renew_consent"]);
        harness.history(&harness.auditor, &book.passage.id).await.unwrap();
        let unknown = harness.history(&harness.auditor, &kit::ids::PassageId::new().to_string()).await.unwrap_err();
        assert_eq!(unknown.code(), Code::NotFound);
        let asked = harness.answered_once(&book).await;
        assert_eq!(asked, Consent::NotAsked);
    })
    .await;
}

impl Harness {
    async fn answered_once(&self, book: &Book) -> Consent {
        self.passage(&self.auditor, &book.passage).await.unwrap().consent()
    }
}
