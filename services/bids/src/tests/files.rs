//! Attachments up and down.

use futures_util::{StreamExt, stream};
use kit::time::at;
use pb::download_attachment_response::Part as Down;
use pb::upload_attachment_request::Part;
use toadlane_proto::bids::v1 as pb;
use tonic::Status;

use super::harness::*;
use crate::store;

const PLAN: &str = "attachments[plan.pdf]";
const PDF: &[u8] = b"%PDF-1.7\nA plan of three households.\n";

fn header(bid: &pb::Bid, bytes: &[u8]) -> pb::AttachmentHeader {
    pb::AttachmentHeader {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        file_name: "plan.pdf".to_string(),
        media_type: "application/pdf".to_string(),
        size_bytes: bytes.len() as i64,
        sha256: kit::digest::digest(bytes),
    }
}

async fn upload(harness: &Harness, who: &Who, header: pb::AttachmentHeader, bytes: &[u8]) -> Result<pb::Bid, Status> {
    let mut parts = vec![Part::Header(header)];
    parts.extend(bytes.chunks(100_000).map(|piece| Part::Data(bytes::Bytes::copy_from_slice(piece))));
    let parts = parts.into_iter().map(|part| pb::UploadAttachmentRequest { part: Some(part) });
    let sent = harness.as_who(who).upload_attachment(futures_util::stream::iter(parts.collect::<Vec<_>>())).await?;
    Ok(sent.into_inner())
}

async fn download(harness: &Harness, who: &Who, bid: &pb::Bid, file: &pb::Attachment) -> Result<Vec<u8>, Status> {
    let request = pb::DownloadAttachmentRequest { bid_id: bid.id.clone(), attachment_id: file.id.clone() };
    let mut parts = harness.as_who(who).download_attachment(request).await?.into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        match part.part.unwrap() {
            Down::Attachment(attachment) => assert_eq!(&attachment, file),
            Down::Data(data) => bytes.extend_from_slice(&data),
        }
    }
    Ok(bytes)
}

fn n_kept(folder: &std::path::Path) -> usize {
    let mut n = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        n += if path.is_dir() { n_kept(&path) } else { 1 };
    }
    n
}

#[tokio::test]
async fn what_is_downloaded_is_what_was_uploaded() {
    each_engine(async |harness| {
        let (council, other, round) = (harness.council("Plymouth"), harness.council("Preston"), harness.round(|_| {}));
        let draft = harness.ready(&council, &round).await;
        let mut bytes = PDF.to_vec();
        bytes.resize(700_000, b'x');
        let bid = upload(&harness, &council.system, header(&draft, &bytes), &bytes).await.unwrap();
        assert_eq!((bid.revision, bid.sign_off.clone(), bid.attachments.len()), (2, None, 1));
        assert_ne!(bid.content_sha256, draft.content_sha256);
        assert_eq!(download(&harness, &council.officer, &bid, &bid.attachments[0]).await.unwrap(), bytes);
        let hidden = download(&harness, &other.officer, &bid, &bid.attachments[0]).await.unwrap_err();
        assert_eq!(hidden.message(), "no such bid");
    })
    .await;
}

#[tokio::test]
async fn a_file_that_is_not_what_it_was_declared_to_be_leaves_nothing() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let (good, words) = (header(&draft, PDF), b"#!/bin/sh\necho hello\n".as_slice());
        let lies = [
            (pb::AttachmentHeader { size_bytes: good.size_bytes + 1, ..good.clone() }, PDF),
            (pb::AttachmentHeader { size_bytes: good.size_bytes - 1, ..good.clone() }, PDF),
            (pb::AttachmentHeader { sha256: "ab".repeat(32), ..good.clone() }, PDF),
            (header(&draft, words), words),
        ];
        for (header, bytes) in lies {
            let refused = upload(&harness, &council.system, header, bytes).await.unwrap_err();
            assert_eq!(reason(&refused), "ATTACHMENT_MISMATCH", "{}", refused.message());
        }
        assert_eq!(n_kept(&harness.files), 0);
        assert_eq!(harness.get(&council.officer, &draft).await.unwrap().etag, draft.etag);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_upload_is_answered_as_the_first_was() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let header = header(&draft, PDF);
        let first = upload(&harness, &council.system, header.clone(), PDF).await.unwrap();
        let again = upload(&harness, &council.system, header.clone(), PDF).await.unwrap();
        assert_eq!(first, again);
        let other = pb::AttachmentHeader { file_name: "other.pdf".to_string(), ..header };
        let refused = upload(&harness, &council.system, other, PDF).await.unwrap_err();
        assert_eq!(reason(&refused), "REQUEST_ID_REUSED");
    })
    .await;
}

#[tokio::test]
async fn a_file_taken_out_stays_in_the_earlier_revision() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let bid = upload(&harness, &council.system, header(&draft, PDF), PDF).await.unwrap();
        let mut officer = harness.as_who(&council.officer);
        let without = removed(&harness, &council, &bid).await;
        assert_eq!((without.revision, without.attachments.len()), (3, 0));
        let list = pb::ListRevisionsRequest { bid_id: bid.id.clone(), ..Default::default() };
        let revisions = officer.list_revisions(list).await.unwrap().into_inner().revisions;
        assert_eq!(revisions[1].attachments, bid.attachments);
    })
    .await;
}

/// F-A5: what the round does not take is refused by its header, and none of its bytes is taken.
#[tokio::test]
async fn a_type_a_size_and_a_count_that_the_round_does_not_take_are_refused_before_the_bytes() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let mut bid = harness.draft(&council, &round).await;
        let csv = b"household,weeks\n1,52\n".as_slice();
        let declared = pb::AttachmentHeader { media_type: "text/csv".to_string(), ..header(&bid, csv) };
        let refused = upload(&harness, &council.system, declared, csv).await.unwrap_err();
        assert_eq!((reason(&refused).as_str(), fields(&refused)), ("INVALID_FIELDS", vec![PLAN.to_string()]));
        let large = pb::AttachmentHeader { size_bytes: (1 << 20) + 1, ..header(&bid, PDF) };
        assert_eq!(fields(&upload(&harness, &council.system, large, PDF).await.unwrap_err()), [PLAN]);
        for n in 0..3 {
            let bytes = format!("%PDF-1.7 the {n}th");
            bid = upload(&harness, &council.system, header(&bid, bytes.as_bytes()), bytes.as_bytes()).await.unwrap();
        }
        let refused = upload(&harness, &council.system, header(&bid, PDF), PDF).await.unwrap_err();
        assert_eq!(fields(&refused), ["attachments"]);
        assert_eq!(n_kept(&harness.files), 3, "none of these bytes was taken in");
    })
    .await;
}

async fn removed(harness: &Harness, council: &Council, bid: &pb::Bid) -> pb::Bid {
    let remove = pb::RemoveAttachmentRequest {
        request_id: new_id(),
        bid_id: bid.id.clone(),
        etag: bid.etag.clone(),
        attachment_id: bid.attachments[0].id.clone(),
        validate_only: false,
    };
    harness.as_who(&council.officer).remove_attachment(remove).await.unwrap().into_inner()
}

/// C-1.12b: what was taken out again counts, for earlier revisions keep it.
#[tokio::test]
async fn a_bid_has_ten_times_the_room_that_its_round_gives_and_no_more() {
    each_engine(async |harness| {
        let council = harness.council("Plymouth");
        let round = harness.round(|round| {
            let rules = round.rules.as_mut().unwrap().attachments.as_mut().unwrap();
            (rules.max_count, rules.max_bytes_each) = (1, 20);
        });
        let mut bid = harness.draft(&council, &round).await;
        for n in 0..10 {
            let bytes = format!("%PDF-1.7 the {n}th one");
            assert_eq!(bytes.len(), 20);
            bid = upload(&harness, &council.system, header(&bid, bytes.as_bytes()), bytes.as_bytes()).await.unwrap();
            bid = removed(&harness, &council, &bid).await;
        }
        let again = b"%PDF-1.7 the 4th one".as_slice();
        let bid = upload(&harness, &council.system, header(&bid, again), again).await.unwrap();
        let bid = removed(&harness, &council, &bid).await;
        let one_more = b"%PDF-1.7".as_slice();
        let refused = upload(&harness, &council.system, header(&bid, one_more), one_more).await.unwrap_err();
        assert_eq!(fields(&refused), ["size_bytes"]);
        assert_eq!(n_kept(&harness.files), 10);
    })
    .await;
}

/// C-1.12b: bytes that came into no revision are cleared away after a day, and those that one has never are.
#[tokio::test]
async fn what_no_revision_has_is_cleared_away_after_a_day() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        // Two uploads with one etag: the slower one is lost.
        let lost: &'static [u8] = b"%PDF-1.7 lost";
        let (go, wait) = tokio::sync::oneshot::channel::<()>();
        let send = |part| pb::UploadAttachmentRequest { part: Some(part) };
        let bytes = async move {
            wait.await.unwrap();
            send(Part::Data(bytes::Bytes::from_static(lost)))
        };
        let head = stream::iter([send(Part::Header(header(&draft, lost)))]);
        let mut client = harness.as_who(&council.system);
        let meanwhile = async {
            while harness.db.read(|conn| store::lost(conn, at(AFTER), 1)).await.unwrap().is_empty() {
                tokio::task::yield_now().await;
            }
            let bid = upload(&harness, &council.system, header(&draft, PDF), PDF).await.unwrap();
            go.send(()).unwrap();
            bid
        };
        let slow = client.upload_attachment(head.chain(stream::once(bytes)));
        let (slow, bid) = tokio::join!(slow, meanwhile);
        assert_eq!(reason(&slow.unwrap_err()), "STALE_ETAG");
        let without = removed(&harness, &council, &bid).await;
        harness.at("2020-01-07T08:59:59Z").await;
        assert_eq!(n_kept(&harness.files), 2);
        harness.at("2020-01-07T09:00:00Z").await;
        assert_eq!(n_kept(&harness.files), 1, "the earlier revision keeps its file");
        let again = upload(&harness, &council.system, header(&without, lost), lost).await.unwrap();
        assert_eq!(download(&harness, &council.officer, &again, &again.attachments[0]).await.unwrap(), lost);
        harness.at("2020-01-09T09:00:00Z").await;
        assert_eq!(n_kept(&harness.files), 2);
    })
    .await;
}
