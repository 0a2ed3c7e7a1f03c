//! The publications: seen, written and edited, before they are public and from then on. A group reads one that is under
//! embargo; to any other that is not public, nobody is in that relation.

use prost::Message;
use toadlane_proto::learning::v1 as pb;

use super::{message, open, shut, unknown};
use crate::authorization::Case;
use crate::authorization::callers::Learner;
use crate::authorization::scene::Scene;
use crate::authorization::scene::publications::{self, Publications};

const GROUP: &str = "person of the embargo group";

/// Who reads all of a publication.
const WHOLE: [&str; 6] = [
    "consultant of the commission",
    "consultant of the commission, certifier of the council",
    "editor who wrote it",
    ", staff of the council",
    "editor of the network",
    "auditor of the network",
];

/// To whom it is put in a fact check.
const PUT_TO: [&str; 6] = [
    "applicant_officer of the council",
    "certifier of the council",
    "council_administrator of the council",
    "system with reports.read of the council",
    "system with reports.write of the council",
    "system with reports.certify of the council",
];

pub fn cases(scene: &Scene, rpc: &str) -> Vec<Case> {
    let findings = &scene.findings;
    let all = &findings.publications;
    let Publications { drafting, checking, heard, approved: [returning, approved], .. } = all;
    let reason = || "because".to_string();
    match rpc {
        "CreatePublication" => {
            let commission = &findings.commission;
            let request = publications::new(commission);
            vec![Case::new(shut("WritePublication"), &commission.id, request).without(GROUP)]
        }
        "GetPublication" => {
            let get = |publication_id| message(pb::GetPublicationRequest { publication_id });
            let mut cases = put_to(all, &get);
            cases.extend(seen(all, &get));
            cases
        }
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
        // For one council alone; nothing is put to it before, nor when it is over.
        "AnswerFactCheck" => {
            let answer = |publication_id: String| message(publications::confirm(&scene.callers, &publication_id));
            let action = "AnswerFactCheck";
            vec![
                on(shut(action), drafting, &answer),
                on(shut(action), &all.published, &answer),
                on(open(action), checking, &answer),
            ]
        }
        "EndFactCheck" => changed("EditPublication", all, checking, &|publication_id| {
            message(pb::EndFactCheckRequest { publication_id, reason: reason(), ..Default::default() })
        }),
        "ApprovePublication" => changed("ApprovePublication", all, heard, &|publication_id| {
            message(pb::ApprovePublicationRequest { publication_id, ..Default::default() })
        }),
        "EmbargoPublication" => {
            let reader = scene.callers.learner(Learner::Reader).subject.clone();
            changed("ApprovePublication", all, approved, &|publication_id| {
                message(publications::embargo(&publication_id, reader.clone()))
            })
        }
        "ReleasePublication" => {
            let [published, embargoed] = edited("ApprovePublication", all, &|id| message(publications::release(&id)));
            vec![published.illegal(), embargoed]
        }
        "CorrectPublication" => {
            let [published, embargoed] = edited("EditPublication", all, &|id| message(publications::correct(&id)));
            vec![embargoed.illegal(), published]
        }
        "WithdrawPublication" => {
            let withdraw = |id: String| message(publications::withdraw(&id));
            let mut cases = vec![on(open("EditPublication"), &all.withdrawn, &withdraw).illegal()];
            cases.extend(edited("EditPublication", all, &withdraw));
            cases
        }
        "GetPublicationDocument" => seen_whole(all, &|publication_id| {
            let format = pb::publication_document::Format::Html.into();
            message(pb::GetPublicationDocumentRequest { publication_id, edition: 0, format })
        }),
        "ListCitations" => seen_whole(all, &|publication_id| {
            message(pb::ListCitationsRequest { publication_id, ..Default::default() })
        }),
        other => unknown(other),
    }
}

type Messages<'a> = &'a dyn Fn(String) -> Vec<Vec<u8>>;

fn on(section: String, publication: &pb::Publication, of: Messages<'_>) -> Case {
    Case::of(section, &publication.id, of(publication.id.clone()))
}

/// What a council reads of one that is put to it, and that it reads nothing of it before. Who reads the whole reads it
/// as ever.
fn put_to(all: &Publications, of: Messages<'_>) -> Vec<Case> {
    let mut whole = on(shut("SeePublication"), &all.checking, of).without(GROUP);
    for row in PUT_TO {
        whole = whole.leaving_out(row, "it is put to them, and they read a part of it");
    }
    let mut before = on(shut("SeeFactCheck"), &all.drafting, of);
    let mut part = on(open("SeeFactCheck"), &all.checking, of).tells(is_a_part);
    for row in WHOLE {
        let why = "who reads all of a publication reads no part of it";
        (before, part) = (before.leaving_out(row, why), part.leaving_out(row, why));
    }
    vec![before, part, whole]
}

/// Whether it holds nothing but the quote, after prose that cites nobody.
fn is_a_part(message: &[u8]) -> bool {
    let publication = pb::Publication::decode(message).expect("a publication is answered");
    publication.items.len() == 1 && publication.fact_check.is_some_and(|check| check.places == [1])
}

/// To councils there is nothing to print before it is public, a fact check or not.
fn seen_whole(all: &Publications, of: Messages<'_>) -> Vec<Case> {
    let mut cases = seen(all, of);
    cases.insert(0, on(shut("SeePublication"), &all.checking, of).without(GROUP));
    cases
}

/// In every state: what was published stays to be seen while its next edition is written, and what was taken back says
/// so.
fn seen(all: &Publications, of: Messages<'_>) -> Vec<Case> {
    let [returning, approved] = &all.approved;
    let unseen = [&all.drafting, returning, approved];
    let mut cases: Vec<_> = unseen.map(|publication| on(shut("SeePublication"), publication, of).without(GROUP)).into();
    cases.push(on(shut("SeePublication"), &all.embargoed, of));
    cases.extend([&all.published, &all.corrected, &all.withdrawn].map(|one| on(open("SeePublication"), one, of)));
    cases
}

/// What can be done to a publication that is written, and to the next edition of one that is public.
fn written(all: &Publications, drafting: &pb::Publication, of: Messages<'_>) -> Vec<Case> {
    let mut cases = changed("WritePublication", all, drafting, of);
    cases.insert(0, on(open("WritePublication"), &all.corrected, of));
    cases
}

/// What can be done in one state, neither under embargo nor once it is public or was.
fn changed(action: &str, all: &Publications, publication: &pb::Publication, of: Messages<'_>) -> Vec<Case> {
    vec![
        on(open(action), &all.published, of).illegal(),
        on(open(action), &all.withdrawn, of).illegal(),
        on(shut(action), &all.embargoed, of).illegal(),
        on(shut(action), publication, of).without(GROUP),
    ]
}

/// What an editor does to one that is public, and to one under embargo.
fn edited(action: &str, all: &Publications, of: Messages<'_>) -> [Case; 2] {
    [on(open(action), &all.published, of), on(shut(action), &all.embargoed, of)]
}
