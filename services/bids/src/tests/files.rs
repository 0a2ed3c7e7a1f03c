//! Attachments up and down.

use pb::download_attachment_response::Part as Down;
use pb::upload_attachment_request::Part;
use toadlane_proto::bids::v1 as pb;
use tonic::Status;

use super::harness::*;

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
        let remove = pb::RemoveAttachmentRequest {
            request_id: new_id(),
            bid_id: bid.id.clone(),
            etag: bid.etag.clone(),
            attachment_id: bid.attachments[0].id.clone(),
            validate_only: false,
        };
        let mut officer = harness.as_who(&council.officer);
        let without = officer.remove_attachment(remove).await.unwrap().into_inner();
        assert_eq!((without.revision, without.attachments.len()), (3, 0));
        let list = pb::ListRevisionsRequest { bid_id: bid.id.clone(), ..Default::default() };
        let revisions = officer.list_revisions(list).await.unwrap().into_inner().revisions;
        assert_eq!(revisions[1].attachments, bid.attachments);
    })
    .await;
}

#[tokio::test]
async fn a_type_that_the_round_does_not_take_is_named_before_the_bid_is_handed_in() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let draft = harness.draft(&council, &round).await;
        let csv = b"household,weeks\n1,52\n".as_slice();
        let declared = pb::AttachmentHeader { media_type: "text/csv".to_string(), ..header(&draft, csv) };
        let bid = upload(&harness, &council.system, declared, csv).await.unwrap();
        let check = pb::CheckBidRequest { bid_id: bid.id };
        let missing = harness.as_who(&council.officer).check_bid(check).await.unwrap().into_inner().missing;
        assert_eq!(missing[0].says, "this is text/csv; the round takes application/pdf, text/plain");
    })
    .await;
}

#[tokio::test]
async fn a_draft_has_room_for_as_many_files_as_a_round_may_take_and_no_more() {
    each_engine(async |harness| {
        let (council, round) = (harness.council("Plymouth"), harness.round(|_| {}));
        let mut bid = harness.draft(&council, &round).await;
        for n in 0..50 {
            let bytes = format!("%PDF-1.7 the {n}th");
            bid = upload(&harness, &council.system, header(&bid, bytes.as_bytes()), bytes.as_bytes()).await.unwrap();
        }
        let refused = upload(&harness, &council.system, header(&bid, PDF), PDF).await.unwrap_err();
        assert_eq!(fields(&refused), ["attachments"]);
        assert_eq!(n_kept(&harness.files), 50, "its bytes were not taken in");
    })
    .await;
}
