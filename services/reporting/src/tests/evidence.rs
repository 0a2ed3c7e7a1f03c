//! Evidence files up and down.

use pb::download_evidence_response::Part as Down;
use pb::upload_evidence_request::Part;
use toadlane_proto::registry::v1::Nation;
use toadlane_proto::reporting::v1 as pb;
use tonic::{Code, Status};

use super::harness::*;

const PDF: &[u8] = b"%PDF-1.7\nThree households, one year.\n";

fn header(report: &pb::Report, bytes: &[u8]) -> pb::EvidenceHeader {
    pb::EvidenceHeader {
        request_id: new_id(),
        report_id: report.id.clone(),
        etag: report.etag.clone(),
        file_name: "survey.pdf".to_string(),
        media_type: "application/pdf".to_string(),
        size_bytes: bytes.len() as i64,
        sha256: kit::digest::digest(bytes),
    }
}

async fn upload(harness: &Harness, who: &Who, header: pb::EvidenceHeader, bytes: &[u8]) -> Result<pb::Report, Status> {
    let mut parts = vec![Part::Header(header)];
    parts.extend(bytes.chunks(100_000).map(|piece| Part::Data(bytes::Bytes::copy_from_slice(piece))));
    let parts = parts.into_iter().map(|part| pb::UploadEvidenceRequest { part: Some(part) });
    let sent = harness.as_who(who).upload_evidence(futures_util::stream::iter(parts.collect::<Vec<_>>())).await?;
    Ok(sent.into_inner())
}

async fn download(harness: &Harness, who: &Who, report: &pb::Report, file: &pb::Evidence) -> Result<Vec<u8>, Status> {
    let request = pb::DownloadEvidenceRequest { report_id: report.id.clone(), evidence_id: file.id.clone() };
    let mut parts = harness.as_who(who).download_evidence(request).await?.into_inner();
    let mut bytes = Vec::new();
    while let Some(part) = parts.message().await? {
        match part.part.unwrap() {
            Down::Evidence(evidence) => assert_eq!(&evidence, file),
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
async fn what_is_downloaded_is_what_was_uploaded_and_the_network_reads_it_once_it_is_handed_in() {
    each_engine(async |harness| {
        let (council, other) = (harness.council(Nation::England), harness.council(Nation::England));
        let complete = harness.complete(&council).await;
        let signed = harness.signed(&council, &complete).await;
        let mut bytes = PDF.to_vec();
        bytes.resize(700_000, b'x');
        let report = upload(&harness, &council.system, header(&signed, &bytes), &bytes).await.unwrap();
        assert_eq!((report.revision, report.sign_off.clone(), report.evidence.len()), (3, None, 1));
        assert_ne!(report.content_sha256, complete.content_sha256);
        let file = &report.evidence[0];
        assert_eq!(download(&harness, &council.officer, &report, file).await.unwrap(), bytes);
        let hidden = download(&harness, &other.officer, &report, file).await.unwrap_err();
        assert_eq!(hidden.message(), "no such report");
        let early = download(&harness, &harness.manager, &report, file).await.unwrap_err();
        assert_eq!((early.code(), reason(&early).as_str()), (Code::PermissionDenied, "NOT_ALLOWED"));
        harness.handed_in(&council, &report).await;
        assert_eq!(download(&harness, &harness.manager, &report, file).await.unwrap(), bytes);
    })
    .await;
}

#[tokio::test]
async fn evidence_that_lies_about_its_type_or_length_leaves_nothing() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let (good, words) = (header(&open, PDF), b"#!/bin/sh\necho hello\n".as_slice());
        let lies = [
            (pb::EvidenceHeader { size_bytes: good.size_bytes + 1, ..good.clone() }, PDF),
            (pb::EvidenceHeader { size_bytes: good.size_bytes - 1, ..good.clone() }, PDF),
            (pb::EvidenceHeader { sha256: "ab".repeat(32), ..good.clone() }, PDF),
            (header(&open, words), words),
        ];
        for (header, bytes) in lies {
            let refused = upload(&harness, &council.system, header, bytes).await.unwrap_err();
            assert_eq!(reason(&refused), "ATTACHMENT_MISMATCH", "{}", refused.message());
        }
        assert_eq!(n_kept(&harness.files), 0);
        assert_eq!(harness.get(&council.officer, &open).await.unwrap().etag, open.etag);
    })
    .await;
}

#[tokio::test]
async fn a_repeated_upload_is_answered_as_the_first_was_and_a_twenty_first_file_is_refused() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let open = harness.open_interim(&council).await;
        let header_of_first = header(&open, PDF);
        let first = upload(&harness, &council.system, header_of_first.clone(), PDF).await.unwrap();
        let again = upload(&harness, &council.system, header_of_first, PDF).await.unwrap();
        assert_eq!(first, again);
        let mut report = first;
        for _ in 1..20 {
            report = upload(&harness, &council.system, header(&report, PDF), PDF).await.unwrap();
        }
        let refused = upload(&harness, &council.system, header(&report, PDF), PDF).await.unwrap_err();
        assert_eq!(refused.message(), "evidence: a report has at most 20 files; take one out first");
    })
    .await;
}

#[tokio::test]
async fn a_file_taken_out_stays_in_the_earlier_revision_and_an_accepted_report_takes_none() {
    each_engine(async |harness| {
        let council = harness.council(Nation::England);
        let complete = harness.complete(&council).await;
        let report = upload(&harness, &council.system, header(&complete, PDF), PDF).await.unwrap();
        let remove = pb::RemoveEvidenceRequest {
            request_id: new_id(),
            report_id: report.id.clone(),
            etag: report.etag.clone(),
            evidence_id: report.evidence[0].id.clone(),
            validate_only: false,
        };
        let mut officer = harness.as_who(&council.officer);
        let without = officer.remove_evidence(remove).await.unwrap().into_inner();
        assert_eq!((without.revision, without.evidence.len()), (4, 0));
        let list = pb::ListReportRevisionsRequest { report_id: report.id.clone(), ..Default::default() };
        let revisions = officer.list_report_revisions(list).await.unwrap().into_inner().revisions;
        assert_eq!(revisions[1].evidence, report.evidence);
        let submitted = harness.handed_in(&council, &without).await;
        let accepted = harness.accept(&submitted).await.unwrap();
        let refused = upload(&harness, &council.system, header(&accepted, PDF), PDF).await.unwrap_err();
        assert_eq!(reason(&refused), "REPORT_ACCEPTED");
    })
    .await;
}
