//! What one caller sees of the learning at one instant, by every door.

use std::fmt::Write as _;

use pb::open_data::Format as Data;
use pb::publication_document::Format;
use toadlane_client::{Client, Refusal};
use toadlane_proto::learning::v1 as pb;
use tonic::Status;

/// The answers of all doors, without the instants at which they were made.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    pub documents: Door<(i64, Vec<pb::Document>)>,
    pub search: Door<(i64, Vec<pb::SearchHit>, Vec<pb::Facet>)>,
    pub passages: Door<(i64, Vec<pb::Passage>)>,
    pub csv: Door<(i64, String)>,
    pub case_studies: Door<(i64, Vec<pb::CaseStudy>)>,
    pub publications: Door<Vec<(String, pb::publication::State, i32)>>,
    pub open_data: Door<String>,
}

/// An answer, or why there is none: the reason, such as `COMMISSION_NOT_RUNNING`.
pub type Door<T> = Result<T, String>;

/// What a caller has of one publication.
#[derive(Clone, Debug, PartialEq)]
pub struct Book {
    pub head: Door<(pb::publication::State, i32, bool)>,
    pub html: Door<(String, bool)>,
    pub markdown: Door<(String, bool)>,
    pub citations: Door<Vec<pb::Citation>>,
}

fn why(status: Status) -> String {
    let refusal = Refusal::from(status);
    refusal.reason.as_str_name().trim_start_matches("REASON_").to_string()
}

impl View {
    pub async fn of(client: &Client, commission_id: &str, round_id: &str, words: &str) -> View {
        let commission_id = || commission_id.to_string();
        let list = pb::ListDocumentsRequest { commission_id: commission_id(), page_size: 500, ..Default::default() };
        let documents = client.corpus().list_documents(list).await.map(|answer| answer.into_inner());
        let search = pb::SearchCorpusRequest {
            commission_id: commission_id(),
            words: words.to_string(),
            page_size: 500,
            ..Default::default()
        };
        let found = client.corpus().search_corpus(search).await.map(|answer| answer.into_inner());
        let list = pb::ListPassagesRequest { commission_id: commission_id(), page_size: 500, ..Default::default() };
        let passages = client.corpus().list_passages(list).await.map(|answer| answer.into_inner());
        let export = pb::ExportPassagesRequest { commission_id: commission_id() };
        let export = client.corpus().export_passages(export).await.map(|answer| answer.into_inner());
        let list = pb::ListCaseStudiesRequest { page_size: 500, ..Default::default() };
        let studies = client.case_studies().list_case_studies(list).await.map(|answer| answer.into_inner());
        let list = pb::ListPublicationsRequest { page_size: 500, ..Default::default() };
        let publications = client.publications().list_publications(list).await.map(|answer| answer.into_inner());
        let get = pb::GetOpenDataRequest { round_id: round_id.to_string(), format: Data::Format360givingCsv.into() };
        let open_data = client.open_data().get_open_data(get).await.map(|answer| answer.into_inner());
        View {
            documents: documents.map(|one| (one.total_size, one.documents)).map_err(why),
            search: found.map(|one| (one.total_size, one.hits, one.facets)).map_err(why),
            passages: passages.map(|one| (one.total_size, one.passages)).map_err(why),
            csv: export.map(|one| (one.n_passages, one.csv)).map_err(why),
            case_studies: studies.map(|one| (one.total_size, one.case_studies)).map_err(why),
            publications: publications.map(|one| one.publications.iter().map(standing).collect()).map_err(why),
            open_data: open_data.map(|one| one.text).map_err(why),
        }
    }

    /// The corpus by its numbers: documents, hits of the search, hits in the facet of kinds, passages, passages in the
    /// CSV and its lines. A door that is shut says why.
    pub fn numbers(&self) -> String {
        let mut says = String::new();
        let mut tell = |door: &str, n: Result<String, &String>| {
            let _ = write!(says, "{door} {}; ", n.unwrap_or_else(|why| why.clone()));
        };
        tell("documents", self.documents.as_ref().map(|(total, all)| same(*total, all.len())));
        tell("hits", self.search.as_ref().map(|(total, hits, _)| same(*total, hits.len())));
        tell("kinds", self.search.as_ref().map(|(_, _, facets)| of_kinds(facets)));
        tell("passages", self.passages.as_ref().map(|(total, all)| same(*total, all.len())));
        tell("csv", self.csv.as_ref().map(|(n, csv)| same(*n, csv.lines().count() - 1)));
        says.trim_end_matches("; ").to_string()
    }

    /// Whether anything that was answered has this in it.
    pub fn mentions(&self, what: &str) -> bool {
        format!("{self:?}").contains(what)
    }
}

/// A total, which must be that of what came.
fn same(total: i64, n: usize) -> String {
    assert_eq!(total, n as i64, "the total is that of the answer");
    total.to_string()
}

/// The facet of kinds: `final_report 13`.
fn of_kinds(facets: &[pb::Facet]) -> String {
    let kinds = facets.iter().filter(|facet| facet.field == "kind");
    kinds.map(|facet| format!("{} {}", facet.value, facet.n_hits)).collect::<Vec<_>>().join(", ")
}

fn standing(publication: &pb::Publication) -> (String, pb::publication::State, i32) {
    (publication.id.clone(), publication.state(), publication.edition)
}

impl Book {
    pub async fn of(client: &Client, publication_id: &str) -> Book {
        let id = || publication_id.to_string();
        let get = pb::GetPublicationRequest { publication_id: id() };
        let head = client.publications().get_publication(get).await.map(|answer| answer.into_inner());
        let list = pb::ListCitationsRequest { publication_id: id(), page_size: 500, ..Default::default() };
        let citations = client.publications().list_citations(list).await.map(|answer| answer.into_inner());
        let text = async |format: Format| {
            let get = pb::GetPublicationDocumentRequest { publication_id: id(), edition: 0, format: format.into() };
            let document = client.publications().get_publication_document(get).await.map(|answer| answer.into_inner());
            document.map(|one| (one.text, one.watermarked)).map_err(why)
        };
        Book {
            head: head.map(|one| (one.state(), one.edition, one.correction_due)).map_err(why),
            html: text(Format::Html).await,
            markdown: text(Format::Markdown).await,
            citations: citations.map(|one| one.citations).map_err(why),
        }
    }

    /// Why it does not exist for somebody. All its doors open together, or are shut for one reason.
    fn shut(&self) -> Option<&str> {
        let doors = [
            self.head.as_ref().err(),
            self.html.as_ref().err(),
            self.markdown.as_ref().err(),
            self.citations.as_ref().err(),
        ];
        assert!(doors.iter().all(|door| *door == doors[0]), "all doors of a publication open together: {doors:?}");
        doors[0].map(String::as_str)
    }

    /// Whether all doors were asked at one moment: while an event is on its way, they may lie before and after it.
    pub fn is_of_one_moment(&self) -> bool {
        let in_text = |html: &str| {
            let mut citations = self.citations.iter().flatten();
            citations.all(|citation| html.contains(&format!("id=\"{}\"", citation.anchor)))
        };
        self.html.as_ref().is_ok_and(|(html, _)| in_text(html))
    }

    /// State, edition, number of quotes, watermark, whether a correction is due; or why it is hidden.
    pub fn says(&self) -> String {
        if let Some(why) = self.shut() {
            return why.to_string();
        }
        let (state, edition, due) = self.head.clone().unwrap();
        let (html, markdown) = (self.html.clone().unwrap(), self.markdown.clone().unwrap());
        assert_eq!(html.1, markdown.1, "both forms are watermarked, or none");
        let n_quotes = self.citations.as_ref().map_or(0, Vec::len);
        for citation in self.citations.iter().flatten() {
            assert!(html.0.contains(&format!("id=\"{}\"", citation.anchor)), "{} is in the text", citation.anchor);
        }
        let state = state.as_str_name().trim_start_matches("STATE_").to_lowercase();
        let watermark = if html.1 { ", watermarked" } else { "" };
        let due = if due { ", correction due" } else { "" };
        format!("{state}, edition {edition}, {n_quotes} quotes{watermark}{due}")
    }
}
