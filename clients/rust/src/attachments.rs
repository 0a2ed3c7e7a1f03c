//! Files up and down, with length and digest worked out and checked.

use std::io;
use std::path::{Path, PathBuf};

use bytes::Bytes;
use futures_util::stream;
use sha2::{Digest, Sha256};
use toadlane_proto::bids::v1 as pb;
use toadlane_proto::bids::v1::bids_service_client::BidsServiceClient;
use toadlane_proto::bids::v1::download_attachment_response::Part as Down;
use toadlane_proto::bids::v1::upload_attachment_request::Part as Up;
use tokio::io::{AsyncWrite, AsyncWriteExt};

use crate::refusal::Refusal;
use crate::retry::{TOTAL, again, new_request_id};
use crate::signed::Signed;

/// The longest file that the platform takes, in bytes.
const MOST_BYTES: u64 = 25 * 1024 * 1024;
const PIECE_BYTES: usize = 256 * 1024;

/// A file to upload.
#[derive(Clone, Debug)]
pub enum File {
    At(PathBuf),
    Bytes(Bytes),
}

impl From<&Path> for File {
    fn from(path: &Path) -> File {
        File::At(path.to_path_buf())
    }
}

impl From<PathBuf> for File {
    fn from(path: PathBuf) -> File {
        File::At(path)
    }
}

impl From<Vec<u8>> for File {
    fn from(bytes: Vec<u8>) -> File {
        File::Bytes(bytes.into())
    }
}

impl From<Bytes> for File {
    fn from(bytes: Bytes) -> File {
        File::Bytes(bytes)
    }
}

/// Why a file did not arrive.
#[derive(Debug, thiserror::Error)]
pub enum TransferError {
    #[error("the file {} cannot be read", path.display())]
    Read { path: PathBuf, source: io::Error },
    #[error("the file has {size_bytes} bytes; at most {MOST_BYTES} are taken")]
    TooLarge { size_bytes: u64 },
    #[error("{0}")]
    Refused(#[from] Refusal),
    #[error("the file cannot be written")]
    Write(#[source] io::Error),
    #[error("what arrived is not the file that was announced; do not use it, and download it again")]
    Damaged,
}

/// Adds a file to a draft. Of the header the caller gives bid, etag and media type, and the name for bytes; length,
/// digest and, where they are empty, request id and name are filled in. Tried again as [`crate::retry`] does it.
///
/// # Errors
/// When the file cannot be read or is too large, and when the platform refuses it.
pub async fn upload(
    bids: &BidsServiceClient<Signed>,
    header: pb::AttachmentHeader,
    file: impl Into<File>,
) -> Result<pb::Bid, TransferError> {
    let mut header = header;
    // In memory, so that digest and bytes are of one and the same file however often it is sent.
    let bytes = match file.into() {
        File::Bytes(bytes) => bytes,
        File::At(path) => {
            if header.file_name.is_empty() {
                header.file_name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            }
            read(path).await?
        }
    };
    if bytes.len() as u64 > MOST_BYTES {
        return Err(TransferError::TooLarge { size_bytes: bytes.len() as u64 });
    }
    if header.request_id.is_empty() {
        header.request_id = new_request_id();
    }
    header.size_bytes = bytes.len() as i64;
    header.sha256 = hex::encode(Sha256::digest(&bytes));
    let parts = parts(header, bytes);
    let answer = again(TOTAL, || {
        let (mut bids, parts) = (bids.clone(), stream::iter(parts.clone()));
        async move { bids.upload_attachment(parts).await }
    });
    Ok(answer.await?.into_inner())
}

async fn read(path: PathBuf) -> Result<Bytes, TransferError> {
    let looked = tokio::fs::metadata(&path).await;
    let read = match looked {
        Ok(found) if found.len() > MOST_BYTES => return Err(TransferError::TooLarge { size_bytes: found.len() }),
        Ok(_) => tokio::fs::read(&path).await,
        Err(source) => Err(source),
    };
    read.map(Bytes::from).map_err(|source| TransferError::Read { path, source })
}

fn parts(header: pb::AttachmentHeader, mut bytes: Bytes) -> Vec<pb::UploadAttachmentRequest> {
    let mut parts = vec![pb::UploadAttachmentRequest { part: Some(Up::Header(header)) }];
    while !bytes.is_empty() {
        let piece = bytes.split_to(bytes.len().min(PIECE_BYTES));
        parts.push(pb::UploadAttachmentRequest { part: Some(Up::Data(piece)) });
    }
    parts
}

/// Writes a file of a bid to `to`, and answers with what it is.
///
/// # Errors
/// When the platform refuses, the connection breaks, or what arrived is not the file. `to` may hold a part of it then,
/// or a damaged one: only with an answer is it the file.
pub async fn download(
    bids: &BidsServiceClient<Signed>,
    request: pb::DownloadAttachmentRequest,
    to: &mut (impl AsyncWrite + Unpin),
) -> Result<pb::Attachment, TransferError> {
    let (attachment, mut parts) = again(TOTAL, || {
        let (mut bids, request) = (bids.clone(), request.clone());
        async move {
            let mut parts = bids.download_attachment(request).await?.into_inner();
            let first = parts.message().await?.and_then(|first| first.part);
            Ok((first, parts))
        }
    })
    .await?;
    let Some(Down::Attachment(attachment)) = attachment else { return Err(TransferError::Damaged) };
    let mut digest = Sha256::new();
    let mut left = attachment.size_bytes;
    while let Some(message) = parts.message().await.map_err(Refusal::from)? {
        let Some(Down::Data(piece)) = message.part else { return Err(TransferError::Damaged) };
        left -= piece.len() as i64;
        // More than announced is not written: `to` may be a disk.
        if left < 0 {
            return Err(TransferError::Damaged);
        }
        digest.update(&piece);
        to.write_all(&piece).await.map_err(TransferError::Write)?;
    }
    to.flush().await.map_err(TransferError::Write)?;
    if left == 0 && hex::encode(digest.finalize()) == attachment.sha256 {
        Ok(attachment)
    } else {
        Err(TransferError::Damaged)
    }
}
