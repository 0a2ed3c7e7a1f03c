//! Lists asked for: each a filter and a page. Whether the caller may see what it is within, `app` says.

use kit::cx::Cx;
use kit::fault::Violation;
use kit::ids::{OrgId, RoundId};
use kit::paging::Listed;
use kit::wire::Reader;
use toadlane_proto::learning::v1 as pb;

use crate::document::{DocumentFilter, Kind};
use crate::policy;
use crate::search::Search;
use crate::store::{InsightFilter, PassageFilter};
use crate::words::Query;

pub fn list_commissions(cx: &Cx, wire: &pb::ListCommissionsRequest) -> Result<Listed<Option<RoundId>>, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let bound = pb::ListCommissionsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    reader.finish(round.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_documents(cx: &Cx, wire: &pb::ListDocumentsRequest) -> Result<Listed<DocumentFilter>, Vec<Violation>> {
    let mut reader = Reader::new();
    let filter = read_filter(&mut reader, wire);
    let bound = pb::ListDocumentsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    reader.finish(filter.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn search_corpus(cx: &Cx, wire: &pb::SearchCorpusRequest) -> Result<Listed<Search, (i64, String)>, Vec<Violation>> {
    let mut reader = Reader::new();
    let within = read_filter(&mut reader, &as_list(wire));
    let bound = pb::SearchCorpusRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let search = within.map(|within| Search { within, query: Query::read(&wire.words) });
    reader.finish(search.zip(page).map(|(filter, page)| Listed { filter, page }))
}

/// A search filters as a list does.
fn as_list(wire: &pb::SearchCorpusRequest) -> pb::ListDocumentsRequest {
    pb::ListDocumentsRequest {
        commission_id: wire.commission_id.clone(),
        round_id: wire.round_id.clone(),
        organisation_id: wire.organisation_id.clone(),
        principle: wire.principle.clone(),
        theme: wire.theme.clone(),
        group: wire.group.clone(),
        kind: wire.kind,
        page_size: 0,
        page_token: String::new(),
    }
}

fn read_filter(reader: &mut Reader, wire: &pb::ListDocumentsRequest) -> Option<DocumentFilter> {
    let commission = reader.id("commission_id", &wire.commission_id);
    let round = reader.id_or_none("round_id", &wire.round_id);
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let kind = match wire.kind() {
        pb::document::Kind::Unspecified => None,
        pb::document::Kind::InterimReport => Some(Kind::InterimReport),
        pb::document::Kind::FinalReport => Some(Kind::FinalReport),
        pb::document::Kind::CaseStudy => Some(Kind::CaseStudy),
    };
    Some(DocumentFilter {
        commission: commission?,
        round: round?,
        organisation: organisation?,
        principle: wire.principle.clone(),
        theme: wire.theme.clone(),
        group: wire.group.clone(),
        kind,
    })
}

pub fn list_passages(cx: &Cx, wire: &pb::ListPassagesRequest) -> Result<Listed<PassageFilter>, Vec<Violation>> {
    let mut reader = Reader::new();
    let commission = reader.id_or_none("commission_id", &wire.commission_id);
    let document = reader.id_or_none("document_id", &wire.document_id);
    let bound = pb::ListPassagesRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = PassageFilter {
        commission: commission.flatten(),
        councils: policy::councils_of(&cx.caller),
        document: document.flatten(),
        code: wire.code.clone(),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

pub fn list_insights(cx: &Cx, wire: &pb::ListInsightsRequest) -> Result<Listed<InsightFilter>, Vec<Violation>> {
    let mut reader = Reader::new();
    let commission = reader.id_or_none("commission_id", &wire.commission_id);
    let bound = pb::ListInsightsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    let filter = InsightFilter {
        commission: commission.flatten(),
        councils: policy::councils_of(&cx.caller),
        states: wire.states().filter_map(insight_state).collect(),
    };
    reader.finish(page.map(|page| Listed { filter, page }))
}

pub fn list_case_studies(cx: &Cx, wire: &pb::ListCaseStudiesRequest) -> Result<Listed<Option<OrgId>>, Vec<Violation>> {
    let mut reader = Reader::new();
    let organisation = reader.id_or_none("organisation_id", &wire.organisation_id);
    let bound = pb::ListCaseStudiesRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    reader.finish(organisation.zip(page).map(|(filter, page)| Listed { filter, page }))
}

pub fn list_publications(
    cx: &Cx,
    wire: &pb::ListPublicationsRequest,
) -> Result<Listed<Option<RoundId>>, Vec<Violation>> {
    let mut reader = Reader::new();
    let round = reader.id_or_none("round_id", &wire.round_id);
    let bound = pb::ListPublicationsRequest { page_size: 0, page_token: String::new(), ..wire.clone() };
    let page = reader.page(cx, wire.page_size, &wire.page_token, &bound);
    reader.finish(round.zip(page).map(|(filter, page)| Listed { filter, page }))
}

/// The stored name of a state in a filter; none for the unspecified one, which the field rules refuse.
fn insight_state(state: pb::insight::State) -> Option<&'static str> {
    use pb::insight::State as Wire;
    match state {
        Wire::Unspecified => None,
        Wire::Captured => Some("captured"),
        Wire::Checking => Some("checking"),
        Wire::Checked => Some("checked"),
        Wire::Approved => Some("approved"),
        Wire::Used => Some("used"),
        Wire::Dropped => Some("dropped"),
    }
}
