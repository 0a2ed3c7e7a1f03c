//! The publications: seen, written and edited, before they are public and from then on. A group reads one that is under
//! embargo; to any other that is not public, nobody is in that relation.

use toadlane_proto::learning::v1 as pb;

use super::{message, open, shut, unknown};
use crate::authorization::Case;
use crate::authorization::callers::Learner;
use crate::authorization::scene::Scene;
use crate::authorization::scene::publications::{self, Publications};

const GROUP: &str = "person of the embargo group";

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings = &scene.findings;
    let all = &findings.publications;
    let Publications { drafting, checking, approved: [returning, approved], .. } = all;
    let reason = || "because".to_string();
    match rpc {
        "CreatePublication" => {
            let commission = &findings.commission;
            let request = publications::new(commission);
            vec![Case::new(shut("WritePublication"), &commission.id, request).without(GROUP)]
        }
        "GetPublication" => seen(all, &|publication_id| message(pb::GetPublicationRequest { publication_id })),
        "ListPublications" => {
            let round_id = findings.commission.round_ids[0].clone();
            let request = pb::ListPublicationsRequest { round_id, ..Default::default() };
            // Not even who may read what is under embargo finds it in a list (rule 31).
            vec![
                Case::new(shut("SeePublication"), "", request.clone()).among(&all.embargoed.id).without(GROUP),
                Case::new(open("SeePublication"), "", request.clone()).among(&all.published.id),
                Case::new(open("SeePublication"), "", request).among(&all.corrected.id),
            ]
        }
        "SetItems" => {
            let quote = findings.passages.given.id.clone();
            let set = |publication_id: String| message(publications::items(&publication_id, &quote));
            written(all, drafting, &set)
        }
        "StartFactCheck" => written(all, drafting, &|publication_id| {
            message(pb::StartFactCheckRequest { publication_id, ..Default::default() })
        }),
        "ReturnToDrafting" => changed("WritePublication", all, returning, &|publication_id| {
            message(pb::ReturnToDraftingRequest { publication_id, reason: reason(), ..Default::default() })
        }),
        "ApprovePublication" => changed("EditPublication", all, checking, &|publication_id| {
            message(pb::ApprovePublicationRequest { publication_id, ..Default::default() })
        }),
        "EmbargoPublication" => {
            let reader = scene.callers.learner(Learner::Reader).subject.clone();
            changed("EditPublication", all, approved, &|publication_id| {
                message(publications::embargo(&publication_id, reader.clone()))
            })
        }
        "ReleasePublication" => {
            let [published, embargoed] = edited(all, &|id| message(publications::release(&id)));
            vec![published.illegal(), embargoed]
        }
        "CorrectPublication" => {
            let [published, embargoed] = edited(all, &|id| message(publications::correct(&id)));
            vec![embargoed.illegal(), published]
        }
        "WithdrawPublication" => edited(all, &|publication_id| {
            message(pb::WithdrawPublicationRequest { publication_id, reason: reason(), ..Default::default() })
        })
        .into(),
        "GetPublicationDocument" => seen(all, &|publication_id| {
            let format = pb::publication_document::Format::Html.into();
            message(pb::GetPublicationDocumentRequest { publication_id, edition: 0, format })
        }),
        "ListCitations" => {
            seen(all, &|publication_id| message(pb::ListCitationsRequest { publication_id, ..Default::default() }))
        }
        other => unknown(other),
    }
}

type Messages<'a> = &'a dyn Fn(String) -> Vec<Vec<u8>>;

fn on(section: String, publication: &pb::Publication, of: Messages<'_>) -> Case {
    Case::of(section, &publication.id, of(publication.id.clone()))
}

/// In every state: what was published stays to be seen while its next edition is written.
fn seen(all: &Publications, of: Messages<'_>) -> Vec<Case> {
    let [returning, approved] = &all.approved;
    let unseen = [&all.drafting, &all.checking, returning, approved];
    let mut cases: Vec<_> = unseen.map(|publication| on(shut("SeePublication"), publication, of).without(GROUP)).into();
    cases.push(on(shut("SeePublication"), &all.embargoed, of));
    cases.extend([&all.published, &all.corrected].map(|one| on(open("SeePublication"), one, of)));
    cases
}

/// What can be done to a publication that is written, and to the next edition of one that is public.
fn written(all: &Publications, drafting: &pb::Publication, of: Messages<'_>) -> Vec<Case> {
    let mut cases = changed("WritePublication", all, drafting, of);
    cases.insert(0, on(open("WritePublication"), &all.corrected, of));
    cases
}

/// What can be done in one state, neither under embargo nor once it is public.
fn changed(action: &str, all: &Publications, publication: &pb::Publication, of: Messages<'_>) -> Vec<Case> {
    vec![
        on(open(action), &all.published, of).illegal(),
        on(shut(action), &all.embargoed, of).illegal(),
        on(shut(action), publication, of).without(GROUP),
    ]
}

/// What an editor does to one that is public, and to one under embargo.
fn edited(all: &Publications, of: Messages<'_>) -> [Case; 2] {
    [on(open("EditPublication"), &all.published, of), on(shut("EditPublication"), &all.embargoed, of)]
}
