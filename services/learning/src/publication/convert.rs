//! Publications as the wire has them.

use kit::digest::digest;
use kit::fault::Shown;
use kit::names::wire_enum;
use kit::wire::{etag, wire_time};
use toadlane_proto::learning::v1 as pb;

use super::fact_check::{FactCheck, Point};
use super::overlay::{AtOnce, Overlay};
use super::reading::{CitationNow, PublicationDocument};
use super::state::State;
use super::{Item, Pinned, Publication, PublicationNow};

/// `as_of` is left out: it is unknown here.
impl From<Publication> for pb::Publication {
    fn from(publication: Publication) -> pb::Publication {
        let embargo_group = publication.embargo_group().iter().map(ToString::to_string).collect();
        let state = wire_enum::<pb::publication::State>(&publication.state);
        let withdrawn_at = publication.withdrawn().and_then(|(at, _)| wire_time(at));
        let (publish_at, published_at) = match publication.state {
            State::Embargoed { publish_at, .. } => (Some(publish_at), None),
            State::Published { at, publish_at } => (publish_at, Some(at)),
            State::Planned | State::Drafting | State::FactCheck | State::Approved | State::Withdrawn => (None, None),
        };
        let edition = publication.edition;
        pb::Publication {
            id: publication.id.to_string(),
            etag: etag(publication.version),
            title: edition.title,
            commission_id: publication.commission.to_string(),
            round_ids: publication.rounds.iter().map(ToString::to_string).collect(),
            state: state.into(),
            edition: edition.number,
            edition_note: edition.note,
            items: edition.items.into_iter().map(Into::into).collect(),
            sources: edition.sources.into_iter().map(Into::into).collect(),
            embargo_group,
            publish_at: publish_at.map(Into::into),
            published_at: published_at.and_then(wire_time),
            reason: publication.reason,
            created_at: wire_time(publication.created_at),
            updated_at: wire_time(publication.updated_at),
            as_of: None,
            correction_due: publication.correction_due,
            proposed_publish_at: publication.proposal.map(Into::into),
            withdrawn_at,
            overlay: None,
            fact_check: publication.fact_check.map(Into::into),
        }
    }
}

impl Shown for Publication {
    type Wire = pb::Publication;
}

impl From<PublicationNow> for pb::Publication {
    fn from(now: PublicationNow) -> pb::Publication {
        let PublicationNow { publication, as_of, overlay, places } = now;
        let mut wire = pb::Publication { as_of: wire_time(as_of), ..publication.into() };
        wire.overlay = overlay.map(Into::into);
        if let Some(check) = &mut wire.fact_check {
            check.places = places.into_iter().map(|place| place as i32).collect();
        }
        wire
    }
}

impl From<FactCheck> for pb::FactCheck {
    fn from(FactCheck { answer_by, points, ended_because }: FactCheck) -> pb::FactCheck {
        let answers = points.into_iter().map(Into::into).collect();
        pb::FactCheck { answer_by: wire_time(answer_by), answers, ended_because, places: Vec::new() }
    }
}

impl From<Point> for pb::FactCheckAnswer {
    fn from(Point { item, organisation, said }: Point) -> pb::FactCheckAnswer {
        let (organisation_id, item) = (organisation.to_string(), item as i32);
        match said {
            None => pb::FactCheckAnswer { organisation_id, item, ..Default::default() },
            Some(said) => pb::FactCheckAnswer {
                organisation_id,
                item,
                confirms: Some(said.agrees),
                comment: said.comment,
                answered_at: wire_time(said.at),
                answered_by: said.by.map(Into::into),
            },
        }
    }
}

impl From<Overlay> for pb::Overlay {
    fn from(overlay: Overlay) -> pb::Overlay {
        let taken_back = overlay.at_once().into_iter().map(Into::into).collect();
        let (withdrawn_at, withdrawn_because) = match overlay.withdrawn {
            Some((at, reason)) => (wire_time(at), reason),
            None => (None, String::new()),
        };
        let superseded_by = overlay.superseded_by.unwrap_or(0);
        pb::Overlay { superseded_by, taken_back, withdrawn_at, withdrawn_because }
    }
}

impl From<AtOnce> for pb::TakenBack {
    fn from(taken: AtOnce) -> pb::TakenBack {
        let AtOnce { organisation, organisation_name, at, n_quotes, n_case_studies } = taken;
        let organisation_id = organisation.to_string();
        pb::TakenBack { organisation_id, organisation_name, n_quotes, n_case_studies, at: wire_time(at) }
    }
}

impl From<Item> for pb::PublicationItem {
    fn from(item: Item) -> pb::PublicationItem {
        use pb::publication_item::Item as Wire;
        let item = match item {
            Item::Heading { level, text } => Wire::Heading(pb::Heading { level, text }),
            Item::Prose(text) => Wire::Prose(text),
            Item::Insight(id) => Wire::InsightId(id.to_string()),
            Item::Passage(id) => Wire::PassageId(id.to_string()),
            Item::CaseStudy(id) => Wire::CaseStudyId(id.to_string()),
        };
        pb::PublicationItem { item: Some(item) }
    }
}

impl From<Pinned> for pb::PinnedSource {
    fn from(source: Pinned) -> pb::PinnedSource {
        pb::PinnedSource {
            document_id: source.document.to_string(),
            source_id: source.source,
            source_revision: source.revision,
            source_sha256: source.sha256,
            citation: source.citation,
            passage_ids: source.passages.iter().map(ToString::to_string).collect(),
        }
    }
}

impl From<CitationNow> for pb::Citation {
    fn from(CitationNow { citation, taken_back_at }: CitationNow) -> pb::Citation {
        pb::Citation {
            passage_id: citation.passage.to_string(),
            anchor: citation.anchor,
            source_anchor: citation.source_anchor,
            quote: citation.quote,
            source_id: citation.source,
            source_revision: citation.revision,
            source_sha256: citation.sha256,
            section_key: citation.section,
            start: citation.start as i32,
            end: citation.end as i32,
            taken_back_at: taken_back_at.and_then(wire_time),
        }
    }
}

impl From<PublicationDocument> for pb::PublicationDocument {
    fn from(document: PublicationDocument) -> pb::PublicationDocument {
        let PublicationDocument { edition, format, text, watermarked, printed_sha256, overlay } = document;
        pb::PublicationDocument {
            edition,
            format: wire_enum::<pb::publication_document::Format>(format).into(),
            sha256: digest(text.as_bytes()),
            text,
            watermarked,
            printed_sha256,
            overlay: overlay.map(Into::into),
        }
    }
}
