//! The bytes of files that come with a bid or a report, kept by their digest. Nothing is kept unless it is what was
//! declared.

use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{Stream, StreamExt, stream};
use object_store::local::LocalFileSystem;
use object_store::{MultipartUpload, ObjectStore, ObjectStoreExt, PutPayload};
use sha2::{Digest, Sha256};
use tonic::{Code, Status, Streaming};

use crate::fault::{Fault, Reason};
use crate::watch::Streamed;

/// How much is looked at to find the type.
const LOOK_AT: usize = 8 * 1024;

/// A file is handed out in messages of this size at most.
const MOST_AT_ONCE: usize = 256 * 1024;

/// Why a file was not taken in, or cannot be handed out.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not what was declared; the sentence says what to do.
    #[error("{0}")]
    Refused(String),
    #[error("the upload broke off")]
    BrokeOff(#[source] Status),
    #[error("the files cannot be reached")]
    OutOfReach(#[from] object_store::Error),
}

impl From<FileError> for Status {
    fn from(error: FileError) -> Status {
        match error {
            FileError::Refused(says) => Fault::new(Code::InvalidArgument, Reason::AttachmentMismatch, says).into(),
            // Refused on its way in, with all its details.
            FileError::BrokeOff(status) => status,
            FileError::OutOfReach(cause) => Fault::internal(&cause).into(),
        }
    }
}

/// What the sender says the bytes will be.
#[derive(Clone, Debug)]
pub struct Declared {
    pub media_type: String,
    pub size_bytes: i64,
    /// Lower-case hexadecimal.
    pub sha256: String,
}

#[derive(Clone)]
pub struct Files {
    store: Arc<dyn ObjectStore>,
}

impl Files {
    /// Files in a folder, synced before they count as kept.
    pub fn in_folder(folder: &Path) -> Result<Files, FileError> {
        let made = std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder);
        made.map_err(|cause| object_store::Error::Generic { store: "folder", source: Box::new(cause) })?;
        let store = LocalFileSystem::new_with_prefix(folder)?.with_fsync(true);
        Ok(Files { store: Arc::new(store) })
    }

    /// Takes a stream of bytes in and keeps it under its digest.
    ///
    /// # Errors
    /// When length, digest or type by content are not as declared; then nothing is kept.
    pub async fn take_in<S>(&self, declared: &Declared, mut bytes: S) -> Result<(), FileError>
    where
        S: Stream<Item = Result<Bytes, FileError>> + Unpin,
    {
        let mut upload = self.store.put_multipart(&path(&declared.sha256)?).await?;
        let received = receive(upload.as_mut(), declared, &mut bytes).await;
        match received {
            Ok(()) => {
                upload.complete().await?;
                Ok(())
            }
            Err(error) => {
                if let Err(cause) = upload.abort().await {
                    tracing::warn!(error = %cause, "what came of a refused upload could not be cleared: {cause}");
                }
                Err(error)
            }
        }
    }

    /// Sends a file: what it is, then its bytes.
    ///
    /// # Errors
    /// [`FileError::OutOfReach`] when the bytes cannot be read.
    pub async fn send<M>(&self, sha256: &str, head: M, data: fn(Bytes) -> M) -> Result<Streamed<M>, FileError>
    where
        M: Send + 'static,
    {
        let bytes = self.read(sha256).await?;
        let rest = bytes.map(move |piece| piece.map(data).map_err(Status::from));
        Ok(Box::pin(stream::iter([Ok(head)]).chain(rest)))
    }

    /// Lets go of the bytes that have this digest, whether or not they are there.
    ///
    /// # Errors
    /// [`FileError::OutOfReach`] when they cannot be taken away.
    pub async fn remove(&self, sha256: &str) -> Result<(), FileError> {
        match self.store.delete(&path(sha256)?).await {
            Ok(()) | Err(object_store::Error::NotFound { .. }) => Ok(()),
            Err(cause) => Err(FileError::OutOfReach(cause)),
        }
    }

    /// The bytes of a kept file, piece by piece.
    async fn read(&self, sha256: &str) -> Result<impl Stream<Item = Result<Bytes, FileError>> + use<>, FileError> {
        let found = self.store.get(&path(sha256)?).await?;
        Ok(found.into_stream().flat_map(|piece| match piece {
            Ok(piece) => stream::iter(handy(piece)).map(Ok).left_stream(),
            Err(error) => stream::iter([Err(FileError::OutOfReach(error))]).right_stream(),
        }))
    }
}

/// What follows the header of an upload: bytes alone, which `data` takes out of each message.
pub fn bytes_after_header<M: Send + 'static>(
    parts: Streaming<M>,
    data: fn(M) -> Option<Bytes>,
) -> impl Stream<Item = Result<Bytes, FileError>> + Unpin {
    parts.map(move |part| {
        let bytes = data(part.map_err(FileError::BrokeOff)?);
        bytes.ok_or_else(|| FileError::Refused("send the header once, then bytes alone".to_string()))
    })
}

/// Cuts what storage hands out into messages of a handy size.
fn handy(mut bytes: Bytes) -> Vec<Bytes> {
    let mut pieces = Vec::with_capacity(bytes.len() / MOST_AT_ONCE + 1);
    while bytes.len() > MOST_AT_ONCE {
        pieces.push(bytes.split_to(MOST_AT_ONCE));
    }
    pieces.push(bytes);
    pieces
}

fn path(sha256: &str) -> Result<object_store::path::Path, FileError> {
    let is_digest = sha256.len() == 64 && sha256.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !is_digest {
        return Err(FileError::Refused("give the SHA-256 as 64 hexadecimal digits".to_string()));
    }
    Ok(object_store::path::Path::from(format!("sha256/{}/{sha256}", &sha256[..2])))
}

async fn receive<S>(upload: &mut dyn MultipartUpload, declared: &Declared, bytes: &mut S) -> Result<(), FileError>
where
    S: Stream<Item = Result<Bytes, FileError>> + Unpin,
{
    let mut digest = Sha256::new();
    let mut n_bytes: i64 = 0;
    let mut head: Vec<u8> = Vec::new();
    let mut text = Utf8::default();
    while let Some(piece) = bytes.next().await {
        let piece = piece?;
        n_bytes += i64::try_from(piece.len()).expect("a message is at most a few megabytes long");
        if n_bytes > declared.size_bytes {
            let says = format!("the file is longer than the {} bytes declared", declared.size_bytes);
            return Err(FileError::Refused(says));
        }
        digest.update(&piece);
        text.feed(&piece);
        let n_wanted = LOOK_AT.saturating_sub(head.len()).min(piece.len());
        head.extend_from_slice(&piece[..n_wanted]);
        upload.put_part(PutPayload::from_bytes(piece)).await?;
    }
    if n_bytes != declared.size_bytes {
        let says = format!("{} bytes were declared and {n_bytes} sent; send the whole file again", declared.size_bytes);
        return Err(FileError::Refused(says));
    }
    let found = hex::encode(digest.finalize());
    if found != declared.sha256 {
        return Err(FileError::Refused("the bytes do not have the digest declared; send the file again".to_string()));
    }
    check_type(&head, text.is_valid(), &declared.media_type)
}

/// The type by content must be the declared one. Text has no mark of its own: what is valid UTF-8 may be any text.
fn check_type(head: &[u8], is_text: bool, declared: &str) -> Result<(), FileError> {
    let found = match infer::get(head) {
        Some(kind) => kind.mime_type(),
        None if is_text && declared.starts_with("text/") => return Ok(()),
        None if is_text => "text/plain",
        None => "application/octet-stream",
    };
    if found == declared {
        return Ok(());
    }
    Err(FileError::Refused(format!("the file was declared {declared}, but its content is {found}")))
}

/// Whether a stream of pieces is valid UTF-8 without NUL, whatever the pieces cut in two.
#[derive(Default)]
struct Utf8 {
    rest: Vec<u8>,
    broken: bool,
}

impl Utf8 {
    fn feed(&mut self, piece: &[u8]) {
        if self.broken {
            return;
        }
        self.rest.extend_from_slice(piece);
        let valid = match std::str::from_utf8(&self.rest) {
            Ok(_) => self.rest.len(),
            Err(error) if error.error_len().is_none() => error.valid_up_to(),
            Err(_) => {
                self.broken = true;
                return;
            }
        };
        self.broken = self.rest[..valid].contains(&0);
        self.rest.drain(..valid);
    }

    fn is_valid(&self) -> bool {
        !self.broken && self.rest.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_cut_in_the_middle_of_a_letter_is_still_text() {
        let mut text = Utf8::default();
        let bytes = "Tŷ".as_bytes();
        text.feed(&bytes[..2]);
        text.feed(&bytes[2..]);
        assert!(text.is_valid());
        text.feed(&bytes[1..2]);
        assert!(!text.is_valid());
    }

    #[test]
    fn a_program_is_no_pdf_and_a_pdf_is_one() {
        assert!(check_type(b"%PDF-1.7\n", true, "application/pdf").is_ok());
        let mut program = b"\x7fELF\x02\x01\x01".to_vec();
        program.resize(64, 0);
        let lie = check_type(&program, false, "application/pdf").unwrap_err();
        assert!(lie.to_string().contains("application/x-executable"), "{lie}");
        assert!(check_type(b"a,b\n1,2\n", true, "text/csv").is_ok());
        assert!(check_type(b"plain words", true, "application/pdf").is_err());
    }
}
